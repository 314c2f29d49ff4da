/* SPDX-License-Identifier: MIT */
/* process: forks are noticed, look-up threads counted. */
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "support/process.h"
#include "tap.h"

static int in_child(void (*what)(int fd))
{
    int ends[2];
    char verdict = 0;
    pid_t child;

    if (pipe(ends) < 0)
        return -1;
    child = fork();
    if (child == 0) {
        what(ends[1]);
        process_leave(0);
    }
    close(ends[1]);
    if (read(ends[0], &verdict, 1) != 1)
        verdict = 0;
    close(ends[0]);
    waitpid(child, NULL, 0);
    return verdict;
}

static uint32_t parents;

static void look(int fd)
{
    char verdict = process_generation() != parents && process_lookups() == 0;

    if (write(fd, &verdict, 1) != 1)
        _exit(1);
}

int main(void)
{
    process_watch_forks();
    parents = process_generation();
    is(process_generation(), parents, "the generation stays in one process");
    process_lookup_abandoned();
    process_lookup_abandoned();
    process_lookup_ended();
    is(process_lookups(), 1, "T-39 abandoned look-ups are counted until they end");
    is(in_child(look), 1,
       "T-39 a child of fork has another generation, and none of its parent's threads");
    is(process_generation(), parents, "the parent keeps its own");
    return done_testing();
}
