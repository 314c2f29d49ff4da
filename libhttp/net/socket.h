/* SPDX-License-Identifier: MIT */
/* socket: the system calls on one stream socket, each made so that it raises no signal and loses no
 * cancel. */
#ifndef LIBHTTP_NET_SOCKET_H
#define LIBHTTP_NET_SOCKET_H

#include <sys/types.h>

#include "net/endpoint.h"

/*
 * A socket for `address` with the endpoint's options: close-on-exec, without Nagle's delay, bound
 * to the source address. -1 and errno, *ret_call then names what failed.
 */
int socket_open(const struct endpoint *to, const union address *address, bool nonblocking,
                const char **ret_call);

/* Connects; 0, or errno: EINPROGRESS, also where a sleeping connect's slice was used up. */
int socket_connect(int fd, const union address *address);

/* How a connect that was EINPROGRESS stands, without waiting: 0, EINPROGRESS, or why it failed. */
int socket_connected(int fd);

/* SO_RCVTIMEO and SO_SNDTIMEO; 0: none. False and errno. */
bool socket_set_slice(int fd, int32_t milliseconds);

/* Like recv and send over several areas. Sending never waits and raises no SIGPIPE. */
ssize_t socket_receive(int fd, const struct iovec *areas, int count, int flags);
ssize_t socket_send(int fd, const struct iovec *areas, int count, int flags);

/*
 * sendfile from the file's offset, which moves on. The socket must have O_NONBLOCK: sendfile's own
 * timeout restarts inside the call. Files that the kernel can't send this way are copied. No
 * SIGPIPE.
 */
ssize_t socket_send_file(int fd, int file, size_t length);

#endif
