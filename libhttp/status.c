/* SPDX-License-Identifier: MIT */
/* status: the table of status codes (C-110). */
#include <libhttp/status.h>

#include <stddef.h>

struct row {
    int32_t status;
    const char *name;
    const char *phrase;
};

#define ROW(name, phrase) LIBHTTP_STATUS_##name, #name, phrase

/* In rising order: find() halves it. */
static const struct row table[] = {
    {ROW(CONTINUE, "Continue")},
    {ROW(SWITCHING_PROTOCOLS, "Switching Protocols")},
    {ROW(PROCESSING, "Processing")},
    {ROW(EARLY_HINTS, "Early Hints")},
    {ROW(OK, "OK")},
    {ROW(CREATED, "Created")},
    {ROW(ACCEPTED, "Accepted")},
    {ROW(NON_AUTHORITATIVE_INFORMATION, "Non-Authoritative Information")},
    {ROW(NO_CONTENT, "No Content")},
    {ROW(RESET_CONTENT, "Reset Content")},
    {ROW(PARTIAL_CONTENT, "Partial Content")},
    {ROW(MULTI_STATUS, "Multi-Status")},
    {ROW(ALREADY_REPORTED, "Already Reported")},
    {ROW(IM_USED, "IM Used")},
    {ROW(MULTIPLE_CHOICES, "Multiple Choices")},
    {ROW(MOVED_PERMANENTLY, "Moved Permanently")},
    {ROW(FOUND, "Found")},
    {ROW(SEE_OTHER, "See Other")},
    {ROW(NOT_MODIFIED, "Not Modified")},
    {ROW(USE_PROXY, "Use Proxy")},
    {ROW(TEMPORARY_REDIRECT, "Temporary Redirect")},
    {ROW(PERMANENT_REDIRECT, "Permanent Redirect")},
    {ROW(BAD_REQUEST, "Bad Request")},
    {ROW(UNAUTHORIZED, "Unauthorized")},
    {ROW(PAYMENT_REQUIRED, "Payment Required")},
    {ROW(FORBIDDEN, "Forbidden")},
    {ROW(NOT_FOUND, "Not Found")},
    {ROW(METHOD_NOT_ALLOWED, "Method Not Allowed")},
    {ROW(NOT_ACCEPTABLE, "Not Acceptable")},
    {ROW(PROXY_AUTHENTICATION_REQUIRED, "Proxy Authentication Required")},
    {ROW(REQUEST_TIMEOUT, "Request Timeout")},
    {ROW(CONFLICT, "Conflict")},
    {ROW(GONE, "Gone")},
    {ROW(LENGTH_REQUIRED, "Length Required")},
    {ROW(PRECONDITION_FAILED, "Precondition Failed")},
    {ROW(CONTENT_TOO_LARGE, "Content Too Large")},
    {ROW(URI_TOO_LONG, "URI Too Long")},
    {ROW(UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type")},
    {ROW(RANGE_NOT_SATISFIABLE, "Range Not Satisfiable")},
    {ROW(EXPECTATION_FAILED, "Expectation Failed")},
    {ROW(IM_A_TEAPOT, "I'm a Teapot")},
    {ROW(MISDIRECTED_REQUEST, "Misdirected Request")},
    {ROW(UNPROCESSABLE_CONTENT, "Unprocessable Content")},
    {ROW(LOCKED, "Locked")},
    {ROW(FAILED_DEPENDENCY, "Failed Dependency")},
    {ROW(TOO_EARLY, "Too Early")},
    {ROW(UPGRADE_REQUIRED, "Upgrade Required")},
    {ROW(PRECONDITION_REQUIRED, "Precondition Required")},
    {ROW(TOO_MANY_REQUESTS, "Too Many Requests")},
    {ROW(REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large")},
    {ROW(UNAVAILABLE_FOR_LEGAL_REASONS, "Unavailable For Legal Reasons")},
    {ROW(INTERNAL_SERVER_ERROR, "Internal Server Error")},
    {ROW(NOT_IMPLEMENTED, "Not Implemented")},
    {ROW(BAD_GATEWAY, "Bad Gateway")},
    {ROW(SERVICE_UNAVAILABLE, "Service Unavailable")},
    {ROW(GATEWAY_TIMEOUT, "Gateway Timeout")},
    {ROW(HTTP_VERSION_NOT_SUPPORTED, "HTTP Version Not Supported")},
    {ROW(VARIANT_ALSO_NEGOTIATES, "Variant Also Negotiates")},
    {ROW(INSUFFICIENT_STORAGE, "Insufficient Storage")},
    {ROW(LOOP_DETECTED, "Loop Detected")},
    {ROW(NOT_EXTENDED, "Not Extended")},
    {ROW(NETWORK_AUTHENTICATION_REQUIRED, "Network Authentication Required")},
};

#define COUNT ((int32_t)(sizeof table / sizeof table[0]))

static const struct row *find(int32_t status)
{
    int32_t from = 0;
    int32_t to = COUNT;

    while (from < to) {
        int32_t middle = (from + to) / 2;

        if (table[middle].status == status)
            return &table[middle];
        if (table[middle].status < status)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

const char *libhttp_status_phrase(int32_t status)
{
    const struct row *row = find(status);

    return row ? row->phrase : NULL;
}

const char *libhttp_status_name(int32_t status)
{
    const struct row *row = find(status);

    return row ? row->name : NULL;
}

int32_t libhttp_status_count(void)
{
    return COUNT;
}

int32_t libhttp_status_at(int32_t index)
{
    return index >= 0 && index < COUNT ? table[index].status : 0;
}
