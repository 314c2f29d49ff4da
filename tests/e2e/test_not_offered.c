/* SPDX-License-Identifier: MIT */
/*
 * What other clients do on their own, and have holes in: here it is the caller's to do. Content is
 * given as it came, so no few bytes become many (T-25); a redirect is an answer, so no credentials
 * go where they weren't sent (T-51).
 */
#include <libhttp/http.h>
#include <stdio.h>
#include <string.h>

#include "support/modes.h"
#include "tap.h"

#define HEAD "GET / HTTP/1.1\r\nHost: h.example\r\nAccept-Encoding: identity\r\n"

/* gzip of 1,000 zeros. */
static const char coded[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x63\x60\x18\x05\xa3"
                            "\x60\x14\x0c\x77\x00\x00\x80\x17\x0b\x06\xe8\x03\x00\x00";

static void test_content(enum drive_mode mode, const char *head, const char *coding)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(HEAD "\r\n"),
        PEER_SEND_BYTES(head, strlen(head)),
        PEER_SEND_BYTES(coded, sizeof coded - 1),
        PEER_SHUTDOWN,
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *r = NULL;
    const void *data = "";
    const char *value = NULL;
    int64_t length = 0;

    client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    if (is(client_getresponse(k, &r), LIBHTTP_OK, "T-25 content in %s, %s", coding, k->name)) {
        is(client_read_all(k, r, 1000, &data, &length), LIBHTTP_OK, "T-25 read");
        is_mem(data, length, coded, sizeof coded - 1, "T-25 as it came, %s", k->name);
        libhttp_response_getheader(r, "Content-Encoding", -1, NULL, 0, &value, NULL);
        is_str(value, coding, "T-25 and the field that says so is there, %s", k->name);
    }
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "T-25 nothing but identity was asked for, %s", drive_mode_name(mode));
}

static void test_contents(enum drive_mode mode)
{
    test_content(mode, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", "gzip");
    test_content(mode, "HTTP/1.1 200 OK\r\nContent-Encoding: deflate, br, zstd\r\n\r\n",
                 "deflate, br, zstd");
}

/* As in the Location field: another host, another port, back to plain HTTP. */
static void test_redirect(enum drive_mode mode)
{
    struct peer *elsewhere = peer_start((struct peer_step[]){PEER_READ_HEAD, PEER_END});
    char head[200];
    struct peer *peer;
    struct client *k;
    libhttp_headers *headers = NULL;

    snprintf(head, sizeof head,
             "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/\r\nRefresh: 0; "
             "url=http://127.0.0.1:%d/\r\nContent-Length: 4\r\n\r\nmove",
             peer_port(elsewhere), peer_port(elsewhere));
    peer = client_peer((struct peer_step[]){
        PEER_EXPECT(HEAD "Authorization: Basic dTpw\r\nCookie: a=b\r\n\r\n"),
        PEER_SEND_BYTES(head, strlen(head)),
        PEER_EXPECT(HEAD "\r\n"),
        PEER_SEND("HTTP/1.1 307 x\r\nLocation: /2\r\nSet-Cookie: c=d\r\nContent-Length: 0\r\n\r\n"),
        PEER_EXPECT(HEAD "\r\n"),
        PEER_SEND("HTTP/1.1 401 x\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    k = client_new(mode, peer, "h.example");
    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "Authorization", -1, "Basic dTpw", -1);
    libhttp_headers_add(headers, "Cookie", -1, "a=b", -1);
    client_request(k, "GET", "/", headers, NULL, LIBHTTP_NO_BODY);
    client_answer(k, 302, "move", "T-51 a redirect is the answer");
    client_get(k, "/", 307, "", "T-51 the next request has no credentials of the last");
    client_get(k, "/", 401, "", "T-51 no cookie of an answer, and none is sent unasked");
    is(peer_connections(elsewhere), 0, "T-51 nobody has gone elsewhere, %s", k->name);
    libhttp_headers_free(headers);
    client_free(k);
    peer_kill(elsewhere);
    peer_finish(peer, "T-51 nothing else was sent, %s", drive_mode_name(mode));
}

int main(void)
{
    in_each_mode(test_contents);
    in_each_mode(test_redirect);
    return done_testing();
}
