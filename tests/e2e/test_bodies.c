/* SPDX-License-Identifier: MIT */
/* Request bodies: bytes, in pieces, with a length or in chunks. */
#include <libhttp/http.h>
#include <stdlib.h>
#include <string.h>

#include "support/modes.h"
#include "tap.h"

#define START    " / HTTP/1.1\r\nHost: h.example\r\nAccept-Encoding: identity\r\n"
#define HOST     "Host: h.example\r\n"
#define IDENTITY "Accept-Encoding: identity\r\n"
#define CREATED  "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"

static libhttp_headers *headers_of(const char *name, const char *value)
{
    libhttp_headers *headers = NULL;

    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, name, -1, value, -1);
    return headers;
}

static void test_bytes(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT("GET" START "Content-Length: 3\r\n\r\na\0b"),
        PEER_SEND(CREATED),
        PEER_EXPECT("GET" START "Content-Length: 0\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT("POST" START "Content-Length: 2\r\nX-A: 1\r\n\r\nab"),
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *headers = headers_of("X-A", "1");

    is(client_request(k, "GET", "/", NULL, "a\0b", 3), LIBHTTP_OK, "C-45 bytes, %s", k->name);
    client_answer(k, 201, "", "C-45 a Content-Length for every method");
    is(client_request(k, "GET", "/", NULL, NULL, 0), LIBHTTP_OK, "C-45 no bytes, %s", k->name);
    client_answer(k, 201, "", "C-45 zero too");
    is(client_request(k, "POST", "/", headers, "ab", 2), LIBHTTP_OK, "C-43 with a field, %s",
       k->name);
    client_answer(k, 201, "", "C-43 automatic fields, framing, then the caller's");
    libhttp_headers_free(headers);
    client_free(k);
    peer_finish(peer, "C-45 the bytes, %s", drive_mode_name(mode));
}

/* Framing by the caller's own fields. */
static void test_own_framing(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT("PUT" START "content-length: 3\r\n\r\nabc"),
        PEER_SEND(CREATED),
        PEER_EXPECT("PUT" START "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n0\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT("PUT" START "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT("PUT" START
                    "Transfer-Encoding: chunked\r\nX-A: 1\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *length = headers_of("content-length", "3");
    libhttp_headers *coding = headers_of("Transfer-Encoding", "chunked");
    libhttp_headers *wrong = headers_of("Content-Length", "4");

    client_ready(k);
    client_failed(k, client_request(k, "PUT", "/", wrong, "abc", 3), LIBHTTP_E_BODY_LENGTH,
                  "C-47 a Content-Length that is not the body's");
    is(client_request(k, "PUT", "/", length, "abc", 3), LIBHTTP_OK,
       "C-47 the caller's Content-Length wins, %s", k->name);
    client_answer(k, 201, "", "C-47 it is sent as it was put");
    is(client_request(k, "PUT", "/", coding, "2;x=y\r\nab\r\n0\r\n\r\n", 16), LIBHTTP_OK,
       "C-48 the caller's Transfer-Encoding, %s", k->name);
    client_answer(k, 201, "", "C-48 adds nothing, and the body passes as it is");
    client_putrequest(k, "PUT", "/", 0);
    client_putheader(k, "Transfer-Encoding", "gzip, chunked");
    is(libhttp_connection_endheaders(k->c, LIBHTTP_ENCODE_CHUNKED), LIBHTTP_OK,
       "C-48 chunks asked for, %s", k->name);
    client_send(k, "ab", 2, NULL);
    is(client_finish(k, NULL), LIBHTTP_OK, "C-48 finish, %s", k->name);
    client_answer(k, 201, "", "C-48 are encoded");
    client_putrequest(k, "PUT", "/", 0);
    client_putheader(k, "X-A", "1");
    is(libhttp_connection_endheaders(k->c, LIBHTTP_ENCODE_CHUNKED), LIBHTTP_OK,
       "C-48 and without the field, %s", k->name);
    client_send(k, "abc", 3, NULL);
    client_finish(k, NULL);
    client_answer(k, 201, "", "C-48 it is added");
    libhttp_headers_free(length);
    libhttp_headers_free(coding);
    libhttp_headers_free(wrong);
    client_free(k);
    peer_finish(peer, "C-47 C-48 the bytes, %s", drive_mode_name(mode));
}

static void test_pieces(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT("PUT" START "Content-Length: 6\r\n\r\nabcdef"),
        PEER_SEND(CREATED),
        PEER_EXPECT("PUT" START "Transfer-Encoding: chunked\r\n\r\n"
                    "3\r\nabc\r\n1\r\nd\r\n0\r\nX-Sum: 1\r\nX-Sum: \x80 2\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT("PUT" START "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT("PUT" START "Content-Length: 3\r\n\r\nraw"),
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *trailers = headers_of("X-Sum", "1"), *none = NULL;

    libhttp_headers_new(&none);
    client_ready(k);
    is(libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, 6), LIBHTTP_OK,
       "C-130 a known length, %s", k->name);
    client_send(k, "abc", 3, NULL);
    client_send(k, "", 0, NULL);
    client_send(k, "def", 3, NULL);
    client_failed(k, client_finish(k, trailers), LIBHTTP_E_INVALID_ARGUMENT,
                  "C-50 no trailers without chunks");
    libhttp_headers_add(trailers, "X-Sum", -1, " \x80 2 ", -1);
    is(client_finish(k, none), LIBHTTP_OK, "C-130 finish, with no trailer, %s", k->name);
    client_answer(k, 201, "", "C-130 pieces of a known length");
    is(libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, LIBHTTP_LENGTH_UNKNOWN),
       LIBHTTP_OK, "C-130 an unknown length, %s", k->name);
    client_send(k, "abc", 3, NULL);
    client_send(k, "", 0, NULL);
    client_send(k, "d", 1, NULL);
    is(client_finish(k, trailers), LIBHTTP_OK, "C-50 C-122 with trailers, %s", k->name);
    client_answer(k, 201, "", "C-50 chunks, the empty one skipped, and trailers");
    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, LIBHTTP_LENGTH_UNKNOWN);
    client_finish(k, NULL);
    client_answer(k, 201, "", "C-50 no chunk but the last");
    client_putrequest(k, "PUT", "/", 0);
    client_putheader(k, "Content-Length", "3");
    libhttp_connection_endheaders(k->c, 0);
    is(client_send(k, "raw", 3, NULL), LIBHTTP_OK, "C-53 send after endheaders, %s", k->name);
    client_answer(k, 201, "", "C-53 raw bytes, and no finish needed");
    libhttp_headers_free(trailers);
    libhttp_headers_free(none);
    client_free(k);
    peer_finish(peer, "C-50 C-53 C-130 the bytes, %s", drive_mode_name(mode));
}

/* C-48: in one call too chunks are made only where they were asked for. */
static void test_chunks_asked_for(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT("PUT" START "Transfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT("PUT" START "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT("PUT" START "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT("PUT" START "Content-Length: 1\r\n\r\na"),
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *coding = headers_of("Transfer-Encoding", "gzip, chunked");
    libhttp_headers *length = headers_of("Content-Length", "1");
    const struct {
        const libhttp_headers *headers;
        int64_t length;
        const char *body, *what;
    } rows[] = {
        {coding, LIBHTTP_LENGTH_CHUNKED, "a", "C-48 chunks asked for"},
        {coding, LIBHTTP_LENGTH_UNKNOWN, "0\r\n\r\n", "C-48 not asked for"},
        {NULL, LIBHTTP_LENGTH_CHUNKED, "a", "C-48 asked for without the field"},
        {length, LIBHTTP_LENGTH_CHUNKED, "a", "C-47 a Content-Length wins"},
    };

    client_ready(k);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        is(libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, rows[i].headers,
                                             rows[i].length),
           LIBHTTP_OK, "%s, %s", rows[i].what, k->name);
        client_send(k, rows[i].body, (int64_t)strlen(rows[i].body), NULL);
        is(client_finish(k, NULL), LIBHTTP_OK, "%s: finish", rows[i].what);
        client_answer(k, 201, "", "%s", rows[i].what);
    }
    libhttp_headers_free(coding);
    libhttp_headers_free(length);
    client_free(k);
    peer_finish(peer, "C-47 C-48 the bytes, %s", drive_mode_name(mode));
}

/* A body that is not as long as it was declared to be. */
static void test_wrong_length(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT("PUT" START "Content-Length: 3\r\n\r\nabc"),
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_EXPECT("ab"),
        PEER_EXPECT_CLOSE,
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_EXPECT("1\r\na\r\n"),
        PEER_EXPECT_CLOSE,
        PEER_ACCEPT,
        PEER_EXPECT("GET" START "\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *r;

    client_ready(k);
    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, 3);
    client_failed(k, client_send(k, "abcd", 4, NULL), LIBHTTP_E_BODY_LENGTH, "C-47 too long");
    is(client_send(k, "abc", 3, NULL), LIBHTTP_OK, "C-47 nothing of it was sent, %s", k->name);
    client_failed(k, client_send(k, "d", 1, NULL), LIBHTTP_E_BODY_LENGTH, "C-47 one byte too many");
    client_answer(k, 201, "", "C-47 the answer to what was declared");
    is(libhttp_connection_is_open(k->c), 0, "C-47 the connection is not kept, %s", k->name);
    client_renew(k);
    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, 3);
    client_send(k, "ab", 2, NULL);
    client_failed(k, client_finish(k, NULL), LIBHTTP_E_BODY_LENGTH, "C-47 too short");
    contains(libhttp_connection_error(k->c), "1 bytes shorter", "C-107 by how much");
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-47 C-23 idle again, %s", k->name);
    client_renew(k);
    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, LIBHTTP_LENGTH_UNKNOWN);
    client_send(k, "a", 1, NULL);
    client_failed(k, client_getresponse(k, &r), LIBHTTP_E_BODY_LENGTH,
                  "C-47 C-50 getresponse before the last chunk");
    contains(libhttp_connection_error(k->c), "finish", "C-107 what it lacks");
    client_renew(k);
    client_get(k, "/", 201, "", "C-23 usable after all of it");
    client_failed(k, client_send(k, "x", 1, NULL), LIBHTTP_E_CANNOT_SEND_HEADER,
                  "C-53 nothing can be sent without a head");
    client_free(k);
    peer_finish(peer, "C-47 the bytes, %s", drive_mode_name(mode));
}

static void test_body_without_framing(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT("POST" START "Content-Length: 0\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");

    client_putrequest(k, "POST", "/", 0);
    libhttp_connection_endheaders(k->c, 0);
    client_failed(k, client_send(k, "smuggled", 8, NULL), LIBHTTP_E_BODY_LENGTH,
                  "C-47 bytes behind a request without a body");
    client_answer(k, 201, "", "C-44 the request without them");
    client_free(k);
    peer_finish(peer, "C-47 none of them left, %s", drive_mode_name(mode));
}

/* Outside blocking mode nothing larger than LIBHTTP_OUTPUT_MAX is held. */
static void test_output_max(enum drive_mode mode)
{
    static char body[LIBHTTP_OUTPUT_MAX + 1];
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_READ_FILL(LIBHTTP_OUTPUT_MAX),
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");

    peer_fill(body, 0, sizeof body);
    client_ready(k);
    if (mode != DRIVE_BLOCKING) {
        client_failed(k,
                      libhttp_connection_request(k->c, "PUT", -1, "/", -1, NULL, body, sizeof body),
                      LIBHTTP_E_TOO_LARGE, "C-130 a body over LIBHTTP_OUTPUT_MAX");
        is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-130 nothing is kept, %s",
           k->name);
    }
    is(client_request(k, "PUT", "/", NULL, body, LIBHTTP_OUTPUT_MAX), LIBHTTP_OK,
       "C-45 a body of just that size, %s", k->name);
    client_answer(k, 201, "", "C-45 and its answer");
    client_free(k);
    peer_finish(peer, "C-45 1 MiB arrives, %s", drive_mode_name(mode));
}

/* Chunks larger than what any buffer takes at once, the peer being slow. */
static void test_large_chunks(enum drive_mode mode)
{
    enum { TOTAL = 1500000 };
    static char body[TOTAL], got[2 * TOTAL];
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_DELAY(50),
        PEER_READ_HEAD,
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    const char *at, *end;
    size_t length, total = 0;

    memset(body, 'x', sizeof body);
    for (int i = 0; i < TOTAL; i += 7)
        body[i] = (char)('a' + i % 26);
    client_ready(k);
    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, LIBHTTP_LENGTH_UNKNOWN);
    is(client_send(k, body, 700001, NULL), LIBHTTP_OK, "C-130 a large piece, %s", k->name);
    is(client_send(k, body + 700001, TOTAL - 700001, NULL), LIBHTTP_OK, "C-130 another, %s",
       k->name);
    is(client_finish(k, NULL), LIBHTTP_OK, "C-130 the end, %s", k->name);
    client_answer(k, 201, "", "C-130 the answer");
    at = strstr(peer_received(peer, &length), "\r\n\r\n") + 4;
    end = peer_received(peer, NULL) + length;
    while (at < end) {
        char *data;
        size_t n = strtoul(at, &data, 16);

        if (n == 0 || total + n > sizeof got || data + n + 4 > end)
            break;
        memcpy(got + total, data + 2, n);
        total += n;
        at = data + 2 + n + 2;
    }
    ok(end - at == 5 && memcmp(at, "0\r\n\r\n", 5) == 0, "C-50 the terminator is last, %s",
       k->name);
    ok(total == TOTAL && memcmp(got, body, TOTAL) == 0, "C-130 all bytes in order, %s: %zu",
       k->name, total);
    client_free(k);
    peer_finish(peer, "C-130 the peer's side, %s", drive_mode_name(mode));
}

/* Nothing of one request is left for the next one on the same connection. */
static void test_nothing_leaks(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(
            "PUT /long-target-of-the-first HTTP/1.1\r\n" HOST IDENTITY
            "Content-Length: 9\r\nAuthorization: Basic c2VjcmV0\r\nCookie: a=b\r\n\r\nfirstbody"),
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: s=1\r\nX-One: 1\r\n\r\nab"),
        PEER_EXPECT("GET /2 HTTP/1.1\r\n" HOST IDENTITY "\r\n"),
        PEER_SEND(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\nX-T: 1\r\n\r\n"),
        PEER_EXPECT("POST /3 HTTP/1.1\r\n" HOST IDENTITY "Content-Length: 0\r\n\r\n"),
        PEER_SEND("HTTP/1.1 204 No Content\r\n\r\n"),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *headers;
    libhttp_response *r = NULL;

    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "Authorization", -1, "Basic c2VjcmV0", -1);
    libhttp_headers_add(headers, "Cookie", -1, "a=b", -1);
    client_request(k, "PUT", "/long-target-of-the-first", headers, "firstbody", 9);
    libhttp_headers_free(headers);
    client_answer(k, 200, "ab", "T-34 the first");
    client_get(k, "/2", 200, "c", "T-34 the second has nothing of the first");
    client_request(k, "POST", "/3", NULL, NULL, LIBHTTP_NO_BODY);
    if (is(client_getresponse(k, &r), LIBHTTP_OK, "T-34 the third, %s", k->name)) {
        is(libhttp_headers_count(libhttp_response_headers(r)), 0,
           "T-34 no field of an earlier response, %s", k->name);
        is(libhttp_headers_count(libhttp_response_trailers(r)), 0, "T-34 no trailer either, %s",
           k->name);
        is_str(libhttp_response_url(r), "/3", "T-34 nor its target, %s", k->name);
        is(libhttp_response_is_complete(r), 1, "T-34 nor its body, %s", k->name);
    }
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "T-34 three requests as written, %s", drive_mode_name(mode));
}

int main(void)
{
    in_each_mode(test_bytes);
    in_each_mode(test_own_framing);
    in_each_mode(test_pieces);
    in_each_mode(test_chunks_asked_for);
    in_each_mode(test_wrong_length);
    in_each_mode(test_body_without_framing);
    in_each_mode(test_output_max);
    in_each_mode(test_large_chunks);
    in_each_mode(test_nothing_leaks);
    return done_testing();
}
