/* SPDX-License-Identifier: MIT */
/*
 * tls_sessions: what a configuration remembers of its peers to resume sessions with them, and
 * with nobody else (T-47). Bounded; for any thread. The child of a fork starts with an empty
 * one: a ticket of TLS 1.3 is for one use (RFC 8446 C.4).
 */
#ifndef LIBHTTP_NET_TLS_SESSIONS_H
#define LIBHTTP_NET_TLS_SESSIONS_H

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Peers remembered; the one that was least recently used makes room for a new one. */
#define TLS_SESSIONS_PEERS 64
/* Tickets of one peer; servers give two or four after a handshake. */
#define TLS_SESSIONS_TICKETS 4

struct tls_session_peer {
    char *key; /* NULL: free */
    uint64_t used;
    size_t count;
    SSL_SESSION *tickets[TLS_SESSIONS_TICKETS]; /* the newest last */
};

struct tls_sessions {
    pthread_mutex_t lock;
    atomic_uint generation; /* of the process that it belongs to */
    uint64_t clock;         /* counts uses */
    struct tls_session_peer peers[TLS_SESSIONS_PEERS];
};

void tls_sessions_init(struct tls_sessions *s);
void tls_sessions_done(struct tls_sessions *s);

/* Takes over one reference; out of memory only forgets the session. */
void tls_sessions_put(struct tls_sessions *s, const char *key, SSL_SESSION *session);

/*
 * A session to offer, whose reference is the caller's; NULL: none. Those of TLS 1.3 are taken
 * out, older ones stay.
 */
SSL_SESSION *tls_sessions_take(struct tls_sessions *s, const char *key);

#endif
