/* SPDX-License-Identifier: MIT */
/* socket: see socket.h. */
#include "net/socket.h"

#include <errno.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "net/address.h"
#include "net/descriptor.h"

static bool set_flag(int fd, int level, int option)
{
    return setsockopt(fd, level, option, &(int){1}, sizeof(int)) == 0;
}

/* The port is chosen at connect, so that one is free as long as the pair of addresses is. */
static bool bind_to(int fd, const union address *source)
{
    set_flag(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
    return bind(fd, &source->any, address_length(source)) == 0;
}

/* A port of whatever local address leads to one of that family. */
static bool bind_port(int fd, sa_family_t family, uint16_t port)
{
    union address source = {.any = {.sa_family = AF_UNSPEC}};

    if (family == AF_INET6)
        source.in6 = (struct sockaddr_in6){.sin6_family = family, .sin6_port = htons(port)};
    else
        source.in = (struct sockaddr_in){.sin_family = family, .sin_port = htons(port)};
    return bind_to(fd, &source);
}

/* The name of the call that failed, or NULL. That there is no Nagle's delay to switch off is no
 * error (C-9). */
static const char *set_options(int fd, const struct endpoint *to, sa_family_t family)
{
    set_flag(fd, IPPROTO_TCP, TCP_NODELAY);
    if (to->keep_alive && !set_flag(fd, SOL_SOCKET, SO_KEEPALIVE))
        return "SO_KEEPALIVE";
    if (to->source.any.sa_family != AF_UNSPEC && !bind_to(fd, &to->source))
        return "bind";
    if (to->source_port > 0 && !bind_port(fd, family, to->source_port))
        return "bind";
    return NULL;
}

int socket_open(const struct endpoint *to, const union address *address, bool nonblocking,
                const char **ret_call)
{
    int type = SOCK_STREAM | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0);
    int fd = descriptor_apart(socket(address->any.sa_family, type, 0));
    const char *failed = fd < 0 ? "socket" : set_options(fd, to, address->any.sa_family);
    int error = errno;

    if (!failed)
        return fd;
    if (fd >= 0)
        close(fd);
    *ret_call = failed;
    errno = error;
    return -1;
}

int socket_connect(int fd, const union address *address)
{
    if (connect(fd, &address->any, address_length(address)) == 0)
        return 0;
    /* Interrupted, it goes on by itself (POSIX); EAGAIN and EINPROGRESS also say that SO_SNDTIMEO
     * has passed. */
    return errno == EINTR || errno == EAGAIN ? EINPROGRESS : errno;
}

int socket_connected(int fd)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLOUT};
    int error = 0, ready = poll(&pollfd, 1, 0);

    if (ready <= 0)
        return ready < 0 && errno != EINTR ? errno : EINPROGRESS;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error}) < 0)
        return errno;
    if (error == 0 && (pollfd.revents & POLLHUP))
        return ENOTCONN;
    return error;
}

bool socket_set_slice(int fd, int32_t milliseconds)
{
    struct timeval slice = {.tv_sec = milliseconds / 1000, .tv_usec = (milliseconds % 1000) * 1000};

    return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof slice) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &slice, sizeof slice) == 0;
}

/* The kernel takes IOV_MAX areas at once, and only reads the array, though its type doesn't say so.
 */
static struct msghdr message_of(const struct iovec *areas, int count)
{
    return (struct msghdr){.msg_iov = (struct iovec *)(uintptr_t)areas,
                           .msg_iovlen = (size_t)(count < IOV_MAX ? count : IOV_MAX)};
}

ssize_t socket_receive(int fd, const struct iovec *areas, int count, int flags)
{
    struct msghdr message;

    if (count == 1)
        return recv(fd, areas[0].iov_base, areas[0].iov_len, flags);
    message = message_of(areas, count);
    return recvmsg(fd, &message, flags);
}

ssize_t socket_send(int fd, const struct iovec *areas, int count, int flags)
{
    struct msghdr message;

    flags |= MSG_DONTWAIT | MSG_NOSIGNAL;
    if (count == 1)
        return send(fd, areas[0].iov_base, areas[0].iov_len, flags);
    message = message_of(areas, count);
    return sendmsg(fd, &message, flags);
}
