/* SPDX-License-Identifier: MIT */
/*
 * A TLS link of the library and an OpenSSL server, joined in memory: no sockets, no threads, every
 * byte between them in the test's hand. What cannot be made bails out.
 *
 *     struct tls_pair pair;
 *     tls_pair_init(&pair, leaf, &(struct tls_pair_options){.alpn = "h2"});
 *     is(tls_pair_open(&pair, config, "a.example", "key"), LIBHTTP_OK, "...");
 *     SSL_write(pair.server, ...); tls_pair_move(&pair); net_read(&pair.net, pair.tls, ...);
 *     tls_pair_done(&pair);
 */
#ifndef TESTS_SUPPORT_TLS_PAIR_H
#define TESTS_SUPPORT_TLS_PAIR_H

#include <libhttp/tls_config.h>
#include <openssl/ssl.h>

#include "net/tls.h"
#include "support/certs.h"
#include "support/net.h"

struct tls_pair_options {
    int version;      /* TLS1_2_VERSION or TLS1_3_VERSION; 0: any */
    const char *alpn; /* the protocol that the server chooses, whatever is offered; NULL: none */
    const struct cert *client_ca; /* a client certificate of this authority is demanded */
    const char *ciphers;
    size_t step; /* bytes handed over at once; 0: all that there are */
    bool cut;    /* the client gets only cut_after bytes, and EOF behind them */
    size_t cut_after;
    SSL_CTX *ctx; /* another pair's server, whose tickets are good here too; NULL: one of its own */
};

struct tls_pair {
    struct net net;
    struct transport *memory; /* owned by tls once there is one */
    struct transport *tls;    /* NULL: not opened */
    SSL_CTX *ctx;
    SSL *server;
    BIO *to_server;
    BIO *to_client;
    struct tls_pair_options options;
    size_t received; /* bytes that the client sent so far */
    size_t fed;      /* bytes that it got so far */
};

void tls_pair_init(struct tls_pair *pair, const struct cert *cert,
                   const struct tls_pair_options *options);
void tls_pair_done(struct tls_pair *pair);

/* Makes the link and shakes hands; the client's status. */
int32_t tls_pair_open(struct tls_pair *pair, libhttp_tls_config *config, const char *name,
                      const char *session_key);
/* The handshake alone, for a link made otherwise. */
int32_t tls_pair_shake_hands(struct tls_pair *pair);

/* Hands over what both sides have written. Whether there was anything. */
bool tls_pair_move(struct tls_pair *pair);
/* One direction; at most `most` bytes, 0: all. How many. */
size_t tls_pair_to_server(struct tls_pair *pair, size_t most);
size_t tls_pair_to_client(struct tls_pair *pair, size_t most);

/* The server writes, or reads all there is; the bytes are moved. */
void tls_pair_say(struct tls_pair *pair, const void *data, size_t length);
size_t tls_pair_hear(struct tls_pair *pair, void *room, size_t size);

/* A configuration that trusts this authority alone. */
libhttp_tls_config *tls_pair_config(const struct cert *ca);

#endif
