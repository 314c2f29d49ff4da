/* SPDX-License-Identifier: MIT */
/**
 * @file error.h
 * Statuses and errors. A function that can fail returns one of these as an int32_t: LIBHTTP_OK,
 * LIBHTTP_AGAIN (only from functions that say so), or a negative error. The errors form the tree
 * of CPython's http.client exceptions; a binding builds its classes from libhttp_error_at(),
 * libhttp_error_name() and libhttp_error_parent() and lists nothing itself.
 *
 * For all of them: none of these functions blocks.
 */
#ifndef LIBHTTP_ERROR_H
#define LIBHTTP_ERROR_H

#include <libhttp/api.h>

LIBHTTP_BEGIN_DECLS

/** Done. */
#define LIBHTTP_OK 0
/**
 * Nothing has moved: wait as the handle's wait function says, then make the same call (or another)
 * again.
 */
#define LIBHTTP_AGAIN 1

/* The tree of http.client. */

/** The root of the errors that HTTP itself gives. */
#define LIBHTTP_E_HTTP_EXCEPTION (-1)
/**
 * There is no connection, and none is opened by itself: no host is set, or setting it failed,
 * auto_open is off, or the transport was handed over.
 */
#define LIBHTTP_E_NOT_CONNECTED (-2)
/** A host, port, target or URL that can't be one. */
#define LIBHTTP_E_INVALID_URL (-3)
/** The peer speaks another protocol than HTTP/1; the version is the error's detail. */
#define LIBHTTP_E_UNKNOWN_PROTOCOL (-4)
/** A transfer coding that is not known, or codings in an order that can't be (RFC 9112 6.1). */
#define LIBHTTP_E_UNKNOWN_TRANSFER_ENCODING (-5)
/** A body from a descriptor that can't be read from. */
#define LIBHTTP_E_UNIMPLEMENTED_FILE_MODE (-6)
/**
 * The message ended before its end; what came can be read, libhttp_response_missing() tells how
 * much did not.
 */
#define LIBHTTP_E_INCOMPLETE_READ (-7)
/** The call doesn't belong into the connection's state. */
#define LIBHTTP_E_IMPROPER_CONNECTION_STATE (-8)
/** A request was begun before the last one was ended. */
#define LIBHTTP_E_CANNOT_SEND_REQUEST (-9)
/** A field or the end of the head without a request begun. */
#define LIBHTTP_E_CANNOT_SEND_HEADER (-10)
/** No response can be had: nothing was sent, or the last response is unread. */
#define LIBHTTP_E_RESPONSE_NOT_READY (-11)
/** The status line is none; the line is the error's detail. */
#define LIBHTTP_E_BAD_STATUS_LINE (-12)
/** A status line, field line, chunk size line or trailer line over its limit. */
#define LIBHTTP_E_LINE_TOO_LONG (-13)
/**
 * The connection was lost before any byte of the response; the request may have been processed.
 * errno is ECONNRESET.
 */
#define LIBHTTP_E_REMOTE_DISCONNECTED (-14)

/* What libhttp tells more exactly, below HTTPException. */

/**
 * A field line that is none: no colon, a blank before it, an empty name, NUL or a lone CR; the line
 * is the detail.
 */
#define LIBHTTP_E_BAD_HEADER (-15)
/** More fields than the limit, or more interim responses. */
#define LIBHTTP_E_TOO_MANY_HEADERS (-16)
/** The head, all its interim heads included, or a trailer section, is over the limit. */
#define LIBHTTP_E_HEAD_TOO_LARGE (-17)
/** Content-Length is not one number of at most 63 bits; the value is the detail. */
#define LIBHTTP_E_BAD_CONTENT_LENGTH (-18)
/** Chunked framing is broken; the body up to there can be read. */
#define LIBHTTP_E_BAD_CHUNK (-19)
/**
 * The body is longer than declared (none of what is too much is sent) or shorter; the connection is
 * closed, at the latest with the response.
 */
#define LIBHTTP_E_BODY_LENGTH (-20)
/**
 * There is more than the maximum or the room that was given: nothing is lost, and more may be
 * given.
 */
#define LIBHTTP_E_TOO_LARGE (-21)
/**
 * The proxy refused the tunnel, as libhttp_connection_tunnel_status() tells, or something came
 * through it too early.
 */
#define LIBHTTP_E_TUNNEL_FAILED (-22)
/**
 * A final response came before the body was sent; it can be had by getresponse (RFC 9110 10.1.1,
 * RFC 9112 9.3).
 */
#define LIBHTTP_E_EARLY_RESPONSE (-23)
/** ALPN ended in a protocol that libhttp doesn't speak; it is the detail. */
#define LIBHTTP_E_UNSUPPORTED_PROTOCOL (-24)
/** The response was closed, or its connection was, before its body was read. */
#define LIBHTTP_E_CLOSED (-25)

/* Beside the tree. */

/** A system call failed; errno tells how. */
#define LIBHTTP_E_OS (-40)
/** The name could not be resolved. */
#define LIBHTTP_E_NAME_RESOLUTION (-41)
/** TLS failed; libhttp_connection_tls_reason() gives the TLS library's own number. */
#define LIBHTTP_E_TLS (-42)
/** The peer's certificate was not accepted. */
#define LIBHTTP_E_CERTIFICATE (-43)
/** A deadline passed: connect, idle or total. */
#define LIBHTTP_E_TIMEOUT (-44)
/** Cancelled by libhttp_connection_cancel() or one of its like. */
#define LIBHTTP_E_CANCELLED (-45)
/** Out of memory. */
#define LIBHTTP_E_NO_MEMORY (-46)
/** An argument that can't be; the sentence names it. */
#define LIBHTTP_E_INVALID_ARGUMENT (-47)
/**
 * The handle is in a state in which the setting can't be changed or the call makes no sense; below
 * IMPROPER_CONNECTION_STATE.
 */
#define LIBHTTP_E_STATE (-48)
/** The exchange began before a fork and this is the child. */
#define LIBHTTP_E_FORKED (-49)

/** The number of errors in the table. */
LIBHTTP_API int32_t libhttp_error_count(void);

/** The code at `index` (0 to count - 1) of the table, parents before their children; 0 outside. */
LIBHTTP_API int32_t libhttp_error_at(int32_t index);

/**
 * The error's name, as http.client spells it where it has it ("BadStatusLine"), for messages and
 * for class names. Lives forever; NULL for a code that is none. LIBHTTP_OK and LIBHTTP_AGAIN are
 * "OK" and "AGAIN".
 */
LIBHTTP_API const char *libhttp_error_name(int32_t code);

/** One sentence that says what `code` means. Lives forever, never NULL. */
LIBHTTP_API const char *libhttp_error_description(int32_t code);

/** The code that this one specialises; 0 for a root and for a code that is none. */
LIBHTTP_API int32_t libhttp_error_parent(int32_t code);

/** 1 where `code` is `ancestor` or descends from it, else 0. */
LIBHTTP_API int32_t libhttp_error_is(int32_t code, int32_t ancestor);

LIBHTTP_END_DECLS

#endif
