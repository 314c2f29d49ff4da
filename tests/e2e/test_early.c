/* SPDX-License-Identifier: MIT */
/* Answers that come before the body has gone. */
#include <errno.h>
#include <fcntl.h>
#include <libhttp/http.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/carry.h"
#include "support/modes.h"
#include "support/patience.h"
#include "tap.h"

enum { LARGE = 20000000, PIECE = 65536 };

#define TOO_LARGE "HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nstop"
#define FINE      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static char piece[PIECE];

static int32_t send_pieces(struct client *k, int64_t *ret_sent)
{
    int32_t status = LIBHTTP_OK;
    int64_t sent;

    for (*ret_sent = 0; *ret_sent < LARGE && status == LIBHTTP_OK; *ret_sent += sent)
        status = client_send(k, piece, PIECE, &sent);
    return status;
}

/* Whoever sends by himself is to stop because nobody reads; who carries takes all out first, and
 * that somebody has to read. */
static void open_for_carried(enum drive_mode mode, const struct peer *peer)
{
    if (mode == DRIVE_CARRIED)
        peer_open(peer);
}

/* The peer answers, reads no further and waits: the rest is never sent. */
static void test_stops(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND(TOO_LARGE),
        PEER_GATE,
        PEER_WAIT_CLOSE,
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_SEND(FINE),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    int64_t sent = 0;
    int32_t status;

    client_ready(k);
    open_for_carried(mode, peer);
    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, LARGE * 2LL);
    status = send_pieces(k, &sent);
    peer_open(peer);
    client_failed(k, status, LIBHTTP_E_EARLY_RESPONSE, "C-124 an early answer stops an upload");
    ok(sent < LARGE, "C-124 after %lld bytes, %s", (long long)sent, k->name);
    client_failed(k, client_send(k, piece, 1, NULL), LIBHTTP_E_EARLY_RESPONSE,
                  "C-124 and stays so");
    client_answer(k, 413, "stop", "C-124 the early answer");
    is(libhttp_connection_is_open(k->c), 0, "C-124 the connection is not kept, %s", k->name);
    client_renew(k);
    client_get(k, "/", 200, "ok", "C-124 C-23 usable afterwards");
    client_free(k);
    peer_finish(peer, "C-124 the peer's side, %s", drive_mode_name(mode));
}

static void test_whole(enum drive_mode mode)
{
    static char body[3000000];
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND(TOO_LARGE),
        PEER_GATE,
        PEER_WAIT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");

    open_for_carried(mode, peer);
    is(client_request(k, "PUT", "/", NULL, body, sizeof body), LIBHTTP_OK,
       "C-124 an early answer ends request() well, %s", k->name);
    peer_open(peer);
    client_answer(k, 413, "stop", "C-124 and is the answer");
    client_free(k);
    peer_finish(peer, "C-124 the peer's side, %s", drive_mode_name(mode));
}

/* The reset is there before the next piece, which fails at once: no wait looks for the answer. */
static void check_reset_before_piece(enum drive_mode mode, struct peer_step before)
{
    struct peer *peer = peer_start((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_READ(5),
        PEER_SEND(TOO_LARGE),
        before,
        PEER_RESET,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    struct pollfd gone = {.events = 0}; /* POLLHUP it is, in any case */
    int64_t sent = 0;

    if (mode == DRIVE_CARRIED) { /* nothing fails there: the answer is fed, or is not */
        peer_kill(peer);
        client_free(k);
        return;
    }
    client_ready(k);
    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, 10);
    is(client_send(k, "12345", 5, &sent), LIBHTTP_OK, "a first piece leaves, %s", k->name);
    client_flush(k);
    gone.fd = libhttp_connection_fileno(k->c);
    poll(&gone, 1, PATIENCE_MS);
    client_failed(k, client_send(k, "67890", 5, &sent), LIBHTTP_E_EARLY_RESPONSE,
                  "C-54 a piece meets the reset behind the answer");
    client_answer(k, 413, "stop", "C-54 the answer is there all the same");
    client_free(k);
    peer_finish(peer, "C-54 the peer's side, %s", drive_mode_name(mode));
}

static void test_reset_before_piece(enum drive_mode mode)
{
    check_reset_before_piece(mode, (struct peer_step)PEER_DELAY(0)); /* ECONNRESET */
    check_reset_before_piece(mode,
                             (struct peer_step)PEER_SHUTDOWN); /* EPIPE, as an end came first */
}

/* Over TCP, the body unread: the peer's close is a reset. */
static void test_reset(enum drive_mode mode)
{
    struct peer *peer = peer_start((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_READ(1000),
        PEER_SEND(TOO_LARGE),
        PEER_CLOSE,
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_SEND(FINE),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    int64_t sent = 0;

    client_ready(k);
    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, LARGE * 2LL);
    client_failed(k, send_pieces(k, &sent), LIBHTTP_E_EARLY_RESPONSE,
                  "C-54 the peer answers and closes");
    client_answer(k, 413, "stop", "C-54 the queued answer is the answer");
    client_renew(k);
    client_get(k, "/", 200, "ok", "C-54 C-23 usable afterwards");
    client_free(k);
    peer_finish(peer, "C-54 the peer's side, %s", drive_mode_name(mode));
}

/* No answer, or none that is complete. */
static void test_reset_without_answer(enum drive_mode mode)
{
    struct peer *peer = peer_start((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_READ(1000),
        PEER_SEND("HTTP/1.1 413 Content Too La"),
        PEER_CLOSE,
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_SEND(FINE),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *r = NULL;
    int64_t sent = 0;
    int32_t status;

    client_ready(k);
    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, LARGE * 2LL);
    status = send_pieces(k, &sent);
    if (mode == DRIVE_CARRIED) {
        ok(status < 0 || client_getresponse(k, &r) < 0, "C-54 carried: half a head is no answer");
    } else {
        client_failed(k, status, LIBHTTP_E_OS, "C-54 half a head is no answer: the sending error");
        ok(libhttp_connection_errno(k->c) == EPIPE || libhttp_connection_errno(k->c) == ECONNRESET,
           "C-54 its errno is %d, %s", libhttp_connection_errno(k->c), k->name);
        client_failed(k, client_getresponse(k, &r), LIBHTTP_E_OS, "C-54 getresponse gives it too");
    }
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-54 C-23 idle, %s", k->name);
    client_renew(k);
    client_get(k, "/", 200, "ok", "C-54 C-23 usable afterwards");
    client_free(k);
    peer_finish(peer, "C-54 the peer's side, %s", drive_mode_name(mode));
}

/* Nothing comes from the body's pipe any more, but the answer does: it isn't waited for the pipe.
 */
static void test_silent_pipe(void)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND(TOO_LARGE),
        PEER_WAIT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(DRIVE_BLOCKING, peer, "h.example");
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        bail_out("no pipe");
    libhttp_connection_set_idle_timeout(k->c, PATIENCE_MS);
    is(client_request_fd(k, "PUT", "/", NULL, ends[0], LIBHTTP_LENGTH_UNKNOWN), LIBHTTP_OK,
       "C-124 an early answer while a pipe gives nothing");
    client_answer(k, 413, "stop", "C-124 is the answer");
    close(ends[0]);
    close(ends[1]);
    client_free(k);
    peer_finish(peer, "C-124 the peer's side");
}

/* To look for an answer isn't to wait for it: what goes on isn't idle, however long ago it was that
 * it could not. */
static void test_look_is_no_wait(void)
{
    struct carry x = {.data = ""};
    int32_t status = LIBHTTP_OK;
    int64_t sent;

    carry_open(&x);
    libhttp_connection_set_idle_timeout(x.c, 1);
    libhttp_connection_request_pieces(x.c, "PUT", -1, "/", -1, NULL, LARGE);
    while (status == LIBHTTP_OK)
        status = libhttp_connection_send(x.c, piece, PIECE, &sent);
    is(status, LIBHTTP_AGAIN, "C-120 no more can be sent");
    while (carry_take(&x, piece, PIECE) > 0)
        ;
    usleep(2000); /* or any longer */
    is(libhttp_connection_send(x.c, piece, PIECE, &sent), LIBHTTP_OK,
       "C-120 C-124 now it can, later than the idle timeout");
    carry_close(&x);
}

static char field[PIECE + 100], out[PIECE + 1000];

/* A head of that length, about as large as what leaves at once, and three bytes behind it. */
static bool sent_in_parts(int64_t length, bool chunked)
{
    const char *end = chunked ? "x\r\n\r\n3\r\nabc\r\n0\r\n\r\n" : "x\r\n\r\nabc";
    libhttp_headers *headers = NULL;
    struct carry x = {.data = ""};
    int64_t sent = 0;
    size_t got;
    int32_t status;
    bool good;

    carry_open(&x);
    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "X", -1, field, length);
    libhttp_connection_request_pieces(x.c, "PUT", -1, "/", -1, headers,
                                      chunked ? LIBHTTP_LENGTH_UNKNOWN : 3);
    if (!chunked)
        libhttp_connection_flush(x.c);
    got = chunked ? 0 : carry_take(&x, out, sizeof out);
    status = libhttp_connection_send(x.c, "abc", 3, &sent);
    good = status == (sent > 0 ? LIBHTTP_OK : LIBHTTP_AGAIN);
    got += carry_take(&x, out + got, sizeof out - got);
    if (sent < 3)
        good = libhttp_connection_send(x.c, &"abc"[sent], 3 - sent, &sent) == LIBHTTP_OK && good;
    libhttp_connection_flush(x.c);
    got += carry_take(&x, out + got, sizeof out - got);
    good = good && got > 5 && memcmp(out + got - 3 - 2 * chunked, "abc\r\n", 3 + 2 * chunked) == 0;
    libhttp_connection_finish(x.c, NULL);
    libhttp_connection_flush(x.c);
    got += carry_take(&x, out + got, sizeof out - got);
    good = good && got > strlen(end) && strcmp(out + got - strlen(end), end) == 0;
    libhttp_headers_free(headers);
    carry_close(&x);
    return good;
}

/* The data of a chunked body that was taken away, in its place; its length, -1: not as it was sent.
 */
static int64_t unchunked(char *body, const char *end)
{
    char *at = body;
    int64_t total = 0;

    while (at < end) {
        long length = strtol(at, &at, 16);

        at += 2;
        if (length == 0)
            return total;
        peer_fill(piece, (uint64_t)total, (size_t)length);
        if (at + length > end || memcmp(at, piece, (size_t)length) != 0)
            return -1;
        at += length + 2;
        total += length;
    }
    return -1;
}

/* What is taken away little by little leaves more of a chunk behind than there was before it. */
static void test_held_chunks(void)
{
    enum { ROUNDS = 400, ROOM = ROUNDS * (PIECE + 100) };
    char *all = malloc(ROOM);
    struct carry x = {.data = ""};
    int64_t total = 0, sent;
    size_t got = 0, took = 1;

    carry_open(&x);
    libhttp_connection_request_pieces(x.c, "PUT", -1, "/", -1, NULL, LIBHTTP_LENGTH_UNKNOWN);
    for (int i = 0; i < ROUNDS; i++) {
        peer_fill(piece, (uint64_t)total, PIECE);
        if (libhttp_connection_send(x.c, piece, PIECE, &sent) == LIBHTTP_OK)
            total += sent;
        else
            got += carry_take(&x, all + got, 2 + (size_t)(i % 9) * 9000);
    }
    libhttp_connection_finish(x.c, NULL);
    while (took > 0) {
        libhttp_connection_flush(x.c);
        got += took = carry_take(&x, all + got, ROOM - got);
    }
    ok(total > 10 * PIECE, "C-50 %lld bytes were taken, many by few", (long long)total);
    is(unchunked(strstr(all, "\r\n\r\n") + 4, all + got), total, "C-50 T-36 they are what left");
    carry_close(&x);
    free(all);
}

/* Wherever it has to stop, all of it comes, in its order. */
static void test_rest_of_head(void)
{
    bool whole = true, chunked = true;

    memset(field, 'x', sizeof field);
    for (int64_t length = PIECE - 200; length < PIECE; length++) {
        whole = sent_in_parts(length, false) && whole;
        chunked = sent_in_parts(length, true) && chunked;
    }
    ok(whole, "C-27 T-34 a body behind the last bytes of its head");
    ok(chunked, "C-27 T-34 a chunk of which any part had to wait");
}

/* Over to another protocol in the middle of a body: what would be left of it is no stream. */
static void check_switch(enum drive_mode mode, const char *method, const char *switches)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND_BYTES(switches, strlen(switches)),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *headers = NULL;
    libhttp_response *r = NULL;

    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "Upgrade", -1, "x", -1);
    libhttp_headers_add(headers, "Expect", -1, "100-continue", -1);
    libhttp_connection_set_continue_timeout(k->c, PATIENCE_MS);
    client_request(k, method, "h.example:1", headers, "body", 4);
    client_failed(k, client_getresponse(k, &r), LIBHTTP_E_BAD_STATUS_LINE,
                  "C-90 C-125 %s before the body was sent", method);
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-23 idle again, %s", k->name);
    libhttp_response_free(r);
    libhttp_headers_free(headers);
    client_free(k);
    peer_finish(peer, "C-90 C-125 nothing of it was sent, %s", drive_mode_name(mode));
}

static void test_switch(enum drive_mode mode)
{
    check_switch(mode, "PUT", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");
    check_switch(mode, "CONNECT", "HTTP/1.1 200 OK\r\n\r\n");
}

/* Who has nothing to send yet, and sees that the socket can be read from, looks by sending nothing.
 */
static void test_look(void)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 103 Early Hints\r\n\r\n" TOO_LARGE),
        PEER_WAIT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(DRIVE_BLOCKING, peer, "h.example");
    struct pollfd readable = {.events = POLLIN};
    int64_t sent = 7;

    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, 5);
    is(libhttp_connection_send(k->c, NULL, 0, &sent), LIBHTTP_OK, "C-124 not connected: no answer");
    is(libhttp_connection_flush(k->c), LIBHTTP_OK, "C-124 the head leaves");
    readable.fd = libhttp_connection_fileno(k->c);
    ok(poll(&readable, 1, PATIENCE_MS) == 1, "C-124 the peer answers before it has the body");
    is(libhttp_connection_send(k->c, NULL, 0, &sent), LIBHTTP_E_EARLY_RESPONSE,
       "C-124 sending nothing finds the answer");
    client_answer(k, 413, "stop", "C-124 which can be had");
    client_free(k);
    peer_finish(peer, "C-124 the peer's side");
}

/* The answer to a body of which each declared byte has left is not early: the connection is kept.
 */
static void test_look_behind(void)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_READ(3),
        PEER_SEND(FINE),
        PEER_READ_HEAD,
        PEER_SEND(FINE),
        PEER_WAIT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(DRIVE_BLOCKING, peer, "h.example");
    struct pollfd readable = {.events = POLLIN};
    int64_t sent = 0;

    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, 3);
    is(libhttp_connection_send(k->c, "abc", 3, &sent), LIBHTTP_OK, "C-124 the whole body leaves");
    readable.fd = libhttp_connection_fileno(k->c);
    ok(poll(&readable, 1, PATIENCE_MS) == 1, "C-124 the peer answers");
    is(libhttp_connection_send(k->c, NULL, 0, &sent), LIBHTTP_E_EARLY_RESPONSE,
       "C-124 who still looks for more to send is told");
    client_answer(k, 200, "ok", "C-124 the answer to the whole body");
    client_get(k, "/", 200, "ok", "C-124 the connection is kept");
    client_free(k);
    peer_finish(peer, "C-124 one connection for both");
}

int main(void)
{
    test_look();
    test_look_behind();
    in_each_mode(test_stops);
    in_each_mode(test_whole);
    in_each_mode(test_reset_before_piece);
    in_each_mode(test_reset);
    in_each_mode(test_reset_without_answer);
    in_each_mode(test_switch);
    test_silent_pipe();
    test_look_is_no_wait();
    test_rest_of_head();
    test_held_chunks();
    return done_testing();
}
