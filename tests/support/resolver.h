/* SPDX-License-Identifier: MIT */
/*
 * A test that calls one of these has getaddrinfo replaced in the whole process: look-ups answer as
 * told, and ask nobody. At first every name is unknown.
 */
#ifndef TESTS_SUPPORT_RESOLVER_H
#define TESTS_SUPPORT_RESOLVER_H

#include <stdbool.h>

/* Look-ups hang, like those at a name server that is gone, until they are let go; several threads
 * may ask for it at once. */
void resolver_hang(bool hang);

/* Every name has these addresses from now on, literals with blanks between; NULL: unknown. */
void resolver_answer(const char *addresses);

/* How many look-ups have begun, and how many of them hang now. */
int resolver_begun(void);
int resolver_hanging(void);

/* Threads that have looked up and not ended yet; they end a moment after their answer. False: some
 * are left after five seconds. */
int resolver_threads(void);
bool resolver_threads_end(void);

#endif
