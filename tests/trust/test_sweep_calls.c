/* SPDX-License-Identifier: MIT */
/*
 * Each system call of each exchange is interrupted, short, told to wait, or fails with each errno
 * that it can give, once and, where that makes sense, from then on (T-37). The program's own
 * functions go before the C library's; only calls that come from libhttp itself are struck.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tap.h"
#include "trust/sweep.h"
#include "trust/sweep_from.h"

/* In the place of an errno: one byte only, or a few where all are short. */
#define SHORT (-1)

enum kind { RECEIVES, SENDS, CONNECTS, MAKES, WATCHES, WAITS, SETS, FILES, CLOSES, WRITES, BINDS };

struct errno_of {
    int number;
    unsigned kinds;
    bool harmless; /* the exchange must go well */
};

#define OF(kind) (1u << (kind))

static const struct errno_of numbers[] = {
    {SHORT, OF(RECEIVES) | OF(SENDS), true},
    {EINTR, OF(RECEIVES) | OF(SENDS) | OF(CONNECTS) | OF(WAITS) | OF(CLOSES) | OF(WRITES), true},
    {EAGAIN, OF(RECEIVES) | OF(SENDS), true},
    {ECONNRESET, OF(RECEIVES) | OF(SENDS), false},
    {EPIPE, OF(SENDS), false},
    {ETIMEDOUT, OF(RECEIVES) | OF(SENDS) | OF(CONNECTS), false},
    {EIO, OF(FILES) | OF(CLOSES), false},
    {ECONNREFUSED, OF(CONNECTS), false},
    {EADDRNOTAVAIL, OF(CONNECTS) | OF(BINDS), false},
    {EMFILE, OF(MAKES), false},
    {ENOMEM, OF(RECEIVES) | OF(SENDS) | OF(MAKES) | OF(WATCHES) | OF(WAITS) | OF(SETS), false},
    {ENOSPC, OF(WATCHES), false},
    {ENOPROTOOPT, OF(SETS), false},
};

static const struct errno_of *_Atomic what; /* is struck with */
static atomic_bool ever_after;

static bool strikes(enum kind kind, const void *from)
{
    return sweep_is_armed() && (what->kinds & OF(kind)) && sweep_strikes(from);
}

static size_t few(void)
{
    return ever_after ? 13 : 1;
}

static int failed(void)
{
    errno = what->number;
    return -1;
}

/* In a function of this name: struck, and not merely short. */
#define FEW(length)   ((length) < few() ? (length) : few())
#define IS_SHORT      (what->number == SHORT)
#define STRIKES(kind) strikes(kind, __builtin_return_address(0))

#pragma GCC visibility push(default)

ssize_t recv(int fd, void *into, size_t length, int flags)
{
    if (STRIKES(RECEIVES)) {
        if (!IS_SHORT)
            return failed();
        length = FEW(length);
    }
    return syscall(SYS_recvfrom, fd, into, length, flags, NULL, NULL);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    return STRIKES(RECEIVES) && !IS_SHORT ? failed() : syscall(SYS_recvmsg, fd, message, flags);
}

ssize_t send(int fd, const void *data, size_t length, int flags)
{
    if (STRIKES(SENDS)) {
        if (!IS_SHORT)
            return failed();
        length = FEW(length);
    }
    return syscall(SYS_sendto, fd, data, length, flags, NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    struct msghdr less = *message;
    struct iovec first;

    if (!STRIKES(SENDS))
        return syscall(SYS_sendmsg, fd, message, flags);
    if (!IS_SHORT)
        return failed();
    first = less.msg_iov[0];
    for (size_t i = 1; first.iov_len == 0 && i < less.msg_iovlen; i++)
        first = less.msg_iov[i];
    first.iov_len = FEW(first.iov_len);
    less.msg_iov = &first;
    less.msg_iovlen = 1;
    return syscall(SYS_sendmsg, fd, &less, flags);
}

ssize_t sendfile(int out, int in, off_t *offset, size_t length)
{
    if (STRIKES(SENDS)) {
        if (!IS_SHORT)
            return failed();
        length = FEW(length);
    }
    return syscall(SYS_sendfile, out, in, offset, length);
}

/* Of the body's file and of the means to wait. */
ssize_t read(int fd, void *into, size_t length)
{
    return STRIKES(FILES) ? failed() : syscall(SYS_read, fd, into, length);
}

ssize_t pread(int fd, void *into, size_t length, off_t offset)
{
    return STRIKES(FILES) ? failed() : syscall(SYS_pread64, fd, into, length, offset);
}

off_t lseek(int fd, off_t offset, int whence)
{
    return STRIKES(FILES) ? failed() : syscall(SYS_lseek, fd, offset, whence);
}

int fstat(int fd, struct stat *ret)
{
    return STRIKES(FILES) ? failed() : (int)syscall(SYS_fstat, fd, ret);
}

/* Of debugging, and of what wakes a waiting thread. */
ssize_t write(int fd, const void *data, size_t length)
{
    return STRIKES(WRITES) ? failed() : syscall(SYS_write, fd, data, length);
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
    return STRIKES(BINDS) ? failed() : (int)syscall(SYS_bind, fd, address, length);
}

int fcntl(int fd, int command, ...)
{
    va_list arguments;
    long argument;

    va_start(arguments, command);
    argument = va_arg(arguments, long);
    va_end(arguments);
    return STRIKES(SETS) ? failed() : (int)syscall(SYS_fcntl, fd, command, argument);
}

int getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
    return STRIKES(SETS) ? failed() : (int)syscall(SYS_getsockname, fd, address, length);
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    bool struck = STRIKES(CONNECTS);

    /* Interrupted, a TCP connect goes on all the same; a Unix one has not begun. */
    if (!struck || (what->number == EINTR && address->sa_family != AF_UNIX)) {
        int status = (int)syscall(SYS_connect, fd, address, length);

        return struck ? failed() : status;
    }
    return failed();
}

int socket(int domain, int type, int protocol)
{
    return STRIKES(MAKES) ? failed() : (int)syscall(SYS_socket, domain, type, protocol);
}

int eventfd(unsigned value, int flags)
{
    return STRIKES(MAKES) ? failed() : (int)syscall(SYS_eventfd2, value, flags);
}

int epoll_create1(int flags)
{
    return STRIKES(MAKES) ? failed() : (int)syscall(SYS_epoll_create1, flags);
}

int timerfd_create(int clock, int flags)
{
    return STRIKES(MAKES) ? failed() : (int)syscall(SYS_timerfd_create, clock, flags);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
    return STRIKES(SETS) ? failed() : (int)syscall(SYS_timerfd_settime, fd, flags, value, old);
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    return STRIKES(WATCHES) ? failed() : (int)syscall(SYS_epoll_ctl, epoll, operation, fd, event);
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout)
{
    return STRIKES(WAITS) ? failed()
                          : (int)syscall(SYS_epoll_pwait, epoll, events, most, timeout, NULL, 8);
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    return STRIKES(WAITS) ? failed() : (int)syscall(SYS_poll, fds, count, timeout);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    return STRIKES(SETS) ? failed() : (int)syscall(SYS_setsockopt, fd, level, name, value, length);
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
    return STRIKES(SETS) ? failed() : (int)syscall(SYS_getsockopt, fd, level, name, value, length);
}

int getpeername(int fd, struct sockaddr *address, socklen_t *length)
{
    return STRIKES(SETS) ? failed() : (int)syscall(SYS_getpeername, fd, address, length);
}

/* Linux has closed it, whatever it says. */
int close(int fd)
{
    bool struck = STRIKES(CLOSES);
    int status = (int)syscall(SYS_close, fd);

    return struck ? failed() : status;
}

#pragma GCC visibility pop

/* The system's error itself, or what a lost connection is. */
static bool accepts(const struct sweep_fault *fault, const struct sweep_failure *failure)
{
    bool lost = fault->number == ECONNRESET || fault->number == EPIPE || fault->number == ETIMEDOUT;

    if (what->harmless)
        return false;
    switch (failure->code) {
    case LIBHTTP_E_OS:
    case LIBHTTP_E_NAME_RESOLUTION: /* without a thread or what it tells by */
        return failure->number == fault->number;
    case LIBHTTP_E_INVALID_ARGUMENT: /* nothing can be learnt of a given descriptor */
        return (fault->number == ENOMEM || fault->number == ENOPROTOOPT) &&
               strstr(failure->text, "descriptor") != NULL;
    case LIBHTTP_E_NO_MEMORY:
        return fault->number == ENOMEM;
    case LIBHTTP_E_REMOTE_DISCONNECTED:
        return lost;
    case LIBHTTP_E_TUNNEL_FAILED: /* the look before anything is sent into it failed */
        return lost || fault->number == ENOMEM;
    case LIBHTTP_E_UNIMPLEMENTED_FILE_MODE:
        return failure->number == fault->number;
    default:
        return false;
    }
}

static void sweep(struct sweep *s)
{
    struct sweep_fault fault = {
        .begin = sweep_arm,
        .end = sweep_disarm,
        .at = 1 + sweep_skips(),
        .ever_after = ever_after,
        .number = what->number,
        .accepts = accepts,
        .what = "system call",
    };

    while (sweep_point(s, &fault).struck)
        fault.at += sweep_stride();
}

static void each(struct sweep *s)
{
    if (s->mode == DRIVE_CARRIED)
        return; /* it makes none */
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        what = &numbers[i];
        ever_after = false;
        sweep(s);
        ever_after = what->number != EINTR && what->number != EAGAIN;
        if (ever_after)
            sweep(s);
    }
    ok(s->points > 0 || sweep_stride() > 1, "T-37 system calls were reached");
}

int main(void)
{
    if (!sweep_find_library())
        skip_all("libhttp.so isn't there as one");
    sweep_everything("T-37", "system calls fail", each);
    return done_testing();
}
