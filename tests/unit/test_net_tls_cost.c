/* SPDX-License-Identifier: MIT */
/* What TLS costs over a socket: system calls, allocations, memory while idle. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "client/tls_access.h"
#include "support/counts.h"
#include "support/patience.h"
#include "support/peer.h"
#include "support/syscalls.h"
#include "support/tempdir.h"
#include "support/tls_pair.h"
#include "tap.h"

#define EXCHANGES 8
#define PING      PEER_EXPECT("ping"), PEER_SEND("pong")
#define BODY      (24 * 1024 * 1024)
#define TLS_MOST  (64 * 1024)

static struct cert *ca, *leaf;
static struct peer_tls server;

struct client {
    struct net net;
    libhttp_tls_config *config;
    struct transport *t;
};

/* A blocking connection, as a session holds it. False: the handshake failed. */
static bool client_open(struct client *c, int port, libhttp_tls_config *config)
{
    struct endpoint to = net_loopback(port);
    struct tls_peer peer = {.name = "127.0.0.1", .session_key = "here"};
    struct transport *tcp;

    net_init(&c->net, false);
    c->net.io.slice_ms = 250;
    c->net.io.may_sleep = true;
    c->config = config ? config : tls_pair_config(ca);
    tcp = net_connect(&c->net, &to, PATIENCE_MS);
    if (!tcp ||
        tls_new(tcp, tls_config_context(c->config), &peer, &c->net.io, &c->t, &c->net.failure) < 0)
        return false;
    c->net.io.may_sleep = true;
    return net_open(&c->net, c->t, PATIENCE_MS) == LIBHTTP_OK;
}

static void client_close(struct client *c)
{
    transport_free(c->t, false);
    libhttp_tls_config_free(c->config);
    net_done(&c->net);
}

static bool hear_pong(struct client *c)
{
    char room[4096];
    size_t n = 0;

    c->net.io.may_sleep = true;
    while (net_read(&c->net, c->t, room, sizeof room, &n) == LIBHTTP_AGAIN)
        c->net.io.may_sleep = true;
    return n == 4 && memcmp(room, "pong", 4) == 0;
}

/* A request in two areas and its answer. */
static bool exchange(struct client *c)
{
    char head[] = "pi", body[] = "ng";
    struct iovec areas[] = {{head, 2}, {body, 2}};
    size_t n = 0;

    c->net.io.may_sleep = false;
    if (transport_write(c->t, areas, 2, &n, &c->net.failure) != LIBHTTP_OK || n != 4)
        return false;
    return hear_pong(c);
}

static struct peer *exchanges_peer(void)
{
    static const struct peer_step steps[] = {
        PING, PING, PING, PING, PING, PING, PING, PING, PEER_WAIT_CLOSE, PEER_END};

    return peer_start_tls(&server, steps);
}

static void counted_exchanges(void *context)
{
    struct client c;

    if (!client_open(&c, *(int *)context, NULL))
        _exit(1);
    for (int i = 0; i < EXCHANGES; i++) {
        if (i == 2)
            syscalls_begin();
        if (!exchange(&c))
            _exit(2);
    }
    syscalls_end();
    client_close(&c);
}

static void counted_opening(void *context)
{
    struct client c;

    syscalls_begin();
    if (!client_open(&c, *(int *)context, NULL))
        _exit(1);
    syscalls_end();
    for (int i = 0; i < EXCHANGES; i++)
        exchange(&c);
    client_close(&c);
}

static void counted_look(void *context)
{
    struct client c;

    if (!client_open(&c, *(int *)context, NULL))
        _exit(1);
    for (int i = 0; i < EXCHANGES; i++) {
        if (!exchange(&c))
            _exit(2);
        if (i == EXCHANGES - 1) {
            transport_trim(c.t);
            syscalls_begin();
            if (transport_look(c.t, &c.net.failure) != LIBHTTP_OK)
                _exit(3);
            syscalls_end();
        }
    }
    client_close(&c);
}

static void test_calls(void)
{
    static struct syscalls calls;
    struct peer *peer;
    int port;

    if (!syscalls_can_be_seen()) {
        skip("system calls can't be seen here");
        return;
    }
    peer = exchanges_peer();
    port = peer_port(peer);
    is(syscalls_of(counted_exchanges, &port, &calls), 0, "exchanges over TLS");
    is(calls.count, 2 * (EXCHANGES - 2), "C-27 two system calls an exchange: %s",
       syscalls_text(&calls));
    peer_finish(peer, "C-27 the peer saw them");

    peer = exchanges_peer();
    port = peer_port(peer);
    is(syscalls_of(counted_look, &port, &calls), 0, "a look at an idle connection");
    is(calls.count, 1, "C-105 one system call for a look: %s", syscalls_text(&calls));
    peer_finish(peer, "C-105 the peer saw nothing of it");

    peer = exchanges_peer();
    port = peer_port(peer);
    syscalls_of(counted_opening, &port, &calls);
    diag("opening: %s", syscalls_text(&calls));
    is(syscalls_count(&calls, SYS_sendto) + syscalls_count(&calls, SYS_recvfrom), 3,
       "a full handshake: hello, the answer to it, finished");
    peer_finish(peer, "the peer opened");
}

static void test_mallocs(void)
{
    struct peer *peer = exchanges_peer();
    struct client c;
    int64_t before = 0;

    ok(client_open(&c, peer_port(peer), NULL), "a connection");
    for (int i = 0; i < EXCHANGES; i++) {
        if (i == 3)
            before = malloc_count();
        exchange(&c);
    }
    before = malloc_count() - before;
    if (malloc_is_counted())
        ok(before <= 4 * (EXCHANGES - 3),
           "at most 4 allocations an exchange, OpenSSL's own: %d in %d", (int)before,
           EXCHANGES - 3);
    client_close(&c);
    peer_finish(peer, "the peer saw the exchanges");
}

/* What a connection holds while idle, the second of a configuration. */
static void test_idle(void)
{
    struct peer *first = exchanges_peer(), *second = exchanges_peer();
    libhttp_tls_config *config = tls_pair_config(ca);
    struct client one, two;
    int64_t before, held;

    ok(client_open(&one, peer_port(first), config), "a connection");
    for (int i = 0; i < EXCHANGES; i++)
        exchange(&one);
    before = malloc_in_use();
    ok(client_open(&two, peer_port(second), config), "another");
    for (int i = 0; i < EXCHANGES - 1; i++)
        exchange(&two);
    held = malloc_in_use() - before;
    transport_trim(two.t);
    diag("idle: %d bytes, trimmed: %d", (int)held, (int)(malloc_in_use() - before));
    if (malloc_is_counted())
        ok(malloc_in_use() - before <= 22 * 1024, "at most 22 KiB held by an idle connection");
    ok(exchange(&two), "it works after that");
    transport_free(one.t, false);
    net_done(&one.net);
    client_close(&two);
    peer_finish(first, "the first peer");
    peer_finish(second, "the second peer");
}

static char bulk[64 * 1024];

static void counted_download(void *context)
{
    struct client c;
    size_t n = 1;
    int64_t all = 0;

    if (!client_open(&c, *(int *)context, NULL))
        _exit(1);
    syscalls_begin();
    while (n > 0) {
        int32_t status = net_read(&c.net, c.t, bulk, sizeof bulk, &n);

        if (status == LIBHTTP_AGAIN && !c.net.io.may_sleep)
            net_wait(c.t, WANT_READ, PATIENCE_MS);
        else if (status < 0)
            _exit(2);
        else if (status == LIBHTTP_OK)
            all += (int64_t)n;
        c.net.io.may_sleep = true;
    }
    syscalls_end();
    if (all != BODY)
        _exit(3);
    client_close(&c);
}

static void test_download(void)
{
    static struct syscalls calls;
    struct peer *peer =
        peer_start_tls(&server, (struct peer_step[]){PEER_SEND_FILL(BODY), PEER_CLOSE, PEER_END});
    int port = peer_port(peer);

    if (!syscalls_can_be_seen()) {
        peer_kill(peer);
        return;
    }
    is(syscalls_of(counted_download, &port, &calls), 0, "a long body");
    /* speed.md: 56,000 for 1 GiB. */
    ok(calls.count <= 56000LL * BODY / (1 << 30), "few calls for 24 MiB: %d (of them %d polls)",
       calls.count, syscalls_count(&calls, SYS_poll));
    peer_finish(peer, "sent by the peer");
}

static char *upload_file;

static void make_upload_file(void)
{
    int fd;

    upload_file = tempdir_write("upload", "", 0);
    fd = open(upload_file, O_WRONLY);
    for (size_t at = 0; at < BODY; at += sizeof bulk) {
        peer_fill(bulk, at, sizeof bulk);
        if (write(fd, bulk, sizeof bulk) != sizeof bulk)
            bail_out("no room for a file");
    }
    close(fd);
}

static void counted_upload(void *context)
{
    struct client c;
    int64_t sent = 0;
    int fd = open(upload_file, O_RDONLY);

    if (!client_open(&c, *(int *)context, NULL))
        _exit(1);
    syscalls_begin();
    while (sent < BODY) {
        int64_t put = 0;
        int32_t status = transport_send_file(c.t, fd, BODY - sent, &put, &c.net.failure);

        if (status < 0)
            _exit(2);
        if (status == LIBHTTP_AGAIN)
            net_wait(c.t, WANT_WRITE, PATIENCE_MS);
        sent += put;
    }
    while (transport_flush(c.t, &c.net.failure) == LIBHTTP_AGAIN)
        net_wait(c.t, WANT_WRITE, PATIENCE_MS);
    syscalls_end();
    if (!hear_pong(&c))
        _exit(3);
    client_close(&c);
}

static void test_upload(void)
{
    static struct syscalls calls;
    struct peer *peer =
        peer_start_tls(&server, (struct peer_step[]){PEER_READ_FILL(BODY), PEER_SEND("pong"),
                                                     PEER_WAIT_CLOSE, PEER_END});
    int port = peer_port(peer);

    if (!syscalls_can_be_seen()) {
        peer_kill(peer);
        return;
    }
    make_upload_file();
    is(syscalls_of(counted_upload, &port, &calls), 0, "a long file");
    diag("%d calls: %d reads, %d sends, %d polls", calls.count, syscalls_count(&calls, SYS_read),
         syscalls_count(&calls, SYS_sendto), syscalls_count(&calls, SYS_poll));
    ok(syscalls_count(&calls, SYS_sendto) <= BODY / TLS_MOST + 200,
       "several records a system call");
    free(upload_file);
    peer_finish(peer, "taken by the peer");
}

int main(void)
{
    ca = cert_make_ca("test authority");
    leaf = cert_make_local(ca);
    server = (struct peer_tls){.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    test_calls();
    test_mallocs();
    test_idle();
    test_download();
    test_upload();
    return done_testing();
}
