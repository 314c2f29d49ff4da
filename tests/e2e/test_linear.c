/* SPDX-License-Identifier: MIT */
/*
 * T-24: what a response costs that comes a byte a segment, the limits raised. Each shape is read
 * twice, the second time eight times as long. Here it is read right; linear.sh runs this under
 * callgrind, and compares the instructions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/carry.h"
#include "tap.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_ZERO_STATS          (void)0
#define CALLGRIND_DUMP_STATS_AT(name) (void)(name)
#endif

#define OK_LINE "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_LINE "Transfer-Encoding: chunked\r\n\r\n"

enum { SMALL = 4000, LARGE = 8 * SMALL };

enum way { WAY_ALL, WAY_LINE, WAY_BYTE };

/* `begin`, `unit` again and again, `end`; and what it comes to. */
struct shape {
    const char *name;
    const char *begin, *unit, *end;
    enum way way;
    int32_t want;
};

static const struct shape shapes[] = {
    {"one-byte chunks", CHUNKED, "1\r\nx\r\n", "0\r\n\r\n", WAY_ALL, LIBHTTP_OK},
    {"one-byte chunks, by line", CHUNKED, "1\r\nx\r\n", "0\r\n\r\n", WAY_LINE, LIBHTTP_OK},
    {"one-byte chunks, by byte", CHUNKED, "1\r\nx\r\n", "0\r\n\r\n", WAY_BYTE, LIBHTTP_OK},
    {"chunks with extensions", CHUNKED, "1;a=\"b\"\r\nx\r\n", "0\r\n\r\n", WAY_ALL, LIBHTTP_OK},
    {"one chunk", CHUNKED "7fffffff\r\n", "x", "", WAY_ALL, LIBHTTP_E_INCOMPLETE_READ},
    {"a body until close", OK_LINE "\r\n", "x", "", WAY_ALL, LIBHTTP_OK},
    {"a body until close, by line", OK_LINE "\r\n", "x", "", WAY_LINE, LIBHTTP_OK},
    {"a body until close, by byte", OK_LINE "\r\n", "x", "", WAY_BYTE, LIBHTTP_OK},
    {"a body of lines", OK_LINE "\r\n", "xxxxxxxxx\n", "", WAY_LINE, LIBHTTP_OK},
    {"a status line", "HTTP/1.1 200 ", "x", "\r\nContent-Length: 0\r\n\r\n", WAY_ALL, LIBHTTP_OK},
    {"a field", OK_LINE "A: ", "x", "\r\nContent-Length: 0\r\n\r\n", WAY_ALL, LIBHTTP_OK},
    {"a field's name", OK_LINE "A", "x", ": b\r\nContent-Length: 0\r\n\r\n", WAY_ALL, LIBHTTP_OK},
    {"many fields", OK_LINE, "A: b\r\n", "Content-Length: 0\r\n\r\n", WAY_ALL, LIBHTTP_OK},
    {"many Content-Lengths", OK_LINE, "Content-Length: 0\r\n", "\r\n", WAY_ALL, LIBHTTP_OK},
    {"one of many members", OK_LINE "Content-Length: 0", ",0", "\r\n\r\n", WAY_ALL, LIBHTTP_OK},
    {"a Connection of many members", OK_LINE "Connection: a", ",a", "\r\nContent-Length: 0\r\n\r\n",
     WAY_ALL, LIBHTTP_OK},
    {"many codings", OK_LINE "Transfer-Encoding: ,", ",", "chunked\r\n\r\n0\r\n\r\n", WAY_ALL,
     LIBHTTP_OK},
    {"empty obs-folds", OK_LINE "A: b\r\n", " \r\n", "Content-Length: 0\r\n\r\n", WAY_ALL,
     LIBHTTP_OK},
    {"obs-folds", OK_LINE "A: b\r\n", " c\r\n", "Content-Length: 0\r\n\r\n", WAY_ALL, LIBHTTP_OK},
    {"interim heads", "", "HTTP/1.1 103\r\n\r\n", OK_LINE "Content-Length: 0\r\n\r\n", WAY_ALL,
     LIBHTTP_OK},
    {"many trailers", CHUNKED "0\r\n", "A: b\r\n", "\r\n", WAY_ALL, LIBHTTP_OK},
    {"a trailer", CHUNKED "0\r\nA: ", "x", "\r\n\r\n", WAY_ALL, LIBHTTP_OK},
    {"obs-folds of a trailer", CHUNKED "0\r\nA: b\r\n", " c\r\n", "\r\n", WAY_ALL, LIBHTTP_OK},
};

static char *build(const struct shape *s, size_t size, size_t *ret_length)
{
    size_t begin = strlen(s->begin), unit = strlen(s->unit), end = strlen(s->end);
    size_t count = size / unit;
    char *data = malloc(begin + count * unit + end);

    memcpy(data, s->begin, begin);
    for (size_t i = 0; i < count * unit; i++)
        data[begin + i] = s->unit[i % unit];
    memcpy(data + begin + count * unit, s->end, end);
    *ret_length = begin + count * unit + end;
    return data;
}

static int32_t read_body(struct carry *x, libhttp_response *r, enum way way)
{
    static char line[LARGE + 1];
    int64_t got = 1;
    const void *data;
    int32_t status = LIBHTTP_OK;

    while (status == LIBHTTP_OK && got > 0) {
        do
            status = way == WAY_ALL    ? libhttp_response_read_all(r, 1 << 30, &data, &got)
                     : way == WAY_LINE ? libhttp_response_readline(r, line, sizeof line, &got)
                                       : libhttp_response_read(r, line, 1, &got);
        while (carry_again(x, status));
        if (way == WAY_ALL)
            break;
    }
    return status;
}

static void raise_limits(libhttp_connection *c)
{
    libhttp_connection_set_max_head(c, 1 << 30);
    libhttp_connection_set_max_line(c, 1 << 30);
    libhttp_connection_set_max_headers(c, 1 << 30);
    libhttp_connection_set_max_interim(c, 1 << 30);
}

static void read_shape(const struct shape *s, size_t size)
{
    struct carry x = {.piece = 1, .end = true};
    libhttp_response *r = NULL;
    char *data = build(s, size, &x.length);
    char name[200];
    int32_t status;

    x.data = data;
    carry_open(&x);
    raise_limits(x.c);
    snprintf(name, sizeof name, "%zu %s", size, s->name);
    CALLGRIND_ZERO_STATS;
    carry_request(&x, "GET", "/", NULL);
    status = carry_getresponse(&x, &r);
    if (status == LIBHTTP_OK)
        status = read_body(&x, r, s->way);
    libhttp_response_free(r);
    CALLGRIND_DUMP_STATS_AT(name);
    is(status, s->want, "T-24 %s: read in %zu segments", s->name, x.at);
    carry_close(&x);
    free(data);
}

int main(void)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        read_shape(&shapes[i], SMALL);
        read_shape(&shapes[i], LARGE);
    }
    return done_testing();
}
