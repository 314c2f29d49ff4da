/* SPDX-License-Identifier: MIT */
/* The peer's own side, in its process: for PEER_CALL and for the steps themselves. */
#ifndef TESTS_SUPPORT_PEER_SIDE_H
#define TESTS_SUPPORT_PEER_SIDE_H

#include <openssl/ssl.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "support/peer.h"

enum {
    PEER_RECORD_MAX = 64 << 20,
    PEER_CONNECTIONS_MAX = 512,
    PEER_COMPLAINTS_MAX = 8,
};

/* What both processes see. Mapped once, shared; pages that nobody writes cost nothing. */
struct peer_shared {
    sem_t gates; /* opened, and not yet gone through */
    atomic_size_t received;
    atomic_int connections;
    atomic_int handshakes;
    atomic_int resumptions;
    atomic_int complaints;
    size_t connection_start[PEER_CONNECTIONS_MAX];
    char complaint[PEER_COMPLAINTS_MAX][600];
    char sni[300];
    char alpn[300];
    char record[PEER_RECORD_MAX + 1];
};

struct peer_side {
    struct peer_options options;
    struct peer_shared *shared;
    int listener;
    int fd;
    SSL_CTX *tls;
    SSL *ssl;
    int wait_ms;
    int step; /* counted from 1, for messages */
    char *pending;
    size_t pending_length;
    size_t pending_room;
};

/* Runs the script to its end. */
void peer_side_run(struct peer_side *side, const struct peer_step *steps);

/* A failure of the script, which peer_finish will tell. */
void peer_complain(struct peer_side *side, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Waits for input on the current descriptor (or the listener): 1, or 0 after ms. */
int peer_poll(int fd, int ms);

bool peer_accept(struct peer_side *side);
/* All of the bytes; false where the client has gone. */
bool peer_write(struct peer_side *side, const void *data, size_t length);
/* Some bytes into pending; 0 at the end, -1 for an error, -2 for none within the time. */
int peer_read_more(struct peer_side *side, int ms);
/* Takes n bytes off pending into the record, unless record is false. */
void peer_take(struct peer_side *side, size_t n, bool record);

enum peer_ending { PEER_END_ORDERLY, PEER_END_CUT, PEER_END_RESET };
void peer_close(struct peer_side *side, enum peer_ending ending);

/* peer_tls.c */
void peer_tls_setup(struct peer_side *side);
bool peer_tls_accept(struct peer_side *side);
/* Whether a call of OpenSSL's was only interrupted. */
bool peer_tls_interrupted(const struct peer_side *side, int status);
void peer_tls_step(struct peer_side *side, const struct peer_step *step);

#endif
