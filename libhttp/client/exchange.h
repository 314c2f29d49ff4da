/* SPDX-License-Identifier: MIT */
/* exchange: one request and its response on a connection: readiness, heads received, the response
 * made. */
#ifndef LIBHTTP_CLIENT_EXCHANGE_H
#define LIBHTTP_CLIENT_EXCHANGE_H

#include "client/handles.h"

/* NULL: out of memory. */
struct exchange *exchange_new(void);
void exchange_free(struct exchange *x); /* NULL is fine */

/* For the next request; memory stays. */
void exchange_clear(struct exchange *x);

/*
 * Makes the connection fit to move bytes of the exchange: opens a session where there is none,
 * looks at an idle one before its first use (C-105), notices forks and cancels. `open_anyway`:
 * connect() was called, auto_open doesn't matter. OK, AGAIN, or why it can't be (the connection is
 * reset then).
 */
int32_t exchange_ready(struct libhttp_connection *c, bool open_anyway);

/* NOT_CONNECTED where no host is set, or the last try to set where and how to connect failed. */
int32_t exchange_check_destination(struct libhttp_connection *c);

/* The limits for the next head: the interim heads before it count (C-71). */
struct head_limits exchange_limits(const struct libhttp_connection *c);

/* Keeps an interim head (C-69); a 100 lets a waiting body go. */
int32_t exchange_take_interim(struct libhttp_connection *c, const struct head *h, const char *data,
                              struct failure *failure);

static inline bool head_is_interim(const struct head *h)
{
    return h->status < 200 && h->status != 101;
}

/* One step of getresponse: moves the output, receives the head, makes the response. */
int32_t exchange_respond(struct libhttp_connection *c, struct libhttp_response **ret);

#endif
