/* SPDX-License-Identifier: MIT */
/* Expect: 100-continue: the body waits for 100, for the time to pass, and never follows a final
 * answer (C-123, T-17). */
#include <libhttp/http.h>
#include <stdio.h>
#include <string.h>

#include "support/conn.h"
#include "support/modes.h"
#include "support/patience.h"
#include "tap.h"

#define FINE "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static libhttp_headers *expect(void)
{
    libhttp_headers *headers = NULL;

    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "Expect", -1, "100-continue", -1);
    return headers;
}

#define EXPECT_HEAD                                                                                \
    "PUT / HTTP/1.1\r\nHost: h.example\r\nAccept-Encoding: identity\r\nContent-Length: "           \
    "4\r\nExpect: 100-continue\r\n\r\n"

static void test_continue(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(EXPECT_HEAD),
        PEER_NOTHING_ARRIVES(100),
        PEER_SEND("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
        PEER_NOTHING_ARRIVES(50),
        PEER_SEND("HTTP/1.1 100 Continue\r\n\r\n"),
        PEER_EXPECT("body"),
        PEER_SEND(FINE),
        PEER_EXPECT("GET / HTTP/1.1\r\nHost: h.example\r\nAccept-Encoding: identity\r\n\r\n"),
        PEER_SEND(FINE),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *headers = expect();
    libhttp_response *r = NULL;

    libhttp_connection_set_continue_timeout(k->c, PATIENCE_MS);
    is(client_request(k, "PUT", "/", headers, "body", 4), LIBHTTP_OK, "C-123 Expect, %s", k->name);
    if (is(client_getresponse(k, &r), LIBHTTP_OK, "C-123 an answer, %s", k->name)) {
        is(libhttp_response_interim_count(r), 2, "C-122 both interim responses, %s", k->name);
        is(libhttp_response_interim_status(r, 0), 103, "C-122 103 is not taken for 100, %s",
           k->name);
        is(libhttp_response_interim_status(r, 1), 100, "C-123 100, %s", k->name);
        is(libhttp_response_status(r), 200, "C-123 and the answer, %s", k->name);
    }
    libhttp_response_free(r);
    client_get(k, "/", 200, "ok", "C-123 the connection is in step");
    libhttp_headers_free(headers);
    client_free(k);
    peer_finish(peer, "C-123 the body came after 100, %s", drive_mode_name(mode));
}

static void test_continue_late(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(EXPECT_HEAD),
        PEER_EXPECT("body"),
        PEER_SEND("HTTP/1.1 100 Continue\r\n\r\n" FINE),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *headers = expect();
    int64_t from = milliseconds();

    libhttp_connection_set_continue_timeout(k->c, 300);
    is(client_request(k, "PUT", "/", headers, "body", 4), LIBHTTP_OK,
       "C-123 without 100 the body goes after the time, %s", k->name);
    client_answer(k, 200, "ok", "C-123 a late 100 is skipped");
    ok(milliseconds() - from >= 290, "C-120 C-123 and not before its time, %s", k->name);
    libhttp_headers_free(headers);
    client_free(k);
    peer_finish(peer, "C-123 the body came, %s", drive_mode_name(mode));
}

/* A final answer instead of 100. */
struct refusal {
    int32_t status;
    const char *body, *answer;
};

static const struct refusal refusals[] = {
    {417, "no", "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno"},
    {200, "ok", FINE},
    {204, "", "HTTP/1.1 204 No Content\r\n\r\n"},
    {401, "", "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"},
    {500, "no", "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n"},
};

enum { BY_REQUEST, BY_PIECES, BY_CHUNKS, BY_FILE, REFUSED_WAYS };

static int32_t request_with_body(struct client *k, int way, libhttp_headers *headers)
{
    int64_t length = way == BY_CHUNKS ? LIBHTTP_LENGTH_UNKNOWN : 4;
    FILE *file = way == BY_FILE ? tmpfile() : NULL;
    int32_t status;

    if (way == BY_REQUEST)
        return client_request(k, "PUT", "/", headers, "body", 4);
    if (way == BY_FILE && file) {
        fputs("body", file);
        rewind(file);
        status = client_request_fd(k, "PUT", "/", headers, fileno(file), LIBHTTP_LENGTH_UNKNOWN);
        fclose(file);
        return status;
    }
    client_ready(k);
    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, headers, length);
    client_failed(k, client_send(k, "body", 4, NULL), LIBHTTP_E_EARLY_RESPONSE,
                  "T-17 C-123 a final answer instead of 100 ends send");
    return LIBHTTP_OK;
}

/* The body is not sent, and what it would have been is not the next request. */
static void check_refused(enum drive_mode mode, const struct refusal *refusal, int way)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND_BYTES(refusal->answer, strlen(refusal->answer)),
        PEER_EXPECT_CLOSE,
        PEER_ACCEPT,
        PEER_EXPECT("GET / HTTP/1.1\r\nHost: h.example\r\nAccept-Encoding: identity\r\n\r\n"),
        PEER_SEND(FINE),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *headers = expect();

    libhttp_connection_set_continue_timeout(k->c, PATIENCE_MS);
    is(request_with_body(k, way, headers), LIBHTTP_OK,
       "T-17 C-123 %d instead of 100 is no error, way %d, %s", refusal->status, way, k->name);
    client_answer(k, refusal->status, refusal->body, "T-17 C-123 it is the answer");
    client_renew(k);
    client_get(k, "/", 200, "ok", "T-17 the next request is read as itself");
    libhttp_headers_free(headers);
    client_free(k);
    peer_finish(peer, "T-17 %d: no body was sent, and no connection reused, way %d, %s",
                refusal->status, way, drive_mode_name(mode));
}

static void test_refused(enum drive_mode mode)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        for (int way = 0; way < REFUSED_WAYS; way++)
            check_refused(mode, &refusals[i], way);
}

static void test_expect_without_body(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND(FINE),
        PEER_READ_HEAD,
        PEER_SEND(FINE),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *headers = expect();

    libhttp_connection_set_continue_timeout(k->c, LIBHTTP_TIMEOUT_NONE);
    client_request(k, "GET", "/", headers, NULL, LIBHTTP_NO_BODY);
    client_answer(k, 200, "ok", "C-123 without a body nothing is waited for");
    client_request(k, "PUT", "/", headers, NULL, 0);
    client_answer(k, 200, "ok", "C-123 nor with an empty one");
    libhttp_headers_free(headers);
    client_free(k);
    peer_finish(peer, "C-123 one connection for both, %s", drive_mode_name(mode));
}

int main(void)
{
    in_each_mode(test_continue);
    in_each_mode(test_continue_late);
    in_each_mode(test_refused);
    in_each_mode(test_expect_without_body);
    return done_testing();
}
