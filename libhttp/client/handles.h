/* SPDX-License-Identifier: MIT */
/*
 * handles: what is behind libhttp_connection, libhttp_response and libhttp_stream.
 *
 * A connection counts one reference for its user and one for each response and stream, so that they
 * may be freed in any order. The session in use is shared by the connection and the response that
 * is being read; see session.h.
 */
#ifndef LIBHTTP_CLIENT_HANDLES_H
#define LIBHTTP_CLIENT_HANDLES_H

#include <libhttp/info.h>
#include <libhttp/options.h>
#include <libhttp/response.h>
#include <libhttp/wait.h>

#include "client/destination.h"
#include "client/message.h"
#include "client/session.h"
#include "wire/body.h"
#include "wire/framing.h"
#include "wire/request.h"

/* Where a request's body stands. */
enum upload_kind {
    UPLOAD_NONE,    /* no body, or all of it is in the output buffer */
    UPLOAD_LENGTH,  /* `left` bytes are still owed */
    UPLOAD_CHUNKED, /* each send is a chunk, until finish */
    UPLOAD_RAW      /* the caller's own Transfer-Encoding: bytes pass as they are */
};

/* Expect: 100-continue (RFC 9110 10.1.1). */
enum expect_phase { EXPECT_NONE, EXPECT_WAITING, EXPECT_GO };

struct upload {
    uint8_t kind;   /* enum upload_kind */
    uint8_t expect; /* enum expect_phase */
    bool early;     /* a final response cut the body short: it waits in the session's input */
    bool broken;    /* more was sent than declared: the connection isn't kept */
    bool whole_fd;  /* all that a descriptor gives is the body, however long it was declared */
    int64_t left;
    size_t
        held_from; /* bytes at the output's start that are the head: what follows waits for 100 */
    struct failure failure; /* why sending failed, kept while the response is looked for (C-54) */
};

/* What a request needs until it is answered; kept for the next one. */
struct exchange {
    struct request request;
    struct upload upload;
    struct buf output; /* head, and body that was put, on their way */
    struct buf target; /* the request's, for libhttp_response_url */
    size_t untold;     /* bytes at the output's start: a head whose debug lines are due */
    struct messages interim;
};

struct debug {
    int32_t level;
    int32_t fd;       /* -1: kept in `kept` */
    struct buf *kept; /* allocated at first use */
    struct buf *given;
};

struct libhttp_connection {
    atomic_int references;
    bool freed;    /* the user's reference is gone */
    uint8_t state; /* LIBHTTP_STATE_… */
    bool look_due; /* a new exchange: look at the idle session before its first byte leaves */
    bool at_once;  /* the exchange has just begun, and its first bytes leave in the same call */
    bool sending_failed; /* the last exchange ended so: its upload.failure tells why, to getresponse
                            too (C-54) */
    struct settings *settings;
    struct canceller *canceller;
    struct destination destination;
    struct session *session; /* or NULL: not connected */
    bool session_given; /* set_fd or set_carried was the last to say where: never opened anew */
    struct exchange *exchange;       /* NULL before the first request, and after trim */
    uint32_t head_bytes;             /* of the interim heads so far */
    struct libhttp_response *unread; /* the last response, while its body is unread and shares the
                                        session; not counted */
    struct libhttp_response *spare;  /* for the next response */
    struct tunnel *tunnel;           /* the last proxy's answer, or NULL */
    int64_t times[LIBHTTP_TIME_COMPLETE + 1]; /* clock_now() of each; 0: not yet */
    int64_t started;
    int64_t bytes_in, bytes_out;
    char *peer_text;
    char *alpn_text;
    struct debug debug;
    struct failure failure;
};

struct libhttp_response {
    struct libhttp_connection *connection; /* one reference */
    struct session *session;               /* while bytes may still come; else NULL */
    struct message message;
    const char *url;    /* in the message's block, as what follows */
    const char *came;   /* what of the body came with its head and is unread: */
    uint32_t came_left; /* so many bytes, and nothing but the body's */
    struct messages interim;
    struct message trailers;
    struct body body;
    struct buf ahead; /* body bytes that peek or readline have received already */
    struct buf all;   /* what read_all has collected */
    uint8_t version;
    bool persists; /* the connection will be kept */
    bool detached; /* it took the transport along (C-21) */
    bool ended;    /* the body's end was reached */
    bool closed;   /* by close() of it or of its connection */
    bool filling;  /* read() is under way: it wants its buffer full */
    bool stream_taken;
    bool is_stream;
    int32_t broken;       /* the error that ended the body; given again by each later read */
    bool told;            /* that error has gone out */
    bool all_given;       /* read_all has given `all`: the next one begins anew */
    size_t line_searched; /* bytes of `ahead` that readline has searched for LF */
    int32_t debuglevel;
    struct failure failure;
};

/* The body's end was reached, and all of it was given. */
static inline bool response_is_read(const struct libhttp_response *r)
{
    return r->ended && buf_length(&r->ahead) == 0;
}

struct libhttp_stream {
    struct libhttp_connection *connection; /* one reference */
    struct session *session;
    bool closed;
    bool write_ended;
    int read_error;      /* errno of the read that failed: no later one ends like a whole stream */
    struct buf detached; /* unread bytes that went with the descriptor */
    struct failure failure;
};

/* References of a connection. */
void connection_destroy(struct libhttp_connection *c); /* for connection_unref alone */

static inline struct libhttp_connection *connection_ref(struct libhttp_connection *c)
{
    atomic_fetch_add_explicit(&c->references, 1, memory_order_relaxed);
    return c;
}

/* NULL is fine. */
static inline void connection_unref(struct libhttp_connection *c)
{
    if (c && atomic_fetch_sub_explicit(&c->references, 1, memory_order_acq_rel) == 1)
        connection_destroy(c);
}

/* Gives the session up without closing it for others who hold it. */
void connection_drop_session(struct libhttp_connection *c);

/* Back to idle after an exchange that went wrong: closes the transport, forgets what was put. */
void connection_reset(struct libhttp_connection *c);

/* Notes what an exchange took so far, or as a whole, unless another has begun since (C-132). */
void connection_measure(struct libhttp_connection *c, struct session *s, bool whole);

/* Notes that an exchange is complete: its session stays for the next, or goes. */
void connection_exchange_done(struct libhttp_connection *c, struct session *s, bool persists);

/* Gives back what an idle connection can do without; nothing where it isn't idle. */
void connection_trim(struct libhttp_connection *c);

/* Forgets what a response held, for the next one; its block and memory stay. */
void response_clear(struct libhttp_response *r);

/* Frees a response that has no user. NULL is fine. */
void response_destroy(struct libhttp_response *r);

#endif
