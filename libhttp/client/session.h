/* SPDX-License-Identifier: MIT */
/*
 * session: one opened transport with everything that belongs to it: bytes received but not used,
 * deadlines, what is waited for. A connection has one while it is connected; a response keeps its
 * session while its body is unread, a stream for good. (When HTTP/2 comes, several connections will
 * share what is below it.)
 *
 * Calls give OK, AGAIN or an error and never wait, but for a slice in blocking mode; drive.h does
 * the waiting.
 */
#ifndef LIBHTTP_CLIENT_SESSION_H
#define LIBHTTP_CLIENT_SESSION_H

#include "base/buf.h"
#include "base/process.h"
#include "client/settings.h"
#include "net/endpoint.h"
#include "net/transport.h"

struct destination;
struct tunnel;

enum session_phase {
    SESSION_CONNECTING, /* the bottom transport */
    SESSION_TUNNEL,     /* CONNECT and its answer */
    SESSION_HANDSHAKE,  /* TLS */
    SESSION_OPEN,
    SESSION_CLOSED /* no transport any more; only references are left */
};

struct session {
    atomic_int references;
    uint8_t phase;       /* enum session_phase */
    bool given;          /* over an adopted descriptor or in carried mode: can't be opened anew */
    bool carried;        /* the bottom is memory */
    bool peer_ended;     /* EOF was received */
    int64_t cut_reason;  /* TLS's, where that EOF came without close_notify (T-46); else 0 */
    bool streaming;      /* handed to a stream (C-90): no request may use it */
    uint32_t generation; /* of the process when it was opened (fork) */
    struct settings *settings;
    struct io io;
    struct transport *top;
    struct transport *bottom;
    struct transport *tls; /* the TLS link, or NULL */
    struct buf input;      /* received, not used */
    size_t stale;          /* what was in it before a request left beside an unread response */
    struct head *partial;  /* the parser of an incomplete head in input, or NULL */
    int32_t reading;       /* needs of the reading call that gave AGAIN: WANT_…; 0: none */
    int32_t writing;       /* the same of the writing call */
    int64_t open_started;  /* clock_now() when opening began */
    int64_t started;     /* when the exchange began, for the total deadline; 0: none is under way */
    int64_t quiet_since; /* since when no byte moved, for the idle deadline; 0: not waiting */
    int64_t received_at; /* when the last bytes came, if somebody asked; see session_received_at */
    int64_t now;         /* a reading of the clock that the next call may use; 0: none */
    int64_t idle_since;  /* since when no exchange is under way, for the look before reuse */
    int wait_error;      /* errno by which waiting failed; the next step tells; 0: none */
    int64_t continue_until;      /* deadline for 100 (Continue), or CLOCK_NEVER */
    int64_t bytes_in, bytes_out; /* of this exchange */
    int64_t sent_before;         /* bytes sent on this transport before this exchange */
    struct tunnel *tunnel;       /* its state while opening and its answer; NULL: none */
};

/* NULL: out of memory. Its settings and its place with the canceller are references. */
struct session *session_new(struct settings *settings, struct canceller *canceller);
void session_destroy(struct session *s); /* for session_unref alone */

static inline struct session *session_ref(struct session *s)
{
    atomic_fetch_add_explicit(&s->references, 1, memory_order_relaxed);
    return s;
}

/* NULL is fine; the last one closes it. */
static inline void session_unref(struct session *s)
{
    if (s && atomic_fetch_sub_explicit(&s->references, 1, memory_order_acq_rel) == 1)
        session_destroy(s);
}

/* Closes the transport now; whoever still holds the session finds it SESSION_CLOSED. Silent in the
 * child of a fork. */
void session_close(struct session *s);

static inline bool session_is_open(const struct session *s)
{
    return s && s->phase == SESSION_OPEN;
}

/* True in a child of fork that got this session from its parent. */
static inline bool session_is_foreign(const struct session *s)
{
    return s->generation != process_generation();
}

/* LIBHTTP_E_CANCELLED where it has been cancelled, else OK. */
static inline int32_t session_check_cancel(const struct session *s, struct failure *failure)
{
    return cancel_point_cancelled(&s->io.cancel) ? fail_cancelled(failure) : LIBHTTP_OK;
}

/*
 * Receives. Like transport_read, with the deadlines kept. OK with 0: EOF. `nowait`: only what is
 * there (a look during sending), no deadline.
 */
int32_t session_receive(struct session *s, const struct iovec *areas, int count, bool nowait,
                        size_t *ret_got, struct failure *failure);

/* When the last bytes came: the clock as it was at the first asking after them. */
static inline int64_t session_received_at(struct session *s)
{
    if (!s->received_at)
        s->received_at = clock_now();
    return s->received_at;
}

/* Room for the largest head that the limits allow now: they may have been raised since. */
void session_fit_input(struct session *s);

/* Whether the EOF received may end what only EOF can end: OK, or `code` where it came without
 * close_notify (T-46). */
int32_t session_end(const struct session *s, int32_t code, struct failure *failure);

/* Sends; like transport_write, with the deadlines kept; count 0 moves on what TLS holds. */
int32_t session_send(struct session *s, const struct iovec *areas, int count, size_t *ret_put,
                     struct failure *failure);

int32_t session_send_file(struct session *s, int fd, int64_t length, int64_t *ret_put,
                          struct failure *failure);

/* The needs of one kind are met or given up: nothing pending is left of it. */
static inline void session_settle(struct session *s)
{
    s->reading = s->writing = 0;
}

/* What to wait for: descriptor, events, and the earliest deadline. */
void session_wait(const struct session *s, struct wait *ret);

/* TIMEOUT, where one of the deadlines has passed, else AGAIN: for who could not go on. */
int32_t session_blocked(struct session *s, struct failure *failure);

/* Gives back memory while idle. */
void session_trim(struct session *s);

#endif
