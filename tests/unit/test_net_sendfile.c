/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/socket.h"
#include "support/tempdir.h"
#include "tap.h"

static volatile sig_atomic_t signals;

static void count(int number)
{
    (void)number;
    signals++;
}

static void pair(int fds[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) < 0)
        bail_out("socketpair");
}

static int file_of(size_t length)
{
    char *data = malloc(length), *path;
    int fd;

    for (size_t i = 0; i < length; i++)
        data[i] = (char)(i % 251);
    path = tempdir_write("file", data, length);
    fd = open(path, O_RDONLY);
    free(path);
    free(data);
    return fd;
}

/* SIGPIPE and SIGXFSZ: neither, or both of them. */
static int how_many(const sigset_t *set)
{
    return (sigismember(set, SIGPIPE) == 1) + (sigismember(set, SIGXFSZ) == 1);
}

static int pending_now(void)
{
    sigset_t pending;

    sigpending(&pending);
    return how_many(&pending);
}

static int blocked_now(void)
{
    sigset_t blocked;

    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    return how_many(&blocked);
}

static void test_closed_peer(void)
{
    int fds[2], file = file_of(1000);

    pair(fds);
    close(fds[1]);
    errno = 0;
    is(socket_send_file(fds[0], file, 1000), -1, "T-38 a file to a closed peer");
    is(errno, EPIPE, "T-38 is an error");
    is(signals, 0, "T-38 and raises no signal");
    is(pending_now() + blocked_now(), 0, "T-38 nor leaves one behind");
    is(lseek(file, 0, SEEK_CUR), 0, "C-46 the file is where it was");
    close(file);
    close(fds[0]);
}

/* The caller blocks both, and one of each waits for him already. */
static void test_pending(bool pending)
{
    int fds[2], file = file_of(1000);
    sigset_t both, before;

    sigemptyset(&both);
    sigaddset(&both, SIGPIPE);
    sigaddset(&both, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &both, &before);
    if (pending) {
        raise(SIGPIPE);
        raise(SIGXFSZ);
    }
    pair(fds);
    close(fds[1]);
    is(socket_send_file(fds[0], file, 1000), -1, "T-38 the caller blocks SIGPIPE");
    is(blocked_now(), 2, "T-38 it is still blocked");
    is(pending_now(), pending ? 2 : 0, "T-38 what was pending stays so, nothing else comes");
    while (pending_now() > 0)
        sigtimedwait(&both, NULL, &(struct timespec){0});
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    is(signals, 0, "T-38 no signal");
    close(file);
    close(fds[0]);
}

/* The peer takes some and closes: the signal also comes behind a short count. */
static void test_short(void)
{
    static char block[65536];
    int fds[2], file = file_of(4 << 20);
    ssize_t put, total = 0;

    pair(fds);
    put = socket_send_file(fds[0], file, 1 << 20);
    ok(put > 0 && put < 1 << 20, "C-46 a full socket takes some: %zd", put);
    is(lseek(file, 0, SEEK_CUR), put, "C-46 the file's offset is moved by that");
    is(socket_send_file(fds[0], file, 1 << 20), -1, "C-46 then nothing");
    is(errno, EAGAIN, "C-46 for now");
    is(lseek(file, 0, SEEK_CUR), put, "C-46 which leaves the offset");
    while (total < put) {
        ssize_t got = read(fds[1], block, sizeof block);

        for (ssize_t i = 0; i < got; i++) {
            if (block[i] != (char)((total + i) % 251))
                bail_out("C-46 a wrong byte");
        }
        total += got;
    }
    is(total, put, "C-46 just that arrives");
    close(fds[1]);
    is(socket_send_file(fds[0], file, 1 << 20), -1, "T-38 then the peer is gone");
    is(signals, 0, "T-38 no signal");
    close(file);
    close(fds[0]);
}

/* sendfile refuses a socket as its source, and some file systems' files; what can be read is
 * copied. */
static void test_copying(void)
{
    int fds[2], file, before;
    char text[64];

    pair(fds);
    file = open("/proc/self/status", O_RDONLY);
    before = (int)socket_send_file(fds[0], file, 10);
    is(before, 10, "C-46 a file of /proc");
    is(read(fds[1], text, sizeof text), 10, "C-46 is sent");
    is_mem(text, 5, "Name:", 5, "C-46 as it is");
    close(file);
    file = open("/proc/self/mem", O_RDONLY);
    ok(socket_send_file(fds[0], file, 10) < 0, "C-46 one that can't be read is an error");
    close(file);
    is(socket_send_file(fds[0], -1, 10), -1, "C-46 none as well");
    is(errno, EBADF, "with its errno");
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    struct sigaction action = {.sa_handler = count};

    sigaction(SIGPIPE, &action, NULL);
    test_closed_peer();
    test_pending(false);
    test_pending(true);
    test_short();
    test_copying();
    return done_testing();
}
