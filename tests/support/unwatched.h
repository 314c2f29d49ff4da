/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_UNWATCHED_H
#define TESTS_SUPPORT_UNWATCHED_H

/*
 * Ends a forked child at once, by _exit. What it has given up that was its parent's, and what its
 * parent's other threads hold, is no leak: valgrind isn't asked for one, and errors that it has
 * found give status 9.
 */
_Noreturn void leave_unwatched(int status);

#endif
