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

/** Gives the response up; an unread body as close() does. NULL is fine. Never blocks. */
LIBHTTP_API void libhttp_response_free(libhttp_response *r);

/** The status code, 100 to 999; 0 for NULL. */
LIBHTTP_API int32_t libhttp_response_status(const libhttp_response *r);

/** The reason phrase, perhaps empty; never NULL. Borrowed from the response. */
LIBHTTP_API const char *libhttp_response_reason(const libhttp_response *r);

/** The length of the reason phrase in bytes; 0 for NULL. */
LIBHTTP_API int64_t libhttp_response_reason_length(const libhttp_response *r);

/** The version: 10 for HTTP/1.0, 11 for HTTP/1.1 and later 1.x; 0 for NULL. */
LIBHTTP_API int32_t libhttp_response_version(const libhttp_response *r);

/** The target of the request it answers, as sent. Borrowed from the response. */
LIBHTTP_API const char *libhttp_response_url(const libhttp_response *r);

/** The response's fields, read-only, never NULL but for NULL. Borrowed from the response. */
LIBHTTP_API const libhttp_headers *libhttp_response_headers(const libhttp_response *r);

/**
 * Gives the value of the field `name`, several joined by ", "; where there is none, `fallback` (or
 * NULL). *ret_value is borrowed from the response, where values were joined or the fallback given
 * until the next call of it or of libhttp_headers_get() on its fields; *ret_length may be NULL.
 * Errors: INVALID_ARGUMENT, NO_MEMORY. Never blocks. RFC 9110 5.3.
 */
LIBHTTP_API int32_t libhttp_response_getheader(libhttp_response *r, const char *name,
                                               int64_t name_length, const char *fallback,
                                               int64_t fallback_length, const char **ret_value,
                                               int64_t *ret_length);

/**
 * Gives the head as the bytes that arrived, blank line included: *ret_data is borrowed from the
 * response. Errors: INVALID_ARGUMENT, NO_MEMORY. Never blocks.
 */
LIBHTTP_API int32_t libhttp_response_raw_head(libhttp_response *r, const char **ret_data,
                                              int64_t *ret_length);

/** The number of interim responses (1xx) that came before it. */
LIBHTTP_API int32_t libhttp_response_interim_count(const libhttp_response *r);

/** The status of the interim response at `index` (0 to count - 1); 0 outside. */
LIBHTTP_API int32_t libhttp_response_interim_status(const libhttp_response *r, int32_t index);

/**
 * The fields of the interim response at `index` (0 to count - 1), of a 103 its Link fields; NULL
 * outside. Borrowed from the response.
 */
LIBHTTP_API const libhttp_headers *libhttp_response_interim_headers(const libhttp_response *r,
                                                                    int32_t index);

/** The trailer fields, once the body was read to its end; empty before, never NULL but for NULL.
 * Borrowed. RFC 9110 6.5. */
LIBHTTP_API const libhttp_headers *libhttp_response_trailers(const libhttp_response *r);

/**
 * Reads bytes of the body into `buffer`: `capacity` of them or up to the body's end in blocking
 * mode, elsewhere what is there. OK with *ret_got 0 (and capacity over 0): the end. A body that
 * was cut off gives what came, and then, at the next call, INCOMPLETE_READ: never an end.
 * Errors: INCOMPLETE_READ, BAD_CHUNK, LINE_TOO_LONG, CLOSED, OS, TLS, TIMEOUT, CANCELLED,
 * BAD_HEADER, TOO_MANY_HEADERS, HEAD_TOO_LARGE (these three of the trailers), NO_MEMORY,
 * INVALID_ARGUMENT; what ended the body is given again by each later read. Blocks in blocking mode,
 * else AGAIN. RFC 9112 6, 7.
 */
LIBHTTP_API int32_t libhttp_response_read(libhttp_response *r, void *buffer, int64_t capacity,
                                          int64_t *ret_got);

/**
 * Reads as libhttp_response_read() does into `buffer`, at most `capacity` bytes, but returns with
 * the first that are there: *ret_got 0 is the end. Errors and blocking as of read.
 */
LIBHTTP_API int32_t libhttp_response_read1(libhttp_response *r, void *buffer, int64_t capacity,
                                           int64_t *ret_got);

/**
 * Shows the next bytes without taking them: at least one at *ret_data unless the body has ended
 * (OK with length 0). Borrowed until the next call on the response. Errors and blocking as of
 * read.
 */
LIBHTTP_API int32_t libhttp_response_peek(libhttp_response *r, const void **ret_data,
                                          int64_t *ret_length);

/**
 * Reads a line into `buffer`, up to and with the next LF, at most `capacity` bytes, or up to the
 * body's end. *ret_got 0: the end. In non-blocking mode AGAIN until the whole line (or `capacity`)
 * is there. Errors and blocking as of read.
 */
LIBHTTP_API int32_t libhttp_response_readline(libhttp_response *r, void *buffer, int64_t capacity,
                                              int64_t *ret_got);

/**
 * Reads the rest of the body, at most `maximum` bytes, into memory of the response's: *ret_data is
 * borrowed until the response is freed or read_all() is called again. After a failure
 * libhttp_response_partial() gives what came, and the next read_all() goes on behind it. Errors:
 * TOO_LARGE (there is more: what came stays, and reading may go on with a larger maximum or by
 * read()), and those of read. Blocks in blocking
 * mode, else AGAIN.
 */
LIBHTTP_API int32_t libhttp_response_read_all(libhttp_response *r, int64_t maximum,
                                              const void **ret_data, int64_t *ret_length);

/**
 * Gives what read_all() had got when it failed: *ret_data is borrowed as there. Errors:
 * INVALID_ARGUMENT (NULL). Never blocks.
 */
LIBHTTP_API int32_t libhttp_response_partial(libhttp_response *r, const void **ret_data,
                                             int64_t *ret_length);

/** How many bytes of the body are still to come; -1 where nobody knows (chunked, until close). */
LIBHTTP_API int64_t libhttp_response_remaining(const libhttp_response *r);

/** How many bytes did not come, after INCOMPLETE_READ; -1 where nobody knows. */
LIBHTTP_API int64_t libhttp_response_missing(const libhttp_response *r);

/** 1 where the body was read to its end. */
LIBHTTP_API int32_t libhttp_response_is_complete(const libhttp_response *r);

/** 1 where the response is complete or closed, or an error that ended its body was given. */
LIBHTTP_API int32_t libhttp_response_is_closed(const libhttp_response *r);

/** 1 where the connection ends with this response (http.client's will_close), 0 where it is kept if
 * the body is read to its end. */
LIBHTTP_API int32_t libhttp_response_will_close(const libhttp_response *r);

/** The socket's descriptor, the connection's own; -1 where there is none any more. */
LIBHTTP_API int32_t libhttp_response_fileno(const libhttp_response *r);

/**
 * Gives up the unread body. What is here already, up to libhttp_connection_max_drain() bytes, is
 * read away to keep the connection; else the connection is dropped. Reading gives CLOSED from then
 * on.
 * Errors: INVALID_ARGUMENT (NULL). Never blocks.
 */
LIBHTTP_API int32_t libhttp_response_close(libhttp_response *r);

/**
 * Gives the stream that takes over after 101, or a 2xx to CONNECT. Free it with
 * libhttp_stream_free(). Errors: STATE (any other response; a second call), INVALID_ARGUMENT
 * (NULL), NO_MEMORY. RFC 9110 7.8, 9.3.6. Never blocks.
 */
LIBHTTP_API int32_t libhttp_response_stream(libhttp_response *r, libhttp_stream **ret);

/**
 * The debug level, as that of a connection (libhttp_connection_set_debuglevel()), from which a
 * response inherits its `level`. Errors: INVALID_ARGUMENT. Never blocks.
 */
LIBHTTP_API int32_t libhttp_response_set_debuglevel(libhttp_response *r, int32_t level);
LIBHTTP_API int32_t libhttp_response_debuglevel(const libhttp_response *r);

/**
 * Waiting, cancelling and the last error, as of a connection: *ret_fd, *ret_events, *ret_ms and
 * *ret_generation are those of libhttp_connection_wait(); cancelling is
 * libhttp_connection_cancel() while they share the transport; the rest stands in info.h. Errors:
 * INVALID_ARGUMENT (NULL). Never blocks.
 */
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
