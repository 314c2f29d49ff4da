/* SPDX-License-Identifier: MIT */
/*
 * Some system calls are ours here: a program's own go before the C library's. Each gives what
 * `script` says, once, and then what the kernel says.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/counts.h"
#include "support/net.h"
#include "support/patience.h"
#include "support/sockets.h"
#include "support/syscalls.h"
#include "support/tempdir.h"
#include "tap.h"

ssize_t sendfile(int out, int in, off_t *offset, size_t count);

/* errno to fail with, or the length to cut to; flags of the last call. */
static int fail_with, last_flags;
static size_t cut_to;
static bool raise_sigpipe;

static bool fails(void)
{
    errno = fail_with;
    fail_with = 0;
    return errno != 0;
}

static size_t cut(size_t length)
{
    size_t most = cut_to;

    cut_to = 0;
    return most > 0 && most < length ? most : length;
}

ssize_t recv(int fd, void *data, size_t length, int flags)
{
    last_flags = flags;
    return fails() ? -1 : syscall(SYS_recvfrom, fd, data, cut(length), flags, NULL, NULL);
}

ssize_t send(int fd, const void *data, size_t length, int flags)
{
    last_flags = flags;
    return fails() ? -1 : syscall(SYS_sendto, fd, data, cut(length), flags, NULL, 0);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    last_flags = flags;
    return fails() ? -1 : syscall(SYS_recvmsg, fd, message, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    last_flags = flags;
    return fails() ? -1 : syscall(SYS_sendmsg, fd, message, flags);
}

ssize_t sendfile(int out, int in, off_t *offset, size_t count)
{
    if (raise_sigpipe)
        pthread_kill(pthread_self(), SIGPIPE);
    return fails() ? -1 : syscall(SYS_sendfile, out, in, offset, cut(count));
}

/* A connection of ours, and the peer's end. */
struct fixture {
    struct net net;
    struct transport *t;
    int peer;
};

static void begin(struct fixture *f, bool nonblocking)
{
    int port, listener = listen_loopback(1, &port);
    struct endpoint to = net_loopback(port);

    net_init(&f->net, nonblocking);
    f->net.io.slice_ms = 200;
    f->t = net_connect(&f->net, &to, 1000);
    if (!f->t)
        bail_out("%s", failure_text(&f->net.failure));
    f->peer = accept(listener, NULL, NULL);
    close(listener);
}

static void end(struct fixture *f)
{
    transport_free(f->t, false);
    net_done(&f->net);
    close(f->peer);
}

/* What the peer has sent is there; with no events: its reset is. */
static void comes(const struct fixture *f, short events)
{
    poll(&(struct pollfd){.fd = transport_fileno(f->t), .events = events}, 1, PATIENCE_MS);
}

static void reset(const struct fixture *f)
{
    struct linger linger = {1, 0};

    setsockopt(f->peer, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(f->peer);
    comes(f, 0);
}

static int32_t read_areas(struct fixture *f, size_t *ret_got)
{
    static char one[8], two[8];
    struct iovec areas[2] = {{one, sizeof one}, {two, sizeof two}};

    return transport_read(f->t, areas, 2, ret_got, &f->net.failure);
}

static int32_t write_areas(struct fixture *f, size_t *ret_put)
{
    struct iovec areas[2] = {{(char[]){"head"}, 4}, {(char[]){"body"}, 4}};

    return transport_write(f->t, areas, 2, ret_put, &f->net.failure);
}

static int32_t read_one(struct fixture *f, size_t *ret_got)
{
    static char data[8];

    return net_read(&f->net, f->t, data, sizeof data, ret_got);
}

static int32_t write_one(struct fixture *f, size_t *ret_put)
{
    return net_write(&f->net, f->t, "data", 4, ret_put);
}

static int32_t send_file(struct fixture *f, size_t *ret_put)
{
    static char path[64];
    int32_t status;
    int64_t sent = (int64_t)*ret_put;
    int file;

    if (path[0] == '\0') {
        char *made = tempdir_write("file", "0123456789", 10);

        memcpy(path, made, strlen(made) + 1);
        free(made);
    }
    file = open(path, O_RDONLY);
    status = transport_send_file(f->t, file, 10, &sent, &f->net.failure);
    close(file);
    *ret_put = (size_t)sent;
    return status;
}

static const struct {
    const char *name;
    int32_t (*call)(struct fixture *f, size_t *ret_moved);
    bool reads;
} calls[] = {
    {"recv", read_one, true},        {"recvmsg", read_areas, true},  {"send", write_one, false},
    {"sendmsg", write_areas, false}, {"sendfile", send_file, false},
};

static void test_faults(void)
{
    static const struct {
        int error;
        int32_t status;
    } faults[] = {
        {EINTR, LIBHTTP_AGAIN},       {EAGAIN, LIBHTTP_AGAIN},   {ECONNRESET, LIBHTTP_E_OS},
        {EPIPE, LIBHTTP_E_OS},        {ETIMEDOUT, LIBHTTP_E_OS}, {ENOMEM, LIBHTTP_E_OS},
        {EHOSTUNREACH, LIBHTTP_E_OS}, {ENOBUFS, LIBHTTP_E_OS},   {EIO, LIBHTTP_E_OS},
    };
    struct fixture f;

    begin(&f, true);
    if (write(f.peer, "0123456789", 10) != 10)
        bail_out("write");
    comes(&f, POLLIN);
    for (size_t c = 0; c < sizeof calls / sizeof calls[0]; c++) {
        for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
            size_t moved = 99;

            fail_with = faults[i].error;
            is(calls[c].call(&f, &moved), faults[i].status, "T-37 %s: errno %d", calls[c].name,
               faults[i].error);
            is(moved, 99, "T-37 leaves no trace");
            if (faults[i].status < 0)
                is(f.net.failure.os_error, faults[i].error, "T-37 is told");
        }
    }
    for (size_t c = 0; c < sizeof calls / sizeof calls[0]; c++) {
        size_t moved = 0;

        cut_to = calls[c].call == read_one || calls[c].call == write_one ? 3 : 0;
        is(calls[c].call(&f, &moved), LIBHTTP_OK, "T-37 %s goes on", calls[c].name);
        ok(moved > 0 && moved <= 10, "T-37 and moves %zu", moved);
    }
    end(&f);
}

static void test_cancelled(void)
{
    for (size_t c = 0; c < sizeof calls / sizeof calls[0]; c++) {
        struct fixture f;
        size_t moved = 99;

        begin(&f, true);
        canceller_cancel(f.net.canceller);
        is(calls[c].call(&f, &moved), LIBHTTP_E_CANCELLED, "C-121 %s", calls[c].name);
        is(transport_look(f.t, &f.net.failure), LIBHTTP_E_CANCELLED, "C-121 a look");
        canceller_reset(f.net.canceller);
        is(calls[c].call(&f, &moved), LIBHTTP_E_CANCELLED,
           "C-26 %s: an end that a cancel has made never looks like the peer's", calls[c].name);
        is(moved, 99, "C-121 no trace");
        end(&f);
    }
}

static void test_sigpipe(void)
{
    struct fixture f;
    size_t moved = 0;

    begin(&f, true);
    cut_to = 5;
    raise_sigpipe = true;
    is(send_file(&f, &moved), LIBHTTP_OK, "T-38 a signal behind a short count");
    raise_sigpipe = false;
    is(moved, 5, "T-38 is taken away, the count isn't");
    fail_with = EINVAL;
    is(send_file(&f, &moved), LIBHTTP_OK, "C-46 a file that sendfile can't send is copied");
    is(moved, 10, "C-46 whole");
    reset(&f);
    for (size_t c = 2; c < sizeof calls / sizeof calls[0]; c++)
        is(calls[c].call(&f, &moved), LIBHTTP_E_OS, "T-38 %s to a peer that is gone",
           calls[c].name);
    is(transport_shutdown_write(f.t, &f.net.failure), LIBHTTP_E_OS, "T-38 ending, too");
    end(&f);
}

static void test_reset(void)
{
    struct fixture f;
    size_t moved;

    begin(&f, false);
    reset(&f);
    f.net.io.may_sleep = true;
    is(read_one(&f, &moved), LIBHTTP_E_OS, "C-22 a reset");
    is(f.net.failure.os_error, ECONNRESET, "C-22 has its errno");
    is_str(failure_text(&f.net.failure), "receive: Connection reset by peer", "and a sentence");
    end(&f);
}

static void test_flags(void)
{
    struct fixture f;
    size_t moved = 0;

    begin(&f, false);
    write_one(&f, &moved);
    is(last_flags, MSG_DONTWAIT | MSG_NOSIGNAL, "T-38 C-120 sending never waits nor signals");
    f.net.io.more_follows = true;
    write_areas(&f, &moved);
    is(last_flags, MSG_DONTWAIT | MSG_NOSIGNAL | MSG_MORE, "C-46 a head before its file");
    is(moved, 8, "C-27 two areas in one call");
    f.net.io.more_follows = false;
    is(transport_flush(f.t, &f.net.failure), LIBHTTP_OK, "nothing is held back");
    read_one(&f, &moved);
    is(last_flags, MSG_DONTWAIT, "C-120 a read that may not sleep");
    end(&f);
}

static void test_slice(void)
{
    struct fixture f;
    size_t moved;
    int64_t start;
    int ms;

    begin(&f, false);
    f.net.io.may_sleep = true;
    start = clock_now();
    is(read_one(&f, &moved), LIBHTTP_AGAIN, "C-120 nothing comes");
    ms = (int)((clock_now() - start) / 1000);
    ok(ms >= 190 && ms < 200 + PATIENCE_MS, "C-120 for a slice: %d ms", ms);
    ok(f.net.io.may_sleep, "C-120 which is used up");
    fail_with = EINTR;
    is(read_one(&f, &moved), LIBHTTP_AGAIN, "T-39 a signal");
    ok(!f.net.io.may_sleep, "T-39 the slice isn't used up");
    send_file(&f, &moved);
    ok(fcntl(transport_fileno(f.t), F_GETFL) & O_NONBLOCK, "C-46 a file goes without waiting");
    f.net.io.may_sleep = true;
    start = clock_now();
    is(read_one(&f, &moved), LIBHTTP_AGAIN, "C-120 after a file");
    ok(clock_now() - start > 190000, "C-120 a receive sleeps again");
    end(&f);
}

static void test_cancel_while(bool may_sleep)
{
    struct fixture f;
    struct later *later;
    int32_t status;
    size_t moved;
    int ms;

    begin(&f, false);
    f.net.io.slice_ms = 0;
    transport_set_mode(f.t, &f.net.failure);
    f.net.io.may_sleep = may_sleep;
    later = cancel_later(f.net.canceller, 50);
    while ((status = read_one(&f, &moved)) == LIBHTTP_AGAIN)
        net_wait(f.t, WANT_READ, PATIENCE_MS);
    ms = later_done(later);
    is(status, LIBHTTP_E_CANCELLED, "C-121 a receive is cancelled");
    ok(ms < PATIENCE_MS, "C-121 at once, in %d ms", ms);
    end(&f);
}

static void test_cancel_sending(int32_t (*call)(struct fixture *, size_t *))
{
    struct fixture f;
    struct later *later;
    int32_t status;
    size_t moved;
    int ms;

    begin(&f, false);
    later = cancel_later(f.net.canceller, 200);
    while ((status = call(&f, &moved)) == LIBHTTP_OK || status == LIBHTTP_AGAIN) {
        if (status == LIBHTTP_AGAIN)
            net_wait(f.t, WANT_WRITE, PATIENCE_MS);
    }
    ms = later_done(later);
    is(status, LIBHTTP_E_CANCELLED, "C-121 sending is cancelled");
    ok(ms < PATIENCE_MS, "C-121 at once, in %d ms", ms);
    end(&f);
}

static void look(void *context)
{
    struct fixture *f = context;

    syscalls_begin();
    if (transport_look(f->t, &f->net.failure) != LIBHTTP_OK)
        _exit(1);
    syscalls_end();
    _exit(0);
}

static void test_look(void)
{
    static struct syscalls seen;
    struct fixture f;
    size_t moved;

    begin(&f, false);
    is(transport_look(f.t, &f.net.failure), LIBHTTP_OK, "C-105 an idle peer");
    if (syscalls_can_be_seen() && malloc_is_counted()) {
        is(syscalls_of(look, &f, &seen), 0, "C-105 a look");
        is_str(syscalls_text(&seen), "recvfrom", "C-105 is one call");
    }
    fail_with = EINTR;
    is(transport_look(f.t, &f.net.failure), LIBHTTP_OK, "T-37 a signal says nothing of the peer");
    if (write(f.peer, "x", 1) != 1)
        bail_out("write");
    comes(&f, POLLIN);
    is(transport_look(f.t, &f.net.failure), LIBHTTP_E_REMOTE_DISCONNECTED, "C-105 T-15 a byte");
    is(f.net.failure.os_error, ECONNRESET, "C-108 with its errno");
    is(read_one(&f, &moved), LIBHTTP_OK, "C-105 it wasn't taken");
    shutdown(f.peer, SHUT_WR);
    is(transport_look(f.t, &f.net.failure), LIBHTTP_E_REMOTE_DISCONNECTED, "C-105 an end");
    fail_with = ETIMEDOUT;
    is(transport_look(f.t, &f.net.failure), LIBHTTP_E_REMOTE_DISCONNECTED, "C-105 an error");
    end(&f);
}

static void test_ends(void)
{
    struct fixture f;
    size_t moved = 99;
    char byte;

    begin(&f, true);
    is(transport_shutdown_write(f.t, &f.net.failure), LIBHTTP_OK, "C-125 the end of sending");
    is(read(f.peer, &byte, 1), 0, "C-125 is the peer's end");
    is(net_read(&f.net, f.t, &byte, 0, &moved), LIBHTTP_AGAIN, "C-88 no room: no end");
    shutdown(f.peer, SHUT_WR);
    comes(&f, POLLIN);
    is(net_read(&f.net, f.t, &byte, 0, &moved), LIBHTTP_E_INVALID_ARGUMENT,
       "C-88 no room: not even behind the end");
    is(net_read(&f.net, f.t, &byte, 1, &moved), LIBHTTP_OK, "C-88 the peer's end");
    is(moved, 0, "C-88 is OK with 0");
    end(&f);
}

int main(void)
{
    int descriptors = count_descriptors();

    test_faults();
    test_cancelled();
    test_sigpipe();
    test_reset();
    test_flags();
    test_slice();
    test_cancel_while(true);
    test_cancel_while(false);
    test_cancel_sending(write_one);
    test_cancel_sending(send_file);
    test_look();
    test_ends();
    is(count_descriptors(), descriptors, "T-33 no descriptor is left open");
    return done_testing();
}
