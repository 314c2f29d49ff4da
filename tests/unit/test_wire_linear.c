/* SPDX-License-Identifier: MIT */
/*
 * Work is linear in the input however it is split: the parsers are compiled once more here, with
 * scanners that count the bytes they look at and a memmove that counts what it moves.
 */
#include <stdlib.h>
#include <string.h>

#include "wire/chars.h"

static size_t looked_at;
static size_t moved;

/* The fast scanners' place is taken. */
#define LIBHTTP_WIRE_SCAN_H

static const char *scan_line(const char *at, const char *end)
{
    while (at < end && *at != '\0' && *at != '\r' && *at != '\n')
        at++;
    return at;
}

static const char *counted_line(const char *at, const char *end)
{
    const char *stop = scan_line(at, end);

    looked_at += (size_t)(stop - at) + 1;
    return stop;
}

static const char *counted_token(const char *at, const char *end)
{
    const char *from = at;

    while (at < end && char_is(*at, CHAR_TOKEN))
        at++;
    looked_at += (size_t)(at - from) + 1;
    return at;
}

#define SCAN_BLOCK 16

/* Both stop as real ones do: at a byte that isn't usual, or behind the last block's beginning. */
static const char *scan_block_low(const char *at, const char *last)
{
    const char *from = at;

    while (at <= last && (unsigned char)*at > '\r')
        at++;
    looked_at += (size_t)(at - from) + 1;
    return at;
}

static const char *scan_block_name(const char *at, const char *last)
{
    const char *from = at;

    while (at <= last && char_is(*at, CHAR_ALPHA | CHAR_DIGIT))
        at++;
    looked_at += (size_t)(at - from) + 1;
    return at;
}

static bool scan_token_is(const char *token, const char *lower, size_t length)
{
    looked_at += length;
    return span_equal_nocase(span_of(token, length), span_of(lower, length));
}

static void *counted_memchr(const void *data, int byte, size_t length)
{
    const void *found = memchr(data, byte, length);

    looked_at += found ? (size_t)((const char *)found - (const char *)data) + 1 : length + 1;
    return (void *)(uintptr_t)found;
}

static void *counted_memmove(void *to, const void *from, size_t length)
{
    moved += length;
    return memmove(to, from, length);
}

#define scan_line  counted_line
#define scan_token counted_token
#define memchr     counted_memchr
#define memmove    counted_memmove
#include "wire/chunked.c"
#include "wire/head.c"
#include "wire/head_usual.c"
#undef memchr
#undef memmove

#include "tap.h"

static struct failure failure;
static const struct head_limits raised = {4000000, 1000000, 16000000};

static void check_head(const char *data, size_t length, size_t step, const char *name)
{
    struct head h;
    int32_t status = LIBHTTP_AGAIN;
    size_t calls = 0;

    looked_at = 0;
    head_init(&h, false);
    for (size_t fed = step; status == LIBHTTP_AGAIN; fed += step) {
        status = head_parse(&h, data, fed < length ? fed : length, &raised, &failure);
        calls++;
    }
    is(status, LIBHTTP_OK, "%s in steps of %zu", name, step);
    ok(looked_at <= 4 * length + 4 * calls, "T-24 looks at %zu bytes of %zu in %zu calls",
       looked_at, length, calls);
    head_done(&h);
}

/* So that the compiler's own checks see a plain write. */
static char *put_text(char *at, const char *text)
{
    size_t length = strlen(text);

    memcpy(at, text, length);
    return at + length;
}

static void check_heads(void)
{
    static const size_t steps[] = {1, 2, 7, 1000, 1u << 30};
    size_t room = 3000000;
    char *data = malloc(room);
    char *at;

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        at = put_text(data, "HTTP/1.1 200 OK\r\n");
        for (int n = 0; n < 30000; n++)
            at = put_text(at, "Name: some value that goes on for a while\r\n");
        at = put_text(at, "\r\n");
        check_head(data, (size_t)(at - data), steps[i], "many fields");
        at = put_text(put_text(data, "HTTP/1.1 200 OK\r\n"), "Name: ");
        memset(at, 'v', 1000000);
        at = put_text(at + 1000000, "\r\n\r\n");
        check_head(data, (size_t)(at - data), steps[i], "one long line");
        at = put_text(data, "HTTP/1.1 200 OK\r\nA: b\r\n");
        for (int n = 0; n < 100000; n++)
            at = put_text(at, " c\r\n");
        at = put_text(at, "\r\n");
        check_head(data, (size_t)(at - data), steps[i], "many folds");
        at = put_text(data, "HTTP/1.1 200 OK\r\nName: ");
        memset(at, '\t', 1000000);
        at = put_text(at + 1000000, "\r\n\r\n");
        check_head(data, (size_t)(at - data), steps[i], "one line of tabs");
    }
    free(data);
}

static void check_body(const char *data, size_t length, size_t step, int64_t wanted,
                       const char *name)
{
    struct chunked c;
    int32_t status = LIBHTTP_OK;
    size_t used, produced, calls = 0;
    int64_t total = 0;
    char *piece = malloc(step < length ? step : length);

    looked_at = moved = 0;
    chunked_init(&c);
    for (size_t at = 0; at < length && status == LIBHTTP_OK; at += step) {
        size_t n = length - at < step ? length - at : step;

        memcpy(piece, data + at, n);
        status = chunked_decode(&c, piece, n, &raised, &used, &produced, &failure);
        total += (int64_t)produced;
        calls++;
    }
    ok(status == LIBHTTP_OK && c.phase == CHUNK_DONE && total == wanted, "%s in steps of %zu", name,
       step);
    ok(moved <= length && looked_at <= 4 * length + 4 * calls,
       "T-24 moves %zu bytes, looks at %zu of %zu", moved, looked_at, length);
    chunked_done(&c);
    free(piece);
}

static void check_bodies(void)
{
    static const size_t steps[] = {1, 3, 1000, 1u << 30};
    char *data = malloc(3000000);
    char *at;

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        at = data;
        for (int n = 0; n < 100000; n++)
            at = put_text(at, "1\r\nx\r\n");
        at = put_text(at, "0\r\n\r\n");
        check_body(data, (size_t)(at - data), steps[i], 100000, "100,000 chunks of a byte");
        at = put_text(data, "0\r\n");
        for (int n = 0; n < 30000; n++)
            at = put_text(at, "Trailer: some value that goes on for a while\r\n");
        at = put_text(at, "\r\n");
        check_body(data, (size_t)(at - data), steps[i], 0, "many trailers");
    }
    free(data);
}

int main(void)
{
    failure_init(&failure);
    check_heads();
    check_bodies();
    failure_done(&failure);
    return done_testing();
}
