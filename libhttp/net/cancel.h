/* SPDX-License-Identifier: MIT */
/*
 * cancel: wakes whoever waits, from any thread. A canceller belongs to a connection and outlives
 * it; each session of the connection registers a point with it, which holds the session's
 * descriptors. The one lock is taken only to publish, to close and to cancel a descriptor: so none
 * is ever shut down under a number that is somebody else's by then.
 *
 * After a fork the child's points forget the parent's descriptors: a cancel there wakes nobody
 * here.
 */
#ifndef LIBHTTP_NET_CANCEL_H
#define LIBHTTP_NET_CANCEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"

struct cancel_point;

struct canceller {
    atomic_int references;
    atomic_bool cancelled; /* sticky until canceller_reset; written under the lock */
    atomic_uint lock; /* whose process holds it, see cancel.c: a mutex might be held for ever in a
                         fork's child */
    struct cancel_point *points;
};

struct cancel_point {
    struct canceller *owner; /* one reference */
    struct cancel_point *previous, *next;
    atomic_bool
        cancelled; /* this session alone (a response that took its transport along); for good */
    /* Its socket was shut down by a cancel: never reuse it. Written under the lock; who reads it
     * without knows of every cancel whose reset he has seen. */
    atomic_bool woken;
    /* All of these are read and written under the lock. */
    bool connecting; /* a connect that sleeps is about to begin, or has begun */
    int socket;      /* shut down by a cancel; -1: none */
    int event;       /* an eventfd that a cancel writes; -1: none. For what shutdown doesn't wake */
    uint32_t process; /* process_generation() of the descriptors */
};

/* NULL: out of memory. One reference. */
struct canceller *canceller_new(void);
struct canceller *canceller_ref(struct canceller *c);
void canceller_unref(struct canceller *c);

/*
 * From any thread: all points, now and later, until reset. Doesn't wait, but for a connect that
 * sleeps: a shutdown that comes just before it is lost, so it is made again until the connect has
 * returned: some milliseconds, or as long as a busy machine keeps it from its call, but a second.
 */
void canceller_cancel(struct canceller *c);
/* Takes the cancel back; eventfds of idle points are emptied. */
void canceller_reset(struct canceller *c);

void cancel_point_init(struct cancel_point *p, struct canceller *owner);
/* Closes what it holds, unregisters. */
void cancel_point_done(struct cancel_point *p);

/* From any thread: this point only. */
void cancel_point_cancel(struct cancel_point *p);

/* Acquires what canceller_reset has released: `woken` of the points. */
static inline bool canceller_cancelled(const struct canceller *c)
{
    return atomic_load_explicit(&c->cancelled, memory_order_acquire);
}

static inline bool cancel_point_cancelled(const struct cancel_point *p)
{
    return atomic_load_explicit(&p->cancelled, memory_order_relaxed) ||
           canceller_cancelled(p->owner);
}

static inline bool cancel_point_woken(const struct cancel_point *p)
{
    return atomic_load_explicit(&p->woken, memory_order_relaxed);
}

/*
 * Registers a socket that a cancel shuts down, at once where it has been cancelled already. Never
 * an adopted one. Look at cancel_point_cancelled again after connect: a shutdown before it is lost.
 */
void cancel_point_publish(struct cancel_point *p, int socket);
/* Set around a connect that may sleep; look at cancel_point_cancelled in between. */
void cancel_point_connecting(struct cancel_point *p, bool connecting);
/* Takes the socket back without closing it (it is handed to somebody else). -1 where there was
 * none. */
int cancel_point_withdraw(struct cancel_point *p);
/* Closes the socket, exactly once, under the lock. */
void cancel_point_close(struct cancel_point *p);
/*
 * The point's eventfd, made at first use (O_NONBLOCK, O_CLOEXEC); already readable where cancelled.
 * -1 and errno. Nobody else reads, writes or closes it.
 */
int cancel_point_event(struct cancel_point *p);

/* LIBHTTP_E_CANCELLED with its sentence. */
int32_t fail_cancelled(struct failure *failure);

#endif
