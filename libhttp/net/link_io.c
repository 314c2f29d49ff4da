/* SPDX-License-Identifier: MIT */
/* link_io: bytes through a link's socket: received, sent, sent from a file, ended, looked for. */
#include <errno.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "net/link.h"
#include "net/socket.h"

static int32_t refuse(const struct socket_link *link, struct failure *failure)
{
    if (cancel_point_cancelled(&link->base.io->cancel))
        return fail_cancelled(failure);
    return fail(failure, LIBHTTP_E_NOT_CONNECTED, "the transport has no descriptor");
}

/* Before a call: there must be a socket, and nobody must have cancelled. */
static inline int32_t check(const struct socket_link *link, struct failure *failure)
{
    bool usable = link->fd >= 0 && !cancel_point_cancelled(&link->base.io->cancel);

    return usable ? LIBHTTP_OK : refuse(link, failure);
}

/*
 * A call gave errno `error`. A signal is no reason to wait on: the caller looks at his deadlines
 * first (T-39). An AGAIN that has not taken the slice says so.
 */
static int32_t stopped(const struct socket_link *link, int error, bool slept, const char *what,
                       struct failure *failure)
{
    struct io *io = link->base.io;

    if (error == EAGAIN || error == EINTR) {
        if (cancel_point_cancelled(&io->cancel))
            return fail_cancelled(failure);
        if (!slept || error == EINTR)
            io->may_sleep = false;
        return LIBHTTP_AGAIN;
    }
    if (link_was_cancelled(link))
        return fail_cancelled(failure);
    return fail_os(failure, LIBHTTP_E_OS, error, "%s", what);
}

/*
 * The end of what is received: what a cancel's shutdown looks like, too. Nothing can be said of the
 * peer where there was no room for a byte.
 */
static int32_t ended(const struct socket_link *link, const struct iovec *areas, int count,
                     size_t *ret_got, struct failure *failure)
{
    size_t room = 0;

    for (int i = 0; i < count; i++)
        room += areas[i].iov_len;
    if (room == 0)
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT, "no room to receive into");
    if (link_was_cancelled(link))
        return fail_cancelled(failure);
    *ret_got = 0;
    return LIBHTTP_OK;
}

/* Whether a receive will sleep. A send_file may have left O_NONBLOCK behind. */
static bool sleeps(struct socket_link *link)
{
    if (!link->base.io->may_sleep || link->adopted)
        return false;
    return !link->nonblocking || link_set_nonblocking(link, false);
}

static int receive_flags(const struct io *io, bool sleep)
{
    if (!sleep)
        return MSG_DONTWAIT;
    return io->fills ? MSG_WAITALL : 0;
}

int32_t link_read(struct transport *t, const struct iovec *areas, int count, size_t *ret_got,
                  struct failure *failure)
{
    struct socket_link *link = (struct socket_link *)t;
    int32_t status = check(link, failure);
    bool sleep;
    ssize_t got;

    if (status < 0)
        return status;
    sleep = sleeps(link);
    got = socket_receive(link->fd, areas, count, receive_flags(t->io, sleep));
    if (got < 0)
        return stopped(link, errno, sleep, "receive", failure);
    if (got == 0)
        return ended(link, areas, count, ret_got, failure);
    *ret_got = (size_t)got;
    return LIBHTTP_OK;
}

int32_t link_write(struct transport *t, const struct iovec *areas, int count, size_t *ret_put,
                   struct failure *failure)
{
    struct socket_link *link = (struct socket_link *)t;
    int32_t status = check(link, failure);
    ssize_t put;

    if (status < 0)
        return status;
    put = count > 0 ? socket_send(link->fd, areas, count, t->io->more_follows ? MSG_MORE : 0) : 0;
    if (put < 0)
        return stopped(link, errno, false, "send", failure);
    *ret_put = (size_t)put;
    return LIBHTTP_OK;
}

int32_t link_send_file(struct transport *t, int fd, int64_t length, int64_t *ret_put,
                       struct failure *failure)
{
    struct socket_link *link = (struct socket_link *)t;
    int32_t status = check(link, failure);
    ssize_t put;

    if (status < 0)
        return status;
    if (!link_set_nonblocking(link, true))
        return fail_os(failure, LIBHTTP_E_OS, errno, "O_NONBLOCK");
    put = socket_send_file(link->fd, fd, length < LIMIT_SENDFILE ? (size_t)length : LIMIT_SENDFILE);
    if (put < 0)
        return stopped(link, errno, false, "send a file", failure);
    *ret_put = put;
    return LIBHTTP_OK;
}

int32_t link_shutdown_write(struct transport *t, struct failure *failure)
{
    struct socket_link *link = (struct socket_link *)t;
    int32_t status = check(link, failure);

    if (status < 0)
        return status;
    if (shutdown(link->fd, SHUT_WR) < 0)
        return stopped(link, errno, false, "end sending", failure);
    return LIBHTTP_OK;
}

int32_t link_look(struct transport *t, struct failure *failure)
{
    struct socket_link *link = (struct socket_link *)t;
    int32_t status = check(link, failure);
    char byte;
    ssize_t got;

    if (status < 0)
        return status;
    got = recv(link->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return LIBHTTP_OK;
    if (link_was_cancelled(link))
        return fail_cancelled(failure);
    fail(failure, LIBHTTP_E_REMOTE_DISCONNECTED, "the peer %s while the connection was idle",
         got > 0 ? "sent bytes" : "closed");
    failure->os_error = ECONNRESET;
    return failure->code;
}
