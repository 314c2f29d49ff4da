/* SPDX-License-Identifier: MIT */
/**
 * @file stream.h
 * libhttp_stream: what is left of the connection after 101 (Switching Protocols) or a 2xx to
 * CONNECT: bytes in both directions, TLS included, those first that came behind the head. Reading
 * and writing may each be pending at once.
 */
#ifndef LIBHTTP_STREAM_H
#define LIBHTTP_STREAM_H

#include <libhttp/api.h>

LIBHTTP_BEGIN_DECLS

/** A stream; opaque. */
typedef struct libhttp_stream libhttp_stream;

/** Closes the stream and gives it up. NULL is fine. Never blocks. */
LIBHTTP_API void libhttp_stream_free(libhttp_stream *s);

/**
 * Reads what is there into `buffer`, at most `capacity` bytes; OK with *ret_got 0 (and capacity
 * over 0): the peer has ended its direction. Errors: OS (given again by each later read), TLS,
 * TIMEOUT (the idle timeout), CANCELLED, CLOSED, INVALID_ARGUMENT. Blocks in blocking mode, else
 * AGAIN.
 */
LIBHTTP_API int32_t libhttp_stream_read(libhttp_stream *s, void *buffer, int64_t capacity,
                                        int64_t *ret_got);

/**
 * Writes `length` bytes at `data`; *ret_sent (or NULL, in blocking mode) is how many were taken,
 * all in blocking mode. With length 0 it moves on what TLS still holds. Errors: STATE (after
 * shutdown_write), and those of read. Blocks in blocking mode, else AGAIN.
 */
LIBHTTP_API int32_t libhttp_stream_write(libhttp_stream *s, const void *data, int64_t length,
                                         int64_t *ret_sent);

/** Ends the sending direction (FIN; over TLS close_notify); reading goes on. Once more is OK.
 * Errors and blocking as of read. */
LIBHTTP_API int32_t libhttp_stream_shutdown_write(libhttp_stream *s);

/**
 * Takes the bare descriptor out, plain TCP and Unix only, with the bytes that were received but
 * not read: *ret_data is borrowed until the stream is freed. The descriptor, *ret_fd, is the
 * caller's from then on: blocking or not as the connection's mode says, an adopted one as it was.
 * The stream is closed then. Errors: STATE (TLS or carried), CLOSED, CANCELLED, INVALID_ARGUMENT.
 * Never blocks.
 */
LIBHTTP_API int32_t libhttp_stream_detach_fd(libhttp_stream *s, int32_t *ret_fd,
                                             const void **ret_data, int64_t *ret_length);

/**
 * Closes the stream; the connection it came from may be used anew. Errors: INVALID_ARGUMENT
 * (NULL). Never blocks.
 */
LIBHTTP_API int32_t libhttp_stream_close(libhttp_stream *s);

/** The socket's descriptor, the stream's own; -1 where there is none. */
LIBHTTP_API int32_t libhttp_stream_fileno(const libhttp_stream *s);

/**
 * Waiting, cancelling and the last error, as of a connection: *ret_fd, *ret_events, *ret_ms and
 * *ret_generation are those of libhttp_connection_wait(), cancelling is that of
 * libhttp_connection_cancel(), the rest stands in info.h. Errors: INVALID_ARGUMENT (NULL). Never
 * blocks.
 */
LIBHTTP_API int32_t libhttp_stream_wait(const libhttp_stream *s, int32_t *ret_fd,
                                        int32_t *ret_events, int64_t *ret_ms,
                                        int64_t *ret_generation);
LIBHTTP_API int32_t libhttp_stream_cancel(libhttp_stream *s);
LIBHTTP_API const char *libhttp_stream_error(const libhttp_stream *s);
LIBHTTP_API int32_t libhttp_stream_error_code(const libhttp_stream *s);
LIBHTTP_API int32_t libhttp_stream_errno(const libhttp_stream *s);
LIBHTTP_API int64_t libhttp_stream_tls_reason(const libhttp_stream *s);

LIBHTTP_END_DECLS

#endif
