/* SPDX-License-Identifier: MIT */
/* drive: the one place that waits. Steps give AGAIN; in blocking mode drive_wait sleeps until
 * another try makes sense. */
#ifndef LIBHTTP_CLIENT_DRIVE_H
#define LIBHTTP_CLIENT_DRIVE_H

#include "client/session.h"

/*
 * For the loop around a step: true where the step is to be made again, false where *status stands:
 *     do
 *         status = step(…);
 *     while (drive_again(session, &status, failure));
 */
bool drive_waited(struct session *s, int32_t *status, struct failure *failure);

static inline bool drive_again(struct session *s, int32_t *status, struct failure *failure)
{
    return *status == LIBHTTP_AGAIN && drive_waited(s, status, failure);
}

/*
 * Whether a caller's descriptor (a pipe) can be read from: OK, or AGAIN where it can't. With
 * `waits` it is given a moment, and an error is given where a deadline has passed: for a loop that
 * looks after the peer and a cancel, neither of which can wake it.
 */
int32_t drive_readable(struct session *s, int fd, bool waits, struct failure *failure);

#endif
