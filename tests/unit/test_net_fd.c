/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/counts.h"
#include "support/net.h"
#include "support/patience.h"
#include "support/sockets.h"
#include "support/tempdir.h"
#include "tap.h"

static void pair(int fds[2], int type)
{
    if (socketpair(AF_UNIX, type, 0, fds) < 0)
        bail_out("socketpair");
}

static void refuses(int fd, const char *sentence)
{
    int descriptors = count_descriptors();
    struct net net;

    net_init(&net, true);
    ok(net_adopt(&net, fd) == NULL, "C-137 refused: %s", sentence);
    is(net.failure.code, LIBHTTP_E_INVALID_ARGUMENT, "C-137 as an argument that can't be");
    contains(failure_text(&net.failure), sentence, "C-137 %s", failure_text(&net.failure));
    net_done(&net);
    is(count_descriptors(), descriptors, "T-33 it is still the caller's");
}

static void test_refusing(void)
{
    int fds[2], pipes[2], port;
    int listener = listen_loopback(1, &port);

    pair(fds, SOCK_DGRAM);
    if (pipe(pipes) < 0)
        bail_out("pipe");
    refuses(-1, "is no socket");
    refuses(pipes[0], "is no socket");
    refuses(fds[0], "is no stream socket");
    refuses(listener, "is not connected");
    for (int i = 0; i < 2; i++) {
        close(pipes[i]);
        close(fds[i]);
    }
    close(listener);
}

static void test_reading(bool nonblocking)
{
    int fds[2], flags;
    struct transport *t;
    struct wait wait;
    struct net net;
    char text[8];
    size_t moved = 0;

    pair(fds, SOCK_STREAM);
    flags = fcntl(fds[0], F_GETFL);
    net_init(&net, nonblocking);
    t = net_adopt(&net, fds[0]);
    ok(t != NULL, "C-127 a connected descriptor");
    is(transport_advance(t, 0, &net.failure), LIBHTTP_OK, "C-127 is open");
    is(transport_fileno(t), fds[0], "C-98 and the one that is told");
    is(fcntl(fds[0], F_GETFD), FD_CLOEXEC, "T-33 it is closed by exec");
    is(transport_set_mode(t, &net.failure), LIBHTTP_OK, "whatever the mode");
    is(fcntl(fds[0], F_GETFL), flags, "C-127 its O_NONBLOCK is left alone");
    net.io.may_sleep = true;
    is(net_read(&net, t, text, sizeof text, &moved), LIBHTTP_AGAIN, "C-127 a read never sleeps");
    ok(!net.io.may_sleep, "C-120 and says so");
    transport_wait(t, WANT_READ, &wait);
    ok(wait.fd != fds[0] && wait.events == WANT_READ, "C-127 an epoll descriptor is waited on");
    ok(fcntl(wait.fd, F_GETFL) & O_NONBLOCK, "C-127 with O_NONBLOCK");
    ok(!net_wait(t, WANT_READ, 0), "C-127 it waits for bytes");
    ok(net_wait(t, WANT_READ | WANT_WRITE, 0), "C-127 or for room");
    ok(!net_wait(t, WANT_READ, 0), "C-127 as it is needed");
    if (write(fds[1], "abc", 3) != 3)
        bail_out("write");
    ok(net_wait(t, WANT_READ, PATIENCE_MS), "C-127 bytes come");
    is(net_read(&net, t, text, sizeof text, &moved), LIBHTTP_OK, "C-127 and are read");
    is(moved, 3, "all of them");
    is(net_write(&net, t, "x", 1, &moved), LIBHTTP_OK, "C-127 written, too");
    shutdown(fds[1], SHUT_WR);
    is(net_read(&net, t, text, sizeof text, &moved), LIBHTTP_OK, "C-127 the end");
    is(moved, 0, "is OK with 0");
    transport_wait(t, 0, &wait);
    is(wait.fd, -1, "no needs, no descriptor");
    transport_free(t, false);
    net_done(&net);
    ok(fcntl(fds[0], F_GETFD) < 0, "T-33 it is closed with the transport");
    close(fds[1]);
}

static void test_cancel(void)
{
    int fds[2], copy, ms;
    struct transport *t;
    struct later *later;
    struct net net;
    char byte;
    size_t moved;
    int32_t status;

    pair(fds, SOCK_STREAM);
    copy = dup(fds[0]);
    net_init(&net, false);
    t = net_adopt(&net, fds[0]);
    later = cancel_later(net.canceller, 50);
    while ((status = net_read(&net, t, &byte, 1, &moved)) == LIBHTTP_AGAIN)
        net_wait(t, WANT_READ, PATIENCE_MS);
    ms = later_done(later);
    is(status, LIBHTTP_E_CANCELLED, "C-121 a read is cancelled");
    ok(ms < PATIENCE_MS, "C-121 at once, in %d ms", ms);
    is(net_write(&net, t, "x", 1, &moved), LIBHTTP_E_CANCELLED, "C-121 a write as well");
    is(send(copy, "y", 1, MSG_NOSIGNAL), 1, "T-33 an adopted socket is never shut down");
    canceller_reset(net.canceller);
    ok(!net_wait(t, WANT_READ, 0), "C-121 after a reset nothing is ready");
    is(net_write(&net, t, "x", 1, &moved), LIBHTTP_OK, "C-121 and it goes on");
    transport_free(t, false);
    net_done(&net);
    close(copy);
    close(fds[1]);
}

static void test_file(int flags)
{
    int fds[2], copy, file;
    char *path = tempdir_write("file", "0123456789", 10), text[16];
    struct transport *t;
    struct net net;
    int64_t sent = 0;

    pair(fds, SOCK_STREAM);
    fcntl(fds[0], F_SETFL, flags);
    flags = fcntl(fds[0], F_GETFL);
    copy = dup(fds[0]);
    file = open(path, O_RDONLY);
    free(path);
    net_init(&net, false);
    t = net_adopt(&net, fds[0]);
    is(transport_send_file(t, file, 10, &sent, &net.failure), LIBHTTP_OK, "C-46 a file");
    is(sent, 10, "C-46 is sent");
    is(read(fds[1], text, sizeof text), 10, "C-46 and arrives");
    is(transport_set_mode(t, &net.failure), LIBHTTP_OK, "between exchanges");
    is(fcntl(copy, F_GETFL), flags, "C-127 its O_NONBLOCK is as it was");
    transport_send_file(t, file, 10, &sent, &net.failure);
    is(sent, 0, "C-46 at its end there is nothing more");
    is(transport_detach(t), fds[0], "C-125 it is taken out");
    is(fcntl(copy, F_GETFL), flags, "C-125 its O_NONBLOCK is as it was");
    is(net_write(&net, t, "x", 1, &(size_t){0}), LIBHTTP_E_NOT_CONNECTED, "C-127 nothing is left");
    is(transport_detach(t), -1, "C-125 once");
    transport_free(t, false);
    t = net_adopt(&net, fds[0]);
    lseek(file, 0, SEEK_SET);
    transport_send_file(t, file, 10, &sent, &net.failure);
    transport_free(t, false);
    is(fcntl(copy, F_GETFL), flags, "C-127 also when the transport goes");
    net_done(&net);
    close(file);
    close(copy);
    close(fds[1]);
}

/* The child closes its copies; parent and peer don't notice. */
static void test_fork(void)
{
    int fds[2], status = -1, epoll_before;
    struct transport *t;
    struct wait wait;
    struct net net;
    size_t moved;
    pid_t child;

    pair(fds, SOCK_STREAM);
    net_init(&net, false);
    t = net_adopt(&net, fds[0]);
    transport_wait(t, WANT_READ, &wait);
    epoll_before = wait.fd;
    child = fork();
    if (child == 0) {
        alarm(PATIENCE_S);
        transport_free(t, true);
        net_done(&net);
        _exit(fcntl(fds[0], F_GETFD) < 0 && fcntl(epoll_before, F_GETFD) < 0 ? 0 : 1);
    }
    waitpid(child, &status, 0);
    is(status, 0, "T-39 a child of fork closes its copies");
    is(send(fds[1], "x", 1, MSG_NOSIGNAL), 1, "T-39 the peer is still connected");
    ok(net_wait(t, WANT_READ, PATIENCE_MS), "T-39 and the parent still waits for it");
    is(net_read(&net, t, &(char){0}, 1, &moved), LIBHTTP_OK, "T-39 and reads");
    transport_free(t, false);
    net_done(&net);
    close(fds[1]);
}

static void test_no_memory(void)
{
    struct transport *t = NULL;
    struct net net;
    int32_t status;
    int fds[2];

    if (!malloc_is_counted())
        return;
    pair(fds, SOCK_STREAM);
    net_init(&net, true);
    malloc_fail_at(1, true);
    status = fd_new(fds[0], &net.io, &t, &net.failure);
    malloc_fail_at(0, false);
    is(status, LIBHTTP_E_NO_MEMORY, "T-36 no memory for the transport");
    ok(fcntl(fds[0], F_GETFD) >= 0, "T-36 the socket is still the caller's");
    net_done(&net);
    close(fds[0]);
    close(fds[1]);
}

static void test_peer(void)
{
    int port, listener = listen_loopback(1, &port);
    struct endpoint_info info;
    struct transport *t;
    struct net net;

    net_init(&net, true);
    t = net_adopt(&net, connect_loopback(port));
    tcp_info(t, &info);
    is(ntohs(info.peer.in.sin_port), port, "C-126 the peer of an adopted socket can be told");
    transport_free(t, false);
    net_done(&net);
    close(listener);
}

int main(void)
{
    int descriptors = count_descriptors();

    test_refusing();
    test_reading(false);
    test_reading(true);
    test_cancel();
    test_file(0);
    test_file(O_NONBLOCK);
    test_fork();
    test_no_memory();
    test_peer();
    is(count_descriptors(), descriptors, "T-33 no descriptor is left open");
    return done_testing();
}
