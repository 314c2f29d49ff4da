/* SPDX-License-Identifier: MIT */
/* cancel: see cancel.h. The only file that shuts down or closes a published socket. */
#include "net/cancel.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/process.h"
#include "net/descriptor.h"

/* How often a shutdown is made anew, each after a millisecond or more, for a connect that it came
 * too early for: longer than a busy machine keeps the connecting thread from its call. Counted, so
 * that a time in which the whole process stood still isn't taken for it. */
#define CONNECT_AWAITED 1000

static void pause_for(long nanoseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = nanoseconds}, NULL);
}

/* The value of a lock that is held by a thread of this process: one that the parent's threads held
 * is free in a child. */
static unsigned held(void)
{
    return process_generation() * 2 + 1;
}

/* Held for the time of a few system calls at most, and hardly ever wanted by two. */
static void lock(struct canceller *c)
{
    unsigned mine = held();
    unsigned seen = atomic_load_explicit(&c->lock, memory_order_relaxed);

    while (seen == mine || !atomic_compare_exchange_weak_explicit(
                               &c->lock, &seen, mine, memory_order_acquire, memory_order_relaxed)) {
        if (seen != mine)
            continue;
        pause_for(20000);
        seen = atomic_load_explicit(&c->lock, memory_order_relaxed);
    }
}

static void unlock(struct canceller *c)
{
    atomic_store_explicit(&c->lock, held() - 1, memory_order_release);
}

struct canceller *canceller_new(void)
{
    struct canceller *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    process_watch_forks();
    atomic_init(&c->references, 1);
    atomic_init(&c->cancelled, false);
    atomic_init(&c->lock, held() - 1);
    return c;
}

struct canceller *canceller_ref(struct canceller *c)
{
    atomic_fetch_add_explicit(&c->references, 1, memory_order_relaxed);
    return c;
}

void canceller_unref(struct canceller *c)
{
    if (c && atomic_fetch_sub_explicit(&c->references, 1, memory_order_acq_rel) == 1)
        free(c);
}

static bool is_ours(const struct cancel_point *p)
{
    return p->process == process_generation();
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void set_woken(struct cancel_point *p, bool woken)
{
    atomic_store_explicit(&p->woken, woken, memory_order_relaxed);
}

/* In a fork's child the point begins anew: what it holds are copies of the parent's. */
static void take_over(struct cancel_point *p)
{
    if (is_ours(p))
        return;
    close_one(&p->socket);
    close_one(&p->event);
    set_woken(p, false);
    p->connecting = false;
    p->process = process_generation();
}

static void shut_down(struct cancel_point *p)
{
    if (p->socket < 0)
        return;
    shutdown(p->socket, SHUT_RDWR);
    set_woken(p, true);
}

/* The counter is only ever "some" or 0, so a full one (EAGAIN) is as good. */
static void ring(const struct cancel_point *p)
{
    ssize_t written;

    do {
        written = p->event < 0 ? 0 : write(p->event, &(uint64_t){1}, sizeof(uint64_t));
    } while (written < 0 && errno == EINTR);
}

static void silence(const struct cancel_point *p)
{
    uint64_t count;
    ssize_t got;

    do {
        got = p->event < 0 ? 0 : read(p->event, &count, sizeof count);
    } while (got < 0 && errno == EINTR);
}

/* Returns whether a connect sleeps, or is about to. */
static bool wake(struct cancel_point *p)
{
    if (!is_ours(p))
        return false;
    shut_down(p);
    ring(p);
    return p->connecting;
}

static bool wake_all(struct canceller *c)
{
    bool connecting = false;

    for (struct cancel_point *p = c->points; p; p = p->next)
        connecting |= wake(p);
    return connecting;
}

static bool cancel_all(struct canceller *c, bool first)
{
    bool connecting = false;

    lock(c);
    if (first)
        atomic_store_explicit(&c->cancelled, true, memory_order_relaxed);
    if (atomic_load_explicit(&c->cancelled, memory_order_relaxed))
        connecting = wake_all(c);
    unlock(c);
    return connecting;
}

void canceller_cancel(struct canceller *c)
{
    bool connecting = cancel_all(c, true);

    for (int tries = 0; connecting && tries < CONNECT_AWAITED; tries++) {
        pause_for(1000000);
        connecting = cancel_all(c, false);
    }
}

void canceller_reset(struct canceller *c)
{
    lock(c);
    atomic_store_explicit(&c->cancelled, false, memory_order_release);
    for (struct cancel_point *p = c->points; p; p = p->next) {
        if (is_ours(p) && !cancel_point_cancelled(p))
            silence(p);
    }
    unlock(c);
}

void cancel_point_init(struct cancel_point *p, struct canceller *owner)
{
    *p = (struct cancel_point){.owner = canceller_ref(owner), .socket = -1, .event = -1};
    p->process = process_generation();
    atomic_init(&p->cancelled, false);
    atomic_init(&p->woken, false);
    lock(owner);
    p->next = owner->points;
    if (p->next)
        p->next->previous = p;
    owner->points = p;
    unlock(owner);
}

void cancel_point_done(struct cancel_point *p)
{
    struct canceller *owner = p->owner;

    if (!owner)
        return;
    lock(owner);
    if (p->previous)
        p->previous->next = p->next;
    else
        owner->points = p->next;
    if (p->next)
        p->next->previous = p->previous;
    close_one(&p->socket);
    close_one(&p->event);
    unlock(owner);
    p->owner = NULL;
    canceller_unref(owner);
}

static bool cancel_one(struct cancel_point *p)
{
    bool connecting;

    lock(p->owner);
    atomic_store_explicit(&p->cancelled, true, memory_order_relaxed);
    connecting = wake(p);
    unlock(p->owner);
    return connecting;
}

void cancel_point_cancel(struct cancel_point *p)
{
    bool connecting = cancel_one(p);

    for (int tries = 0; connecting && tries < CONNECT_AWAITED; tries++) {
        pause_for(1000000);
        connecting = cancel_one(p);
    }
}

void cancel_point_publish(struct cancel_point *p, int socket)
{
    lock(p->owner);
    take_over(p);
    p->socket = socket;
    set_woken(p, false);
    p->connecting = false;
    if (cancel_point_cancelled(p))
        shut_down(p);
    unlock(p->owner);
}

void cancel_point_connecting(struct cancel_point *p, bool connecting)
{
    lock(p->owner);
    p->connecting = connecting;
    unlock(p->owner);
}

int cancel_point_withdraw(struct cancel_point *p)
{
    int socket;

    lock(p->owner);
    socket = p->socket;
    p->socket = -1;
    set_woken(p, false);
    p->connecting = false;
    unlock(p->owner);
    return socket;
}

void cancel_point_close(struct cancel_point *p)
{
    lock(p->owner);
    close_one(&p->socket);
    set_woken(p, false);
    p->connecting = false;
    unlock(p->owner);
}

int cancel_point_event(struct cancel_point *p)
{
    int event;

    lock(p->owner);
    take_over(p);
    if (p->event < 0) {
        p->event = descriptor_apart(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        if (cancel_point_cancelled(p))
            ring(p);
    }
    event = p->event;
    unlock(p->owner);
    return event;
}

int32_t fail_cancelled(struct failure *failure)
{
    return fail(failure, LIBHTTP_E_CANCELLED, "cancelled");
}
