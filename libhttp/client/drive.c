/* SPDX-License-Identifier: MIT */
#include "client/drive.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

static int poll_timeout(int64_t deadline)
{
    int64_t left = clock_left(clock_now(), deadline);

    return left > INT_MAX ? INT_MAX : (int)left;
}

static short poll_events(int32_t events)
{
    return (short)(((events & WANT_READ) ? POLLIN : 0) | ((events & WANT_WRITE) ? POLLOUT : 0));
}

/*
 * OK: try again. AGAIN: this session isn't to be waited for (non-blocking or carried mode). Where
 * poll fails, the next step does, and leaves things as its failures do (C-23); an error only where
 * that step has not seen to it.
 */
static int32_t wait_for(struct session *s, struct failure *failure)
{
    struct wait wait;
    struct pollfd pollfd;

    if (s->settings->nonblocking || s->carried)
        return LIBHTTP_AGAIN;
    session_wait(s, &wait);
    pollfd = (struct pollfd){.fd = wait.fd, .events = poll_events(wait.events)};
    /* EINTR is no reason to wait on: the step looks at the clock, and comes back. */
    if (poll(&pollfd, 1, poll_timeout(wait.deadline)) < 0 && errno != EINTR) {
        if (s->wait_error)
            return fail_os(failure, LIBHTTP_E_OS, errno, "poll");
        s->wait_error = errno;
    }
    return LIBHTTP_OK;
}

bool drive_waited(struct session *s, int32_t *status, struct failure *failure)
{
    int32_t waited = wait_for(s, failure);

    if (waited == LIBHTTP_OK)
        return true;
    *status = waited;
    return false;
}

/* How often a wait for somebody else's descriptor looks for what can't wake it. */
#define LOOK_MS 50

int32_t drive_readable(struct session *s, int fd, bool waits, struct failure *failure)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};
    int ready;

    do
        ready = poll(&pollfd, 1, waits ? LOOK_MS : 0);
    while (ready < 0 && errno == EINTR && !waits); /* it has not looked yet */
    if (ready > 0)
        return LIBHTTP_OK; /* readable, or broken: read tells */
    if (ready < 0 && errno != EINTR)
        return fail_os(failure, LIBHTTP_E_OS, errno, "poll");
    return waits ? session_blocked(s, failure) : LIBHTTP_AGAIN;
}
