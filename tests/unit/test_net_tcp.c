/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/counts.h"
#include "support/net.h"
#include "support/patience.h"
#include "support/sockets.h"
#include "support/syscalls.h"
#include "tap.h"

/* What a cancel may take, and what a slice takes. */

static int option(int fd, int level, int name)
{
    int value = -1;

    getsockopt(fd, level, name, &value, &(socklen_t){sizeof value});
    return value;
}

static int timeout_ms(int fd, int name)
{
    struct timeval value = {0};

    getsockopt(fd, SOL_SOCKET, name, &value, &(socklen_t){sizeof value});
    return (int)(value.tv_sec * 1000 + value.tv_usec / 1000);
}

static int accept_from(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        bail_out("accept");
    return fd;
}

/* A connection's whole life: what speed.md counts. */
struct life {
    int port;
    int32_t slice_ms;
};

static void live(void *context)
{
    const struct life *life = context;
    struct endpoint to = net_loopback(life->port);
    struct transport *t = NULL;
    struct net net;
    char answer[16];
    size_t moved;
    int32_t status;

    net_init(&net, false);
    net.io.slice_ms = life->slice_ms;
    net.io.may_sleep = true;
    syscalls_begin();
    if (tcp_new(&to, &net.io, &t, &net.failure) < 0 ||
        transport_advance(t, clock_now(), &net.failure) != LIBHTTP_OK)
        _exit(1);
    if (net_write(&net, t, "x", 1, &moved) != LIBHTTP_OK)
        _exit(2);
    status = net_read(&net, t, answer, sizeof answer, &moved);
    transport_free(t, false);
    syscalls_end();
    net_done(&net);
    _exit(status == LIBHTTP_OK && moved == 1 ? 0 : 3);
}

/* Echoes one byte to each connection, until it is killed. */
static pid_t echo(int listener)
{
    pid_t child = fork();
    char byte;

    while (child == 0) {
        int fd = accept(listener, NULL, NULL);

        if (recv(fd, &byte, 1, 0) == 1)
            send(fd, &byte, 1, MSG_NOSIGNAL);
        close(fd);
    }
    return child;
}

static void test_calls(void)
{
    static struct syscalls calls;
    struct life life = {.slice_ms = 250};
    int listener = listen_loopback(5, &life.port);
    pid_t server = echo(listener);

    is(syscalls_of(live, &life, &calls), 0, "connect, send, receive, close");
    is_str(syscalls_text(&calls),
           "socket setsockopt setsockopt setsockopt connect sendto recvfrom close",
           "C-9 C-120 eight system calls with timeouts");
    life.slice_ms = 0;
    is(syscalls_of(live, &life, &calls), 0, "connect, send, receive, close");
    is_str(syscalls_text(&calls), "socket setsockopt connect sendto recvfrom close",
           "C-9 six without");
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    close(listener);
}

static void construct(void *context)
{
    struct endpoint to = {.host = "example.test", .port = 80};
    struct transport *t;
    struct net net;

    (void)context;
    net_init(&net, true);
    syscalls_begin();
    if (tcp_new(&to, &net.io, &t, &net.failure) < 0)
        _exit(1);
    transport_free(t, false);
    syscalls_end();
}

static void test_construction(void)
{
    static struct syscalls calls;

    is(syscalls_of(construct, NULL, &calls), 0, "a transport that is never opened");
    is(calls.count, 0, "C-9 makes no system call: %s", syscalls_text(&calls));
}

static void test_socket(bool nonblocking, bool may_sleep)
{
    int port, listener = listen_loopback(5, &port), fd, peer;
    struct endpoint to = net_loopback(port);
    struct endpoint_info info;
    struct transport *t;
    struct net net;

    net_init(&net, nonblocking);
    net.io.slice_ms = 240; /* whole ticks of any kernel */
    net.io.may_sleep = may_sleep;
    to.keep_alive = may_sleep;
    t = net_connect(&net, &to, PATIENCE_MS);
    peer = accept_from(listener);
    ok(t != NULL, "connects: %s", failure_text(&net.failure));
    fd = transport_fileno(t);
    is((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0, nonblocking, "the socket has the mode");
    is(fcntl(fd, F_GETFD), FD_CLOEXEC, "T-33 and is closed by exec");
    is(option(fd, IPPROTO_TCP, TCP_NODELAY), 1, "C-9 TCP_NODELAY is set");
    is(option(fd, SOL_SOCKET, SO_KEEPALIVE), may_sleep, "C-137 keep-alive as asked");
    is(timeout_ms(fd, SO_RCVTIMEO), nonblocking ? 0 : 240, "C-120 the slice is set");
    is(timeout_ms(fd, SO_SNDTIMEO), nonblocking ? 0 : 240, "C-120 in both directions");
    tcp_info(t, &info);
    is(ntohs(info.peer.in.sin_port), port, "C-126 the address can be told");
    ok(info.resolved_at == 0 && info.connected_at > 0, "C-132 and when it was connected to");
    net.io.nonblocking = !nonblocking;
    net.io.slice_ms = 100;
    is(transport_set_mode(t, &net.failure), LIBHTTP_OK, "the mode is switched");
    is((fcntl(fd, F_GETFL) & O_NONBLOCK) == 0, nonblocking, "by O_NONBLOCK");
    is(timeout_ms(fd, SO_RCVTIMEO), nonblocking ? 100 : 240, "C-127 a new slice acts at once");
    is(transport_detach(t), fd, "C-125 the descriptor is taken out");
    is(timeout_ms(fd, SO_RCVTIMEO), 0, "C-125 without our timeouts");
    is(transport_fileno(t), -1, "C-125 and is not the transport's any more");
    transport_free(t, false);
    net_done(&net);
    ok(fcntl(fd, F_GETFD) >= 0, "C-125 nor closed with it");
    close(fd);
    close(peer);
    close(listener);
}

static void test_refused(void)
{
    int port = closed_port();
    struct endpoint to = net_loopback(port);
    char text[80];
    struct net net;

    for (int mode = 0; mode < 3; mode++) {
        net_init(&net, mode == 2);
        net.io.may_sleep = mode == 0;
        ok(net_connect(&net, &to, PATIENCE_MS) == NULL, "nobody listens");
        is(net.failure.code, LIBHTTP_E_OS, "an error of the system");
        is(net.failure.os_error, ECONNREFUSED, "with its errno");
        snprintf(text, sizeof text, "connect to 127.0.0.1:%d: Connection refused", port);
        is_str(failure_text(&net.failure), text, "C-126 the sentence names the address");
        net_done(&net);
    }
}

static void test_source(void)
{
    int port, listener = listen_loopback(5, &port), peer;
    struct endpoint to = net_loopback(port);
    union address from;
    struct transport *t;
    struct net net;

    net_init(&net, true);
    to.source = net_address("127.0.0.9", 0);
    t = net_connect(&net, &to, PATIENCE_MS);
    ok(t != NULL, "C-8 from a source address");
    peer = accept_from(listener);
    getpeername(peer, &from.any, &(socklen_t){sizeof from});
    is(ntohl(from.in.sin_addr.s_addr), 0x7f000009, "C-8 the peer sees it");
    transport_free(t, false);
    to.source = net_address("192.0.2.1", 0);
    ok(net_connect(&net, &to, PATIENCE_MS) == NULL, "C-8 a source address that isn't ours");
    contains(failure_text(&net.failure), ": bind: ", "C-8 the sentence says so");
    is(net.failure.os_error, EADDRNOTAVAIL, "with its errno");
    to.source = net_address("::1", 0);
    ok(net_connect(&net, &to, PATIENCE_MS) == NULL, "C-8 a source address of the other family");
    close(peer);
    net_done(&net);
    close(listener);
}

static void test_cancelled_connect(bool nonblocking, int32_t slice_ms)
{
    int port, descriptors = count_descriptors(), ms;
    struct full_backlog *full = full_backlog_tcp(&port);
    struct endpoint to = net_loopback(port);
    struct later *later;
    struct net net;

    net_init(&net, nonblocking);
    net.io.may_sleep = !nonblocking;
    net.io.slice_ms = slice_ms;
    later = cancel_later(net.canceller, 150);
    ok(net_connect(&net, &to, PATIENCE_MS) == NULL, "C-121 a connect that hangs is cancelled");
    ms = later_done(later);
    is(net.failure.code, LIBHTTP_E_CANCELLED, "C-121 with that error");
    ok(ms < PATIENCE_MS, "C-121 at once, in %d ms", ms);
    net_done(&net);
    full_backlog_free(full);
    is(count_descriptors(), descriptors, "T-33 nothing stays open");
}

/* What a look takes when nobody else wants the processor. */
static int64_t shortest_look(struct net *net, struct transport *t)
{
    int64_t shortest = INT64_MAX;

    for (int i = 0; i < 20; i++) {
        int64_t start = clock_now();

        transport_advance(t, start, &net->failure);
        start = clock_now() - start;
        shortest = start < shortest ? start : shortest;
    }
    return shortest;
}

static void test_slice(void)
{
    int port, ms;
    struct full_backlog *full = full_backlog_tcp(&port);
    struct endpoint to = net_loopback(port);
    struct transport *t = NULL;
    int64_t start = clock_now();
    struct wait wait;
    struct net net;

    net_init(&net, false);
    net.io.may_sleep = true;
    net.io.slice_ms = 150;
    tcp_new(&to, &net.io, &t, &net.failure);
    is(transport_advance(t, start, &net.failure), LIBHTTP_AGAIN, "C-120 a connect that hangs");
    ms = (int)((clock_now() - start) / 1000);
    ok(ms >= 140 && ms < 150 + PATIENCE_MS, "C-120 sleeps for a slice: %d ms", ms);
    transport_wait(t, 0, &wait);
    is(wait.fd, transport_fileno(t), "C-120 then the socket is waited for");
    is(wait.events, WANT_WRITE, "C-120 until it can be written");
    net.io.may_sleep = false;
    is(transport_advance(t, start, &net.failure), LIBHTTP_AGAIN, "C-120 a second look");
    ok(shortest_look(&net, t) < 50000, "C-120 doesn't sleep");
    /* The kernel sends the next SYN when it likes, and the backlog's fillers do, too. */
    for (int i = 0; i < 200 && transport_advance(t, 0, &net.failure) == LIBHTTP_AGAIN; i++) {
        full_backlog_accept(full);
        net_wait(t, 0, 50);
    }
    is(net_open(&net, t, 100), LIBHTTP_OK, "C-120 when there is room, it connects");
    is(transport_advance(t, 0, &net.failure), LIBHTTP_OK, "and is open from then on");
    transport_free(t, false);
    net_done(&net);
    full_backlog_free(full);
}

/* The storm of speed.md: cancels against connect, close and reuse. */
static void test_cancel_and_connect(void)
{
    int port, listener = listen_loopback(100, &port), wrong = 0, cancelled = 0;
    struct endpoint to = net_loopback(port);

    fcntl(listener, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 300; i++) {
        struct net net;
        struct later *later;
        struct transport *t;

        net_init(&net, i % 3 == 0);
        net.io.may_sleep = i % 3 == 1;
        later = cancel_later(net.canceller, 0);
        t = net_connect(&net, &to, PATIENCE_MS);
        if (!t && net.failure.code != LIBHTTP_E_CANCELLED)
            wrong++;
        cancelled += !t;
        later_done(later);
        transport_free(t, false);
        net_done(&net);
        close(accept(listener, NULL, NULL));
    }
    is(wrong, 0, "C-121 connects beside cancels are open or cancelled (%d)", cancelled);
    close(listener);
}

static void test_many(void)
{
    int descriptors = count_descriptors();
    int port, listener = listen_loopback(1200, &port);
    struct endpoint to = net_loopback(port);
    struct rlimit limit;
    struct transport *t;
    struct net net;
    int low[1100];

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < 1300) {
        skip("T-33 this system allows %ld descriptors only", (long)limit.rlim_max);
        return;
    }
    for (size_t i = 0; i < 1100; i++)
        low[i] = dup(listener);
    net_init(&net, true);
    to.host = "localhost";
    t = net_connect(&net, &to, PATIENCE_MS);
    ok(t && transport_fileno(t) > 1024, "T-33 descriptors over 1,024 work");
    transport_free(t, false);
    net_done(&net);
    for (size_t i = 0; i < 1100; i++)
        close(low[i]);
    close(listener);
    /* A look-up's thread may still be about to end. */
    ok(comes_to(count_descriptors, descriptors), "T-33 nothing stays open");
}

static void test_no_memory(void)
{
    int port = closed_port(), failed = 0;
    struct endpoint to = {.host = "localhost", .port = port};
    union address given[2] = {net_address("127.0.0.1", port), net_address("127.0.0.2", port)};
    int descriptors = count_descriptors();

    if (!malloc_is_counted())
        return;
    to.addresses = given;
    to.address_count = 2;
    for (int n = 1; n < 20; n++) {
        struct net net;

        net_init(&net, true);
        malloc_fail_at(n, false);
        net_connect(&net, &to, PATIENCE_MS);
        malloc_fail_at(0, false);
        failed += net.failure.code == LIBHTTP_E_NO_MEMORY;
        ok(net.failure.code == LIBHTTP_E_NO_MEMORY || net.failure.code == LIBHTTP_E_OS,
           "T-36 the %d. allocation fails: %s", n, failure_text(&net.failure));
        net_done(&net);
    }
    is(failed, 4, "T-36 four allocations count: transport, where to, addresses, race");
    is(count_descriptors(), descriptors, "T-36 nothing stays open");
}

int main(void)
{
    int descriptors = count_descriptors();

    if (syscalls_can_be_seen() && malloc_is_plain()) {
        test_calls();
        test_construction();
    } else {
        skip("C-9 system calls cannot be seen here");
    }
    test_socket(false, true);
    test_socket(false, false);
    test_socket(true, false);
    test_refused();
    test_source();
    test_cancelled_connect(false, 250);
    test_cancelled_connect(false, 0);
    test_cancelled_connect(true, 0);
    test_slice();
    test_cancel_and_connect();
    test_many();
    test_no_memory();
    is(count_descriptors(), descriptors, "T-33 no descriptor is left open");
    return done_testing();
}
