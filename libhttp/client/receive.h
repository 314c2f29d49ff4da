/* SPDX-License-Identifier: MIT */
/* receive: a session's next head: receives until one is complete in s->input, and parses it there.
 */
#ifndef LIBHTTP_CLIENT_RECEIVE_H
#define LIBHTTP_CLIENT_RECEIVE_H

#include "client/session.h"

/*
 * What to do with a complete head: `bytes` begin with it, and go on with what came along. Called
 * once; *used of them are used up afterwards, whatever it returns but for RECEIVE_KEEP: the head
 * alone, unless the taker makes it more.
 */
typedef int32_t receive_taker(void *what, const struct head *h, struct span bytes, size_t *used,
                              struct failure *failure);

/* A taker returns this where the head is to stay in s->input for a later call. No status of the
 * ABI. */
#define RECEIVE_KEEP 100

/*
 * Receives and parses until a head is complete; hands it to the taker and returns what that
 * returns. AGAIN: more must come (`nowait`: it isn't here). Errors: those of head_parse and
 * session_receive; EOF as head_at_eof says. A head that comes whole in one piece is never copied
 * but by the taker.
 */
int32_t receive_head(struct session *s, const struct head_limits *limits, bool nowait,
                     receive_taker *taker, void *what, struct failure *failure);

#endif
