/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/counts.h"
#include "support/net.h"
#include "support/patience.h"
#include "support/sockets.h"
#include "support/tempdir.h"
#include "tap.h"

static struct endpoint path_of(const char *path)
{
    return (struct endpoint){.unix_path = path, .unix_path_length = strlen(path)};
}

static int listen_at(const char *name, size_t length)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(un.sun_path, name, length);
    if (bind(fd, (struct sockaddr *)&un, (socklen_t)(sizeof(sa_family_t) + length)) < 0 ||
        listen(fd, 5) < 0)
        bail_out("no listener");
    return fd;
}

static void test_connecting(const char *name, size_t length, bool nonblocking)
{
    int listener = listen_at(name, length), peer;
    struct endpoint to = {.unix_path = name, .unix_path_length = length};
    struct transport *t;
    struct wait wait;
    struct net net;
    size_t moved;
    char byte;

    net_init(&net, nonblocking);
    net.io.slice_ms = 100;
    t = net_connect(&net, &to, PATIENCE_MS);
    ok(t != NULL, "C-127 a Unix socket: %s", failure_text(&net.failure));
    peer = accept(listener, NULL, NULL);
    is((fcntl(transport_fileno(t), F_GETFL) & O_NONBLOCK) != 0, nonblocking, "in its mode");
    is(fcntl(transport_fileno(t), F_GETFD), FD_CLOEXEC, "T-33 closed by exec");
    is(net_write(&net, t, "x", 1, &moved), LIBHTTP_OK, "C-127 is written to");
    is(read(peer, &byte, 1), 1, "C-127 and read from");
    transport_wait(t, WANT_READ, &wait);
    is(wait.fd, transport_fileno(t), "C-127 and waited for as any of ours");
    is(net_read(&net, t, &byte, 1, &moved), LIBHTTP_AGAIN, "C-127 nothing to read");
    canceller_cancel(net.canceller);
    ok(net_wait(t, WANT_READ, 100), "C-121 a cancel wakes who waits for it");
    transport_free(t, false);
    net_done(&net);
    close(peer);
    close(listener);
    if (name[0] != '\0')
        unlink(name);
}

static void test_errors(void)
{
    char longest[200], path[120];
    struct endpoint to;
    struct transport *t;
    struct net net;

    net_init(&net, true);
    memset(longest, 'x', sizeof longest);
    to = (struct endpoint){.unix_path = longest, .unix_path_length = 108};
    is(tcp_new(&to, &net.io, &t, &net.failure), LIBHTTP_E_INVALID_ARGUMENT,
       "T-31 a path of 108 bytes");
    contains(failure_text(&net.failure), "1 to 107 bytes, not 108", "T-31 the sentence says so");
    to.unix_path_length = 70000;
    is(tcp_new(&to, &net.io, &t, &net.failure), LIBHTTP_E_INVALID_ARGUMENT, "T-31 far too long");
    to.unix_path_length = 0;
    is(tcp_new(&to, &net.io, &t, &net.failure), LIBHTTP_E_INVALID_ARGUMENT, "T-31 empty");
    to.unix_path_length = 107;
    is(tcp_new(&to, &net.io, &t, &net.failure), LIBHTTP_OK, "T-31 the longest is fine");
    transport_free(t, false);
    snprintf(path, sizeof path, "%s/no\nsuch", tempdir());
    to = path_of(path);
    ok(net_connect(&net, &to, PATIENCE_MS) == NULL, "C-127 nothing there");
    is(net.failure.os_error, ENOENT, "C-127 has its errno");
    contains(failure_text(&net.failure), "/no\\x0asuch': No such file",
             "C-127 the sentence has the path, made printable");
    net_done(&net);
}

/* A connect that can't be polled: waited for by a timer, without spinning, and cancelled at once.
 */
static void test_full(bool nonblocking)
{
    const char *path;
    struct full_backlog *full = full_backlog_unix(&path);
    struct endpoint to = path_of(path);
    int descriptors = count_descriptors();
    struct transport *t = NULL;
    struct net net;
    int64_t start;

    net_init(&net, nonblocking);
    net.io.may_sleep = !nonblocking;
    tcp_new(&to, &net.io, &t, &net.failure);
    start = clock_now();
    for (int turn = 0; turn < 10; turn++) {
        struct wait wait;
        struct pollfd only;

        is(transport_advance(t, clock_now(), &net.failure), LIBHTTP_AGAIN,
           "C-127 a full backlog: AGAIN");
        transport_wait(t, 0, &wait);
        if (wait.fd == transport_fileno(t) || wait.fd < 0)
            bail_out("C-127 the socket itself can't be waited for");
        ok(fcntl(wait.fd, F_GETFL) & O_NONBLOCK, "C-127 a descriptor for any event loop");
        /* An event loop that looks at the descriptor alone. */
        only = (struct pollfd){.fd = wait.fd, .events = POLLIN};
        is(poll(&only, 1, PATIENCE_MS), 1, "C-127 it becomes ready after a while");
    }
    start = (clock_now() - start) / 1000;
    ok(start >= 100, "C-127 without spinning: ten times in %lld ms", (long long)start);
    full_backlog_accept(full);
    is(net_open(&net, t, PATIENCE_MS), LIBHTTP_OK, "C-127 when there is room, it connects");
    transport_free(t, false);
    net_done(&net);
    is(count_descriptors(), descriptors, "T-33 nothing stays open");
    full_backlog_free(full);
}

static void test_cancel(bool nonblocking)
{
    const char *path;
    struct full_backlog *full = full_backlog_unix(&path);
    struct endpoint to = path_of(path);
    struct later *later;
    struct net net;
    int ms;

    net_init(&net, nonblocking);
    net.io.may_sleep = !nonblocking;
    later = cancel_later(net.canceller, 50);
    ok(net_connect(&net, &to, PATIENCE_MS) == NULL, "C-121 a Unix connect that hangs is cancelled");
    ms = later_done(later);
    is(net.failure.code, LIBHTTP_E_CANCELLED, "C-121 with that error");
    ok(ms < PATIENCE_MS, "C-121 at once, in %d ms", ms);
    net_done(&net);
    full_backlog_free(full);
}

int main(void)
{
    int descriptors = count_descriptors();
    char path[120], abstract[32];

    snprintf(path, sizeof path, "%s/socket", tempdir());
    test_connecting(path, strlen(path), false);
    test_connecting(path, strlen(path), true);
    abstract[0] = '\0';
    snprintf(abstract + 1, sizeof abstract - 1, "libhttp-test-%d", (int)getpid());
    test_connecting(abstract, 1 + strlen(abstract + 1), true);
    test_errors();
    test_full(false);
    test_full(true);
    test_cancel(false);
    test_cancel(true);
    is(count_descriptors(), descriptors, "T-33 no descriptor is left open");
    return done_testing();
}
