/* SPDX-License-Identifier: MIT */
/* Handles freed in every order (T-32); to be run under ASan and valgrind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/conn.h"
#include "support/counts.h"
#include "support/peer.h"
#include "tap.h"

static struct peer_tls tls;
static const char *authority;

/* What there is to free, each by its number. */
struct handles {
    libhttp_tls_config *config;
    libhttp_connection *c;
    libhttp_response *r;
    libhttp_stream *s;
};

enum { HANDLES = 4 };

static void free_one(struct handles *h, int which)
{
    if (which == 0)
        libhttp_tls_config_free(h->config);
    else if (which == 1)
        libhttp_connection_free(h->c);
    else if (which == 2)
        libhttp_response_free(h->r);
    else
        libhttp_stream_free(h->s);
}

/* How far the exchange has come when all is freed. */
enum moment { UNREAD, HALF_READ, READ, DETACHED, STREAM, MOMENTS };
static const char *const moments[] = {"unread", "half read", "read", "detached", "a stream"};

static const struct peer_step *steps_of(enum moment moment)
{
    static const struct peer_step body[] = {
        PEER_READ_HEAD, PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"),
        PEER_WAIT_CLOSE, PEER_END};
    static const struct peer_step detached[] = {
        PEER_READ_HEAD, PEER_SEND("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbody"),
        PEER_WAIT_CLOSE, PEER_END};
    static const struct peer_step stream[] = {
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
                  "body"),
        PEER_WAIT_CLOSE, PEER_END};

    return moment == STREAM ? stream : moment == DETACHED ? detached : body;
}

/* False where the exchange did not go as it should. */
static bool make(struct handles *h, int port, enum moment moment, bool with_tls)
{
    libhttp_headers *headers;
    char body[8];
    int64_t got = 0;

    *h = (struct handles){.c = conn_new(port, LIBHTTP_MODE_BLOCKING)};
    libhttp_tls_config_new(&h->config);
    libhttp_tls_config_set_ca_file(h->config, authority, -1);
    if (with_tls)
        libhttp_connection_set_tls(h->c, h->config);
    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "Upgrade", -1, "x", -1);
    libhttp_headers_add(headers, "Connection", -1, "upgrade", -1);
    libhttp_connection_request(h->c, "GET", -1, "/", -1, moment == STREAM ? headers : NULL, NULL,
                               LIBHTTP_NO_BODY);
    libhttp_headers_free(headers);
    if (conn_respond(h->c, &h->r) < 0)
        return false;
    if (moment == STREAM)
        return libhttp_response_stream(h->r, &h->s) == LIBHTTP_OK;
    if (moment == HALF_READ || moment == READ)
        libhttp_response_read(h->r, body, moment == READ ? 8 : 2, &got);
    return moment == HALF_READ ? got == 2 : moment != READ || got == 4;
}

/* What is left must still answer, whatever was freed before it. */
static bool use_the_rest(const struct handles *h, const bool *freed, enum moment moment)
{
    const void *room;
    int64_t got;

    if (!freed[2] && libhttp_response_status(h->r) != (moment == STREAM ? 101 : 200))
        return false;
    if (!freed[2] && moment == DETACHED && libhttp_response_peek(h->r, &room, &got) < 0)
        return false;
    if (!freed[1] && libhttp_connection_port(h->c) <= 0)
        return false;
    return freed[3] || !h->s || libhttp_stream_fileno(h->s) >= 0 || freed[2] || freed[1];
}

static void free_in_order(const int *order, enum moment moment, bool with_tls)
{
    struct peer *peer =
        with_tls ? peer_start_tls(&tls, steps_of(moment)) : peer_start(steps_of(moment));
    struct handles h;
    bool freed[HANDLES] = {false}, good = make(&h, peer_port(peer), moment, with_tls);

    for (int i = 0; i < HANDLES; i++) {
        good &= use_the_rest(&h, freed, moment);
        free_one(&h, order[i]);
        freed[order[i]] = true;
    }
    if (!good)
        fail("T-32 freed as %d, %d, %d, %d: %s", order[0], order[1], order[2], order[3],
             moments[moment]);
    peer_kill(peer);
}

static int permutations(int (*ret)[HANDLES])
{
    int count = 0;

    for (int code = 0; code < 256; code++) {
        int order[HANDLES] = {code & 3, (code >> 2) & 3, (code >> 4) & 3, (code >> 6) & 3};
        int seen = 0;

        for (int i = 0; i < HANDLES; i++)
            seen |= 1 << order[i];
        if (seen == (1 << HANDLES) - 1)
            memcpy(ret[count++], order, sizeof order);
    }
    return count;
}

/* A configuration's user goes on when another user, and the handle itself, are gone. */
static void test_shared_configuration(void)
{
    static const struct peer_step steps[] = {
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
        PEER_WAIT_CLOSE,
        PEER_END};
    struct peer *peer = peer_start_tls(&tls, steps);
    libhttp_connection *first = conn_new(peer_port(peer), LIBHTTP_MODE_BLOCKING);
    libhttp_connection *second = conn_new(peer_port(peer), LIBHTTP_MODE_BLOCKING);
    libhttp_tls_config *config;
    char body[8];

    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_ca_file(config, authority, -1);
    libhttp_connection_set_tls(first, config);
    libhttp_connection_set_tls(second, config);
    libhttp_tls_config_free(config);
    is(conn_get(first, "/", body, sizeof body), 2, "T-32 a configuration that its owner has freed");
    libhttp_connection_free(first);
    is(conn_get(second, "/", body, sizeof body), 2, "T-32 serves another connection");
    is(libhttp_connection_tls_resumed(second), 1, "T-32 T-47 which resumes its session");
    libhttp_connection_free(second);
    peer_finish(peer, "T-32 the peer");
}

int main(void)
{
    struct cert *ca = cert_make_ca("authority"), *leaf = cert_make_local(ca);
    int orders[24][HANDLES], count = permutations(orders), descriptors;
    int64_t before = 0;

    authority = cert_file(ca);
    tls = (struct peer_tls){.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    test_shared_configuration();
    descriptors = count_descriptors();
    for (int moment = 0; moment < MOMENTS; moment++) {
        for (int with_tls = 0; with_tls < 2; with_tls++) {
            for (int i = 0; i < count; i += with_tls ? 5 : 1) {
                free_in_order(orders[i], (enum moment)moment, with_tls);
                if (i == 0)
                    before = malloc_in_use();
            }
            is(malloc_in_use(), before, "T-32 freed in %d orders, %s%s: nothing is left", count,
               moments[moment], with_tls ? ", over TLS" : "");
        }
    }
    is(count_descriptors(), descriptors, "T-33 no descriptor is left open");
    return done_testing();
}
