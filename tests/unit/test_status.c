/* SPDX-License-Identifier: MIT */
/* The status codes: the seed's table, today's, and the phrases of CPython's http.HTTPStatus. */
#include <libhttp/status.h>

#include <stddef.h>

#include "tap.h"

struct row {
    int32_t status;
    const char *name;
    const char *phrase;
};

/* http.HTTPStatus of CPython 3.13. */
static const struct row today[] = {
    {100, "CONTINUE", "Continue"},
    {101, "SWITCHING_PROTOCOLS", "Switching Protocols"},
    {102, "PROCESSING", "Processing"},
    {103, "EARLY_HINTS", "Early Hints"},
    {200, "OK", "OK"},
    {201, "CREATED", "Created"},
    {202, "ACCEPTED", "Accepted"},
    {203, "NON_AUTHORITATIVE_INFORMATION", "Non-Authoritative Information"},
    {204, "NO_CONTENT", "No Content"},
    {205, "RESET_CONTENT", "Reset Content"},
    {206, "PARTIAL_CONTENT", "Partial Content"},
    {207, "MULTI_STATUS", "Multi-Status"},
    {208, "ALREADY_REPORTED", "Already Reported"},
    {226, "IM_USED", "IM Used"},
    {300, "MULTIPLE_CHOICES", "Multiple Choices"},
    {301, "MOVED_PERMANENTLY", "Moved Permanently"},
    {302, "FOUND", "Found"},
    {303, "SEE_OTHER", "See Other"},
    {304, "NOT_MODIFIED", "Not Modified"},
    {305, "USE_PROXY", "Use Proxy"},
    {307, "TEMPORARY_REDIRECT", "Temporary Redirect"},
    {308, "PERMANENT_REDIRECT", "Permanent Redirect"},
    {400, "BAD_REQUEST", "Bad Request"},
    {401, "UNAUTHORIZED", "Unauthorized"},
    {402, "PAYMENT_REQUIRED", "Payment Required"},
    {403, "FORBIDDEN", "Forbidden"},
    {404, "NOT_FOUND", "Not Found"},
    {405, "METHOD_NOT_ALLOWED", "Method Not Allowed"},
    {406, "NOT_ACCEPTABLE", "Not Acceptable"},
    {407, "PROXY_AUTHENTICATION_REQUIRED", "Proxy Authentication Required"},
    {408, "REQUEST_TIMEOUT", "Request Timeout"},
    {409, "CONFLICT", "Conflict"},
    {410, "GONE", "Gone"},
    {411, "LENGTH_REQUIRED", "Length Required"},
    {412, "PRECONDITION_FAILED", "Precondition Failed"},
    {413, "CONTENT_TOO_LARGE", "Content Too Large"},
    {414, "URI_TOO_LONG", "URI Too Long"},
    {415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type"},
    {416, "RANGE_NOT_SATISFIABLE", "Range Not Satisfiable"},
    {417, "EXPECTATION_FAILED", "Expectation Failed"},
    {418, "IM_A_TEAPOT", "I'm a Teapot"},
    {421, "MISDIRECTED_REQUEST", "Misdirected Request"},
    {422, "UNPROCESSABLE_CONTENT", "Unprocessable Content"},
    {423, "LOCKED", "Locked"},
    {424, "FAILED_DEPENDENCY", "Failed Dependency"},
    {425, "TOO_EARLY", "Too Early"},
    {426, "UPGRADE_REQUIRED", "Upgrade Required"},
    {428, "PRECONDITION_REQUIRED", "Precondition Required"},
    {429, "TOO_MANY_REQUESTS", "Too Many Requests"},
    {431, "REQUEST_HEADER_FIELDS_TOO_LARGE", "Request Header Fields Too Large"},
    {451, "UNAVAILABLE_FOR_LEGAL_REASONS", "Unavailable For Legal Reasons"},
    {500, "INTERNAL_SERVER_ERROR", "Internal Server Error"},
    {501, "NOT_IMPLEMENTED", "Not Implemented"},
    {502, "BAD_GATEWAY", "Bad Gateway"},
    {503, "SERVICE_UNAVAILABLE", "Service Unavailable"},
    {504, "GATEWAY_TIMEOUT", "Gateway Timeout"},
    {505, "HTTP_VERSION_NOT_SUPPORTED", "HTTP Version Not Supported"},
    {506, "VARIANT_ALSO_NEGOTIATES", "Variant Also Negotiates"},
    {507, "INSUFFICIENT_STORAGE", "Insufficient Storage"},
    {508, "LOOP_DETECTED", "Loop Detected"},
    {510, "NOT_EXTENDED", "Not Extended"},
    {511, "NETWORK_AUTHENTICATION_REQUIRED", "Network Authentication Required"},
};

/* Name by name as the seed has them: a name that is gone doesn't compile. */
static const int32_t seed[][2] = {
    {LIBHTTP_STATUS_CONTINUE, 100},
    {LIBHTTP_STATUS_SWITCHING_PROTOCOLS, 101},
    {LIBHTTP_STATUS_PROCESSING, 102},
    {LIBHTTP_STATUS_OK, 200},
    {LIBHTTP_STATUS_CREATED, 201},
    {LIBHTTP_STATUS_ACCEPTED, 202},
    {LIBHTTP_STATUS_NON_AUTHORITATIVE_INFORMATION, 203},
    {LIBHTTP_STATUS_NO_CONTENT, 204},
    {LIBHTTP_STATUS_RESET_CONTENT, 205},
    {LIBHTTP_STATUS_PARTIAL_CONTENT, 206},
    {LIBHTTP_STATUS_MULTI_STATUS, 207},
    {LIBHTTP_STATUS_IM_USED, 226},
    {LIBHTTP_STATUS_MULTIPLE_CHOICES, 300},
    {LIBHTTP_STATUS_MOVED_PERMANENTLY, 301},
    {LIBHTTP_STATUS_FOUND, 302},
    {LIBHTTP_STATUS_SEE_OTHER, 303},
    {LIBHTTP_STATUS_NOT_MODIFIED, 304},
    {LIBHTTP_STATUS_USE_PROXY, 305},
    {LIBHTTP_STATUS_TEMPORARY_REDIRECT, 307},
    {LIBHTTP_STATUS_BAD_REQUEST, 400},
    {LIBHTTP_STATUS_UNAUTHORIZED, 401},
    {LIBHTTP_STATUS_PAYMENT_REQUIRED, 402},
    {LIBHTTP_STATUS_FORBIDDEN, 403},
    {LIBHTTP_STATUS_NOT_FOUND, 404},
    {LIBHTTP_STATUS_METHOD_NOT_ALLOWED, 405},
    {LIBHTTP_STATUS_NOT_ACCEPTABLE, 406},
    {LIBHTTP_STATUS_PROXY_AUTHENTICATION_REQUIRED, 407},
    {LIBHTTP_STATUS_REQUEST_TIMEOUT, 408},
    {LIBHTTP_STATUS_CONFLICT, 409},
    {LIBHTTP_STATUS_GONE, 410},
    {LIBHTTP_STATUS_LENGTH_REQUIRED, 411},
    {LIBHTTP_STATUS_PRECONDITION_FAILED, 412},
    {LIBHTTP_STATUS_REQUEST_ENTITY_TOO_LARGE, 413},
    {LIBHTTP_STATUS_REQUEST_URI_TOO_LONG, 414},
    {LIBHTTP_STATUS_UNSUPPORTED_MEDIA_TYPE, 415},
    {LIBHTTP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE, 416},
    {LIBHTTP_STATUS_EXPECTATION_FAILED, 417},
    {LIBHTTP_STATUS_UNPROCESSABLE_ENTITY, 422},
    {LIBHTTP_STATUS_LOCKED, 423},
    {LIBHTTP_STATUS_FAILED_DEPENDENCY, 424},
    {LIBHTTP_STATUS_UPGRADE_REQUIRED, 426},
    {LIBHTTP_STATUS_INTERNAL_SERVER_ERROR, 500},
    {LIBHTTP_STATUS_NOT_IMPLEMENTED, 501},
    {LIBHTTP_STATUS_BAD_GATEWAY, 502},
    {LIBHTTP_STATUS_SERVICE_UNAVAILABLE, 503},
    {LIBHTTP_STATUS_GATEWAY_TIMEOUT, 504},
    {LIBHTTP_STATUS_HTTP_VERSION_NOT_SUPPORTED, 505},
    {LIBHTTP_STATUS_INSUFFICIENT_STORAGE, 507},
    {LIBHTTP_STATUS_NOT_EXTENDED, 510},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

int main(void)
{
    is(COUNT(seed), 49, "C-110 the seed has 49 codes");
    for (size_t i = 0; i < COUNT(seed); i++) {
        is(seed[i][0], seed[i][1], "C-110 %d has its name", (int)seed[i][1]);
        ok(libhttp_status_phrase(seed[i][1]), "C-110 and a phrase");
    }
    is(libhttp_status_count(), 62, "C-110 today there are 62");
    for (size_t i = 0; i < COUNT(today); i++) {
        is(libhttp_status_at((int32_t)i), today[i].status, "C-110 %d in its place",
           (int)today[i].status);
        is_str(libhttp_status_name(today[i].status), today[i].name, "C-110 its name");
        is_str(libhttp_status_phrase(today[i].status), today[i].phrase, "C-110 its phrase");
    }
    is(LIBHTTP_STATUS_REQUEST_ENTITY_TOO_LARGE, LIBHTTP_STATUS_CONTENT_TOO_LARGE, "C-110 413");
    is(LIBHTTP_STATUS_REQUEST_URI_TOO_LONG, LIBHTTP_STATUS_URI_TOO_LONG, "C-110 414");
    is(LIBHTTP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE, LIBHTTP_STATUS_RANGE_NOT_SATISFIABLE,
       "C-110 416");
    is(LIBHTTP_STATUS_UNPROCESSABLE_ENTITY, LIBHTTP_STATUS_UNPROCESSABLE_CONTENT, "C-110 422");
    is(LIBHTTP_HTTP_PORT, 80, "C-110 the port of http");
    is(LIBHTTP_HTTPS_PORT, 443, "C-110 the port of https");
    is_str(libhttp_status_phrase(306), NULL, "a code that is none has no phrase");
    is_str(libhttp_status_name(306), NULL, "and no name");
    ok(!libhttp_status_phrase(0) && !libhttp_status_phrase(INT32_MIN) &&
           !libhttp_status_phrase(INT32_MAX) && !libhttp_status_phrase(99) &&
           !libhttp_status_phrase(512),
       "whatever it is");
    is(libhttp_status_at(-1), 0, "outside the table: below");
    is(libhttp_status_at(62), 0, "outside the table: above");
    return done_testing();
}
