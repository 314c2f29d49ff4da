/* SPDX-License-Identifier: MIT */
/*
 * process: what the library knows of the process it runs in, and the only mutable globals besides
 * the default TLS configuration: how often it has forked, and how many abandoned look-ups are still
 * under way.
 */
#ifndef LIBHTTP_BASE_PROCESS_H
#define LIBHTTP_BASE_PROCESS_H

#include <stdint.h>

/*
 * Changes in the child of each fork. A handle remembers the value under which it opened its
 * descriptors: where it differs, they belong to the parent.
 */
uint32_t process_generation(void);

/* Look-up threads that nobody waits for any more: one is abandoned, one of those has ended, and how
 * many there are. */
void process_lookup_abandoned(void);
void process_lookup_ended(void);
int process_lookups(void);

#endif
