/* SPDX-License-Identifier: MIT */
/*
 * T-15, T-18: what lies behind a complete response is never the next one: plain, in the same TLS
 * record, in the next one that OpenSSL has read along, whole or half, and in a tunnel; however the
 * response is framed and read. The connection is closed, and the next request goes out on another.
 */
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "support/certs.h"
#include "support/modes.h"
#include "support/peer_side.h"
#include "tap.h"

#define OK_LINE "HTTP/1.1 200 OK\r\n"
#define FIVE    OK_LINE "Content-Length: 5\r\n\r\n"
#define CHUNKED OK_LINE "Transfer-Encoding: chunked\r\n\r\n"
#define EVIL    FIVE "EVIL!"

struct leftover {
    const char *name;
    const char *method;
    const char *response, *behind;
    const char *body;
    int32_t status;
};

static const struct leftover leftovers[] = {
    {"T-15 a response behind one with a length", "GET", FIVE "first", EVIL, "first", 200},
    {"T-15 C-90 behind an empty one", "GET", OK_LINE "Content-Length: 0\r\n\r\n", EVIL, "", 200},
    {"T-15 C-80 behind chunks", "GET", CHUNKED "5\r\nfirst\r\n0\r\n\r\n", EVIL, "first", 200},
    {"T-15 C-83 behind trailers", "GET", CHUNKED "5\r\nfirst\r\n0\r\nA: b\r\n\r\n", EVIL, "first",
     200},
    {"T-15 C-102 behind HTTP/1.0", "GET",
     "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nfirst", EVIL, "first",
     200},
    {"T-15 one byte", "GET", FIVE "first", "x", "first", 200},
    {"T-15 CRLF, which some send behind a body", "GET", FIVE "first", "\r\n", "first", 200},
    {"T-15 an interim response behind the final one", "GET", FIVE "first",
     "HTTP/1.1 103 Early\r\n\r\n", "first", 200},
    {"T-18 a 204 with a body", "GET", "HTTP/1.1 204 No\r\n\r\n", "first", "", 204},
    {"T-18 a 304 with a body", "GET", "HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n", "first", "",
     304},
    {"T-18 HEAD with a body", "HEAD", FIVE, "first", "", 200},
    {"T-18 HEAD with chunks that are a response", "HEAD", CHUNKED, "2a\r\n" EVIL "\r\n0\r\n\r\n",
     "", 200},
    {"T-18 PUT's 204 with a response", "PUT", "HTTP/1.1 204 No\r\n\r\n", EVIL, "", 204},
};

enum { PLAIN, SAME_RECORD, NEXT_RECORD, HALF_RECORD, TUNNEL, TLS_IN_TUNNEL, WAYS };

static const char *const way_names[WAYS] = {
    "plain",       "in the same TLS record", "in the next TLS record", "half a TLS record",
    "in a tunnel", "over TLS in a tunnel"};
enum { READ_ALL, READ_ITS_LENGTH, CLOSE_UNREAD, READINGS };

static struct peer_tls tls, tls_later;
static libhttp_tls_config *config;

static void make_certificates(void)
{
    struct cert *ca = cert_make_ca("leftover authority");
    struct cert *leaf = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("h.example")}});

    tls = (struct peer_tls){.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    tls_later = tls;
    tls_later.later = true;
    if (libhttp_tls_config_new(&config) < 0 ||
        libhttp_tls_config_set_ca_file(config, cert_file(ca), -1) < 0)
        bail_out("no TLS configuration");
}

/* Both in one segment, each in a record of its own, but for so many bytes of the last. */
static void send_all_but(struct peer_side *side, const void *context, long rest)
{
    const struct leftover *l = context;
    BIO *memory = BIO_new(BIO_s_mem()), *socket = SSL_get_wbio(side->ssl);
    char *data = NULL;
    long length;

    BIO_up_ref(socket);
    BIO_up_ref(memory);
    SSL_set0_wbio(side->ssl, memory);
    SSL_write(side->ssl, l->response, (int)strlen(l->response));
    SSL_write(side->ssl, l->behind, (int)strlen(l->behind));
    length = BIO_get_mem_data(memory, &data) - rest;
    if (send(side->fd, data, (size_t)length, MSG_NOSIGNAL) != length)
        peer_complain(side, "not sent at once");
    SSL_set0_wbio(side->ssl, socket);
    BIO_free(memory);
}

static void send_records(struct peer_side *side, const void *context)
{
    send_all_but(side, context, 0);
}

/* What it will be nobody can tell: it may be a ticket, but isn't. */
static void send_half(struct peer_side *side, const void *context)
{
    send_all_but(side, context, 10);
}

static void send_together(struct peer_side *side, const void *context)
{
    const struct leftover *l = context;
    char both[500];
    int length = snprintf(both, sizeof both, "%s%s", l->response, l->behind);

    peer_write(side, both, (size_t)length);
}

static const struct peer_step *script(const struct leftover *l, int way)
{
    static void (*const senders[WAYS])(struct peer_side * side, const void *context) = {
        [PLAIN] = send_together,   [SAME_RECORD] = send_together, [NEXT_RECORD] = send_records,
        [HALF_RECORD] = send_half, [TUNNEL] = send_together,      [TLS_IN_TUNNEL] = send_records};
    static struct peer_step steps[20];
    int n = 0;

    for (int turn = 0; turn < 2; turn++) {
        if (turn > 0)
            steps[n++] = (struct peer_step)PEER_ACCEPT;
        if (way == TUNNEL || way == TLS_IN_TUNNEL) {
            steps[n++] = (struct peer_step)PEER_READ_HEAD;
            steps[n++] = (struct peer_step)PEER_SEND("HTTP/1.1 200 Opened\r\n\r\n");
        }
        if (way == TLS_IN_TUNNEL)
            steps[n++] = (struct peer_step)PEER_TLS;
        steps[n++] = (struct peer_step)PEER_READ_HEAD;
        if (turn == 0) {
            steps[n++] =
                (struct peer_step){.action = PEER_DO_CALL, .call = senders[way], .context = l};
            steps[n++] = (struct peer_step)PEER_EXPECT_CLOSE;
        }
    }
    steps[n++] = (struct peer_step)PEER_SEND(FIVE "right");
    steps[n++] = (struct peer_step)PEER_WAIT_CLOSE;
    steps[n] = (struct peer_step)PEER_END;
    return steps;
}

static struct peer *start(const struct leftover *l, int way)
{
    bool secure = way >= SAME_RECORD && way <= HALF_RECORD;
    const struct peer_options options = {.kind = PEER_UNIX,
                                         .tls = way == TLS_IN_TUNNEL ? &tls_later
                                                : secure             ? &tls
                                                                     : NULL};

    return peer_start_with(&options, script(l, way));
}

static struct client *client(enum drive_mode mode, struct peer *peer, int way)
{
    struct client *k = client_new(mode, peer, "h.example");

    if ((way >= SAME_RECORD && way <= HALF_RECORD) || way == TLS_IN_TUNNEL)
        libhttp_connection_set_tls(k->c, config);
    if (way == TUNNEL || way == TLS_IN_TUNNEL)
        libhttp_connection_set_tunnel(k->c, "h.example", -1, LIBHTTP_PORT_DEFAULT, NULL);
    return k;
}

static void read_it(struct client *k, const struct leftover *l, int reading, libhttp_response *r)
{
    size_t wanted = strlen(l->body);
    const void *data = NULL;
    char room[100];
    int64_t got = 0;

    is(libhttp_response_status(r), l->status, "%s: its status, %s", l->name, k->name);
    if (reading == READ_ALL && is(client_read_all(k, r, 100, &data, &got), LIBHTTP_OK, "its body"))
        is_mem(data, got, l->body, wanted, "%s: its body, %s", l->name, k->name);
    if (reading == READ_ITS_LENGTH && wanted > 0 &&
        is(client_read(k, r, room, (int64_t)wanted, &got), LIBHTTP_OK, "its body"))
        is_mem(room, got, l->body, wanted, "%s: its body, %s", l->name, k->name);
}

static void check(enum drive_mode mode, const struct leftover *l, int way, int reading)
{
    struct peer *peer = start(l, way);
    struct client *k = client(mode, peer, way);
    libhttp_response *r = NULL;

    client_request(k, l->method, "/1", NULL, NULL, LIBHTTP_NO_BODY);
    if (is(client_getresponse(k, &r), LIBHTTP_OK, "%s, %s, %s", l->name, way_names[way], k->name))
        read_it(k, l, reading, r);
    libhttp_response_free(r);
    client_renew(k);
    client_get(k, "/2", 200, "right", "%s, %s: the next has its own answer", l->name,
               way_names[way]);
    client_free(k);
    peer_finish(peer, "%s, %s: on another connection, %s", l->name, way_names[way],
                drive_mode_name(mode));
}

static void test_leftovers(enum drive_mode mode)
{
    for (size_t i = 0; i < sizeof leftovers / sizeof leftovers[0]; i++)
        for (int way = 0; way < WAYS; way++)
            for (int reading = 0; reading < READINGS; reading++)
                check(mode, &leftovers[i], way, reading);
}

int main(void)
{
    make_certificates();
    in_each_mode(test_leftovers);
    libhttp_tls_config_free(config);
    return done_testing();
}
