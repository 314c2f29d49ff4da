/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "support/net.h"
#include "support/patience.h"
#include "tap.h"

void net_init(struct net *net, bool nonblocking)
{
    *net = (struct net){.canceller = canceller_new()};
    if (!net->canceller)
        bail_out("out of memory");
    net->io.nonblocking = nonblocking;
    failure_init(&net->failure);
    cancel_point_init(&net->io.cancel, net->canceller);
}

void net_done(struct net *net)
{
    cancel_point_done(&net->io.cancel);
    canceller_unref(net->canceller);
    failure_done(&net->failure);
}

bool net_wait(struct transport *t, int32_t needs, int ms)
{
    struct wait wait;
    struct pollfd pollfd;
    int64_t left;

    transport_wait(t, needs, &wait);
    left = clock_left(clock_now(), wait.deadline);
    if (left >= 0 && left < ms)
        ms = (int)left;
    pollfd.fd = wait.fd;
    pollfd.events =
        (short)((wait.events & WANT_READ ? POLLIN : 0) | (wait.events & WANT_WRITE ? POLLOUT : 0));
    return poll(&pollfd, 1, ms) > 0;
}

int32_t net_open(struct net *net, struct transport *t, int ms)
{
    int64_t deadline = clock_after(clock_now(), ms);
    bool may_sleep = net->io.may_sleep;
    int32_t status;

    while ((status = transport_advance(t, clock_now(), &net->failure)) == LIBHTTP_AGAIN) {
        int64_t left = clock_left(clock_now(), deadline);

        if (left == 0)
            return LIBHTTP_E_TIMEOUT;
        net_wait(t, 0, (int)left);
        net->io.may_sleep = may_sleep;
    }
    return status;
}

struct transport *net_connect(struct net *net, const struct endpoint *to, int ms)
{
    struct transport *t = NULL;

    if (tcp_new(to, &net->io, &t, &net->failure) < 0)
        return NULL;
    if (net_open(net, t, ms) == LIBHTTP_OK)
        return t;
    transport_free(t, false);
    return NULL;
}

struct transport *net_adopt(struct net *net, int fd)
{
    struct transport *t = NULL;

    return fd_new(fd, &net->io, &t, &net->failure) == LIBHTTP_OK ? t : NULL;
}

int32_t net_read(struct net *net, struct transport *t, void *data, size_t room, size_t *ret_got)
{
    struct iovec area = {data, room};

    return transport_read(t, &area, 1, ret_got, &net->failure);
}

int32_t net_write(struct net *net, struct transport *t, const void *data, size_t length,
                  size_t *ret_put)
{
    struct iovec area = {(void *)(uintptr_t)data, length};

    return transport_write(t, &area, 1, ret_put, &net->failure);
}

union address net_address(const char *literal, int port)
{
    union address address;

    if (!address_parse(literal, port, &address))
        bail_out("%s is no address", literal);
    return address;
}

struct endpoint net_loopback(int port)
{
    return (struct endpoint){.host = "127.0.0.1", .port = port};
}

struct later {
    pthread_t thread;
    struct canceller *canceller;
    bool (*when)(void);
    int ms;
    int64_t at;
};

static void nap(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

static void *cancel_then(void *argument)
{
    struct later *later = argument;

    for (int i = 0; later->when && !later->when() && i < PATIENCE_MS; i++)
        nap(1);
    nap(later->ms);
    later->at = clock_now();
    canceller_cancel(later->canceller);
    return NULL;
}

struct later *cancel_later(struct canceller *canceller, int ms)
{
    return cancel_later_when(canceller, ms, NULL);
}

struct later *cancel_later_when(struct canceller *canceller, int ms, bool (*when)(void))
{
    struct later *later = calloc(1, sizeof *later);

    if (!later)
        bail_out("out of memory");
    later->canceller = canceller_ref(canceller);
    later->when = when;
    later->ms = ms;
    if (pthread_create(&later->thread, NULL, cancel_then, later))
        bail_out("no thread");
    return later;
}

int later_done(struct later *later)
{
    int64_t now = clock_now();
    int ms;

    pthread_join(later->thread, NULL);
    ms = (int)((now - later->at) / 1000);
    canceller_unref(later->canceller);
    free(later);
    return ms;
}
