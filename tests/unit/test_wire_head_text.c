/* SPDX-License-Identifier: MIT */
/* A head's text finished for its readers, and brought back as it arrived. */
#include "wire/head.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/guard.h"
#include "tap.h"

static struct failure failure;
static const struct head_limits limits = {65536, 100, 256 * 1024};

static void parse(struct head *h, const char *data, size_t length, bool trailers)
{
    head_init(h, trailers);
    if (head_parse(h, data, length, &limits, &failure) != LIBHTTP_OK)
        bail_out("a head that should be good: %s", data);
}

/* Terminated, each slice is a string; restored, it is what came. The copies are exactly sized. */
static void check_round(const char *data, const char *name)
{
    size_t length = strlen(data);
    char *text = exact_copy(data, length);
    struct field items[100];
    struct head h;
    bool good;

    parse(&h, data, length, false);
    is(h.known & HEAD_IRREGULAR, 0, "%s is regular", name);
    head_terminate(&h, text, items);
    good = strlen(text + h.reason) == h.reason_length;
    for (uint32_t i = 0; i < h.count; i++) {
        good = good && strlen(text + items[i].name) == items[i].name_length &&
               strlen(text + items[i].value) == items[i].value_length;
    }
    ok(good, "C-99 each slice of %s ends in NUL", name);
    head_restore(text, length, h.reason + h.reason_length, items, h.count);
    is_mem(text, length, data, length, "C-131 %s is brought back as it arrived", name);
    head_done(&h);
    free(text);
}

/* Every mixture of CRLF and bare LF over a status line, two fields and the blank line. */
static void check_line_ends(void)
{
    char data[200];
    char name[40];

    for (unsigned mix = 0; mix < 16; mix++) {
        snprintf(data, sizeof data, "HTTP/1.1 200 OK%sA: b%sC:%s%s", mix & 1 ? "\n" : "\r\n",
                 mix & 2 ? "\n" : "\r\n", mix & 4 ? "\n" : "\r\n", mix & 8 ? "\n" : "\r\n");
        snprintf(name, sizeof name, "line ends %u", mix);
        check_round(data, name);
    }
    for (unsigned mix = 0; mix < 4; mix++) {
        snprintf(data, sizeof data, "HTTP/1.1 200%s%s%s", mix > 1 ? " " : "",
                 mix & 1 ? "\n" : "\r\n", mix & 1 ? "\r\n" : "\n");
        snprintf(name, sizeof name, "no field %u", mix);
        check_round(data, name);
    }
}

static void check_irregular(const char *data, const char *value, const char *name)
{
    size_t length = strlen(data);
    char *text = exact_copy(data, length);
    struct field items[100];
    struct head h;

    parse(&h, data, length, false);
    ok(h.known & HEAD_IRREGULAR, "%s is irregular", name);
    head_terminate(&h, text, items);
    is_mem(text + items[0].value, items[0].value_length + 1, value, strlen(value) + 1, "C-73 %s",
           name);
    head_done(&h);
    free(text);
}

static void check_trailers(void)
{
    static const char data[] = "A: b\r\nC: d\n\r\n";
    char *text = exact_copy(data, sizeof data - 1);
    struct field items[100];
    struct head h;

    parse(&h, data, sizeof data - 1, true);
    head_terminate(&h, text, items);
    is_str(text + items[1].value, "d", "C-83 trailers are terminated");
    is(text[0], 'A', "nothing is written where no status line is");
    head_restore(text, sizeof data - 1, 0, items, h.count);
    is_mem(text, sizeof data - 1, data, sizeof data - 1, "and brought back");
    head_done(&h);
    free(text);
}

int main(void)
{
    failure_init(&failure);
    check_round("HTTP/1.1 200 OK\r\nServer: x\r\nA:b\r\nE:\r\nL:   \r\n\r\n", "a usual head");
    check_line_ends();
#define L "HTTP/1.1 200 OK\r\n"
    check_irregular(L "A: b \t\r\n\r\n", "b", "a blank at the end");
    check_irregular(L "A: b\r\n \t c\r\n\r\n", "b c", "a fold");
    check_irregular(L "A: b \n\tc\r\n \r\n  d \r\nX: y\r\n\r\n", "b c d", "many folds");
    check_irregular(L "A:\r\n b\r\n\r\n", "b", "a fold first");
    check_irregular(L "A: b\r\n \r\n\r\n", "b", "a fold of nothing");
    check_irregular("HTTP/1.1 200 OK \r\nA: b\r\n\r\n", "b", "a blank behind the reason");
    check_trailers();
    failure_done(&failure);
    return done_testing();
}
