/* SPDX-License-Identifier: MIT */
/*
 * A TLS server for targets: OpenSSL's, in memory, every byte in the target's hand. Keys are
 * Ed25519, whose signatures are all of one length, so that an input always means the same.
 */
#ifndef TESTS_FUZZ_SERVER_H
#define TESTS_FUZZ_SERVER_H

#include <openssl/ssl.h>

#include "fuzz/fuzz.h"

/* The certificate of the authority that signs them all, in PEM; made once. */
struct fuzz_text server_authority(void);

/* A name of a certificate's; type is GEN_DNS, GEN_IPADD, ... */
struct server_name {
    int type;
    struct fuzz_text text;
};

struct server_names {
    struct fuzz_text common; /* none where empty */
    const struct server_name *list;
    size_t count;
    struct fuzz_text der; /* the whole extension as it is, in place of the list */
};

/* A server's context, with a certificate for these names; freed by the caller. */
SSL_CTX *server_context(const struct server_names *names);

/* Who was connected, and what there is to say to it. Freed by SSL_free. */
SSL *server_new(SSL_CTX *ctx);

/* Bytes from the client: the handshake goes on, what the client says is taken away. */
void server_hear(SSL *server, const void *data, size_t length);

/* What is to be sent to the client, and that this much of it has been. */
struct fuzz_text server_output(SSL *server);
void server_was_sent(SSL *server, size_t length);

#endif
