/* SPDX-License-Identifier: MIT */
/* wipe: memory that may have held credentials (T-53). */
#ifndef LIBHTTP_BASE_WIPE_H
#define LIBHTTP_BASE_WIPE_H

#include <stdlib.h>
#include <string.h>

/* Wipes `size` bytes and frees them. NULL is fine. */
static inline void wipe_and_free(void *memory, size_t size)
{
    if (memory)
        explicit_bzero(memory, size);
    free(memory);
}

#endif
