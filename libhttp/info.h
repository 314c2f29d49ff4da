/* SPDX-License-Identifier: MIT */
/**
 * @file info.h
 * What can be learned from a connection: its last error, its state, its peer, timings.
 *
 * For all of them: a NULL connection gives 0, -1, NULL or an empty text, as one of which there is
 * nothing to tell. Texts are borrowed. None of these functions blocks.
 */
#ifndef LIBHTTP_INFO_H
#define LIBHTTP_INFO_H

#include <libhttp/connection.h>

LIBHTTP_BEGIN_DECLS

/** No request is begun. */
#define LIBHTTP_STATE_IDLE 0
/** Between putrequest() and endheaders(). */
#define LIBHTTP_STATE_REQUEST_STARTED 1
/** After endheaders(), until the response is fetched. */
#define LIBHTTP_STATE_REQUEST_SENT 2

/** The last error's sentence: never NULL, empty before the first error; borrowed until the next
 * failing call on the handle. */
LIBHTTP_API const char *libhttp_connection_error(const libhttp_connection *c);

/** The last error's code; 0 before the first. */
LIBHTTP_API int32_t libhttp_connection_error_code(const libhttp_connection *c);

/** errno of the last error, where a system call was behind it; else 0. */
LIBHTTP_API int32_t libhttp_connection_errno(const libhttp_connection *c);

/** The TLS library's reason of the last error; else 0. */
LIBHTTP_API int64_t libhttp_connection_tls_reason(const libhttp_connection *c);

/** The offending bytes of the last error (a bad line, a version), cut at 256, NUL-terminated; NULL
 * where there are none. */
LIBHTTP_API const char *libhttp_connection_error_detail(const libhttp_connection *c,
                                                        int64_t *ret_length);

/** Where the request under way is: LIBHTTP_STATE_…; LIBHTTP_STATE_IDLE also for NULL. */
LIBHTTP_API int32_t libhttp_connection_state(const libhttp_connection *c);

/** 1 while the last response given is unread. */
LIBHTTP_API int32_t libhttp_connection_response_unread(const libhttp_connection *c);

/** 1 while a transport is open. */
LIBHTTP_API int32_t libhttp_connection_is_open(const libhttp_connection *c);

/** The socket's descriptor, the connection's own; -1 where there is none. */
LIBHTTP_API int32_t libhttp_connection_fileno(const libhttp_connection *c);

/** The host that was set, without brackets, IDNA done; NULL: none. Borrowed until it is set anew.
 */
LIBHTTP_API const char *libhttp_connection_host(const libhttp_connection *c);

/** The port in force: what was set, else 80, or 443 with TLS. */
LIBHTTP_API int32_t libhttp_connection_port(const libhttp_connection *c);

/** The TLS configuration that was set, or NULL. Borrowed. */
LIBHTTP_API const libhttp_tls_config *libhttp_connection_tls(const libhttp_connection *c);

/**
 * The tunnel's host, and its port to *ret_port (which may be NULL); NULL: no tunnel. Borrowed
 * until it is set anew.
 */
LIBHTTP_API const char *libhttp_connection_tunnel_host(const libhttp_connection *c,
                                                       int32_t *ret_port);

/**
 * The address connected to, as "192.0.2.1:80", "[2001:db8::1]:80" or "unix:/path"; NULL while
 * there is none: before it is opened, and after getresponse() where the response ends the
 * connection. Borrowed until it is closed.
 */
LIBHTTP_API const char *libhttp_connection_peer_address(libhttp_connection *c);

/** The status by which the proxy answered CONNECT, also a refusal; 0: none has. */
LIBHTTP_API int32_t libhttp_connection_tunnel_status(const libhttp_connection *c);

/**
 * The reason phrase by which the proxy answered CONNECT; NULL: none has. Borrowed until the
 * connection is opened again.
 */
LIBHTTP_API const char *libhttp_connection_tunnel_reason(const libhttp_connection *c);

/**
 * The fields of the proxy's answer to CONNECT; NULL: none has. Borrowed until the connection is
 * opened again.
 */
LIBHTTP_API const libhttp_headers *libhttp_connection_tunnel_headers(const libhttp_connection *c);

/**
 * The number of interim responses (1xx) that came so far to the request under way; the response
 * takes them over.
 */
LIBHTTP_API int32_t libhttp_connection_interim_count(const libhttp_connection *c);

/** The status of the interim response at `index` (0 to count - 1); 0 outside. */
LIBHTTP_API int32_t libhttp_connection_interim_status(const libhttp_connection *c, int32_t index);

/**
 * The fields of the interim response at `index` (0 to count - 1); NULL outside. Borrowed until
 * getresponse() gives the response or fails.
 */
LIBHTTP_API const libhttp_headers *libhttp_connection_interim_headers(const libhttp_connection *c,
                                                                      int32_t index);

/** The version of TLS that is spoken, "TLSv1.3" and the like; NULL without TLS. */
LIBHTTP_API const char *libhttp_connection_tls_version(const libhttp_connection *c);

/** The negotiated cipher; NULL without TLS. */
LIBHTTP_API const char *libhttp_connection_tls_cipher(const libhttp_connection *c);

/** The protocol chosen by ALPN, empty where the server chose none; NULL without TLS. */
LIBHTTP_API const char *libhttp_connection_tls_alpn(libhttp_connection *c);

/** 1 where the TLS session was resumed. */
LIBHTTP_API int32_t libhttp_connection_tls_resumed(const libhttp_connection *c);

/** The peer's certificate as DER, borrowed until the connection is closed; NULL and 0: none. */
LIBHTTP_API const void *libhttp_connection_peer_certificate(libhttp_connection *c,
                                                            int64_t *ret_length);

/** Times of the last exchange, as microseconds since it began (putrequest); -1: has not happened.
 * Connect times: when it connected; while it is being opened, and where that failed, what has
 * been passed so far. */
#define LIBHTTP_TIME_RESOLVED   0
#define LIBHTTP_TIME_CONNECTED  1
#define LIBHTTP_TIME_HANDSHAKEN 2
#define LIBHTTP_TIME_SENT       3
#define LIBHTTP_TIME_FIRST_BYTE 4
#define LIBHTTP_TIME_COMPLETE   5
/** A time of the last exchange: `which` is one of LIBHTTP_TIME_…; -1 also for any other. */
LIBHTTP_API int64_t libhttp_connection_time(const libhttp_connection *c, int32_t which);

/**
 * Bytes sent and received in the last exchange, heads and framing included, TLS not. The body of a
 * response that ends its connection counts when it was read.
 */
LIBHTTP_API int64_t libhttp_connection_bytes_sent(const libhttp_connection *c);
LIBHTTP_API int64_t libhttp_connection_bytes_received(const libhttp_connection *c);

LIBHTTP_END_DECLS

#endif
