/* SPDX-License-Identifier: MIT */
/* heap: whether secrets are left in memory, used or freed. */
#ifndef TESTS_SUPPORT_HEAP_H
#define TESTS_SUPPORT_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* AddressSanitizer's is elsewhere. */
#if defined(__SANITIZE_ADDRESS__)
#define HEAP_IS_MALLOCS 0
#else
#define HEAP_IS_MALLOCS 1
#endif

/* Whether the bytes lie anywhere on the heap, in freed memory too. `bytes` itself must not. */
bool heap_holds(const void *bytes, size_t length);

#endif
