/* SPDX-License-Identifier: MIT */
#include "base/sigpipe.h"

#include <errno.h>
#include <stddef.h>

/* One that is pending, for the caller blocks it himself, stays. */
void sigpipe_hold(struct sigpipe *s)
{
    sigset_t pending;

    sigemptyset(&s->ours);
    sigaddset(&s->ours, SIGPIPE);
    sigaddset(&s->ours, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &s->ours, &s->before);
    sigemptyset(&pending);
    sigpending(&pending);
    if (sigismember(&pending, SIGPIPE) == 1)
        sigdelset(&s->ours, SIGPIPE);
    if (sigismember(&pending, SIGXFSZ) == 1)
        sigdelset(&s->ours, SIGXFSZ);
}

/* The signal is the thread's own, and blocked until here. */
void sigpipe_release(const struct sigpipe *s, bool raised)
{
    int error = errno;

    if (raised)
        sigtimedwait(&s->ours, NULL, &(struct timespec){0}); /* it doesn't wait: no EINTR */
    pthread_sigmask(SIG_SETMASK, &s->before, NULL);
    errno = error;
}
