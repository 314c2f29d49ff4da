/* SPDX-License-Identifier: MIT */
/**
 * @file status.h
 * The status codes of HTTP, with their names and phrases, and the two ports. A server may send any
 * code from 100 to 999: one that is not here counts as the x00 of its class (RFC 9110 15). The
 * phrases are http.client's `responses`. The codes stand in RFC 9110, or where the comment says.
 *
 * For all of them: none of these functions blocks.
 */
#ifndef LIBHTTP_STATUS_H
#define LIBHTTP_STATUS_H

#include <libhttp/api.h>

LIBHTTP_BEGIN_DECLS

/** The default port of http (RFC 9110 4.2.1). */
#define LIBHTTP_HTTP_PORT 80
/** The default port of https (RFC 9110 4.2.2). */
#define LIBHTTP_HTTPS_PORT 443

/* Interim: another response follows (RFC 9110 15.2). */

/** Continue. */
#define LIBHTTP_STATUS_CONTINUE 100
/** Switching Protocols. */
#define LIBHTTP_STATUS_SWITCHING_PROTOCOLS 101
/** Processing, RFC 2518 10.1. */
#define LIBHTTP_STATUS_PROCESSING 102
/** Early Hints, RFC 8297. */
#define LIBHTTP_STATUS_EARLY_HINTS 103

/* Success (RFC 9110 15.3). */

/** OK. */
#define LIBHTTP_STATUS_OK 200
/** Created. */
#define LIBHTTP_STATUS_CREATED 201
/** Accepted. */
#define LIBHTTP_STATUS_ACCEPTED 202
/** Non-Authoritative Information. */
#define LIBHTTP_STATUS_NON_AUTHORITATIVE_INFORMATION 203
/** No Content. */
#define LIBHTTP_STATUS_NO_CONTENT 204
/** Reset Content. */
#define LIBHTTP_STATUS_RESET_CONTENT 205
/** Partial Content. */
#define LIBHTTP_STATUS_PARTIAL_CONTENT 206
/** Multi-Status, RFC 4918 11.1. */
#define LIBHTTP_STATUS_MULTI_STATUS 207
/** Already Reported, RFC 5842 7.1. */
#define LIBHTTP_STATUS_ALREADY_REPORTED 208
/** IM Used, RFC 3229 10.4.1. */
#define LIBHTTP_STATUS_IM_USED 226

/* More is to be done, elsewhere (RFC 9110 15.4). */

/** Multiple Choices. */
#define LIBHTTP_STATUS_MULTIPLE_CHOICES 300
/** Moved Permanently. */
#define LIBHTTP_STATUS_MOVED_PERMANENTLY 301
/** Found. */
#define LIBHTTP_STATUS_FOUND 302
/** See Other. */
#define LIBHTTP_STATUS_SEE_OTHER 303
/** Not Modified. */
#define LIBHTTP_STATUS_NOT_MODIFIED 304
/** Use Proxy. */
#define LIBHTTP_STATUS_USE_PROXY 305
/** Temporary Redirect. */
#define LIBHTTP_STATUS_TEMPORARY_REDIRECT 307
/** Permanent Redirect. */
#define LIBHTTP_STATUS_PERMANENT_REDIRECT 308

/* The request was at fault (RFC 9110 15.5). */

/** Bad Request. */
#define LIBHTTP_STATUS_BAD_REQUEST 400
/** Unauthorized. */
#define LIBHTTP_STATUS_UNAUTHORIZED 401
/** Payment Required. */
#define LIBHTTP_STATUS_PAYMENT_REQUIRED 402
/** Forbidden. */
#define LIBHTTP_STATUS_FORBIDDEN 403
/** Not Found. */
#define LIBHTTP_STATUS_NOT_FOUND 404
/** Method Not Allowed. */
#define LIBHTTP_STATUS_METHOD_NOT_ALLOWED 405
/** Not Acceptable. */
#define LIBHTTP_STATUS_NOT_ACCEPTABLE 406
/** Proxy Authentication Required. */
#define LIBHTTP_STATUS_PROXY_AUTHENTICATION_REQUIRED 407
/** Request Timeout. */
#define LIBHTTP_STATUS_REQUEST_TIMEOUT 408
/** Conflict. */
#define LIBHTTP_STATUS_CONFLICT 409
/** Gone. */
#define LIBHTTP_STATUS_GONE 410
/** Length Required. */
#define LIBHTTP_STATUS_LENGTH_REQUIRED 411
/** Precondition Failed. */
#define LIBHTTP_STATUS_PRECONDITION_FAILED 412
/** Content Too Large. */
#define LIBHTTP_STATUS_CONTENT_TOO_LARGE 413
/** URI Too Long. */
#define LIBHTTP_STATUS_URI_TOO_LONG 414
/** Unsupported Media Type. */
#define LIBHTTP_STATUS_UNSUPPORTED_MEDIA_TYPE 415
/** Range Not Satisfiable. */
#define LIBHTTP_STATUS_RANGE_NOT_SATISFIABLE 416
/** Expectation Failed. */
#define LIBHTTP_STATUS_EXPECTATION_FAILED 417
/** I'm a Teapot, RFC 9110 15.5.19: reserved; RFC 2324 2.3.2. */
#define LIBHTTP_STATUS_IM_A_TEAPOT 418
/** Misdirected Request. */
#define LIBHTTP_STATUS_MISDIRECTED_REQUEST 421
/** Unprocessable Content. */
#define LIBHTTP_STATUS_UNPROCESSABLE_CONTENT 422
/** Locked, RFC 4918 11.3. */
#define LIBHTTP_STATUS_LOCKED 423
/** Failed Dependency, RFC 4918 11.4. */
#define LIBHTTP_STATUS_FAILED_DEPENDENCY 424
/** Too Early, RFC 8470 5.2. */
#define LIBHTTP_STATUS_TOO_EARLY 425
/** Upgrade Required. */
#define LIBHTTP_STATUS_UPGRADE_REQUIRED 426
/** Precondition Required, RFC 6585 3. */
#define LIBHTTP_STATUS_PRECONDITION_REQUIRED 428
/** Too Many Requests, RFC 6585 4. */
#define LIBHTTP_STATUS_TOO_MANY_REQUESTS 429
/** Request Header Fields Too Large, RFC 6585 5. */
#define LIBHTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE 431
/** Unavailable For Legal Reasons, RFC 7725 3. */
#define LIBHTTP_STATUS_UNAVAILABLE_FOR_LEGAL_REASONS 451

/* The server failed (RFC 9110 15.6). */

/** Internal Server Error. */
#define LIBHTTP_STATUS_INTERNAL_SERVER_ERROR 500
/** Not Implemented. */
#define LIBHTTP_STATUS_NOT_IMPLEMENTED 501
/** Bad Gateway. */
#define LIBHTTP_STATUS_BAD_GATEWAY 502
/** Service Unavailable. */
#define LIBHTTP_STATUS_SERVICE_UNAVAILABLE 503
/** Gateway Timeout. */
#define LIBHTTP_STATUS_GATEWAY_TIMEOUT 504
/** HTTP Version Not Supported. */
#define LIBHTTP_STATUS_HTTP_VERSION_NOT_SUPPORTED 505
/** Variant Also Negotiates, RFC 2295 8.1. */
#define LIBHTTP_STATUS_VARIANT_ALSO_NEGOTIATES 506
/** Insufficient Storage, RFC 4918 11.5. */
#define LIBHTTP_STATUS_INSUFFICIENT_STORAGE 507
/** Loop Detected, RFC 5842 7.2. */
#define LIBHTTP_STATUS_LOOP_DETECTED 508
/** Not Extended, RFC 2774 7. */
#define LIBHTTP_STATUS_NOT_EXTENDED 510
/** Network Authentication Required, RFC 6585 6. */
#define LIBHTTP_STATUS_NETWORK_AUTHENTICATION_REQUIRED 511

/* The names that four of them had before RFC 9110. */

/** The old name of CONTENT_TOO_LARGE. */
#define LIBHTTP_STATUS_REQUEST_ENTITY_TOO_LARGE 413
/** The old name of URI_TOO_LONG. */
#define LIBHTTP_STATUS_REQUEST_URI_TOO_LONG 414
/** The old name of RANGE_NOT_SATISFIABLE. */
#define LIBHTTP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE 416
/** The old name of UNPROCESSABLE_CONTENT. */
#define LIBHTTP_STATUS_UNPROCESSABLE_ENTITY 422

/**
 * The phrase of a status code ("Not Found"). Lives forever; NULL for a code that is not in the
 * table.
 */
LIBHTTP_API const char *libhttp_status_phrase(int32_t status);

/**
 * The name of a status code ("NOT_FOUND"), as behind LIBHTTP_STATUS_. Lives forever; NULL for one
 * that is not in the table.
 */
LIBHTTP_API const char *libhttp_status_name(int32_t status);

/** The number of codes in the table. */
LIBHTTP_API int32_t libhttp_status_count(void);

/** The code at `index` (0 to count - 1) of the table, in rising order; 0 outside. */
LIBHTTP_API int32_t libhttp_status_at(int32_t index);

LIBHTTP_END_DECLS

#endif
