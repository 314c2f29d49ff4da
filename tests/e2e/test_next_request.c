/* SPDX-License-Identifier: MIT */
/*
 * T-34: whatever a request sets (method, target, fields, skipped ones, framing, expectations,
 * trailers) is gone with it: the next one on the same connection is as if it were the first, and
 * so is its answer.
 */
#include <libhttp/http.h>
#include <string.h>

#include "support/modes.h"
#include "tap.h"

#define HOST   "Host: h.example\r\n"
#define CODING "Accept-Encoding: identity\r\n"
#define EMPTY  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

static void by_head(struct client *k)
{
    client_request(k, "HEAD", "/1", NULL, NULL, LIBHTTP_NO_BODY);
}

static void with_fields(struct client *k)
{
    client_putrequest(k, "GET", "/1", 0);
    client_putheader(k, "host", "other.example:81");
    client_putheader(k, "accept-encoding", "gzip");
    client_putheader(k, "Authorization", "Basic c2VjcmV0");
    client_putheader(k, "Cookie", "a=b");
    libhttp_connection_putheader_continue(k->c, "c=d", -1);
    libhttp_connection_endheaders(k->c, 0);
}

static void without_fields(struct client *k)
{
    client_putrequest(k, "GET", "/1", LIBHTTP_SKIP_HOST | LIBHTTP_SKIP_ACCEPT_ENCODING);
    libhttp_connection_endheaders(k->c, 0);
}

static void by_absolute_form(struct client *k)
{
    client_request(k, "GET", "http://other.example/1", NULL, NULL, LIBHTTP_NO_BODY);
}

static void in_chunks(struct client *k)
{
    libhttp_headers *trailers = NULL;

    libhttp_headers_new(&trailers);
    libhttp_headers_add(trailers, "X-Trailer", -1, "t", -1);
    client_putrequest(k, "POST", "/1", 0);
    client_putheader(k, "Transfer-Encoding", "chunked");
    libhttp_connection_endheaders(k->c, LIBHTTP_ENCODE_CHUNKED);
    client_send(k, "abc", 3, NULL);
    client_finish(k, trailers);
    libhttp_headers_free(trailers);
}

static void by_expectation(struct client *k)
{
    client_putrequest(k, "PUT", "/1", 0);
    client_putheader(k, "Expect", "100-continue");
    client_putheader(k, "Content-Length", "3");
    libhttp_connection_endheaders(k->c, 0);
    client_send(k, "abc", 3, NULL);
    client_finish(k, NULL);
}

static void by_upgrade(struct client *k)
{
    client_putrequest(k, "GET", "/1", 0);
    client_putheader(k, "Connection", "upgrade");
    client_putheader(k, "Upgrade", "x");
    libhttp_connection_endheaders(k->c, 0);
}

/* What is refused before a byte has left leaves nothing either. */
static void refused(struct client *k)
{
    libhttp_headers *h = NULL;

    libhttp_headers_new(&h);
    libhttp_headers_add(h, "Authorization", -1, "Basic c2VjcmV0", -1);
    libhttp_headers_add(h, "Content-Length", -1, "5", -1);
    ok(client_request(k, "POST", "/1", h, "abc", 3) < 0, "T-34 a body that isn't as long as said");
    libhttp_headers_free(h);
    ok(client_request(k, "POST", "/1 2", NULL, "abc", 3) < 0, "T-34 a target that can't be");
    client_request(k, "GET", "/1", NULL, NULL, LIBHTTP_NO_BODY);
}

static const struct first {
    const char *name;
    void (*go)(struct client *k);
    const char *sent;
    const char *answer;
    const char *body;
} firsts[] = {
    {"HEAD", by_head, "HEAD /1 HTTP/1.1\r\n" HOST CODING "\r\n",
     "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-First: 1\r\n\r\n", ""},
    {"fields of its own", with_fields,
     "GET /1 HTTP/1.1\r\nhost: other.example:81\r\naccept-encoding: gzip\r\n"
     "Authorization: Basic c2VjcmV0\r\nCookie: a=b\r\n\tc=d\r\n\r\n",
     EMPTY, ""},
    {"no automatic fields", without_fields, "GET /1 HTTP/1.1\r\n\r\n", EMPTY, ""},
    {"another host in its target", by_absolute_form,
     "GET http://other.example/1 HTTP/1.1\r\nHost: other.example\r\n" CODING "\r\n", EMPTY, ""},
    {"chunks and trailers", in_chunks,
     "POST /1 HTTP/1.1\r\n" HOST CODING
     "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Trailer: t\r\n\r\n",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-First: 1\r\n\r\n",
     "hi"},
    {"Upgrade, which is not taken up", by_upgrade,
     "GET /1 HTTP/1.1\r\n" HOST CODING "Connection: upgrade\r\nUpgrade: x\r\n\r\n", EMPTY, ""},
    {"what was refused", refused, "GET /1 HTTP/1.1\r\n" HOST CODING "\r\n", EMPTY, ""},
    {"103 before its answer", by_head, "HEAD /1 HTTP/1.1\r\n" HOST CODING "\r\n",
     "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" EMPTY, ""},
};

#define NEXT "GET /2 HTTP/1.1\r\n" HOST CODING "\r\n"

/* The second request, byte for byte, and all that can be asked of its response. */
static void check_next(struct client *k, const char *name)
{
    libhttp_response *r = NULL;
    const void *data = "";
    int64_t length = 0;

    client_request(k, "GET", "/2", NULL, NULL, LIBHTTP_NO_BODY);
    if (!is(client_getresponse(k, &r), LIBHTTP_OK, "T-34 the next after %s, %s", name, k->name))
        return;
    is_str(libhttp_response_url(r), "/2", "T-34 its target");
    is(libhttp_response_interim_count(r), 0, "T-34 no interim response");
    is(libhttp_headers_count(libhttp_response_headers(r)), 1, "T-34 its fields alone");
    is(client_read_all(k, r, 10, &data, &length), LIBHTTP_OK, "T-34 it is read");
    is_mem(data, length, "ok", 2, "T-34 its body");
    is(libhttp_headers_count(libhttp_response_trailers(r)), 0, "T-34 no trailers");
    libhttp_response_free(r);
}

static void test_firsts(enum drive_mode mode)
{
    for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
        const struct first *first = &firsts[i];
        struct peer *peer = client_peer((struct peer_step[]){
            PEER_EXPECT_BYTES(first->sent, strlen(first->sent)),
            PEER_SEND_BYTES(first->answer, strlen(first->answer)),
            PEER_EXPECT(NEXT),
            PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
            PEER_EXPECT_CLOSE,
            PEER_END,
        });
        struct client *k = client_new(mode, peer, "h.example");

        client_ready(k);
        first->go(k);
        client_answer(k, 200, first->body, "T-34 a request with %s", first->name);
        check_next(k, first->name);
        client_free(k);
        peer_finish(peer, "T-34 the next after %s has nothing of it, %s", first->name,
                    drive_mode_name(mode));
    }
}

static void test_expectation(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT("PUT /1 HTTP/1.1\r\n" HOST CODING
                    "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"),
        PEER_SEND("HTTP/1.1 100 Continue\r\n\r\n"),
        PEER_EXPECT("abc"),
        PEER_SEND(EMPTY),
        PEER_EXPECT("PUT /2 HTTP/1.1\r\n" HOST CODING "Content-Length: 2\r\n\r\nok"),
        PEER_SEND(EMPTY),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");

    client_ready(k);
    libhttp_connection_set_continue_timeout(k->c, -1);
    by_expectation(k);
    client_answer(k, 200, "", "T-34 a request with an expectation");
    client_request(k, "PUT", "/2", NULL, "ok", 2);
    client_answer(k, 200, "", "T-34 the next waits for no 100");
    client_free(k);
    peer_finish(peer, "T-34 nor does it ask for one, %s", drive_mode_name(mode));
}

/* Leave to switch protocols was the first one's. */
static void test_switching(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND(EMPTY),
        PEER_EXPECT(NEXT),
        PEER_SEND("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *r = NULL;

    client_ready(k);
    by_upgrade(k);
    client_answer(k, 200, "", "T-34 Upgrade is not taken up");
    client_request(k, "GET", "/2", NULL, NULL, LIBHTTP_NO_BODY);
    client_failed(k, client_getresponse(k, &r), LIBHTTP_E_BAD_STATUS_LINE,
                  "T-34 C-69 but by the next, which did not ask");
    client_free(k);
    peer_finish(peer, "T-34 the peer, %s", drive_mode_name(mode));
}

int main(void)
{
    in_each_mode(test_firsts);
    in_each_mode(test_expectation);
    in_each_mode(test_switching);
    return done_testing();
}
