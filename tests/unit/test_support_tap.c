/* SPDX-License-Identifier: MIT */
/* The checks themselves: a child makes ones that fail, and its output is compared. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/printable.h"
#include "tap.h"

static void failing_checks(void)
{
    ok(1 == 1, "holds");
    ok(1 == 2, "does not # hold");
    is(3, 4, "numbers");
    is_str("a", NULL, "a string and NULL");
    is_str("a\r", "a\n", "strings");
    is_mem("a\0b", 3, "a\0c", 3, "memory");
    contains("abc", "x", "a part");
    skip("not %s", "here");
}

static size_t output_of(void (*checks)(void), char *out, size_t size, int *status)
{
    int ends[2];
    size_t used = 0;
    ssize_t got;
    pid_t child;

    if (pipe(ends) != 0 || (child = fork()) < 0)
        bail_out("no pipe or no process");
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        checks();
        _exit(done_testing());
    }
    close(ends[1]);
    while ((got = read(ends[0], out + used, size - 1 - used)) > 0)
        used += (size_t)got;
    out[used] = '\0';
    close(ends[0]);
    waitpid(child, status, 0);
    return used;
}

static void nothing(void)
{
}

int main(void)
{
    char out[4096], none[100], room[16];
    int status, none_status;

    output_of(failing_checks, out, sizeof out, &status);
    output_of(nothing, none, sizeof none, &none_status);
    is(WEXITSTATUS(none_status), 1, "a program without checks fails");
    is(WEXITSTATUS(status), 1, "a program with failed checks fails");
    contains(out, "ok 1 - holds\nnot ok 2 - does not   hold\n", "descriptions lose their hashes");
    contains(out, "got 3, wanted 4", "numbers are shown");
    contains(out, "(wanted is NULL)", "NULL is shown");
    contains(out, "got    \"a\\r\"", "strings are shown escaped");
    contains(out, "they differ at 2", "the place of the difference is shown");
    contains(out, "ok 8 # SKIP not here", "a skip is a skip");
    contains(out, "1..8\n", "the plan comes last");
    is_str(printable(room, sizeof room, "a\0\"\xff", 4), "a\\x00\\\"\\xff", "printable escapes");
    is_str(printable(room, sizeof room, "0123456789abcdef", 16), "0123456789ab...", "and cuts");
    return done_testing();
}
