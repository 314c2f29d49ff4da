/* SPDX-License-Identifier: MIT */
/* After a setting of where or how to connect has failed, nothing connects until it is set right:
 * nobody ends up somewhere else, or on plain HTTP, by accident. */
#include <libhttp/http.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/peer.h"
#include "tap.h"

static libhttp_connection *connection(int port)
{
    libhttp_connection *c = NULL;

    libhttp_connection_new(&c);
    libhttp_connection_set_host(c, "127.0.0.1", -1, port);
    return c;
}

static int32_t try_request(libhttp_connection *c)
{
    return libhttp_connection_request(c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY);
}

static void refused(libhttp_connection *c, const char *what, const char *setter)
{
    char last[40];

    snprintf(last, sizeof last, "the last %s failed", setter);
    is(try_request(c), LIBHTTP_E_NOT_CONNECTED, "C-127 nothing is sent after %s", what);
    is(libhttp_connection_connect(c), LIBHTTP_E_NOT_CONNECTED, "nor connected after %s", what);
    contains(libhttp_connection_error(c), last, "the sentence says what to set right");
}

static void works(libhttp_connection *c, const char *what)
{
    is(try_request(c), LIBHTTP_OK, "it connects after %s", what);
    libhttp_connection_free(c);
}

static void test_host(int port)
{
    libhttp_connection *c = connection(port);

    is(libhttp_connection_set_host(c, "a b", -1, 80), LIBHTTP_E_INVALID_URL, "C-7 a bad host");
    refused(c, "a failed set_host", "set_host");
    libhttp_connection_set_host(c, "127.0.0.1", -1, port);
    works(c, "set_host was set right");
}

static void test_tls(int port)
{
    libhttp_connection *c = connection(port);
    int ends[2];

    is(libhttp_connection_set_tls(c, NULL), LIBHTTP_E_INVALID_ARGUMENT, "no TLS configuration");
    refused(c, "a failed set_tls", "set_tls");
    libhttp_connection_set_host(c, "127.0.0.1", -1, port);
    refused(c, "a failed set_tls and a good set_host", "set_tls");
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        bail_out("socketpair");
    libhttp_connection_set_fd(c, ends[0]);
    refused(c, "a failed set_tls and a good set_fd", "set_tls");
    libhttp_connection_set_tls(c, libhttp_tls_config_default());
    libhttp_connection_set_mode(c, LIBHTTP_MODE_NONBLOCKING);
    is(try_request(c), LIBHTTP_OK, "a request is put after set_tls was set right");
    libhttp_connection_free(c);
    close(ends[1]);
}

/* Nowhere to go, but for a transport that is given. */
static void test_nowhere(void)
{
    libhttp_connection *c = NULL;
    int ends[2];

    libhttp_connection_new(&c);
    is(try_request(c), LIBHTTP_E_NOT_CONNECTED, "C-127 nothing is sent where no host is set");
    contains(libhttp_connection_error(c), "no host is set", "the sentence says so");
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        bail_out("socketpair");
    libhttp_connection_set_fd(c, ends[0]);
    is(try_request(c), LIBHTTP_OK, "C-127 a descriptor needs none");
    libhttp_connection_free(c);
    close(ends[1]);
}

static void test_tunnel(int port)
{
    libhttp_connection *c = connection(port);
    libhttp_headers *h = NULL;

    is(libhttp_connection_set_tunnel(c, "a b", -1, 80, NULL), LIBHTTP_E_INVALID_URL,
       "T-4 a bad tunnel");
    refused(c, "a failed set_tunnel: the proxy never sees what is for the other end", "set_tunnel");
    libhttp_headers_new(&h);
    libhttp_headers_add(h, "Transfer-Encoding", -1, "chunked", -1);
    is(libhttp_connection_set_tunnel(c, "a", -1, 80, h), LIBHTTP_E_INVALID_ARGUMENT,
       "T-4 a field that frames a body is refused for CONNECT, which has none");
    libhttp_headers_clear(h);
    libhttp_headers_add(h, "content-length", -1, "5", -1);
    is(libhttp_connection_set_tunnel(c, "a", -1, 80, h), LIBHTTP_E_INVALID_ARGUMENT,
       "T-4 the other one too");
    contains(libhttp_connection_error(c), "content-length", "the sentence names it");
    libhttp_headers_free(h);
    libhttp_connection_set_tunnel(c, NULL, 0, -1, NULL);
    works(c, "the tunnel was taken back");
}

int main(void)
{
    static const struct peer_step steps[] = {PEER_ACCEPT, PEER_READ_HEAD, PEER_WAIT_CLOSE,
                                             PEER_ACCEPT, PEER_READ_HEAD, PEER_WAIT_CLOSE,
                                             PEER_END};
    struct peer *peer = peer_start(steps);

    test_nowhere();
    test_host(peer_port(peer));
    test_tunnel(peer_port(peer));
    test_tls(peer_port(peer));
    peer_finish(peer, "nobody else was connected to");
    return done_testing();
}
