/* SPDX-License-Identifier: MIT */
/* T-53: credentials don't stay in memory that was freed. */
#include <libhttp/http.h>
#include <stdlib.h>
#include <string.h>

#include "support/counts.h"
#include "support/heap.h"
#include "support/peer.h"
#include "tap.h"

static char secret[] = "Basic c2VjcmV0OnNlY3JldA==-0123456789";

static void get(libhttp_connection *c, const libhttp_headers *h)
{
    libhttp_response *r = NULL;

    if (libhttp_connection_request(c, "GET", -1, "/", -1, h, NULL, LIBHTTP_NO_BODY) < 0 ||
        libhttp_connection_getresponse(c, &r) < 0)
        fail("a request: %s", libhttp_connection_error(c));
    libhttp_response_free(r);
}

/* The buffer of the head grows while the secret is in it: no copy may stay behind. */
static void add_many(libhttp_headers *h)
{
    for (int i = 0; i < 90; i++)
        libhttp_headers_add(h, "X-Field", -1, "a value that takes some room in the buffer", -1);
}

static void test_request(int port)
{
    libhttp_headers *h = NULL;
    libhttp_connection *c = NULL;

    libhttp_headers_new(&h);
    libhttp_headers_add(h, "Authorization", -1, secret, -1);
    add_many(h);
    libhttp_connection_new(&c);
    libhttp_connection_set_host(c, "127.0.0.1", -1, port);
    get(c, h);
    libhttp_headers_free(h);
    libhttp_connection_trim(c);
    ok(!heap_holds(secret, sizeof secret - 1), "T-53 none is left after free and trim");
    libhttp_connection_free(c);
}

static void test_tunnel(int port)
{
    libhttp_headers *h = NULL;
    libhttp_connection *c = NULL;

    libhttp_headers_new(&h);
    libhttp_headers_add(h, "Proxy-Authorization", -1, secret, -1);
    libhttp_connection_new(&c);
    libhttp_connection_set_host(c, "127.0.0.1", -1, port);
    libhttp_connection_set_tunnel(c, "inner.example", -1, 80, h);
    libhttp_headers_free(h);
    get(c, NULL);
    libhttp_connection_free(c);
    ok(!heap_holds(secret, sizeof secret - 1), "T-53 none is left of a tunnel's either");
}

int main(void)
{
    static const struct peer_step steps[] = {
        PEER_READ_HEAD,  PEER_SEND("HTTP/1.1 204 No Content\r\n\r\n"),
        PEER_WAIT_CLOSE, PEER_ACCEPT,
        PEER_READ_HEAD,  PEER_SEND("HTTP/1.1 200 OK\r\n\r\n"),
        PEER_READ_HEAD,  PEER_SEND("HTTP/1.1 204 No Content\r\n\r\n"),
        PEER_WAIT_CLOSE, PEER_END};
    struct peer *peer = peer_start(steps);
    char *copy = strdup(secret);

    if (!malloc_is_plain()) {
        peer_kill(peer);
        skip_all("the heap isn't malloc's own here (sanitizer or valgrind)");
    }
    ok(heap_holds(secret, sizeof secret - 1), "a copy would be found");
    explicit_bzero(copy, sizeof secret);
    free(copy);
    ok(!heap_holds(secret, sizeof secret - 1), "there is none");
    test_request(peer_port(peer));
    test_tunnel(peer_port(peer));
    peer_finish(peer, "the peer saw both");
    return done_testing();
}
