/* SPDX-License-Identifier: MIT */
/* heap: whether secrets are left in memory, used or freed. */
#ifndef TESTS_SUPPORT_HEAP_H
#define TESTS_SUPPORT_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the bytes lie anywhere on the heap, in freed memory too. `bytes` itself must not. */
bool heap_holds(const void *bytes, size_t length);

#endif
