/* SPDX-License-Identifier: MIT */
/*
 * fd: a socket that the caller has connected. Others may hold it too: it is never shut down, and
 * its O_NONBLOCK is left as it is. So a receive never sleeps in it, as nothing could wake it:
 * waiting is done on an epoll descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "net/link.h"
#include "net/watch.h"

static void fd_free(struct transport *t, bool silent)
{
    link_close((struct socket_link *)t, silent);
    free(t);
}

static const struct transport_ops fd_ops = {
    .name = "fd",
    .read = link_read,
    .write = link_write,
    .send_file = link_send_file,
    .shutdown_write = link_shutdown_write,
    .look = link_look,
    .wait = link_wait,
    .set_mode = link_set_mode,
    .free = fd_free,
    .fileno = link_fileno,
    .detach = link_detach,
};

/* Fills in the peer where it is one that a union address can hold. */
static void set_peer(struct socket_link *link, const struct sockaddr_storage *peer,
                     socklen_t length)
{
    if (peer->ss_family == AF_INET || peer->ss_family == AF_INET6 || peer->ss_family == AF_UNIX)
        memcpy(&link->info.peer, peer,
               length < sizeof link->info.peer ? length : sizeof link->info.peer);
}

static int32_t check_socket(struct socket_link *link, int fd, struct failure *failure)
{
    struct sockaddr_storage peer = {0};
    socklen_t length = sizeof peer;
    int type = 0;

    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &(socklen_t){sizeof type}) < 0)
        return fail_os(failure, LIBHTTP_E_INVALID_ARGUMENT, errno, "descriptor %d is no socket",
                       fd);
    if (type != SOCK_STREAM)
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT, "descriptor %d is no stream socket", fd);
    if (getpeername(fd, (struct sockaddr *)&peer, &length) < 0)
        return fail_os(failure, LIBHTTP_E_INVALID_ARGUMENT, errno, "descriptor %d is not connected",
                       fd);
    set_peer(link, &peer, length);
    return LIBHTTP_OK;
}

/* The last step is the one after which the socket is ours. */
static int32_t adopt(struct socket_link *link, int fd, struct failure *failure)
{
    int32_t status = link_open_watch(link, failure);

    if (status < 0)
        return status;
    if (!watch_add(link->watch, fd, 0, 0))
        return fail_os(failure, LIBHTTP_E_OS, errno, "descriptor %d can't be waited on", fd);
    link->flags = fcntl(fd, F_GETFL);
    if (link->flags < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return fail_os(failure, LIBHTTP_E_OS, errno, "descriptor %d", fd);
    link->nonblocking = (link->flags & O_NONBLOCK) != 0;
    link->base.io->watched = 0;
    link->fd = fd;
    return LIBHTTP_OK;
}

int32_t fd_new(int fd, struct io *io, struct transport **ret, struct failure *failure)
{
    struct socket_link *link = malloc(sizeof *link);
    int32_t status;

    if (!link)
        return fail_memory(failure);
    link_init(link, &fd_ops, io);
    link->adopted = true;
    link->opening = false;
    status = check_socket(link, fd, failure);
    if (status == LIBHTTP_OK)
        status = adopt(link, fd, failure);
    if (status < 0) {
        fd_free(&link->base, false);
        return status;
    }
    link->info.connected_at = clock_now();
    *ret = &link->base;
    return LIBHTTP_OK;
}
