/* SPDX-License-Identifier: MIT */
/* What the parts of the bench's server share. */
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

struct side {
    int fd;
    SSL *ssl; /* NULL: plain */
};

/* Makes what the answers are written from. */
void answer_prepare(void);
/* Takes one request and answers it; false where the connection is over. */
bool answer_one(const struct side *s);

/* Accepts; false where the handshake fails, and the side is closed then. */
bool side_accept(struct side *s, int listener, SSL_CTX *context);
void side_close(struct side *s);

/* Serves as many connections at once as come, each request as it comes. */
_Noreturn void crowd_serve(int listener, SSL_CTX *context);

_Noreturn void server_fail(const char *why);

#endif
