/* SPDX-License-Identifier: MIT */
/* open: the one place that decides the stack of transports: TCP, Unix or given; a tunnel; TLS. */
#ifndef LIBHTTP_CLIENT_OPEN_H
#define LIBHTTP_CLIENT_OPEN_H

#include "client/destination.h"
#include "client/session.h"

/*
 * Goes on opening a session; idempotent. OK: open. AGAIN: see session_wait. An error: the session
 * is to be closed.
 */
int32_t session_open(struct session *s, const struct destination *d, struct failure *failure);

#endif
