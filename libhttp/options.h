/* SPDX-License-Identifier: MIT */
/**
 * @file options.h
 * A connection's settings: mode, times, limits, debugging. Each has a setter and a getter.
 *
 * For all of them: a getter gives 0 or NULL for NULL. Errors: INVALID_ARGUMENT (an argument is
 * NULL or out of range; the sentence names it). None of them blocks.
 */
#ifndef LIBHTTP_OPTIONS_H
#define LIBHTTP_OPTIONS_H

#include <libhttp/connection.h>

LIBHTTP_BEGIN_DECLS

/** As a time: no limit. */
#define LIBHTTP_TIMEOUT_NONE (-1)
/** Opening a connection: resolving, connecting, tunnel and handshake together. */
#define LIBHTTP_CONNECT_TIMEOUT_DEFAULT 30000
/** No byte moved for so long. */
#define LIBHTTP_IDLE_TIMEOUT_DEFAULT 300000
/** A whole exchange, from putrequest() to the body's last byte. */
#define LIBHTTP_TOTAL_TIMEOUT_DEFAULT (-1)
/** Waiting for 100 (Continue) before the body is sent all the same. */
#define LIBHTTP_CONTINUE_TIMEOUT_DEFAULT 1000

/** Calls wait, up to their deadlines. The default. */
#define LIBHTTP_MODE_BLOCKING 0
/** Calls give LIBHTTP_AGAIN, and libhttp_connection_wait() says what to wait for. */
#define LIBHTTP_MODE_NONBLOCKING 1

/** Bytes of one line of a head, of a chunk size line, of a trailer. */
#define LIBHTTP_MAX_LINE_DEFAULT 65536
/** Fields of one head or trailer section. */
#define LIBHTTP_MAX_HEADERS_DEFAULT 100
/** Bytes of a head; all interim heads of an exchange count together with it. */
#define LIBHTTP_MAX_HEAD_DEFAULT 262144
/** Interim responses (1xx) of one exchange. */
#define LIBHTTP_MAX_INTERIM_DEFAULT 100
/** Bytes that closing an unread response reads away to keep the connection. */
#define LIBHTTP_MAX_DRAIN_DEFAULT 65536
/** Bytes that peek, readline and pieces of a file are read in. */
#define LIBHTTP_BLOCK_SIZE_DEFAULT 65536

/**
 * The mode: LIBHTTP_MODE_BLOCKING or LIBHTTP_MODE_NONBLOCKING. A carried connection gives AGAIN in
 * either.
 * Errors: STATE (an exchange is under way).
 */
LIBHTTP_API int32_t libhttp_connection_set_mode(libhttp_connection *c, int32_t mode);
LIBHTTP_API int32_t libhttp_connection_mode(const libhttp_connection *c);

/**
 * The timeouts, in `milliseconds`: set_timeout() sets the connect and the idle timeout at once, as
 * http.client's `timeout`. LIBHTTP_TIMEOUT_NONE is no limit; 0 and anything below it is
 * INVALID_ARGUMENT. What is set acts at once, on an exchange under way too.
 */
LIBHTTP_API int32_t libhttp_connection_set_timeout(libhttp_connection *c, int64_t milliseconds);
LIBHTTP_API int32_t libhttp_connection_set_connect_timeout(libhttp_connection *c,
                                                           int64_t milliseconds);
LIBHTTP_API int64_t libhttp_connection_connect_timeout(const libhttp_connection *c);
LIBHTTP_API int32_t libhttp_connection_set_idle_timeout(libhttp_connection *c,
                                                        int64_t milliseconds);
LIBHTTP_API int64_t libhttp_connection_idle_timeout(const libhttp_connection *c);
LIBHTTP_API int32_t libhttp_connection_set_total_timeout(libhttp_connection *c,
                                                         int64_t milliseconds);
LIBHTTP_API int64_t libhttp_connection_total_timeout(const libhttp_connection *c);
LIBHTTP_API int32_t libhttp_connection_set_continue_timeout(libhttp_connection *c,
                                                            int64_t milliseconds);
LIBHTTP_API int64_t libhttp_connection_continue_timeout(const libhttp_connection *c);

/** Whether sending connects by itself: `on` is 1 (the default), or 0: it gives NOT_CONNECTED. */
LIBHTTP_API int32_t libhttp_connection_set_auto_open(libhttp_connection *c, int32_t on);
LIBHTTP_API int32_t libhttp_connection_auto_open(const libhttp_connection *c);

/**
 * The local address to connect from: `host`, an IPv4 or IPv6 literal, or empty: any; and `port` (0:
 * any). NULL takes it back. Errors: INVALID_ARGUMENT (it is no literal), STATE (connected). The
 * getter's text is borrowed until the next change; NULL: none; *ret_port may be NULL.
 */
LIBHTTP_API int32_t libhttp_connection_set_source_address(libhttp_connection *c, const char *host,
                                                          int64_t host_length, int32_t port);
LIBHTTP_API const char *libhttp_connection_source_address(const libhttp_connection *c,
                                                          int32_t *ret_port);

/**
 * Addresses given in advance: the host isn't looked up, these are connected to, in this order.
 * Each `address` is an IPv4 or IPv6 literal; the port is the host's. clear_addresses() goes back
 * to looking up. Errors: INVALID_ARGUMENT (it is no literal), STATE (connected).
 */
LIBHTTP_API int32_t libhttp_connection_add_address(libhttp_connection *c, const char *address,
                                                   int64_t address_length);
LIBHTTP_API int32_t libhttp_connection_clear_addresses(libhttp_connection *c);
LIBHTTP_API int32_t libhttp_connection_address_count(const libhttp_connection *c);

/**
 * TCP keep-alive probes (SO_KEEPALIVE): `on` is 1, or 0 (the default). Errors: STATE (connected).
 */
LIBHTTP_API int32_t libhttp_connection_set_keep_alive_probes(libhttp_connection *c, int32_t on);
LIBHTTP_API int32_t libhttp_connection_keep_alive_probes(const libhttp_connection *c);

/**
 * Whether the connection is looked at before each reuse (one system call): `on` is 1, or 0 (the
 * default): only after it was idle for some milliseconds. It is the only way to notice bytes that
 * nobody asked for earlier (request splitting).
 */
LIBHTTP_API int32_t libhttp_connection_set_strict_reuse(libhttp_connection *c, int32_t on);
LIBHTTP_API int32_t libhttp_connection_strict_reuse(const libhttp_connection *c);

/**
 * The limits, in `bytes` or by `count`; each at least 1 and at most 2^30 (drain may be 0). They
 * hold for what is received from now on.
 */
LIBHTTP_API int32_t libhttp_connection_set_max_line(libhttp_connection *c, int64_t bytes);
LIBHTTP_API int64_t libhttp_connection_max_line(const libhttp_connection *c);
LIBHTTP_API int32_t libhttp_connection_set_max_headers(libhttp_connection *c, int64_t count);
LIBHTTP_API int64_t libhttp_connection_max_headers(const libhttp_connection *c);
LIBHTTP_API int32_t libhttp_connection_set_max_head(libhttp_connection *c, int64_t bytes);
LIBHTTP_API int64_t libhttp_connection_max_head(const libhttp_connection *c);
LIBHTTP_API int32_t libhttp_connection_set_max_interim(libhttp_connection *c, int64_t count);
LIBHTTP_API int64_t libhttp_connection_max_interim(const libhttp_connection *c);
LIBHTTP_API int32_t libhttp_connection_set_max_drain(libhttp_connection *c, int64_t bytes);
LIBHTTP_API int64_t libhttp_connection_max_drain(const libhttp_connection *c);
LIBHTTP_API int32_t libhttp_connection_set_block_size(libhttp_connection *c, int64_t bytes);
LIBHTTP_API int64_t libhttp_connection_block_size(const libhttp_connection *c);

/** Debug lines show Authorization, Cookie and the like as they are, and bodies too. Never in a log
 * that others read. */
#define LIBHTTP_DEBUG_SECRETS 256

/**
 * The debug level: with a `level` above 0, `send:`, `reply:` and `header:` lines tell what passes;
 * credentials are masked and bodies given as lengths, unless LIBHTTP_DEBUG_SECRETS is or-ed in.
 * New responses inherit the level.
 */
LIBHTTP_API int32_t libhttp_connection_set_debuglevel(libhttp_connection *c, int32_t level);
LIBHTTP_API int32_t libhttp_connection_debuglevel(const libhttp_connection *c);

/**
 * Where debug lines go: to the descriptor `fd`, 1 by default, by write(2). With -1 they are kept,
 * the last 64 KiB, for debug_take(), which gives them in *ret_text, NUL-terminated, and empties
 * the store; they are borrowed until the next call on the connection.
 */
LIBHTTP_API int32_t libhttp_connection_set_debug_fd(libhttp_connection *c, int32_t fd);
LIBHTTP_API int32_t libhttp_connection_debug_fd(const libhttp_connection *c);
LIBHTTP_API int32_t libhttp_connection_debug_take(libhttp_connection *c, const char **ret_text,
                                                  int64_t *ret_length);

LIBHTTP_END_DECLS

#endif
