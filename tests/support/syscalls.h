/* SPDX-License-Identifier: MIT */
/*
 * Which system calls a piece of code makes. It runs in a forked and traced child:
 *
 *     static void exchange(void *context)
 *     {
 *         ... warm up ...
 *         syscalls_begin();
 *         ... the part to look at ...
 *         syscalls_end();
 *     }
 *     struct syscalls calls;
 *     syscalls_of(exchange, &context, &calls);
 *     is(calls.count, 2, "two system calls: %s", syscalls_text(&calls));
 *
 * The child's own checks are not TAP: it tells what went wrong by exit, and syscalls_of returns its
 * status. Threads that the code starts are traced too.
 */
#ifndef TESTS_SUPPORT_SYSCALLS_H
#define TESTS_SUPPORT_SYSCALLS_H

#include <stdbool.h>
#include <stdint.h>

enum { SYSCALLS_MAX = 4096 };

struct syscall_seen {
    long number; /* SYS_poll and so on */
    uint64_t arguments[6];
    int64_t result; /* negative: minus errno */
};

struct syscalls {
    int count; /* between begin and end; those beyond SYSCALLS_MAX are counted only */
    struct syscall_seen seen[SYSCALLS_MAX];
};

/* Under valgrind, and where the system doesn't let us trace, nothing can be seen. */
bool syscalls_can_be_seen(void);

/* The child's exit status: 0 when body returned; -1 when it was killed or could not be traced. */
int syscalls_of(void (*body)(void *context), void *context, struct syscalls *ret);

/* To be called by the body. Several stretches add up. */
void syscalls_begin(void);
void syscalls_end(void);

/* How many of the seen ones have this number; their names, for a description. */
int syscalls_count(const struct syscalls *calls, long number);
const char *syscalls_text(const struct syscalls *calls);

#endif
