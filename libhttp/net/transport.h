/* SPDX-License-Identifier: MIT */
/*
 * transport: bytes over something: a socket, TLS over the transport below, memory. Links of a
 * chain; whoever holds the top frees the chain.
 *
 * Nothing here waits, but for one thing: where io->may_sleep is set, a receive or connect on our
 * own blocking socket may take one slice (SO_RCVTIMEO, SO_SNDTIMEO). What can't go on says
 * LIBHTTP_AGAIN and has moved nothing; `wait` then tells for what.
 *
 * After an error of advance only `free` makes sense. Whoever was cancelled gets LIBHTTP_E_CANCELLED
 * from every call.
 */
#ifndef LIBHTTP_NET_TRANSPORT_H
#define LIBHTTP_NET_TRANSPORT_H

#include <sys/uio.h>

#include "base/clock.h"
#include "base/failure.h"
#include "net/cancel.h"

enum { WANT_READ = 1, WANT_WRITE = 2 }; /* the values of LIBHTTP_WAIT_READ and _WRITE */

/* What the whole chain shares; it belongs to the session and outlives the chain. */
struct io {
    struct cancel_point cancel; /* its descriptors are opened and closed under its lock */
    bool nonblocking;           /* the mode: sockets have O_NONBLOCK */
    /*
     * Set by the caller for one call: blocking mode, and a slice is affordable (with slice_ms 0:
     * for ever is). Cleared by a call that gives AGAIN and has not slept for all of its slice.
     */
    bool may_sleep;
    /* Set by the caller for one receive that may sleep: until all areas are full, or the slice is
     * used up. */
    bool fills;
    bool unsent; /* after a write: TLS holds some of it, which a write with count 0 moves on */
    bool more_follows;   /* set by the caller around a write: send_file comes next (MSG_MORE) */
    int32_t slice_ms;    /* SO_RCVTIMEO and SO_SNDTIMEO, from connect or set_mode on; 0: none */
    int32_t watched;     /* net's own: the events that an adopted socket is watched for */
    uint64_t generation; /* +1 whenever the descriptor to wait on becomes another object */
};

/* What to wait for after LIBHTTP_AGAIN. */
struct wait {
    int fd;           /* -1: none (carried mode, or no needs and open) */
    int32_t events;   /* WANT_… on that descriptor: for an epoll descriptor always WANT_READ */
    int64_t deadline; /* call again by then whatever the descriptor says; CLOCK_NEVER */
};

struct transport;

struct transport_ops {
    const char *name;
    /* Opens: below first, then me; idempotent: OK once open. AGAIN, or why it can't be. `now` is
     * clock_now(). */
    int32_t (*advance)(struct transport *t, int64_t now, struct failure *failure);
    /*
     * Receives into the areas in their order; there must be room for a byte in them. OK with 0: an
     * orderly end (over TLS: close_notify).
     */
    int32_t (*read)(struct transport *t, const struct iovec *areas, int count, size_t *ret_got,
                    struct failure *failure);
    /*
     * Sends from the areas. OK with how much was taken, at least one byte. What TLS has taken may
     * still lie in it as ciphertext: count 0 moves that on, OK when none is left. AGAIN leaves no
     * trace: any other bytes may come next. No SIGPIPE, ever.
     */
    int32_t (*write)(struct transport *t, const struct iovec *areas, int count, size_t *ret_put,
                     struct failure *failure);
    /* Sends at most `length` bytes of a regular file from its offset, which moves on (sendfile). 0:
     * the file has ended. */
    int32_t (*send_file)(struct transport *t, int fd, int64_t length, int64_t *ret_put,
                         struct failure *failure);
    /* Ends the sending direction: FIN, close_notify. */
    int32_t (*shutdown_write)(struct transport *t, struct failure *failure);
    /*
     * Looks whether the idle peer is still there (C-105), without waiting: OK: nothing has come.
     * Anything else (bytes, EOF, error): an error, the connection is not to be used again. TLS
     * takes late tickets on the way (they are fine).
     */
    int32_t (*look)(struct transport *t, struct failure *failure);
    /* Bytes received that `read` would give without the descriptor becoming readable, or a part of
     * what it would. */
    bool (*has_input)(const struct transport *t);
    /* For the given needs (WANT_… of the layer above: a read or a write gave AGAIN), what the
     * descriptor must do. */
    void (*wait)(const struct transport *t, int32_t needs, struct wait *ret);
    /* Switches O_NONBLOCK to io->nonblocking and the socket's timeouts to io->slice_ms, between
     * exchanges. */
    int32_t (*set_mode)(struct transport *t, struct failure *failure);
    /* Gives back memory that an idle connection can do without. */
    void (*trim)(struct transport *t);
    /* Closes descriptors and frees this link and those below. TLS sends close_notify where that
     * takes no wait; not when `silent`. */
    void (*free)(struct transport *t, bool silent);
    /* The bottom link's own: its descriptor, and taking it out. See endpoint.h. */
    int (*fileno)(const struct transport *t);
    int (*detach)(struct transport *t);
};

struct transport {
    const struct transport_ops *ops;
    struct transport *next; /* the link below, or NULL */
    struct io *io;
};

/* A slot that a link doesn't fill passes to the link below; these do that. */
int32_t transport_read_below(struct transport *t, const struct iovec *areas, int count,
                             size_t *ret_got, struct failure *failure);
int32_t transport_write_below(struct transport *t, const struct iovec *areas, int count,
                              size_t *ret_put, struct failure *failure);

static inline int32_t transport_read(struct transport *t, const struct iovec *areas, int count,
                                     size_t *ret_got, struct failure *failure)
{
    return t && t->ops->read ? t->ops->read(t, areas, count, ret_got, failure)
                             : transport_read_below(t, areas, count, ret_got, failure);
}

static inline int32_t transport_write(struct transport *t, const struct iovec *areas, int count,
                                      size_t *ret_put, struct failure *failure)
{
    return t && t->ops->write ? t->ops->write(t, areas, count, ret_put, failure)
                              : transport_write_below(t, areas, count, ret_put, failure);
}

int32_t transport_advance(struct transport *t, int64_t now, struct failure *failure);
int32_t transport_flush(struct transport *t, struct failure *failure); /* write with count 0 */
int32_t transport_send_file(struct transport *t, int fd, int64_t length, int64_t *ret_put,
                            struct failure *failure);
int32_t transport_shutdown_write(struct transport *t, struct failure *failure);
int32_t transport_look(struct transport *t, struct failure *failure);
bool transport_has_input(const struct transport *t);
void transport_wait(const struct transport *t, int32_t needs, struct wait *ret);
int32_t transport_set_mode(struct transport *t, struct failure *failure);
void transport_trim(struct transport *t);
void transport_free(struct transport *t, bool silent); /* NULL is fine */

#endif
