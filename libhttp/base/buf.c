/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdlib.h>

#include "base/wipe.h"

/* Doubled to what a usual request head needs: a connection keeps that, and pools have many. */
#define BUF_FIRST_CAPACITY 64u

void buf_init(struct buf *b, size_t maximum)
{
    *b = (struct buf){.maximum = maximum};
}

void buf_init_secret(struct buf *b, size_t maximum)
{
    *b = (struct buf){.maximum = maximum, .secret = true};
}

void buf_release_all(struct buf *b)
{
    if (b->secret)
        wipe_and_free(b->data, b->capacity);
    else
        free(b->data);
    *b = (struct buf){.maximum = b->maximum, .secret = b->secret};
}

static void move_to_front(struct buf *b)
{
    if (b->start == 0)
        return;
    memmove(b->data, b->data + b->start, buf_length(b));
    b->end -= b->start;
    b->start = 0;
}

/* The next capacity that holds `needed`: doubled, so that appending stays linear. */
static size_t grown_capacity(const struct buf *b, size_t needed)
{
    size_t capacity = b->capacity ? b->capacity : BUF_FIRST_CAPACITY;

    while (capacity < needed)
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    return capacity;
}

/* What realloc moves it leaves behind. */
static char *move_secret(const struct buf *b, size_t capacity)
{
    char *data = malloc(capacity);

    if (data && b->data) {
        memcpy(data, b->data, b->end);
        wipe_and_free(b->data, b->capacity);
    }
    return data;
}

static bool grow(struct buf *b, size_t needed)
{
    size_t capacity = grown_capacity(b, needed);
    char *data = b->secret ? move_secret(b, capacity) : realloc(b->data, capacity);

    if (!data) {
        b->failure = BUF_NO_MEMORY;
        return false;
    }
    b->data = data;
    b->capacity = capacity;
    return true;
}

char *buf_make_room(struct buf *b, size_t n)
{
    size_t length = buf_length(b);

    if (b->failure)
        return NULL;
    if (n > b->maximum - length) {
        b->failure = BUF_FULL;
        return NULL;
    }
    /* Moving is only worth it where it frees at least half: otherwise a slow reader makes it
     * quadratic. */
    if (b->start >= length)
        move_to_front(b);
    if ((b->capacity - b->end < n || !b->data) && !grow(b, b->end + n))
        return NULL;
    return b->data + b->end;
}

void buf_append_decimal(struct buf *b, uint64_t value)
{
    char digits[20];

    buf_append_span(b, span_of_decimal(digits, value));
}

void buf_append_hex(struct buf *b, uint64_t value)
{
    char digits[16];
    size_t at = sizeof digits;

    do {
        digits[--at] = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value > 0);
    buf_append(b, digits + at, sizeof digits - at);
}

void buf_truncate(struct buf *b, size_t n)
{
    b->end = b->start + n;
}

void buf_replace(struct buf *b, size_t at, size_t old_length, struct span s)
{
    size_t tail = buf_length(b) - at - old_length;
    char *from;

    if (s.length > old_length && !buf_reserve(b, s.length - old_length))
        return;
    from = buf_data(b) + at;
    memmove(from + s.length, from + old_length, tail);
    memcpy(from, s.data, s.length);
    b->end = b->start + at + s.length + tail;
}
