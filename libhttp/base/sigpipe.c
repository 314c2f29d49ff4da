/* SPDX-License-Identifier: MIT */
#include "base/sigpipe.h"

#include <errno.h>

static sigset_t only_sigpipe(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return set;
}

/* One that is pending, for the caller blocks it himself, stays. */
void sigpipe_hold(struct sigpipe *s)
{
    sigset_t set = only_sigpipe();
    sigset_t pending;

    pthread_sigmask(SIG_BLOCK, &set, &s->before);
    sigemptyset(&pending);
    sigpending(&pending);
    s->was_pending = sigismember(&pending, SIGPIPE) == 1;
}

/* The signal is the thread's own, and blocked until here. */
void sigpipe_release(const struct sigpipe *s, bool raised)
{
    sigset_t set = only_sigpipe();
    int error = errno;

    if (raised && !s->was_pending)
        sigtimedwait(&set, NULL, &(struct timespec){0}); /* it doesn't wait: no EINTR */
    pthread_sigmask(SIG_SETMASK, &s->before, NULL);
    errno = error;
}
