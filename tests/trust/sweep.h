/* SPDX-License-Identifier: MIT */
/*
 * Fault sweeps: typical exchanges, run over and over, each time with another fault. After each run
 * the exchange has ended rightly or with a clear error, nothing has leaked, and the same handle
 * does the same exchange without a fault.
 */
#ifndef TESTS_TRUST_SWEEP_H
#define TESTS_TRUST_SWEEP_H

#include <libhttp/http.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/modes.h"

/* What the peer answers to exactly these bytes. */
struct sweep_turn {
    const char *want; /* NULL: the list's end */
    const char *answer;
    enum { TURN_GOES_ON, TURN_CLOSES, TURN_OPENS_TUNNEL } then;
    bool in_tunnel; /* only behind a turn that opened one */
};

enum { SWEEP_TURNS_MAX = 6 };

/* Beside the statuses: what came was wrong, and the test has said so; the body was whole, and its
 * trailers cut off (C-83). */
enum { SWEEP_WRONG = 1000, SWEEP_TRAILERS_LOST = 1001 };

/* An error as its handle told it. */
struct sweep_failure {
    int32_t code;   /* 0: it told none */
    int32_t number; /* errno */
    char text[200];
};

struct sweep_run {
    struct client *k;
    const struct sweep_exchange *exchange;
    libhttp_headers *fields; /* Host: h.example, what the exchange adds; made before any fault */
    libhttp_headers *trailers;
    libhttp_tls_config *tls;
    int file; /* "body of a file" */
    int sink; /* of what debugging writes, or -1 */
    int port;
    bool may_end_early; /* what came is all there is: a cut that can't be told from an end */
    struct sweep_failure failure;
};

struct sweep_exchange {
    const char *name;
    int32_t (*run)(struct sweep_run *x);
    const char *field, *value; /* a field more */
    bool tls;                  /* within the tunnel where there is one */
    bool tunnel;
    bool closes_count; /* a body until close: EOF ends it like its end */
    /* How the transport comes about where we open it: as usual with an address given in advance. */
    enum { BY_ADDRESS, BY_NAME, BY_UNIX, BY_DESCRIPTOR, FROM_SOURCE } way;
    bool debugs;
    bool resumes; /* TLS sessions */
    struct sweep_turn turns[SWEEP_TURNS_MAX];
};

/* The list; its last has no name. */
extern const struct sweep_exchange sweep_exchanges[];

/* The peer's certificate, for h.example, and the authority to trust. */
struct cert;
const struct cert *sweep_leaf(void);
const struct cert *sweep_authority(void);

/* In carried mode a new transport, which can fail; else nothing. For the exchanges. */
int32_t sweep_renew(struct sweep_run *x);

/* What the peer does with the bytes it sends during one run. */
enum sweep_cut { CUT_NEVER, CUT_CLOSE, CUT_RESET, CUT_STOP, CUTS };

struct sweep_peer;
struct sweep_peer *sweep_peer_start(const struct sweep_exchange *exchange);
int sweep_peer_port(const struct sweep_peer *peer);
const char *sweep_peer_path(const struct sweep_peer *peer); /* BY_UNIX, else NULL */
/* A new run: the peer's next connections send `limit` bytes in all before the cut. */
void sweep_peer_begin(struct sweep_peer *peer, enum sweep_cut cut, int64_t limit);
/* Whether all that it received since this was asked last was what the exchange's turns want. */
bool sweep_peer_is_content(struct sweep_peer *peer);
/* The bytes it sent in this run. */
int64_t sweep_peer_sent(const struct sweep_peer *peer);
void sweep_peer_stop(struct sweep_peer *peer);

/* One fault: begin is called right before the exchange, end right after it. */
struct sweep_fault {
    void (*begin)(const struct sweep_fault *fault);
    /* Whether the fault struck; false ends a sweep. */
    bool (*end)(const struct sweep_fault *fault);
    int64_t at; /* the how-manieth */
    bool ever_after;
    int number; /* an errno, a kind */
    enum sweep_cut cut;
    int64_t limit;
    int64_t idle_ms;  /* 0: the usual */
    int64_t may_leak; /* bytes that OpenSSL is known to lose without memory */
    /* Whether this error may come of it; NULL: any that is clear. */
    bool (*accepts)(const struct sweep_fault *fault, const struct sweep_failure *failure);
    /* Whether OpenSSL may leave out an algorithm for good, saying nothing. */
    bool may_cripple;
    const char *what;
};

struct sweep_result {
    bool good, struck;
    int32_t status;
    int64_t sent; /* by the peer */
};

/* A peer and a mode for one exchange, for many points. */
struct sweep {
    const struct sweep_exchange *exchange;
    enum drive_mode mode;
    struct sweep_peer *peer;
    int64_t points;
    int64_t ended;    /* points at which an error ended the exchange */
    int64_t leaks;    /* points at which memory was lost, also where that is allowed */
    int64_t crippled; /* points behind which the TLS configuration lacks an algorithm */
    int wrong;
};

void sweep_begin(struct sweep *s, const struct sweep_exchange *exchange, enum drive_mode mode);
struct sweep_result sweep_point(struct sweep *s, const struct sweep_fault *fault);
void sweep_end(struct sweep *s);

/* Whether the long form was asked for, by SWEEP_ALL=1: each point, not some of them. */
bool sweep_all(void);
/* How far points are apart, more than 1 under valgrind, and how many to leave out before the first:
 * one more each time, so that in many sweeps each has its turn. */
int64_t sweep_stride(void);
int64_t sweep_skips(void);
/* The whole list in each mode; `each` sweeps one exchange. */
void sweep_everything(const char *ids, const char *what, void (*each)(struct sweep *s));

#endif
