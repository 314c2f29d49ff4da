/* SPDX-License-Identifier: MIT */
/**
 * @file connection.h
 * libhttp_connection: one transaction at a time with one server, as http.client's HTTPConnection
 * and HTTPSConnection. Where it goes and what it sends stand here; its settings in options.h,
 * waiting and cancelling in wait.h, what can be learned from it in info.h. The conventions that
 * hold for every function stand in http.h.
 * "Connected" counts from the begin of a request on, for those that say where it goes: its Host
 * field has named the server then.
 */
#ifndef LIBHTTP_CONNECTION_H
#define LIBHTTP_CONNECTION_H

#include <libhttp/headers.h>
#include <libhttp/tls_config.h>

LIBHTTP_BEGIN_DECLS

/** A connection; opaque. */
typedef struct libhttp_connection libhttp_connection;
/** A response; opaque. See response.h. */
typedef struct libhttp_response libhttp_response;

/** As a port: taken from the host's text ("host:81"), else 80, or 443 with TLS. */
#define LIBHTTP_PORT_DEFAULT (-1)
/** As a body's length: there is no body. An empty body (length 0) is another thing. */
#define LIBHTTP_NO_BODY (-2)
/** As a body's length: not known; it is sent chunked (of a regular file: what is left of it). */
#define LIBHTTP_LENGTH_UNKNOWN (-3)
/** As a body's length, for request_pieces(): it goes in chunks, where the Transfer-Encoding is your
 * own too. */
#define LIBHTTP_LENGTH_CHUNKED (-4)
/** Bytes that request() holds at the most outside blocking mode; put a larger body with send(). */
#define LIBHTTP_OUTPUT_MAX 1048576

/** putrequest: no automatic Host field. */
#define LIBHTTP_SKIP_HOST 1
/** putrequest: no automatic Accept-Encoding field. */
#define LIBHTTP_SKIP_ACCEPT_ENCODING 2
/** endheaders: each send() becomes a chunk (RFC 9112 7.1); Transfer-Encoding is added at need. */
#define LIBHTTP_ENCODE_CHUNKED 1

/**
 * Makes a connection that goes nowhere yet and does no input or output.
 * Free it with libhttp_connection_free(). Errors: NO_MEMORY, INVALID_ARGUMENT (ret is NULL). Never
 * blocks.
 */
LIBHTTP_API int32_t libhttp_connection_new(libhttp_connection **ret);

/**
 * Gives the connection up. NULL is fine. Responses and streams that are still held stay readable;
 * the descriptor is closed when the last of them is freed. Never blocks.
 */
LIBHTTP_API void libhttp_connection_free(libhttp_connection *c);

/**
 * Sets the server: a name, an IPv4 or IPv6 literal (brackets allowed), or "host:port" where `port`
 * is LIBHTTP_PORT_DEFAULT. A name that isn't ASCII is taken as UTF-8 and encoded by IDNA. The text
 * is copied. Errors: INVALID_URL (no host or port can be that; the offending text is in the
 * sentence), INVALID_ARGUMENT, STATE (connected). After a failure nothing connects until a host is
 * set right. RFC 9110 4.2. Never blocks.
 */
LIBHTTP_API int32_t libhttp_connection_set_host(libhttp_connection *c, const char *host,
                                                int64_t host_length, int32_t port);

/**
 * Connects through the Unix-domain socket at `path` from now on; a host set besides is what Host
 * and TLS name, else it is "localhost". NULL with length 0 goes back to TCP. The path is copied.
 * Errors: INVALID_ARGUMENT (empty, or over 107 bytes), STATE (connected). Never blocks.
 */
LIBHTTP_API int32_t libhttp_connection_set_unix(libhttp_connection *c, const char *path,
                                                int64_t path_length);

/**
 * Adopts `fd`, a connected stream socket: the connection owns it from success on and closes it in
 * the end. It is never shut down, as somebody else may share it, and never reopened: once lost,
 * NOT_CONNECTED is given until another, or a host, is set. Errors: INVALID_ARGUMENT (no connected
 * stream socket), OS, STATE (connected), NO_MEMORY; the descriptor stays yours then. Never blocks.
 */
LIBHTTP_API int32_t libhttp_connection_set_fd(libhttp_connection *c, int32_t fd);

/**
 * Goes over to carried mode: no descriptor at all; what arrives is fed by
 * libhttp_connection_feed(), what is to be sent is fetched by libhttp_connection_take() (wait.h).
 * Each call opens a new, empty transport; lost, it is as with set_fd(). Errors: INVALID_ARGUMENT
 * (NULL), STATE (connected, or handed over and unused: close first), NO_MEMORY. Never blocks.
 */
LIBHTTP_API int32_t libhttp_connection_set_carried(libhttp_connection *c);

/**
 * Speaks TLS as `config` says; a reference to it is kept, and it is frozen by its first use.
 * Errors: INVALID_ARGUMENT (NULL: nobody ends up on plain HTTP by accident, and nothing connects
 * until this is set right), STATE (connected). Never blocks.
 */
LIBHTTP_API int32_t libhttp_connection_set_tls(libhttp_connection *c, libhttp_tls_config *config);

/**
 * Goes through a proxy: the connection's host is the proxy, and a CONNECT request (RFC 9110 9.3.6)
 * opens a tunnel to `host` and `port` (LIBHTTP_PORT_DEFAULT: in the text, else 80, or 443 with
 * TLS). TLS, where set, is spoken inside, under the tunnel's name. `headers` (or NULL) go with the
 * CONNECT request only. Everything is copied. NULL as host, its length 0 or -1, takes the tunnel
 * back. Errors: INVALID_URL, INVALID_ARGUMENT, STATE (connected). After a failure nothing connects
 * until the tunnel is set right or taken back. Never blocks.
 */
LIBHTTP_API int32_t libhttp_connection_set_tunnel(libhttp_connection *c, const char *host,
                                                  int64_t host_length, int32_t port,
                                                  const libhttp_headers *headers);

/**
 * Opens the connection now: resolves, connects, opens the tunnel, shakes hands. Requests do it by
 * themselves otherwise. Errors: STATE (open already), NAME_RESOLUTION, OS, TLS, CERTIFICATE,
 * UNSUPPORTED_PROTOCOL, TUNNEL_FAILED, TIMEOUT, CANCELLED, NOT_CONNECTED, NO_MEMORY,
 * REMOTE_DISCONNECTED, BAD_STATUS_LINE, UNKNOWN_PROTOCOL, LINE_TOO_LONG, BAD_HEADER,
 * TOO_MANY_HEADERS, HEAD_TOO_LARGE, INCOMPLETE_READ (these eight of a proxy's answer).
 * Blocks in blocking mode, else AGAIN.
 */
LIBHTTP_API int32_t libhttp_connection_connect(libhttp_connection *c);

/**
 * Closes the connection, at any time; it may be opened again. A response whose body is unread
 * reports that it was cut off, but one that ends its connection (libhttp_response_will_close()) has
 * the transport for itself and is read on. Errors: INVALID_ARGUMENT (NULL). Never blocks.
 */
LIBHTTP_API int32_t libhttp_connection_close(libhttp_connection *c);

/**
 * Begins a request: the request line, Host and `Accept-Encoding: identity`, as `skip` (0,
 * LIBHTTP_SKIP_HOST, LIBHTTP_SKIP_ACCEPT_ENCODING) allows. An empty target is "/". Nothing is sent
 * yet. The texts are copied. RFC 9112 3. Errors: CANNOT_SEND_REQUEST (the last request is not
 * ended, or its response not fetched), INVALID_ARGUMENT (method is no token), INVALID_URL (the
 * target can't be one), NOT_CONNECTED, NO_MEMORY. Never blocks.
 */
LIBHTTP_API int32_t libhttp_connection_putrequest(libhttp_connection *c, const char *method,
                                                  int64_t method_length, const char *target,
                                                  int64_t target_length, int32_t skip);

/**
 * Puts one field. A Host or Accept-Encoding takes the place of the automatic one. The texts are
 * copied. RFC 9110 5. Errors: CANNOT_SEND_HEADER, INVALID_ARGUMENT (a name or value that can't be,
 * a second Host or framing field), HEAD_TOO_LARGE (17 MiB), NO_MEMORY; nothing is put then. Never
 * blocks.
 */
LIBHTTP_API int32_t libhttp_connection_putheader(libhttp_connection *c, const char *name,
                                                 int64_t name_length, const char *value,
                                                 int64_t value_length);

/**
 * Continues the field last put by `value` on a line of its own (obs-fold). Deprecated by RFC 9112
 * 5.2: many servers refuse it; here for http.client's putheader with several values. Errors as of
 * putheader(). Never blocks.
 */
LIBHTTP_API int32_t libhttp_connection_putheader_continue(libhttp_connection *c, const char *value,
                                                          int64_t value_length);

/**
 * Ends the head; it leaves with the first send(), flush() or getresponse(). How the body is framed
 * follows from the fields put: that many bytes by Content-Length; none where neither it nor
 * Transfer-Encoding was put (PUT, POST and PATCH get Content-Length: 0); with Transfer-Encoding
 * send() passes bytes as they are, or as chunks where `flags` has LIBHTTP_ENCODE_CHUNKED. Errors:
 * CANNOT_SEND_HEADER, INVALID_ARGUMENT, NO_MEMORY. Never blocks.
 */
LIBHTTP_API int32_t libhttp_connection_endheaders(libhttp_connection *c, int32_t flags);

/**
 * Sends `length` bytes of the body at `data`; *ret_sent (or NULL, in blocking mode) is how many
 * were taken, all of them in blocking mode. With length 0 it only looks, without waiting, whether a
 * final response has come: for who has nothing to send yet and finds the socket readable. Errors:
 * CANNOT_SEND_HEADER (the head isn't ended), BODY_LENGTH (more than declared; nothing is sent),
 * EARLY_RESPONSE (a final response came: stop, and call getresponse), INVALID_ARGUMENT, and
 * those of connect; a head that comes early can be as wrong as a proxy's. Blocks in blocking mode,
 * else AGAIN. RFC 9112 6, 7.
 */
LIBHTTP_API int32_t libhttp_connection_send(libhttp_connection *c, const void *data, int64_t length,
                                            int64_t *ret_sent);

/**
 * Sends bytes of the body from the descriptor `fd`, at most `length` or, with
 * LIBHTTP_LENGTH_UNKNOWN, as many as it gives or the body still may have. A regular file goes by
 * sendfile(2) from its offset, which moves on by what was taken. *ret_sent (or NULL, in blocking
 * mode) is how many were taken; 0: the file has ended. The descriptor is not kept. AGAIN may be for
 * want of input, as wait() says. Errors: those of send, BODY_LENGTH (also a `length` over what is
 * declared), UNIMPLEMENTED_FILE_MODE (fd can't be read from). Blocks in blocking mode, else AGAIN.
 */
LIBHTTP_API int32_t libhttp_connection_send_fd(libhttp_connection *c, int32_t fd, int64_t length,
                                               int64_t *ret_sent);

/**
 * Ends the body: the last chunk with `trailers` (or NULL) where chunks are encoded, otherwise only
 * a check that the body is as long as declared. Errors: BODY_LENGTH (shorter than declared: the
 * connection is closed), INVALID_ARGUMENT (trailers without chunks, or a name that frames),
 * CANNOT_SEND_HEADER, and those of send. Blocks in blocking mode, elsewhere it only fills the
 * output. RFC 9112 7.1.2.
 */
LIBHTTP_API int32_t libhttp_connection_finish(libhttp_connection *c,
                                              const libhttp_headers *trailers);

/**
 * Moves what is still in the output: after it, everything put has left. Errors: those of send.
 * Blocks in blocking mode, else AGAIN.
 */
LIBHTTP_API int32_t libhttp_connection_flush(libhttp_connection *c);

/**
 * Sends a whole request: `method` and `target` as putrequest(), the framing, `headers` (or NULL),
 * endheaders(), and the body. `body_length` is LIBHTTP_NO_BODY, or the number of bytes at `body`:
 * Content-Length is added unless `headers` frame the body. Sent in blocking mode; else only put,
 * and moved by flush() or getresponse(). An early final response ends the sending with OK.
 * Errors: TOO_LARGE (outside blocking mode, a body over LIBHTTP_OUTPUT_MAX: use request_pieces()),
 * and those of putrequest, putheader, send; after one nothing is begun. Blocks in blocking mode,
 * and never gives LIBHTTP_AGAIN.
 */
LIBHTTP_API int32_t libhttp_connection_request(libhttp_connection *c, const char *method,
                                               int64_t method_length, const char *target,
                                               int64_t target_length,
                                               const libhttp_headers *headers, const void *body,
                                               int64_t body_length);

/**
 * Sends a whole request as libhttp_connection_request() does, its head of `method`, `target` and
 * `headers`, with the body from the descriptor `fd`: `length` bytes, or LIBHTTP_LENGTH_UNKNOWN:
 * what is left of a regular file, else chunked until its end. What a pipe has given leaves before
 * more of it is waited for. Where `headers` declare a length that fd has passed, by what can be
 * seen without waiting, the request is broken off. Outside blocking mode only the head is put: go
 * on with send_fd() until it gives 0, then finish(). Errors: UNIMPLEMENTED_FILE_MODE (fd can't be
 * read from), OS (reading failed), BODY_LENGTH (more or less than declared), and those of request.
 * Blocks in blocking mode, and never gives LIBHTTP_AGAIN.
 */
LIBHTTP_API int32_t libhttp_connection_request_fd(libhttp_connection *c, const char *method,
                                                  int64_t method_length, const char *target,
                                                  int64_t target_length,
                                                  const libhttp_headers *headers, int32_t fd,
                                                  int64_t length);

/**
 * Puts the head of a request, of `method`, `target` and `headers` (or NULL), whose body follows in
 * pieces by send() and ends with finish(): `length` bytes in all, or LIBHTTP_LENGTH_UNKNOWN:
 * chunked, unless `headers` frame the body: with a Transfer-Encoding among them send() passes
 * bytes as they are, or with LIBHTTP_LENGTH_CHUNKED as chunks. Errors: those of putrequest and
 * putheader. Never blocks.
 */
LIBHTTP_API int32_t libhttp_connection_request_pieces(libhttp_connection *c, const char *method,
                                                      int64_t method_length, const char *target,
                                                      int64_t target_length,
                                                      const libhttp_headers *headers,
                                                      int64_t length);

/**
 * Waits for the response's head and gives the response; free it with libhttp_response_free().
 * Interim responses (1xx) are kept, see libhttp_response_interim_count(). The connection may
 * outlive it and be outlived. Errors: RESPONSE_NOT_READY (nothing was sent, or the last response is
 * unread), REMOTE_DISCONNECTED, BAD_STATUS_LINE, UNKNOWN_PROTOCOL, LINE_TOO_LONG, BAD_HEADER,
 * TOO_MANY_HEADERS, HEAD_TOO_LARGE, INCOMPLETE_READ, UNKNOWN_TRANSFER_ENCODING, BAD_CONTENT_LENGTH,
 * BODY_LENGTH, and those of send; after any but RESPONSE_NOT_READY the connection
 * is idle and usable. RFC 9112 4. Blocks in blocking mode, else AGAIN.
 */
LIBHTTP_API int32_t libhttp_connection_getresponse(libhttp_connection *c, libhttp_response **ret);

LIBHTTP_END_DECLS

#endif
