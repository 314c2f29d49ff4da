/* SPDX-License-Identifier: MIT */
/*
 * A response carried to a connection by hand, without any socket, in pieces of every size; or
 * through a socket pair, so that the same test sees the other modes.
 *
 *     struct carry x = {.data = bytes, .length = n, .piece = 1, .end = true};
 *     carry_open(&x);
 *     carry_request(&x, "GET", "/", "Upgrade: x");
 *     carry_getresponse(&x, &response);
 *     do
 *         status = libhttp_response_read(response, buffer, sizeof buffer, &got);
 *     while (carry_again(&x, status));
 *     carry_close(&x);
 */
#ifndef TESTS_SUPPORT_CARRY_H
#define TESTS_SUPPORT_CARRY_H

#include <libhttp/http.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CARRY_BLOCKING: everything is there at once, and nothing may be asked for that never comes. */
enum carry_way { CARRY_BY_HAND, CARRY_NONBLOCKING, CARRY_BLOCKING };

struct carry {
    libhttp_connection *c;
    const char *data; /* what the peer will send */
    size_t length;
    size_t at;       /* what was fed so far */
    size_t first;    /* the first piece up to here; 0: none */
    size_t piece;    /* bytes of each further piece; 0: all that is left */
    uint32_t random; /* another than 0: pieces of any size, as this says */
    enum carry_way way;
    int peer;   /* the other end of the socket pair */
    bool end;   /* the peer closes behind the last byte */
    bool apart; /* and that is learned in a step of its own */
    bool ended; /* it has been */
};

/* A connection to "h", carried as x->way says. Bails out where that fails. */
void carry_open(struct carry *x);

/* Another response for the same connection, or for a new transport of it. */
void carry_next(struct carry *x, const char *data, size_t length);

/* Puts a request without a body and takes its bytes away: true where that went well. `field`
 * ("Name: value") may be NULL. */
bool carry_request(struct carry *x, const char *method, const char *target, const char *field);

/* The bytes to be sent so far, taken away; at most size - 1, NUL-terminated. */
size_t carry_take(struct carry *x, char *out, size_t size);

/* Feeds the next piece. False: there was none. */
bool carry_feed(struct carry *x);
/* All that is left, while there is room. */
void carry_feed_all(struct carry *x);

/* True where a call gave AGAIN and there was something to feed: it should be made again. */
bool carry_again(struct carry *x, int32_t status);

/* getresponse, fed as long as it asks for more. */
int32_t carry_getresponse(struct carry *x, libhttp_response **ret);

void carry_close(struct carry *x);

#endif
