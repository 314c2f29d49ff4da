/* SPDX-License-Identifier: MIT */
/* tls_sessions: see the header. */
#include "net/tls_sessions.h"

#include <stdlib.h>
#include <string.h>

#include "base/process.h"

/*
 * While one thread of a fork's child makes the cache anew; never a process's generation in
 * practice.
 */
#define CHANGING UINT32_MAX

void tls_sessions_init(struct tls_sessions *s)
{
    process_watch_forks();
    memset(s->peers, 0, sizeof s->peers);
    s->clock = 0;
    pthread_mutex_init(&s->lock, NULL);
    atomic_store(&s->generation, process_generation());
}

/*
 * The cache is the parent's: one of its threads may have held the lock at the fork, in the
 * middle of a change. So what is in it is given up unread.
 */
static bool adopt(struct tls_sessions *s, unsigned int seen, unsigned int now)
{
    if (seen == CHANGING || !atomic_compare_exchange_strong(&s->generation, &seen, CHANGING))
        return false;
    memset(s->peers, 0, sizeof s->peers);
    pthread_mutex_init(&s->lock, NULL);
    atomic_store(&s->generation, now);
    return true;
}

/* False: another thread is making it anew; a session more or less doesn't matter then. */
static bool lock(struct tls_sessions *s)
{
    unsigned int now = process_generation();
    unsigned int seen = atomic_load(&s->generation);

    if (seen != now && !adopt(s, seen, now))
        return false;
    pthread_mutex_lock(&s->lock);
    return true;
}

static void forget(struct tls_session_peer *peer)
{
    for (size_t i = 0; i < peer->count; i++)
        SSL_SESSION_free(peer->tickets[i]);
    free(peer->key);
    memset(peer, 0, sizeof *peer);
}

void tls_sessions_done(struct tls_sessions *s)
{
    if (!lock(s))
        return;
    for (size_t i = 0; i < TLS_SESSIONS_PEERS; i++)
        forget(&s->peers[i]);
    pthread_mutex_unlock(&s->lock);
    pthread_mutex_destroy(&s->lock);
}

static struct tls_session_peer *find(struct tls_sessions *s, const char *key)
{
    for (size_t i = 0; i < TLS_SESSIONS_PEERS; i++) {
        struct tls_session_peer *peer = &s->peers[i];

        if (peer->key && strcmp(peer->key, key) == 0) {
            peer->used = ++s->clock;
            return peer;
        }
    }
    return NULL;
}

/* A free place, or that of the peer which was used longest ago; NULL: out of memory. */
static struct tls_session_peer *make_room(struct tls_sessions *s, const char *key)
{
    struct tls_session_peer *oldest = &s->peers[0];
    char *copy = strdup(key);

    if (!copy)
        return NULL;
    for (size_t i = 1; i < TLS_SESSIONS_PEERS; i++) {
        if (s->peers[i].used < oldest->used)
            oldest = &s->peers[i];
    }
    forget(oldest);
    oldest->key = copy;
    oldest->used = ++s->clock;
    return oldest;
}

static SSL_SESSION *remove_at(struct tls_session_peer *peer, size_t at)
{
    SSL_SESSION *session = peer->tickets[at];

    peer->count--;
    memmove(&peer->tickets[at], &peer->tickets[at + 1],
            (peer->count - at) * sizeof peer->tickets[0]);
    return session;
}

static bool is_single_use(SSL_SESSION *session)
{
    return SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION;
}

static void add(struct tls_session_peer *peer, SSL_SESSION *session)
{
    /* One that may be used again makes all older ones needless. */
    while (peer->count == TLS_SESSIONS_TICKETS || (peer->count > 0 && !is_single_use(session)))
        SSL_SESSION_free(remove_at(peer, 0));
    peer->tickets[peer->count++] = session;
}

void tls_sessions_put(struct tls_sessions *s, const char *key, SSL_SESSION *session)
{
    struct tls_session_peer *peer = NULL;

    if (lock(s)) {
        peer = find(s, key);
        if (!peer)
            peer = make_room(s, key);
        if (peer)
            add(peer, session);
        pthread_mutex_unlock(&s->lock);
    }
    if (!peer)
        SSL_SESSION_free(session);
}

static SSL_SESSION *newest(struct tls_session_peer *peer)
{
    SSL_SESSION *session = peer->tickets[peer->count - 1];

    if (is_single_use(session))
        return remove_at(peer, peer->count - 1);
    SSL_SESSION_up_ref(session);
    return session;
}

/* The newest that can still be resumed: a connection that failed spoils its session. */
SSL_SESSION *tls_sessions_take(struct tls_sessions *s, const char *key)
{
    struct tls_session_peer *peer;
    SSL_SESSION *session = NULL;

    if (!lock(s))
        return NULL;
    peer = find(s, key);
    while (peer && peer->count > 0 && !session) {
        if (SSL_SESSION_is_resumable(peer->tickets[peer->count - 1]))
            session = newest(peer);
        else
            SSL_SESSION_free(remove_at(peer, peer->count - 1));
    }
    pthread_mutex_unlock(&s->lock);
    return session;
}
