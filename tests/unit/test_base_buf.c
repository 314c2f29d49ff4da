/* SPDX-License-Identifier: MIT */
/* buf: bytes in their order, a hard maximum, latched failures. */
#include <stdlib.h>

#include "base/buf.h"
#include "support/counts.h"
#include "tap.h"

static void test_append(void)
{
    struct buf b;

    buf_init(&b, 1000);
    is(buf_length(&b), 0, "a new buffer is empty");
    ok(buf_span(&b).data != NULL, "the span of an empty buffer has a pointer all the same");
    buf_append_text(&b, "abc");
    buf_append(&b, "", 0);
    buf_append_decimal(&b, 0);
    buf_append_decimal(&b, UINT64_MAX);
    buf_append_hex(&b, 0);
    buf_append_hex(&b, 0xdeadbeef01u);
    is_mem(buf_data(&b), buf_length(&b), "abc0184467440737095516150deadbeef01", 35,
           "what is appended stands in its order");
    buf_release(&b);
    is(b.capacity, 0, "a released buffer holds no memory");
}

static void test_maximum(void)
{
    struct buf b;

    buf_init(&b, 8);
    buf_append_text(&b, "12345678");
    ok(!buf_failed(&b), "a buffer takes as many bytes as its maximum");
    buf_append_text(&b, "9");
    is(b.failure, BUF_FULL, "one more is refused");
    is_mem(buf_data(&b), buf_length(&b), "12345678", 8, "what was there stays");
    buf_consume(&b, 4);
    buf_append_text(&b, "a");
    is(buf_length(&b), 4, "the failure is latched: nothing more is appended");
    buf_clear(&b);
    buf_append_text(&b, "12345678");
    is(buf_length(&b), 8, "T-20 after a clear it takes its maximum again");
    ok(buf_reserve(&b, SIZE_MAX) == NULL, "a reservation that would overflow is refused");
    buf_release(&b);
}

static void test_nothing(void)
{
    struct buf b;

    buf_init(&b, SIZE_MAX);
    ok(buf_reserve(&b, 0) != NULL, "room for nothing has a place too");
    buf_append_text(&b, "a");
    ok(buf_reserve(&b, 1) == buf_data(&b) + 1, "room that is there already");
    /* ThreadSanitizer's malloc stops the program here. */
    if (malloc_is_counted()) {
        ok(buf_reserve(&b, SIZE_MAX - 1) == NULL, "T-12 more than half of all memory is refused");
        is(b.failure, BUF_NO_MEMORY, "for want of memory, not by a size that wrapped");
    }
    buf_release(&b);
}

static void test_queue(void)
{
    struct buf b;
    size_t grown = 0;

    buf_init(&b, SIZE_MAX / 2);
    for (int i = 0; i < 100000; i++) {
        buf_append_text(&b, "0123456789");
        buf_consume(&b, 10);
        if (b.capacity > grown)
            grown = b.capacity;
    }
    ok(grown <= 1024, "a queue that is emptied as fast as it is filled doesn't grow (capacity %zu)",
       grown);
    for (int i = 0; i < 2000; i++)
        buf_append_text(&b, "0123456789");
    for (int i = 0; i < 1999; i++)
        buf_consume(&b, 10);
    is_mem(buf_data(&b), buf_length(&b), "0123456789", 10, "bytes come out as they went in");
    buf_release(&b);
}

static void test_replace(void)
{
    struct buf b;

    buf_init(&b, 1000);
    buf_append_text(&b, "xxHost: a\r\nEnd");
    buf_consume(&b, 2);
    buf_replace(&b, 6, 1, span_text("longer"));
    is_mem(buf_data(&b), buf_length(&b), "Host: longer\r\nEnd", 17,
           "a part is replaced by a longer one");
    buf_replace(&b, 6, 6, span_text(""));
    is_mem(buf_data(&b), buf_length(&b), "Host: \r\nEnd", 11, "and by an empty one");
    buf_truncate(&b, 4);
    is_mem(buf_data(&b), buf_length(&b), "Host", 4, "the end is taken back");
    buf_release(&b);
    buf_init(&b, 4);
    buf_append_text(&b, "abcd");
    buf_replace(&b, 1, 1, span_text("xyz"));
    is(b.failure, BUF_FULL, "T-20 a longer part that goes over the maximum is refused");
    is_mem(buf_data(&b), buf_length(&b), "abcd", 4, "and nothing was replaced");
    buf_release(&b);
}

int main(void)
{
    test_append();
    test_maximum();
    test_nothing();
    test_queue();
    test_replace();
    return done_testing();
}
