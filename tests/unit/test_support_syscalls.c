/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/syscalls.h"
#include "tap.h"

static void three_calls(void *context)
{
    char byte;

    (void)context;
    syscall(SYS_getpid);
    syscalls_begin();
    syscall(SYS_getppid);
    syscalls_end();
    syscall(SYS_getpid);
    syscalls_begin();
    if (read(1000, &byte, 1) == 0)
        _exit(2);
    syscall(SYS_getppid);
    syscalls_end();
    _exit(3);
}

static void *ask_parent(void *context)
{
    syscall(SYS_getppid);
    return context;
}

static void a_thread(void *context)
{
    pthread_t thread;

    syscalls_begin();
    if (pthread_create(&thread, NULL, ask_parent, context) == 0)
        pthread_join(thread, NULL);
    syscalls_end();
}

int main(void)
{
    static struct syscalls calls;

    if (!syscalls_can_be_seen()) {
        skip("system calls cannot be seen here");
        return done_testing();
    }
    is(syscalls_of(three_calls, NULL, &calls), 3, "the body's exit status comes back");
    is_str(syscalls_text(&calls), "getppid read getppid", "what was between begin and end");
    is(calls.count, 3, "is counted");
    is(syscalls_count(&calls, SYS_getppid), 2, "by number too");
    is(calls.seen[1].arguments[0], 1000, "arguments are kept");
    ok(calls.seen[1].result < 0, "and results");
    is(syscalls_of(a_thread, NULL, &calls), 0, "a body that returns has ended well");
    is(syscalls_count(&calls, SYS_getppid), 1, "threads are seen");
    return done_testing();
}
