/* SPDX-License-Identifier: MIT */
#include "support/unwatched.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define VALGRIND_COUNT_ERRORS 0
#endif

_Noreturn void leave_unwatched(int status)
{
    char text[20];

    /* It watches no other program. */
    if (getenv("TEST_WRAPPER") != NULL) {
        snprintf(text, sizeof text, "exit %d", VALGRIND_COUNT_ERRORS > 0 ? 9 : status);
        execl("/bin/sh", "sh", "-c", text, (char *)NULL);
    }
    _exit(status);
}
