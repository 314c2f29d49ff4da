/* SPDX-License-Identifier: MIT */
/* Sending: what shares a record, what waits, and that nothing is lost or sent twice. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/tls_access.h"
#include "support/patience.h"
#include "support/peer.h"
#include "support/tempdir.h"
#include "support/tls_pair.h"
#include "tap.h"

static struct cert *ca, *leaf;
static libhttp_tls_config *config;

static void open_pair(struct tls_pair *pair)
{
    tls_pair_init(pair, leaf, &(struct tls_pair_options){.version = TLS1_3_VERSION});
    if (tls_pair_open(pair, config, "a.example", NULL) != LIBHTTP_OK)
        bail_out("%s", failure_text(&pair->net.failure));
    tls_pair_to_server(pair, 0);
}

/* The records that wait to be taken, and the bytes of the first. */
static int count_records(struct tls_pair *pair, size_t *ret_first)
{
    struct span sent;
    int count = 0;
    size_t at = 0;

    memory_take(pair->memory, &sent);
    while (at + 5 <= sent.length) {
        size_t length = (size_t)(unsigned char)sent.data[at + 3] << 8 |
                        (size_t)(unsigned char)sent.data[at + 4];

        if (count++ == 0)
            *ret_first = length;
        at += 5 + length;
    }
    return at == sent.length ? count : -1;
}

static void test_records(void)
{
    static char big[50000];
    struct {
        size_t lengths[3];
        size_t taken;
        int records;
        const char *what;
    } rows[] = {
        {{100, 0, 0}, 100, 1, "one area"},
        {{100, 20, 300}, 420, 1, "head and small body"},
        {{0, 100, 0}, 100, 1, "empty areas"},
        {{16384, 0, 0}, 16384, 1, "a full record"},
        {{16385, 0, 0}, 16385, 2, "one byte more"},
        {{200, 16384, 0}, 16584, 2, "a head and a full record"},
        {{200, 40000, 100}, 40300, 3, "a head and a longer body"},
        {{50000, 50000, 50000}, 65536, 4, "more than one call takes"},
    };

    memset(big, 'x', sizeof big);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tls_pair pair;
        struct iovec areas[3];
        size_t put = 0, first = 0;

        open_pair(&pair);
        for (int k = 0; k < 3; k++)
            areas[k] = (struct iovec){big, rows[i].lengths[k]};
        is(transport_write(pair.tls, areas, 3, &put, &pair.net.failure), LIBHTTP_OK, "C-27 %s",
           rows[i].what);
        is(put, rows[i].taken, "C-27 %s: taken", rows[i].what);
        if (rows[i].taken < 65536)
            is(count_records(&pair, &first), rows[i].records, "C-27 %s: records", rows[i].what);
        tls_pair_done(&pair);
    }
}

/* Nothing to send is no record. */
static void test_nothing(void)
{
    struct tls_pair pair;
    char none[1];
    struct iovec area = {none, 0};
    size_t put = 99, first;

    open_pair(&pair);
    is(transport_flush(pair.tls, &pair.net.failure), LIBHTTP_OK, "nothing waits");
    is(transport_write(pair.tls, &area, 1, &put, &pair.net.failure), LIBHTTP_OK, "an empty area");
    is(put, 0, "nothing is taken");
    is(count_records(&pair, &first), 0, "nothing is sent");
    tls_pair_done(&pair);
}

/*
 * The transport is full again and again; after each AGAIN other bytes come than before. The server
 * gets exactly what was taken.
 */
static void test_full(void)
{
    static char given[600000], got[600000];
    struct tls_pair pair;
    struct wait wait;
    size_t taken = 0, heard = 0;
    int again = 0, wrong = 0;

    open_pair(&pair);
    srand(1);
    while (taken < sizeof given - 70000) {
        size_t length = 1 + (size_t)rand() % 70000;
        size_t put = 12345;
        int32_t status;

        for (size_t i = 0; i < length; i++)
            given[taken + i] = (char)rand();
        status = net_write(&pair.net, pair.tls, given + taken, length, &put);
        if (status == LIBHTTP_OK) {
            taken += put;
            continue;
        }
        wrong += status != LIBHTTP_AGAIN || put != 12345;
        again++;
        transport_wait(pair.tls, WANT_WRITE, &wait);
        wrong += wait.events != WANT_WRITE;
        transport_wait(pair.tls, WANT_READ, &wait);
        wrong += wait.events != (WANT_READ | WANT_WRITE);
        heard += (size_t)SSL_pending(pair.server) * 0;
        tls_pair_to_server(&pair, 1 + (size_t)rand() % 30000);
    }
    while (transport_flush(pair.tls, &pair.net.failure) == LIBHTTP_AGAIN)
        tls_pair_to_server(&pair, 0);
    heard = tls_pair_hear(&pair, got, sizeof got);
    ok(again > 5, "the transport was full %d times", again);
    is(wrong, 0, "AGAIN leaves no trace, and wait tells that there is something to send");
    is(heard, taken, "C-53 what was taken arrives");
    ok(memcmp(given, got, taken) == 0, "C-53 as it was given");
    transport_wait(pair.tls, WANT_READ, &wait);
    is(wait.events, WANT_READ, "nothing waits in the end");
    tls_pair_done(&pair);
}

/* Reading moves on what waits to be sent. */
static void test_read_flushes(void)
{
    static char given[66000], got[140000];
    struct tls_pair pair;
    size_t put, n, all = 0, heard = 0;

    open_pair(&pair);
    memset(given, 'g', sizeof given);
    while (net_write(&pair.net, pair.tls, given, sizeof given, &put) == LIBHTTP_OK)
        all += put;
    for (int i = 0; i < 5; i++) {
        heard += tls_pair_hear(&pair, got + heard, sizeof got - heard);
        is(net_read(&pair.net, pair.tls, got, 0 + 1, &n), LIBHTTP_AGAIN, "nothing to read");
    }
    is(heard, all, "who only reads on sends on");
    tls_pair_done(&pair);
}

static void test_file(void)
{
    enum { SIZE = 300001 };
    static char data[SIZE], got[SIZE + 10];
    char *path;
    struct tls_pair pair;
    int64_t put = 77, all = 0;
    size_t heard = 0;
    int fd, again = 0, wrong = 0;

    peer_fill(data, 0, SIZE);
    path = tempdir_write("file", data, SIZE);
    fd = open(path, O_RDONLY);
    open_pair(&pair);
    lseek(fd, 1, SEEK_SET);
    while (all < SIZE - 1) {
        int32_t status = transport_send_file(pair.tls, fd, SIZE - 1 - all, &put, &pair.net.failure);

        if (status == LIBHTTP_OK)
            all += put;
        else if (status == LIBHTTP_AGAIN)
            again++;
        else
            break;
        wrong += lseek(fd, 0, SEEK_CUR) != 1 + all;
        if (status == LIBHTTP_AGAIN)
            heard += tls_pair_hear(&pair, got + heard, sizeof got - heard);
    }
    ok(again > 0, "the transport was full %d times", again);
    is(wrong, 0, "C-46 the file's offset is always where sending stands");
    is(transport_send_file(pair.tls, fd, 5, &put, &pair.net.failure), LIBHTTP_OK, "C-46 its end");
    is(put, 0, "C-46 is told by 0");
    while (transport_flush(pair.tls, &pair.net.failure) == LIBHTTP_AGAIN)
        heard += tls_pair_hear(&pair, got + heard, sizeof got - heard);
    heard += tls_pair_hear(&pair, got + heard, sizeof got - heard);
    is(heard, SIZE - 1, "C-46 all arrives");
    ok(memcmp(got, data + 1, SIZE - 1) == 0, "C-46 as it is in the file, from its offset");
    lseek(fd, 0, SEEK_SET);
    is(transport_send_file(pair.tls, fd, 10, &put, &pair.net.failure), LIBHTTP_OK, "C-46 a part");
    is(put, 10, "C-46 no more than asked for");
    close(fd);
    is(transport_send_file(pair.tls, fd, 10, &put, &pair.net.failure), LIBHTTP_E_OS,
       "C-46 no descriptor");
    is(pair.net.failure.os_error, EBADF, "C-46 its errno");
    tls_pair_done(&pair);
    free(path);
}

static void test_shutdown(void)
{
    struct tls_pair pair;
    char room[16];
    size_t n = 0;

    open_pair(&pair);
    net_write(&pair.net, pair.tls, "last", 4, &n);
    is(transport_shutdown_write(pair.tls, &pair.net.failure), LIBHTTP_OK,
       "C-125 the end of sending");
    n = tls_pair_hear(&pair, room, sizeof room);
    is_mem(room, n, "last", 4, "C-125 behind all that was sent");
    ok(SSL_get_shutdown(pair.server) & SSL_RECEIVED_SHUTDOWN, "C-125 is close_notify");
    tls_pair_say(&pair, "more", 4);
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_OK, "C-125 reading goes on");
    is_mem(room, n, "more", 4, "C-125 as before");
    is(transport_shutdown_write(pair.tls, &pair.net.failure), LIBHTTP_OK, "C-125 a second time");
    is(tls_pair_to_server(&pair, 0), 0, "C-125 sends nothing");
    is(net_write(&pair.net, pair.tls, "x", 1, &n), LIBHTTP_E_TLS, "C-125 nothing can be sent then");
    tls_pair_done(&pair);
}

/* A full transport makes the end of sending wait, behind what waits already. */
static void test_shutdown_waits(void)
{
    static char given[66000], got[200000];
    struct tls_pair pair;
    size_t put, all = 0, heard = 0;
    int32_t status;
    int again = 0;

    open_pair(&pair);
    while (net_write(&pair.net, pair.tls, given, sizeof given, &put) == LIBHTTP_OK)
        all += put;
    while ((status = transport_shutdown_write(pair.tls, &pair.net.failure)) == LIBHTTP_AGAIN) {
        heard += tls_pair_hear(&pair, got + heard, sizeof got - heard);
        again++;
    }
    heard += tls_pair_hear(&pair, got + heard, sizeof got - heard);
    is(status, LIBHTTP_OK, "C-125 the end of sending");
    ok(again > 0, "C-125 waited for what was before it");
    is(heard, all, "C-125 which arrived");
    ok(SSL_get_shutdown(pair.server) & SSL_RECEIVED_SHUTDOWN, "C-125 and close_notify");
    tls_pair_done(&pair);
}

/* A peer that has gone: an error, no signal; what it sent before can still be read (C-54). */
static void test_peer_gone(void)
{
    struct peer_tls server = {.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    struct peer *peer =
        peer_start_tls(&server, (struct peer_step[]){PEER_SEND("early"), PEER_CUT, PEER_END});
    struct endpoint to = net_loopback(peer_port(peer));
    struct tls_pair pair = {.options = {.version = 0}};
    struct tls_peer name = {.name = "127.0.0.1"};
    struct transport *tcp, *tls = NULL;
    static char given[60000];
    char room[16];
    size_t n = 0;
    int32_t status = LIBHTTP_OK;

    net_init(&pair.net, true);
    tcp = net_connect(&pair.net, &to, PATIENCE_MS);
    tls_new(tcp, tls_config_context(config), &name, &pair.net.io, &tls, &pair.net.failure);
    is(net_open(&pair.net, tls, PATIENCE_MS), LIBHTTP_OK, "a peer");
    peer_finish(peer, "that closes");
    for (int i = 0; i < 1000 && status >= 0; i++)
        status = net_write(&pair.net, tls, given, sizeof given, &n);
    is(status, LIBHTTP_E_OS, "T-38 writing to it is an error and no signal");
    ok(pair.net.failure.os_error == EPIPE || pair.net.failure.os_error == ECONNRESET,
       "T-38 EPIPE or ECONNRESET: %d", pair.net.failure.os_error);
    is(net_write(&pair.net, tls, given, sizeof given, &n), LIBHTTP_E_OS, "T-38 and stays one");
    is(net_read(&pair.net, tls, room, sizeof room, &n), LIBHTTP_OK, "C-54 what it sent");
    is_mem(room, n, "early", 5, "C-54 can be read");
    transport_free(tls, false);
    net_done(&pair.net);
}

int main(void)
{
    ca = cert_make_ca("test authority");
    leaf = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("a.example"), SAN_IP("127.0.0.1")}});
    config = tls_pair_config(ca);
    test_records();
    test_nothing();
    test_full();
    test_read_flushes();
    test_file();
    test_shutdown();
    test_shutdown_waits();
    test_peer_gone();
    libhttp_tls_config_free(config);
    return done_testing();
}
