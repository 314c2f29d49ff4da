/* SPDX-License-Identifier: MIT */
/* sendfile: a file's bytes into a socket. There is no MSG_NOSIGNAL for sendfile: SIGPIPE is held
 * back and taken away. */
#include <errno.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/socket.h"

/* What is copied where sendfile can't. */
#define PIECE 16384u

static bool sigpipe_is_pending(void)
{
    sigset_t pending;

    sigemptyset(&pending);
    sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1;
}

static void take_sigpipe(const sigset_t *sigpipe)
{
    while (sigtimedwait(sigpipe, NULL, &(struct timespec){0}) < 0 && errno == EINTR)
        continue;
}

/*
 * The signal is the thread's own, and blocked meanwhile. It also comes behind a short count. One
 * that was pending before, for the caller blocks it himself, stays.
 */
static ssize_t send_quietly(int fd, int file, size_t length)
{
    sigset_t sigpipe, before;
    bool pending;
    ssize_t put;
    int error;

    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &sigpipe, &before);
    pending = sigpipe_is_pending();
    put = sendfile(fd, file, NULL, length);
    error = errno;
    if (!pending && (put < 0 || (size_t)put < length))
        take_sigpipe(&sigpipe);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return put;
}

/* Some file systems have no way for sendfile (EINVAL). What isn't sent is read again next time. */
static ssize_t copy_piece(int fd, int file, size_t length)
{
    char piece[PIECE];
    off_t at = lseek(file, 0, SEEK_CUR);
    ssize_t got, put;

    if (at < 0)
        return -1;
    got = pread(file, piece, length < sizeof piece ? length : sizeof piece, at);
    if (got <= 0)
        return got;
    put = send(fd, piece, (size_t)got, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put > 0 && lseek(file, at + put, SEEK_SET) < 0)
        return -1;
    return put;
}

ssize_t socket_send_file(int fd, int file, size_t length)
{
    ssize_t put = send_quietly(fd, file, length);

    if (put < 0 && (errno == EINVAL || errno == ENOSYS))
        return copy_piece(fd, file, length);
    return put;
}
