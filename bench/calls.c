/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a client, it counts the calls that move bytes or wait, and writes their
 * number to $BENCH_CALLS at the end. How many bytes a receive finds depends on who is faster,
 * server or client; strace, which stops the client at every call, decides that, and this doesn't.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static long made;

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("BENCH_CALLS");
    FILE *file = path ? fopen(path, "w") : NULL;

    if (!file)
        return;
    fprintf(file, "%ld\n", made);
    fclose(file);
}

#define COUNTED(type, name, parameters, ...)                                                       \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*real) parameters;                                                             \
                                                                                                   \
        if (!real)                                                                                 \
            real = (type(*) parameters)dlsym(RTLD_NEXT, #name);                                    \
        __atomic_fetch_add(&made, 1, __ATOMIC_RELAXED);                                            \
        return real(__VA_ARGS__);                                                                  \
    }

#pragma GCC diagnostic ignored "-Wpedantic" /* dlsym() gives a function as void * */

COUNTED(ssize_t, read, (int fd, void *to, size_t n), fd, to, n)
COUNTED(ssize_t, readv, (int fd, const struct iovec *to, int n), fd, to, n)
COUNTED(ssize_t, recv, (int fd, void *to, size_t n, int flags), fd, to, n, flags)
COUNTED(ssize_t, recvfrom,
        (int fd, void *to, size_t n, int flags, struct sockaddr *from, socklen_t *length), fd, to,
        n, flags, from, length)
COUNTED(ssize_t, recvmsg, (int fd, struct msghdr *to, int flags), fd, to, flags)
COUNTED(ssize_t, write, (int fd, const void *from, size_t n), fd, from, n)
COUNTED(ssize_t, writev, (int fd, const struct iovec *from, int n), fd, from, n)
COUNTED(ssize_t, send, (int fd, const void *from, size_t n, int flags), fd, from, n, flags)
COUNTED(ssize_t, sendto,
        (int fd, const void *from, size_t n, int flags, const struct sockaddr *to,
         socklen_t length),
        fd, from, n, flags, to, length)
COUNTED(ssize_t, sendmsg, (int fd, const struct msghdr *from, int flags), fd, from, flags)
COUNTED(ssize_t, sendfile, (int to, int from, off_t *at, size_t n), to, from, at, n)
COUNTED(ssize_t, sendfile64, (int to, int from, off64_t *at, size_t n), to, from, at, n)
COUNTED(int, poll, (struct pollfd * fds, nfds_t n, int ms), fds, n, ms)
COUNTED(int, ppoll,
        (struct pollfd * fds, nfds_t n, const struct timespec *limit, const sigset_t *mask), fds, n,
        limit, mask)
COUNTED(int, select, (int n, fd_set *in, fd_set *out, fd_set *except, struct timeval *limit), n, in,
        out, except, limit)
COUNTED(int, epoll_wait, (int fd, struct epoll_event *events, int n, int ms), fd, events, n, ms)
COUNTED(int, epoll_ctl, (int fd, int how, int on, struct epoll_event *event), fd, how, on, event)
