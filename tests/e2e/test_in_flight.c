/* SPDX-License-Identifier: MIT */
/*
 * A second exchange that is begun before the first is over: no byte of the one is ever taken for
 * the other's, however it looks (C-19, T-15, T-17).
 */
#include <libhttp/http.h>

#include "support/modes.h"
#include "tap.h"

#define FIVE  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
#define EVIL  "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL"
#define EVIL5 "HTTP/1.1 200 OK\r\nContent-Length: 42\r\n\r\n" EVIL /* the body is a response */
#define GET_2 "GET /2 HTTP/1.1\r\nHost: h.example\r\nAccept-Encoding: identity\r\n\r\n"

static libhttp_response *first_of(struct client *k)
{
    libhttp_response *first = NULL;

    client_request(k, "GET", "/1", NULL, NULL, LIBHTTP_NO_BODY);
    if (client_getresponse(k, &first) != LIBHTTP_OK)
        bail_out("no first response: %s", libhttp_connection_error(k->c));
    return first;
}

/* What came before anything of the second request has left is no answer to it. */
static void test_put_only(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND(FIVE "first" EVIL),
        PEER_EXPECT_CLOSE,
        PEER_ACCEPT,
        PEER_EXPECT(GET_2),
        PEER_SEND(FIVE "right"),
        PEER_WAIT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *first = first_of(k);
    const void *data = NULL;
    int64_t length = 0;

    is(libhttp_connection_putrequest(k->c, "GET", -1, "/2", -1, 0), LIBHTTP_OK, "C-19 the next");
    is(libhttp_connection_endheaders(k->c, 0), LIBHTTP_OK, "C-19 is put, %s", k->name);
    is(client_read_all(k, first, 99, &data, &length), LIBHTTP_OK, "C-19 the first is read");
    is_mem(data, length, "first", 5, "C-19 to its end");
    libhttp_response_free(first);
    if (mode == DRIVE_CARRIED) {
        libhttp_response *none = NULL;

        client_failed(k, libhttp_connection_getresponse(k->c, &none), LIBHTTP_E_NOT_CONNECTED,
                      "T-15 C-127 the transport is gone, and what came is no answer");
        client_free(k);
        peer_kill(peer);
        return;
    }
    client_answer(k, 200, "right", "T-15 the second goes out on a new connection");
    client_free(k);
    peer_finish(peer, "T-15 nothing of it on the old one, %s", drive_mode_name(mode));
}

/* Nor is what came along with the first before any of the second has left. */
static void test_sent(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND(FIVE "first" EVIL),
        PEER_EXPECT(GET_2),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *first = first_of(k);
    libhttp_response *second = NULL;
    const void *data = NULL;
    int64_t length = 0;

    client_request(k, "GET", "/2", NULL, NULL, LIBHTTP_NO_BODY);
    is(client_flush(k), LIBHTTP_OK, "C-19 the next is sent, %s", k->name);
    is(client_read_all(k, first, 99, &data, &length), LIBHTTP_OK, "C-19 the first is read");
    is_mem(data, length, "first", 5, "C-19 to its end");
    client_failed(k, client_getresponse(k, &second), LIBHTTP_E_REMOTE_DISCONNECTED,
                  "T-15 what was here before it left is no answer to it");
    ok(second == NULL, "T-15 no response, %s", k->name);
    libhttp_response_free(first);
    client_free(k);
    peer_finish(peer, "T-15 the connection is closed, %s", drive_mode_name(mode));
}

/* Who waits for 100 while an earlier body is unread must not find the 100, or an answer, in it. */
static void test_expect(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND(EVIL5),
        PEER_READ_HEAD,
        PEER_READ(4),
        PEER_SEND(FIVE "right"),
        PEER_WAIT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *first = first_of(k);
    libhttp_headers *headers = NULL;
    const void *data = NULL;
    int64_t length = 0;

    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "Expect", -1, "100-continue", -1);
    libhttp_connection_set_continue_timeout(k->c, 100);
    is(client_request(k, "PUT", "/2", headers, "body", 4), LIBHTTP_OK,
       "C-19 T-17 a request that waits for 100, %s", k->name);
    is(client_read_all(k, first, 99, &data, &length), LIBHTTP_OK, "C-19 the first is read");
    is_mem(data, length, EVIL, sizeof EVIL - 1, "C-19 T-17 with all of its bytes, %s", k->name);
    client_answer(k, 200, "right", "C-19 T-17 and the second has its own answer");
    libhttp_response_free(first);
    libhttp_headers_free(headers);
    client_free(k);
    peer_finish(peer, "C-19 T-17 the peer's side, %s", drive_mode_name(mode));
}

/*
 * The second answer comes along with the end of the first, into the buffer that the caller gave for
 * the first: framing shrinks there, so that what is behind it moves.
 */
static void test_one_buffer(enum drive_mode mode)
{
    enum { ROOM = 16 * 1024 };
    static char buffer[2 * ROOM];
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        PEER_EXPECT(GET_2),
        PEER_SEND("3\r\nfir\r\n2\r\nst\r\n0\r\n\r\n" FIVE "right"),
        PEER_WAIT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *first = first_of(k);
    int64_t length = 0;
    int64_t got = 0;

    client_request(k, "GET", "/2", NULL, NULL, LIBHTTP_NO_BODY);
    is(client_flush(k), LIBHTTP_OK, "C-19 the next is sent, %s", k->name);
    while (length <= ROOM && client_read(k, first, buffer + length, ROOM, &got) == LIBHTTP_OK &&
           got > 0)
        length += got;
    is_mem(buffer, length, "first", 5, "C-19 the first is read, and nothing else, %s", k->name);
    client_answer(k, 200, "right", "C-19 the second has its own answer");
    libhttp_response_free(first);
    client_free(k);
    peer_finish(peer, "C-19 the peer's side, %s", drive_mode_name(mode));
}

int main(void)
{
    in_each_mode(test_one_buffer);
    in_each_mode(test_put_only);
    in_each_mode(test_sent);
    in_each_mode(test_expect);
    return done_testing();
}
