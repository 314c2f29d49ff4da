/* SPDX-License-Identifier: MIT */
/* What libhttp_connection_wait says in every phase, and a loop that believes it. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/conn.h"
#include "support/counts.h"
#include "support/patience.h"
#include "support/peer.h"
#include "support/resolver.h"
#include "support/sockets.h"
#include "tap.h"

/* What wait said. */
struct said {
    int32_t fd, events;
    int64_t ms, generation;
};

static struct said ask(const libhttp_connection *c)
{
    struct said said = {-2, -2, -2, -2};

    libhttp_connection_wait(c, &said.fd, &said.events, &said.ms, &said.generation);
    return said;
}

static bool is_socket(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* A descriptor to wait on that doesn't block, and a limit of time that isn't over. */
static struct said waits(const libhttp_connection *c, int32_t events, bool socket, int64_t most_ms,
                         const char *what)
{
    struct said said = ask(c);

    ok(said.fd >= 0 && is_socket(said.fd) == socket, "C-121 %s: %s, descriptor %d", what,
       socket ? "the socket" : "a descriptor of the library's own", (int)said.fd);
    ok(fcntl(said.fd, F_GETFL) & O_NONBLOCK, "%s: it has O_NONBLOCK", what);
    ok(fcntl(said.fd, F_GETFD) & FD_CLOEXEC, "T-33 %s: it has O_CLOEXEC", what);
    is(said.events, events, "%s: the events", what);
    if (most_ms < 0)
        is(said.ms, -1, "%s: no limit", what);
    else
        ok(said.ms > 0 && said.ms <= most_ms, "C-120 %s: %lld of %lld ms are left", what,
           (long long)said.ms, (long long)most_ms);
    return said;
}

static void waits_for_nothing(const libhttp_connection *c, const char *what)
{
    struct said said = ask(c);

    is(said.fd, -1, "%s: no descriptor", what);
    is(said.events, 0, "%s: no events", what);
    is(said.ms, -1, "%s: no limit", what);
}

static bool is_ready(struct said said, int ms)
{
    struct pollfd pollfd = {.fd = said.fd};

    pollfd.events = (short)(((said.events & LIBHTTP_WAIT_READ) ? POLLIN : 0) |
                            ((said.events & LIBHTTP_WAIT_WRITE) ? POLLOUT : 0));
    return poll(&pollfd, 1, ms) == 1;
}

static void test_nothing(void)
{
    libhttp_connection *c = conn_new(0, LIBHTTP_MODE_NONBLOCKING);

    waits_for_nothing(c, "a new connection");
    is(libhttp_connection_wait(c, NULL, NULL, NULL, NULL), LIBHTTP_OK,
       "any result may be left out");
    is(libhttp_connection_wait(NULL, NULL, NULL, NULL, NULL), LIBHTTP_E_INVALID_ARGUMENT,
       "but not the connection");
    libhttp_connection_free(c);
}

/* From resolving over a connect that hangs to a socket that is connected. */
static void test_opening(void)
{
    struct full_backlog *full;
    libhttp_connection *c = conn_new(0, LIBHTTP_MODE_NONBLOCKING);
    struct said resolving, connecting;
    int port;

    full = full_backlog_tcp(&port);
    resolver_answer("127.0.0.1");
    resolver_hang(true);
    libhttp_connection_set_host(c, "a.example", -1, port);
    libhttp_connection_set_connect_timeout(c, PATIENCE_MS);
    is(libhttp_connection_connect(c), LIBHTTP_AGAIN, "connect can't go on while resolving");
    resolving = waits(c, LIBHTTP_WAIT_READ, false, PATIENCE_MS, "resolving");
    ok(!is_ready(resolving, 0), "resolving: it isn't ready");
    is(libhttp_connection_connect(c), LIBHTTP_AGAIN, "resolving: another try");
    is(ask(c).generation, resolving.generation, "resolving: the same generation");
    resolver_hang(false);
    ok(is_ready(resolving, PATIENCE_MS), "resolving: ready when the look-up is done");
    is(libhttp_connection_connect(c), LIBHTTP_AGAIN, "then connecting hangs");
    connecting = waits(c, LIBHTTP_WAIT_WRITE, true, PATIENCE_MS, "connecting");
    ok(connecting.generation != resolving.generation, "connecting: another generation");
    ok(!is_ready(connecting, 0), "connecting: it isn't ready");
    libhttp_connection_close(c);
    waits_for_nothing(c, "after close");
    ok(ask(c).generation != connecting.generation || ask(c).fd < 0, "closed: nothing to register");
    libhttp_connection_free(c);
    full_backlog_free(full);
}

/* Several addresses race behind one descriptor; the second attempt has its time. */
static void test_racing(void)
{
    struct full_backlog *full;
    libhttp_connection *c = conn_new(0, LIBHTTP_MODE_NONBLOCKING);
    struct said racing;
    int port;

    full = full_backlog_tcp(&port);
    libhttp_connection_set_host(c, "a.example", -1, port);
    libhttp_connection_add_address(c, "127.0.0.1", -1);
    libhttp_connection_add_address(c, "127.0.0.2", -1);
    is(libhttp_connection_connect(c), LIBHTTP_AGAIN, "C-126 connect can't go on while racing");
    racing = ask(c);
    ok(!is_socket(racing.fd), "C-126 racing: a descriptor over all of them");
    is(racing.events, LIBHTTP_WAIT_READ, "C-126 racing: to be read");
    ok(racing.ms >= 0 && racing.ms <= 250, "C-126 racing: the next attempt is due in %lld ms",
       (long long)racing.ms);
    libhttp_connection_free(c);
    full_backlog_free(full);
}

static void test_unix(void)
{
    struct full_backlog *full;
    libhttp_connection *c = conn_new(0, LIBHTTP_MODE_NONBLOCKING);
    const char *path;
    struct said said;

    full = full_backlog_unix(&path);
    libhttp_connection_set_unix(c, path, -1);
    is(libhttp_connection_connect(c), LIBHTTP_AGAIN, "a Unix connect into a full backlog");
    said = ask(c);
    ok(said.fd >= 0 && !is_socket(said.fd), "a timer's descriptor, never the socket");
    ok(is_ready(said, PATIENCE_MS), "which is ready after a while");
    full_backlog_accept(full);
    full_backlog_accept(full);
    for (int i = 0; i < 200 && libhttp_connection_connect(c) == LIBHTTP_AGAIN; i++) {
        full_backlog_accept(full);
        is_ready(ask(c), 1000);
    }
    ok(libhttp_connection_is_open(c), "and it connects in the end: %s",
       libhttp_connection_error(c));
    waits_for_nothing(c, "connected to a Unix socket");
    libhttp_connection_free(c);
    full_backlog_free(full);
}

static void test_handshake(libhttp_tls_config *config)
{
    int port, listener = listen_loopback(16, &port);
    libhttp_connection *c = conn_new(port, LIBHTTP_MODE_NONBLOCKING);
    int32_t status = LIBHTTP_AGAIN;

    libhttp_connection_set_tls(c, config);
    for (int i = 0; i < 3; i++) {
        status = libhttp_connection_connect(c);
        if (ask(c).events != LIBHTTP_WAIT_READ)
            is_ready(ask(c), PATIENCE_MS);
    }
    is(status, LIBHTTP_AGAIN, "a TLS server that says nothing");
    waits(c, LIBHTTP_WAIT_READ, true, 30000, "handshaking");
    libhttp_connection_free(c);
    c = conn_new(port, LIBHTTP_MODE_NONBLOCKING);
    libhttp_connection_set_tunnel(c, "inner.example", -1, 80, NULL);
    for (int i = 0; i < 3; i++) {
        status = libhttp_connection_connect(c);
        if (ask(c).events != LIBHTTP_WAIT_READ)
            is_ready(ask(c), PATIENCE_MS);
    }
    is(status, LIBHTTP_AGAIN, "a proxy that says nothing");
    waits(c, LIBHTTP_WAIT_READ, true, 30000, "waiting for the tunnel");
    libhttp_connection_free(c);
    close(listener);
}

/* Until the peer's close has come, and long enough for the next request to look for it. Over TLS it
 * may have come with the body: nothing is open then. */
static void wait_for_close(const libhttp_connection *c)
{
    struct pollfd pollfd = {.fd = libhttp_connection_fileno(c), .events = POLLIN};

    if (pollfd.fd >= 0)
        poll(&pollfd, 1, PATIENCE_MS);
    poll(NULL, 0, 10);
}

/* Sending until nothing more goes, then the answer, then the next one on a new connection. */
static void test_exchange(void)
{
    static const struct peer_step steps[] = {
        PEER_READ_HEAD,
        PEER_GATE,
        PEER_READ(1 << 23),
        PEER_GATE,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"),
        PEER_GATE,
        PEER_SEND("body"),
        PEER_CLOSE,
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 204 No Content\r\n\r\n"),
        PEER_WAIT_CLOSE,
        PEER_END,
    };
    static char data[1 << 20];
    struct peer *peer = peer_start_with(&(struct peer_options){.receive_buffer = 4096}, steps);
    libhttp_connection *c = conn_new(peer_port(peer), LIBHTTP_MODE_NONBLOCKING);
    libhttp_response *r = NULL;
    struct said sending, reading, again;
    int64_t sent, left = 1 << 23, got;
    int32_t status;
    char body[8];

    libhttp_connection_set_idle_timeout(c, PATIENCE_MS);
    libhttp_connection_set_connect_timeout(c, PATIENCE_MS / 4);
    libhttp_connection_request_pieces(c, "PUT", -1, "/", -1, NULL, left);
    UNTIL_DONE(c, status, libhttp_connection_connect(c));
    while ((status = libhttp_connection_send(c, data, sizeof data, &sent)) == LIBHTTP_OK)
        left -= sent;
    is(status, LIBHTTP_AGAIN, "nobody reads what is sent");
    sending = waits(c, LIBHTTP_WAIT_READ | LIBHTTP_WAIT_WRITE, true, PATIENCE_MS,
                    "C-124 sending, with an early answer in mind");
    peer_open(peer);
    while (left > 0) {
        UNTIL_DONE(
            c, status,
            libhttp_connection_send(c, data, left < (int64_t)sizeof data ? left : 1 << 20, &sent));
        if (status < 0)
            break;
        left -= sent;
    }
    UNTIL_DONE(c, status, libhttp_connection_flush(c));
    is(status, LIBHTTP_OK, "all is sent: %s", libhttp_connection_error(c));
    is(libhttp_connection_getresponse(c, &r), LIBHTTP_AGAIN, "the answer takes its time");
    reading = waits(c, LIBHTTP_WAIT_READ, true, PATIENCE_MS, "waiting for the head");
    is(reading.generation, sending.generation, "the same socket: the same generation");
    ok(reading.ms > PATIENCE_MS / 4, "C-120 who is connected doesn't wait for that: %lld ms",
       (long long)reading.ms);
    peer_open(peer);
    is(conn_respond(c, &r), LIBHTTP_OK, "a head");
    is(libhttp_response_read(r, body, sizeof body, &got), LIBHTTP_AGAIN, "no body yet");
    waits(c, LIBHTTP_WAIT_READ, true, PATIENCE_MS, "waiting for the body");
    peer_open(peer);
    is(conn_read(c, r, body, sizeof body), 4, "the body");
    waits_for_nothing(c, "after the exchange");
    libhttp_response_free(r);
    ok(peer_wait_received(peer, 1 << 23, PATIENCE_MS), "the peer has it all");
    wait_for_close(c);
    r = NULL;
    libhttp_connection_request(c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY);
    status = libhttp_connection_getresponse(c, &r);
    again = ask(c);
    ok(status == LIBHTTP_OK || again.generation != reading.generation,
       "C-105 reconnecting: another generation");
    if (status == LIBHTTP_AGAIN)
        status = conn_respond(c, &r);
    is(status, LIBHTTP_OK, "C-105 the next exchange on a new connection");
    libhttp_response_free(r);
    libhttp_connection_free(c);
    peer_finish(peer, "the peer of two connections");
}

/* A loop as programs have it: registers only when told so, and trusts it. */
struct loop {
    int epoll;
    int fd;
    int64_t generation;
    int32_t events;
    bool hung;
};

static void loop_register(struct loop *loop, struct said said)
{
    struct epoll_event event = {.data.fd = said.fd};

    event.events = ((said.events & LIBHTTP_WAIT_READ) ? (uint32_t)EPOLLIN : 0) |
                   ((said.events & LIBHTTP_WAIT_WRITE) ? (uint32_t)EPOLLOUT : 0);
    if (loop->fd >= 0 && said.generation == loop->generation) {
        if (said.events != loop->events)
            epoll_ctl(loop->epoll, EPOLL_CTL_MOD, loop->fd, &event);
    } else {
        if (loop->fd >= 0)
            epoll_ctl(loop->epoll, EPOLL_CTL_DEL, loop->fd, NULL); /* it may be closed: fine */
        if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, said.fd, &event) < 0)
            fail("to register descriptor %d", (int)said.fd);
        loop->fd = said.fd;
    }
    loop->generation = said.generation;
    loop->events = said.events;
}

static bool loop_wait(struct loop *loop, const libhttp_connection *c)
{
    struct said said = ask(c);
    struct epoll_event event;
    int ms = said.ms < 0 || said.ms > PATIENCE_MS ? PATIENCE_MS : (int)said.ms;

    if (said.fd >= 0)
        loop_register(loop, said);
    if (epoll_wait(loop->epoll, &event, 1, ms) == 0 && ms == PATIENCE_MS)
        loop->hung = true;
    return !loop->hung;
}

static int32_t loop_get(struct loop *loop, libhttp_connection *c)
{
    libhttp_response *r = NULL;
    char body[64];
    int64_t got = 1;
    int32_t status = libhttp_connection_request(c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY);

    if (status < 0)
        return status;
    while ((status = libhttp_connection_getresponse(c, &r)) == LIBHTTP_AGAIN)
        if (!loop_wait(loop, c))
            return status;
    while (status >= 0 && got > 0) {
        status = libhttp_response_read(r, body, sizeof body, &got);
        if (status == LIBHTTP_AGAIN && !loop_wait(loop, c))
            break;
    }
    libhttp_response_free(r);
    return status;
}

#define ANSWER                                                                                     \
    PEER_READ_HEAD, PEER_DELAY(5), PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbo"),    \
        PEER_DELAY(5), PEER_SEND("dy")
/* The connection ends after each second answer, so that the next socket gets its number. */
#define PAIR ANSWER, ANSWER, PEER_CLOSE, PEER_ACCEPT

static void test_loop(const struct peer_tls *tls, libhttp_tls_config *config, const char *addresses)
{
    static const struct peer_step steps[] = {
        PAIR, PAIR, PAIR, PAIR, PAIR, PAIR, PAIR, PAIR, PAIR, ANSWER, PEER_WAIT_CLOSE, PEER_END};
    struct peer *peer = tls ? peer_start_tls(tls, steps) : peer_start(steps);
    libhttp_connection *c = conn_new(0, LIBHTTP_MODE_NONBLOCKING);
    struct loop loop = {.epoll = epoll_create1(EPOLL_CLOEXEC), .fd = -1};
    int done = 0;

    resolver_answer(addresses);
    libhttp_connection_set_host(c, "localhost", -1, peer_port(peer));
    if (config)
        libhttp_connection_set_tls(c, config);
    for (; done < 19; done++) {
        if (loop_get(&loop, c) < 0 || loop.hung)
            break;
        if (done % 2 == 1)
            wait_for_close(c);
    }
    is(done, 19, "C-105 19 exchanges, every second on a new connection, to \"%s\"%s: %s", addresses,
       config ? " over TLS" : "", libhttp_connection_error(c));
    ok(!loop.hung, "a loop that registers by generation never hangs");
    libhttp_connection_free(c);
    close(loop.epoll);
    peer_kill(peer);
}

int main(void)
{
    struct cert *ca = cert_make_ca("authority"), *leaf = cert_make_local(ca);
    struct peer_tls tls = {.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    libhttp_tls_config *config;
    int descriptors = count_descriptors();

    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_ca_file(config, cert_file(ca), -1);
    test_nothing();
    test_opening();
    test_racing();
    test_unix();
    test_handshake(config);
    test_exchange();
    test_loop(NULL, NULL, "127.0.0.1");
    test_loop(NULL, NULL, "127.0.0.2 127.0.0.1");
    test_loop(&tls, config, "127.0.0.3 127.0.0.2 127.0.0.1");
    libhttp_tls_config_free(config);
    ok(resolver_threads_end(), "T-39 no look-up's thread is left");
    is(count_descriptors(), descriptors, "T-33 no descriptor is left open");
    return done_testing();
}
