/* SPDX-License-Identifier: MIT */
/**
 * @file response.h
 * libhttp_response: the answer to one request, its head at once, its body as it is read. The handle
 * stays valid when the connection is closed or freed; by one thread at a time together with its
 * connection.
 */
#ifndef LIBHTTP_RESPONSE_H
#define LIBHTTP_RESPONSE_H

#include <libhttp/connection.h>
#include <libhttp/stream.h>

LIBHTTP_BEGIN_DECLS

/** Gives the response up, as close() and more. NULL is fine. Never blocks. */
LIBHTTP_API void libhttp_response_free(libhttp_response *r);

/** The status code, 100 to 999; 0 for NULL. */
LIBHTTP_API int32_t libhttp_response_status(const libhttp_response *r);
/** The reason phrase, perhaps empty; never NULL. Borrowed from the response. */
LIBHTTP_API const char *libhttp_response_reason(const libhttp_response *r);
/** Its length in bytes. */
LIBHTTP_API int64_t libhttp_response_reason_length(const libhttp_response *r);
/** 10 for HTTP/1.0, 11 for HTTP/1.1 and later 1.x; 0 for NULL. */
LIBHTTP_API int32_t libhttp_response_version(const libhttp_response *r);
/** The target of the request it answers, as sent. Borrowed from the response. */
LIBHTTP_API const char *libhttp_response_url(const libhttp_response *r);
/** The fields, read-only, never NULL but for NULL. Borrowed from the response. */
LIBHTTP_API const libhttp_headers *libhttp_response_headers(const libhttp_response *r);
/**
 * The value of a field, several joined by ", "; where there is none, the `fallback` given (or
 * NULL). *ret_value is borrowed from the response (until the next call of it, where values were
 * joined); *ret_length may be NULL. Errors: INVALID_ARGUMENT, NO_MEMORY. RFC 9110 5.3.
 */
LIBHTTP_API int32_t libhttp_response_getheader(libhttp_response *r, const char *name,
                                               int64_t name_length, const char *fallback,
                                               int64_t fallback_length, const char **ret_value,
                                               int64_t *ret_length);
/** The head as the bytes that arrived, blank line included. Borrowed from the response. Errors:
 * INVALID_ARGUMENT, NO_MEMORY. */
LIBHTTP_API int32_t libhttp_response_raw_head(libhttp_response *r, const char **ret_data,
                                              int64_t *ret_length);

/** The number of interim responses (1xx) that came before it. */
LIBHTTP_API int32_t libhttp_response_interim_count(const libhttp_response *r);
/** The status of one of them, 0 outside the range. */
LIBHTTP_API int32_t libhttp_response_interim_status(const libhttp_response *r, int32_t index);
/** The fields of one of them (of a 103, its Link fields), NULL outside the range. Borrowed from the
 * response. */
LIBHTTP_API const libhttp_headers *libhttp_response_interim_headers(const libhttp_response *r,
                                                                    int32_t index);
/** The trailer fields, once the body was read to its end; empty before, never NULL but for NULL.
 * Borrowed. RFC 9110 6.5. */
LIBHTTP_API const libhttp_headers *libhttp_response_trailers(const libhttp_response *r);

/**
 * Reads bytes of the body into the caller's memory: `capacity` of them or up to the body's end in
 * blocking mode, elsewhere what is there. OK with *ret_got 0 (and capacity over 0): the end. A body
 * that was cut off gives what came, and then, at the next call, INCOMPLETE_READ: never an end.
 * Errors: INCOMPLETE_READ, BAD_CHUNK, LINE_TOO_LONG, CLOSED, OS, TLS, TIMEOUT, CANCELLED,
 * INVALID_ARGUMENT. Blocks in blocking mode, else AGAIN. RFC 9112 6, 7.
 */
LIBHTTP_API int32_t libhttp_response_read(libhttp_response *r, void *buffer, int64_t capacity,
                                          int64_t *ret_got);
/** The same, but returns with the first bytes that are there. */
LIBHTTP_API int32_t libhttp_response_read1(libhttp_response *r, void *buffer, int64_t capacity,
                                           int64_t *ret_got);
/**
 * Shows the next bytes without taking them: at least one unless the body has ended (OK with length
 * 0). Borrowed until the next call on the response. Errors and blocking as of read.
 */
LIBHTTP_API int32_t libhttp_response_peek(libhttp_response *r, const void **ret_data,
                                          int64_t *ret_length);
/**
 * Reads up to and with the next LF, at most `capacity` bytes, or up to the body's end. *ret_got 0:
 * the end. In non-blocking mode AGAIN until the whole line (or `capacity`) is there. Errors and
 * blocking as of read.
 */
LIBHTTP_API int32_t libhttp_response_readline(libhttp_response *r, void *buffer, int64_t capacity,
                                              int64_t *ret_got);
/**
 * Reads the rest of the body, at most `maximum` bytes, into memory of the response's: borrowed
 * until the response is freed or read_all is called again. TOO_LARGE where there is more: what came
 * stays, and reading may go on with a larger maximum or by read(). After any other failure
 * libhttp_response_partial() gives what came. Errors and blocking as of read.
 */
LIBHTTP_API int32_t libhttp_response_read_all(libhttp_response *r, int64_t maximum,
                                              const void **ret_data, int64_t *ret_length);
/** What read_all had got when it failed. Borrowed as there. Errors: INVALID_ARGUMENT. */
LIBHTTP_API int32_t libhttp_response_partial(libhttp_response *r, const void **ret_data,
                                             int64_t *ret_length);

/** Bytes of the body still to come; -1 where nobody knows (chunked, until close). */
LIBHTTP_API int64_t libhttp_response_remaining(const libhttp_response *r);
/** After INCOMPLETE_READ: bytes that did not come; -1 where nobody knows. */
LIBHTTP_API int64_t libhttp_response_missing(const libhttp_response *r);
/** 1 where the body was read to its end. */
LIBHTTP_API int32_t libhttp_response_is_complete(const libhttp_response *r);
/** 1 where it is complete or closed. */
LIBHTTP_API int32_t libhttp_response_is_closed(const libhttp_response *r);
/** 1 where the connection ends with this response (http.client's will_close), 0 where it will be
 * kept. */
LIBHTTP_API int32_t libhttp_response_will_close(const libhttp_response *r);
/** The socket's descriptor, the connection's own; -1 where there is none any more. */
LIBHTTP_API int32_t libhttp_response_fileno(const libhttp_response *r);

/**
 * Gives up the unread body. What is here already, up to LIBHTTP_MAX_DRAIN_DEFAULT bytes, is read
 * away to keep the connection; else the connection is dropped. Reading gives CLOSED from then on.
 * An error only for NULL. Never blocks.
 */
LIBHTTP_API int32_t libhttp_response_close(libhttp_response *r);

/**
 * After 101, or a 2xx to CONNECT: the stream that takes over. Free it with libhttp_stream_free().
 * STATE for any other response and at a second call. RFC 9110 7.8, 9.3.6. Never blocks.
 */
LIBHTTP_API int32_t libhttp_response_stream(libhttp_response *r, libhttp_stream **ret);

/** As libhttp_connection_debuglevel; a response inherits its connection's. */
LIBHTTP_API int32_t libhttp_response_set_debuglevel(libhttp_response *r, int32_t level);
LIBHTTP_API int32_t libhttp_response_debuglevel(const libhttp_response *r);

/** As libhttp_connection_wait, _cancel and the errors of info.h; while they share the transport,
 * cancel is the connection's. */
LIBHTTP_API int32_t libhttp_response_wait(const libhttp_response *r, int32_t *ret_fd,
                                          int32_t *ret_events, int64_t *ret_ms,
                                          int64_t *ret_generation);
LIBHTTP_API int32_t libhttp_response_cancel(libhttp_response *r);
LIBHTTP_API const char *libhttp_response_error(const libhttp_response *r);
LIBHTTP_API int32_t libhttp_response_error_code(const libhttp_response *r);
LIBHTTP_API int32_t libhttp_response_errno(const libhttp_response *r);
LIBHTTP_API int64_t libhttp_response_tls_reason(const libhttp_response *r);
LIBHTTP_API const char *libhttp_response_error_detail(const libhttp_response *r,
                                                      int64_t *ret_length);

LIBHTTP_END_DECLS

#endif
