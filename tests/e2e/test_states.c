/* SPDX-License-Identifier: MIT */
/* The states of a connection: which call is right when, and what each failure leaves behind. */
#include <errno.h>
#include <libhttp/http.h>
#include <string.h>

#include "support/modes.h"
#include "support/sockets.h"
#include "tap.h"

#define OK_BODY "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void test_wrong_calls(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND(OK_BODY),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *r = NULL;

    client_ready(k);
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-15 it begins idle, %s", k->name);
    client_failed(k, client_putheader(k, "A", "1"), LIBHTTP_E_CANNOT_SEND_HEADER,
                  "C-17 putheader when idle");
    contains(libhttp_connection_error(k->c), "Idle", "C-17 the state is named, %s", k->name);
    client_failed(k, libhttp_connection_endheaders(k->c, 0), LIBHTTP_E_CANNOT_SEND_HEADER,
                  "C-17 endheaders when idle");
    client_failed(k, client_getresponse(k, &r), LIBHTTP_E_RESPONSE_NOT_READY,
                  "C-18 getresponse when idle");
    client_failed(k, client_send(k, "x", 1, NULL), LIBHTTP_E_CANNOT_SEND_HEADER,
                  "C-17 send when idle");
    client_failed(k, client_finish(k, NULL), LIBHTTP_E_CANNOT_SEND_HEADER, "C-17 finish when idle");
    client_failed(k, client_flush(k), LIBHTTP_E_CANNOT_SEND_HEADER, "C-17 flush when idle");

    is(client_putrequest(k, "GET", "/", 0), LIBHTTP_OK, "C-15 putrequest, %s", k->name);
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_REQUEST_STARTED, "C-15 Request-started, %s",
       k->name);
    client_failed(k, client_putrequest(k, "GET", "/", 0), LIBHTTP_E_CANNOT_SEND_REQUEST,
                  "C-16 putrequest twice");
    contains(libhttp_connection_error(k->c), "Request-started", "C-16 the state is named, %s",
             k->name);
    client_failed(k, client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY),
                  LIBHTTP_E_CANNOT_SEND_REQUEST, "C-16 request in Request-started");
    client_failed(k, client_getresponse(k, &r), LIBHTTP_E_RESPONSE_NOT_READY,
                  "C-18 getresponse in Request-started");
    client_failed(k, client_send(k, "x", 1, NULL), LIBHTTP_E_CANNOT_SEND_HEADER,
                  "C-17 send in Request-started");
    is(libhttp_connection_endheaders(k->c, 0), LIBHTTP_OK, "C-15 endheaders, %s", k->name);
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_REQUEST_SENT, "C-15 Request-sent, %s",
       k->name);
    client_failed(k, client_putrequest(k, "GET", "/", 0), LIBHTTP_E_CANNOT_SEND_REQUEST,
                  "C-16 putrequest when sent");
    contains(libhttp_connection_error(k->c), "Request-sent", "C-16 the state is named, %s",
             k->name);
    client_failed(k, client_putheader(k, "A", "1"), LIBHTTP_E_CANNOT_SEND_HEADER,
                  "C-17 putheader when sent");
    client_failed(k, libhttp_connection_endheaders(k->c, 0), LIBHTTP_E_CANNOT_SEND_HEADER,
                  "C-17 endheaders twice");
    client_answer(k, 200, "ok", "C-15 after all of it");
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-15 idle again, %s", k->name);
    client_failed(k, client_getresponse(k, &r), LIBHTTP_E_RESPONSE_NOT_READY,
                  "C-18 no second response");
    client_free(k);
    peer_finish(peer, "C-15 one request, %s", drive_mode_name(mode));
}

/* The next request leaves while the last response is unread. */
static void test_pipelined(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfir"),
        PEER_READ_HEAD,
        PEER_SEND("stHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *first = NULL, *r = NULL;
    const void *data = "";
    int64_t length = 0;

    client_request(k, "GET", "/1", NULL, NULL, LIBHTTP_NO_BODY);
    if (!is(client_getresponse(k, &first), LIBHTTP_OK, "C-19 the first, %s", k->name))
        return;
    is(libhttp_connection_response_unread(k->c), 1, "C-15 it is unread, %s", k->name);
    is(client_request(k, "GET", "/2", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK,
       "C-19 the next request may be sent, %s", k->name);
    client_failed(k, client_getresponse(k, &r), LIBHTTP_E_RESPONSE_NOT_READY,
                  "C-19 C-18 its response has to wait");
    is(client_read_all(k, first, 100, &data, &length), LIBHTTP_OK, "C-19 the first is read, %s",
       k->name);
    is_mem(data, length, "first", 5, "C-19 with all of its bytes, %s", k->name);
    is(libhttp_connection_response_unread(k->c), 0, "C-20 and forgotten, %s", k->name);
    client_answer(k, 200, "ok", "C-19 then the second can be had");
    libhttp_response_free(first);
    client_free(k);
    peer_finish(peer, "C-19 one connection, %s", drive_mode_name(mode));
}

/* The first is given up instead, and what is missing of it never came. */
static void test_pipelined_closed(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\nfir"),
        PEER_READ_HEAD,
        PEER_EXPECT_CLOSE,
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_SEND(OK_BODY),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *first = NULL, *r = NULL;

    client_request(k, "GET", "/1", NULL, NULL, LIBHTTP_NO_BODY);
    if (!is(client_getresponse(k, &first), LIBHTTP_OK, "C-19 the first, %s", k->name))
        return;
    client_request(k, "GET", "/2", NULL, NULL, LIBHTTP_NO_BODY);
    libhttp_response_close(first);
    client_failed(k, client_getresponse(k, &r), LIBHTTP_E_REMOTE_DISCONNECTED,
                  "C-19 closing what can't be drained loses the next");
    contains(libhttp_connection_error(k->c), "may have been processed", "C-19 and says so, %s",
             k->name);
    libhttp_response_free(first);
    client_renew(k);
    client_get(k, "/", 200, "ok", "C-23 usable afterwards");
    client_free(k);
    peer_finish(peer, "C-19 the peer's side, %s", drive_mode_name(mode));
}

/* Bytes that arrive during an upload belong to the unread response, however they look. */
static void test_upload_while_unread(enum drive_mode mode)
{
    static char body[3000000];
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n"
                  "HTTP/1.1 413 x\r\nA: b\r\n\r\n"),
        PEER_READ_HEAD,
        PEER_DELAY(100),
        PEER_READ_FILL(sizeof body),
        PEER_SEND(OK_BODY),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *first = NULL;
    const void *data = "";
    int64_t length = 0;

    peer_fill(body, 0, sizeof body);
    client_request(k, "GET", "/1", NULL, NULL, LIBHTTP_NO_BODY);
    if (!is(client_getresponse(k, &first), LIBHTTP_OK, "C-19 the first, %s", k->name))
        return;
    is(client_request(k, "PUT", "/2", NULL, body, sizeof body), LIBHTTP_OK,
       "C-19 an upload while it is unread, %s", k->name);
    is(client_read_all(k, first, 100, &data, &length), LIBHTTP_OK, "C-19 it is read, %s", k->name);
    is_mem(data, length, "HTTP/1.1 413 x\r\nA: b\r\n\r\n", 24,
           "C-19 the bytes were its own, no early answer, %s", k->name);
    client_answer(k, 200, "ok", "C-19 and the upload's answer");
    libhttp_response_free(first);
    client_free(k);
    peer_finish(peer, "C-19 the whole upload arrives, %s", drive_mode_name(mode));
}

static void test_lost(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_CLOSE,
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_SEND("garbage\r\n\r\n"),
        PEER_EXPECT_CLOSE,
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_SEND(OK_BODY),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *r = NULL;

    client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    client_failed(k, client_getresponse(k, &r), LIBHTTP_E_REMOTE_DISCONNECTED,
                  "C-22 C-64 lost before any byte");
    is(libhttp_connection_errno(k->c), ECONNRESET, "C-108 its errno, %s", k->name);
    is(libhttp_connection_is_open(k->c), 0, "C-22 the connection is closed, %s", k->name);
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-22 C-23 and idle, %s", k->name);
    client_renew(k);
    client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    client_failed(k, client_getresponse(k, &r), LIBHTTP_E_BAD_STATUS_LINE, "C-65 garbage");
    is(libhttp_connection_is_open(k->c), 0, "C-65 the connection is closed, %s", k->name);
    client_renew(k);
    client_get(k, "/", 200, "ok", "C-22 C-23 the next request reconnects by itself");
    ok(r == NULL, "C-24 a failure gives no response, %s", k->name);
    client_free(k);
    peer_finish(peer, "C-22 three connections, %s", drive_mode_name(mode));
}

/* A response until close takes its transport along; the connection opens another meanwhile. */
static void test_will_close(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nol"),
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_SEND(OK_BODY),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *old = NULL;
    char bytes[8];
    int64_t got = 0;

    client_request(k, "GET", "/1", NULL, NULL, LIBHTTP_NO_BODY);
    if (!is(client_getresponse(k, &old), LIBHTTP_OK, "C-21 the first, %s", k->name))
        return;
    is(libhttp_response_will_close(old), 1, "C-102 C-21 it will close, %s", k->name);
    if (mode == DRIVE_CARRIED) {
        client_failed(k, client_putrequest(k, "GET", "/2", 0), LIBHTTP_E_NOT_CONNECTED,
                      "C-21 C-127 carried: the one transport is the response's");
        libhttp_response_close(old);
        is(libhttp_response_read(old, bytes, 8, &got), LIBHTTP_E_CLOSED,
           "C-26 carried: closed, never complete");
        client_renew(k);
    } else {
        is(client_read(k, old, bytes, 1, &got), LIBHTTP_OK, "C-21 it is begun to be read, %s",
           k->name);
    }
    client_get(k, "/2", 200, "ok", "C-21 another request meanwhile, on a new connection");
    libhttp_connection_close(k->c);
    if (mode != DRIVE_CARRIED) {
        is(client_read1(k, old, bytes, 8, &got), LIBHTTP_OK, "C-21 and read on, %s", k->name);
        is_mem(bytes, got, "l", 1, "C-21 with its own bytes, %s", k->name);
    }
    libhttp_response_free(old);
    client_free(k);
    peer_finish(peer, "C-21 two connections at a time, %s", drive_mode_name(mode));
}

static void test_auto_open(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
        PEER_EXPECT_CLOSE,
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_SEND(OK_BODY),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");

    is(libhttp_connection_set_auto_open(k->c, 0), LIBHTTP_OK, "C-25 auto_open off, %s", k->name);
    if (mode != DRIVE_CARRIED)
        client_failed(k, client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY),
                      LIBHTTP_E_NOT_CONNECTED, "C-25 sending without a connection");
    is(client_connect(k), LIBHTTP_OK, "C-136 connect opens now, %s", k->name);
    is(libhttp_connection_is_open(k->c), 1, "C-136 it is open, %s", k->name);
    client_failed(k, client_connect(k), LIBHTTP_E_STATE, "C-136 connect on an open connection");
    client_get(k, "/", 200, "ok", "C-25 then it can be used");
    client_failed(k,
                  client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY) < 0
                      ? libhttp_connection_error_code(k->c)
                      : client_flush(k),
                  LIBHTTP_E_NOT_CONNECTED, "C-25 and is not opened again");
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-23 idle, %s", k->name);
    libhttp_connection_set_auto_open(k->c, 1);
    client_renew(k);
    client_get(k, "/", 200, "ok", "C-25 auto_open on again");
    client_free(k);
    peer_finish(peer, "C-25 two connections, %s", drive_mode_name(mode));
}

/* close() in every state. */
static void test_close(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_EXPECT_CLOSE,
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"),
        PEER_EXPECT_CLOSE,
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_SEND(OK_BODY),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *r = NULL;
    char bytes[16];
    int64_t got = 0;

    is(libhttp_connection_close(k->c), LIBHTTP_OK, "C-26 close before anything, %s", k->name);
    client_putrequest(k, "GET", "/never", 0);
    libhttp_connection_close(k->c);
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-26 close in Request-started, %s",
       k->name);
    client_renew(k);
    client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    libhttp_connection_close(k->c);
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-26 close in Request-sent, %s",
       k->name);
    client_failed(k, client_getresponse(k, &r), LIBHTTP_E_RESPONSE_NOT_READY,
                  "C-26 its response is gone");
    client_renew(k);
    client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    if (is(client_getresponse(k, &r), LIBHTTP_OK, "C-26 a response, %s", k->name)) {
        libhttp_connection_close(k->c);
        is(libhttp_response_is_complete(r), 0, "C-26 cut off, never complete, %s", k->name);
        is(libhttp_response_read(r, bytes, sizeof bytes, &got), LIBHTTP_E_CLOSED,
           "C-26 and says so, %s", k->name);
        is(libhttp_response_read(r, bytes, sizeof bytes, &got), LIBHTTP_E_CLOSED,
           "C-26 each time, %s", k->name);
        is(libhttp_response_status(r), 200, "C-26 its head stays readable, %s", k->name);
    }
    libhttp_response_free(r);
    client_renew(k);
    client_get(k, "/", 200, "ok", "C-26 usable afterwards");
    client_free(k);
    peer_finish(peer, "C-26 the peer's side, %s", drive_mode_name(mode));
}

static void test_connect_fails(enum drive_mode mode)
{
    struct client *k;
    libhttp_response *r = NULL;
    int32_t status;

    if (mode == DRIVE_CARRIED)
        return;
    k = client_new_port(mode, closed_port(), "h.example");
    client_failed(k, client_connect(k), LIBHTTP_E_OS, "C-23 a refused connect");
    is(libhttp_connection_errno(k->c), ECONNREFUSED, "C-108 its errno, %s", k->name);
    status = client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    client_failed(k, status, LIBHTTP_E_OS, "C-23 and by a request");
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-23 idle, %s", k->name);
    ok(client_getresponse(k, &r) < 0 && r == NULL, "C-23 no response, %s", k->name);
    is(client_putrequest(k, "GET", "/", 0), LIBHTTP_OK, "C-23 another request may begin, %s",
       k->name);
    client_free(k);
}

/* Where it goes can't be changed between the Host field and the connecting. */
static void test_setters_in_request(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT("GET / HTTP/1.1\r\nHost: h.example\r\nAccept-Encoding: identity\r\n\r\n"),
        PEER_SEND(OK_BODY),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");

    client_putrequest(k, "GET", "/", 0);
    client_failed(k, libhttp_connection_set_host(k->c, "evil.example", -1, -1), LIBHTTP_E_STATE,
                  "C-127 T-7 set_host behind putrequest");
    client_failed(k, libhttp_connection_set_tunnel(k->c, "evil.example", -1, 80, NULL),
                  LIBHTTP_E_STATE, "C-127 C-55 set_tunnel behind putrequest");
    client_failed(k, libhttp_connection_set_tls(k->c, libhttp_tls_config_default()),
                  LIBHTTP_E_STATE, "C-127 set_tls behind putrequest");
    client_failed(k, libhttp_connection_set_unix(k->c, "/nowhere", -1), LIBHTTP_E_STATE,
                  "C-127 set_unix behind putrequest");
    client_failed(k, libhttp_connection_set_mode(k->c, LIBHTTP_MODE_BLOCKING), LIBHTTP_E_STATE,
                  "C-127 set_mode behind putrequest");
    libhttp_connection_endheaders(k->c, 0);
    client_answer(k, 200, "ok", "C-127 the request goes where it said");
    client_failed(k, libhttp_connection_set_host(k->c, "other.example", -1, -1), LIBHTTP_E_STATE,
                  "C-127 set_host while connected");
    client_free(k);
    peer_finish(peer, "C-127 the Host field and the host are one, %s", drive_mode_name(mode));
}

int main(void)
{
    in_each_mode(test_wrong_calls);
    in_each_mode(test_pipelined);
    in_each_mode(test_pipelined_closed);
    in_each_mode(test_upload_while_unread);
    in_each_mode(test_lost);
    in_each_mode(test_will_close);
    in_each_mode(test_auto_open);
    in_each_mode(test_close);
    in_each_mode(test_connect_fails);
    in_each_mode(test_setters_in_request);
    return done_testing();
}
