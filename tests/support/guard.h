/* SPDX-License-Identifier: MIT */
/* Copies that end where memory ends: one byte read or written behind them is a crash (T-35). */
#ifndef TESTS_SUPPORT_GUARD_H
#define TESTS_SUPPORT_GUARD_H

#include <stddef.h>

/* Memory of at least `size` bytes right before a page that can't be touched. */
struct guard {
    char *map;
    size_t map_size;
    char *end;
};

void guard_init(struct guard *g, size_t size);
void guard_done(struct guard *g);

/* Puts a copy of data[0, length) at its end and returns it; the bytes before are not the old ones.
 */
char *guard_copy(struct guard *g, const void *data, size_t length);

/* The same on the heap, exactly sized: for the sanitizers and valgrind. Free it. */
char *exact_copy(const void *data, size_t length);

#endif
