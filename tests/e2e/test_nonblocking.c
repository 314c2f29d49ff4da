/* SPDX-License-Identifier: MIT */
/* In non-blocking mode no system call of the library ever waits: each one of them is looked at. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/conn.h"
#include "support/counts.h"
#include "support/patience.h"
#include "support/peer.h"
#include "support/resolver.h"
#include "support/sockets.h"
#include "support/syscalls.h"
#include "support/tempdir.h"
#include "tap.h"

enum { BODY = 1 << 20, UPLOAD = 1 << 21, FDS = 1024 };

static struct syscalls calls;

/* What is known of the descriptors, from the calls themselves. */
static bool nonblocking[FDS];

static bool is_waiting_call(const struct syscall_seen *seen)
{
    int fd = (int)seen->arguments[0];
    bool known = fd >= 0 && fd < FDS && nonblocking[fd];

    switch (seen->number) {
    case SYS_poll:
        /* Without descriptors it is the test's own resolver that hangs. */
        return (int)seen->arguments[2] != 0 && seen->arguments[1] != 0;
    case SYS_epoll_wait:
    case SYS_epoll_pwait:
        return (int)seen->arguments[3] != 0;
    case SYS_ppoll:
    case SYS_select:
    case SYS_pselect6:
    case SYS_pause:
    case SYS_rt_sigsuspend:
    case SYS_nanosleep:
        return true;
    case SYS_connect:
    case SYS_sendfile:
        return !known;
    case SYS_recvfrom:
    case SYS_sendto:
        return !known && !(seen->arguments[3] & MSG_DONTWAIT);
    case SYS_recvmsg:
    case SYS_sendmsg:
        return !known && !(seen->arguments[2] & MSG_DONTWAIT);
    default:
        return false;
    }
}

static void learn(const struct syscall_seen *seen)
{
    int fd = (int)seen->arguments[0];
    int64_t result = seen->result;

    if (seen->number == SYS_socket && result >= 0 && result < FDS)
        nonblocking[result] = seen->arguments[1] & SOCK_NONBLOCK;
    else if (seen->number == SYS_fcntl && seen->arguments[1] == F_SETFL && fd >= 0 && fd < FDS)
        nonblocking[fd] = seen->arguments[2] & O_NONBLOCK;
    else if (seen->number == SYS_close && fd >= 0 && fd < FDS)
        nonblocking[fd] = false;
}

/* Runs the exchange and looks at all it did. */
static void never_waits(void (*exchange)(void *context), void *context, const char *what)
{
    int status = syscalls_of(exchange, context, &calls), waiting = 0, sockets = 0;

    is(status, 0, "%s: goes well", what);
    ok(calls.count > 0 && calls.count <= SYSCALLS_MAX, "%s: %d system calls are seen", what,
       calls.count);
    memset(nonblocking, 0, sizeof nonblocking);
    for (int i = 0; i < calls.count && i < SYSCALLS_MAX; i++) {
        const struct syscall_seen *seen = &calls.seen[i];

        sockets += seen->number == SYS_socket;
        learn(seen);
        if (is_waiting_call(seen) && waiting++ < 5)
            diag("call %d may wait: number %ld (%lld, %lld, %lld, %lld)", i, seen->number,
                 (long long)seen->arguments[0], (long long)seen->arguments[1],
                 (long long)seen->arguments[2], (long long)seen->arguments[3]);
    }
    is(waiting, 0, "C-121 %s: no system call waits", what);
    ok(sockets > 0, "%s: and its sockets are among them", what);
}

/* The test's own waiting is left out. */
static bool wait_unseen(libhttp_connection *c)
{
    struct pollfd pollfd;
    int32_t fd, events;
    int64_t ms;

    libhttp_connection_wait(c, &fd, &events, &ms, NULL);
    syscalls_end();
    pollfd = (struct pollfd){.fd = fd};
    pollfd.events = (short)(((events & LIBHTTP_WAIT_READ) ? POLLIN : 0) |
                            ((events & LIBHTTP_WAIT_WRITE) ? POLLOUT : 0));
    if (fd < 0 && ms < 0)
        _exit(9);
    poll(&pollfd, 1, ms < 0 || ms > PATIENCE_MS ? PATIENCE_MS : (int)ms);
    syscalls_begin();
    return true;
}

#define UNTIL(c, status, call)                                                                     \
    do                                                                                             \
        (status) = (call);                                                                         \
    while ((status) == LIBHTTP_AGAIN && wait_unseen(c))

static void read_body(libhttp_connection *c, libhttp_response *r)
{
    static char body[BODY];
    int64_t got = 1, total = 0;
    int32_t status = LIBHTTP_OK;

    while (status == LIBHTTP_OK && got > 0) {
        UNTIL(c, status, libhttp_response_read(r, body, sizeof body, &got));
        total += got;
    }
    if (status < 0 || total != BODY)
        _exit(5);
}

struct trip {
    libhttp_connection *c;
    int file; /* -1: sent from memory */
};

/* An upload that fills the socket's buffers, an answer of 1 MiB, and another exchange. */
static void trip(void *context)
{
    static char data[UPLOAD];
    const struct trip *trip = context;
    libhttp_connection *c = trip->c;
    libhttp_response *r = NULL;
    int64_t left = UPLOAD, sent;
    int32_t status;

    syscalls_begin();
    libhttp_connection_request_pieces(c, "PUT", -1, "/", -1, NULL, UPLOAD);
    UNTIL(c, status, libhttp_connection_connect(c));
    while (status == LIBHTTP_OK && left > 0) {
        UNTIL(c, status,
              trip->file >= 0 ? libhttp_connection_send_fd(c, trip->file, left, &sent)
                              : libhttp_connection_send(c, data, left, &sent));
        left -= status == LIBHTTP_OK ? sent : 0;
    }
    if (status < 0)
        _exit(3);
    UNTIL(c, status, libhttp_connection_getresponse(c, &r));
    if (status < 0)
        _exit(4);
    read_body(c, r);
    libhttp_response_free(r);
    r = NULL;
    libhttp_connection_request(c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY);
    UNTIL(c, status, libhttp_connection_getresponse(c, &r));
    if (status < 0)
        _exit(6);
    libhttp_response_close(r);
    libhttp_connection_close(c);
    syscalls_end();
}

static const struct peer_step steps[] = {
    PEER_READ_HEAD,
    PEER_DELAY(50),
    PEER_READ(UPLOAD),
    PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n"),
    PEER_SEND_FILL(BODY / 2),
    PEER_DELAY(20),
    PEER_SEND_FILL(BODY / 2),
    PEER_READ_HEAD,
    PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
    PEER_WAIT_CLOSE,
    PEER_END,
};

static void test_trip(const struct peer_tls *tls, libhttp_tls_config *config, int file,
                      const char *addresses, const char *what)
{
    struct peer *peer =
        peer_start_with(&(struct peer_options){.tls = tls, .receive_buffer = 8192}, steps);
    struct trip way = {.c = conn_new(peer_port(peer), LIBHTTP_MODE_NONBLOCKING), .file = file};

    if (addresses) {
        resolver_answer(addresses);
        libhttp_connection_set_host(way.c, "localhost", -1, peer_port(peer));
    }
    if (config)
        libhttp_connection_set_tls(way.c, config);
    never_waits(trip, &way, what);
    libhttp_connection_free(way.c);
    peer_kill(peer);
}

/* Calls that can't go on: they are made several times, and then all is closed. */
static void try_in_vain(void *context)
{
    syscalls_begin();
    for (int i = 0; i < 5; i++) {
        if (libhttp_connection_connect(context) != LIBHTTP_AGAIN)
            _exit(2);
        syscalls_end();
        poll(NULL, 0, 5);
        syscalls_begin();
    }
    libhttp_connection_close(context);
    syscalls_end();
}

static void test_in_vain(void)
{
    struct full_backlog *tcp, *local;
    libhttp_connection *c = conn_new(0, LIBHTTP_MODE_NONBLOCKING);
    const char *path;
    int port;

    tcp = full_backlog_tcp(&port);
    local = full_backlog_unix(&path);
    libhttp_connection_set_host(c, "127.0.0.1", -1, port);
    never_waits(try_in_vain, c, "a TCP connect into a full backlog");
    libhttp_connection_set_unix(c, path, -1);
    never_waits(try_in_vain, c, "a Unix connect into a full backlog");
    libhttp_connection_free(c);
    full_backlog_free(tcp);
    full_backlog_free(local);
}

/* The thread of a look-up that is given up goes on by itself: whoever waited for it would never
 * return. */
static void resolve_in_vain(void *context)
{
    resolver_hang(true);
    syscalls_begin();
    for (int i = 0; i < 3; i++) {
        if (libhttp_connection_connect(context) != LIBHTTP_AGAIN)
            _exit(2);
    }
    libhttp_connection_close(context);
    if (libhttp_connection_connect(context) != LIBHTTP_AGAIN)
        _exit(3);
    libhttp_connection_free(context);
    if (socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0) < 0)
        _exit(4);
    syscalls_end();
}

static void test_resolving(void)
{
    libhttp_connection *c = conn_new(0, LIBHTTP_MODE_NONBLOCKING);

    libhttp_connection_set_host(c, "hangs.example", -1, 80);
    never_waits(resolve_in_vain, c, "a resolver that hangs");
    libhttp_connection_free(c);
}

int main(void)
{
    struct cert *ca = cert_make_ca("authority"), *leaf = cert_make_local(ca);
    struct peer_tls tls = {.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    libhttp_tls_config *config;
    char *data = calloc(1, UPLOAD), *path = tempdir_write("upload", data, UPLOAD);
    int file = open(path, O_RDONLY | O_CLOEXEC);

    if (IS_TSAN || !syscalls_can_be_seen()) {
        skip("system calls cannot be seen here");
        return done_testing();
    }
    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_ca_file(config, cert_file(ca), -1);
    test_trip(NULL, NULL, -1, NULL, "plain");
    test_trip(NULL, NULL, -1, "127.0.0.2 127.0.0.1", "plain, resolving and racing");
    test_trip(NULL, NULL, file, NULL, "plain, with a file");
    test_trip(&tls, config, -1, NULL, "TLS");
    lseek(file, 0, SEEK_SET);
    test_trip(&tls, config, file, "127.0.0.1", "TLS, with a file, resolving");
    test_in_vain();
    test_resolving();
    libhttp_tls_config_free(config);
    close(file);
    free(path);
    free(data);
    return done_testing();
}
