/* SPDX-License-Identifier: MIT */
/*
 * Every system call with which connections are opened fails in its turn: the program's own go
 * before the C library's. While `armed`, the n-th one gives an errno, and all later ones too where
 * `ever_after`.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/process.h"
#include "support/counts.h"
#include "support/net.h"
#include "support/patience.h"
#include "support/sockets.h"
#include "tap.h"

static _Thread_local bool armed;
static bool ever_after;
static int countdown, hits, fault;

static bool strikes(void)
{
    if (!armed)
        return false;
    countdown--;
    if (countdown != 0 && !(ever_after && countdown < 0))
        return false;
    hits++;
    errno = fault;
    return true;
}

int socket(int domain, int type, int protocol)
{
    return strikes() ? -1 : (int)syscall(SYS_socket, domain, type, protocol);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    return strikes() ? -1 : (int)syscall(SYS_setsockopt, fd, level, name, value, length);
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
    return strikes() ? -1 : (int)syscall(SYS_getsockopt, fd, level, name, value, length);
}

int getpeername(int fd, struct sockaddr *address, socklen_t *length)
{
    return strikes() ? -1 : (int)syscall(SYS_getpeername, fd, address, length);
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    return strikes() ? -1 : (int)syscall(SYS_connect, fd, address, length);
}

int eventfd(unsigned value, int flags)
{
    return strikes() ? -1 : (int)syscall(SYS_eventfd2, value, flags);
}

int epoll_create1(int flags)
{
    return strikes() ? -1 : (int)syscall(SYS_epoll_create1, flags);
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    return strikes() ? -1 : (int)syscall(SYS_epoll_ctl, epoll, operation, fd, event);
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout)
{
    return strikes() ? -1 : (int)syscall(SYS_epoll_pwait, epoll, events, most, timeout, NULL, 8);
}

int timerfd_create(int clock, int flags)
{
    return strikes() ? -1 : (int)syscall(SYS_timerfd_create, clock, flags);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
    return strikes() ? -1 : (int)syscall(SYS_timerfd_settime, fd, flags, value, old);
}

int fcntl(int fd, int command, ...)
{
    va_list arguments;
    long value;

    va_start(arguments, command);
    value = va_arg(arguments, long);
    va_end(arguments);
    return strikes() ? -1 : (int)syscall(SYS_fcntl, fd, command, value);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *argument)
{
    union {
        void *object;
        int (*function)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    } next = {dlsym(RTLD_NEXT, "pthread_create")};

    /* EINVAL is what too small a stack gives: then one of the usual size is tried. */
    return strikes() ? fault : next.function(thread, attributes, run, argument);
}

int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                struct addrinfo **ret)
{
    struct addrinfo *info = calloc(2, sizeof *info);
    union address *addresses = calloc(2, sizeof *addresses);

    (void)host;
    (void)hints;
    for (int i = 0; i < 2; i++) {
        addresses[i] = net_address(i == 0 ? "127.0.0.1" : "127.0.0.2", atoi(port));
        info[i].ai_addr = &addresses[i].any;
    }
    info[0].ai_next = &info[1];
    *ret = info;
    return 0;
}

void freeaddrinfo(struct addrinfo *info)
{
    free(info->ai_addr);
    free(info);
}

/* Where the scenarios lead. */
static int listener, port;
static struct full_backlog *full_unix;
static const char *full_path;

static int32_t open_armed(struct net *net, const struct endpoint *to, int ms)
{
    struct transport *t = NULL;
    int64_t end = clock_after(clock_now(), ms);
    int32_t status;

    armed = true;
    status = tcp_new(to, &net->io, &t, &net->failure);
    while (status == LIBHTTP_OK && clock_now() < end) {
        struct wait wait;

        status = transport_advance(t, clock_now(), &net->failure);
        if (status != LIBHTTP_AGAIN)
            break;
        transport_wait(t, 0, &wait);
        poll(&(struct pollfd){.fd = wait.fd, .events = POLLIN | POLLOUT}, 1, 20);
        status = LIBHTTP_OK;
    }
    if (status == LIBHTTP_OK && transport_fileno(t) >= 0) {
        net->io.slice_ms = 40;
        net->io.nonblocking = !net->io.nonblocking;
        status = transport_set_mode(t, &net->failure);
    }
    armed = false;
    transport_free(t, false);
    return status;
}

static int32_t literal(struct net *net)
{
    struct endpoint to = net_loopback(port);

    to.keep_alive = true;
    net->io.may_sleep = !net->io.nonblocking;
    return open_armed(net, &to, 1000);
}

static int32_t from_source(struct net *net)
{
    struct endpoint to = net_loopback(port);

    to.source = net_address("127.0.0.1", 0);
    return open_armed(net, &to, 1000);
}

static int32_t name(struct net *net)
{
    struct endpoint to = {.host = "example.test", .port = port};

    return open_armed(net, &to, 1000);
}

static int32_t path(struct net *net)
{
    struct endpoint to = {.unix_path = full_path, .unix_path_length = strlen(full_path)};

    return open_armed(net, &to, 30);
}

static int32_t adopted(struct net *net)
{
    int fds[2];
    struct transport *t = NULL;
    struct wait wait;
    int32_t status;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
        bail_out("socketpair");
    armed = true;
    status = fd_new(fds[0], &net->io, &t, &net->failure);
    if (status == LIBHTTP_OK) {
        transport_wait(t, WANT_READ, &wait);
        status = transport_send_file(t, -1, 1, &(int64_t){0}, &net->failure);
        if (net->failure.os_error == EBADF)
            status = LIBHTTP_OK;
    }
    armed = false;
    if (t)
        transport_free(t, false);
    else
        close(fds[0]);
    close(fds[1]);
    return status;
}

static void drain(void)
{
    while (poll(&(struct pollfd){.fd = listener, .events = POLLIN}, 1, 0) > 0)
        close(accept(listener, NULL, NULL));
}

static void sweep(const char *what, int32_t (*scenario)(struct net *), bool nonblocking, int error)
{
    int descriptors = count_descriptors(), points = 0, failed = 0, wrong = 0;

    fault = error;
    do {
        struct net net;
        int32_t status;

        net_init(&net, nonblocking);
        countdown = ++points;
        hits = 0;
        status = scenario(&net);
        failed += status < 0;
        if (status != LIBHTTP_OK && (status != net.failure.code || status > 0))
            wrong++;
        net_done(&net);
        drain();
    } while (hits > 0 && points < 100);
    is(wrong, 0, "T-37 %s: %d calls give errno %d in turn, %d of them end it", what, points - 1,
       error, failed);
    ok(points > 1 && points < 100, "T-37 some calls were reached, and all of them");
    ok(comes_to(count_descriptors, descriptors), "T-33 nothing stays open");
    is(process_lookups(), 0, "T-33 no look-up hangs");
}

static void sweep_errors(const char *what, int32_t (*scenario)(struct net *), bool nonblocking)
{
    static const int errors[] = {EMFILE, EINVAL, EINTR, EAGAIN, ECONNRESET};

    for (int i = 0; i < 10; i++) {
        ever_after = i >= 5;
        sweep(what, scenario, nonblocking, errors[i % 5]);
    }
}

int main(void)
{
    int descriptors = count_descriptors();

    listener = listen_loopback(100, &port);
    full_unix = full_backlog_unix(&full_path);
    sweep_errors("a literal, blocking", literal, false);
    sweep_errors("a literal, non-blocking", literal, true);
    sweep_errors("from a source address", from_source, true);
    sweep_errors("a name with two addresses", name, true);
    sweep_errors("a full Unix socket", path, true);
    sweep_errors("an adopted socket", adopted, true);
    full_backlog_free(full_unix);
    close(listener);
    ok(comes_to(count_descriptors, descriptors), "T-33 no descriptor is left open");
    return done_testing();
}
