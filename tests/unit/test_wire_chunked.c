/* SPDX-License-Identifier: MIT */
/*
 * Chunked bodies, good and bad: each whole, byte by byte and split at every place, each piece in
 * memory of its own that ends at a guard page or at its last byte; body, trailers and outcome are
 * always the same.
 */
#include "wire/chunked.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/counts.h"
#include "support/guard.h"
#include "tap.h"

static struct failure failure;
static struct guard guard;
static const struct head_limits usual = {65536, 100, 256 * 1024};

/* What came out, as one text: the outcome, the body, trailers, and how much of the input was used.
 */
struct outcome {
    char text[4096];
    char body[2048];
    size_t length;
    size_t used;
};

static void describe(struct outcome *o, const struct chunked *c, int32_t status, bool with_used)
{
    const char *name = "more";
    size_t size = sizeof o->text;
    size_t at;

    if (status < 0)
        name = libhttp_error_name(status);
    else if (c->phase == CHUNK_DONE)
        name = "done";
    at = (size_t)snprintf(o->text, size, "%s '%.*s'", name, (int)o->length, o->body);
    if (c->phase == CHUNK_DONE && c->trailers) {
        for (uint32_t i = 0; i < c->trailers->count; i++) {
            struct span value = head_value(c->trailers, buf_data(&c->trailer_bytes), i);

            at += (size_t)snprintf(o->text + at, size - at, "|%.*s", (int)value.length, value.data);
        }
    }
    if (with_used)
        snprintf(o->text + at, size - at, " %zu", o->used);
}

static int32_t decode_copy(struct chunked *c, struct outcome *o, const char *data, size_t length,
                           const struct head_limits *limits, bool on_heap)
{
    char *copy = on_heap ? exact_copy(data, length) : guard_copy(&guard, data, length);
    size_t used, produced;
    int32_t status = chunked_decode(c, copy, length, limits, &used, &produced, &failure);

    if (produced > used || used > length || produced > sizeof o->body - o->length)
        bail_out("used %zu of %zu, produced %zu", used, length, produced);
    if (status == LIBHTTP_OK && c->phase != CHUNK_DONE && used < length)
        bail_out("left %zu of %zu", length - used, length);
    if (memcmp(copy + used, data + used, length - used) != 0)
        bail_out("what is not the body's was changed");
    memcpy(o->body + o->length, copy, produced);
    o->length += produced;
    o->used += used;
    if (on_heap)
        free(copy);
    return status;
}

static void run(struct outcome *o, const char *data, size_t length, size_t cut, size_t step,
                const struct head_limits *limits)
{
    struct chunked c;
    int32_t status = LIBHTTP_OK;
    size_t at = 0;
    size_t n = cut > 0 ? cut : step;

    o->length = o->used = 0;
    chunked_init(&c);
    while (status == LIBHTTP_OK && at < length && c.phase != CHUNK_DONE) {
        if (n > length - at)
            n = length - at;
        status = decode_copy(&c, o, data + at, n, limits, (at + cut) % 2 == 1);
        at += n;
        n = step;
    }
    describe(o, &c, status, status == LIBHTTP_OK);
    chunked_done(&c);
}

static void check_limits(const char *data, size_t length, const struct head_limits *limits,
                         const char *wanted, const char *name)
{
    struct outcome whole, split;
    bool same = true;

    run(&whole, data, length, 0, length, limits);
    is_str(whole.text, wanted, "%s", name);
    for (size_t step = 1; step <= 3; step++) {
        run(&split, data, length, 0, step, limits);
        same = same && strcmp(whole.text, split.text) == 0;
    }
    for (size_t cut = 1; cut < length; cut++) {
        run(&split, data, length, cut, length, limits);
        same = same && strcmp(whole.text, split.text) == 0;
    }
    ok(same, "T-35 T-24 %s: the same however it is split", name);
}

#define BODY(input, wanted, name) check_limits(input, sizeof(input) - 1, &usual, wanted, name)
#define END                       "0\r\n\r\n"

static void check_good(void)
{
    BODY("5\r\nhello\r\n" END, "done 'hello' 15", "C-80 one chunk");
    BODY("5\r\nhello\r\n1\r\n \r\n6\r\nworld!\r\n" END, "done 'hello world!' 32", "C-80 three");
    BODY(END, "done '' 5", "C-80 an empty body");
    BODY("0000\r\n\r\n", "done '' 8", "C-80 many zeros");
    BODY("00000000000000000000005\r\nhello\r\n" END, "done 'hello' 37", "C-80 leading zeros");
    BODY("a\r\n0123456789\r\nA\r\n0123456789\r\n" END, "done '01234567890123456789' 35",
         "C-80 both cases");
    BODY("5;a=b\r\nhello\r\n0;c\r\n\r\n", "done 'hello' 21", "C-80 extensions");
    BODY("5 ; a = \"b;c\"\t\r\nhello\r\n" END, "done 'hello' 28", "C-80 blanks, a quoted one");
    BODY("5  \r\nhello\r\n0\t\r\n\r\n", "done 'hello' 18", "C-80 blanks behind the size");
    BODY("5;\x80\xff\r\nhello\r\n" END, "done 'hello' 18", "C-80 bytes above 0x7f in one");
    BODY("2\r\n\r\n\r\n" END, "done '\r\n' 12", "C-80 data that looks like framing");
    BODY("5\r\nhello\r\n" END "HTTP/1.1 200 OK\r\n", "done 'hello' 15",
         "C-85 T-15 what is behind is not used");
    BODY("5\r\nhello\r\n0\r\n\n", "done 'hello' 14", "C-68 a bare LF ends the trailers");
}

static void check_trailers(void)
{
    BODY("5\r\nhello\r\n0\r\nA: b\r\nC:d\r\n\r\n", "done 'hello'|b|d 26", "C-83 trailers");
    BODY("0\r\nA: b\n\n", "done ''|b 9", "C-68 C-83 bare LFs");
    BODY("0\r\nA: b\r\n\r\nmore\r\n\r\n", "done ''|b 11", "C-85 what is behind them is not used");
    BODY("0\r\nA: b\r\n c\r\n\r\n", "done ''|b\r\n c 15", "C-73 C-83 a fold in them");
    BODY("0\r\nA : b\r\n\r\n", "BadHeader ''", "C-83 T-14 a bad one");
    BODY("0\r\nA: \0b\r\n\r\n", "BadHeader ''", "C-83 T-14 NUL in one");
    BODY("0\r\n\rA: b\r\n\r\n", "BadHeader ''", "C-83 T-14 a lone CR");
    BODY("0\r\n A: b\r\n\r\n", "BadHeader ''", "C-83 a fold first");
    BODY("0\r\n5\r\nhello\r\n", "BadHeader ''", "C-83 a chunk behind the last one");
    BODY("3\r\nabc\r\n0\r\nA: b\r\n", "more 'abc' 17", "C-83 cut off");
}

static void check_bad_sizes(void)
{
    BODY("\r\nhello\r\n", "BadChunk ''", "C-80 T-12 no digit");
    BODY("5\r\nhello\r\n\r\n", "BadChunk 'hello'", "C-80 T-12 no digit in a later line");
    BODY(";a\r\nhello\r\n", "BadChunk ''", "C-80 T-12 an extension alone");
    BODY("+5\r\nhello\r\n", "BadChunk ''", "C-80 T-12 a plus");
    BODY("-5\r\nhello\r\n", "BadChunk ''", "C-80 T-12 a minus");
    BODY("0x5\r\nhello\r\n", "BadChunk ''", "C-80 T-12 0x");
    BODY(" 5\r\nhello\r\n", "BadChunk ''", "C-80 T-12 a blank first");
    BODY("5_0\r\nhello\r\n", "BadChunk ''", "C-80 T-12 an underscore");
    BODY("5g\r\nhello\r\n", "BadChunk ''", "C-80 T-12 a letter");
    BODY("5 5\r\nhello\r\n", "BadChunk ''", "C-80 T-12 two numbers");
    BODY("5\0\r\nhello\r\n", "BadChunk ''", "C-80 T-12 NUL");
    BODY("5\x0b\r\nhello\r\n", "BadChunk ''", "C-80 T-12 a vertical tab");
    BODY("8000000000000000\r\nhello", "BadChunk ''", "C-80 T-12 2^63");
    BODY("ffffffffffffffff\r\nhello", "BadChunk ''", "C-80 T-12 2^64 - 1");
    BODY("10000000000000000\r\nhello", "BadChunk ''", "C-80 T-12 2^64");
    BODY("10000000000000005\r\nhello", "BadChunk ''", "C-80 T-12 2^64 + 5");
    BODY("55555555555555555555555555555555555555555555555555555555555555555555555555555555555555555"
         "55"
         "555555555\r\nhello",
         "BadChunk ''", "C-80 T-12 100 digits");
    BODY("7fffffffffffffff\r\nhello", "more 'hello' 23", "C-80 T-12 2^63 - 1 is announced");
    BODY("80000000\r\nhello", "more 'hello' 15", "C-80 T-12 2^31 is announced");
    BODY("100000000\r\nhello", "more 'hello' 16", "C-80 T-12 T-21 2^32 is announced");
    BODY("3\r\nabc\r\nx", "BadChunk 'abc'", "C-80 what came before counts");
}

static void check_bad_lines(void)
{
    BODY("5\nhello\r\n" END, "BadChunk ''", "C-68 T-13 a bare LF");
    BODY("5\rhello\r\n" END, "BadChunk ''", "T-13 a bare CR");
    BODY("5\r\rhello\r\n", "BadChunk ''", "T-13 two CRs");
    BODY("5;a\nhello\r\n" END, "BadChunk ''", "T-13 a bare LF behind an extension");
    BODY("5;a\rb\r\nhello\r\n", "BadChunk ''", "T-13 a bare CR in an extension");
    BODY("5;\0\r\nhello\r\n", "BadChunk ''", "T-13 NUL in an extension");
    BODY("5;\x7f\r\nhello\r\n", "BadChunk ''", "T-13 DEL in an extension");
    BODY("0\n\r\n", "BadChunk ''", "T-13 a bare LF behind the last size");
    BODY("5\r\nhello" END, "BadChunk 'hello'", "T-13 no CRLF behind the data");
    BODY("5\r\nhello\n" END, "BadChunk 'hello'", "T-13 a bare LF behind the data");
    BODY("5\r\nhello\r" END, "BadChunk 'hello'", "T-13 a bare CR behind the data");
    BODY("5\r\nhelloXY" END, "BadChunk 'hello'", "T-13 two other bytes behind the data");
    BODY("4\r\nhello\r\n" END, "BadChunk 'hell'", "T-13 more data than announced");
}

/* What came instead is shown. */
static void check_sentence(void)
{
    char data[] = "5\r\nhelloXY";
    struct chunked c;
    size_t used, produced;

    chunked_init(&c);
    is(chunked_decode(&c, data, sizeof data - 1, &usual, &used, &produced, &failure),
       LIBHTTP_E_BAD_CHUNK, "T-13 another byte behind the data");
    contains(failure_text(&failure), "'X' where", "T-13 is the one that the sentence shows");
    chunked_done(&c);
}

#define LIMITED(input, wanted, name) check_limits(input, sizeof(input) - 1, &limits, wanted, name)

static void check_line_limits(void)
{
    static const struct head_limits limits = {8, 2, 20};

    LIMITED("00000005\r\nhello\r\n" END, "done 'hello' 22", "C-68 a size as long as its limit");
    LIMITED("5\r\nhello\r\n00000005\r\nhello\r\n" END, "done 'hellohello' 32",
            "C-68 each size line has all of it");
    LIMITED("5\r\nhello\r\n000000005\r\nhello\r\n" END, "LineTooLong 'hello'",
            "C-68 T-20 and no more");
    LIMITED("000000005\r\nhello\r\n", "LineTooLong ''", "C-68 T-20 over it");
    contains(failure_text(&failure), "chunk size", "C-68 the sentence says which line");
    LIMITED("5;234567\r\nhello\r\n" END, "done 'hello' 22", "C-80 an extension");
    LIMITED("5;2345678\r\nhello", "LineTooLong ''", "C-80 T-20 a longer one");
    LIMITED("5        \r\nhello", "LineTooLong ''", "C-80 T-20 blanks");
    LIMITED("fffffffffffffffff", "LineTooLong ''", "T-20 endless digits");
    LIMITED("0\r\nA: 45678\r\nB: c\r\n\r\n", "done ''|45678|c 21", "C-83 trailers at their limits");
    LIMITED("0\r\nA: 456789\r\n\r\n", "LineTooLong ''", "C-83 T-20 a long one");
    contains(failure_text(&failure), "trailer line", "C-68 the sentence says which line");
    LIMITED("0\r\nA: 45678\r\nB: 567\r\n\r\n", "done ''|45678|567 23",
            "C-83 all of them as long as they may be");
    LIMITED("0\r\nA:\r\nB:\r\nC:\r\n\r\n", "TooManyHeaders ''", "C-83 T-20 many");
    LIMITED("0\r\nA: 45678\r\nB: 4567\r\n\r\n", "HeadTooLarge ''", "C-83 T-20 too much");
    LIMITED("0\r\nA: 45678\r\nB: 4567\r\nC: 4567\r\n", "HeadTooLarge ''", "T-20 far too much");
}

/* Extensions may be as many as the data that they come with, and 16 KiB more. */
static void check_extensions(void)
{
    static const char empty_chunk[] = "1;abcdefghijklmnopqrstuvwxyz\r\nx\r\n";
    static const char full_chunk[] = "14;abcdefghijklmnopq\r\n0123456789abcdefghij\r\n";
    struct chunked c;
    size_t used, produced, count = 0;
    int32_t status = LIBHTTP_OK;

    chunked_init(&c);
    while (status == LIBHTTP_OK && count < 10000) {
        char copy[64];

        memcpy(copy, empty_chunk, sizeof empty_chunk - 1);
        status =
            chunked_decode(&c, copy, sizeof empty_chunk - 1, &usual, &used, &produced, &failure);
        count++;
    }
    is(status, LIBHTTP_E_LINE_TOO_LONG, "T-20 small chunks with large extensions");
    ok(count > 600 && count < 640, "end after some 16 KiB of these");
    contains(failure_text(&failure), "chunk size", "the sentence says where");
    chunked_done(&c);
    chunked_init(&c);
    status = LIBHTTP_OK;
    for (count = 0; status == LIBHTTP_OK && count < 10000; count++) {
        char copy[64];

        memcpy(copy, full_chunk, sizeof full_chunk - 1);
        status =
            chunked_decode(&c, copy, sizeof full_chunk - 1, &usual, &used, &produced, &failure);
    }
    is(status, LIBHTTP_OK, "C-80 an extension in each chunk of a long body is fine");
    chunked_done(&c);
}

/* One line of nothing but an extension, in pieces, right up to the limit. */
static void check_extension_border(void)
{
    struct chunked c;
    size_t used, produced, count = 0;
    int32_t status;
    char byte = '0';

    chunked_init(&c);
    status = chunked_decode(&c, &byte, 1, &usual, &used, &produced, &failure);
    for (byte = ';'; status == LIBHTTP_OK; byte = 'x') {
        status = chunked_decode(&c, &byte, 1, &usual, &used, &produced, &failure);
        count++;
    }
    is(count, 16 * 1024 + 1, "T-20 an endless extension ends behind 16 KiB");
    is(status, LIBHTTP_E_LINE_TOO_LONG, "T-20 as a line that is too long");
    chunked_done(&c);
    chunked_init(&c);
    for (count = 0, status = LIBHTTP_OK; status == LIBHTTP_OK; count++) {
        byte = '0';
        status = chunked_decode(&c, &byte, 1, &usual, &used, &produced, &failure);
    }
    is(count, 16 * 1024 + 2, "T-20 endless zeros end behind 16 KiB and the first");
    chunked_done(&c);
}

/* C-127: what counts is the limit at each call. */
static void check_changed_limit(void)
{
    static const struct head_limits low = {65536, 100, 10};
    static const struct head_limits most = {65536, 100, UINT32_MAX};
    char begin[] = "0\r\nA: 456789", again[] = "0\r\nA: 456789";
    char rest[] = "01234567\r\n\r\n", more[] = "0";
    struct chunked c;
    size_t used, produced;

    chunked_init(&c);
    is(chunked_decode(&c, begin, 12, &low, &used, &produced, &failure), LIBHTTP_OK,
       "C-127 trailers within a limit that is raised then");
    is(chunked_decode(&c, rest, 12, &most, &used, &produced, &failure), LIBHTTP_OK,
       "C-127 may go on");
    is(c.phase, CHUNK_DONE, "C-83 to their end");
    is(c.trailer_bytes.maximum, UINT32_MAX, "T-31 a limit of all that a number holds");
    chunked_done(&c);
    chunked_init(&c);
    is(chunked_decode(&c, again, 12, &usual, &used, &produced, &failure), LIBHTTP_OK,
       "C-127 trailers within a limit that is lowered then");
    is(chunked_decode(&c, more, 1, &(struct head_limits){65536, 100, 5}, &used, &produced,
                      &failure),
       LIBHTTP_E_HEAD_TOO_LARGE, "C-83 T-20 end there");
    chunked_done(&c);
}

static void check_straight(void)
{
    char data[] = "10\r\nabc";
    struct chunked c;
    size_t used, produced;

    chunked_init(&c);
    is(chunked_straight(&c), 0, "framing comes first");
    chunked_decode(&c, data, 7, &usual, &used, &produced, &failure);
    is(chunked_straight(&c), 13, "then what is left of the chunk may come straight");
    chunked_decode(&c, data, 0, &usual, &used, &produced, &failure);
    ok(used == 0 && produced == 0, "nothing in, nothing out");
    chunked_done(&c);
}

static void check_memory(void)
{
    static const char data[] = "3\r\nabc\r\n0\r\nA: 1\r\nB: 2\r\n\r\n";
    struct outcome o;
    int64_t refused = 1;

    if (!malloc_is_counted()) {
        skip("malloc is not ours here");
        return;
    }
    for (int64_t n = 1; refused > 0; n++) {
        struct chunked c;
        char copy[sizeof data];
        int32_t status;

        memcpy(copy, data, sizeof data);
        o.length = o.used = 0;
        malloc_fail_at(n, false);
        chunked_init(&c);
        status = chunked_decode(&c, copy, sizeof data - 1, &usual, &o.used, &o.length, &failure);
        refused = malloc_refused();
        malloc_fail_at(0, false);
        is(status, refused ? LIBHTTP_E_NO_MEMORY : LIBHTTP_OK, "T-36 allocation %d fails", (int)n);
        is(o.length, 3, "T-36 the body is there");
        chunked_done(&c);
    }
}

/* Without trailers nothing is allocated, and never by what a size says (T-12, T-21). */
static void check_no_allocation(void)
{
    struct outcome o;
    int64_t before;

    if (!malloc_is_counted())
        return;
    before = malloc_count();
    run(&o, "7fffffffffffffff\r\nhello", 23, 0, 30, &usual);
    run(&o, "5\r\nhello\r\n" END, 15, 0, 20, &usual);
    is(malloc_count() - before, 0, "T-12 T-21 C-86 no allocation by the stated size");
}

int main(void)
{
    failure_init(&failure);
    guard_init(&guard, 4096);
    check_good();
    check_trailers();
    check_bad_sizes();
    check_bad_lines();
    check_sentence();
    check_line_limits();
    check_extensions();
    check_extension_border();
    check_changed_limit();
    check_straight();
    check_memory();
    check_no_allocation();
    guard_done(&guard);
    failure_done(&failure);
    return done_testing();
}
