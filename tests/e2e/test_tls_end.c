/* SPDX-License-Identifier: MIT */
/*
 * T-46: where a TLS connection ends without close_notify, anybody may have cut it. That is an error
 * wherever EOF would have ended something, and nothing where the message has ended by itself (C-79,
 * C-83, C-88).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/certs.h"
#include "support/modes.h"
#include "support/peer.h"
#include "tap.h"

#define OK_LINE "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_LINE "Transfer-Encoding: chunked\r\n\r\n"

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

struct ending {
    const char *answer;
    bool whole_by_notify; /* complete where close_notify came; else cut off in any case */
    bool whole_by_cut;
    const char *body;
    const char *name;
};

static const struct ending endings[] = {
    {OK_LINE "\r\nhello", true, false, "hello", "C-79 until close"},
    {OK_LINE "\r\n", true, false, "", "C-79 until close, empty"},
    {"HTTP/1.0 200 OK\r\n\r\nhello", true, false, "hello", "C-79 HTTP/1.0"},
    {OK_LINE "Content-Length: 5\r\n\r\nhello", true, true, "hello", "C-87 a length, all of it"},
    {OK_LINE "Content-Length: 0\r\n\r\n", true, true, "", "C-90 nothing"},
    {OK_LINE "Content-Length: 9\r\n\r\nhello", false, false, "hello", "C-88 a length, too little"},
    {CHUNKED "5\r\nhello\r\n0\r\n\r\n", true, true, "hello", "C-80 chunks, all of them"},
    {CHUNKED "5\r\nhello\r\n0\r\n", true, true, "hello", "C-83 chunks without the last line"},
    {CHUNKED "5\r\nhello\r\n0\r\nA: b\r\n", true, true, "hello", "C-83 in the trailers"},
    {CHUNKED "5\r\nhello\r\n", false, false, "hello", "C-88 chunks, none of them the last"},
    {CHUNKED "9\r\nhello", false, false, "hello", "C-88 in a chunk"},
};

enum way { WAY_ALL, WAY_READ, WAY_LINE, WAYS };

/* The end by one way of reading; *got is what came before. */
static int32_t read_to_end(struct client *k, libhttp_response *r, enum way way, char *room,
                           int64_t *got)
{
    const void *data = "";
    int64_t length = 1;
    int32_t status;

    *got = 0;
    if (way == WAY_ALL) {
        status = client_read_all(k, r, 100, &data, got);
        if (status < 0)
            libhttp_response_partial(r, &data, got);
        memcpy(room, data, (size_t)*got);
        return status;
    }
    do {
        status = way == WAY_READ ? client_read(k, r, room + *got, 100 - *got, &length)
                                 : client_readline(k, r, room + *got, 100 - *got, &length);
        *got += status == LIBHTTP_OK ? length : 0;
    } while (status == LIBHTTP_OK && length > 0);
    return status;
}

static void check_ending(enum drive_mode mode, const struct ending *e, bool notify, enum way way)
{
    char room[100];
    int64_t got = 0;
    libhttp_response *r = NULL;
    bool whole = notify ? e->whole_by_notify : e->whole_by_cut;
    struct peer_step last = notify ? (struct peer_step)PEER_CLOSE : (struct peer_step)PEER_CUT;
    struct peer *peer = peer_start_tls(
        &tls, (struct peer_step[]){PEER_READ_HEAD, PEER_SEND_BYTES(e->answer, strlen(e->answer)),
                                   last, PEER_END});
    struct client *k = client_new_port(mode, peer_port(peer), "127.0.0.1");
    const char *how = notify ? "close_notify" : "a cut";

    libhttp_connection_set_tls(k->c, config);
    is(client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK, "T-46 %s", e->name);
    is(client_getresponse(k, &r), LIBHTTP_OK, "T-46 a response");
    is(read_to_end(k, r, way, room, &got), whole ? LIBHTTP_OK : LIBHTTP_E_INCOMPLETE_READ,
       "T-46 %s, then %s: %s", e->name, how, k->name);
    is_mem(room, got, e->body, strlen(e->body), "T-46 %s: the bytes that came", e->name);
    is(libhttp_response_is_complete(r), whole, "T-46 %s: complete or not", e->name);
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "T-46 the peer's side");
}

/* A reset is neither: what only an end could end is not complete. */
static void check_reset(enum drive_mode mode)
{
    char room[10];
    int64_t got = 0;
    int32_t status;
    libhttp_response *r = NULL;
    struct peer *peer =
        peer_start_tls(&tls, (struct peer_step[]){PEER_READ_HEAD, PEER_SEND(OK_LINE "\r\nhello"),
                                                  PEER_GATE, PEER_RESET, PEER_END});
    struct client *k = client_new_port(mode, peer_port(peer), "127.0.0.1");

    libhttp_connection_set_tls(k->c, config);
    is(client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK, "T-46 a request");
    is(client_getresponse(k, &r), LIBHTTP_OK, "T-46 a response until close, %s", k->name);
    is(client_read(k, r, room, 5, &got), LIBHTTP_OK, "T-46 what came of it");
    peer_open(peer);
    status = client_read(k, r, room, sizeof room, &got);
    ok(status < 0, "T-46 C-79 a reset is no end of a body: %d, %s", (int)status, k->name);
    is(libhttp_response_is_complete(r), 0, "T-46 it isn't complete");
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "T-46 the peer's side");
}

/* In the head too. */
static void check_head(enum drive_mode mode, const char *begin, int32_t want, bool notify)
{
    libhttp_response *r = NULL;
    struct peer_step last = notify ? (struct peer_step)PEER_CLOSE : (struct peer_step)PEER_CUT;
    struct peer *peer = peer_start_tls(
        &tls, (struct peer_step[]){PEER_READ_HEAD, PEER_SEND_BYTES(begin, strlen(begin)), last,
                                   PEER_END});
    struct client *k = client_new_port(mode, peer_port(peer), "127.0.0.1");
    int32_t status;

    libhttp_connection_set_tls(k->c, config);
    is(client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK, "T-46 a request");
    status = client_getresponse(k, &r);
    is(status, want, "T-46 C-64 C-72 %s after \"%.12s\", %s", notify ? "close_notify" : "a cut",
       begin, k->name);
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-23 idle");
    client_free(k);
    peer_finish(peer, "T-46 the peer's side");
}

int main(void)
{
    make_certificates();
    for (enum drive_mode mode = DRIVE_BLOCKING; mode < DRIVE_MODES; mode++) {
        for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
            enum way way = (enum way)((i + mode) % WAYS);

            check_ending(mode, &endings[i], true, way);
            check_ending(mode, &endings[i], false, way);
        }
        if (mode != DRIVE_CARRIED) /* nothing is reset there */
            check_reset(mode);
        for (int notify = 0; notify < 2; notify++) {
            check_head(mode, "", LIBHTTP_E_REMOTE_DISCONNECTED, notify);
            check_head(mode, "HTTP/1.1 20", LIBHTTP_E_BAD_STATUS_LINE, notify);
            check_head(mode, "HTTP/1.1 200 OK\r\nA: b\r\n", LIBHTTP_E_INCOMPLETE_READ, notify);
        }
    }
    libhttp_tls_config_free(config);
    return done_testing();
}
