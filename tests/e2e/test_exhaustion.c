/* SPDX-License-Identifier: MIT */
/*
 * What a hostile server can use up: memory within the limits and a constant, descriptors none
 * (T-20, T-21, T-23, T-26, T-33). How the work grows counts linear.sh.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/carry.h"
#include "support/certs.h"
#include "support/counts.h"
#include "support/modes.h"
#include "support/peer_side.h"
#include "tap.h"

#define OK_LINE "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_LINE "Transfer-Encoding: chunked\r\n\r\n"

/* What is held beside the limit itself: both carried buffers, one receive, small things. */
enum { CONSTANT = 300000 };

/* `begin`, then `unit` for ever. */
struct endless {
    const char *begin, *unit;
    int32_t want;
    int64_t memory;
    const char *name;
};

static const struct endless endless[] = {
    {"HTTP/1.1 200 ", "a", LIBHTTP_E_LINE_TOO_LONG, 65536, "status line"},
    {"", "a", LIBHTTP_E_LINE_TOO_LONG, 65536, "garbage"},
    {OK_LINE "A: ", "a", LIBHTTP_E_LINE_TOO_LONG, 65536, "field"},
    {OK_LINE "A", "a", LIBHTTP_E_LINE_TOO_LONG, 65536, "field name"},
    {OK_LINE "A: b\r\n", " c\r\n", LIBHTTP_E_HEAD_TOO_LARGE, 262144, "obs-fold"},
    {OK_LINE, "A: b\r\n", LIBHTTP_E_TOO_MANY_HEADERS, 65536, "head"},
    {"", "HTTP/1.1 103 Hi\r\nA: b\r\n\r\n", LIBHTTP_E_TOO_MANY_HEADERS, 262144, "stream of 1xx"},
    {CHUNKED, "0", LIBHTTP_E_LINE_TOO_LONG, 65536, "chunk size"},
    {CHUNKED "5;", "a", LIBHTTP_E_LINE_TOO_LONG, 65536, "chunk extension"},
    {CHUNKED, "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n", LIBHTTP_E_LINE_TOO_LONG, 65536,
     "chunk extensions that outweigh the data"},
    {CHUNKED, "0000000000000000000000000001\r\nx\r\n", LIBHTTP_E_LINE_TOO_LONG, 65536,
     "leading zeros that do"},
    {CHUNKED "0\r\nA: ", "a", LIBHTTP_E_LINE_TOO_LONG, 65536, "trailer"},
    {CHUNKED "0\r\n", "A: b\r\n", LIBHTTP_E_TOO_MANY_HEADERS, 65536, "trailer section"},
    {CHUNKED "0\r\nA: b\r\n", " c\r\n", LIBHTTP_E_HEAD_TOO_LARGE, 262144, "trailer obs-fold"},
};

enum { ENOUGH = 2000000 };

static char *build(const char *begin, const char *unit, size_t length)
{
    char *data = malloc(length + 1);
    size_t at = strlen(begin);

    memcpy(data, begin, at);
    for (size_t i = 0; at < length; i++)
        data[at++] = unit[i % strlen(unit)];
    return data;
}

static int32_t read_all(struct carry *x, libhttp_response *r, int64_t maximum, int64_t *ret_length)
{
    const void *data;
    int32_t status;

    do
        status = libhttp_response_read_all(r, maximum, &data, ret_length);
    while (carry_again(x, status));
    return status;
}

/* T-20: it stops at the limit, and holds no more than that. */
static void check_endless(const struct endless *e)
{
    struct carry x = {.length = ENOUGH, .piece = 1000};
    libhttp_response *r = NULL;
    char *data = build(e->begin, e->unit, ENOUGH);
    int64_t length = 0;
    int64_t before;
    int32_t status;

    x.data = data;
    carry_open(&x);
    before = malloc_in_use();
    malloc_peak_reset();
    ok(carry_request(&x, "GET", "/", NULL), "T-20 a request");
    status = carry_getresponse(&x, &r);
    if (status == LIBHTTP_OK)
        status = read_all(&x, r, 1 << 30, &length);
    is(status, e->want, "T-20 an endless %s is stopped", e->name);
    ok(x.at < (size_t)e->memory + 70000, "T-20 after %zu bytes", x.at);
    if (malloc_is_counted())
        ok(malloc_peak() - before < 2 * e->memory + CONSTANT, "T-20 C-71 with %lld bytes held",
           (long long)(malloc_peak() - before));
    libhttp_response_free(r);
    carry_close(&x);
    free(data);
}

/* T-26: the caller's maximum holds, for memory too; peek and readline hold a block. */
static void check_never_ends(void)
{
    struct carry x = {.length = 40 * ENOUGH};
    libhttp_response *r = NULL;
    char *data = build(OK_LINE "\r\n", "a", x.length);
    char line[1000];
    const void *seen;
    int64_t length = 0;
    int64_t before;

    x.data = data;
    carry_open(&x);
    before = malloc_in_use();
    malloc_peak_reset();
    ok(carry_request(&x, "GET", "/", NULL), "T-26 a request");
    is(carry_getresponse(&x, &r), LIBHTTP_OK, "T-26 a response until close");
    is(libhttp_response_peek(r, &seen, &length), LIBHTTP_OK, "T-26 peek");
    ok(length <= LIBHTTP_BLOCK_SIZE_DEFAULT, "T-26 shows a block");
    is(libhttp_response_readline(r, line, sizeof line, &length), LIBHTTP_OK, "T-26 readline");
    is(length, sizeof line, "T-26 gives what has room");
    is(read_all(&x, r, 1000000, &length), LIBHTTP_E_TOO_LARGE, "T-26 C-87 read_all stops");
    is(libhttp_response_partial(r, &seen, &length), LIBHTTP_OK, "T-26 what came");
    is(length, 1000000, "T-26 at the maximum exactly");
    ok(x.at < 1500000, "T-26 no more was taken from the peer: %zu", x.at);
    if (malloc_is_counted())
        ok(malloc_peak() - before < 2 * 1000000 + CONSTANT, "T-26 %lld bytes held",
           (long long)(malloc_peak() - before));
    libhttp_response_free(r);
    carry_close(&x);
    free(data);
}

static struct peer_tls tls;
static libhttp_tls_config *config;

static void make_certificates(void)
{
    struct cert *ca = cert_make_ca("exhausting authority");
    struct cert *leaf = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("h")}});

    tls = (struct peer_tls){.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    if (libhttp_tls_config_new(&config) < 0 ||
        libhttp_tls_config_set_ca_file(config, cert_file(ca), -1) < 0)
        bail_out("no TLS configuration");
}

/* Five bytes, and then nothing. */
static void check_silent(enum drive_mode mode, const struct peer_tls *server, const char *head,
                         int64_t most, const char *name)
{
    const struct peer_options options = {.kind = PEER_UNIX, .tls = server};
    struct peer *peer = peer_start_with(
        &options, (struct peer_step[]){PEER_READ_HEAD, PEER_SEND_BYTES(head, strlen(head)),
                                       PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client_new(mode, peer, "h");
    libhttp_response *r = NULL;
    const void *data = NULL;
    int64_t length = 0, before;

    if (server)
        libhttp_connection_set_tls(k->c, config);
    client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    before = malloc_in_use();
    malloc_peak_reset();
    is(client_getresponse(k, &r), LIBHTTP_OK, "T-21 a response: %s, %s", name, k->name);
    libhttp_connection_set_idle_timeout(k->c, 50);
    is(client_read_all(k, r, most, &data, &length), LIBHTTP_E_TIMEOUT, "T-21 and five bytes of it");
    is(libhttp_response_partial(r, &data, &length), LIBHTTP_OK, "T-21 what came");
    is(length, 5, "T-21 can be had");
    if (malloc_is_counted())
        ok(malloc_peak() - before < CONSTANT, "T-21 T-12 C-86 %s: %lld bytes held, %s", name,
           (long long)(malloc_peak() - before), k->name);
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "T-21 the peer's side");
}

/* T-21, T-12, C-86: nothing is allocated by what is only announced. */
static void check_announced(enum drive_mode mode)
{
    for (int secure = 0; secure < 2; secure++) {
        const struct peer_tls *server = secure ? &tls : NULL;

        check_silent(mode, server, OK_LINE "Content-Length: 1099511627776\r\n\r\nhello", 1 << 30,
                     "2^40 bytes");
        check_silent(mode, server, OK_LINE "Content-Length: 9223372036854775807\r\n\r\nhello",
                     INT64_MAX, "2^63 - 1 bytes");
        check_silent(mode, server, CHUNKED "FFFFFFFF\r\nhello", INT64_MAX, "a chunk of 4 GiB");
        check_silent(mode, server, CHUNKED "7FFFFFFFFFFFFFFF\r\nhello", INT64_MAX,
                     "a chunk of 2^63 - 1");
        check_silent(mode, server, OK_LINE "\r\nhello", INT64_MAX, "an unknown length");
    }
}

/* This text again and again, until the client has gone. */
static void send_endlessly(struct peer_side *side, const void *text)
{
    char block[6000];
    size_t length = strlen(text);

    for (size_t i = 0; i < sizeof block; i++)
        block[i] = ((const char *)text)[i % length];
    while (peer_write(side, block, sizeof block / length * length))
        continue;
}

/* T-26: the same as check_never_ends, of a peer that doesn't stop by itself. */
static void check_maximum(enum drive_mode mode)
{
    enum { MOST = 1000000 };

    for (int secure = 0; secure < 2; secure++) {
        const struct peer_options options = {.kind = PEER_UNIX, .tls = secure ? &tls : NULL};
        struct peer *peer = peer_start_with(
            &options,
            (struct peer_step[]){PEER_READ_HEAD, PEER_SEND(OK_LINE "\r\n"),
                                 PEER_CALL(send_endlessly, "x"), PEER_WAIT_CLOSE, PEER_END});
        struct client *k = client_new(mode, peer, "h");
        libhttp_response *r = NULL;
        const void *data = NULL;
        int64_t length = 0, before;

        if (secure)
            libhttp_connection_set_tls(k->c, config);
        client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
        is(client_getresponse(k, &r), LIBHTTP_OK, "T-26 until close, %s", k->name);
        before = malloc_in_use();
        malloc_peak_reset();
        is(client_read_all(k, r, MOST, &data, &length), LIBHTTP_E_TOO_LARGE,
           "T-26 reading all stops at the maximum, %s", k->name);
        is(libhttp_response_partial(r, &data, &length), LIBHTTP_OK, "T-26 what came");
        is(length, MOST, "T-26 C-87 is the maximum");
        if (malloc_is_counted())
            ok(malloc_peak() - before < 2 * MOST + CONSTANT, "T-26 %lld bytes held, %s",
               (long long)(malloc_peak() - before), k->name);
        libhttp_response_free(r);
        client_free(k);
        peer_finish(peer, "T-26 the peer's side");
    }
}

/* Whoever closes an unread body has the next exchange at once. */
static void check_close(enum drive_mode mode, const struct peer_tls *server, struct peer_step head,
                        struct peer_step body, const char *what)
{
    const struct peer_options options = {.kind = PEER_UNIX, .tls = server};
    struct peer *peer = peer_start_with(
        &options,
        (struct peer_step[]){PEER_READ_HEAD, head, body, PEER_WAIT_CLOSE, PEER_ACCEPT,
                             PEER_READ_HEAD, PEER_SEND(OK_LINE "Content-Length: 5\r\n\r\nhello"),
                             PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client_new(mode, peer, "h");
    libhttp_response *r = NULL;

    if (server)
        libhttp_connection_set_tls(k->c, config);
    client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    is(client_getresponse(k, &r), LIBHTTP_OK, "T-23 %s, %s", what, k->name);
    is(libhttp_response_close(r), LIBHTTP_OK, "T-23 closing it waits for nothing");
    is(libhttp_connection_is_open(k->c), 0, "T-23 C-97 the connection is dropped");
    ok(libhttp_connection_bytes_received(k->c) < 6 * LIBHTTP_MAX_DRAIN_DEFAULT + 70000,
       "T-23 a bounded part was read: %lld", (long long)libhttp_connection_bytes_received(k->c));
    libhttp_response_free(r);
    peer_open(peer);
    client_renew(k);
    client_get(k, "/", 200, "hello", "T-23 the next exchange");
    client_free(k);
    peer_finish(peer, "T-23 %s: the peer's side, %s", what, drive_mode_name(mode));
}

/* T-23: bounded in bytes where they keep coming, in time where they don't (the peer goes on only
 * when the body was closed). */
static void check_closing(enum drive_mode mode)
{
    for (int secure = 0; secure < 2; secure++) {
        const struct peer_tls *server = secure ? &tls : NULL;
        struct peer_step chunked = PEER_SEND(CHUNKED), gate = PEER_GATE;

        check_close(mode, server, chunked,
                    (struct peer_step)PEER_CALL(send_endlessly, "1\r\nx\r\n"),
                    "one-byte chunks without end");
        check_close(mode, server, (struct peer_step)PEER_SEND(CHUNKED "0\r\n"),
                    (struct peer_step)PEER_CALL(send_endlessly, "A: b\r\n"),
                    "trailers without end");
        check_close(mode, server, (struct peer_step)PEER_SEND(CHUNKED "FFFFFFFFFFFF\r\n"),
                    (struct peer_step)PEER_CALL(send_endlessly, "x"), "a chunk without end");
        check_close(mode, server,
                    (struct peer_step)PEER_SEND(OK_LINE "Content-Length: 1000000\r\n\r\n"),
                    (struct peer_step)PEER_CALL(send_endlessly, "x"), "more than is drained");
        check_close(mode, server, (struct peer_step)PEER_SEND(OK_LINE "\r\n"),
                    (struct peer_step)PEER_CALL(send_endlessly, "x"), "a body until close");
        check_close(mode, server, chunked, gate, "silence before the first chunk");
        check_close(mode, server, (struct peer_step)PEER_SEND(CHUNKED "5\r\nhel"), gate,
                    "silence in a chunk");
        check_close(mode, server,
                    (struct peer_step)PEER_SEND(OK_LINE "Content-Length: 5\r\n\r\nhel"), gate,
                    "silence in a body");
    }
}

/* T-33: a descriptor is closed once, on every path of a failing response, and never inherited. */
static void check_descriptors(enum drive_mode mode)
{
    static const char *const bad[] = {"ICY 200 OK\r\n",
                                      OK_LINE "A b\r\n\r\n",
                                      OK_LINE "Content-Length: x\r\n\r\n",
                                      OK_LINE,
                                      OK_LINE "Content-Length: 9\r\n\r\nhello",
                                      CHUNKED "x\r\n",
                                      CHUNKED "5\r\nhelloX",
                                      ""};
    int before = count_descriptors();

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        libhttp_response *r = NULL;
        const void *data;
        int64_t length;
        struct peer *peer = client_peer((struct peer_step[]){
            PEER_READ_HEAD, PEER_SEND_BYTES(bad[i], strlen(bad[i])), PEER_CLOSE, PEER_END});
        struct client *k = client_new(mode, peer, "h");

        is(client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK, "T-33 one");
        if (mode != DRIVE_CARRIED)
            ok(fcntl(libhttp_connection_fileno(k->c), F_GETFD) & FD_CLOEXEC, "T-33 close-on-exec");
        if (client_getresponse(k, &r) == LIBHTTP_OK)
            ok(client_read_all(k, r, 99, &data, &length) < 0, "T-33 a bad body");
        is(libhttp_connection_is_open(k->c), 0, "T-33 %zu: closed, %s", i, k->name);
        libhttp_response_free(r);
        client_free(k);
        peer_finish(peer, "T-33 the peer's side");
    }
    is(count_descriptors(), before, "T-33 none is left, %s", drive_mode_name(mode));
}

/* T-33: beyond what select could wait for. */
static void check_many(enum drive_mode mode)
{
    struct rlimit limit;
    int fds[1100];
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD, PEER_DELAY(20), PEER_SEND(OK_LINE "Content-Length: 5\r\n\r\nhello"),
        PEER_WAIT_CLOSE, PEER_END});
    struct client *k;

    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < 1300 && limit.rlim_max >= 1300) {
        limit.rlim_cur = 1300;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    for (int i = 0; i < 1100; i++)
        fds[i] = fcntl(0, F_DUPFD_CLOEXEC, 0);
    k = client_new(mode, peer, "h");
    if (fds[1099] < 0)
        skip("T-33 not so many descriptors may be opened here");
    else
        client_get(k, "/", 200, "hello", "T-33 with 1,100 descriptors open");
    client_free(k);
    for (int i = 0; i < 1100; i++)
        close(fds[i]);
    peer_kill(peer);
}

int main(void)
{
    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++)
        check_endless(&endless[i]);
    check_never_ends();
    make_certificates();
    in_each_mode(check_announced);
    in_each_mode(check_maximum);
    in_each_mode(check_closing);
    in_each_mode(check_descriptors);
    in_each_mode(check_many);
    libhttp_tls_config_free(config);
    return done_testing();
}
