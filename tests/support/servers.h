/* SPDX-License-Identifier: MIT */
/*
 * Real servers as plain processes on 127.0.0.1, each with a folder of its own. They answer when
 * start returns, and die with the test, however it ends. A server that doesn't start bails out.
 */
#ifndef TESTS_SUPPORT_SERVERS_H
#define TESTS_SUPPORT_SERVERS_H

#include <stddef.h>

struct server;

/*
 * nginx: plain, TLS 1.2 only and TLS 1.3 only on three ports, with
 *     /index.html   200, "Hello from nginx\n"       /big        10,000,000 bytes of peer_fill()'s
 * pattern /chunked      200, chunked                    /status/204, /status/304, /status/500
 *     /redirect     302 to /index.html              /upload/X   PUT and DELETE of files
 *     /headers      what it saw, as text: method, URI, Host and so on
 * anything else 404. It keeps connections alive, 100,000 requests on one.
 */
struct nginx_options {
    const char *certificate; /* PEM files; NULL: no TLS */
    const char *key;
    const char *client_ca; /* a client certificate is demanded */
    const char *extra;     /* further lines for each server { } block */
};
struct server *nginx_start(const struct nginx_options *options);
int nginx_port(const struct server *server);
int nginx_tls12_port(const struct server *server);
int nginx_tls13_port(const struct server *server);

/* tinyproxy: CONNECT to any port, and plain HTTP. With user and password it demands Basic
 * credentials. */
struct server *tinyproxy_start(const char *user, const char *password);
int tinyproxy_port(const struct server *server);

/* What the server has written to its log so far. The caller frees it. */
char *server_log(const struct server *server);

void server_stop(struct server *server);

#endif
