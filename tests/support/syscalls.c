/* SPDX-License-Identifier: MIT */
#include "support/syscalls.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* No system call has these numbers: the kernel refuses them, and whoever traces sees them. */
enum { MARK_BEGIN = 0x5eed01, MARK_END = 0x5eed02 };

void syscalls_begin(void)
{
    syscall(MARK_BEGIN);
}

void syscalls_end(void)
{
    syscall(MARK_END);
}

struct tracer {
    struct syscalls *calls;
    bool looking;
    struct {
        pid_t thread;
        int index; /* of the call that it is in, or -1 */
    } threads[64];
    int thread_count;
};

static int *call_of(struct tracer *tracer, pid_t thread)
{
    for (int i = 0; i < tracer->thread_count; i++)
        if (tracer->threads[i].thread == thread)
            return &tracer->threads[i].index;
    if (tracer->thread_count < 64)
        tracer->thread_count++;
    tracer->threads[tracer->thread_count - 1].thread = thread;
    tracer->threads[tracer->thread_count - 1].index = -1;
    return &tracer->threads[tracer->thread_count - 1].index;
}

static void enter(struct tracer *tracer, int *index, const struct __ptrace_syscall_info *info)
{
    struct syscalls *calls = tracer->calls;

    *index = -1;
    if (info->entry.nr == MARK_BEGIN || info->entry.nr == MARK_END) {
        tracer->looking = info->entry.nr == MARK_BEGIN;
        return;
    }
    if (!tracer->looking)
        return;
    if (calls->count < SYSCALLS_MAX) {
        struct syscall_seen *seen = &calls->seen[calls->count];

        *index = calls->count;
        seen->number = (long)info->entry.nr;
        memcpy(seen->arguments, info->entry.args, sizeof seen->arguments);
    }
    calls->count++;
}

static void note_stop(struct tracer *tracer, pid_t thread)
{
    struct __ptrace_syscall_info info;
    int *index = call_of(tracer, thread);

    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, (void *)sizeof info, &info) <= 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
        enter(tracer, index, &info);
    else if (info.op == PTRACE_SYSCALL_INFO_EXIT && *index >= 0)
        tracer->calls->seen[*index].result = info.exit.rval;
}

/* Follows the child and its threads to the end of the child. */
static int trace(struct tracer *tracer, pid_t child)
{
    int status;

    for (;;) {
        pid_t thread = waitpid(-1, &status, __WALL);
        int deliver = 0;

        if (thread < 0 && errno == EINTR)
            continue;
        if (thread < 0 || (thread == child && !WIFSTOPPED(status)))
            return thread == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        if (!WIFSTOPPED(status))
            continue;
        if (WSTOPSIG(status) == (SIGTRAP | 0x80))
            note_stop(tracer, thread);
        else if (WSTOPSIG(status) != SIGTRAP && WSTOPSIG(status) != SIGSTOP)
            deliver = WSTOPSIG(status);
        ptrace(PTRACE_SYSCALL, thread, NULL, (void *)(intptr_t)deliver);
    }
}

static _Noreturn void run_traced(void (*body)(void *context), void *context)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(126);
    raise(SIGSTOP);
    body(context);
    _exit(0);
}

/* In a process of its own, where waiting for any child takes nobody else's children away. */
static int start_and_trace(void (*body)(void *context), void *context, struct syscalls *calls)
{
    struct tracer tracer = {.calls = calls};
    pid_t child = fork();
    int status;

    if (child == 0)
        run_traced(body, context);
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
        return -1;
    ptrace(PTRACE_SETOPTIONS, child, NULL,
           (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL));
    ptrace(PTRACE_SYSCALL, child, NULL, NULL);
    return trace(&tracer, child);
}

struct shared {
    int status;
    struct syscalls calls;
};

int syscalls_of(void (*body)(void *context), void *context, struct syscalls *ret)
{
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t tracer = shared != MAP_FAILED ? fork() : -1;
    int status;

    if (tracer == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        shared->status = start_and_trace(body, context, &shared->calls);
        _exit(0);
    }
    ret->count = 0;
    if (tracer < 0)
        return -1;
    while (waitpid(tracer, &status, 0) < 0 && errno == EINTR)
        continue;
    memcpy(ret, &shared->calls, sizeof *ret);
    status = status == 0 ? shared->status : -1;
    munmap(shared, sizeof *shared);
    return status;
}

static void probe(void *context)
{
    (void)context;
    syscalls_begin();
    syscall(SYS_getppid);
    syscalls_end();
}

bool syscalls_can_be_seen(void)
{
    static struct syscalls calls;
    const char *preload = getenv("LD_PRELOAD");

    if (preload != NULL && strstr(preload, "vgpreload") != NULL)
        return false;
    return syscalls_of(probe, NULL, &calls) == 0 && calls.count == 1;
}

int syscalls_count(const struct syscalls *calls, long number)
{
    int count = 0;

    for (int i = 0; i < calls->count && i < SYSCALLS_MAX; i++)
        count += calls->seen[i].number == number;
    return count;
}

static const char *name_of(long number, char room[16])
{
#define NAME(call)                                                                                 \
    {                                                                                              \
        SYS_##call, #call                                                                          \
    }
    static const struct {
        long number;
        const char *name;
    } names[] = {NAME(read),
                 NAME(write),
                 NAME(close),
                 NAME(ppoll),
                 NAME(munmap),
                 NAME(brk),
                 NAME(sendto),
                 NAME(recvfrom),
                 NAME(sendmsg),
                 NAME(recvmsg),
                 NAME(sendfile),
                 NAME(socket),
                 NAME(connect),
                 NAME(shutdown),
                 NAME(fcntl),
                 NAME(setsockopt),
                 NAME(getsockopt),
                 NAME(epoll_ctl),
                 NAME(epoll_pwait),
                 NAME(epoll_create1),
                 NAME(eventfd2),
                 NAME(futex),
                 NAME(writev),
                 NAME(readv),
                 NAME(fstat),
                 NAME(openat),
                 NAME(lseek),
                 NAME(ioctl),
                 NAME(getpid),
                 NAME(getppid),
                 NAME(clock_gettime),
                 NAME(rt_sigprocmask),
                 NAME(rt_sigtimedwait),
                 NAME(clone3),
                 NAME(timerfd_settime),
                 NAME(getsockname),
                 NAME(getpeername),
                 NAME(madvise),
                 NAME(mprotect),
                 NAME(gettid),
#ifdef __x86_64__ /* calls that other processors lack */
                 NAME(poll),
                 NAME(mmap),
                 NAME(epoll_wait),
                 NAME(newfstatat)
#endif
    };
#undef NAME

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].number == number)
            return names[i].name;
    snprintf(room, 16, "#%ld", number);
    return room;
}

const char *syscalls_text(const struct syscalls *calls)
{
    static char text[1000];
    size_t used = 0;

    text[0] = '\0';
    for (int i = 0; i < calls->count && i < SYSCALLS_MAX && used < sizeof text - 40; i++) {
        char room[16];

        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? " " : "",
                                 name_of(calls->seen[i].number, room));
    }
    return text;
}
