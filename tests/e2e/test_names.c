/* SPDX-License-Identifier: MIT */
/* Ways to a peer: names, several addresses, sockets, descriptors. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/conn.h"
#include "support/counts.h"
#include "support/patience.h"
#include "support/peer.h"
#include "support/resolver.h"
#include "support/sockets.h"
#include "support/syscalls.h"
#include "tap.h"

static int32_t mode;

#define ANSWER PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

static struct peer *good_peer(enum peer_kind kind)
{
    static const struct peer_step steps[] = {PEER_READ_HEAD, ANSWER, PEER_WAIT_CLOSE, PEER_END};

    return peer_start_with(&(struct peer_options){.kind = kind}, steps);
}

/* Fails to connect thus, and can be used again. */
static void fails(libhttp_connection *c, int32_t code, const char *part, const char *what)
{
    int32_t status;

    UNTIL_DONE(c, status, libhttp_connection_connect(c));
    is(status, code, "C-126 %s, %s", what, conn_mode_name(mode));
    contains(libhttp_connection_error(c), part, "C-126 %s: the sentence", what);
    is(libhttp_connection_is_open(c), 0, "C-126 %s: nothing is open", what);
}

static void serves(libhttp_connection *c, const char *peer_address, const char *what)
{
    char body[8];

    is(conn_get(c, "/", body, sizeof body), 2, "C-126 %s, %s: %s", what, conn_mode_name(mode),
       libhttp_connection_error(c));
    is_str(libhttp_connection_peer_address(c), peer_address, "C-126 %s: the address connected to",
           what);
}

static void test_addresses(void)
{
    struct peer *peer = good_peer(PEER_TCP);
    libhttp_connection *c = conn_new(0, mode);
    char address[40], refused[60];
    int begun;

    snprintf(address, sizeof address, "127.0.0.1:%d", peer_port(peer));
    snprintf(refused, sizeof refused, "127.0.0.3:%d: Connection refused", peer_port(peer));
    libhttp_connection_set_host(c, "a.example", -1, peer_port(peer));
    resolver_answer(NULL);
    fails(c, LIBHTTP_E_NAME_RESOLUTION, "a.example", "a name that is unknown");
    resolver_answer("127.0.0.2 127.0.0.3");
    fails(c, LIBHTTP_E_OS, refused, "two addresses that refuse");
    contains(libhttp_connection_error(c), "127.0.0.2:", "C-126 each one's reason is told");
    is(libhttp_connection_errno(c), ECONNREFUSED, "C-126 and errno");
    begun = resolver_begun();
    is(libhttp_connection_add_address(c, "127.0.0.3", -1), LIBHTTP_OK, "C-137 in advance");
    fails(c, LIBHTTP_E_OS, "127.0.0.3", "an address given in advance that refuses");
    is(libhttp_connection_add_address(c, "127.0.0.1", -1), LIBHTTP_OK, "C-137 another one");
    is(libhttp_connection_add_address(c, "no.literal", -1), LIBHTTP_E_INVALID_ARGUMENT,
       "C-137 a name is no address");
    is(libhttp_connection_address_count(c), 2, "C-137 two were given");
    serves(c, address, "the second one given in advance");
    is(resolver_begun(), begun, "C-137 nobody was asked");
    is(libhttp_connection_clear_addresses(c), LIBHTTP_E_STATE, "C-127 not while connected");
    is(libhttp_connection_add_address(c, "127.0.0.1", -1), LIBHTTP_E_STATE, "C-127 nor more");
    libhttp_connection_close(c);
    is(libhttp_connection_clear_addresses(c), LIBHTTP_OK, "C-127 but closed");
    is(libhttp_connection_address_count(c), 0, "C-137 none is left");
    libhttp_connection_free(c);
    peer_finish(peer, "C-126 the peer of two addresses");
}

static void test_resolved(void)
{
    struct peer *peer = good_peer(PEER_TCP);
    libhttp_connection *c = conn_new(0, mode);
    char address[40];
    size_t length;

    snprintf(address, sizeof address, "127.0.0.1:%d", peer_port(peer));
    resolver_answer("127.0.0.2 ::1 127.0.0.1");
    libhttp_connection_set_host(c, "a.example", -1, peer_port(peer));
    serves(c, address, "the last of three addresses");
    ok(libhttp_connection_time(c, LIBHTTP_TIME_RESOLVED) >= 0 &&
           libhttp_connection_time(c, LIBHTTP_TIME_CONNECTED) >=
               libhttp_connection_time(c, LIBHTTP_TIME_RESOLVED),
       "C-132 when it was resolved and connected is known");
    contains(peer_received(peer, &length), "Host: a.example", "C-34 Host is the name");
    libhttp_connection_free(c);
    peer_finish(peer, "C-126 the peer behind a name");
}

/* Whoever waits for a handshake can see that the rest of the way is behind. */
static void test_passed(void)
{
    libhttp_connection *c = conn_new(0, LIBHTTP_MODE_NONBLOCKING);
    struct pollfd wanted = {.events = POLLIN};
    int64_t ms, generation;
    int32_t events, status;
    int port, silent = listen_loopback(1, &port);

    resolver_answer("127.0.0.1");
    libhttp_connection_set_host(c, "a.example", -1, port);
    libhttp_connection_set_tls(c, libhttp_tls_config_default());
    is(libhttp_connection_time(c, LIBHTTP_TIME_CONNECTED), -1, "C-132 nothing yet");
    while ((status = libhttp_connection_connect(c)) == LIBHTTP_AGAIN &&
           libhttp_connection_time(c, LIBHTTP_TIME_CONNECTED) < 0) {
        libhttp_connection_wait(c, &wanted.fd, &events, &ms, &generation);
        wanted.events = events & LIBHTTP_WAIT_WRITE ? POLLOUT : POLLIN;
        poll(&wanted, 1, (int)ms);
    }
    is(status, LIBHTTP_AGAIN, "C-132 the handshake is waited for");
    ok(libhttp_connection_time(c, LIBHTTP_TIME_RESOLVED) >= 0, "C-132 the name is resolved");
    is(libhttp_connection_time(c, LIBHTTP_TIME_HANDSHAKEN), -1, "C-132 no handshake yet");
    libhttp_connection_free(c);
    close(silent);
}

/* In blocking mode it is seen when it is over: how far a failed connect came. */
static void test_how_far(void)
{
    struct peer *peer = peer_start((struct peer_step[]){PEER_READ(1), PEER_RESET, PEER_END});
    libhttp_connection *c = conn_new(0, LIBHTTP_MODE_BLOCKING);

    resolver_answer("127.0.0.1");
    libhttp_connection_set_host(c, "a.example", -1, peer_port(peer));
    libhttp_connection_set_tls(c, libhttp_tls_config_default());
    ok(libhttp_connection_connect(c) < 0, "C-132 reset in the handshake");
    ok(libhttp_connection_time(c, LIBHTTP_TIME_RESOLVED) >= 0, "C-132 the name was resolved");
    ok(libhttp_connection_time(c, LIBHTTP_TIME_CONNECTED) >= 0, "C-132 it was connected");
    is(libhttp_connection_time(c, LIBHTTP_TIME_HANDSHAKEN), -1, "C-132 but no more");
    libhttp_connection_free(c);
    peer_finish(peer, "C-132 the peer that resets");
}

/* The first one hangs: the second has its turn a quarter of a second later. */
static void test_happy_eyeballs(void)
{
    struct full_backlog *full;
    struct sockaddr_in second = {.sin_family = AF_INET};
    libhttp_connection *c = conn_new(0, mode);
    int64_t from = milliseconds(), took;
    char address[40];
    int32_t status;
    int port, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    full = full_backlog_tcp(&port);
    second.sin_port = htons((uint16_t)port);
    inet_pton(AF_INET, "127.0.0.2", &second.sin_addr);
    if (bind(listener, (struct sockaddr *)&second, sizeof second) < 0 || listen(listener, 4) < 0)
        bail_out("cannot listen");
    resolver_answer("127.0.0.1 127.0.0.2");
    libhttp_connection_set_host(c, "a.example", -1, port);
    UNTIL_DONE(c, status, libhttp_connection_connect(c));
    took = milliseconds() - from;
    is(status, LIBHTTP_OK, "C-126 the second address wins, %s: %s", conn_mode_name(mode),
       libhttp_connection_error(c));
    ok(took >= 200, "C-126 after its delay: %lld ms", (long long)took);
    snprintf(address, sizeof address, "127.0.0.2:%d", port);
    is_str(libhttp_connection_peer_address(c), address, "C-126 and is the one connected to");
    libhttp_connection_free(c);
    close(listener);
    full_backlog_free(full);
}

static void test_ipv6(void)
{
    struct peer *peer;
    libhttp_connection *c;
    char address[60];

    if (!has_ipv6_loopback()) {
        diag("no IPv6 on this machine's loopback");
        return;
    }
    peer = good_peer(PEER_TCP6);
    c = conn_new(0, mode);
    snprintf(address, sizeof address, "[::1]:%d", peer_port(peer));
    libhttp_connection_set_host(c, "[::1]", -1, peer_port(peer));
    is(libhttp_connection_set_source_address(c, "", 0, free_port()), LIBHTTP_OK,
       "C-8 any address, and a port");
    serves(c, address, "an IPv6 literal");
    libhttp_connection_free(c);
    peer_finish(peer, "C-126 the peer of IPv6");
}

/* A free port may be somebody else's by the time that it is bound: then another one is tried. */
static int32_t connect_from(libhttp_connection *c, const char *source, int *port)
{
    bool choose = *port > 0;
    int32_t status = LIBHTTP_OK;

    for (int tries = 0; tries < 10; tries++) {
        is(libhttp_connection_set_source_address(c, source, -1, *port), LIBHTTP_OK,
           "C-8 a source, \"%s\"", source);
        UNTIL_DONE(c, status, libhttp_connection_connect(c));
        if (!choose || status == LIBHTTP_OK || libhttp_connection_errno(c) != EADDRINUSE)
            break;
        *port = free_port();
    }
    return status;
}

static void test_source(const char *source, const char *seen, int source_port)
{
    struct sockaddr_in from = {0};
    socklen_t length = sizeof from;
    int port, listener = listen_loopback(4, &port), accepted;
    libhttp_connection *c = conn_new(port, mode);
    char text[20];
    int32_t status, set_port = -1;

    status = connect_from(c, source, &source_port);
    is(status, LIBHTTP_OK, "C-8 connected from it: %s", libhttp_connection_error(c));
    is_str(libhttp_connection_source_address(c, &set_port), source, "C-8 as it was set");
    is(set_port, source_port, "C-8 with its port");
    accepted = accept(listener, (struct sockaddr *)&from, &length);
    inet_ntop(AF_INET, &from.sin_addr, text, sizeof text);
    is_str(text, seen, "C-8 as the server sees");
    if (source_port > 0)
        is(ntohs(from.sin_port), source_port, "C-8 and the port");
    libhttp_connection_free(c);
    close(accepted);
    close(listener);
}

/* Look-ups that nobody waits for any more: there is an end to their number. */
static void test_abandoned(void)
{
    libhttp_connection *c = conn_new(0, LIBHTTP_MODE_NONBLOCKING);
    int begun = resolver_begun();
    int32_t status = LIBHTTP_AGAIN;

    resolver_hang(true);
    libhttp_connection_set_host(c, "hangs.example", -1, 80);
    for (int i = 0; i < 20 && status == LIBHTTP_AGAIN; i++) {
        status = libhttp_connection_connect(c);
        libhttp_connection_close(c);
    }
    is(status, LIBHTTP_E_NAME_RESOLUTION, "T-39 one look-up too many hangs: %s",
       libhttp_connection_error(c));
    comes_to(resolver_begun, begun + 16);
    is(resolver_begun() - begun, 16, "T-39 after sixteen");
    resolver_hang(false);
    ok(resolver_threads_end(), "T-39 their threads end");
    resolver_answer(NULL);
    UNTIL_DONE(c, status, libhttp_connection_connect(c));
    contains(libhttp_connection_error(c), "not known", "T-39 and names are looked up again");
    libhttp_connection_free(c);
}

static void test_unix(void)
{
    struct peer *peer = good_peer(PEER_UNIX);
    libhttp_connection *c = conn_new(0, mode);
    char address[200];
    size_t length;

    snprintf(address, sizeof address, "unix:%s", peer_path(peer));
    is(libhttp_connection_set_unix(c, peer_path(peer), -1), LIBHTTP_OK, "C-127 a Unix socket");
    serves(c, address, "a Unix socket's path");
    is(libhttp_connection_set_unix(c, NULL, 0), LIBHTTP_E_STATE, "C-127 not while connected");
    contains(peer_received(peer, &length), "Host: localhost\r\n", "C-127 Host is localhost");
    libhttp_connection_free(c);
    peer_finish(peer, "C-127 C-9 the Unix peer");
    c = conn_new(0, mode);
    libhttp_connection_set_unix(c, "/nonexistent/socket", -1);
    fails(c, LIBHTTP_E_OS, "/nonexistent/socket", "a Unix socket that isn't there");
    is(libhttp_connection_errno(c), ENOENT, "C-127 errno tells");
    libhttp_connection_free(c);
}

static void test_adopted(void)
{
    struct peer *peer = good_peer(PEER_SOCKETPAIR), *next = good_peer(PEER_SOCKETPAIR);
    libhttp_connection *c = conn_new(0, mode);
    int fd = peer_take_fd(peer);
    char body[8];

    libhttp_connection_set_host(c, "a.example", -1, LIBHTTP_PORT_DEFAULT);
    is(libhttp_connection_set_fd(c, fd), LIBHTTP_OK, "C-127 a descriptor is adopted");
    is(conn_get(c, "/", body, sizeof body), 2, "C-127 a response is read from it, %s: %s",
       conn_mode_name(mode), libhttp_connection_error(c));
    is(libhttp_connection_fileno(c), fd, "C-98 it is the same one");
    libhttp_connection_close(c);
    ok(fcntl(fd, F_GETFD) < 0, "C-127 T-33 closed with the connection");
    is(conn_get(c, "/", body, sizeof body), LIBHTTP_E_NOT_CONNECTED,
       "C-127 lost, it isn't opened anew: %s", libhttp_connection_error(c));
    is(libhttp_connection_set_fd(c, peer_take_fd(next)), LIBHTTP_OK, "C-127 until another is set");
    is(conn_get(c, "/", body, sizeof body), 2, "C-127 which serves");
    libhttp_connection_free(c);
    peer_finish(peer, "C-127 the first peer");
    peer_finish(next, "C-127 the second peer");
}

static void refused(libhttp_connection *c, int fd, const char *what)
{
    is(libhttp_connection_set_fd(c, fd), LIBHTTP_E_INVALID_ARGUMENT, "C-137 %s is refused", what);
    if (fd < 0)
        return;
    ok(fcntl(fd, F_GETFD) >= 0, "C-137 %s is still the caller's", what);
    close(fd);
}

static void test_adopted_others(void)
{
    libhttp_connection *c = conn_new(0, mode);

    refused(c, -1, "no descriptor");
    refused(c, open("/dev/null", O_RDWR | O_CLOEXEC), "a file");
    refused(c, socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "a datagram socket");
    refused(c, socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "a socket that isn't connected");
    libhttp_connection_free(c);
}

static void construct(void *context)
{
    libhttp_connection *c;

    (void)context;
    syscalls_begin();
    if (libhttp_connection_new(&c) < 0 ||
        libhttp_connection_set_host(c, "a.example", -1, LIBHTTP_PORT_DEFAULT) < 0 ||
        libhttp_connection_set_tls(c, libhttp_tls_config_default()) < 0 ||
        libhttp_connection_set_mode(c, mode) < 0)
        _exit(2);
    libhttp_connection_free(c);
    syscalls_end();
}

static void test_construction(void)
{
    static struct syscalls calls;
    struct peer *peer = good_peer(PEER_TCP);
    libhttp_connection *c = conn_new(peer_port(peer), mode);
    char body[8];
    int on = 0;

    if (syscalls_can_be_seen()) {
        is(syscalls_of(construct, NULL, &calls), 0, "C-9 a connection is made");
        is(calls.count - syscalls_count(&calls, SYS_brk) - syscalls_count(&calls, SYS_mmap), 0,
           "C-9 which does no input or output: %s", syscalls_text(&calls));
    }
    is(conn_get(c, "/", body, sizeof body), 2, "C-9 it connects at the first need");
    getsockopt(libhttp_connection_fileno(c), IPPROTO_TCP, TCP_NODELAY, &on,
               &(socklen_t){sizeof on});
    is(on, 1, "C-9 TCP_NODELAY is set");
    libhttp_connection_free(c);
    peer_finish(peer, "C-9 the peer");
}

static void test_connect(void)
{
    static const struct peer_step steps[] = {PEER_EXPECT_CLOSE, PEER_ACCEPT, PEER_READ_HEAD, ANSWER,
                                             PEER_WAIT_CLOSE,   PEER_END};
    struct peer *peer = peer_start(steps);
    libhttp_connection *c = conn_new(peer_port(peer), mode);
    int descriptors;
    int32_t status;
    char body[8];

    UNTIL_DONE(c, status, libhttp_connection_connect(c));
    is(status, LIBHTTP_OK, "C-136 connect opens, %s", conn_mode_name(mode));
    descriptors = count_descriptors();
    is(libhttp_connection_connect(c), LIBHTTP_E_STATE, "C-136 on an open connection: an error");
    is(count_descriptors(), descriptors, "C-136 and nothing leaks");
    is(libhttp_connection_is_open(c), 1, "C-136 it is still open");
    libhttp_connection_close(c);
    is(count_descriptors(), descriptors - 1, "C-136 close closes one descriptor");
    UNTIL_DONE(c, status, libhttp_connection_connect(c));
    is(status, LIBHTTP_OK, "C-136 after close it opens again");
    is(conn_get(c, "/", body, sizeof body), 2, "C-136 and serves");
    libhttp_connection_free(c);
    peer_finish(peer, "C-136 two connections");
}

int main(void)
{
    int descriptors = count_descriptors();

    for (mode = LIBHTTP_MODE_BLOCKING; mode <= LIBHTTP_MODE_NONBLOCKING; mode++) {
        test_addresses();
        test_resolved();
        test_happy_eyeballs();
        test_ipv6();
        test_source("127.0.0.9", "127.0.0.9", 0);
        test_source("127.0.0.9", "127.0.0.9", free_port());
        test_source("", "127.0.0.1", free_port());
        test_source("", "127.0.0.1", 0);
        test_unix();
        test_adopted();
        test_adopted_others();
        test_construction();
        test_connect();
    }
    test_passed();
    test_how_far();
    test_abandoned();
    ok(resolver_threads_end(), "T-39 no look-up's thread is left");
    is(count_descriptors(), descriptors, "T-33 no descriptor is left open");
    return done_testing();
}
