/* SPDX-License-Identifier: MIT */
/* link: a socket's life: watched, published, opened, given a mode, waited on, taken out, closed.
 * link_io.c moves bytes. */
#include "net/link.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "net/socket.h"
#include "net/watch.h"

void link_init(struct socket_link *link, const struct transport_ops *ops, struct io *io)
{
    *link = (struct socket_link){.fd = -1, .watch = -1, .call_at = CLOCK_NEVER, .opening = true};
    link->base = (struct transport){.ops = ops, .io = io};
}

int32_t link_open_watch(struct socket_link *link, struct failure *failure)
{
    if (link->watch >= 0)
        return LIBHTTP_OK;
    link->watch = watch_open(&link->base.io->cancel);
    if (link->watch < 0)
        return fail_os(failure, LIBHTTP_E_OS, errno, "no descriptor to wait on");
    link->base.io->generation++;
    return LIBHTTP_OK;
}

void link_close_watch(struct socket_link *link)
{
    if (link->watch < 0)
        return;
    close(link->watch);
    link->watch = -1;
    link->call_at = CLOCK_NEVER;
    link->base.io->generation++;
}

void link_publish(struct socket_link *link)
{
    cancel_point_publish(&link->base.io->cancel, link->fd);
    link->published = true;
    link->base.io->generation++;
}

bool link_was_cancelled(const struct socket_link *link)
{
    struct cancel_point *cancel = &link->base.io->cancel;

    return cancel_point_cancelled(cancel) || (link->published && cancel_point_woken(cancel));
}

bool link_set_nonblocking(struct socket_link *link, bool on)
{
    if (on == link->nonblocking)
        return true;
    if (fcntl(link->fd, F_SETFL, link->flags | (on ? O_NONBLOCK : 0)) < 0)
        return false;
    link->nonblocking = on;
    return true;
}

int32_t link_set_slice(struct socket_link *link, struct failure *failure)
{
    int32_t slice_ms = link->base.io->slice_ms;

    if (slice_ms == link->slice_ms)
        return LIBHTTP_OK;
    if (!socket_set_slice(link->fd, slice_ms))
        return fail_os(failure, LIBHTTP_E_OS, errno, "SO_RCVTIMEO");
    link->slice_ms = slice_ms;
    return LIBHTTP_OK;
}

/* An adopted socket that send_file has made non-blocking. In a fork's child the flag is the
 * parent's too: left alone. */
static void restore_flags(struct socket_link *link)
{
    link_set_nonblocking(link, (link->flags & O_NONBLOCK) != 0);
}

int32_t link_set_mode(struct transport *t, struct failure *failure)
{
    struct socket_link *link = (struct socket_link *)t;
    const struct io *io = t->io;

    if (link->fd < 0 || link->opening)
        return LIBHTTP_OK;
    if (link->adopted) {
        restore_flags(link);
        return LIBHTTP_OK;
    }
    if (!link_set_nonblocking(link, io->nonblocking))
        return fail_os(failure, LIBHTTP_E_OS, errno, "O_NONBLOCK");
    return io->nonblocking ? LIBHTTP_OK : link_set_slice(link, failure);
}

int32_t link_opened(struct socket_link *link, struct failure *failure)
{
    if (!link->published)
        link_publish(link);
    link_close_watch(link);
    link->opening = false;
    link->info.connected_at = clock_now();
    if (link_was_cancelled(link))
        return fail_cancelled(failure);
    return link_set_mode(&link->base, failure);
}

static void watch_socket(const struct socket_link *link, int32_t needs, struct wait *ret)
{
    struct io *io = link->base.io;

    if (io->watched == needs)
        return;
    if (watch_change(link->watch, link->fd, needs, 0))
        io->watched = needs;
    else
        ret->deadline =
            0; /* that can't be; calling again and again is better than waiting for ever */
}

void link_wait(const struct transport *t, int32_t needs, struct wait *ret)
{
    const struct socket_link *link = (const struct socket_link *)t;

    *ret = (struct wait){.fd = -1, .deadline = CLOCK_NEVER};
    if (link->opening && link->watch >= 0) {
        *ret = (struct wait){link->watch, WANT_READ, link->call_at};
    } else if (link->opening && link->fd >= 0) {
        *ret = (struct wait){link->fd, WANT_WRITE, CLOCK_NEVER};
    } else if (link->opening) {
        ret->deadline = 0; /* nothing is under way yet: the first call is due */
    } else if (needs != 0 && link->adopted) {
        *ret = (struct wait){link->watch, WANT_READ, CLOCK_NEVER};
        watch_socket(link, needs, ret);
    } else if (needs != 0) {
        *ret = (struct wait){link->fd, needs, CLOCK_NEVER};
    }
}

int link_fileno(const struct transport *t)
{
    return ((const struct socket_link *)t)->fd;
}

int link_detach(struct transport *t)
{
    struct socket_link *link = (struct socket_link *)t;
    int fd = link->fd;

    if (fd < 0)
        return -1;
    if (link->adopted)
        restore_flags(link);
    else
        link_set_nonblocking(link, t->io->nonblocking);
    if (link->slice_ms > 0)
        socket_set_slice(fd, 0);
    if (link->published)
        cancel_point_withdraw(&t->io->cancel);
    link->published = false;
    link_close_watch(link);
    link->fd = -1;
    return fd;
}

void link_close(struct socket_link *link, bool silent)
{
    link_close_watch(link);
    if (link->fd < 0)
        return;
    if (link->adopted && !silent)
        restore_flags(link);
    if (link->published)
        cancel_point_close(&link->base.io->cancel);
    else
        close(link->fd);
    link->published = false;
    link->fd = -1;
}
