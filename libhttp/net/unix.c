/* SPDX-License-Identifier: MIT */
/*
 * unix: connects to a Unix socket. Such a connect either succeeds at once or finds the backlog
 * full: then it can't be polled (EAGAIN, and poll says writable), nor is a sleeping one woken by
 * shutdown. So it is made again from time to time.
 */
#include "net/unix.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/limits.h"
#include "net/descriptor.h"
#include "net/link.h"
#include "net/watch.h"

struct unix_transport {
    struct socket_link link;
    int timer;        /* runs while the backlog is full; -1: hasn't yet */
    socklen_t length; /* of the address, which is link.info.peer */
};

static void close_timer(struct unix_transport *u)
{
    if (u->timer >= 0)
        close(u->timer);
    u->timer = -1;
}

static int32_t fail_connect(const struct unix_transport *u, int error, struct failure *failure)
{
    const char *path = u->link.info.peer.un.sun_path;
    size_t length = u->length - offsetof(struct sockaddr_un, sun_path);

    if (path[0] != '\0')
        length--; /* its NUL */
    return fail_os(failure, LIBHTTP_E_OS, error, "connect to the Unix socket %s",
                   QUOTE(span_of(path, length)));
}

/* A descriptor to wait on, that is readable every now and then. */
static int32_t start_timer(struct unix_transport *u, struct failure *failure)
{
    struct timespec pause = {.tv_nsec = LIMIT_UNIX_RETRY_MS * 1000000L};
    struct itimerspec often = {.it_interval = pause, .it_value = pause};
    int32_t status = link_open_watch(&u->link, failure);

    if (status < 0)
        return status;
    u->timer = descriptor_apart(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    if (u->timer < 0 || timerfd_settime(u->timer, 0, &often, NULL) < 0 ||
        !watch_add(u->link.watch, u->timer, WANT_READ, 0))
        return fail_os(failure, LIBHTTP_E_OS, errno, "no timer to wait on");
    return LIBHTTP_OK;
}

/* The number of times that it has run out doesn't matter; EAGAIN: it has not. */
static void rewind_timer(const struct unix_transport *u)
{
    uint64_t times;

    while (read(u->timer, &times, sizeof times) < 0 && errno == EINTR)
        continue;
}

static int32_t try_again_later(struct unix_transport *u, int64_t now, struct failure *failure)
{
    int32_t status = LIBHTTP_OK;

    if (u->timer < 0)
        status = start_timer(u, failure);
    else
        rewind_timer(u);
    u->link.call_at = clock_after(now, LIMIT_UNIX_RETRY_MS);
    return status < 0 ? status : LIBHTTP_AGAIN;
}

static int32_t unix_advance(struct transport *t, int64_t now, struct failure *failure)
{
    struct unix_transport *u = (struct unix_transport *)t;
    int error;

    if (!u->link.opening)
        return LIBHTTP_OK;
    if (cancel_point_cancelled(&t->io->cancel))
        return fail_cancelled(failure);
    if (u->link.fd < 0) {
        u->link.fd =
            descriptor_apart(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (u->link.fd < 0)
            return fail_connect(u, errno, failure);
        u->link.nonblocking = true;
    }
    error = connect(u->link.fd, &u->link.info.peer.any, u->length) < 0 ? errno : 0;
    if (error == EAGAIN || error == EINTR)
        return try_again_later(u, now, failure);
    if (error != 0)
        return fail_connect(u, error, failure);
    close_timer(u);
    return link_opened(&u->link, failure);
}

static void unix_free(struct transport *t, bool silent)
{
    struct unix_transport *u = (struct unix_transport *)t;

    close_timer(u);
    link_close(&u->link, silent);
    free(u);
}

static const struct transport_ops unix_ops = {
    .name = "unix",
    .advance = unix_advance,
    .read = link_read,
    .write = link_write,
    .send_file = link_send_file,
    .shutdown_write = link_shutdown_write,
    .look = link_look,
    .wait = link_wait,
    .set_mode = link_set_mode,
    .free = unix_free,
    .fileno = link_fileno,
    .detach = link_detach,
};

/* An abstract name (its first byte is NUL) isn't terminated and may be as long as the room; a path
 * has its NUL. */
static bool set_address(struct unix_transport *u, const struct endpoint *to)
{
    struct sockaddr_un *un = &u->link.info.peer.un;
    size_t length = to->unix_path_length;
    bool abstract = length > 0 && to->unix_path[0] == '\0';
    size_t taken = abstract ? length : length + 1;

    if (length == 0 || taken > sizeof un->sun_path)
        return false;
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, to->unix_path, length);
    u->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + taken);
    return true;
}

int32_t unix_new(const struct endpoint *to, struct io *io, struct transport **ret,
                 struct failure *failure)
{
    struct unix_transport *u = malloc(sizeof *u);

    if (!u)
        return fail_memory(failure);
    *u = (struct unix_transport){.timer = -1};
    link_init(&u->link, &unix_ops, io);
    if (!set_address(u, to)) {
        free(u);
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "a Unix socket's path has 1 to %zu bytes, not %zu",
                    sizeof((struct sockaddr_un *)0)->sun_path - 1, to->unix_path_length);
    }
    *ret = &u->link.base;
    return LIBHTTP_OK;
}
