/* SPDX-License-Identifier: MIT */
/* Deadlines: connect, idle and total, in both modes that wait; test_expect.c has 100-continue. */
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "support/conn.h"
#include "support/patience.h"
#include "support/peer.h"
#include "support/resolver.h"
#include "support/sockets.h"
#include "support/tempdir.h"
#include "tap.h"

/* A deadline never ends early. */
enum { EARLY_MS = 10 };

static const char *const mode_names[] = {"blocking", "non-blocking"};
static _Thread_local int32_t mode; /* each has a thread of its own */

/* The longest wait for a descriptor that was asked of poll since `began`, in this thread. */
static _Thread_local int longest;

__attribute__((visibility("default"))) int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    struct timespec time = {.tv_sec = timeout / 1000, .tv_nsec = timeout % 1000 * 1000000L};

    if (count > 0 && (timeout > longest || timeout < 0))
        longest = timeout < 0 ? INT_MAX : timeout;
    return ppoll(fds, count, timeout < 0 ? NULL : &time, NULL);
}

static int64_t began(void)
{
    longest = 0;
    return milliseconds();
}

/* Never early, and nobody meant to wait longer: how late it was is the machine's doing. */
static void in_time(int64_t from, int64_t ms, const char *what)
{
    int64_t took = milliseconds() - from;

    ok(took >= ms - EARLY_MS, "C-120 %s, %s: after %lld of %lld ms", what, mode_names[mode],
       (long long)took, (long long)ms);
    ok(longest <= ms, "C-120 %s, %s: and no wait was to be longer: %d ms", what, mode_names[mode],
       longest);
}

/* The status is a timeout after `ms`, told in a sentence; `from` is when it began. */
static void timed_out(const libhttp_connection *c, int32_t status, int64_t from, int64_t ms,
                      const char *sentence, const char *what)
{
    is(status, LIBHTTP_E_TIMEOUT, "C-120 %s, %s: a timeout", what, mode_names[mode]);
    in_time(from, ms, what);
    contains(libhttp_connection_error(c), sentence, "C-120 %s, %s: the sentence", what,
             mode_names[mode]);
}

/* After a timeout the connection serves as before. */
static void still_usable(libhttp_connection *c, const char *what)
{
    static const struct peer_step steps[] = {
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
        PEER_WAIT_CLOSE,
        PEER_END,
    };
    struct peer *peer = peer_start(steps);
    char body[8];

    is(libhttp_connection_set_unix(c, NULL, 0), LIBHTTP_OK, "%s: not connected any more", what);
    libhttp_connection_clear_addresses(c);
    libhttp_connection_set_tunnel(c, NULL, 0, 0, NULL);
    libhttp_connection_set_timeout(c, PATIENCE_MS);
    libhttp_connection_set_total_timeout(c, LIBHTTP_TIMEOUT_NONE);
    libhttp_connection_set_host(c, "127.0.0.1", -1, peer_port(peer));
    is(conn_get(c, "/", body, sizeof body), 2, "C-23 C-120 %s, %s: usable afterwards", what,
       mode_names[mode]);
    libhttp_connection_free(c);
    peer_finish(peer, "C-120 %s, %s: the next peer", what, mode_names[mode]);
}

/* What follows is measured without the connect. */
static int64_t connected(libhttp_connection *c)
{
    int32_t status;

    UNTIL_DONE(c, status, libhttp_connection_connect(c));
    is(status, LIBHTTP_OK, "connected before, %s", mode_names[mode]);
    return began();
}

static void connect_times_out(libhttp_connection *c, int64_t ms, const char *what)
{
    int64_t from = began();
    int32_t status;

    libhttp_connection_set_connect_timeout(c, ms);
    UNTIL_DONE(c, status, libhttp_connection_connect(c));
    timed_out(c, status, from, ms, "connect timeout", what);
    still_usable(c, what);
}

/* T-22: the total timeout, too, though the connect timeout would allow more. */
static void total_ends(libhttp_connection *c, const char *what)
{
    libhttp_response *r = NULL;
    int64_t from = began();

    libhttp_connection_set_connect_timeout(c, PATIENCE_MS);
    libhttp_connection_set_total_timeout(c, 100);
    timed_out(c, conn_ask(c, "GET", "/", &r), from, 100, "total timeout", what);
    still_usable(c, what);
}

static void test_connect(void)
{
    libhttp_connection *c;
    struct full_backlog *full;
    const char *path;
    int port;

    full = full_backlog_tcp(&port);
    c = conn_new(port, mode);
    connect_times_out(c, 300, "connecting");
    total_ends(conn_new(port, mode), "connecting");
    c = conn_new(port, mode);
    libhttp_connection_set_host(c, "h.example", -1, port);
    libhttp_connection_add_address(c, "127.0.0.2", -1);
    libhttp_connection_add_address(c, "127.0.0.1", -1);
    connect_times_out(c, 620, "addresses given in advance");
    full_backlog_free(full);

    full = full_backlog_unix(&path);
    c = conn_new(0, mode);
    libhttp_connection_set_unix(c, path, -1);
    connect_times_out(c, 300, "a Unix socket");
    c = conn_new(0, mode);
    libhttp_connection_set_unix(c, path, -1);
    total_ends(c, "a Unix socket");
    full_backlog_free(full);

    resolver_hang(true);
    c = conn_new(0, mode);
    libhttp_connection_set_host(c, "hangs.example", -1, 80);
    connect_times_out(c, 300, "resolving");
    c = conn_new(0, mode);
    libhttp_connection_set_host(c, "hangs.example", -1, 80);
    total_ends(c, "resolving");
    resolver_hang(false);
}

/* A listener that never accepts: its backlog takes the connection, nobody answers. */
static void test_handshakes(void)
{
    int port, listener = listen_loopback(16, &port);
    libhttp_tls_config *config;
    libhttp_connection *c = conn_new(port, mode);
    int64_t from;
    int32_t status;

    /* The system's store takes a slow machine long to read. */
    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_system_store(config, 0);
    libhttp_connection_set_tls(c, config);
    from = began();
    libhttp_connection_set_connect_timeout(c, 300);
    UNTIL_DONE(c, status, libhttp_connection_connect(c));
    timed_out(c, status, from, 300, "connect timeout", "a TLS handshake");
    libhttp_connection_free(c);
    libhttp_tls_config_free(config);

    c = conn_new(port, mode);
    libhttp_connection_set_tunnel(c, "inner.example", -1, 80, NULL);
    connect_times_out(c, 300, "a tunnel");

    c = conn_new(port, mode);
    libhttp_connection_set_tunnel(c, "inner.example", -1, 80, NULL);
    total_ends(c, "a tunnel");
    close(listener);
}

static void test_idle_head(int64_t ms)
{
    static const struct peer_step steps[] = {
        PEER_READ_HEAD,
        PEER_SEND_SLOWLY("HTTP/1.1 200 OK\r\nContent-", 0), /* it may be too late for us */
        PEER_WAIT_CLOSE,
        PEER_END,
    };
    struct peer *peer = peer_start(steps);
    libhttp_connection *c = conn_new(peer_port(peer), mode);
    libhttp_response *r = NULL;
    int64_t from = connected(c);
    int32_t status;

    libhttp_connection_set_idle_timeout(c, ms);
    status = conn_ask(c, "GET", "/", &r);
    timed_out(c, status, from, ms, "idle timeout", "idle in a head");
    still_usable(c, "idle in a head");
    peer_finish(peer, "C-120 idle in a head: the peer");
}

static int longest_of_silence(void)
{
    static const struct peer_step steps[] = {PEER_READ_HEAD, PEER_WAIT_CLOSE, PEER_END};
    struct peer *peer = peer_start(steps);
    libhttp_connection *c = conn_new(peer_port(peer), LIBHTTP_MODE_BLOCKING);
    libhttp_response *r = NULL;
    int found;

    libhttp_connection_set_idle_timeout(c, 300);
    is(libhttp_connection_connect(c), LIBHTTP_OK, "C-120 connected");
    longest = 0;
    is(conn_ask(c, "GET", "/", &r), LIBHTTP_E_TIMEOUT, "C-120 nothing comes");
    found = longest;
    libhttp_connection_free(c);
    peer_finish(peer, "C-120 the silent peer");
    return found;
}

/* A receive that waited by itself has used up some of the time, unless it was interrupted. */
static void test_slice_counts(void)
{
    int found = 300;

    for (int tries = 0; tries < 10 && found >= 300; tries++)
        found = longest_of_silence();
    ok(found < 300, "C-120 a slice and what is left of the timeout: %d ms", found);
}

/* The body's timeout is the response's error; the connection goes on. */
static void test_body(const struct peer_step *steps, int64_t idle, int64_t total, const char *what)
{
    struct peer *peer = peer_start(steps);
    libhttp_connection *c = conn_new(peer_port(peer), mode);
    libhttp_response *r = NULL;
    char body[256];
    int64_t ms = total > 0 ? total : idle;
    int64_t from = milliseconds(), status;

    /* Set while the exchange is under way: they act at once. */
    is(conn_ask(c, "GET", "/", &r), LIBHTTP_OK, "%s: the head", what);
    longest = 0;
    libhttp_connection_set_idle_timeout(c, idle);
    if (total > 0)
        libhttp_connection_set_total_timeout(c, total);
    status = conn_read(c, r, body, sizeof body);
    is(status, LIBHTTP_E_TIMEOUT, "C-120 C-127 %s, %s: a timeout", what, mode_names[mode]);
    in_time(from, ms, what);
    contains(libhttp_response_error(r), total > 0 ? "total timeout" : "idle timeout",
             "C-120 %s: the response's sentence", what);
    is(libhttp_response_read(r, body, sizeof body, &status), LIBHTTP_E_TIMEOUT,
       "C-88 %s: it stays so", what);
    libhttp_response_free(r);
    still_usable(c, what);
    peer_kill(peer);
}

static void test_bodies(void)
{
    static const struct peer_step silent[] = {
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfive"),
        PEER_WAIT_CLOSE,
        PEER_END,
    };
    static const struct peer_step trickle[] = {
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
        PEER_SEND_SLOWLY("trickle trickle trickle trickle trickle trickle trickle", 100),
        PEER_WAIT_CLOSE,
        PEER_END,
    };
    static const struct peer_step chunks[] = {
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        PEER_SEND_SLOWLY("1\r\na\r\n1\r\nb\r\n1\r\nc\r\n1\r\nd\r\n1\r\ne\r\n1\r\nf\r\n1\r\n", 50),
        PEER_WAIT_CLOSE,
        PEER_END,
    };

    test_body(silent, 300, 0, "idle in a body");
    test_body(silent, 620, 0, "idle in a body, over several slices");
    test_body(silent, 100, 0, "idle in a body, less than a slice");
    test_body(trickle, PATIENCE_MS, 450, "T-22 a trickling body");
    test_body(chunks, PATIENCE_MS, 450, "T-22 trickling chunks");
    test_body(trickle, -1, 450, "T-22 a trickling body without an idle timeout");
}

static void test_trickling_head(void)
{
    static const struct peer_step steps[] = {
        PEER_READ_HEAD,
        PEER_SEND_SLOWLY("HTTP/1.1 200 OK\r\nX: trickle trickle trickle trickle\r\n", 50),
        PEER_WAIT_CLOSE,
        PEER_END,
    };
    struct peer *peer = peer_start(steps);
    libhttp_connection *c = conn_new(peer_port(peer), mode);
    libhttp_response *r = NULL;
    int64_t from = connected(c);

    libhttp_connection_set_total_timeout(c, 450);
    timed_out(c, conn_ask(c, "GET", "/", &r), from, 450, "total timeout", "T-22 a trickling head");
    still_usable(c, "a trickling head");
    peer_kill(peer);
}

/* Nobody reads what is sent. */
static void test_sending(int64_t idle, int64_t total, const char *sentence)
{
    static const struct peer_step steps[] = {PEER_READ_HEAD, PEER_GATE, PEER_END};
    static char data[1 << 20];
    struct peer *peer = peer_start_with(&(struct peer_options){.receive_buffer = 4096}, steps);
    libhttp_connection *c = conn_new(peer_port(peer), mode);
    int64_t from = connected(c), sent;
    int32_t status;

    libhttp_connection_set_idle_timeout(c, idle);
    libhttp_connection_set_total_timeout(c, total);
    is(libhttp_connection_request_pieces(c, "PUT", -1, "/", -1, NULL, 1 << 30), LIBHTTP_OK,
       "a body of 1 GiB");
    do
        UNTIL_DONE(c, status, libhttp_connection_send(c, data, sizeof data, &sent));
    while (status == LIBHTTP_OK);
    timed_out(c, status, from, 300, sentence, "sending");
    still_usable(c, "sending");
    peer_kill(peer);
}

/* A request that was begun and left lying until its time was over is not sent any more. */
static void test_late_sending(void)
{
    static const struct peer_step steps[] = {PEER_EXPECT_CLOSE, PEER_END};
    struct peer *peer = peer_start(steps);
    libhttp_connection *c = conn_new(peer_port(peer), mode);
    int64_t from = connected(c);
    int32_t status;

    libhttp_connection_set_total_timeout(c, 50);
    libhttp_connection_putrequest(c, "GET", -1, "/", -1, 0);
    libhttp_connection_endheaders(c, 0);
    poll(NULL, 0, 60);
    UNTIL_DONE(c, status, libhttp_connection_flush(c));
    timed_out(c, status, from, 50, "total timeout", "sending late");
    peer_finish(peer, "C-120 sending late: nothing came, %s", mode_names[mode]);
    still_usable(c, "sending late");
}

/* The peer takes longer than a slice of any system call. */
static void test_goes_well(int64_t timeout, int64_t total)
{
    static const struct peer_step steps[] = {
        PEER_READ_HEAD,  PEER_DELAY(400), PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
        PEER_DELAY(300), PEER_SEND("hi"), PEER_WAIT_CLOSE,
        PEER_END,
    };
    struct peer *peer = peer_start(steps);
    libhttp_connection *c = conn_new(peer_port(peer), mode);
    char body[8];

    libhttp_connection_set_timeout(c, timeout);
    libhttp_connection_set_total_timeout(c, total);
    is(conn_get(c, "/", body, sizeof body), 2, "C-8 C-120 in time, or without any, %s",
       mode_names[mode]);
    libhttp_connection_free(c);
    peer_finish(peer, "C-120 the peer that takes its time");
}

static void test_none(void)
{
    test_goes_well(LIBHTTP_TIMEOUT_NONE, LIBHTTP_TIMEOUT_NONE);
    test_goes_well(PATIENCE_MS, PATIENCE_MS);
}

static atomic_int ticks;

static void tick(int number)
{
    (void)number;
    atomic_fetch_add(&ticks, 1);
}

/* No SA_RESTART: every call that waits is interrupted. */
static void test_signals(void)
{
    struct itimerval every = {.it_interval.tv_usec = 10000, .it_value.tv_usec = 10000};
    struct sigaction action = {.sa_handler = tick}, before;
    struct full_backlog *full;
    int port;

    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &every, NULL);
    diag("T-39 a signal every 10 ms from here on");
    do
        test_idle_head(300);
    while (atomic_load(&ticks) <= 20);
    test_none();
    full = full_backlog_tcp(&port);
    connect_times_out(conn_new(port, mode), 300, "T-39 connecting under signals");
    full_backlog_free(full);
    setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
    diag("%d signals, %s", atomic_load(&ticks), mode_names[mode]);
    sigaction(SIGALRM, &before, NULL);
    atomic_store(&ticks, 0);
}

static void *test_mode(void *number)
{
    mode = *(const int32_t *)number;
    test_connect();
    test_handshakes();
    test_idle_head(300);
    test_bodies();
    test_trickling_head();
    test_sending(300, -1, "idle timeout");
    test_sending(-1, 300, "total timeout");
    test_late_sending();
    test_none();
    return NULL;
}

int main(void)
{
    static const int32_t modes[] = {LIBHTTP_MODE_BLOCKING, LIBHTTP_MODE_NONBLOCKING};
    pthread_t threads[2];

    tempdir(); /* made before there are threads */

    for (int i = 0; i < 2; i++) {
        if (pthread_create(&threads[i], NULL, test_mode, (void *)(uintptr_t)&modes[i]) != 0)
            bail_out("no thread");
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    test_slice_counts();
    test_signals(); /* in blocking mode: elsewhere it is the test that waits */
    return done_testing();
}
