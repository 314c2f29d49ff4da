/* SPDX-License-Identifier: MIT */
/*
 * process: what the library knows of the process it runs in, and the only mutable globals besides the default TLS
 * configuration: how often it has forked, and how many look-up threads are still under way.
 */
#ifndef LIBHTTP_BASE_PROCESS_H
#define LIBHTTP_BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Changes in the child of each fork. A handle remembers the value under which it opened its descriptors: where it differs,
 * they belong to the parent.
 */
uint32_t process_generation(void);

/* Takes one of the process's places for a look-up thread; false where `limit` are taken. */
bool process_lookup_begin(int limit);
void process_lookup_end(void);

#endif
