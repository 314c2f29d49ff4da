/* SPDX-License-Identifier: MIT */
/*
 * Response heads, good and bad: each whole, byte by byte and split at every place, each prefix in
 * memory of its own that ends at a guard page or at its last byte; the outcome is always the same.
 */
#include "wire/head.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/counts.h"
#include "support/guard.h"
#include "tap.h"

static struct failure failure;
static struct guard guard;
static const struct head_limits usual = {65536, 100, 256 * 1024};

/* What came out of a head, as one text to compare. */
struct outcome {
    char text[4096];
};

static void describe_error(struct outcome *o, int32_t status)
{
    snprintf(o->text, sizeof o->text, "%s", libhttp_error_name(status));
}

static void describe_head(struct outcome *o, const struct head *h, const char *data)
{
    char *text = exact_copy(data, h->length);
    struct field *items = calloc(h->count + 1, sizeof *items);
    size_t size = sizeof o->text;
    size_t at = 0;

    o->text[0] = '\0';
    head_terminate(h, text, items);
    if (!h->trailers)
        at = (size_t)snprintf(o->text, size, "1.%d %d '%s'", h->minor, h->status, text + h->reason);
    for (uint32_t i = 0; i < h->count && at < size; i++)
        at += (size_t)snprintf(o->text + at, size - at, "|%s=%s", text + items[i].name,
                               text + items[i].value);
    free(items);
    free(text);
}

/* Each call sees its bytes at another place, and nothing behind them. */
static int32_t parse_copy(struct head *h, const char *data, size_t length,
                          const struct head_limits *limits, bool on_heap)
{
    char *copy = on_heap ? exact_copy(data, length) : guard_copy(&guard, data, length);
    int32_t status = head_parse(h, copy, length, limits, &failure);

    if (on_heap)
        free(copy);
    return status;
}

/* Fed up to `cut` first (0: not at all), then in steps of `step`. */
static void run(struct outcome *o, const char *data, size_t length, size_t cut, size_t step,
                const struct head_limits *limits, bool trailers)
{
    struct head h;
    int32_t status = LIBHTTP_AGAIN;
    size_t fed = cut > 0 ? cut : step;
    bool on_heap = (cut + step) % 2 == 1;

    head_init(&h, trailers);
    while (status == LIBHTTP_AGAIN && fed < length) {
        status = parse_copy(&h, data, fed, limits, on_heap);
        fed += step;
    }
    if (status == LIBHTTP_AGAIN)
        status = parse_copy(&h, data, length, limits, on_heap);
    if (status == LIBHTTP_OK)
        describe_head(o, &h, data);
    else if (status == LIBHTTP_AGAIN)
        snprintf(o->text, sizeof o->text, "more");
    else
        describe_error(o, status);
    head_done(&h);
}

static void check_splits(const char *data, size_t length, const struct head_limits *limits,
                         bool trailers, const char *wanted, const char *name)
{
    struct outcome whole, split;
    bool same = true;

    run(&whole, data, length, 0, length, limits, trailers);
    is_str(whole.text, wanted, "%s", name);
    for (size_t step = 1; step <= 3; step++) {
        run(&split, data, length, 0, step, limits, trailers);
        same = same && strcmp(whole.text, split.text) == 0;
    }
    for (size_t cut = 1; cut < length; cut++) {
        run(&split, data, length, cut, length, limits, trailers);
        same = same && strcmp(whole.text, split.text) == 0;
    }
    ok(same, "T-35 T-24 %s: the same however it is split", name);
}

#define HEAD(input, wanted, name)                                                                  \
    check_splits(input, sizeof(input) - 1, &usual, false, wanted, name)
#define LINE "HTTP/1.1 200 OK\r\n"
/*
 * Field lines between a good status line and the blank line; and the same before a long field, as
 * the last few bytes of the input are looked at in another way.
 */
#define LONG       "Long-Enough: 0123456789abcdef0123456789abcdef"
#define LONG_FIELD "|Long-Enough=0123456789abcdef0123456789abcdef"
#define FIELD(lines, wanted, name)                                                                 \
    do {                                                                                           \
        HEAD(LINE lines "\r\n\r\n", "1.1 200 'OK'" wanted, name);                                  \
        HEAD(LINE lines "\r\n" LONG "\r\n\r\n", "1.1 200 'OK'" wanted LONG_FIELD, name);           \
    } while (0)
#define BAD(lines, name)                                                                           \
    do {                                                                                           \
        HEAD(LINE lines "\r\n\r\n", "BadHeader", name);                                            \
        HEAD(LINE LONG "\r\n" lines "\r\n" LONG "\r\n\r\n", "BadHeader", name);                    \
    } while (0)

static void check_status_lines(void)
{
    HEAD("HTTP/1.1 200 OK\r\n\r\n", "1.1 200 'OK'", "C-67 1.1");
    HEAD("HTTP/1.0 404 Not Found\r\n\r\n", "1.0 404 'Not Found'", "C-67 1.0");
    HEAD("HTTP/1.9 999 \r\n\r\n", "1.9 999 ''", "C-66 C-67 no reason, its blank");
    HEAD("HTTP/1.1 100\r\n\r\n", "1.1 100 ''", "C-66 no reason, no blank");
    HEAD("HTTP/1.1 200\n\n", "1.1 200 ''", "C-68 bare LFs");
    HEAD("HTTP/1.1 200   \t \r\n\r\n", "1.1 200 ''", "C-66 a reason of blanks");
    HEAD("HTTP/1.1 200  very well \t\r\n\r\n", "1.1 200 'very well'", "blanks around the reason");
    HEAD("HTTP/1.1 200 \xc3\xa4\x01\x7f\r\n\r\n", "1.1 200 '\xc3\xa4\x01\x7f'",
         "C-74 odd bytes in a reason");
}

static void check_bad_status_lines(void)
{
    HEAD("HTTP/1.1 20 OK\r\n\r\n", "BadStatusLine", "C-66 C-65 two digits");
    HEAD("HTTP/1.1 2000 OK\r\n\r\n", "BadStatusLine", "C-66 four digits");
    HEAD("HTTP/1.1 099 OK\r\n\r\n", "BadStatusLine", "C-66 under 100");
    HEAD("HTTP/1.1 +20 OK\r\n\r\n", "BadStatusLine", "C-66 a sign");
    HEAD("HTTP/1.1 2a0 OK\r\n\r\n", "BadStatusLine", "C-66 a letter");
    HEAD("HTTP/1.1 200OK\r\n\r\n", "BadStatusLine", "C-66 no blank before the reason");
    HEAD("HTTP/1.1 200\tOK\r\n\r\n", "BadStatusLine", "C-66 a tab before the reason");
    HEAD("HTTP/1.1\t200 OK\r\n\r\n", "BadStatusLine", "C-65 a tab before the status");
    HEAD("HTTP/1.1  200 OK\r\n\r\n", "BadStatusLine", "C-65 two blanks");
    HEAD("HTTP/1.1 \r\n\r\n", "BadStatusLine", "C-65 no status");
    HEAD("HTTP/1.1\r\n\r\n", "BadStatusLine", "C-65 no blank");
    HEAD("\r\n", "BadStatusLine", "C-65 an empty line");
    HEAD("\n", "BadStatusLine", "C-65 a bare LF");
    HEAD("A: 0123456789abcdef0123456789abcdef\r\n" LINE "\r\n", "BadStatusLine",
         "C-65 a field before the status line");
    HEAD("<html>\n", "BadStatusLine", "C-67 no HTTP/0.9");
    HEAD("http/1.1 200 OK\r\n", "BadStatusLine", "C-65 lower case");
    HEAD(" HTTP/1.1 200 OK\r\n", "BadStatusLine", "C-65 a blank first");
    HEAD("HTTP/1.1 200 O\0K\r\n\r\n", "BadStatusLine", "T-14 NUL in the reason");
    HEAD("HTTP/1.1 200 O\rK\r\n\r\n", "BadStatusLine", "T-14 a lone CR in the reason");
    HEAD("HTTP/1.1 200 OK\r\r\n\r\n", "BadStatusLine", "T-14 two CRs");
    HEAD("HTTP/2 200\r\n\r\n", "UnknownProtocol", "C-67 HTTP/2");
    HEAD("HTTP/2.0 200 OK\r\n\r\n", "UnknownProtocol", "C-67 HTTP/2.0");
    HEAD("HTTP/0.9 200 OK\r\n\r\n", "UnknownProtocol", "C-67 HTTP/0.9");
    HEAD("HTTP/1.10 200 OK\r\n\r\n", "UnknownProtocol", "C-67 two digits");
    HEAD("HTTP/1.x 200 OK\r\n\r\n", "UnknownProtocol", "C-67 a letter");
    HEAD("HTTP/x.1 200 OK\r\n\r\n", "UnknownProtocol", "C-67 a letter before the dot");
    HEAD("HTTP/1. 200 OK\r\n\r\n", "UnknownProtocol", "C-67 no minor version");
    HEAD("HTTP/1 200 OK\r\n\r\n", "UnknownProtocol", "C-67 no dot");
    HEAD("HTTP/\r\n", "UnknownProtocol", "C-67 no version");
}

static void check_fields(void)
{
    FIELD("A: b", "|A=b", "C-73 a field");
    FIELD("A:b", "|A=b", "no blank");
    FIELD("A: \t b c\t ", "|A=b c", "blanks around a value");
    FIELD("A:  two blanks and more than a block of bytes",
          "|A=two blanks and more than a block of bytes", "two blanks before a value");
    FIELD("A:no blank and more than a block of bytes", "|A=no blank and more than a block of bytes",
          "no blank before a long value");
    FIELD("A:", "|A=", "an empty value");
    FIELD("A: \t", "|A=", "a blank value");
    FIELD("A: 1\r\na: 2\r\nB: 3\r\nA: 4", "|A=1|a=2|B=3|A=4", "C-73 order and duplicates");
    FIELD("A: b\nC: d", "|A=b|C=d", "C-68 a bare LF");
    FIELD("A: \tbehind a tab that is more than a block\r\nB: y",
          "|A=behind a tab that is more than a block|B=y", "a tab before a value");
    FIELD("A: with a blank behind it, and long \r\nB: y", "|A=with a blank behind it, and long|B=y",
          "a blank behind a value");
    FIELD("A: 0123456789abcdef\nB: y\r\nC: and so on, and on",
          "|A=0123456789abcdef|B=y|C=and so on, and on", "C-68 a bare LF behind a block");
    FIELD("A-name-of-more-than-thirty-two-bytes-: b", "|A-name-of-more-than-thirty-two-bytes-=b",
          "a long name");
    FIELD("A: b\r\nC:d\r\nE: the last of many blocks of bytes",
          "|A=b|C=d|E=the last of many blocks of bytes", "mixed");
    FIELD("A: \x01\x08\x0b\x1f\x7f\x80\xff!", "|A=\x01\x08\x0b\x1f\x7f\x80\xff!",
          "C-74 C-73 other bytes are data");
    FIELD("!#$%&'*+-.^_`|~09azAZ: x", "|!#$%&'*+-.^_`|~09azAZ=x", "every byte of a token");
    FIELD("A:!b", "|A=!b", "a value that begins like a blank");
    FIELD("A: b: c:: d", "|A=b: c:: d", "colons in a value");
    FIELD("A: 0123456789abcdef0123456789abcdef\tx", "|A=0123456789abcdef0123456789abcdef\tx",
          "a value of more than a block");
    FIELD("A-Name-Of-Twenty-One: 1", "|A-Name-Of-Twenty-One=1", "a name of more than a block");
    HEAD(LINE "\n", "1.1 200 'OK'", "no field, a bare LF");
    HEAD(LINE "A: b\r\n", "more", "C-72 without its blank line it isn't complete");
    HEAD(LINE "A: b\r\n\r", "more", "C-72 nor with half of it");
    HEAD("", "more", "nothing yet");
}

static void check_bad_fields(void)
{
    BAD("A : b", "T-14 C-74 a blank before the colon");
    BAD("A\t: b", "T-14 a tab before the colon");
    BAD(": b", "T-14 an empty name");
    BAD(":", "T-14 a colon alone");
    BAD("A: b\r\n: c", "T-14 an empty name behind a field is no fold");
    BAD("A", "C-74 no colon");
    BAD("A; b", "C-74 a semicolon for the colon");
    BAD("A b", "C-74 no colon, a blank");
    BAD("A\0: b", "T-14 NUL in a name");
    BAD("A: b\0c", "T-14 NUL in a value");
    BAD("A: \0", "T-14 NUL for a value");
    BAD("A: b\rc", "T-14 a lone CR");
    BAD("(A): b", "C-74 a name that begins with no token");
    BAD("A: b\rc and so on, for more than a block of bytes", "T-14 a lone CR before a block");
    BAD("A: b\r\x0b", "T-14 a control byte behind a CR");
    BAD("A: b\rB: c", "T-14 a lone CR as line end");
    BAD("A: b\r", "T-14 two CRs");
    BAD("A\r: b", "T-14 a CR in a name");
    BAD("\rA: b", "T-14 a CR first");
    BAD("A\x80: b", "C-74 a name beyond ASCII");
    BAD("A(b): c", "C-74 a name that is no token");
    BAD("A: b\r\nB\r\nC: d", "C-74 a bad line among good ones");
    HEAD(LINE "\r\r\n", "BadHeader", "T-14 two CRs for the blank line");
    HEAD(LINE "A: b\r\n\r\x0b" LONG "\r\n", "BadHeader", "T-14 CR and a control byte");
    HEAD(LINE "A: b\r\n\rX\r\n", "BadHeader", "T-14 half a blank line");
}

static void check_folds(void)
{
    FIELD("A: b\r\n c", "|A=b c", "C-73 obs-fold is one blank");
    FIELD("A: b \t\r\n \t c", "|A=b c", "C-73 blanks around it go");
    FIELD("A: b\n\tc\n d\r\nE: f", "|A=b c d|E=f", "C-73 several");
    FIELD("A:\r\n b", "|A=b", "C-73 after an empty value");
    FIELD("A: b\r\n ", "|A=b", "C-73 an empty fold");
    FIELD("A: b\r\n \r\n c", "|A=b c", "C-73 a fold behind an empty one");
    FIELD("A:\r\n \r\n\t", "|A=", "C-73 nothing but folds");
    FIELD("A: b\r\n c: d\r\nE: f", "|A=b c: d|E=f", "C-73 a fold with a colon is no field");
    HEAD(LINE " A: b\r\n\r\n", "BadHeader", "T-14 a fold before any field");
    HEAD(LINE " \r\n\r\n", "BadHeader", "T-14 a blank line that isn't empty");
    BAD("A: b\r\n c\0d", "T-14 NUL in a fold");
    BAD("A: b\r\n c\rd", "T-14 a lone CR in a fold");
}

static void check_trailers(void)
{
    check_splits("A: b\r\nC: d\r\n\r\n", 14, &usual, true, "|A=b|C=d", "C-83 trailers");
    check_splits("Name: b\r\n\r\n", 11, &usual, true, "|Name=b", "C-83 a name of some letters");
    check_splits("\r\n", 2, &usual, true, "", "C-83 no trailers");
    check_splits("A: b\nC: d\n\n", 11, &usual, true, "|A=b|C=d", "C-68 C-83 bare LFs in trailers");
    check_splits("A : b\r\n\r\n", 9, &usual, true, "BadHeader", "C-83 T-14 a bad trailer");
    contains(failure_text(&failure), "trailer line", "the sentence says so");
    check_splits(" A: b\r\n\r\n", 9, &usual, true, "BadHeader", "C-83 a fold before any trailer");
}

/* Both at the limit, complete or not; whatever stands in the line that is too long. */
static void check_line_limit(void)
{
    static const struct head_limits limits = {20, 100, 1000};
    static const struct {
        const char *data, *wanted;
    } cases[] = {
        {"HTTP/1.1 200 90123456\r\n\r\n", "LineTooLong"},
        {"HTTP/1.1 200 9012345\r\n\r\n", "1.1 200 '9012345'"},
        {"HTTP/1.1 200 9012345\n\n", "1.1 200 '9012345'"},
        {"HTTP/1.1 200 901234567890", "LineTooLong"},
        {"HTTP/1.1 200 9012345\r", "more"},
        {"HTTP/1.1 200 9012345\r\r\n", "LineTooLong"},
        {LINE "A: 45678901234567890\r\n\r\n", "1.1 200 'OK'|A=45678901234567890"},
        {LINE "A: 456789012345678901\r\n\r\n", "LineTooLong"},
        {LINE "A: 45678901234567890\r", "more"},
        {LINE "A: 456789012345678901", "LineTooLong"},
        {LINE "no-colon-in-this-line", "LineTooLong"},
        {LINE "no-colon-in-this-lin\r\n", "BadHeader"},
        {LINE "A: 5678\r\n 23456789012345678901\r\n\r\n", "LineTooLong"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_splits(cases[i].data, strlen(cases[i].data), &limits, false, cases[i].wanted,
                     "C-68 C-71 T-20 a limit on one line");
}

static void check_line_sentences(void)
{
    static const struct head_limits limits = {5, 100, 1000};
    struct outcome o;

    run(&o, "HTTP/1", 6, 0, 1, &limits, false);
    contains(failure_text(&failure), "status line", "C-68 which line is too long: the status line");
    contains(failure_text(&failure), "5", "and the limit");
    run(&o, "A: bcd", 6, 0, 1, &limits, true);
    contains(failure_text(&failure), "trailer line", "C-68 a trailer line");
    run(&o, LINE "A: bcd", 23, 0, 1, &(struct head_limits){15, 100, 1000}, false);
    run(&o, LINE "A: 4567890123456", 33, 0, 1, &(struct head_limits){15, 100, 1000}, false);
    contains(failure_text(&failure), "header line", "C-68 a header line");
    run(&o, "A b\r\n\r\n", 7, 0, 7, &usual, true);
    contains(failure_text(&failure), "no colon in",
             "C-74 no blank before a colon that isn't there");
    run(&o, "A : b\r\n\r\n", 9, 0, 9, &usual, true);
    contains(failure_text(&failure), "a blank before the colon", "C-74 but before one that is");
}

static void check_default_line(void)
{
    size_t size = sizeof LINE - 1 + 65536 + 5;
    char *data = malloc(size + 1);
    struct outcome o;

    memset(data, 'v', size + 1);
    memcpy(data, LINE "A: ", sizeof LINE - 1 + 3);
    memcpy(data + size - 4 - 1, "\r\n\r\n", 4);
    run(&o, data, size - 1, 0, size, &usual, false);
    ok(strncmp(o.text, "1.1 200", 7) == 0, "C-68 65,536 bytes pass");
    memcpy(data + size - 4 - 1, "v\r\n\r\n", 5);
    run(&o, data, size, 0, size, &usual, false);
    is_str(o.text, "LineTooLong", "C-68 65,537 don't");
    run(&o, data, size - 4, 0, 1000, &usual, false);
    is_str(o.text, "LineTooLong", "C-68 T-20 nor while the line isn't complete");
    free(data);
}

static size_t many_fields(char *data, int count)
{
    char *at = data + sprintf(data, LINE);

    for (int i = 0; i < count; i++)
        at += sprintf(at, "N%d: %d\r\n", i, i);
    return (size_t)(at + sprintf(at, "\r\n") - data);
}

static int32_t parse_fields(int count, uint32_t limit, uint32_t *ret_count)
{
    struct head_limits limits = {65536, limit, 1024 * 1024};
    char *data = malloc(100 + (size_t)count * 20);
    size_t length = many_fields(data, count);
    struct head h, moved;
    int32_t status;

    head_init(&h, false);
    status = head_parse(&h, data, length / 2, &limits, &failure);
    head_move(&moved, &h);
    if (status == LIBHTTP_AGAIN)
        status = head_parse(&moved, data, length, &limits, &failure);
    *ret_count = moved.count;
    for (int i = 0; i < count && status == LIBHTTP_OK; i++) {
        char room[20];

        if (!span_equal(head_value(&moved, data, (uint32_t)i), span_of_decimal(room, (uint64_t)i)))
            status = -1000;
    }
    head_done(&moved);
    head_done(&h);
    free(data);
    return status;
}

static void check_number_of_fields(void)
{
    uint32_t count;

    is(parse_fields(100, 100, &count), LIBHTTP_OK, "C-11 C-71 exactly 100 fields pass");
    is(count, 100, "all of them");
    is(parse_fields(101, 100, &count), LIBHTTP_E_TOO_MANY_HEADERS, "C-11 the 101st fails");
    contains(failure_text(&failure), "100", "the sentence names the limit");
    is(parse_fields(0, 0, &count), LIBHTTP_OK, "none where none may be");
    is(parse_fields(1, 0, &count), LIBHTTP_E_TOO_MANY_HEADERS, "one is too many there");
    is(parse_fields(5000, 5000, &count), LIBHTTP_OK, "C-71 a raised limit");
    is(count, 5000, "all of them");
    is(parse_fields(5001, 5000, &count), LIBHTTP_E_TOO_MANY_HEADERS, "C-71 and no further");
    is(parse_fields(100, UINT32_MAX, &count), LIBHTTP_OK, "C-71 no limit to speak of");
}

static void check_total(void)
{
    static const char data[] = LINE "A: b\r\nC: d\r\n\r\n";
    struct head_limits limits = {65536, 100, sizeof data - 1};
    struct head h;

    check_splits(data, sizeof data - 1, &limits, false, "1.1 200 'OK'|A=b|C=d",
                 "C-71 a head as long as its limit");
    limits.total--;
    check_splits(data, sizeof data - 1, &limits, false, "HeadTooLarge",
                 "C-71 T-20 a head over its limit");
    check_splits(data, sizeof data - 2, &limits, false, "more",
                 "C-71 not while it could still end");
    check_splits(data, sizeof data - 1, &usual, false, "1.1 200 'OK'|A=b|C=d", "the same head");
    head_init(&h, false);
    is(head_parse(&h, data, 25, &usual, &failure), LIBHTTP_AGAIN, "a head begins");
    limits.total = 20;
    is(head_parse(&h, data, 26, &limits, &failure), LIBHTTP_E_HEAD_TOO_LARGE,
       "C-127 a limit lowered meanwhile acts at once");
    head_done(&h);
}

static void check_behind_head(void)
{
    static const char data[] = LINE "A: b\r\n\r\nbody\r\n\r\n";
    struct head h;

    head_init(&h, false);
    is(head_parse(&h, data, sizeof data - 1, &usual, &failure), LIBHTTP_OK, "a head and more");
    is(h.length, sizeof LINE - 1 + 8, "C-85 its length tells where the body begins");
    is(head_parse(&h, data, sizeof data - 1, &usual, &failure), LIBHTTP_OK, "it stays complete");
    is(h.length, sizeof LINE - 1 + 8, "unchanged");
    is(head_parse(&h, data, h.length, &usual, &failure), LIBHTTP_OK, "with nothing behind it too");
    head_done(&h);
}

/* What stands before a head in the same memory is no part of it. */
static void check_before_head(void)
{
    static const char data[] = "0123456789abcdef\r" LINE "A: 0123456789abcdef\r\n\r\n";
    static const char long_before[] = "0123456789abcdef" LINE "A: 0123456789abcdef\r\n\r\n";
    const char *begin = data + 17;
    struct head h;

    head_init(&h, false);
    is(head_parse(&h, begin, 0, &usual, &failure), LIBHTTP_AGAIN, "T-35 a CR before nothing");
    is(head_parse(&h, begin, strlen(begin), &usual, &failure), LIBHTTP_OK,
       "T-35 and before a head");
    is(h.reason, 13, "T-35 its reason is its own");
    is(h.fields[0].name, sizeof LINE - 1, "T-35 and its field");
    head_done(&h);
    head_init(&h, false);
    head_parse(&h, long_before + 16, strlen(long_before + 16), &usual, &failure);
    is(h.reason, 13, "T-35 bytes of a line before it change nothing");
    head_done(&h);
}

static void check_known(const char *line, int known)
{
    char data[200];
    struct head h;

    snprintf(data, sizeof data, LINE "X: y\r\n%s\r\n\r\n", line);
    head_init(&h, false);
    head_parse(&h, data, strlen(data), &usual, &failure);
    is(h.known, known, "C-73 '%s' is noticed", line);
    head_done(&h);
}

static void check_known_fields(void)
{
    check_known("Content-Length: 1", HEAD_HAS_CONTENT_LENGTH);
    check_known("CONTENT-LENGTH: 1", HEAD_HAS_CONTENT_LENGTH);
    check_known("transfer-encoding: x", HEAD_HAS_TRANSFER_ENCODING);
    check_known("coNNection: x", HEAD_HAS_CONNECTION);
    check_known("UPGRADE: x", HEAD_HAS_UPGRADE);
    check_known("Connection: x\r\nUpgrade: y", HEAD_HAS_CONNECTION | HEAD_HAS_UPGRADE);
    check_known("Content_Length: 1", 0);
    check_known("Content-Lengti: 1", 0);
    check_known("Contend-Length: 1", 0);
    check_known("Transfer-Encodings: 1", 0);
    check_known("Connectiom: 1", 0);
    check_known("Transfer-Encodinh: 1", 0);
    check_known("Expires: 1", 0);
    check_known("X: y ", HEAD_IRREGULAR);
    check_known("X: y\r\n z", HEAD_IRREGULAR);
    check_known("X:  ", 0);
}

static void check_eof_sentences(void)
{
    struct head h;

    head_init(&h, false);
    head_parse(&h, LINE "A: b\r\nC: d\r\n", 29, &usual, &failure);
    head_at_eof(&h, LINE "A: b\r\nC: d\r\n", 29, &failure);
    contains(failure_text(&failure), "head after 2 fields", "the sentence tells how far it came");
    head_done(&h);
    head_init(&h, true);
    head_parse(&h, "A: b\r\n", 6, &usual, &failure);
    is(head_at_eof(&h, "A: b\r\n", 6, &failure), LIBHTTP_E_INCOMPLETE_READ, "C-83 trailers too");
    head_done(&h);
}

/* T-19: EOF at every byte of a head is an error, never a shorter one. */
static void check_eof(void)
{
    static const char data[] = LINE "A: b\r\nC: d\r\n\r\n";
    bool good = true;

    for (size_t length = 0; length < sizeof data - 1; length++) {
        int32_t wanted = LIBHTTP_E_INCOMPLETE_READ;
        struct head h;

        if (length < sizeof LINE - 1)
            wanted = length == 0 ? LIBHTTP_E_REMOTE_DISCONNECTED : LIBHTTP_E_BAD_STATUS_LINE;
        head_init(&h, false);
        good = good && parse_copy(&h, data, length, &usual, false) == LIBHTTP_AGAIN &&
               head_at_eof(&h, data, length, &failure) == wanted;
        if (length == 0)
            is(failure.os_error, ECONNRESET, "C-64 C-108 nothing at all is a reset");
        if (length == 4)
            is_str(failure.detail, "HTTP", "C-72 half a status line is the detail");
        head_done(&h);
    }
    ok(good, "T-19 C-64 C-72 EOF at every byte of a head is an error");
    check_eof_sentences();
    contains(failure_text(&failure), "trailers after 1 field",
             "the sentence tells how far it came");
}

static void check_details(void)
{
    struct outcome o;

    run(&o, "SSH-2.0-x\r\n", 11, 0, 1, &usual, false);
    is_str(failure.detail, "SSH-2.0-x", "C-65 the line is the detail");
    contains(failure_text(&failure), "SSH-2.0-x", "C-65 and in the sentence");
    run(&o, "HTTP/3.0 200 OK\r\n", 17, 0, 1, &usual, false);
    is_str(failure.detail, "HTTP/3.0", "C-67 the version is the detail");
    run(&o, LINE "A\x01: b\r\n", 24, 0, 1, &usual, false);
    is_str(failure.detail, "A\x01: b", "C-74 the bad line is the detail");
    contains(failure_text(&failure), "A\\x01: b", "shown printable");
    run(&o, LINE "A: b\0\r\n", 24, 0, 1, &usual, false);
    contains(failure_text(&failure), "NUL in", "T-14 what is wrong: NUL");
    run(&o, LINE "A: b\rc\r\n", 25, 0, 1, &usual, false);
    contains(failure_text(&failure), "a lone CR in", "T-14 what is wrong: a lone CR");
    run(&o, LINE "A : b\r\n", 24, 0, 1, &usual, false);
    contains(failure_text(&failure), "blank before the colon", "T-14 what is wrong: a blank");
    run(&o, LINE ": b\r\n", 22, 0, 1, &usual, false);
    contains(failure_text(&failure), "no name in", "T-14 what is wrong: no name");
    run(&o, LINE "Ab\r\n", 21, 0, 1, &usual, false);
    contains(failure_text(&failure), "no colon in", "T-14 what is wrong: no colon");
    run(&o, LINE "A(: b\r\n", 24, 0, 1, &usual, false);
    contains(failure_text(&failure), "no token in", "T-14 what is wrong: no token");
    run(&o, LINE " A\r\n", 21, 0, 1, &usual, false);
    contains(failure_text(&failure), "nothing to continue", "T-14 what is wrong: a first fold");
}

/* More fields than a number can count: nothing wraps. */
static void check_ends(void)
{
    static const struct head_limits limits = {UINT32_MAX, UINT32_MAX, UINT32_MAX};
    struct head h;

    head_init(&h, true);
    h.count = h.capacity = UINT32_MAX - 1;
    is(head_parse(&h, "A: b\r\n\r\n", 8, &limits, &failure), LIBHTTP_E_NO_MEMORY,
       "T-31 more fields than can be");
}

static void check_memory(void)
{
    uint32_t count;

    if (!malloc_is_counted()) {
        skip("malloc is not ours here");
        return;
    }
    /* The first is the test's own. */
    for (int64_t n = 2; n < 5; n++) {
        int32_t status;

        malloc_fail_at(n, false);
        status = parse_fields(700, 1000, &count);
        malloc_fail_at(0, false);
        is(status, LIBHTTP_E_NO_MEMORY, "T-36 allocation %d fails", (int)n);
    }
}

int main(void)
{
    failure_init(&failure);
    guard_init(&guard, 70000);
    check_status_lines();
    check_bad_status_lines();
    check_fields();
    check_bad_fields();
    check_folds();
    check_trailers();
    check_line_limit();
    check_line_sentences();
    check_default_line();
    check_number_of_fields();
    check_total();
    check_behind_head();
    check_before_head();
    check_known_fields();
    check_eof();
    check_details();
    check_ends();
    check_memory();
    guard_done(&guard);
    failure_done(&failure);
    return done_testing();
}
