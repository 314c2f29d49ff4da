/* SPDX-License-Identifier: MIT */
/* sendfile: a file's bytes into a socket. There is no MSG_NOSIGNAL for sendfile: SIGPIPE is held
 * back and taken away. */
#include <errno.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sigpipe.h"
#include "net/socket.h"

/* What is copied where sendfile can't. */
#define PIECE 16384u

/* The signal also comes behind a short count. */
static ssize_t send_quietly(int fd, int file, size_t length)
{
    struct sigpipe held;
    ssize_t put;

    sigpipe_hold(&held);
    put = sendfile(fd, file, NULL, length);
    sigpipe_release(&held, put < 0 || (size_t)put < length);
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
