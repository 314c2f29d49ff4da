/* SPDX-License-Identifier: MIT */
/* Receiving: every way that records and areas can fall; idle connections; floods. */
#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "client/tls_access.h"
#include "support/peer.h"
#include "support/tls_pair.h"
#include "tap.h"

/* A record of application data that no key decrypts. */
#define BAD_RECORD                                                                                 \
    "\x17\x03\x03\0\x20"                                                                           \
    "................................"

static struct cert *ca, *leaf;
static libhttp_tls_config *config;

static void open_pair(struct tls_pair *pair, int version)
{
    tls_pair_init(pair, leaf, &(struct tls_pair_options){.version = version});
    if (tls_pair_open(pair, config, "a.example", NULL) != LIBHTTP_OK)
        bail_out("%s", failure_text(&pair->net.failure));
    tls_pair_to_server(pair, 0);
}

/* Late tickets are out of the way, and TLS has seen that nothing more is there. */
static void settle(struct tls_pair *pair)
{
    char byte;
    size_t n;

    tls_pair_move(pair);
    if (net_read(&pair->net, pair->tls, &byte, 1, &n) != LIBHTTP_AGAIN)
        bail_out("something is there to read");
}

/* A long body in records of all sizes, fed in pieces of all sizes, read into areas of all sizes. */
static void test_pieces(int version)
{
    enum { SIZE = 3000000 };
    static char given[SIZE], got[SIZE];
    static char one[70000], two[30000];
    struct tls_pair pair;
    size_t sent = 0, all = 0, n = 0;
    int wrong = 0;

    open_pair(&pair, version);
    peer_fill(given, 0, SIZE);
    srand(2);
    while (all < SIZE) {
        struct iovec areas[2] = {{one, 1 + (size_t)rand() % sizeof one},
                                 {two, (size_t)rand() % sizeof two}};
        int32_t status;

        while (sent < SIZE && BIO_pending(pair.to_client) < 40000) {
            size_t piece = 1 + (size_t)rand() % 20000;

            piece = piece < SIZE - sent ? piece : SIZE - sent;
            SSL_write(pair.server, given + sent, (int)piece);
            sent += piece;
        }
        tls_pair_to_client(&pair, 1 + (size_t)rand() % 50000);
        n = 4711;
        status = transport_read(pair.tls, areas, 2, &n, &pair.net.failure);
        if (status == LIBHTTP_AGAIN) {
            wrong += n != 4711 || transport_has_input(pair.tls);
            continue;
        }
        if (status != LIBHTTP_OK || n == 0 || n > SIZE - all)
            break;
        memcpy(got + all, one, n < areas[0].iov_len ? n : areas[0].iov_len);
        if (n > areas[0].iov_len)
            memcpy(got + all + areas[0].iov_len, two, n - areas[0].iov_len);
        all += n;
        if (rand() % 50 == 0)
            transport_trim(pair.tls);
    }
    is(all, SIZE, "C-85 all arrives");
    ok(memcmp(given, got, SIZE) == 0, "C-85 in its order, whatever the pieces and however trimmed");
    is(wrong, 0, "no AGAIN while there is input");
    tls_pair_done(&pair);
}

static void test_has_input(void)
{
    struct tls_pair pair;
    char room[16];
    size_t n = 0;

    open_pair(&pair, TLS1_3_VERSION);
    settle(&pair);
    ok(!transport_has_input(pair.tls), "T-15 nothing");
    SSL_write(pair.server, "12345", 5);
    tls_pair_to_client(&pair, 5);
    ok(transport_has_input(pair.tls), "T-15 a record's head: nobody can tell what it will be");
    tls_pair_to_client(&pair, 5);
    ok(transport_has_input(pair.tls), "T-15 nor of half a record");
    is(transport_look(pair.tls, &pair.net.failure), LIBHTTP_E_REMOTE_DISCONNECTED,
       "C-105 T-15 so it is something that nobody asked for");
    tls_pair_to_client(&pair, 0);
    ok(transport_has_input(pair.tls), "T-15 a whole one does");
    is(net_read(&pair.net, pair.tls, room, 5, &n), LIBHTTP_OK, "it is read");
    ok(!transport_has_input(pair.tls), "T-15 nothing is left");
    SSL_write(pair.server, "12345", 5);
    SSL_write(pair.server, "6", 1);
    tls_pair_to_client(&pair, 0);
    net_read(&pair.net, pair.tls, room, 3, &n);
    ok(transport_has_input(pair.tls), "T-15 the rest of a record");
    net_read(&pair.net, pair.tls, room, 2, &n);
    ok(transport_has_input(pair.tls), "T-15 the next record");
    net_read(&pair.net, pair.tls, room, 1, &n);
    ok(!transport_has_input(pair.tls), "T-15 nothing is left");
    SSL_write(pair.server, "1", 1);
    SSL_new_session_ticket(pair.server);
    SSL_do_handshake(pair.server);
    tls_pair_to_client(&pair, 0);
    net_read(&pair.net, pair.tls, room, 1, &n);
    ok(!transport_has_input(pair.tls), "T-15 a ticket behind what was read is nothing to read");
    tls_pair_done(&pair);
}

static void check_look(struct tls_pair *pair, const char *text, const char *what)
{
    is(transport_look(pair->tls, &pair->net.failure), LIBHTTP_E_REMOTE_DISCONNECTED, "C-105 %s",
       what);
    contains(failure_text(&pair->net.failure), text, "C-105 %s: its sentence", what);
    is(pair->net.failure.os_error, ECONNRESET, "C-105 %s: its errno", what);
    tls_pair_done(pair);
}

static void test_look(void)
{
    struct tls_pair pair;
    char room[16];
    size_t n, taken;

    open_pair(&pair, TLS1_3_VERSION);
    tls_pair_to_client(&pair, 0);
    is(transport_look(pair.tls, &pair.net.failure), LIBHTTP_OK, "C-105 tickets are fine");
    is(pair.net.failure.code, 0, "C-105 and leave no sentence");
    SSL_new_session_ticket(pair.server);
    SSL_do_handshake(pair.server);
    tls_pair_to_client(&pair, 0);
    is(transport_look(pair.tls, &pair.net.failure), LIBHTTP_OK, "C-105 late ones too");
    is(transport_look(pair.tls, &pair.net.failure), LIBHTTP_OK, "C-105 nothing came");
    SSL_new_session_ticket(pair.server);
    SSL_do_handshake(pair.server);
    tls_pair_to_client(&pair, 20);
    check_look(&pair, "a part of something", "T-15 what may be half a ticket, or half an answer");

    open_pair(&pair, TLS1_3_VERSION);
    SSL_write(pair.server, "HTTP/1.1 408", 12);
    tls_pair_to_client(&pair, 0);
    check_look(&pair, "nobody asked for", "bytes");

    open_pair(&pair, TLS1_3_VERSION);
    SSL_write(pair.server, "12", 2);
    tls_pair_to_client(&pair, 0);
    net_read(&pair.net, pair.tls, room, 1, &n);
    check_look(&pair, "nobody asked for", "bytes that OpenSSL has read already");

    open_pair(&pair, TLS1_2_VERSION);
    SSL_shutdown(pair.server);
    tls_pair_to_client(&pair, 0);
    check_look(&pair, "closed", "close_notify");

    open_pair(&pair, TLS1_2_VERSION);
    memory_feed_eof(pair.memory);
    check_look(&pair, "closed", "EOF");

    open_pair(&pair, TLS1_3_VERSION);
    settle(&pair);
    memory_feed(pair.memory, BAD_RECORD, sizeof BAD_RECORD - 1, &taken, &pair.net.failure);
    check_look(&pair, "looking", "garbage");
}

/* Bytes before a record that is broken: they are given, and the error comes next. */
static void test_error_behind_bytes(void)
{
    struct tls_pair pair;
    char room[64];
    size_t n = 0, taken;

    open_pair(&pair, TLS1_3_VERSION);
    settle(&pair);
    tls_pair_say(&pair, "good", 4);
    memory_feed(pair.memory, BAD_RECORD, sizeof BAD_RECORD - 1, &taken, &pair.net.failure);
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_OK, "bytes before an error");
    is_mem(room, n, "good", 4, "are given");
    ok(transport_has_input(pair.tls), "the error can be read");
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_E_TLS, "it comes next");
    contains(failure_text(&pair.net.failure), "bad record mac", "with OpenSSL's reason");
    ok(pair.net.failure.tls_reason != 0, "as a number too");
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_E_TLS, "and stays");
    contains(failure_text(&pair.net.failure), "bad record mac", "the same");
    is(net_write(&pair.net, pair.tls, "x", 1, &n), LIBHTTP_E_TLS, "for writing too");
    tls_pair_done(&pair);
}

/* A transport with a descriptor that counts how often it is read from. */
struct counting {
    struct transport base;
    int reads;
};

static int32_t counting_read(struct transport *t, const struct iovec *areas, int count,
                             size_t *ret_got, struct failure *failure)
{
    ((struct counting *)t)->reads++;
    return transport_read(t->next, areas, count, ret_got, failure);
}

static int counting_fileno(const struct transport *t)
{
    (void)t;
    return 0;
}

/* The transport below may sleep: so it is asked once a call. */
static void test_asked_once(void)
{
    static const struct transport_ops ops = {
        .name = "counting", .read = counting_read, .fileno = counting_fileno};
    struct tls_pair pair;
    struct counting counting = {.base = {.ops = &ops}};
    char room[16];
    size_t n = 0;

    open_pair(&pair, TLS1_3_VERSION);
    settle(&pair);
    counting.base.next = pair.memory;
    counting.base.io = &pair.net.io;
    pair.tls->next = &counting.base;
    SSL_write(pair.server, "12345", 5);
    tls_pair_to_client(&pair, 10);
    pair.net.io.may_sleep = true;
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_AGAIN, "half a record");
    is(counting.reads, 1, "C-120 the transport is asked once a call");
    ok(!pair.net.io.may_sleep, "C-120 the slice was not taken");
    tls_pair_to_client(&pair, 0);
    pair.net.io.may_sleep = true;
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_OK, "the other half");
    is(counting.reads, 2, "C-120 once more");
    SSL_write(pair.server, "1", 1);
    SSL_write(pair.server, "23456", 5);
    tls_pair_to_client(&pair, 32);
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_OK, "one and a half");
    is(n, 1, "gives the one");
    is(counting.reads, 3, "C-120 and asks for no more");
    tls_pair_to_client(&pair, 0);
    net_read(&pair.net, pair.tls, room, sizeof room, &n);
    SSL_write(pair.server, "1", 1);
    SSL_write(pair.server, "23", 2);
    SSL_write(pair.server, "456", 3);
    tls_pair_to_client(&pair, 60);
    is(net_read(&pair.net, pair.tls, room, 1, &n), LIBHTTP_OK, "two and a half: one");
    counting.reads = 0;
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_OK, "the other");
    is(n, 2, "is given");
    is(counting.reads, 0, "C-120 without asking for more, where bytes are at hand");
    pair.tls->next = pair.memory;
    tls_pair_done(&pair);
}

/* A fatal alert is not an end. */
static void test_alert(void)
{
    struct tls_pair pair;
    char room[64];
    size_t n = 0;

    open_pair(&pair, TLS1_2_VERSION);
    settle(&pair);
    BIO_write(pair.to_server, BAD_RECORD, sizeof BAD_RECORD - 1);
    SSL_read(pair.server, room, 1);
    ERR_clear_error();
    tls_pair_to_client(&pair, 0);
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_E_TLS, "T-46 a fatal alert");
    contains(failure_text(&pair.net.failure), "alert bad record mac", "T-46 its sentence");
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_E_TLS, "T-46 and stays one");
    tls_pair_done(&pair);
}

static void test_renegotiation(void)
{
    struct tls_pair pair;
    char room[64];
    size_t n = 0;

    open_pair(&pair, TLS1_2_VERSION);
    SSL_renegotiate(pair.server);
    SSL_do_handshake(pair.server);
    tls_pair_to_client(&pair, 0);
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_AGAIN,
       "T-49 a renegotiation is not taken part in");
    tls_pair_to_server(&pair, 0);
    ok(SSL_read(pair.server, room, 1) <= 0, "T-49 the server fails with it");
    is(ERR_GET_REASON(ERR_peek_error()), SSL_R_NO_RENEGOTIATION, "T-49 as it was refused");
    tls_pair_done(&pair);
}

/* New keys asked for without end, by a peer that reads none of the answers. */
static void test_key_updates(void)
{
    struct tls_pair pair;
    char room[64];
    size_t n = 0;
    int updates = 0, choked = 0, wrong = 0;
    struct wait wait;
    int32_t status;

    open_pair(&pair, TLS1_3_VERSION);
    settle(&pair);
    for (updates = 0; updates < 30000 && choked < 6000; updates++) {
        SSL_key_update(pair.server, SSL_KEY_UPDATE_REQUESTED);
        if (SSL_do_handshake(pair.server) != 1)
            bail_out("no key update");
        tls_pair_to_client(&pair, 0);
        wrong += net_read(&pair.net, pair.tls, room, sizeof room, &n) != LIBHTTP_AGAIN;
        transport_wait(pair.tls, WANT_READ, &wait);
        choked += wait.events == WANT_WRITE;
    }
    is(wrong, 0, "T-49 %d key updates in a row give nothing to read", updates);
    ok(choked > 0, "T-49 once too many answers wait nothing more is read");
    tls_pair_hear(&pair, room, sizeof room);
    SSL_write(pair.server, "alive", 5);
    do {
        tls_pair_move(&pair);
        SSL_read(pair.server, room, 1);
        status = net_read(&pair.net, pair.tls, room, sizeof room, &n);
    } while (status == LIBHTTP_AGAIN);
    is(status, LIBHTTP_OK, "T-49 they are survived");
    is_mem(room, n, "alive", 5, "T-49 what comes behind them is read");
    tls_pair_done(&pair);
}

static void test_tickets(void)
{
    struct tls_pair pair;
    char room[64];
    size_t n = 0;
    int wrong = 0;

    tls_pair_init(&pair, leaf, &(struct tls_pair_options){.version = TLS1_3_VERSION});
    is(tls_pair_open(&pair, config, "a.example", "tickets 443"), LIBHTTP_OK, "a connection");
    tls_pair_to_server(&pair, 0);
    for (int i = 0; i < 2000; i++) {
        SSL_new_session_ticket(pair.server);
        SSL_do_handshake(pair.server);
        if (i % 10 == 9) {
            tls_pair_to_client(&pair, 0);
            wrong += net_read(&pair.net, pair.tls, room, sizeof room, &n) != LIBHTTP_AGAIN;
        }
    }
    is(wrong, 0, "T-49 two thousand tickets give nothing to read");
    tls_pair_say(&pair, "alive", 5);
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_OK, "T-49 they are survived");
    is_mem(room, n, "alive", 5, "T-49 what comes behind them is read");
    tls_pair_done(&pair);
}

int main(void)
{
    ca = cert_make_ca("test authority");
    leaf = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("a.example")}});
    config = tls_pair_config(ca);
    test_pieces(TLS1_3_VERSION);
    test_pieces(TLS1_2_VERSION);
    test_has_input();
    test_look();
    test_error_behind_bytes();
    test_alert();
    test_asked_once();
    test_renegotiation();
    test_key_updates();
    test_tickets();
    libhttp_tls_config_free(config);
    return done_testing();
}
