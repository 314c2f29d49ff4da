/* SPDX-License-Identifier: MIT */
/* wipe: memory that may have held credentials (T-53). */
#ifndef LIBHTTP_BASE_WIPE_H
#define LIBHTTP_BASE_WIPE_H

#include <stdlib.h>
#include <string.h>

/* Of more than this at once the C library makes one instruction that takes as many steps. */
#define WIPE_PIECE 1024u

/* Wipes `size` bytes and frees them. NULL is fine. */
static inline void wipe_and_free(void *memory, size_t size)
{
    char *at = memory;

    if (!at)
        return;
    for (; size > WIPE_PIECE; size -= WIPE_PIECE, at += WIPE_PIECE)
        explicit_bzero(at, WIPE_PIECE);
    explicit_bzero(at, size);
    free(memory);
}

#endif
