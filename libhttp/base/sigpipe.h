/* SPDX-License-Identifier: MIT */
/*
 * sigpipe: for writing where MSG_NOSIGNAL can't be said: SIGPIPE is held back from this thread and
 * taken away (T-38), and SIGXFSZ, of a file at its limit, as well.
 */
#ifndef LIBHTTP_BASE_SIGPIPE_H
#define LIBHTTP_BASE_SIGPIPE_H

#include <signal.h>
#include <stdbool.h>

struct sigpipe {
    sigset_t before;
    sigset_t ours; /* those that were not pending before */
};

void sigpipe_hold(struct sigpipe *s);

/* `raised`: the signal may have come meanwhile. errno is kept. */
void sigpipe_release(const struct sigpipe *s, bool raised);

#endif
