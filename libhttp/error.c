/* SPDX-License-Identifier: MIT */
/* error: the table of errors (C-107, C-108), from which bindings build their classes. */
#include <libhttp/error.h>

#include <stddef.h>

struct row {
    int32_t code;
    int32_t parent; /* 0: a root */
    const char *name;
    const char *description;
};

#define ROOT 0

/* Parents before their children. The names of http.client's exceptions are spelled as there. */
static const struct row table[] = {
    {LIBHTTP_E_HTTP_EXCEPTION, ROOT, "HTTPException", "an error of HTTP"},
    {LIBHTTP_E_NOT_CONNECTED, LIBHTTP_E_HTTP_EXCEPTION, "NotConnected", "there is no connection"},
    {LIBHTTP_E_INVALID_URL, LIBHTTP_E_HTTP_EXCEPTION, "InvalidURL",
     "a host, port, target or URL that can't be one"},
    {LIBHTTP_E_UNKNOWN_PROTOCOL, LIBHTTP_E_HTTP_EXCEPTION, "UnknownProtocol",
     "the peer speaks another protocol than HTTP/1"},
    {LIBHTTP_E_UNKNOWN_TRANSFER_ENCODING, LIBHTTP_E_HTTP_EXCEPTION, "UnknownTransferEncoding",
     "a transfer coding that is not known, or codings in an order that can't be"},
    {LIBHTTP_E_UNIMPLEMENTED_FILE_MODE, LIBHTTP_E_HTTP_EXCEPTION, "UnimplementedFileMode",
     "a body from a descriptor that can't be read from"},
    {LIBHTTP_E_INCOMPLETE_READ, LIBHTTP_E_HTTP_EXCEPTION, "IncompleteRead",
     "the message ended before its end"},
    {LIBHTTP_E_IMPROPER_CONNECTION_STATE, LIBHTTP_E_HTTP_EXCEPTION, "ImproperConnectionState",
     "the call doesn't belong into this state"},
    {LIBHTTP_E_CANNOT_SEND_REQUEST, LIBHTTP_E_IMPROPER_CONNECTION_STATE, "CannotSendRequest",
     "a request was begun before the last one was ended"},
    {LIBHTTP_E_CANNOT_SEND_HEADER, LIBHTTP_E_IMPROPER_CONNECTION_STATE, "CannotSendHeader",
     "a field, or the end of the head, without a request begun"},
    {LIBHTTP_E_RESPONSE_NOT_READY, LIBHTTP_E_IMPROPER_CONNECTION_STATE, "ResponseNotReady",
     "nothing was sent, or the last response is unread"},
    {LIBHTTP_E_STATE, LIBHTTP_E_IMPROPER_CONNECTION_STATE, "InvalidState",
     "the handle can't be changed now, or the call makes no sense now"},
    {LIBHTTP_E_BAD_STATUS_LINE, LIBHTTP_E_HTTP_EXCEPTION, "BadStatusLine",
     "the status line is none"},
    {LIBHTTP_E_REMOTE_DISCONNECTED, LIBHTTP_E_BAD_STATUS_LINE, "RemoteDisconnected",
     "the connection was lost before the response; the request may have been processed"},
    {LIBHTTP_E_LINE_TOO_LONG, LIBHTTP_E_HTTP_EXCEPTION, "LineTooLong",
     "a line is longer than the limit"},
    {LIBHTTP_E_BAD_HEADER, LIBHTTP_E_HTTP_EXCEPTION, "BadHeader", "a field line is none"},
    {LIBHTTP_E_TOO_MANY_HEADERS, LIBHTTP_E_HTTP_EXCEPTION, "TooManyHeaders",
     "there are more fields than the limit"},
    {LIBHTTP_E_HEAD_TOO_LARGE, LIBHTTP_E_HTTP_EXCEPTION, "HeadTooLarge",
     "the head or the trailers are larger than the limit"},
    {LIBHTTP_E_BAD_CONTENT_LENGTH, LIBHTTP_E_HTTP_EXCEPTION, "BadContentLength",
     "Content-Length is not one number of at most 63 bits"},
    {LIBHTTP_E_BAD_CHUNK, LIBHTTP_E_INCOMPLETE_READ, "BadChunk", "chunked framing is broken"},
    {LIBHTTP_E_CLOSED, LIBHTTP_E_INCOMPLETE_READ, "Closed",
     "the response or its connection was closed before the body was read"},
    {LIBHTTP_E_BODY_LENGTH, LIBHTTP_E_HTTP_EXCEPTION, "BodyLength",
     "the body sent is longer or shorter than declared"},
    {LIBHTTP_E_TOO_LARGE, LIBHTTP_E_HTTP_EXCEPTION, "TooLarge",
     "there is more than the maximum given"},
    {LIBHTTP_E_TUNNEL_FAILED, LIBHTTP_E_HTTP_EXCEPTION, "TunnelFailed",
     "the proxy refused the tunnel"},
    {LIBHTTP_E_EARLY_RESPONSE, LIBHTTP_E_HTTP_EXCEPTION, "EarlyResponse",
     "a final response came before the body was sent"},
    {LIBHTTP_E_UNSUPPORTED_PROTOCOL, LIBHTTP_E_UNKNOWN_PROTOCOL, "UnsupportedProtocol",
     "ALPN ended in a protocol that is not spoken here"},
    {LIBHTTP_E_OS, ROOT, "OSError", "a system call failed"},
    {LIBHTTP_E_NAME_RESOLUTION, ROOT, "NameResolutionError", "the name could not be resolved"},
    {LIBHTTP_E_TLS, ROOT, "TLSError", "TLS failed"},
    {LIBHTTP_E_CERTIFICATE, LIBHTTP_E_TLS, "CertificateError",
     "the peer's certificate was not accepted"},
    {LIBHTTP_E_TIMEOUT, ROOT, "Timeout", "a deadline passed"},
    {LIBHTTP_E_CANCELLED, ROOT, "Cancelled", "the call was cancelled"},
    {LIBHTTP_E_NO_MEMORY, ROOT, "NoMemory", "out of memory"},
    {LIBHTTP_E_INVALID_ARGUMENT, ROOT, "InvalidArgument", "an argument that can't be"},
    {LIBHTTP_E_FORKED, ROOT, "Forked", "the exchange began before a fork, and this is the child"},
};

#define COUNT ((int32_t)(sizeof table / sizeof table[0]))

static const struct row *find(int32_t code)
{
    for (int32_t i = 0; i < COUNT; i++) {
        if (table[i].code == code)
            return &table[i];
    }
    return NULL;
}

int32_t libhttp_error_count(void)
{
    return COUNT;
}

int32_t libhttp_error_at(int32_t index)
{
    return index >= 0 && index < COUNT ? table[index].code : 0;
}

const char *libhttp_error_name(int32_t code)
{
    const struct row *row = find(code);

    if (code == LIBHTTP_OK)
        return "OK";
    if (code == LIBHTTP_AGAIN)
        return "AGAIN";
    return row ? row->name : NULL;
}

const char *libhttp_error_description(int32_t code)
{
    const struct row *row = find(code);

    if (code == LIBHTTP_OK)
        return "done";
    if (code == LIBHTTP_AGAIN)
        return "nothing has moved: wait, then call again";
    return row ? row->description : "an unknown error";
}

int32_t libhttp_error_parent(int32_t code)
{
    const struct row *row = find(code);

    return row ? row->parent : 0;
}

int32_t libhttp_error_is(int32_t code, int32_t ancestor)
{
    for (const struct row *row = find(code); row; row = find(row->parent)) {
        if (row->code == ancestor)
            return 1;
    }
    return 0;
}
