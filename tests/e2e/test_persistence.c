/* SPDX-License-Identifier: MIT */
/*
 * One connection and several exchanges: what may follow on it, what replaces it, and that no byte
 * of one is ever taken for another's (C-19 to C-22, C-102 to C-105, T-15, T-34).
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/carry.h"
#include "support/certs.h"
#include "support/modes.h"
#include "support/patience.h"
#include "support/peer.h"
#include "tap.h"

#define OK_LINE "HTTP/1.1 200 OK\r\n"
#define FIVE    OK_LINE "Content-Length: 5\r\n\r\n"
#define EMPTY   OK_LINE "Content-Length: 0\r\n\r\n"
#define TIMEOUT "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

/* Longer than a connection may idle without being looked at. */
static void idle(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 30000000}, NULL);
}

/* What the peer says while the connection idles has arrived, or the connection is gone already. */
static void await_news(const libhttp_connection *c)
{
    struct pollfd pollfd = {.fd = libhttp_connection_fileno(c), .events = POLLIN};

    if (pollfd.fd >= 0)
        ok(poll(&pollfd, 1, PATIENCE_MS) == 1, "C-105 the idle connection hears something");
}

static libhttp_tls_config *trust(const char *ca)
{
    libhttp_tls_config *config = NULL;

    if (libhttp_tls_config_new(&config) < 0 || libhttp_tls_config_set_ca_file(config, ca, -1) < 0)
        bail_out("no TLS configuration");
    return config;
}

static struct peer_tls tls;
static libhttp_tls_config *config;

static void make_certificates(void)
{
    struct cert *ca = cert_make_ca("test authority");
    struct cert *leaf = cert_make_local(ca);

    tls = (struct peer_tls){.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    config = trust(cert_file(ca));
}

/* C-19 C-105: what has come of an unread response is no news from an idle connection. */
static void check_unread_is_not_idle(enum drive_mode mode)
{
    libhttp_response *first = NULL;
    const void *data = "";
    int64_t length = 0;
    char room[2];
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD, PEER_SEND(EMPTY), PEER_READ_HEAD,
        PEER_SEND(OK_LINE "Content-Length: 300000\r\n\r\n"), PEER_SEND_FILL(300000), PEER_READ_HEAD,
        PEER_SEND(FIVE "again"), PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client_new(mode, peer, "h");

    client_get(k, "/", 200, "", "C-19 the connection has idled before");
    is(client_request(k, "GET", "/1", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK, "C-19 one");
    is(client_getresponse(k, &first), LIBHTTP_OK, "C-19 its response, %s", k->name);
    is(client_read(k, first, room, 2, &length), LIBHTTP_OK, "C-19 a part of it");
    await_news(k->c);
    idle();
    is(client_request(k, "GET", "/2", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK,
       "C-19 the next request is sent, %s", k->name);
    is(client_read_all(k, first, 300000, &data, &length), LIBHTTP_OK, "C-19 the first is read");
    is(length, 299998, "C-19 to its end");
    libhttp_response_free(first);
    client_answer(k, 200, "again", "C-19 then the second");
    client_free(k);
    peer_finish(peer, "C-19 one connection for all, %s", drive_mode_name(mode));
}

/* C-105: the peer says this between two exchanges; the second goes out on a new connection. */
static void replaced(enum drive_mode mode, bool secure, struct peer_step said,
                     struct peer_step closing, const char *what)
{
    struct peer_step steps[] = {PEER_READ_HEAD,
                                PEER_SEND(FIVE "first"),
                                said,
                                closing,
                                PEER_ACCEPT,
                                PEER_READ_HEAD,
                                PEER_SEND(FIVE "again"),
                                PEER_WAIT_CLOSE,
                                PEER_END};
    struct peer *peer = secure ? peer_start_tls(&tls, steps) : peer_start(steps);
    struct client *k = client_new_port(mode, peer_port(peer), "127.0.0.1");

    if (secure)
        libhttp_connection_set_tls(k->c, config);
    client_get(k, "/1", 200, "first", "C-105 before %s", what);
    await_news(k->c);
    idle();
    client_get(k, "/2", 200, "again", "C-105 T-15 after %s", what);
    client_free(k);
    peer_finish(peer, "C-105 %s: nothing was sent on the old one, %s", what, drive_mode_name(mode));
}

static void check_replaced(enum drive_mode mode, bool secure)
{
    struct peer_step look = PEER_EXPECT_CLOSE;
    struct peer_step nothing = PEER_DELAY(0);

    replaced(mode, secure, (struct peer_step)PEER_SEND(TIMEOUT), look, "a 408 to the idle");
    replaced(mode, secure, (struct peer_step)PEER_SEND("x"), look, "a late byte");
    replaced(mode, secure, (struct peer_step)PEER_SEND(FIVE "EVIL!"), look, "a second response");
    replaced(mode, secure, (struct peer_step)PEER_SHUTDOWN, look, "the end");
    replaced(mode, secure, (struct peer_step)PEER_CUT, nothing, "a cut");
    replaced(mode, secure, (struct peer_step)PEER_RESET, nothing, "a reset");
}

/* C-105: over TLS a ticket or a new key between two exchanges is no reason to close. */
static void check_tickets(enum drive_mode mode)
{
    struct peer *peer = peer_start_tls(
        &tls, (struct peer_step[]){PEER_READ_HEAD, PEER_SEND(FIVE "first"), PEER_TLS_TICKETS(2),
                                   PEER_TLS_KEY_UPDATE, PEER_READ_HEAD, PEER_SEND(FIVE "again"),
                                   PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client_new_port(mode, peer_port(peer), "127.0.0.1");

    libhttp_connection_set_tls(k->c, config);
    client_get(k, "/1", 200, "first", "C-105 before late tickets");
    idle();
    client_get(k, "/2", 200, "again", "C-105 after late tickets");
    is(peer_connections(peer), 1, "C-105 on the same connection");
    client_free(k);
    peer_finish(peer, "C-105 late tickets, %s", drive_mode_name(mode));
}

/* C-105, C-22: lost after the look: told, never sent twice; the next request opens anew. */
static void check_lost(enum drive_mode mode, struct peer_step lost, const char *what)
{
    libhttp_response *r = NULL;
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD, PEER_SEND(FIVE "first"), PEER_READ_HEAD, lost, PEER_ACCEPT, PEER_READ_HEAD,
        PEER_SEND(FIVE "third"), PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client_new(mode, peer, "h");
    const char *again;
    int32_t status;

    client_get(k, "/1", 200, "first", "C-22 before %s", what);
    is(client_request(k, "GET", "/2", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK, "C-22 a request");
    status = client_getresponse(k, &r);
    client_failed(k, status, LIBHTTP_E_REMOTE_DISCONNECTED, "C-22 C-64 %s", what);
    contains(libhttp_connection_error(k->c), "may have been processed", "C-105 it says so");
    is(libhttp_connection_errno(k->c), ECONNRESET, "C-64 as a reset");
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-22 C-23 idle again");
    is(client_getresponse(k, &r), LIBHTTP_E_RESPONSE_NOT_READY, "C-18 nothing more to get");
    ok(r == NULL, "C-24 no response");
    client_renew(k);
    client_get(k, "/3", 200, "third", "C-22 auto_open after %s", what);
    again = strstr(peer_received(peer, NULL), "GET /2");
    ok(again && !strstr(again + 1, "GET /2"), "C-105 it was sent once, %s", k->name);
    client_free(k);
    peer_finish(peer, "C-105 %s: never sent twice, %s", what, drive_mode_name(mode));
}

/* C-64: over TCP, where there are resets. Behind bytes of the response one is an error of its own.
 */
static void check_reset(enum drive_mode mode, struct peer_step *before, const char *what)
{
    bool begun = before->action == PEER_DO_SEND;
    libhttp_response *r = NULL;
    struct peer *peer = peer_start(
        (struct peer_step[]){PEER_READ_HEAD, *before, PEER_GATE, PEER_RESET, PEER_ACCEPT,
                             PEER_READ_HEAD, PEER_SEND(FIVE "after"), PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client_new(mode, peer, "h");
    int32_t status;

    client_ready(k);
    is(client_request(k, "GET", "/1", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK, "C-64 a request");
    if (begun) { /* a reset takes away what nobody has received */
        await_news(k->c);
        while (libhttp_connection_bytes_received(k->c) == 0)
            libhttp_connection_getresponse(k->c, &r);
    }
    peer_open(peer);
    status = client_getresponse(k, &r);
    client_failed(k, status, begun ? LIBHTTP_E_OS : LIBHTTP_E_REMOTE_DISCONNECTED,
                  "C-22 C-64 a reset %s", what);
    is(libhttp_connection_errno(k->c), ECONNRESET, "C-64 it says so, %s", k->name);
    client_get(k, "/2", 200, "after", "C-22 C-23 usable afterwards, %s", what);
    client_free(k);
    peer_finish(peer, "C-22 a reset %s, %s", what, drive_mode_name(mode));
}

static void check_losses(enum drive_mode mode)
{
    check_lost(mode, (struct peer_step)PEER_CLOSE, "a close without an answer");
    check_lost(mode, (struct peer_step)PEER_SHUTDOWN, "an end without an answer");
    if (mode == DRIVE_CARRIED)
        return; /* nothing fails there: an end is fed */
    check_reset(mode, &(struct peer_step)PEER_DELAY(0), "without an answer");
    if (mode == DRIVE_NONBLOCKING)
        check_reset(mode, &(struct peer_step)PEER_SEND("H"), "in an answer");
}

/* C-19: the next request goes out while the last response is unread, and waits for it. */
static void check_pipelined(enum drive_mode mode)
{
    libhttp_response *first = NULL;
    libhttp_response *second = NULL;
    const void *data = "";
    int64_t length = 0;
    char room[2];
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD, PEER_SEND(EMPTY), PEER_READ_HEAD, PEER_SEND(FIVE "fi"), PEER_READ_HEAD,
        PEER_SEND("rst" FIVE "again"), PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client_new(mode, peer, "h");

    client_get(k, "/", 200, "", "C-19 the connection has idled before");
    is(client_request(k, "GET", "/1", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK, "C-19 one");
    is(client_getresponse(k, &first), LIBHTTP_OK, "C-19 its response, %s", k->name);
    is(client_read(k, first, room, 2, &length), LIBHTTP_OK, "C-19 a part of it");
    idle();
    is(client_request(k, "GET", "/2", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK,
       "C-19 the next request is sent while it is unread");
    is(libhttp_connection_getresponse(k->c, &second), LIBHTTP_E_RESPONSE_NOT_READY,
       "C-19 C-18 whose response can't be had yet, %s", k->name);
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_REQUEST_SENT, "C-19 which changes nothing");
    is(libhttp_connection_putrequest(k->c, "GET", -1, "/3", -1, 0), LIBHTTP_E_CANNOT_SEND_REQUEST,
       "C-16 nor can a third be begun");
    is(client_read_all(k, first, 99, &data, &length), LIBHTTP_OK, "C-19 the first is read");
    is_mem(data, length, "rst", 3, "C-19 arriving bytes are its own, no look is taken");
    is(client_getresponse(k, &second), LIBHTTP_OK, "C-19 then the second comes");
    is(client_read_all(k, second, 99, &data, &length), LIBHTTP_OK, "C-19 T-34 to its end");
    is_mem(data, length, "again", 5, "C-19 with its own bytes, %s", k->name);
    libhttp_response_free(first);
    libhttp_response_free(second);
    client_free(k);
    peer_finish(peer, "C-19 on one connection, %s", drive_mode_name(mode));
}

/* C-19: closing the unread one keeps the connection where it can, else takes the next along. */
static void check_pipelined_close(const char *here, bool kept)
{
    struct carry x = {.piece = 0};
    libhttp_response *first = NULL;
    libhttp_response *second = NULL;

    carry_open(&x);
    carry_next(&x, here, strlen(here));
    ok(carry_request(&x, "GET", "/1", NULL), "C-19 one");
    is(carry_getresponse(&x, &first), LIBHTTP_OK, "C-19 its response");
    ok(carry_request(&x, "GET", "/2", NULL), "C-19 another request");
    is(libhttp_response_close(first), LIBHTTP_OK, "C-19 the first is closed");
    carry_next(&x, FIVE "again", strlen(FIVE "again"));
    if (kept) {
        is(carry_getresponse(&x, &second), LIBHTTP_OK, "C-19 drained: the second can be had");
        is(libhttp_response_status(second), 200, "C-19 it is a response");
    } else {
        is(carry_getresponse(&x, &second), LIBHTTP_E_REMOTE_DISCONNECTED, "C-19 not drained");
        contains(libhttp_connection_error(x.c), "may have been processed", "C-19 it says so");
        is(libhttp_connection_state(x.c), LIBHTTP_STATE_IDLE, "C-23 idle");
    }
    libhttp_response_free(first);
    libhttp_response_free(second);
    carry_close(&x);
}

/* C-19: put but not sent yet: then nothing was processed, and it goes out anew. */
static void check_put_close(void)
{
    libhttp_response *r = NULL;
    struct peer *peer = peer_start((struct peer_step[]){
        PEER_READ_HEAD, PEER_SEND(OK_LINE "Content-Length: 999\r\n\r\nfirst"), PEER_EXPECT_CLOSE,
        PEER_ACCEPT, PEER_READ_HEAD, PEER_SEND(FIVE "again"), PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client_new(DRIVE_BLOCKING, peer, "127.0.0.1");

    is(client_request(k, "GET", "/1", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK, "C-19 one");
    is(client_getresponse(k, &r), LIBHTTP_OK, "C-19 its response");
    is(client_putrequest(k, "GET", "/2", 0), LIBHTTP_OK, "C-19 another is begun");
    is(libhttp_connection_endheaders(k->c, 0), LIBHTTP_OK, "C-19 and put");
    libhttp_response_free(r);
    client_answer(k, 200, "again", "C-19 it goes out on a new connection");
    client_free(k);
    peer_finish(peer, "C-19 nothing of it on the old one");
}

/* C-20: fully read, in whichever way, it is forgotten. */
static void check_forgotten(void)
{
    struct carry x = {.piece = 0};
    libhttp_response *r[3] = {NULL};
    char room[5];
    int64_t got;
    const void *data;

    carry_open(&x);
    for (int i = 0; i < 3; i++) {
        carry_next(&x, FIVE "hello", strlen(FIVE "hello"));
        ok(carry_request(&x, "GET", "/", NULL), "C-20 request %d", i);
        is(carry_getresponse(&x, &r[i]), LIBHTTP_OK, "C-20 response %d", i);
        is(libhttp_connection_response_unread(x.c), 1, "C-20 unread");
        if (i == 0)
            libhttp_response_read(r[i], room, 5, &got);
        else if (i == 1)
            libhttp_response_readline(r[i], room, 5, &got);
        else
            libhttp_response_read_all(r[i], 5, &data, &got);
        is(got, 5, "C-20 all of it is read");
        is(libhttp_connection_response_unread(x.c), 0, "C-20 forgotten by itself");
    }
    for (int i = 0; i < 3; i++) {
        is(libhttp_response_status(r[i]), 200, "C-20 its handle stays valid");
        libhttp_response_free(r[i]);
    }
    carry_close(&x);
}

/* C-21, C-104: a will_close response takes its transport along. */
static void check_will_close(enum drive_mode mode)
{
    static const char *const heads[] = {OK_LINE "Connection: close\r\nContent-Length: 5\r\n\r\n",
                                        OK_LINE "\r\n", "HTTP/1.0 200 OK\r\n\r\n"};

    for (int i = 0; mode != DRIVE_CARRIED && i < 3; i++) {
        libhttp_response *first = NULL;
        const void *data = "";
        int64_t length = 0;
        struct peer *peer = client_peer(
            (struct peer_step[]){PEER_READ_HEAD, PEER_SEND_BYTES(heads[i], strlen(heads[i])),
                                 PEER_SEND("first"), PEER_SHUTDOWN, PEER_ACCEPT, PEER_READ_HEAD,
                                 PEER_SEND(FIVE "again"), PEER_WAIT_CLOSE, PEER_END});
        struct client *k = client_new(mode, peer, "h");

        is(client_request(k, "GET", "/1", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK, "C-21 one");
        is(client_getresponse(k, &first), LIBHTTP_OK, "C-21 its response, %s", k->name);
        is(libhttp_response_will_close(first), 1, "C-104 C-131 will_close");
        is(libhttp_connection_is_open(k->c), 0, "C-21 the transport is the response's");
        is(libhttp_connection_response_unread(k->c), 0, "C-21 nothing waits for it");
        client_get(k, "/2", 200, "again", "C-21 another exchange meanwhile");
        is(client_read_all(k, first, 99, &data, &length), LIBHTTP_OK, "C-21 and the first");
        is_mem(data, length, "first", 5, "C-21 still has its body, %s", k->name);
        libhttp_response_free(first);
        client_free(k);
        peer_finish(peer, "C-21 two connections");
    }
}

/* C-21, C-26: closing the connection doesn't cut off a response that has taken its transport. */
static void check_will_close_close(void)
{
    libhttp_response *r = NULL;
    const void *data = "";
    int64_t length = 0;
    struct peer *peer = peer_start(
        (struct peer_step[]){PEER_READ_HEAD, PEER_SEND(OK_LINE "\r\nhello"), PEER_CLOSE, PEER_END});
    struct client *k = client_new(DRIVE_BLOCKING, peer, "127.0.0.1");

    is(client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK, "C-21 a request");
    is(client_getresponse(k, &r), LIBHTTP_OK, "C-21 its response");
    libhttp_connection_close(k->c);
    is(libhttp_response_is_closed(r), 0, "C-21 not closed with the connection");
    client_free(k);
    is(libhttp_response_read_all(r, 99, &data, &length), LIBHTTP_OK, "C-21 read after all");
    is_mem(data, length, "hello", 5, "C-21 whole");
    libhttp_response_free(r);
    peer_finish(peer, "C-21 the peer's side");
}

/* C-105, T-15: with strict_reuse each reuse looks, however short the pause. */
static void check_strict(void)
{
    for (int i = 0; i < 2; i++) {
        struct carry x = {.piece = 0};
        libhttp_response *r = NULL;

        carry_open(&x);
        is(libhttp_connection_set_strict_reuse(x.c, 1), LIBHTTP_OK, "C-105 strict_reuse");
        carry_next(&x, EMPTY, strlen(EMPTY));
        ok(carry_request(&x, "GET", "/", NULL), "C-105 a request");
        is(carry_getresponse(&x, &r), LIBHTTP_OK, "C-105 a response");
        libhttp_response_free(r);
        carry_next(&x, "x", 1);
        x.end = i == 1;
        x.length = i == 1 ? 0 : 1;
        carry_feed(&x);
        ok(!carry_request(&x, "GET", "/", NULL), "C-105 T-15 not used again after %s",
           i ? "its end" : "a byte");
        is(libhttp_connection_error_code(x.c), LIBHTTP_E_NOT_CONNECTED,
           "C-127 and what we did not open is not opened anew");
        is(libhttp_connection_set_carried(x.c), LIBHTTP_OK, "C-127 until another is set");
        ok(carry_request(&x, "GET", "/", NULL), "C-127 then it goes");
        carry_close(&x);
    }
}

/* C-102: what persists goes on on the same connection, what doesn't on the next. */
static void check_kept(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD, PEER_SEND(FIVE "hello"), PEER_READ_HEAD,
        PEER_SEND("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi"),
        PEER_READ_HEAD, PEER_SEND(OK_LINE "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"),
        PEER_READ_HEAD, PEER_SEND("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
        PEER_EXPECT_CLOSE, PEER_ACCEPT, PEER_READ_HEAD,
        PEER_SEND(OK_LINE "Connection: x, close\r\nContent-Length: 2\r\n\r\nhi"), PEER_EXPECT_CLOSE,
        PEER_ACCEPT, PEER_READ_HEAD, PEER_SEND(OK_LINE "Content-Length: 2\r\n\r\nhi"),
        PEER_EXPECT_CLOSE, PEER_END});
    struct client *k = client_new(mode, peer, "h");
    libhttp_headers *close_it = NULL;

    client_get(k, "/1", 200, "hello", "C-102 1.1");
    client_get(k, "/2", 200, "hi", "C-102 1.0 with keep-alive");
    client_get(k, "/3", 200, "hi", "C-102 chunked");
    client_get(k, "/4", 200, "hi", "C-102 1.0 without");
    client_renew(k);
    client_get(k, "/5", 200, "hi", "C-102 close among others");
    client_renew(k);
    libhttp_headers_new(&close_it);
    libhttp_headers_add(close_it, "Connection", -1, "close", -1);
    is(client_request(k, "GET", "/6", close_it, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK,
       "C-102 close in the request");
    libhttp_headers_free(close_it);
    client_answer(k, 200, "hi", "C-102 its answer");
    client_carry(k);
    is(libhttp_connection_is_open(k->c), 0, "C-102 is the last one");
    client_free(k);
    peer_finish(peer, "C-102 three connections, %s", drive_mode_name(mode));
}

/* C-132: what the last exchange took, in time and bytes. */
static void check_measures(enum drive_mode mode)
{
    static const char answer[] = "HTTP/1.1 103 Hi\r\n\r\n" OK_LINE
                                 "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD, PEER_READ(4), PEER_SEND_BYTES(answer, sizeof answer - 1), PEER_READ_HEAD,
        PEER_SEND(EMPTY), PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client_new(mode, peer, "h");
    size_t sent;
    int64_t before = 0;

    is(libhttp_connection_time(k->c, LIBHTTP_TIME_SENT), -1, "C-132 nothing yet");
    is(client_request(k, "POST", "/1", NULL, "body", 4), LIBHTTP_OK, "C-132 a request");
    client_answer(k, 200, "hello", "C-132 its answer");
    peer_received_on(peer, 0, &sent);
    is(libhttp_connection_bytes_sent(k->c), sent, "C-132 bytes sent, %s", k->name);
    is(libhttp_connection_bytes_received(k->c), sizeof answer - 1, "C-132 and received");
    is(libhttp_connection_time(k->c, LIBHTTP_TIME_RESOLVED), -1, "C-132 no name");
    is(libhttp_connection_time(k->c, LIBHTTP_TIME_HANDSHAKEN), -1, "C-132 no handshake");
    for (int32_t which = LIBHTTP_TIME_CONNECTED; which <= LIBHTTP_TIME_COMPLETE; which++) {
        int64_t time = libhttp_connection_time(k->c, which);

        if (which == LIBHTTP_TIME_HANDSHAKEN)
            continue;
        ok(time >= before, "C-132 time %d is %lld, not before %lld, %s", which, (long long)time,
           (long long)before, k->name);
        before = time;
    }
    ok(before < 10000000, "C-132 in microseconds");
    is(libhttp_connection_time(k->c, 6), -1, "C-132 there are no others");
    client_get(k, "/2", 200, "", "C-132 another exchange");
    is(libhttp_connection_bytes_received(k->c), strlen(EMPTY), "C-132 counted for itself");
    is(libhttp_connection_bytes_sent(k->c),
       strlen("GET /2 HTTP/1.1\r\nHost: h\r\nAccept-Encoding: identity\r\n\r\n"),
       "C-132 C-28 to the byte");
    client_free(k);
    peer_finish(peer, "C-132 the peer's side");
}

int main(void)
{
    make_certificates();
    for (enum drive_mode mode = DRIVE_BLOCKING; mode <= DRIVE_NONBLOCKING; mode++) {
        check_replaced(mode, false);
        check_replaced(mode, true);
        check_tickets(mode);
    }
    in_each_mode(check_losses);
    in_each_mode(check_pipelined);
    in_each_mode(check_unread_is_not_idle);
    check_pipelined_close(FIVE "hello", true);
    check_pipelined_close(FIVE "hell", false);
    check_put_close();
    check_forgotten();
    in_each_mode(check_will_close);
    check_will_close_close();
    check_strict();
    in_each_mode(check_kept);
    in_each_mode(check_measures);
    libhttp_tls_config_free(config);
    return done_testing();
}
