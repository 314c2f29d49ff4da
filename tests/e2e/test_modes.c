/* SPDX-License-Identifier: MIT */
/* The harness of support/modes.h itself, and the seed's exchange in all three modes. */
#include <libhttp/http.h>
#include <string.h>

#include "support/modes.h"
#include "tap.h"

#define GET_HEAD "GET / HTTP/1.1\r\nHost: h.example\r\nAccept-Encoding: identity\r\n\r\n"

static void test_get(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(GET_HEAD),
        PEER_GATE,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        PEER_SEND("hello"),
        PEER_EXPECT(GET_HEAD),
        PEER_SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *r = NULL;
    int64_t agains;

    is(client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK,
       "C-28 a request goes out, %s", k->name);
    agains = k->agains;
    if (mode != DRIVE_BLOCKING)
        is(libhttp_connection_getresponse(k->c, &r), LIBHTTP_AGAIN, "%s: no answer yet", k->name);
    peer_open(peer);
    if (mode != DRIVE_BLOCKING)
        ok(client_again(k, LIBHTTP_AGAIN) && k->agains > agains, "%s: the harness waits", k->name);
    client_answer(k, 200, "hello", "C-28 one GET");
    client_get(k, "", 200, "abc", "C-28 an empty target is \"/\", on the same connection");
    if (mode == DRIVE_BLOCKING)
        is(k->agains, 0, "blocking: never AGAIN");
    client_free(k);
    peer_finish(peer, "C-28 two exchanges, %s", drive_mode_name(mode));
}

static void test_large_upload(enum drive_mode mode)
{
    static char body[3000000];
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_DELAY(50),
        PEER_READ_FILL(sizeof body),
        PEER_SEND("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");

    peer_fill(body, 0, sizeof body);
    is(client_request(k, "PUT", "/x", NULL, body, sizeof body), LIBHTTP_OK,
       "C-45 a body larger than every buffer, %s", k->name);
    client_answer(k, 201, "", "C-45 its answer");
    client_free(k);
    peer_finish(peer, "C-45 3,000,000 bytes arrive as they were, %s", drive_mode_name(mode));
}

static void test_large_download(enum drive_mode mode)
{
    static char got[1 << 20], want[1 << 20];
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n"),
        PEER_SEND_FILL(1048576),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *r = NULL;
    int64_t length = 0;

    peer_fill(want, 0, sizeof want);
    client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    if (is(client_getresponse(k, &r), LIBHTTP_OK, "C-89 the head, %s", k->name)) {
        is(client_read(k, r, got, sizeof got, &length), LIBHTTP_OK, "C-89 read, %s", k->name);
        ok(length == sizeof got && memcmp(got, want, sizeof got) == 0,
           "C-89 read fills the buffer, %s: %lld", k->name, (long long)length);
        is(libhttp_response_is_complete(r), 1, "C-89 and has reached the end, %s", k->name);
    }
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "C-89 the peer's side, %s", drive_mode_name(mode));
}

static void test_until_close(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\n\r\n"),
        PEER_DELAY(20),
        PEER_SEND("until close"),
        PEER_CLOSE,
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");

    client_get(k, "/", 200, "until close", "C-79 a body until close");
    client_renew(k);
    client_get(k, "/", 200, "", "C-79 and a new connection");
    client_free(k);
    peer_finish(peer, "C-79 the peer's side, %s", drive_mode_name(mode));
}

int main(void)
{
    in_each_mode(test_get);
    in_each_mode(test_large_upload);
    in_each_mode(test_large_download);
    in_each_mode(test_until_close);
    return done_testing();
}
