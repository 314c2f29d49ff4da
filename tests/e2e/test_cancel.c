/* SPDX-License-Identifier: MIT */
/* Cancel from another thread of whoever moves bytes (C-121); test_cancel_open.c has opening. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/conn.h"
#include "support/counts.h"
#include "support/patience.h"
#include "support/peer.h"
#include "support/sockets.h"
#include "support/tempdir.h"
#include "tap.h"

/* How long before a cancel comes, so that its victim waits for sure. */
enum { SOON_MS = 60 };

static int32_t mode;
static libhttp_tls_config *config;
static struct peer_tls tls;

/* No signal is ever raised: one would end up here. */
static atomic_int signals;

static void count_signal(int number)
{
    (void)number;
    atomic_fetch_add(&signals, 1);
}

static const struct peer_step silent[] = {PEER_READ_HEAD, PEER_GATE, PEER_END};
static const struct peer_step half[] = {
    PEER_READ_HEAD,
    PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"),
    PEER_GATE,
    PEER_END,
};

/* How the connection under test comes to its peer. */
enum way { WAY_TCP, WAY_TLS, WAY_ADOPTED, WAY_ADOPTED_TLS, WAYS };
static const char *const way_names[] = {"TCP", "TLS", "adopted", "TLS over adopted"};

struct victim {
    struct peer *peer;
    libhttp_connection *c;
    enum way way;
    int copy; /* of an adopted descriptor, which somebody else may hold */
    char name[80];
};

static void victim_init(struct victim *v, enum way way, const struct peer_step *steps,
                        const char *what)
{
    bool adopted = way == WAY_ADOPTED || way == WAY_ADOPTED_TLS;
    bool with_tls = way == WAY_TLS || way == WAY_ADOPTED_TLS;
    struct peer_options options = {.kind = adopted ? PEER_SOCKETPAIR : PEER_TCP,
                                   .tls = with_tls ? &tls : NULL,
                                   .receive_buffer = 4096};

    *v = (struct victim){.way = way, .copy = -1, .peer = peer_start_with(&options, steps)};
    snprintf(v->name, sizeof v->name, "%s, %s", what, way_names[way]);
    v->c = conn_new(adopted ? 0 : peer_port(v->peer), mode);
    if (adopted) {
        int fd = peer_take_fd(v->peer);

        v->copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        libhttp_connection_set_host(v->c, "127.0.0.1", -1, 80);
        is(libhttp_connection_set_fd(v->c, fd), LIBHTTP_OK, "%s: adopted", v->name);
    }
    if (with_tls)
        libhttp_connection_set_tls(v->c, config);
}

/* Shutting an adopted socket down would end it for others too. */
static void victim_done(struct victim *v)
{
    char byte;

    if (v->copy >= 0) {
        ok(recv(v->copy, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0,
           "C-121 C-127 %s: an adopted socket is not shut down", v->name);
        close(v->copy);
        libhttp_connection_free(v->c);
    } else if (v->way == WAY_TCP) {
        conn_serves_again(v->c, v->name);
    } else {
        libhttp_connection_free(v->c);
    }
    peer_kill(v->peer);
}

static void test_waiting_for_head(enum way way)
{
    struct victim v;
    struct cancel_later *later;
    libhttp_response *r = NULL;

    victim_init(&v, way, silent, "waiting for a head");
    later = connection_cancel_later(v.c, SOON_MS);
    conn_was_cancelled(later, conn_ask(v.c, "GET", "/", &r), v.name);
    victim_done(&v);
}

static void test_reading(enum way way, bool by_response)
{
    struct victim v;
    struct cancel_later *later;
    libhttp_response *r = NULL;
    char body[100];

    victim_init(&v, way, half, by_response ? "reading, cancelled by the response" : "reading");
    is(conn_ask(v.c, "GET", "/", &r), LIBHTTP_OK, "%s: a head", v.name);
    later = by_response ? response_cancel_later(r, SOON_MS) : connection_cancel_later(v.c, SOON_MS);
    conn_was_cancelled(later, conn_read(v.c, r, body, sizeof body), v.name);
    libhttp_response_free(r);
    victim_done(&v);
}

static int32_t send_for_ever(libhttp_connection *c)
{
    static char data[1 << 18];
    int64_t sent;
    int32_t status;

    do
        UNTIL_DONE(c, status, libhttp_connection_send(c, data, sizeof data, &sent));
    while (status == LIBHTTP_OK);
    return status;
}

static void test_sending(enum way way)
{
    struct victim v;
    struct cancel_later *later;

    victim_init(&v, way, silent, "sending");
    is(libhttp_connection_request_pieces(v.c, "PUT", -1, "/", -1, NULL, 1LL << 40), LIBHTTP_OK,
       "%s: a body of 1 TiB", v.name);
    later = connection_cancel_later(v.c, SOON_MS);
    conn_was_cancelled(later, send_for_ever(v.c), v.name);
    victim_done(&v);
}

static void test_sending_file(enum way way)
{
    struct victim v;
    struct cancel_later *later;
    static char path[300];
    int64_t sent = 0;
    int32_t status;
    int fd;

    if (path[0] == '\0')
        snprintf(path, sizeof path, "%.280s/sparse", tempdir());
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, 1LL << 31) < 0)
        bail_out("no file");
    victim_init(&v, way, silent, "sending a file");
    later = connection_cancel_later(v.c, SOON_MS);
    status =
        libhttp_connection_request_fd(v.c, "PUT", -1, "/", -1, NULL, fd, LIBHTTP_LENGTH_UNKNOWN);
    while (status == LIBHTTP_OK && mode == LIBHTTP_MODE_NONBLOCKING)
        UNTIL_DONE(v.c, status, libhttp_connection_send_fd(v.c, fd, LIBHTTP_LENGTH_UNKNOWN, &sent));
    conn_was_cancelled(later, status, v.name);
    victim_done(&v);
    close(fd);
}

/* A pipe that nothing comes from. */
static void test_reading_pipe(void)
{
    struct victim v;
    struct cancel_later *later;
    int64_t sent;
    int32_t status;
    int ends[2];

    if (mode != LIBHTTP_MODE_BLOCKING)
        return;
    if (pipe2(ends, O_CLOEXEC) < 0)
        bail_out("no pipe");
    victim_init(&v, WAY_TCP, silent, "reading a body from a pipe");
    later = connection_cancel_later(v.c, SOON_MS);
    (void)sent;
    status = libhttp_connection_request_fd(v.c, "PUT", -1, "/", -1, NULL, ends[0],
                                           LIBHTTP_LENGTH_UNKNOWN);
    conn_was_cancelled(later, status, v.name);
    victim_done(&v);
    close(ends[0]);
    close(ends[1]);
}

/* A response that took its transport along is cancelled alone (C-21). */
static void test_detached(void)
{
    static const struct peer_step steps[] = {
        PEER_READ_HEAD, PEER_SEND("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf"), PEER_ACCEPT,
        PEER_READ_HEAD, PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),   PEER_GATE,
        PEER_END,
    };
    struct peer *peer = peer_start(steps);
    libhttp_connection *c = conn_new(peer_port(peer), mode);
    struct cancel_later *later;
    libhttp_response *r = NULL;
    char body[100];

    is(conn_ask(c, "GET", "/", &r), LIBHTTP_OK, "C-21 a response with its own transport");
    later = response_cancel_later(r, SOON_MS);
    conn_was_cancelled(later, conn_read(c, r, body, sizeof body), "a detached response");
    is(libhttp_connection_cancelled(c), 0, "C-121 its connection is not cancelled, %s",
       conn_mode_name(mode));
    is(conn_get(c, "/", body, sizeof body), 2, "C-21 C-121 and connects anew, %s",
       conn_mode_name(mode));
    libhttp_response_free(r);
    libhttp_connection_free(c);
    peer_kill(peer);
}

/* The connection's cancel reaches a detached response, and one whose connection is freed. */
static void test_detached_by_connection(bool freed)
{
    static const struct peer_step steps[] = {
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf"),
        PEER_GATE,
        PEER_END,
    };
    struct peer *peer = peer_start(steps);
    libhttp_connection *c = conn_new(peer_port(peer), mode);
    struct cancel_later *later;
    libhttp_response *r = NULL;
    char body[100];

    is(conn_ask(c, "GET", "/", &r), LIBHTTP_OK, "C-21 a response with its own transport");
    if (freed)
        libhttp_connection_free(c);
    later = freed ? response_cancel_later(r, SOON_MS) : connection_cancel_later(c, SOON_MS);
    conn_was_cancelled(later, conn_read(c, r, body, sizeof body),
                       freed ? "a response whose connection is freed"
                             : "a detached one, by connection");
    libhttp_response_free(r);
    if (!freed)
        libhttp_connection_free(c);
    peer_kill(peer);
}

static int64_t stream_until_done(libhttp_stream *s, bool writes)
{
    static char data[1 << 18];
    int64_t moved;
    int32_t status;

    for (;;) {
        struct pollfd pollfd = {.fd = -1};
        int32_t fd, events;
        int64_t ms;

        status = writes ? libhttp_stream_write(s, data, sizeof data, &moved)
                        : libhttp_stream_read(s, data, sizeof data, &moved);
        if (status < 0)
            return status;
        if (status == LIBHTTP_OK)
            continue;
        libhttp_stream_wait(s, &fd, &events, &ms, NULL);
        pollfd.fd = fd;
        pollfd.events = (short)(((events & LIBHTTP_WAIT_READ) ? POLLIN : 0) |
                                ((events & LIBHTTP_WAIT_WRITE) ? POLLOUT : 0));
        if (fd < 0 || poll(&pollfd, 1, PATIENCE_MS) == 0)
            return LIBHTTP_AGAIN;
    }
}

static void test_stream(enum way way, bool writes)
{
    static const struct peer_step steps[] = {
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        PEER_GATE,
        PEER_END,
    };
    struct victim v;
    struct cancel_later *later;
    libhttp_headers *headers;
    libhttp_response *r = NULL;
    libhttp_stream *s = NULL;

    victim_init(&v, way, steps, writes ? "writing to a stream" : "reading from a stream");
    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "Upgrade", -1, "x", -1);
    libhttp_headers_add(headers, "Connection", -1, "upgrade", -1);
    libhttp_connection_request(v.c, "GET", -1, "/", -1, headers, NULL, LIBHTTP_NO_BODY);
    is(conn_respond(v.c, &r), LIBHTTP_OK, "%s: a 101", v.name);
    is(libhttp_response_stream(r, &s), LIBHTTP_OK, "%s: a stream", v.name);
    later = stream_cancel_later(s, SOON_MS);
    conn_was_cancelled(later, stream_until_done(s, writes), v.name);
    libhttp_stream_free(s);
    libhttp_response_free(r);
    libhttp_headers_free(headers);
    victim_done(&v);
}

/* Draining happens in close and in the next request: with a cancel it ends, and nothing is left. */
static void test_drain(void)
{
    struct victim v;
    libhttp_response *r = NULL;

    victim_init(&v, WAY_TCP, half, "draining");
    is(conn_ask(v.c, "GET", "/", &r), LIBHTTP_OK, "%s: a head", v.name);
    libhttp_connection_cancel(v.c);
    is(libhttp_response_close(r), LIBHTTP_OK, "C-121 C-97 %s: close after a cancel", v.name);
    libhttp_response_free(r);
    victim_done(&v);
}

static void test_mode(void)
{
    for (int way = 0; way < WAYS; way++) {
        test_waiting_for_head((enum way)way);
        test_reading((enum way)way, way % 2 == 0);
        test_sending((enum way)way);
        test_sending_file((enum way)way);
        test_stream((enum way)way, way % 2 == 0);
        test_stream((enum way)way, way % 2 == 1);
    }
    test_reading_pipe();
    test_detached();
    test_detached_by_connection(false);
    test_detached_by_connection(true);
    test_drain();
}

int main(void)
{
    struct cert *ca = cert_make_ca("authority"), *leaf = cert_make_local(ca);
    int descriptors = count_descriptors();
    struct sigaction action = {.sa_handler = count_signal};

    sigaction(SIGPIPE, &action, NULL);
    tls = (struct peer_tls){.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_ca_file(config, cert_file(ca), -1);
    for (mode = LIBHTTP_MODE_BLOCKING; mode <= LIBHTTP_MODE_NONBLOCKING; mode++)
        test_mode();
    libhttp_tls_config_free(config);
    diag("the slowest cancel took %lld ms", (long long)conn_slowest_cancel());
    is(atomic_load(&signals), 0, "T-38 C-121 no signal was raised");
    is(count_descriptors(), descriptors, "T-33 no descriptor is left open");
    return done_testing();
}
