/* SPDX-License-Identifier: MIT */
/*
 * T-22: a peer that sends a byte whenever the idle timeout is about to pass is ended by the total
 * timeout in each phase of an exchange, and by the connect timeout while it is being opened. Each
 * would go well in the end if nothing ended it: a deadline that isn't looked at shows as success.
 */
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "support/certs.h"
#include "support/conn.h"
#include "support/modes.h"
#include "support/patience.h"
#include "support/peer_side.h"
#include "tap.h"

/* A byte each 15 ms: the shortest of these takes five times as long as is allowed. */
enum { BYTE_MS = 15, ALLOWED_MS = 150, EARLY_MS = 10 };

#define FIFTY   "0123456789abcdefghijklmnopqrstuvwxyz-0123456789abc"
#define OK_LINE "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_LINE "Transfer-Encoding: chunked\r\n\r\n"
#define INTERIM "HTTP/1.1 103 Early\r\n\r\n"
#define EMPTY   OK_LINE "Content-Length: 0\r\n\r\n"
#define LAST    "0\r\n\r\n"
#define OPENED  "HTTP/1.1 200 Opened\r\n"

static char large[16 << 20];

/* One TLS record, byte by byte. */
static void trickle_record(struct peer_side *side, const void *text)
{
    BIO *memory = BIO_new(BIO_s_mem());
    char *data = NULL;
    long length;

    SSL_set0_wbio(side->ssl, memory);
    SSL_write(side->ssl, text, (int)strlen(text));
    length = BIO_get_mem_data(memory, &data);
    for (long i = 0; i < length && send(side->fd, data + i, 1, MSG_NOSIGNAL) == 1; i++)
        poll(NULL, 0, BYTE_MS);
}

/* Some 300 KB in a second, until there is no more. */
static void read_slowly(struct peer_side *side, const void *answer)
{
    char block[4096];

    for (ssize_t left = (ssize_t)sizeof large; left > 0;) {
        ssize_t got = recv(side->fd, block, sizeof block, 0);

        if (got <= 0)
            return;
        left -= got;
        poll(NULL, 0, BYTE_MS);
    }
    peer_write(side, answer, strlen(answer));
}

enum { PLAIN = 0, TLS = 1, TUNNEL = 2, EXPECT = 4, LARGE = 8 };

struct phase {
    const char *name;
    int how;
    bool opening; /* the connect timeout ends it too */
    struct peer_step steps[6];
};

static const struct phase phases[] = {
    {"a head",
     PLAIN,
     false,
     {PEER_READ_HEAD,
      PEER_SEND_SLOWLY(OK_LINE "X: " FIFTY "\r\nContent-Length: 0\r\n\r\n", BYTE_MS), PEER_END}},
    {"interim responses",
     PLAIN,
     false,
     {PEER_READ_HEAD, PEER_SEND_SLOWLY(INTERIM INTERIM INTERIM INTERIM EMPTY, BYTE_MS), PEER_END}},
    {"a body with a length",
     PLAIN,
     false,
     {PEER_READ_HEAD, PEER_SEND(OK_LINE "Content-Length: 50\r\n\r\n"),
      PEER_SEND_SLOWLY(FIFTY, BYTE_MS), PEER_END}},
    {"a body until close",
     PLAIN,
     false,
     {PEER_READ_HEAD, PEER_SEND(OK_LINE "\r\n"), PEER_SEND_SLOWLY(FIFTY, BYTE_MS), PEER_END}},
    {"a chunk's extension",
     PLAIN,
     false,
     {PEER_READ_HEAD, PEER_SEND(CHUNKED), PEER_SEND_SLOWLY("1;" FIFTY "\r\nx\r\n" LAST, BYTE_MS),
      PEER_END}},
    {"a chunk's data",
     PLAIN,
     false,
     {PEER_READ_HEAD, PEER_SEND(CHUNKED), PEER_SEND_SLOWLY("32\r\n" FIFTY "\r\n" LAST, BYTE_MS),
      PEER_END}},
    {"trailers",
     PLAIN,
     false,
     {PEER_READ_HEAD, PEER_SEND(CHUNKED "1\r\nx\r\n"),
      PEER_SEND_SLOWLY("0\r\nX: " FIFTY "\r\n\r\n", BYTE_MS), PEER_END}},
    {"interim responses other than the 100 that is awaited",
     EXPECT,
     false,
     {PEER_READ_HEAD, PEER_SEND_SLOWLY(INTERIM INTERIM INTERIM INTERIM, BYTE_MS),
      PEER_SEND("HTTP/1.1 100 Continue\r\n\r\n"), PEER_READ(4), PEER_SEND(EMPTY), PEER_END}},
    {"a body that is read slowly", LARGE, false, {PEER_CALL(read_slowly, EMPTY), PEER_END}},
    {"a TLS record of the head",
     TLS,
     false,
     {PEER_READ_HEAD, PEER_CALL(trickle_record, EMPTY), PEER_END}},
    {"a TLS record of the body",
     TLS,
     false,
     {PEER_READ_HEAD, PEER_SEND(OK_LINE "Content-Length: 50\r\n\r\n"),
      PEER_CALL(trickle_record, FIFTY), PEER_END}},
    {"a proxy's head",
     TUNNEL,
     true,
     {PEER_READ_HEAD, PEER_SEND_SLOWLY(OPENED "X: " FIFTY "\r\n\r\n", BYTE_MS), PEER_READ_HEAD,
      PEER_SEND(EMPTY), PEER_END}},
    {"a proxy's interim responses",
     TUNNEL,
     true,
     {PEER_READ_HEAD, PEER_SEND_SLOWLY(INTERIM INTERIM INTERIM INTERIM OPENED "\r\n", BYTE_MS),
      PEER_READ_HEAD, PEER_SEND(EMPTY), PEER_END}},
};

/* What answers a client's hello is no server's: the handshake fails where it isn't ended before. */
static const struct phase handshakes[] = {
    {"a TLS handshake",
     TLS,
     true,
     {PEER_READ(5), PEER_SEND_SLOWLY("\x16\x03\x03\0\x32" FIFTY, BYTE_MS), PEER_WAIT_CLOSE,
      PEER_END}},
    {"a TLS handshake in a tunnel",
     TLS | TUNNEL,
     true,
     {PEER_READ_HEAD, PEER_SEND(OPENED "\r\n"), PEER_READ(5),
      PEER_SEND_SLOWLY("\x16\x03\x03\0\x32" FIFTY, BYTE_MS), PEER_WAIT_CLOSE, PEER_END}},
};

static struct peer_tls tls;
static libhttp_tls_config *config;

static void make_certificates(void)
{
    struct cert *ca = cert_make_ca("trickling authority");
    struct cert *leaf = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("h.example")}});

    tls = (struct peer_tls){.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    if (libhttp_tls_config_new(&config) < 0 ||
        libhttp_tls_config_set_ca_file(config, cert_file(ca), -1) < 0)
        bail_out("no TLS configuration");
}

static int32_t exchange(struct client *k, const struct phase *p, libhttp_response **ret)
{
    bool body = (p->how & (EXPECT | LARGE)) != 0;
    int64_t length = p->how & LARGE ? (int64_t)sizeof large : body ? 4 : LIBHTTP_NO_BODY;
    libhttp_headers *headers = NULL;
    const void *data;
    int32_t status;

    libhttp_headers_new(&headers);
    if (p->how & EXPECT)
        libhttp_headers_add(headers, "Expect", -1, "100-continue", -1);
    status = client_request(k, body ? "PUT" : "GET", "/", headers, body ? large : NULL, length);
    libhttp_headers_free(headers);
    if (status == LIBHTTP_OK)
        status = client_getresponse(k, ret);
    if (status == LIBHTTP_OK)
        status = client_read_all(k, *ret, 1 << 20, &data, &length);
    return status;
}

static void check(enum drive_mode mode, const struct phase *p, struct peer *peer, bool connect)
{
    struct client *k = client_new(mode, peer, "h.example");
    const char *which = connect ? "connect timeout" : "total timeout";
    libhttp_response *r = NULL;
    int64_t from, took;

    if (p->how & TLS)
        libhttp_connection_set_tls(k->c, config);
    if (p->how & TUNNEL)
        libhttp_connection_set_tunnel(k->c, "h.example", -1, LIBHTTP_PORT_DEFAULT, NULL);
    libhttp_connection_set_timeout(k->c, PATIENCE_MS);
    libhttp_connection_set_continue_timeout(k->c, PATIENCE_MS);
    if (connect)
        libhttp_connection_set_connect_timeout(k->c, ALLOWED_MS);
    else
        libhttp_connection_set_total_timeout(k->c, ALLOWED_MS);
    from = milliseconds();
    is(exchange(k, p, &r), LIBHTTP_E_TIMEOUT, "T-22 %s, trickled, is ended, %s", p->name, k->name);
    took = milliseconds() - from;
    contains(r ? libhttp_response_error(r) : libhttp_connection_error(k->c), which,
             "T-22 %s: by the %s, %s", p->name, which, k->name);
    ok(took >= ALLOWED_MS - EARLY_MS, "T-22 %s: not before, after %lld ms", p->name,
       (long long)took);
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "T-22 C-23 %s: idle again", p->name);
    is(libhttp_connection_is_open(k->c), 0, "T-22 %s: closed", p->name);
    libhttp_response_free(r);
    client_free(k);
    peer_kill(peer);
}

static void check_each(enum drive_mode mode, const struct phase *p, const struct peer_tls *server)
{
    const struct peer_options options = {.kind = PEER_UNIX, .tls = server};

    check(mode, p, peer_start_with(&options, p->steps), false);
    if (p->opening)
        check(mode, p, peer_start_with(&options, p->steps), true);
}

static void test_phases(enum drive_mode mode)
{
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++)
        check_each(mode, &phases[i], phases[i].how & TLS ? &tls : NULL);
    for (size_t i = 0; i < sizeof handshakes / sizeof handshakes[0]; i++)
        check_each(mode, &handshakes[i], NULL);
}

int main(void)
{
    make_certificates();
    in_each_mode(test_phases);
    libhttp_tls_config_free(config);
    return done_testing();
}
