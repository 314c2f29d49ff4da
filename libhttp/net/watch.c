/* SPDX-License-Identifier: MIT */
/* watch: epoll. */
#include "net/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "net/descriptor.h"

/* What one look at an epoll descriptor takes in; the rest is still ready at the next. */
#define READY_AT_ONCE 16

static bool control(int watch, int operation, int fd, int32_t wants, uint32_t tag)
{
    struct epoll_event event = {.data.u32 = tag};

    if (wants & WANT_READ)
        event.events |= EPOLLIN;
    if (wants & WANT_WRITE)
        event.events |= EPOLLOUT;
    return epoll_ctl(watch, operation, fd, &event) == 0;
}

static bool fill(int watch, struct cancel_point *cancel)
{
    int event = cancel_point_event(cancel);

    return event >= 0 && fcntl(watch, F_SETFL, O_NONBLOCK) == 0 &&
           watch_add(watch, event, WANT_READ, WATCH_CANCEL);
}

int watch_open(struct cancel_point *cancel)
{
    int watch = descriptor_apart(epoll_create1(EPOLL_CLOEXEC));
    int error;

    if (watch >= 0 && !fill(watch, cancel)) {
        error = errno;
        close(watch);
        errno = error;
        return -1;
    }
    return watch;
}

bool watch_add(int watch, int fd, int32_t wants, uint32_t tag)
{
    return control(watch, EPOLL_CTL_ADD, fd, wants, tag);
}

bool watch_change(int watch, int fd, int32_t wants, uint32_t tag)
{
    return control(watch, EPOLL_CTL_MOD, fd, wants, tag);
}

void watch_remove(int watch, int fd)
{
    control(watch, EPOLL_CTL_DEL, fd, 0, 0);
}

int watch_ready(int watch, uint32_t *tags, int most)
{
    struct epoll_event events[READY_AT_ONCE];
    int count = epoll_wait(watch, events, most < READY_AT_ONCE ? most : READY_AT_ONCE, 0);

    for (int i = 0; i < count; i++)
        tags[i] = events[i].data.u32;
    return count < 0 ? 0 : count;
}
