/* SPDX-License-Identifier: MIT */
/* Cancel from another thread while a connection is opened (C-121). */
#include <unistd.h>

#include "support/conn.h"
#include "support/counts.h"
#include "support/resolver.h"
#include "support/sockets.h"
#include "tap.h"

/* How long before a cancel comes, so that its victim waits for sure. */
enum { SOON_MS = 60 };

static int32_t mode;

static void cancel_connect(libhttp_connection *c, const char *what)
{
    struct cancel_later *later = connection_cancel_later(c, SOON_MS);
    int32_t status;

    UNTIL_DONE(c, status, libhttp_connection_connect(c));
    conn_was_cancelled(later, status, what);
}

static void test_connecting(void)
{
    struct full_backlog *full;
    libhttp_connection *c;
    const char *path;
    int port;

    resolver_hang(true);
    c = conn_new(0, mode);
    libhttp_connection_set_host(c, "hangs.example", -1, 80);
    cancel_connect(c, "resolving");
    resolver_hang(false);
    ok(resolver_threads_end(), "T-39 the look-up ends; a child would lose what its thread has");
    conn_serves_again(c, "resolving");

    full = full_backlog_tcp(&port);
    c = conn_new(port, mode);
    cancel_connect(c, "connecting");
    conn_serves_again(c, "connecting");
    c = conn_new(0, mode);
    libhttp_connection_set_host(c, "h.example", -1, port);
    libhttp_connection_add_address(c, "127.0.0.2", -1);
    libhttp_connection_add_address(c, "127.0.0.1", -1);
    cancel_connect(c, "racing");
    conn_serves_again(c, "racing");
    c = conn_new(port, mode);
    libhttp_connection_set_timeout(c, LIBHTTP_TIMEOUT_NONE);
    cancel_connect(c, "connecting without a timeout");
    conn_serves_again(c, "connecting without a timeout");
    full_backlog_free(full);

    full = full_backlog_unix(&path);
    c = conn_new(0, mode);
    libhttp_connection_set_unix(c, path, -1);
    cancel_connect(c, "connecting to a Unix socket");
    conn_serves_again(c, "connecting to a Unix socket");
    full_backlog_free(full);
}

/* The other side of these takes the connection and says nothing. */
static void test_opening(void)
{
    int port, listener = listen_loopback(64, &port);
    libhttp_connection *c = conn_new(port, mode);
    libhttp_tls_config *config;

    /* The system's store, which takes long to read under valgrind, isn't asked. */
    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_system_store(config, 0);
    libhttp_connection_set_tls(c, config);
    libhttp_tls_config_free(config);
    cancel_connect(c, "a TLS handshake");
    libhttp_connection_free(c);
    c = conn_new(port, mode);
    libhttp_connection_set_tunnel(c, "inner.example", -1, 80, NULL);
    cancel_connect(c, "the answer to CONNECT");
    conn_serves_again(c, "the answer to CONNECT");
    close(listener);
}

/* A cancel before anything waits is not lost. */
static void test_early(void)
{
    int port, listener = listen_loopback(64, &port);
    libhttp_connection *c = conn_new(port, mode);
    libhttp_response *r = NULL;

    libhttp_connection_cancel(c);
    is(libhttp_connection_connect(c), LIBHTTP_E_CANCELLED, "C-121 connect after a cancel");
    is(conn_ask(c, "GET", "/", &r), LIBHTTP_E_CANCELLED, "C-121 a request after a cancel");
    is_str(libhttp_connection_error(c), "cancelled", "C-121 the sentence");
    conn_serves_again(c, "cancelled before");
    close(listener);
}

int main(void)
{
    int descriptors = count_descriptors();

    for (mode = LIBHTTP_MODE_BLOCKING; mode <= LIBHTTP_MODE_NONBLOCKING; mode++) {
        test_connecting();
        test_opening();
        test_early();
    }
    diag("the slowest cancel took %lld ms", (long long)conn_slowest_cancel());
    is(count_descriptors(), descriptors, "T-33 no descriptor is left open");
    return done_testing();
}
