/* SPDX-License-Identifier: MIT */
/* tls_link: one TLS connection, as the files that make it up see it. */
#ifndef LIBHTTP_NET_TLS_LINK_H
#define LIBHTTP_NET_TLS_LINK_H

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/buf.h"
#include "net/tls_context.h"
#include "net/tls_errors.h"

/*
 * Plaintext of one record (RFC 8446 5.1), and of one call: so many records leave in one system
 * call.
 */
#define TLS_RECORD     (16u * 1024u)
#define TLS_WRITE_MOST (4u * TLS_RECORD)

/*
 * Ciphertext that waits to be sent. Writing stops while any waits; reading, which makes answers
 * to key updates and alerts too, goes on until so much waits (T-49), and one reading can't make
 * more than as much again.
 */
#define TLS_UNSENT_STOP (128u * 1024u)
#define TLS_UNSENT_MAX  (2u * TLS_UNSENT_STOP)

/* A body longer than this is received through a buffer of several records. */
#define TLS_BULK_AFTER  (1024u * 1024u)
#define TLS_BULK_BUFFER (65u * 1024u)

enum tls_buffer { TLS_BUFFER_SMALL, TLS_BUFFER_CHANGING, TLS_BUFFER_LARGE };

struct tls {
    struct transport base;
    struct tls_context *context; /* a reference */
    SSL *ssl;
    char *name;        /* of the peer, without a trailing dot and zone id */
    char *session_key; /* NULL: sessions are not resumed */
    bool is_ip;
    bool open; /* the handshake is complete and the peer is who it should be */
    int64_t handshaken_at;
    unsigned long reason;       /* why nothing works any more: OpenSSL's error; 0: it does */
    struct buf unsent;          /* ciphertext */
    int send_error;             /* errno by which some of it was lost; 0: none was */
    char *file_block;           /* a piece of a file on its way, or NULL */
    unsigned char *certificate; /* DER, OpenSSL's memory, or NULL */
    int certificate_length;
    uint8_t buffer;    /* enum tls_buffer */
    uint64_t received; /* plaintext since the buffer was small */

    /* The call under way, for tls_bio.c: */
    struct host_errors *host;
    struct failure *failure;
    int32_t below;    /* what the link below said last: OK, AGAIN or an error */
    bool asked;       /* it has been read from in this call: one call may sleep once */
    bool filling;     /* the caller has bytes already: only what is here */
    bool ended;       /* it gave EOF */
    bool smooth;      /* all that was asked of OpenSSL went well */
    bool shook_hands; /* it has seen an alert or a message of a handshake */
};

static inline struct tls *tls_of(const struct transport *t)
{
    return (struct tls *)(uintptr_t)t;
}

/* Each slot begins and ends with these. */
struct tls *tls_enter(const struct transport *t, struct failure *failure);
void tls_leave(struct tls *tls);

/* tls_bio.c: sends what waits: AGAIN while some is left. */
int32_t tls_flush(struct tls *tls, struct failure *failure);
/* The same where an error may be left for later: who reads wants what the peer has sent before.
 * False where memory was missing: waiting gives none. */
bool tls_flush_quietly(struct tls *tls);

/* tls.c: before anything is done: CANCELLED, or why TLS doesn't work any more. */
int32_t tls_check(struct tls *tls, const char *doing);
/* Why an operation of OpenSSL's failed: AGAIN or an error. `doing` is for the sentence. */
int32_t tls_failed(struct tls *tls, const char *doing);

/* tls_read.c, tls_write.c, tls_handshake.c: slots. */
int32_t tls_read(struct transport *t, const struct iovec *areas, int count, size_t *ret_got,
                 struct failure *failure);
int32_t tls_look(struct transport *t, struct failure *failure);
bool tls_has_input(const struct transport *t);
void tls_trim(struct transport *t);
int32_t tls_write(struct transport *t, const struct iovec *areas, int count, size_t *ret_put,
                  struct failure *failure);
int32_t tls_send_file(struct transport *t, int fd, int64_t length, int64_t *ret_put,
                      struct failure *failure);
int32_t tls_shutdown_write(struct transport *t, struct failure *failure);
int32_t tls_advance(struct transport *t, int64_t now, struct failure *failure);

/* tls_verify.c: tells OpenSSL whom to expect, before the handshake; and looks again after it. */
bool tls_expect_peer(struct tls *tls);
int32_t tls_check_peer(struct tls *tls);
/* The sentence for a handshake that ended because of the certificate. */
int32_t tls_fail_certificate(struct tls *tls);

#endif
