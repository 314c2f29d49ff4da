/* SPDX-License-Identifier: MIT */
/*
 * The ways of reading a body, and of not reading it (C-87 to C-98). That they all give the same
 * bytes is test_corpus's; here is what each promises beside.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/carry.h"
#include "support/counts.h"
#include "support/modes.h"
#include "support/peer.h"
#include "tap.h"

#define OK_LINE "HTTP/1.1 200 OK\r\n"
#define FIVE    OK_LINE "Content-Length: 5\r\n\r\n"
#define CHUNKED OK_LINE "Transfer-Encoding: chunked\r\n\r\n"

/* A response to GET / of which `here` bytes have come. */
static libhttp_response *respond(struct carry *x, const char *text, size_t here)
{
    libhttp_response *r = NULL;

    carry_next(x, text, strlen(text));
    x->first = here;
    if (!carry_request(x, "GET", "/", NULL) || carry_getresponse(x, &r) != LIBHTTP_OK)
        bail_out("no response: %s", libhttp_connection_error(x->c));
    return r;
}

static libhttp_response *whole(struct carry *x, const char *text)
{
    return respond(x, text, 0);
}

static void finish(struct carry *x, libhttp_response *r)
{
    libhttp_response_free(r);
    carry_close(x);
}

/* read gives this status and these bytes. */
static void read_gives(libhttp_response *r, int64_t capacity, int32_t status, const char *want,
                       const char *what)
{
    char room[200];
    int64_t got = -7;

    is(libhttp_response_read(r, room, capacity, &got), status, "%s", what);
    if (status == LIBHTTP_OK)
        is_mem(room, got, want, strlen(want), "%s: the bytes", what);
    else
        is(got, -7, "%s: ret is untouched", what);
}

static void line_gives(libhttp_response *r, int64_t capacity, int32_t status, const char *want,
                       const char *what)
{
    char room[200];
    int64_t got = -7;

    is(libhttp_response_readline(r, room, capacity, &got), status, "%s", what);
    if (status == LIBHTTP_OK)
        is_mem(room, got, want, strlen(want), "%s: the bytes", what);
}

static void peek_gives(libhttp_response *r, int32_t status, const char *want, const char *what)
{
    const void *data = NULL;
    int64_t got = -7;

    is(libhttp_response_peek(r, &data, &got), status, "%s", what);
    if (status == LIBHTTP_OK)
        is_mem(data, got, want, strlen(want), "%s: the bytes", what);
}

static int32_t all_gives(libhttp_response *r, int64_t maximum, int32_t status, const char *want,
                         const char *what)
{
    const void *data = NULL;
    int64_t got = -7;
    int32_t is_status = libhttp_response_read_all(r, maximum, &data, &got);

    is(is_status, status, "%s", what);
    if (status != LIBHTTP_OK)
        is(libhttp_response_partial(r, &data, &got), LIBHTTP_OK, "%s: partial", what);
    is_mem(data, got, want, strlen(want), "%s: the bytes", what);
    return is_status;
}

/* C-89: full in blocking mode, over chunk borders, clipped to the body. */
static void check_read_fills(void)
{
    char room[100];
    int64_t got;
    libhttp_response *r = NULL;
    libhttp_connection *c = NULL;
    struct peer *peer = peer_start((struct peer_step[]){
        PEER_READ_HEAD, PEER_SEND(CHUNKED "3\r\nabc"), PEER_DELAY(30), PEER_SEND("\r\n4\r\nd"),
        PEER_DELAY(30), PEER_SEND("efg\r\n0\r\n"), PEER_DELAY(30), PEER_SEND("\r\n"),
        PEER_READ_HEAD, PEER_SEND(OK_LINE "Content-Length: 6\r\n\r\nab"), PEER_GATE,
        PEER_SEND("cdef"), PEER_WAIT_CLOSE, PEER_END});

    libhttp_connection_new(&c);
    libhttp_connection_set_host(c, "127.0.0.1", -1, peer_port(peer));
    is(libhttp_connection_request(c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK,
       "C-89 a request");
    is(libhttp_connection_getresponse(c, &r), LIBHTTP_OK, "C-89 a response");
    is(libhttp_response_fileno(r), libhttp_connection_fileno(c), "C-98 fileno");
    ok(libhttp_response_fileno(r) >= 0, "C-98 a descriptor");
    is(libhttp_response_read(r, room, 6, &got), LIBHTTP_OK, "C-89 read(6)");
    is_mem(room, got, "abcdef", 6, "C-89 fills six over chunk borders");
    is(libhttp_response_is_complete(r), 0, "C-89 there is more");
    is(libhttp_response_read(r, room, 100, &got), LIBHTTP_OK, "C-89 read(100)");
    is_mem(room, got, "g", 1, "C-89 clipped to the body");
    is(libhttp_response_is_complete(r), 1, "C-89 complete");
    is(libhttp_response_fileno(r), -1, "C-89 reaching the end frees the connection");
    libhttp_response_free(r);
    is(libhttp_connection_request(c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK,
       "C-20 the next request");
    is(libhttp_connection_getresponse(c, &r), LIBHTTP_OK, "C-20 its response");
    is(libhttp_response_read1(r, room, 100, &got), LIBHTTP_OK, "C-91 read1");
    is_mem(room, got, "ab", 2, "C-91 gives the first bytes that are there");
    peer_open(peer);
    is(libhttp_response_read(r, room, 4, &got), LIBHTTP_OK, "C-89 read(4)");
    is_mem(room, got, "cdef", 4, "C-89 exactly up to the end");
    is(libhttp_response_is_complete(r), 1, "C-89 which is the end");
    libhttp_response_free(r);
    libhttp_connection_free(c);
    peer_finish(peer, "C-89 the peer's side");
}

/* A body that comes with its head, all of it or `here` bytes: it is read like any other. */
static void check_along(size_t length, size_t here)
{
    struct carry x = {.piece = 700};
    static char text[20000];
    char room[8192 + 1];
    int64_t got = 1, all = 0;
    size_t head = (size_t)sprintf(text, OK_LINE "Content-Length: %zu\r\n\r\n", length);
    libhttp_response *r;
    int32_t status = LIBHTTP_OK;

    for (size_t i = 0; i < length; i++)
        text[head + i] = (char)('a' + i % 26);
    text[head + length] = '\0';
    carry_open(&x);
    r = respond(&x, text, head + here);
    while (status >= 0 && got > 0 && (size_t)all < sizeof room) {
        int64_t most = (int64_t)sizeof room - all;

        is(libhttp_response_remaining(r), (int64_t)length - all, "C-131 so much is left");
        status = libhttp_response_read(r, room + all, most < 1000 ? most : 1000, &got);
        if (status == LIBHTTP_OK)
            all += got;
        else if (!carry_again(&x, status))
            break;
    }
    is_mem(room, all, text + head, length, "C-89 %zu bytes, %zu of them with their head", length,
           here);
    is(libhttp_response_is_complete(r), 1, "C-89 complete");
    finish(&x, r);
}

/* T-15: what is behind the body's end is none of it, and no response either. */
static void check_behind(void)
{
    struct carry x = {.piece = 0};
    libhttp_response *r;

    carry_open(&x);
    r = whole(&x, FIVE "hello" FIVE "there");
    read_gives(r, 2, LIBHTTP_OK, "he", "C-89 a piece of it");
    peek_gives(r, LIBHTTP_OK, "llo", "C-93 the rest");
    read_gives(r, 100, LIBHTTP_OK, "llo", "C-89 that rest");
    is(libhttp_connection_fileno(x.c), -1, "T-15 the connection isn't kept");
    is(libhttp_response_is_complete(r), 1, "C-89 complete");
    finish(&x, r);
}

/*
 * C-89, C-90: what frames a chunked body and is here already is taken with its last byte, or with
 * the head of an empty one: nobody has to read zero bytes to go on.
 */
static void check_exact_chunks(void)
{
    struct carry x = {.piece = 0};
    const char *two = CHUNKED "2\r\nab\r\n3;x=y\r\ncde\r\n0\r\nX-T: t\r\n\r\n";
    libhttp_response *r;

    carry_open(&x);
    r = whole(&x, CHUNKED "0\r\n\r\n");
    is(libhttp_response_is_complete(r), 1, "C-90 an empty chunked body is complete at once");
    is(libhttp_connection_response_unread(x.c), 0, "C-90 C-20 and forgotten");
    libhttp_response_free(r);
    r = whole(&x, two);
    is(libhttp_response_is_complete(r), 0, "C-90 another isn't");
    is(libhttp_response_remaining(r), -1, "C-131 nobody knows how much will come");
    read_gives(r, 2, LIBHTTP_OK, "ab", "C-89 the first chunk");
    is(libhttp_response_is_complete(r), 0, "C-89 is not the end");
    read_gives(r, 3, LIBHTTP_OK, "cde", "C-89 exactly up to the end");
    is(libhttp_response_is_complete(r), 1, "C-89 is the end");
    is(libhttp_connection_response_unread(x.c), 0, "C-89 which frees the connection");
    is(libhttp_headers_count(libhttp_response_trailers(r)), 1, "C-83 with the trailers");
    read_gives(r, 3, LIBHTTP_OK, "", "C-96 nothing is behind it");
    libhttp_response_free(r);
    r = respond(&x, two, strlen(two) - 4);
    read_gives(r, 5, LIBHTTP_OK, "abcde", "C-89 all bytes of it");
    is(libhttp_response_is_complete(r), 0, "C-83 while the trailers go on it isn't complete");
    is(libhttp_response_remaining(r), 0, "C-131 but no byte of it is to come");
    carry_feed(&x);
    read_gives(r, 5, LIBHTTP_OK, "", "C-89 the end");
    is(libhttp_response_is_complete(r), 1, "C-89 is told then");
    finish(&x, r);
}

/* What is wrong with the framing is told by the call behind the bytes before it. */
static void check_bad_behind(void)
{
    struct carry x = {.piece = 0};
    libhttp_response *r;

    carry_open(&x);
    r = whole(&x, CHUNKED "2\r\nab\r\nx");
    read_gives(r, 2, LIBHTTP_OK, "ab", "C-80 a chunk");
    for (int i = 0; i < 2; i++)
        read_gives(r, 2, LIBHTTP_E_BAD_CHUNK, "", "C-80 and a broken one behind it");
    contains(libhttp_response_error(r), "'x'", "C-80 the sentence shows the byte");
    finish(&x, r);
    carry_open(&x);
    r = whole(&x, CHUNKED "x");
    read_gives(r, 2, LIBHTTP_E_BAD_CHUNK, "", "C-80 none but a broken one");
    contains(libhttp_response_error(r), "'x'", "C-80 the sentence shows its byte");
    is(libhttp_response_is_complete(r), 0, "C-26 it never counts as complete");
    finish(&x, r);
}

/* T-22: also for who has more to read than he can in the time. */
static void check_total(void)
{
    struct carry x = {.piece = 0};
    libhttp_response *r;

    carry_open(&x);
    r = respond(&x, FIVE "hello", strlen(FIVE));
    libhttp_connection_set_total_timeout(x.c, 1);
    usleep(2000); /* or any longer */
    carry_feed_all(&x);
    read_gives(r, 100, LIBHTTP_E_TIMEOUT, NULL, "T-22 C-120 past the total timeout");
    finish(&x, r);
}

/* C-26: as it is cut off where it would have to be received. */
static void check_closed_along(void)
{
    struct carry x = {.piece = 0};
    libhttp_response *r;

    carry_open(&x);
    r = whole(&x, FIVE "hello");
    read_gives(r, 2, LIBHTTP_OK, "he", "C-26 a piece");
    libhttp_connection_close(x.c);
    read_gives(r, 2, LIBHTTP_E_CLOSED, "", "C-26 nothing after close");
    finish(&x, r);
}

/* C-89: elsewhere what is there; AGAIN leaves no trace. */
static void check_read_elsewhere(void)
{
    struct carry x = {.piece = 3};
    libhttp_response *r;
    int32_t events = -1;
    int64_t got;

    carry_open(&x);
    r = respond(&x, FIVE "hello", strlen(FIVE) + 2);
    is(libhttp_response_remaining(r), 5, "C-131 remaining");
    read_gives(r, 100, LIBHTTP_OK, "he", "C-89 what is there");
    libhttp_response_wait(r, NULL, &events, NULL, NULL);
    is(events, 0, "C-89 no more was asked for");
    is(libhttp_response_remaining(r), 3, "C-131 less");
    got = 7;
    is(libhttp_response_read1(r, NULL, 0, &got), LIBHTTP_OK, "C-91 nothing is asked for");
    is(got, 0, "C-91 nor given");
    read_gives(r, 100, LIBHTTP_AGAIN, NULL, "C-89 nothing is there");
    read_gives(r, 0, LIBHTTP_OK, "", "C-89 nothing was asked");
    peek_gives(r, LIBHTTP_AGAIN, NULL, "C-91 nothing to see");
    line_gives(r, 100, LIBHTTP_AGAIN, NULL, "C-91 no line");
    carry_feed(&x);
    read_gives(r, 2, LIBHTTP_OK, "ll", "C-89 as many as asked");
    is(libhttp_response_is_complete(r), 0, "C-89 not complete");
    read_gives(r, 2, LIBHTTP_OK, "o", "C-89 the last");
    is(libhttp_response_is_complete(r), 1, "C-89 complete with it");
    is(libhttp_response_is_closed(r), 1, "C-89 and closed");
    is(libhttp_response_remaining(r), 0, "C-131 nothing remains");
    for (int i = 0; i < 3; i++)
        read_gives(r, 2, LIBHTTP_OK, "", "C-96 nothing after the end, no error");
    peek_gives(r, LIBHTTP_OK, "", "C-96 nothing to see");
    line_gives(r, 9, LIBHTTP_OK, "", "C-96 no line");
    all_gives(r, 9, LIBHTTP_OK, "", "C-96 read_all");
    all_gives(r, 0, LIBHTTP_OK, "", "C-96 read_all of nothing");
    finish(&x, r);
}

static void check_lines(void)
{
    struct carry x = {.piece = 1};
    libhttp_response *r;

    carry_open(&x);
    r = respond(&x, OK_LINE "Content-Length: 21\r\n\r\none\ntwo\r\n\nlong line\nx", 44);
    line_gives(r, 100, LIBHTTP_OK, "one\n", "C-91 a line");
    line_gives(r, 100, LIBHTTP_AGAIN, NULL, "C-91 half a line is not one");
    peek_gives(r, LIBHTTP_OK, "t", "C-91 but can be seen");
    carry_feed_all(&x);
    line_gives(r, 100, LIBHTTP_OK, "two\r\n", "C-91 CR is of the line");
    line_gives(r, 100, LIBHTTP_OK, "\n", "C-91 an empty line");
    line_gives(r, 4, LIBHTTP_OK, "long", "C-91 no more than asked");
    line_gives(r, 1, LIBHTTP_OK, " ", "C-91 one");
    line_gives(r, 0, LIBHTTP_OK, "", "C-91 none");
    is(libhttp_response_remaining(r), 6, "C-131 what is held remains");
    line_gives(r, 5, LIBHTTP_OK, "line\n", "C-91 exactly");
    line_gives(r, 100, LIBHTTP_OK, "x", "C-91 the last needs no LF");
    line_gives(r, 100, LIBHTTP_OK, "", "C-91 the end");
    finish(&x, r);
}

static void check_peek(void)
{
    struct carry x = {.piece = 0};
    libhttp_response *r;

    carry_open(&x);
    r = whole(&x, CHUNKED "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
    peek_gives(r, LIBHTTP_OK, "hello world", "C-91 peek");
    peek_gives(r, LIBHTTP_OK, "hello world", "C-91 consumes nothing");
    read_gives(r, 3, LIBHTTP_OK, "hel", "C-91 read");
    peek_gives(r, LIBHTTP_OK, "lo world", "C-91 what is left");
    is(libhttp_response_is_complete(r), 0, "C-91 it is not read yet");
    line_gives(r, 100, LIBHTTP_OK, "lo world", "C-91 the line");
    peek_gives(r, LIBHTTP_OK, "", "C-91 the end");
    is(libhttp_response_is_complete(r), 1, "C-91 complete");
    libhttp_response_free(r);
    r = whole(&x, OK_LINE "Content-Length: 2\r\n\r\nab");
    is(libhttp_connection_set_block_size(x.c, 1), LIBHTTP_OK, "C-10 a block of one byte");
    peek_gives(r, LIBHTTP_OK, "a", "C-10 peek sees a block");
    all_gives(r, 10, LIBHTTP_OK, "ab", "C-91 read_all begins with what was seen");
    finish(&x, r);
}

/* C-87, T-26: at most so many; then further. */
static void check_maximum(void)
{
    struct carry x = {.piece = 0};
    libhttp_response *r;

    carry_open(&x);
    r = whole(&x, FIVE "hello");
    all_gives(r, 5, LIBHTTP_OK, "hello", "C-87 exactly the maximum");
    all_gives(r, 5, LIBHTTP_OK, "", "C-96 and then nothing");
    libhttp_response_free(r);
    r = whole(&x, FIVE "hello");
    all_gives(r, 4, LIBHTTP_E_TOO_LARGE, "hell", "C-87 over the maximum");
    all_gives(r, 4, LIBHTTP_E_TOO_LARGE, "hell", "C-87 again");
    all_gives(r, 9, LIBHTTP_OK, "hello", "C-87 reading goes on with a larger one");
    libhttp_response_free(r);
    r = whole(&x, CHUNKED "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n");
    all_gives(r, 0, LIBHTTP_E_TOO_LARGE, "", "C-87 a maximum of nothing");
    all_gives(r, 5, LIBHTTP_E_TOO_LARGE, "hello", "C-87 of a chunk");
    read_gives(r, 9, LIBHTTP_OK, "!", "C-87 or by read");
    read_gives(r, 9, LIBHTTP_OK, "", "C-87 to the end");
    is(libhttp_response_is_complete(r), 1, "C-87 complete");
    libhttp_response_free(r);
    r = whole(&x, OK_LINE "Content-Length: 0\r\n\r\n");
    all_gives(r, 0, LIBHTTP_OK, "", "C-90 nothing of nothing");
    finish(&x, r);
    x = (struct carry){.piece = 0};
    carry_open(&x);
    r = respond(&x, CHUNKED "5\r\nhello\r\n0\r\n\r\n", sizeof(CHUNKED "5\r\nhello") - 1);
    all_gives(r, 4, LIBHTTP_E_TOO_LARGE, "hell", "C-87 one byte more is here, others are to come");
    all_gives(r, 4, LIBHTTP_E_TOO_LARGE, "hell", "C-87 which the second asking doesn't wait for");
    finish(&x, r);
}

static void check_maximum_until_close(void)
{
    struct carry x = {.piece = 0};
    libhttp_response *r;

    carry_open(&x);
    r = whole(&x, OK_LINE "\r\nhello");
    all_gives(r, 3, LIBHTTP_E_TOO_LARGE, "hel", "T-26 until close: the maximum");
    is(libhttp_response_remaining(r), -1, "C-131 nobody knows what remains");
    libhttp_connection_feed_eof(x.c);
    all_gives(r, 5, LIBHTTP_OK, "hello", "T-26 and all of it");
    finish(&x, r);
}

static void check_smaller_maximum(void)
{
    struct carry x = {.piece = 0};
    libhttp_response *r;

    carry_open(&x);
    r = whole(&x, OK_LINE "\r\nhello");
    all_gives(r, 9, LIBHTTP_AGAIN, "hello", "C-87 what came is held");
    libhttp_connection_feed_eof(x.c);
    all_gives(r, 3, LIBHTTP_E_TOO_LARGE, "hello", "T-26 and is over a smaller maximum");
    all_gives(r, 5, LIBHTTP_OK, "hello", "C-87 and within the next");
    finish(&x, r);
}

/* C-87, C-88: what came, then the error, again and again. */
static void check_cut_off(const char *text, int64_t missing, const char *what)
{
    struct carry x = {.end = true};
    libhttp_response *r;

    carry_open(&x);
    r = whole(&x, text);
    is(libhttp_response_missing(r), -1, "C-87 %s: nothing is missing yet", what);
    read_gives(r, 2, LIBHTTP_OK, "he", what);
    read_gives(r, 99, LIBHTTP_OK, "llo", what);
    is(libhttp_response_is_closed(r), 0, "C-88 %s: open until the error was told", what);
    for (int i = 0; i < 2; i++) {
        read_gives(r, 99, LIBHTTP_E_INCOMPLETE_READ, NULL, what);
        peek_gives(r, LIBHTTP_E_INCOMPLETE_READ, NULL, what);
        line_gives(r, 9, LIBHTTP_E_INCOMPLETE_READ, NULL, what);
        all_gives(r, 99, LIBHTTP_E_INCOMPLETE_READ, "", what);
    }
    is(libhttp_response_missing(r), missing, "C-87 %s: how many are missing", what);
    is(libhttp_response_error_code(r), LIBHTTP_E_INCOMPLETE_READ, "C-88 %s: the error", what);
    is(libhttp_response_is_complete(r), 0, "C-88 %s: never complete", what);
    is(libhttp_response_is_closed(r), 1, "C-87 %s: closed once the error was told", what);
    is(libhttp_connection_is_open(x.c), 0, "C-88 %s: the connection is closed", what);
    finish(&x, r);
    x = (struct carry){.end = true, .piece = 1};
    carry_open(&x);
    r = respond(&x, text, strlen(text));
    line_gives(r, 99, LIBHTTP_OK, "hello", "C-88 the last line is given first");
    is(libhttp_response_is_closed(r), 0, "C-88 and its error is still to be told");
    line_gives(r, 99, LIBHTTP_E_INCOMPLETE_READ, NULL, "C-88 then the error");
    finish(&x, r);
    x = (struct carry){.end = true, .piece = 0};
    carry_open(&x);
    r = whole(&x, text);
    all_gives(r, 5, LIBHTTP_E_INCOMPLETE_READ, "hello", "C-87 read_all, its maximum just reached");
    finish(&x, r);
    x = (struct carry){.end = true, .piece = 0};
    carry_open(&x);
    r = whole(&x, text);
    all_gives(r, 99, LIBHTTP_E_INCOMPLETE_READ, "hello", "C-87 read_all: partial");
    libhttp_response_close(r);
    all_gives(r, 99, LIBHTTP_E_CLOSED, "hello", "C-87 and it stays so");
    finish(&x, r);
}

/* C-97, T-23: closing reads away what is here, within the limit, or drops the connection. */
static void check_close(const char *text, size_t here, int64_t drain, bool kept, const char *what)
{
    struct carry x = {.piece = 0};
    libhttp_response *r;

    carry_open(&x);
    is(libhttp_connection_set_max_drain(x.c, drain), LIBHTTP_OK, "C-97 the limit");
    r = respond(&x, text, here);
    is(libhttp_connection_response_unread(x.c), 1, "C-97 unread");
    is(libhttp_response_close(r), LIBHTTP_OK, "C-97 close: %s", what);
    is(libhttp_connection_response_unread(x.c), 0, "C-97 not unread any more");
    is(libhttp_connection_is_open(x.c), kept, "C-97 T-23 the connection is %s: %s",
       kept ? "kept" : "dropped", what);
    read_gives(r, 9, LIBHTTP_E_CLOSED, NULL, "C-97 reading gives CLOSED");
    peek_gives(r, LIBHTTP_E_CLOSED, NULL, "C-97 peek too");
    line_gives(r, 9, LIBHTTP_E_CLOSED, NULL, "C-97 readline too");
    is(libhttp_response_is_closed(r), 1, "C-97 it is closed");
    is(libhttp_response_status(r), 200, "C-97 its head is still there");
    is(libhttp_response_close(r), LIBHTTP_OK, "C-97 closing again does nothing");
    libhttp_response_free(r);
    if (kept) {
        r = whole(&x, FIVE "next!");
        all_gives(r, 9, LIBHTTP_OK, "next!", "C-97 leftovers are never a response");
        libhttp_response_free(r);
    }
    carry_close(&x);
}

static void check_closing(void)
{
    check_close(FIVE "hello", 0, 65536, true, "all is here");
    check_close(FIVE "hello", strlen(FIVE) + 4, 65536, false, "a byte is missing");
    check_close(FIVE "hello", strlen(FIVE), 65536, false, "nothing of the body is here");
    check_close(FIVE "hello", 0, 5, true, "all within the limit");
    check_close(FIVE "hello", 0, 4, false, "one byte over the limit");
    check_close(FIVE "hello", 0, 0, false, "no draining");
    check_close(CHUNKED "5\r\nhello\r\n0\r\n\r\n", 0, 65536, true, "chunks");
    check_close(CHUNKED "5\r\nhello\r\n0\r\n", 0, 65536, false, "chunks without the end");
    check_close(CHUNKED "5\r\nhelloX\r\n0\r\n\r\n", 0, 65536, false, "bad chunks");
    check_close(OK_LINE "Connection: close\r\nContent-Length: 5\r\n\r\nhello", 0, 65536, false,
                "will_close");
    check_close(OK_LINE "\r\nhello", 0, 65536, false, "until close");
    check_close(FIVE "helloHTTP/1.1 200 OK\r\n\r\n", 0, 65536, false, "T-15 more behind it");
}

/* T-23: a body that never ends is not read for ever, over a socket. */
static void check_close_endless(void)
{
    libhttp_response *r = NULL;
    libhttp_connection *c = NULL;
    struct peer *peer = peer_start((struct peer_step[]){
        PEER_READ_HEAD, PEER_SEND(OK_LINE "Content-Length: 1000000000000\r\n\r\n"),
        PEER_SEND_FILL(100000000), PEER_WAIT_CLOSE, PEER_ACCEPT, PEER_READ_HEAD,
        PEER_SEND(FIVE "hello"), PEER_WAIT_CLOSE, PEER_END});

    libhttp_connection_new(&c);
    libhttp_connection_set_host(c, "127.0.0.1", -1, peer_port(peer));
    for (int i = 0; i < 2; i++) {
        is(libhttp_connection_request(c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY),
           LIBHTTP_OK, "T-23 request %d", i);
        is(libhttp_connection_getresponse(c, &r), LIBHTTP_OK, "T-23 response %d", i);
        libhttp_response_free(r);
        ok(libhttp_connection_bytes_received(c) < 300000, "T-23 a bounded part was read: %lld",
           (long long)libhttp_connection_bytes_received(c));
    }
    libhttp_connection_free(c);
    peer_finish(peer, "T-23 C-97 the connection was dropped, and opened anew");
}

/* C-26: closing the connection cuts the response off; it never reads as complete. */
static void check_connection_close(void)
{
    struct carry x = {.piece = 0};
    libhttp_response *r;

    carry_open(&x);
    r = whole(&x, FIVE "hello");
    read_gives(r, 2, LIBHTTP_OK, "he", "C-26 two bytes");
    is(libhttp_connection_close(x.c), LIBHTTP_OK, "C-26 close");
    read_gives(r, 9, LIBHTTP_E_CLOSED, NULL, "C-26 cut off");
    is(libhttp_response_is_complete(r), 0, "C-26 never complete");
    is(libhttp_response_missing(r), 3, "C-26 three are missing");
    ok(libhttp_error_is(LIBHTTP_E_CLOSED, LIBHTTP_E_INCOMPLETE_READ), "C-26 an IncompleteRead");
    is(libhttp_response_status(r), 200, "C-26 the handle is still valid");
    finish(&x, r);
}

/* A closed response that is freed late must not touch what came after it. */
static void check_late_free(void)
{
    struct carry x = {.piece = 0};
    libhttp_response *first, *second, *third = NULL;

    carry_open(&x);
    first = whole(&x, FIVE "hello");
    libhttp_connection_close(x.c);
    libhttp_connection_set_carried(x.c);
    second = whole(&x, FIVE "world");
    ok(carry_request(&x, "GET", "/3", NULL), "C-19 a request while the second is unread");
    libhttp_response_free(first);
    is(libhttp_connection_response_unread(x.c), 1, "T-32 the second is still unread");
    is(libhttp_connection_getresponse(x.c, &third), LIBHTTP_E_RESPONSE_NOT_READY,
       "C-19 T-32 its body is never taken for the third");
    all_gives(second, 9, LIBHTTP_OK, "world", "T-32 it is read as it is");
    carry_next(&x, FIVE "third", strlen(FIVE "third"));
    is(carry_getresponse(&x, &third), LIBHTTP_OK, "T-32 then the third comes");
    all_gives(third, 9, LIBHTTP_OK, "third", "T-32 as it is");
    libhttp_response_free(second);
    finish(&x, third);
}

/* T-32, T-33: in every order, read or not, and no descriptor is left or closed twice. */
static void free_in_order(int order, bool read)
{
    libhttp_response *r = NULL;
    libhttp_connection *c = NULL;
    char room[9];
    int64_t got;
    struct peer *peer = peer_start(
        (struct peer_step[]){PEER_READ_HEAD, PEER_SEND(FIVE "hello"), PEER_WAIT_CLOSE, PEER_END});
    int before = count_descriptors();

    libhttp_connection_new(&c);
    libhttp_connection_set_host(c, "127.0.0.1", -1, peer_port(peer));
    libhttp_connection_request(c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY);
    is(libhttp_connection_getresponse(c, &r), LIBHTTP_OK, "T-32 a response");
    if (order == 0)
        libhttp_response_free(r);
    else if (order == 1)
        libhttp_connection_free(c);
    else
        libhttp_connection_close(c);
    if (order > 0 && read) {
        int32_t status = libhttp_response_read(r, room, 9, &got);

        is(status, order == 1 ? LIBHTTP_OK : LIBHTTP_E_CLOSED, "T-32 C-26 reading then");
        is(status == LIBHTTP_OK ? got : 5, 5, "T-32 all of it");
    }
    if (order > 0)
        libhttp_response_free(r);
    if (order != 1)
        libhttp_connection_free(c);
    is(count_descriptors(), before, "T-33 no descriptor is left, order %d", order);
    peer_finish(peer, "T-32 the peer's side, order %d", order);
}

/* C-90: an empty body is complete at once. */
static void check_empty(void)
{
    static const char *const empty[] = {OK_LINE "Content-Length: 0\r\n\r\n",
                                        "HTTP/1.1 204 No Content\r\n\r\n",
                                        "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"};
    struct carry x = {.piece = 0};
    libhttp_response *r[3];

    carry_open(&x);
    for (int i = 0; i < 3; i++) {
        r[i] = whole(&x, empty[i]);
        is(libhttp_response_is_complete(r[i]), 1, "C-90 complete without reading");
        is(libhttp_connection_response_unread(x.c), 0, "C-90 C-20 and forgotten");
    }
    for (int i = 0; i < 3; i++) {
        read_gives(r[i], 9, LIBHTTP_OK, "", "C-96 it can be read all the same");
        libhttp_response_free(r[i]);
    }
    carry_close(&x);
}

static void check_arguments(void)
{
    struct carry x = {.piece = 0};
    libhttp_response *r;
    int64_t got = 0;
    const void *data;

    carry_open(&x);
    r = whole(&x, FIVE "hello");
    read_gives(r, -1, LIBHTTP_E_INVALID_ARGUMENT, NULL, "C-91 a negative capacity");
    is(libhttp_response_read(r, NULL, 1, &got), LIBHTTP_E_INVALID_ARGUMENT, "C-91 no buffer");
    is(libhttp_response_read(r, &got, 1, NULL), LIBHTTP_E_INVALID_ARGUMENT, "C-91 no ret");
    is(libhttp_response_read(NULL, &got, 1, &got), LIBHTTP_E_INVALID_ARGUMENT, "C-91 no response");
    is(libhttp_response_read_all(r, -1, &data, &got), LIBHTTP_E_INVALID_ARGUMENT,
       "C-91 a negative maximum");
    is(libhttp_response_peek(r, NULL, &got), LIBHTTP_E_INVALID_ARGUMENT, "C-91 peek into nothing");
    line_gives(r, -1, LIBHTTP_E_INVALID_ARGUMENT, NULL, "C-91 a line of negative length");
    all_gives(r, 9, LIBHTTP_OK, "hello", "C-91 none of it did harm");
    finish(&x, r);
    libhttp_response_free(NULL);
}

/* C-91 over sockets: a line that comes in parts, a body read by lines, in each mode. */
static void check_modes(enum drive_mode mode)
{
    char room[100];
    int64_t got = 0;
    libhttp_response *r = NULL;
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD, PEER_SEND(CHUNKED),
        PEER_SEND_SLOWLY("7\r\none\ntwo\r\n2\r\n\nx\r\n0\r\n\r\n", 1), PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client_new(mode, peer, "h");
    static const char *const lines[] = {"one\n", "two\n", "x", ""};

    is(client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK, "C-91 %s", k->name);
    is(client_getresponse(k, &r), LIBHTTP_OK, "C-91 a response, %s", k->name);
    for (int i = 0; i < 4; i++) {
        is(client_readline(k, r, room, sizeof room, &got), LIBHTTP_OK, "C-91 line %d", i);
        is_mem(room, got, lines[i], strlen(lines[i]), "C-91 line %d, %s", i, k->name);
    }
    is(libhttp_response_is_complete(r), 1, "C-91 complete, %s", k->name);
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "C-91 the peer's side");
}

int main(void)
{
    check_read_fills();
    check_read_elsewhere();
    for (size_t length = 4095; length <= 4097; length++) {
        check_along(length, length);
        check_along(length, 1);
        check_along(length, length - 1);
    }
    check_along(8192, 8192);
    check_behind();
    check_exact_chunks();
    check_bad_behind();
    check_total();
    check_closed_along();
    check_lines();
    check_peek();
    check_maximum();
    check_maximum_until_close();
    check_smaller_maximum();
    check_cut_off(OK_LINE "Content-Length: 9\r\n\r\nhello", 4, "C-88 a length");
    check_cut_off(CHUNKED "6\r\nhello", -1, "C-88 a chunk");
    check_cut_off(CHUNKED "5\r\nhello\r\n", -1, "C-88 between chunks");
    check_closing();
    check_close_endless();
    check_connection_close();
    check_late_free();
    for (int order = 0; order < 3; order++) {
        free_in_order(order, false);
        free_in_order(order, true);
    }
    check_empty();
    check_arguments();
    in_each_mode(check_modes);
    return done_testing();
}
