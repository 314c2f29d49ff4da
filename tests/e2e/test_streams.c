/* SPDX-License-Identifier: MIT */
/*
 * What takes over after 101 or a 2xx to the caller's own CONNECT: a stream of bytes (C-75, C-90,
 * C-125).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/carry.h"
#include "support/certs.h"
#include "support/counts.h"
#include "support/modes.h"
#include "support/patience.h"
#include "support/peer.h"
#include "tap.h"

#define SWITCH "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
#define FIVE   "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"

static struct peer_tls tls;
static libhttp_tls_config *config;

static void make_certificates(void)
{
    struct cert *ca = cert_make_ca("test authority");
    struct cert *leaf = cert_make_local(ca);

    tls = (struct peer_tls){.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    if (libhttp_tls_config_new(&config) < 0 ||
        libhttp_tls_config_set_ca_file(config, cert_file(ca), -1) < 0)
        bail_out("no TLS configuration");
}

static struct peer *start(bool secure, const struct peer_step *steps)
{
    return secure ? peer_start_tls(&tls, steps) : peer_start(steps);
}

static struct client *client(enum drive_mode mode, const struct peer *peer, bool secure)
{
    struct client *k = client_new_port(mode, peer_port(peer), "127.0.0.1");

    libhttp_connection_set_total_timeout(k->c, PATIENCE_MS);
    if (secure)
        libhttp_connection_set_tls(k->c, config);
    return k;
}

static int32_t ask(struct client *k, bool connect)
{
    libhttp_headers *headers = NULL;
    int32_t status;

    libhttp_headers_new(&headers);
    if (!connect) {
        libhttp_headers_add(headers, "Upgrade", -1, "x", -1);
        libhttp_headers_add(headers, "Connection", -1, "upgrade", -1);
    }
    status = client_request(k, connect ? "CONNECT" : "GET", connect ? "target:1" : "/", headers,
                            NULL, LIBHTTP_NO_BODY);
    libhttp_headers_free(headers);
    return status;
}

/* The stream that a request gets, and its response. */
static libhttp_stream *get_stream(struct client *k, bool connect, libhttp_response **ret)
{
    libhttp_stream *s = NULL;

    is(ask(k, connect), LIBHTTP_OK, "C-125 a request, %s", k->name);
    is(client_getresponse(k, ret), LIBHTTP_OK, "C-125 its response, %s", k->name);
    is(libhttp_response_status(*ret), connect ? 200 : 101, "C-125 the status");
    is(libhttp_response_stream(*ret, &s), LIBHTTP_OK, "C-125 a stream");
    if (!s)
        bail_out("no stream: %s", libhttp_response_error(*ret));
    return s;
}

static void stream_gives(struct client *k, libhttp_stream *s, const char *want, const char *what)
{
    char room[200];
    size_t total = 0;
    int64_t got = 1;

    while (total < strlen(want) && got > 0) {
        if (client_stream_read(k, s, room + total, (int64_t)(sizeof room - total), &got) < 0) {
            fail("%s: %s", what, libhttp_stream_error(s));
            return;
        }
        total += (size_t)got;
    }
    is_mem(room, total, want, strlen(want), "%s, %s", what, k->name);
}

static void stream_ends(struct client *k, libhttp_stream *s, const char *what)
{
    char byte;
    int64_t got = -1;

    for (int i = 0; i < 2; i++) {
        is(client_stream_read(k, s, &byte, 1, &got), LIBHTTP_OK, "C-125 %s, %s", what, k->name);
        is(got, 0, "C-125 %s is told by 0", what);
    }
}

static void stream_takes(struct client *k, libhttp_stream *s, const char *data)
{
    int64_t sent = 0;

    is(client_stream_write(k, s, data, (int64_t)strlen(data), &sent), LIBHTTP_OK, "C-125 write, %s",
       k->name);
    is(sent, strlen(data), "C-125 all of it");
}

/* Both directions, ended one after the other; the connection is usable afterwards. */
static void check_both_ways(enum drive_mode mode, bool secure, bool connect)
{
    libhttp_response *r = NULL;
    libhttp_stream *s;
    struct peer_step head = connect ? (struct peer_step)PEER_SEND("HTTP/1.1 200 OK\r\n"
                                                                  "Content-Length: 3\r\n\r\nfirst")
                                    : (struct peer_step)PEER_SEND(SWITCH "first");
    struct peer *peer = start(
        secure, (struct peer_step[]){PEER_READ_HEAD, head, PEER_EXPECT("ping"), PEER_SEND("pong"),
                                     PEER_EXPECT("bye"), PEER_EXPECT_CLOSE, PEER_END});
    struct client *k = client(mode, peer, secure);

    s = get_stream(k, connect, &r);
    is(libhttp_connection_request(k->c, "GET", -1, "/2", -1, NULL, NULL, LIBHTTP_NO_BODY),
       LIBHTTP_E_CANNOT_SEND_REQUEST, "C-90 no request while the stream is open, %s", k->name);
    stream_gives(k, s, "first", "C-125 T-45 the bytes behind the head come first");
    stream_takes(k, s, "ping");
    stream_gives(k, s, "pong", "C-125 the peer's answer");
    stream_takes(k, s, "bye");
    is(client_stream_shutdown_write(k, s), LIBHTTP_OK, "C-125 shutdown_write, %s", k->name);
    is(libhttp_stream_write(s, "x", 1, &(int64_t){0}), LIBHTTP_E_STATE,
       "C-125 nothing can be written then");
    stream_ends(k, s, "the peer's end");
    is(libhttp_connection_request(k->c, "GET", -1, "/2", -1, NULL, NULL, LIBHTTP_NO_BODY),
       LIBHTTP_E_CANNOT_SEND_REQUEST, "C-90 not even then");
    is(libhttp_stream_close(s), LIBHTTP_OK, "C-125 close");
    is(libhttp_connection_is_open(k->c), 0, "C-125 closed");
    is(libhttp_stream_read(s, &(char){0}, 1, &(int64_t){0}), LIBHTTP_E_CLOSED,
       "C-125 and nothing can be read");
    libhttp_stream_free(s);
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "C-125 the peer's side, %s%s", drive_mode_name(mode), secure ? ", TLS" : "");
}

/* The peer ends first: half-closed, what we write still arrives. */
static void check_half_closed(enum drive_mode mode, bool secure)
{
    libhttp_response *r = NULL;
    libhttp_stream *s;
    struct peer *peer =
        start(secure, (struct peer_step[]){PEER_READ_HEAD, PEER_SEND(SWITCH "last"), PEER_SHUTDOWN,
                                           PEER_EXPECT("after"), PEER_EXPECT_CLOSE, PEER_END});
    struct client *k = client(mode, peer, secure);

    s = get_stream(k, false, &r);
    stream_gives(k, s, "last", "C-125 the last bytes");
    stream_ends(k, s, "the end");
    stream_takes(k, s, "after");
    libhttp_stream_free(s);
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "C-125 half-closed, %s%s", drive_mode_name(mode), secure ? ", TLS" : "");
}

/* T-46: over TLS a cut is no end. */
static void check_cut(enum drive_mode mode)
{
    libhttp_response *r = NULL;
    libhttp_stream *s;
    char byte;
    int64_t got = -1;
    struct peer *peer = start(
        true, (struct peer_step[]){PEER_READ_HEAD, PEER_SEND(SWITCH "x"), PEER_CUT, PEER_END});
    struct client *k = client(mode, peer, true);
    int32_t status;

    s = get_stream(k, false, &r);
    stream_gives(k, s, "x", "T-46 what came");
    status = client_stream_read(k, s, &byte, 1, &got);
    is(status, LIBHTTP_E_TLS, "T-46 a cut is an error, %s", k->name);
    is(got, -1, "T-46 and no end");
    is(libhttp_stream_error_code(s), status, "T-46 the stream keeps it");
    libhttp_stream_free(s);
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "T-46 the peer's side");
}

/* After the stream the connection opens anew; who doesn't take the stream has closed it. */
static void check_reuse(enum drive_mode mode, bool take)
{
    libhttp_response *r = NULL;
    libhttp_stream *s = NULL;
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD, PEER_SEND(SWITCH "bytes"), PEER_EXPECT_CLOSE, PEER_ACCEPT, PEER_READ_HEAD,
        PEER_SEND(FIVE "again"), PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client_new(mode, peer, "h");

    is(ask(k, false), LIBHTTP_OK, "C-90 a request");
    is(client_getresponse(k, &r), LIBHTTP_OK, "C-90 its response");
    is(libhttp_response_is_complete(r), 1, "C-75 101 has no body");
    is(libhttp_response_remaining(r), 0, "C-75 nothing of one remains");
    if (take) {
        is(libhttp_response_stream(r, &s), LIBHTTP_OK, "C-125 the stream");
        is(libhttp_response_stream(r, &s), LIBHTTP_E_STATE, "C-125 only once");
        libhttp_response_free(r);
        stream_gives(k, s, "bytes", "C-125 the response may be freed before");
        libhttp_stream_free(s);
    } else {
        is(libhttp_connection_request(k->c, "GET", -1, "/2", -1, NULL, NULL, LIBHTTP_NO_BODY),
           LIBHTTP_E_CANNOT_SEND_REQUEST, "C-90 an error until close");
        libhttp_response_free(r);
    }
    client_renew(k);
    client_get(k, "/2", 200, "again", "C-90 then a request goes out on a new connection");
    client_free(k);
    peer_finish(peer, "C-90 the peer's side, %s", drive_mode_name(mode));
}

/* C-90, C-26: close() of the connection ends the stream; freeing it doesn't. */
static void check_parents(bool free_it)
{
    libhttp_response *r = NULL;
    libhttp_stream *s;
    char room[9];
    int64_t got = 0;
    int before = count_descriptors();
    struct peer *peer = peer_start(
        (struct peer_step[]){PEER_READ_HEAD, PEER_SEND(SWITCH "hello"), PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client(DRIVE_BLOCKING, peer, false);

    s = get_stream(k, false, &r);
    libhttp_response_free(r);
    if (!free_it) {
        libhttp_connection_close(k->c);
        is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-26 idle");
        is(libhttp_stream_read(s, room, 9, &got), LIBHTTP_E_CLOSED, "C-26 the stream was closed");
    }
    client_free(k);
    if (free_it) {
        is(libhttp_stream_read(s, room, 9, &got), LIBHTTP_OK, "T-32 the stream lives on");
        is_mem(room, got, "hello", 5, "T-32 with its bytes");
    }
    libhttp_stream_free(s);
    is(count_descriptors(), before, "T-33 no descriptor is left");
    peer_finish(peer, "T-32 the peer's side");
}

/* C-125: the bare descriptor, in the mode it was in, with what was received and not read. */
static void check_detach(enum drive_mode mode, bool connect)
{
    libhttp_response *r = NULL;
    libhttp_stream *s;
    const void *data = NULL;
    int64_t length = -1;
    int32_t fd = -1;
    char room[9];
    struct peer_step head = connect ? (struct peer_step)PEER_SEND("HTTP/1.1 200 OK\r\n\r\nunread")
                                    : (struct peer_step)PEER_SEND(SWITCH "unread");
    struct peer *peer =
        client_peer((struct peer_step[]){PEER_READ_HEAD, head, PEER_EXPECT("direct"),
                                         PEER_SEND("answer"), PEER_EXPECT_CLOSE, PEER_END});
    int before = count_descriptors();
    struct client *k = client_new(mode, peer, "h");

    s = get_stream(k, connect, &r);
    is(client_stream_read(k, s, room, 2, &length), LIBHTTP_OK, "C-125 two are read");
    is(libhttp_stream_fileno(s), libhttp_connection_fileno(k->c), "C-98 its descriptor");
    is(libhttp_stream_detach_fd(s, &fd, &data, &length), LIBHTTP_OK, "C-125 detach");
    is_mem(data, length, "read", 4, "C-125 C-85 the bytes not read yet, %s", k->name);
    ok(fd >= 0, "C-125 a descriptor");
    is((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0, mode == DRIVE_NONBLOCKING, "C-125 in its mode");
    is(libhttp_stream_read(s, room, 9, &length), LIBHTTP_E_CLOSED, "C-125 the stream is over");
    is(libhttp_stream_detach_fd(s, &fd, &data, &length), LIBHTTP_E_CLOSED, "C-125 only once");
    is(libhttp_connection_is_open(k->c), 0, "C-125 the connection has none");
    is_mem(data, length, "read", 4, "C-125 the bytes stay with the stream");
    libhttp_stream_free(s);
    libhttp_response_free(r);
    client_free(k);
    fcntl(fd, F_SETFL, 0);
    is(send(fd, "direct", 6, MSG_NOSIGNAL), 6, "T-33 nobody else has closed it");
    is(recv(fd, room, sizeof room, 0), 6, "T-33 it is the caller's");
    is_mem(room, 6, "answer", 6, "C-125 and goes on");
    close(fd);
    is(count_descriptors(), before, "T-33 no other is left");
    peer_finish(peer, "C-125 the peer's side, %s", drive_mode_name(mode));
}

/* C-125: no bare descriptor where there is none to be had; the stream goes on. */
static void check_no_detach(enum drive_mode mode, bool secure)
{
    libhttp_response *r = NULL;
    libhttp_stream *s;
    const void *data = NULL;
    int64_t length = -1;
    int32_t fd = -1;
    struct peer *peer =
        start(secure, (struct peer_step[]){PEER_READ_HEAD, PEER_SEND(SWITCH "hello"),
                                           PEER_EXPECT_CLOSE, PEER_END});
    struct client *k = client(mode, peer, secure);

    s = get_stream(k, false, &r);
    is(libhttp_stream_detach_fd(s, &fd, &data, &length), LIBHTTP_E_STATE, "C-125 no detach, %s%s",
       k->name, secure ? ", TLS" : "");
    is(fd, -1, "C-125 ret is untouched");
    stream_gives(k, s, "hello", "C-125 the stream goes on");
    libhttp_stream_free(s);
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "C-125 the peer's side");
}

/* Refused: an ordinary response, after which the connection goes on. */
static void check_refused(enum drive_mode mode)
{
    libhttp_response *r = NULL;
    libhttp_stream *s = NULL;
    const void *data = "";
    int64_t length = 0;
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD, PEER_SEND("HTTP/1.1 407 No\r\nContent-Length: 5\r\n\r\nhello"),
        PEER_READ_HEAD, PEER_SEND(FIVE "plain"), PEER_READ_HEAD, PEER_SEND(FIVE "third"),
        PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client_new(mode, peer, "h");

    for (int i = 0; i < 2; i++) {
        is(ask(k, i == 0), LIBHTTP_OK, "C-125 a request");
        is(client_getresponse(k, &r), LIBHTTP_OK, "C-125 refused, %s", k->name);
        is(libhttp_response_status(r), i == 0 ? 407 : 200, "C-125 by its status");
        is(libhttp_response_stream(r, &s), LIBHTTP_E_STATE, "C-125 there is no stream");
        is(client_read_all(k, r, 99, &data, &length), LIBHTTP_OK, "C-75 C-125 but a body");
        is(length, 5, "C-125 of five bytes");
        libhttp_response_free(r);
    }
    client_get(k, "/3", 200, "third", "C-125 and the connection goes on");
    client_free(k);
    peer_finish(peer, "C-125 the peer's side, %s", drive_mode_name(mode));
}

/* Reading and writing may each be pending: wait tells of both. */
static void check_pending(void)
{
    static char block[40000];
    static const char head[] = SWITCH;
    struct carry x = {.data = head, .length = sizeof head - 1};
    libhttp_response *r = NULL;
    libhttp_stream *s = NULL;
    int64_t moved = 0;
    int32_t events = -1;
    int32_t status = LIBHTTP_OK;

    carry_open(&x);
    ok(carry_request(&x, "GET", "/", "Upgrade: x"), "C-125 a request");
    is(carry_getresponse(&x, &r), LIBHTTP_OK, "C-125 its response");
    is(libhttp_response_stream(r, &s), LIBHTTP_OK, "C-125 its stream");
    is(libhttp_stream_wait(s, NULL, &events, NULL, NULL), LIBHTTP_OK, "C-125 wait");
    is(events, 0, "C-125 nothing is pending");
    moved = 7;
    is(libhttp_stream_read(s, NULL, 0, &moved), LIBHTTP_OK, "C-125 nothing is read into no room");
    is(moved, 0, "C-125 and that is told");
    is(libhttp_stream_read(s, block, -1, &moved), LIBHTTP_E_INVALID_ARGUMENT, "C-125 less isn't");
    is(libhttp_stream_read(s, NULL, 1, &moved), LIBHTTP_E_INVALID_ARGUMENT, "C-125 nor into NULL");
    is(libhttp_stream_read(s, block, 0, NULL), LIBHTTP_E_INVALID_ARGUMENT, "C-125 nor told NULL");
    contains(libhttp_stream_error(s), "ret_got is NULL", "C-125 the sentence says so");
    is(libhttp_stream_read(s, block, 1, &moved), LIBHTTP_AGAIN, "C-125 nothing to read");
    libhttp_stream_wait(s, NULL, &events, NULL, NULL);
    is(events, LIBHTTP_WAIT_READ, "C-125 reading is pending");
    while (status == LIBHTTP_OK)
        status = libhttp_stream_write(s, block, sizeof block, &moved);
    is(status, LIBHTTP_AGAIN, "C-125 no more can be written");
    moved = 7;
    is(libhttp_stream_write(s, block, 1, &moved), LIBHTTP_AGAIN, "C-125 not even a byte");
    is(moved, 7, "C-125 of which nothing is told");
    libhttp_stream_wait(s, NULL, &events, NULL, NULL);
    is(events, LIBHTTP_WAIT_READ | LIBHTTP_WAIT_WRITE, "C-125 both are pending");
    carry_take(&x, block, sizeof block);
    is(libhttp_stream_write(s, "x", 1, &moved), LIBHTTP_OK, "C-125 there is room again");
    is(moved, 1, "C-125 for one byte");
    carry_next(&x, "y", 1);
    carry_feed(&x);
    is(libhttp_stream_read(s, block, 9, &moved), LIBHTTP_OK, "C-125 and something to read");
    libhttp_stream_wait(s, NULL, &events, NULL, NULL);
    is(events, 0, "C-125 nothing is pending any more");
    libhttp_stream_free(s);
    libhttp_response_free(r);
    carry_close(&x);
}

static void check_arguments(void)
{
    int64_t got;

    is(libhttp_stream_read(NULL, &got, 1, &got), LIBHTTP_E_INVALID_ARGUMENT, "C-125 no stream");
    is(libhttp_stream_write(NULL, "", 0, &got), LIBHTTP_E_INVALID_ARGUMENT, "C-125 to write to");
    is(libhttp_stream_close(NULL), LIBHTTP_E_INVALID_ARGUMENT, "C-125 to close");
    is(libhttp_stream_fileno(NULL), -1, "C-125 no descriptor");
    is(libhttp_stream_tls_reason(NULL), 0, "C-125 no reason");
    libhttp_stream_free(NULL);
}

/* C-120, C-121: the idle timeout and cancel hold for streams too. */
static void check_timeout(enum drive_mode mode)
{
    libhttp_response *r = NULL;
    libhttp_stream *s;
    char byte;
    int64_t got;
    struct peer *peer = peer_start(
        (struct peer_step[]){PEER_READ_HEAD, PEER_SEND(SWITCH), PEER_EXPECT_CLOSE, PEER_END});
    struct client *k = client(mode, peer, false);

    libhttp_connection_set_total_timeout(k->c, PATIENCE_MS);
    s = get_stream(k, false, &r);
    libhttp_connection_set_idle_timeout(k->c, 100);
    is(client_stream_read(k, s, &byte, 1, &got), LIBHTTP_E_TIMEOUT, "C-120 idle, %s", k->name);
    is(libhttp_stream_cancel(s), LIBHTTP_OK, "C-121 cancel");
    is(libhttp_stream_read(s, &byte, 1, &got), LIBHTTP_E_CANCELLED, "C-121 cancelled");
    libhttp_stream_free(s);
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "C-120 the peer's side, %s", drive_mode_name(mode));
}

/* C-90: a blocking write that leaves in many pieces. */
static void check_long_write(bool secure)
{
    enum { LENGTH = 8 << 20 };
    struct peer *peer = start(secure, (struct peer_step[]){PEER_READ_HEAD, PEER_SEND(SWITCH),
                                                           PEER_READ_FILL(LENGTH), PEER_SEND("all"),
                                                           PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client(DRIVE_BLOCKING, peer, secure);
    libhttp_response *r = NULL;
    libhttp_stream *s = get_stream(k, false, &r);
    char *data = malloc(LENGTH), room[3];
    int64_t sent = 0, got = 0;

    peer_fill(data, 0, LENGTH);
    is(libhttp_stream_write(s, data, LENGTH, &sent), LIBHTTP_OK, "C-90 a long write");
    is(sent, LENGTH, "C-90 all of it");
    is(client_stream_read(k, s, room, sizeof room, &got), LIBHTTP_OK, "C-90 the peer has it");
    free(data);
    libhttp_stream_free(s);
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "C-90 byte for byte");
}

int main(void)
{
    make_certificates();
    for (enum drive_mode mode = DRIVE_BLOCKING; mode < DRIVE_MODES; mode++) {
        for (int secure = 0; secure < 2; secure++) {
            check_both_ways(mode, secure, false);
            check_both_ways(mode, secure, true);
            check_half_closed(mode, secure);
            if (secure || mode == DRIVE_CARRIED)
                check_no_detach(mode, secure);
        }
        check_cut(mode);
        check_reuse(mode, true);
        check_reuse(mode, false);
        check_refused(mode);
        if (mode != DRIVE_CARRIED) {
            check_detach(mode, false);
            check_detach(mode, true);
            check_timeout(mode);
        }
    }
    check_parents(false);
    check_parents(true);
    check_pending();
    check_arguments();
    for (int secure = 0; secure < 2; secure++)
        check_long_write(secure);
    libhttp_tls_config_free(config);
    return done_testing();
}
