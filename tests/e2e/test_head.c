/* SPDX-License-Identifier: MIT */
/*
 * The head of a response: what is told of it, what is told when it is none, and its limits, as
 * getresponse gives them. What is accepted at all stands in tests/corpus/.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/carry.h"
#include "tap.h"

#define OK_LINE "HTTP/1.1 200 OK\r\n"
#define EMPTY   "Content-Length: 0\r\n\r\n"

/* A response to GET /, fed whole; NULL where getresponse fails. */
static libhttp_response *respond(struct carry *x, const char *data, size_t length, bool end)
{
    libhttp_response *r = NULL;

    carry_next(x, data, length);
    x->end = end;
    if (!carry_request(x, "GET", "/", NULL) || carry_getresponse(x, &r) != LIBHTTP_OK)
        return NULL;
    return r;
}

#define RESPOND(x, text) respond(x, "" text, sizeof(text) - 1, false)

/* The response is refused so, and the connection is idle, closed, and usable with a new transport
 * (C-23). */
static void refused(const char *data, size_t length, int32_t code, const char *detail,
                    const char *sentence, const char *what)
{
    struct carry x = {.piece = 0};
    libhttp_response *r;

    carry_open(&x);
    r = respond(&x, data, length, true);
    is(libhttp_connection_error_code(x.c), code, "%s: the error", what);
    contains(libhttp_connection_error(x.c), sentence, "%s: the sentence", what);
    is_str(libhttp_connection_error_detail(x.c, NULL), detail, "%s: the detail", what);
    ok(r == NULL, "%s: no response", what);
    is(libhttp_connection_state(x.c), LIBHTTP_STATE_IDLE, "%s: idle (C-23)", what);
    is(libhttp_connection_is_open(x.c), 0, "%s: closed", what);
    is(libhttp_connection_set_carried(x.c), LIBHTTP_OK, "%s: a new transport", what);
    r = RESPOND(&x, OK_LINE EMPTY);
    is(libhttp_response_status(r), 200, "%s: and it is usable (C-23)", what);
    libhttp_response_free(r);
    carry_close(&x);
}

#define REFUSED(text, code, detail, sentence, what)                                                \
    refused("" text, sizeof(text) - 1, code, detail, sentence, what)

static void check_refusals(void)
{
    REFUSED("ICY 200 OK\r\n\r\n", LIBHTTP_E_BAD_STATUS_LINE, "ICY 200 OK", "not a status line",
            "C-65 no status line");
    REFUSED("HTTP/1.1 20\x01 OK\r\n", LIBHTTP_E_BAD_STATUS_LINE, "HTTP/1.1 20\x01 OK", "\\x01",
            "C-65 with a control byte");
    REFUSED("HTTP/2.0 200 OK\r\n\r\n", LIBHTTP_E_UNKNOWN_PROTOCOL, "HTTP/2.0", "HTTP/2.0",
            "C-67 another protocol");
    REFUSED("HTTP/1.1 200 OK\r\nNo colon\r\n\r\n", LIBHTTP_E_BAD_HEADER, "No colon", "colon",
            "C-74 no field");
    REFUSED("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", LIBHTTP_E_BAD_CONTENT_LENGTH, "-1",
            "Content-Length", "C-78 no length");
    REFUSED("HTTP/1.1 200 OK\r\nTransfer-Encoding: br, chunked\r\n\r\n",
            LIBHTTP_E_UNKNOWN_TRANSFER_ENCODING, "br", "Transfer-Encoding", "C-76 no coding");
    REFUSED("", LIBHTTP_E_REMOTE_DISCONNECTED, NULL, "may have been processed",
            "C-64 nothing at all");
    REFUSED("HTTP/1.1 2", LIBHTTP_E_BAD_STATUS_LINE, "HTTP/1.1 2", "ended in the status line",
            "C-72 half a status line");
    REFUSED("HTTP/1.1 200 OK\r\nA: b\r\n", LIBHTTP_E_INCOMPLETE_READ, NULL, "after 1 field",
            "C-72 half a head");
    REFUSED("HTTP/1.1 101 Switching\r\n\r\n", LIBHTTP_E_BAD_STATUS_LINE, NULL, "did not ask",
            "C-69 T-16 101 unasked");
}

/* C-64: what it is, beside its code. */
static void check_disconnected(void)
{
    struct carry x = {.piece = 0};

    carry_open(&x);
    ok(respond(&x, "", 0, true) == NULL, "C-64 nothing comes");
    is(libhttp_connection_errno(x.c), ECONNRESET, "C-64 a connection reset");
    ok(libhttp_error_is(libhttp_connection_error_code(x.c), LIBHTTP_E_BAD_STATUS_LINE),
       "C-64 and a BadStatusLine");
    carry_close(&x);
}

static void check_line(void)
{
    struct carry x = {.piece = 1};
    libhttp_response *r;

    carry_open(&x);
    r = RESPOND(&x, "HTTP/1.1 299 \t d\xe9j\xe0  vu \t\r\n" EMPTY);
    is(libhttp_response_status(r), 299, "C-100 status");
    is(libhttp_response_version(r), 11, "C-67 version 11");
    is_str(libhttp_response_reason(r), "d\xe9j\xe0  vu", "C-66 the reason without blanks around");
    is(libhttp_response_reason_length(r), 8, "C-66 its length");
    is_str(libhttp_response_url(r), "/", "C-100 url");
    libhttp_response_free(r);
    r = RESPOND(&x, "HTTP/1.1 200\r\n" EMPTY);
    is_str(libhttp_response_reason(r), "", "C-66 no reason is an empty one");
    is(libhttp_response_reason_length(r), 0, "C-66 of length 0");
    libhttp_response_free(r);
    r = RESPOND(&x, "HTTP/1.7 200 OK\r\n" EMPTY);
    is(libhttp_response_version(r), 11, "C-67 HTTP/1.7 is 11");
    libhttp_response_free(r);
    r = RESPOND(&x, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" EMPTY);
    is(libhttp_response_version(r), 10, "C-67 HTTP/1.0 is 10");
    is(libhttp_response_will_close(r), 0, "C-102 kept");
    libhttp_response_free(r);
    carry_close(&x);
}

static void field_is(const libhttp_headers *h, int32_t i, const char *name, const char *value,
                     const char *what)
{
    int64_t length = -1;

    is_str(libhttp_headers_name(h, i, NULL), name, "%s: name of field %d", what, i);
    is_str(libhttp_headers_value(h, i, &length), value, "%s: value of field %d", what, i);
    is(length, strlen(value), "%s: and its length", what);
}

static void getheader_is(libhttp_response *r, const char *name, const char *fallback,
                         const char *want, const char *what)
{
    const char *value = "untouched";
    int64_t length = -1;

    is(libhttp_response_getheader(r, name, -1, fallback, -1, &value, &length), LIBHTTP_OK, "%s",
       what);
    is_str(value, want, "%s: its value", what);
    is(length, want ? (int64_t)strlen(want) : 0, "%s: its length", what);
}

static void check_fields(size_t piece)
{
    struct carry x = {.piece = piece};
    const libhttp_headers *h;
    libhttp_response *r;
    int32_t at;

    carry_open(&x);
    r = RESPOND(&x, OK_LINE "B: 1\r\na:2\nSet-Cookie: x=1; Expires=Mon, 1\r\n"
                            "Long: \t one \t\r\n \t two\n\tthree \r\n  \r\nset-cookie: y\r\n"
                            "Empty:\r\nA: \xc3\xa9\x01\x7f\x80 \r\n" EMPTY);
    h = libhttp_response_headers(r);
    is(libhttp_headers_count(h), 8, "C-73 all fields");
    field_is(h, 0, "B", "1", "C-73 in their order");
    field_is(h, 1, "a", "2", "C-73 no blank, a bare LF");
    field_is(h, 3, "Long", "one two three", "C-73 an obs-fold is one blank");
    field_is(h, 5, "Empty", "", "C-73 no value");
    field_is(h, 6, "A", "\xc3\xa9\x01\x7f\x80", "C-74 control bytes are data");
    getheader_is(r, "A", NULL, "2, \xc3\xa9\x01\x7f\x80", "C-99 joined");
    getheader_is(r, "a", "x", "2, \xc3\xa9\x01\x7f\x80", "C-73 names without case");
    getheader_is(r, "b", NULL, "1", "C-99 a single one");
    getheader_is(r, "Empty", "x", "", "C-99 an empty value is there");
    getheader_is(r, "No", NULL, NULL, "C-99 none");
    getheader_is(r, "No", "fallback", "fallback", "C-99 a default");
    at = libhttp_headers_find(h, "SET-COOKIE", -1, 0);
    is(at, 2, "C-99 Set-Cookie one by one");
    field_is(h, at, "Set-Cookie", "x=1; Expires=Mon, 1", "C-99 the first");
    at = libhttp_headers_find(h, "SET-COOKIE", -1, at + 1);
    field_is(h, at, "set-cookie", "y", "C-99 the second");
    is(libhttp_headers_find(h, "SET-COOKIE", -1, at + 1), -1, "C-99 no third");
    is(libhttp_headers_contains(h, "b", -1), 1, "C-100 in");
    is(libhttp_headers_set((libhttp_headers *)(uintptr_t)h, "B", -1, "2", -1), LIBHTTP_E_STATE,
       "C-100 and they are the response's");
    libhttp_response_free(r);
    carry_close(&x);
}

/* C-131: whatever was made of the head, it can be had as it came: its fields looked at or not. */
static void check_raw(const char *head, const char *what)
{
    for (size_t piece = 0; piece < 6; piece++) {
        struct carry x = {.piece = piece / 2};
        const char *raw = NULL;
        int64_t length = 0;
        libhttp_response *r;

        carry_open(&x);
        r = respond(&x, head, strlen(head), false);
        if (piece % 2 == 1)
            is(strlen(libhttp_response_reason(r)), libhttp_response_reason_length(r),
               "C-131 %s: its reason ends", what);
        for (int turn = 0; turn < 2; turn++) {
            is(libhttp_response_raw_head(r, &raw, &length), LIBHTTP_OK, "C-131 %s", what);
            is_mem(raw, length, head, strlen(head), "C-131 %s: its bytes", what);
        }
        libhttp_response_free(r);
        carry_close(&x);
    }
}

static void check_raw_heads(void)
{
    check_raw(OK_LINE EMPTY, "a usual head");
    check_raw("HTTP/1.1 200\r\nA:\r\nB: \r\n" EMPTY, "nothing where something may be");
    check_raw("HTTP/1.1 200 \nA: b\n" EMPTY, "bare LF");
    check_raw("HTTP/1.1 200 OK\nContent-Length: 0\n\n", "bare LF to the end");
    check_raw("HTTP/1.1 200 OK \t\r\nA: b \r\nC:\t\td\t\r\n" EMPTY, "blanks behind");
    check_raw("HTTP/1.1 200 OK\r\nA: b\r\n c\n\td \r\n \r\n" EMPTY, "obs-folds");
    check_raw("HTTP/1.1 200 OK\r\n" EMPTY, "and again");
}

/* C-122: they are the connection's while the final one is awaited, and then the response's. */
static void check_interim(void)
{
    struct carry x = {.first = 90, .piece = 0};
    libhttp_response *r = NULL;
    const libhttp_headers *h;
    static const char text[] = "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n"
                               "Link: </b>; rel=preload\r\n\r\n"
                               "HTTP/1.1 100 Continue\r\n\r\n" OK_LINE "A: b\r\n" EMPTY;

    carry_open(&x);
    carry_next(&x, text, sizeof text - 1);
    ok(carry_request(&x, "GET", "/", NULL), "C-122 a request");
    is(libhttp_connection_getresponse(x.c, &r), LIBHTTP_AGAIN, "C-122 nothing yet");
    is(libhttp_connection_interim_count(x.c), 0, "C-122 no interim response yet");
    carry_feed(&x);
    is(libhttp_connection_getresponse(x.c, &r), LIBHTTP_AGAIN, "C-122 103 is not the response");
    is(libhttp_connection_interim_count(x.c), 1, "C-122 it can be had before the final one");
    is(libhttp_connection_interim_status(x.c, 0), 103, "C-122 by its status");
    h = libhttp_connection_interim_headers(x.c, 0);
    field_is(h, 1, "Link", "</b>; rel=preload", "C-122 and Link");
    ok(libhttp_connection_interim_headers(x.c, 1) == NULL, "C-122 nothing beyond");
    is(carry_getresponse(&x, &r), LIBHTTP_OK, "C-69 then the final one");
    is(libhttp_response_status(r), 200, "C-69 is the response");
    is(libhttp_connection_interim_count(x.c), 0, "C-122 the response has taken them over");
    is(libhttp_response_interim_count(r), 2, "C-122 both");
    is(libhttp_response_interim_status(r, 0), 103, "C-122 the first");
    is(libhttp_response_interim_status(r, 1), 100, "C-69 the second, unexpected (T-16)");
    is(libhttp_response_interim_status(r, 2), 0, "C-122 no third");
    field_is(libhttp_response_interim_headers(r, 0), 0, "Link", "</a>; rel=preload", "C-122 kept");
    field_is(libhttp_response_headers(r), 0, "A", "b", "C-69 its own fields");
    libhttp_response_free(r);
    r = RESPOND(&x, OK_LINE EMPTY);
    is(libhttp_response_interim_count(r), 0, "T-34 nothing is left for the next response");
    libhttp_response_free(r);
    carry_close(&x);
}

/* Lines and heads of any size, in one buffer. */
struct text {
    char data[600000];
    size_t length;
};

static void put(struct text *t, const char *s)
{
    memcpy(t->data + t->length, s, strlen(s));
    t->length += strlen(s);
}

static void put_many(struct text *t, char byte, size_t n)
{
    memset(t->data + t->length, byte, n);
    t->length += n;
}

/* What getresponse and read_all end with, and what is said about it. */
static char sentence[400];

static int32_t outcome(const struct text *t, size_t piece, void (*set)(libhttp_connection *c))
{
    struct carry x = {.piece = piece};
    libhttp_response *r = NULL;
    const void *data;
    int64_t length;
    int32_t status;

    carry_open(&x);
    if (set)
        set(x.c);
    r = respond(&x, t->data, t->length, true);
    status = libhttp_connection_error_code(x.c);
    if (r) {
        do
            status = libhttp_response_read_all(r, 1 << 20, &data, &length);
        while (carry_again(&x, status));
    }
    snprintf(sentence, sizeof sentence, "%s",
             r ? libhttp_response_error(r) : libhttp_connection_error(x.c));
    libhttp_response_free(r);
    carry_close(&x);
    return status;
}

/* before, n times "a", behind: n bytes pass, one more does not. */
static void line_limit(const char *before, const char *behind, size_t line_before, size_t most,
                       void (*set)(libhttp_connection *c), const char *kind)
{
    static struct text t;

    for (size_t over = 0; over < 2; over++) {
        int32_t want = over ? LIBHTTP_E_LINE_TOO_LONG : LIBHTTP_OK;

        t.length = 0;
        put(&t, before);
        put_many(&t, 'a', most - line_before + over);
        put(&t, behind);
        is(outcome(&t, 0, set), want, "C-68 T-20 a %s of %zu bytes", kind, most + over);
        is(outcome(&t, 999, set), want, "C-68 T-20 a %s of %zu bytes, in pieces", kind,
           most + over);
    }
    t.length = 0;
    put(&t, before);
    put_many(&t, 'a', most + 1000);
    is(outcome(&t, 1000, set), LIBHTTP_E_LINE_TOO_LONG, "T-20 a %s without an end", kind);
    contains(sentence, kind, "C-68 it is said to be the %s", kind);
}

static void set_small(libhttp_connection *c)
{
    is(libhttp_connection_set_max_line(c, 100), LIBHTTP_OK, "C-71 a limit can be set");
    is(libhttp_connection_max_line(c), 100, "C-71 and read");
}

#define CHUNKED "Transfer-Encoding: chunked\r\n\r\n"

static void check_line_limits(void)
{
    const size_t most = LIBHTTP_MAX_LINE_DEFAULT;

    line_limit("HTTP/1.1 200 ", "\r\n" EMPTY, 13, most, NULL, "status line");
    line_limit("HTTP/1.1 200 ", "\n" EMPTY, 13, most, NULL, "status line");
    line_limit(OK_LINE "A: ", "\r\n" EMPTY, 3, most, NULL, "header line");
    line_limit(OK_LINE "A", ": b\r\n" EMPTY, 4, most, NULL, "header line");
    line_limit(OK_LINE CHUNKED "0\r\nA: ", "\r\n\r\n", 3, most, NULL, "trailer line");
    line_limit("HTTP/1.1 200 ", "\r\n" EMPTY, 13, 100, set_small, "status line");
    line_limit(OK_LINE "A: ", "\r\n" EMPTY, 3, 100, set_small, "header line");
    line_limit(OK_LINE CHUNKED "1;", "\r\nx\r\n0\r\n\r\n", 2, 100, set_small, "chunk size");
    line_limit(OK_LINE CHUNKED "0\r\nA: ", "\r\n\r\n", 3, 100, set_small, "trailer line");
}

/* A head of exactly so many bytes, of lines that are short enough. */
static void put_head(struct text *t, size_t length)
{
    size_t end = t->length + length;

    put(t, OK_LINE);
    while (end - t->length > 30000 + strlen(EMPTY)) {
        put(t, "A: ");
        put_many(t, 'x', 20000 - 5);
        put(t, "\r\n");
    }
    put(t, "A: ");
    put_many(t, 'x', end - t->length - strlen(EMPTY) - 2);
    put(t, "\r\n" EMPTY);
}

static void check_head_limit(void)
{
    static struct text t;
    const size_t most = LIBHTTP_MAX_HEAD_DEFAULT;

    for (size_t over = 0; over < 2; over++) {
        int32_t want = over ? LIBHTTP_E_HEAD_TOO_LARGE : LIBHTTP_OK;

        t.length = 0;
        put_head(&t, most + over);
        is(outcome(&t, 0, NULL), want, "C-71 T-20 a head of %zu bytes", most + over);
        is(outcome(&t, 5000, NULL), want, "C-71 T-20 a head of %zu bytes in pieces", most + over);
        t.length = 0;
        put(&t, "HTTP/1.1 103 Hi\r\nA: b\r\n\r\n");
        put_head(&t, most - strlen("HTTP/1.1 103 Hi\r\nA: b\r\n\r\n") + over);
        is(outcome(&t, 0, NULL), want, "C-71 T-20 interim heads count: %zu bytes", most + over);
        is(outcome(&t, 5000, NULL), want, "C-71 the same in pieces");
    }
}

static void check_trailers_limit(void)
{
    static struct text t;

    t.length = 0;
    put(&t, OK_LINE CHUNKED "5\r\nhello\r\n0\r\n");
    for (int i = 0; i < 5; i++) {
        put(&t, "A: ");
        put_many(&t, 'x', 60000);
        put(&t, "\r\n");
    }
    put(&t, "\r\n");
    is(outcome(&t, 0, NULL), LIBHTTP_E_HEAD_TOO_LARGE, "C-83 T-20 trailers are bounded");
    is(outcome(&t, 4000, NULL), LIBHTTP_E_HEAD_TOO_LARGE, "C-83 T-20 in pieces too");
}

static void set_limits(libhttp_connection *c)
{
    libhttp_connection_set_max_headers(c, 3);
    libhttp_connection_set_max_interim(c, 2);
    libhttp_connection_set_max_head(c, 120);
}

static int32_t limited(const char *s)
{
    static struct text t;

    t.length = 0;
    put(&t, s);
    return outcome(&t, 0, set_limits);
}

static void check_settable(void)
{
    is(limited(OK_LINE "A: b\r\nA: b\r\n" EMPTY), LIBHTTP_OK, "C-11 C-71 three fields of three");
    is(limited(OK_LINE "A: b\r\nA: b\r\nA: b\r\n" EMPTY), LIBHTTP_E_TOO_MANY_HEADERS,
       "C-11 C-71 four of three");
    is(limited("HTTP/1.1 100\r\n\r\nHTTP/1.1 100\r\n\r\n" OK_LINE EMPTY), LIBHTTP_OK,
       "C-69 two interim responses of two");
    is(limited("HTTP/1.1 100\r\n\r\nHTTP/1.1 100\r\n\r\nHTTP/1.1 100\r\n\r\n" OK_LINE EMPTY),
       LIBHTTP_E_TOO_MANY_HEADERS, "C-69 T-20 three of two");
    is(limited(OK_LINE "A: 1234567890123456789012345678901234567890123456789012345678901234567890"
                       "1234567890\r\n" EMPTY),
       LIBHTTP_E_HEAD_TOO_LARGE, "C-71 a head over 120 bytes");
}

/* T-34: nothing of one exchange shows in the next. */
static void check_next(void)
{
    struct carry x = {.piece = 0};
    const void *data;
    int64_t length;
    libhttp_response *r;

    carry_open(&x);
    r = RESPOND(&x, "HTTP/1.1 200 First\r\nOnly-First: 1\r\n" CHUNKED
                    "5\r\nhello\r\n0\r\nTrailer-First: 1\r\n\r\n");
    is(libhttp_response_read_all(r, 100, &data, &length), LIBHTTP_OK, "T-34 one response");
    is(libhttp_headers_count(libhttp_response_trailers(r)), 1, "C-122 C-83 with a trailer");
    field_is(libhttp_response_trailers(r), 0, "Trailer-First", "1", "C-122 the trailer");
    libhttp_response_free(r);
    r = RESPOND(&x, "HTTP/1.1 404\r\nContent-Length: 2\r\n\r\nhi");
    is(libhttp_headers_count(libhttp_response_headers(r)), 1, "T-34 the next has its own fields");
    is(libhttp_headers_count(libhttp_response_trailers(r)), 0, "T-34 no trailers");
    is_str(libhttp_response_reason(r), "", "T-34 no reason");
    getheader_is(r, "Only-First", NULL, NULL, "T-34 no field");
    is(libhttp_response_partial(r, &data, &length), LIBHTTP_OK, "T-34 partial");
    is(length, 0, "T-34 is empty");
    is(libhttp_response_error_code(r), 0, "T-34 no error");
    libhttp_response_free(r);
    carry_close(&x);
}

int main(void)
{
    check_refusals();
    check_disconnected();
    check_line();
    check_fields(0);
    check_fields(1);
    check_raw_heads();
    check_interim();
    check_line_limits();
    check_head_limit();
    check_trailers_limit();
    check_settable();
    check_next();
    return done_testing();
}
