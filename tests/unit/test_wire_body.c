/* SPDX-License-Identifier: MIT */
/* What is left of a body in each framing, and what EOF means at every byte of it. */
#include "wire/body.h"

#include <stdlib.h>
#include <string.h>

#include "support/counts.h"
#include "support/guard.h"
#include "tap.h"

static struct failure failure;
static const struct head_limits limits = {65536, 100, 256 * 1024};

static void begin(struct body *b, enum body_kind kind, int64_t length)
{
    struct framing framing = {.kind = (uint8_t)kind, .length = length};

    body_init(b, &framing);
}

/* Feeds a copy that is exactly sized; returns how much of it was used. */
static size_t feed(struct body *b, const char *data, size_t length, size_t *ret_produced)
{
    char *copy = exact_copy(data, length);
    size_t used = 99;
    int32_t status = body_decode(b, copy, length, &limits, &used, ret_produced, &failure);

    if (status != LIBHTTP_OK)
        fail("a good body: %s", failure_text(&failure));
    free(copy);
    return used;
}

static void check_none(enum body_kind kind)
{
    struct body b;
    size_t produced;

    begin(&b, kind, 0);
    ok(b.complete && b.whole, "C-90 complete at once");
    is(feed(&b, "HTTP", 4, &produced), 0, "C-85 T-15 nothing is its");
    is(produced, 0, "nothing comes out");
    is(body_straight(&b), 0, "nothing may be received for it");
    is(body_remaining(&b), 0, "C-131 nothing is left");
    is(body_at_eof(&b, &failure), LIBHTTP_OK, "EOF is fine");
    body_done(&b);
}

static void check_length(void)
{
    struct body b;
    size_t produced;

    begin(&b, BODY_LENGTH, 10);
    ok(!b.complete && !b.whole, "a body with a length");
    is(body_remaining(&b), 10, "C-131 what is left");
    is(body_straight(&b), 10, "C-85 and may be received");
    is(feed(&b, "0123", 4, &produced), 4, "some of it");
    is(produced, 4, "comes out");
    is(body_remaining(&b), 6, "C-131 less is left");
    is(body_at_eof(&b, &failure), LIBHTTP_E_INCOMPLETE_READ, "C-87 C-88 EOF now is an error");
    is(failure.missing, 6, "C-87 that tells how much is missing");
    contains(failure_text(&failure), "after 4 bytes", "and how much came");
    is(feed(&b, "456789HTTP", 10, &produced), 6, "C-85 the rest, and not more");
    ok(produced == 6 && b.complete && b.whole, "complete");
    is(b.produced, 10, "all came out");
    is(feed(&b, "HTTP", 4, &produced), 0, "C-85 T-15 nothing behind it is its");
    is(body_at_eof(&b, &failure), LIBHTTP_OK, "EOF is fine then");
    body_done(&b);
    begin(&b, BODY_LENGTH, (int64_t)1 << 40);
    is(body_straight(&b), (int64_t)1 << 40, "T-21 C-86 a huge length is a number, no memory");
    is(feed(&b, "x", 1, &produced), 1, "of which a byte comes");
    is(body_remaining(&b), ((int64_t)1 << 40) - 1, "and is counted");
    body_done(&b);
}

static void check_until_close(void)
{
    struct body b;
    size_t produced;

    begin(&b, BODY_UNTIL_CLOSE, 0);
    is(body_straight(&b), INT64_MAX, "C-79 as much as comes");
    is(body_remaining(&b), -1, "C-131 nobody knows how much");
    is(feed(&b, "0\r\n\r\n", 5, &produced), 5, "all is its");
    is(produced, 5, "whatever it looks like");
    is(feed(&b, "", 0, &produced), 0, "nothing is no end");
    ok(!b.complete, "C-79 not complete");
    is(body_at_eof(&b, &failure), LIBHTTP_OK, "C-79 before EOF");
    ok(b.complete && b.whole, "which makes it so");
    is(body_remaining(&b), 0, "nothing is left then");
    body_done(&b);
}

static void check_chunked(void)
{
    struct body b;
    size_t produced;

    begin(&b, BODY_CHUNKED, 0);
    is(body_straight(&b), 0, "framing first");
    is(body_remaining(&b), -1, "C-131 nobody knows how much");
    is(feed(&b, "5\r\nhe", 5, &produced), 5, "a chunk begins");
    is(produced, 2, "its data comes out");
    is(body_straight(&b), 3, "the rest of the chunk may come straight");
    is(feed(&b, "llo", 3, &produced), 3, "it does");
    is(produced, 3, "unmoved");
    is(b.produced, 5, "and is counted");
    is(feed(&b, "\r\n0\r\n", 5, &produced), 5, "the last chunk's line");
    ok(b.whole && !b.complete, "C-83 makes the body whole");
    is(body_remaining(&b), 0, "C-131 nothing of it is left");
    is(feed(&b, "A: b\r\n\r\nHTTP", 12, &produced), 8, "C-83 C-85 its trailers, no more");
    ok(b.complete, "make it complete");
    is(b.chunked.trailers ? b.chunked.trailers->count : 0, 1, "C-83 they are kept");
    body_done(&b);
}

static void check_error(void)
{
    char data[] = "3\r\nabcX";
    struct body b;
    size_t used, produced;

    begin(&b, BODY_CHUNKED, 0);
    is(body_decode(&b, data, 7, &limits, &used, &produced, &failure), LIBHTTP_E_BAD_CHUNK,
       "broken framing is an error");
    is_mem(data, produced, "abc", 3, "C-88 what came before it counts");
    ok(!b.complete && !b.whole && b.produced == 3, "and is no whole body");
    body_done(&b);
}

static void check_memory(void)
{
    struct body b;
    size_t produced;
    int64_t before;

    if (!malloc_is_counted()) {
        skip("malloc is not ours here");
        return;
    }
    before = malloc_in_use();
    begin(&b, BODY_CHUNKED, 0);
    feed(&b, "0\r\nA: b\r\n\r\n", 11, &produced);
    ok(malloc_in_use() > before, "C-83 trailers take memory");
    body_done(&b);
    is(malloc_in_use(), before, "which is given back");
}

/* T-19: cut at every byte a chunked body is an error, but where only trailers are missing. */
static void check_chunked_eof(void)
{
    static const char data[] = "5\r\nhello\r\n3;x\r\nabc\r\n0\r\nA: b\r\n\r\n";
    const size_t whole_at = 23; /* behind "0\r\n" */
    bool good = true;

    for (size_t length = 0; length < sizeof data; length++) {
        struct body b;
        size_t produced;
        int32_t wanted = length < whole_at ? LIBHTTP_E_INCOMPLETE_READ : LIBHTTP_OK;

        begin(&b, BODY_CHUNKED, 0);
        failure_done(&failure);
        feed(&b, data, length, &produced);
        good = good && body_at_eof(&b, &failure) == wanted && b.whole == (length >= whole_at) &&
               b.complete == (length == sizeof data - 1) && failure.missing == -1;
        body_done(&b);
    }
    ok(good, "T-19 C-83 C-88 EOF at every byte of a chunked body");
}

static void check_length_eof(void)
{
    bool good = true;

    for (size_t length = 0; length <= 20; length++) {
        struct body b;
        size_t produced;

        begin(&b, BODY_LENGTH, 20);
        feed(&b, "01234567890123456789", length, &produced);
        if (length < 20)
            good = good && body_at_eof(&b, &failure) == LIBHTTP_E_INCOMPLETE_READ &&
                   failure.missing == 20 - (int64_t)length && !b.complete;
        else
            good = good && body_at_eof(&b, &failure) == LIBHTTP_OK && b.complete;
        body_done(&b);
    }
    ok(good, "T-19 C-88 EOF at every byte of a body with a length");
}

/* Framing alone: how much of it is used. */
static size_t skip_in(struct body *b, const char *data, int32_t status)
{
    char *copy = exact_copy(data, strlen(data));
    size_t used = 99;

    is(body_skip_framing(b, copy, strlen(data), &limits, &used, &failure), status,
       "C-89 framing in \"%.20s\"", data);
    is_mem(copy, strlen(data), data, strlen(data), "which stays as it is");
    free(copy);
    return used;
}

static void check_skip_framing(void)
{
    struct body b;
    size_t produced;

    begin(&b, BODY_CHUNKED, 0);
    is(skip_in(&b, "", LIBHTTP_OK), 0, "nothing of nothing");
    is(skip_in(&b, "2;x\r\nab", LIBHTTP_OK), 5, "C-89 up to the first byte of data");
    is(skip_in(&b, "ab\r\n", LIBHTTP_OK), 0, "C-89 and no further");
    is(body_straight(&b), 2, "which is to come");
    is(feed(&b, "a", 1, &produced), 1, "one byte");
    is(skip_in(&b, "b\r\n", LIBHTTP_OK), 0, "the next is data too");
    is(feed(&b, "b", 1, &produced), 1, "and another");
    is(skip_in(&b, "\r\n", LIBHTTP_OK), 2, "what follows is none");
    is(skip_in(&b, "0\r\n", LIBHTTP_OK), 3, "nor the last chunk's line");
    ok(b.whole && !b.complete, "C-83 whole, but for its trailers");
    is(skip_in(&b, "\r\nHTTP", LIBHTTP_OK), 2, "C-85 their end, and nothing behind it");
    ok(b.complete, "C-90 complete");
    is(skip_in(&b, "HTTP", LIBHTTP_OK), 0, "C-85 nothing more is its");
    is(b.produced, 2, "what was skipped isn't counted");
    body_done(&b);
    begin(&b, BODY_CHUNKED, 0);
    is(skip_in(&b, "1\r\n", LIBHTTP_OK), 3, "another");
    is(feed(&b, "a", 1, &produced), 1, "its byte");
    is(skip_in(&b, "\rx", LIBHTTP_E_BAD_CHUNK), 1, "C-80 broken framing is told, and where");
    failure_done(&failure);
    body_done(&b);
    begin(&b, BODY_LENGTH, 2);
    is(skip_in(&b, "ab", LIBHTTP_OK), 0, "another body has none");
    body_done(&b);
    begin(&b, BODY_UNTIL_CLOSE, 0);
    is(skip_in(&b, "0\r\n", LIBHTTP_OK), 0, "whatever it looks like");
    body_done(&b);
}

int main(void)
{
    check_skip_framing();
    failure_init(&failure);
    check_none(BODY_NONE);
    check_none(BODY_STREAM);
    check_none(BODY_LENGTH);
    check_length();
    check_until_close();
    check_chunked();
    check_memory();
    check_error();
    check_chunked_eof();
    check_length_eof();
    failure_done(&failure);
    return done_testing();
}
