/* SPDX-License-Identifier: MIT */
/*
 * buf: owned bytes, a queue that grows at its end and is used up at its start, with a hard maximum.
 *
 * Running out of memory or over the maximum is latched: append away and ask buf_failed once at the
 * end. Data moves when the buffer grows; keep offsets, not pointers.
 */
#ifndef LIBHTTP_BASE_BUF_H
#define LIBHTTP_BASE_BUF_H

#include "base/span.h"

enum buf_failure { BUF_FINE = 0, BUF_NO_MEMORY, BUF_FULL };

struct buf {
    char *data;
    size_t start;    /* offset of the first byte that is still there */
    size_t end;      /* offset behind the last */
    size_t capacity; /* bytes allocated */
    size_t maximum;  /* most bytes it may hold */
    uint8_t failure; /* enum buf_failure, latched until buf_clear */
    bool secret;     /* may hold credentials: wiped before it is freed (T-53) */
};

void buf_init(struct buf *b, size_t maximum);

/* For bytes that may be credentials: what is freed is wiped before, also when it grows (T-53). */
void buf_init_secret(struct buf *b, size_t maximum);

/* Frees the memory. The buffer is empty then, and may be used again. Also clears a latched failure.
 */
void buf_release_all(struct buf *b);

static inline void buf_release(struct buf *b)
{
    if (b->data || b->failure)
        buf_release_all(b);
}

/* Empties it and clears a latched failure; the memory stays. */
static inline void buf_clear(struct buf *b)
{
    b->start = b->end = 0;
    b->failure = BUF_FINE;
}

static inline size_t buf_length(const struct buf *b)
{
    return b->end - b->start;
}

static inline char *buf_data(const struct buf *b)
{
    return b->data + b->start;
}

static inline struct span buf_span(const struct buf *b)
{
    return b->data ? span_of(b->data + b->start, b->end - b->start) : span_of("", 0);
}

static inline bool buf_failed(const struct buf *b)
{
    return b->failure != BUF_FINE;
}

char *buf_make_room(struct buf *b, size_t n); /* for buf_reserve, where the room isn't there yet */

/*
 * Room for at least n more bytes behind the end; NULL, latched, if there can't be any. Write there,
 * then buf_commit.
 */
static inline char *buf_reserve(struct buf *b, size_t n)
{
    bool is_there = b->data && n <= b->capacity - b->end && n <= b->maximum - buf_length(b);

    return is_there && b->failure == BUF_FINE ? b->data + b->end : buf_make_room(b, n);
}

static inline void buf_commit(struct buf *b, size_t n)
{
    b->end += n;
}

static inline void buf_append(struct buf *b, const void *data, size_t n)
{
    char *room = n > 0 ? buf_reserve(b, n) : NULL;

    if (!room)
        return;
    memcpy(room, data, n);
    b->end += n;
}

static inline void buf_append_span(struct buf *b, struct span s)
{
    buf_append(b, s.data, s.length);
}

/* A literal string. */
#define buf_append_text(b, literal) buf_append((b), "" literal, sizeof(literal) - 1)

void buf_append_decimal(struct buf *b, uint64_t value);
void buf_append_hex(struct buf *b, uint64_t value);

/* The first n bytes are used up. */
static inline void buf_consume(struct buf *b, size_t n)
{
    b->start += n;
    if (b->start == b->end)
        b->start = b->end = 0;
}

/* Drops everything behind the first n bytes: takes back what was appended. */
void buf_truncate(struct buf *b, size_t n);

/* Replaces `old_length` bytes at offset `at` (counted from the first byte that is there) by s. */
void buf_replace(struct buf *b, size_t at, size_t old_length, struct span s);

#endif
