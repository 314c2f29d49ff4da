/* SPDX-License-Identifier: MIT */
/*
 * T-20, C-71: each limit to the byte. One less and the limit itself pass, one more doesn't: with
 * the limit lowered, as it is by default, and raised; in each mode, over TLS, and in what a proxy
 * answers to CONNECT. (That what has no end is stopped shows test_exhaustion.)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/carry.h"
#include "support/certs.h"
#include "support/modes.h"
#include "tap.h"

#define OK_LINE "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_LINE "Transfer-Encoding: chunked\r\n\r\n"
#define END     "Content-Length: 0\r\n\r\n"
#define INTERIM "HTTP/1.1 103 Hi\r\nA: b\r\n\r\n"

static char text[600000];
static size_t text_length;

static void put(const char *s)
{
    memcpy(text + text_length, s, strlen(s));
    text_length += strlen(s);
}

/* before, "a" until that has n bytes, behind. */
static void put_to(const char *before, size_t n, const char *behind)
{
    size_t length = strlen(before);

    put(before);
    memset(text + text_length, 'a', n - length);
    text_length += n - length;
    put(behind);
}

/* Fields of n bytes together, of lines that are short enough. */
static void put_fields(size_t n)
{
    for (; n > 60100; n -= 60000)
        put_to("A: ", 60000 - 2, "\r\n");
    put_to("A: ", n - 2, "\r\n");
}

static void status_line(size_t n)
{
    put_to("HTTP/1.1 200 ", n, "\r\n" END);
}

static void header_line(size_t n)
{
    put(OK_LINE);
    put_to("A: ", n, "\r\n" END);
}

static void bare_line(size_t n)
{
    put(OK_LINE);
    put_to("A:", n, "\n" END);
}

static void chunk_line(size_t n)
{
    put(CHUNKED);
    put_to("1;", n, "\r\nx\r\n0\r\n\r\n");
}

static void trailer_line(size_t n)
{
    put(CHUNKED "0\r\n");
    put_to("A: ", n, "\r\n\r\n");
}

static void field_count(size_t n)
{
    put(OK_LINE);
    while (--n > 0)
        put("A: b\r\n");
    put(END);
}

static void trailer_count(size_t n)
{
    put(CHUNKED "0\r\n");
    while (n-- > 0)
        put("A: b\r\n");
    put("\r\n");
}

static void whole_head(size_t n)
{
    put(OK_LINE);
    put_fields(n - strlen(OK_LINE END));
    put(END);
}

static void heads_together(size_t n)
{
    put(INTERIM);
    whole_head(n - strlen(INTERIM));
}

static void trailer_section(size_t n)
{
    put(CHUNKED "0\r\n");
    put_fields(n - 2);
    put("\r\n");
}

static void interim_count(size_t n)
{
    while (n-- > 0)
        put(INTERIM);
    put(OK_LINE END);
}

struct limit {
    const char *name;
    int32_t (*set)(libhttp_connection *c, int64_t limit);
    void (*build)(size_t n);
    size_t sizes[3]; /* lowered, by default, raised; 0: it can't be reached */
    int32_t error;
    bool of_head; /* a proxy's, too */
};

static const struct limit limits[] = {
    {"a status line",
     libhttp_connection_set_max_line,
     status_line,
     {50, LIBHTTP_MAX_LINE_DEFAULT, 100000},
     LIBHTTP_E_LINE_TOO_LONG,
     true},
    {"a field",
     libhttp_connection_set_max_line,
     header_line,
     {50, LIBHTTP_MAX_LINE_DEFAULT, 100000},
     LIBHTTP_E_LINE_TOO_LONG,
     true},
    {"a field that ends in a bare LF",
     libhttp_connection_set_max_line,
     bare_line,
     {50, LIBHTTP_MAX_LINE_DEFAULT, 100000},
     LIBHTTP_E_LINE_TOO_LONG,
     true},
    {"a chunk size's line",
     libhttp_connection_set_max_line,
     chunk_line,
     {50, 0, 0},
     LIBHTTP_E_LINE_TOO_LONG,
     false},
    {"a trailer",
     libhttp_connection_set_max_line,
     trailer_line,
     {50, LIBHTTP_MAX_LINE_DEFAULT, 100000},
     LIBHTTP_E_LINE_TOO_LONG,
     false},
    {"fields",
     libhttp_connection_set_max_headers,
     field_count,
     {3, LIBHTTP_MAX_HEADERS_DEFAULT, 1000},
     LIBHTTP_E_TOO_MANY_HEADERS,
     true},
    {"trailers",
     libhttp_connection_set_max_headers,
     trailer_count,
     {3, LIBHTTP_MAX_HEADERS_DEFAULT, 1000},
     LIBHTTP_E_TOO_MANY_HEADERS,
     false},
    {"a head",
     libhttp_connection_set_max_head,
     whole_head,
     {200, LIBHTTP_MAX_HEAD_DEFAULT, 400000},
     LIBHTTP_E_HEAD_TOO_LARGE,
     true},
    {"a head and an interim one",
     libhttp_connection_set_max_head,
     heads_together,
     {200, LIBHTTP_MAX_HEAD_DEFAULT, 400000},
     LIBHTTP_E_HEAD_TOO_LARGE,
     true},
    {"a trailer section",
     libhttp_connection_set_max_head,
     trailer_section,
     {200, LIBHTTP_MAX_HEAD_DEFAULT, 400000},
     LIBHTTP_E_HEAD_TOO_LARGE,
     false},
    {"interim responses",
     libhttp_connection_set_max_interim,
     interim_count,
     {2, LIBHTTP_MAX_INTERIM_DEFAULT, 1000},
     LIBHTTP_E_TOO_MANY_HEADERS,
     true},
};

enum how { PLAIN, TLS, TUNNEL, HOWS };

static const char *const how_names[HOWS] = {"plain", "over TLS", "a proxy's"};
static struct peer_tls tls;
static libhttp_tls_config *config;

static void make_certificates(void)
{
    struct cert *ca = cert_make_ca("limiting authority");
    struct cert *leaf = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("h.example")}});

    tls = (struct peer_tls){.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    if (libhttp_tls_config_new(&config) < 0 ||
        libhttp_tls_config_set_ca_file(config, cert_file(ca), -1) < 0)
        bail_out("no TLS configuration");
}

static struct peer *start(enum how how)
{
    const struct peer_options options = {.kind = PEER_UNIX, .tls = how == TLS ? &tls : NULL};
    const struct peer_step direct[] = {PEER_READ_HEAD, PEER_SEND_BYTES(text, text_length),
                                       PEER_WAIT_CLOSE, PEER_END};
    const struct peer_step behind[] = {PEER_READ_HEAD,  PEER_SEND_BYTES(text, text_length),
                                       PEER_READ_HEAD,  PEER_SEND(OK_LINE END),
                                       PEER_WAIT_CLOSE, PEER_END};

    return peer_start_with(&options, how == TUNNEL ? behind : direct);
}

/* How the exchange ends where this was set. */
static int32_t outcome(enum drive_mode mode, enum how how, const struct limit *l, size_t limit)
{
    struct peer *peer = start(how);
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *r = NULL;
    const void *data;
    int64_t length;
    int32_t status = LIBHTTP_OK;

    if (limit > 0)
        status = l->set(k->c, (int64_t)limit);
    if (how == TLS)
        libhttp_connection_set_tls(k->c, config);
    if (how == TUNNEL)
        libhttp_connection_set_tunnel(k->c, "h.example", -1, LIBHTTP_PORT_DEFAULT, NULL);
    if (status == LIBHTTP_OK)
        status = client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    if (status == LIBHTTP_OK)
        status = client_getresponse(k, &r);
    if (status == LIBHTTP_OK)
        status = client_read_all(k, r, 10, &data, &length);
    if (status < 0 && libhttp_connection_is_open(k->c))
        fail("T-20 %s: the connection is closed, %s", l->name, k->name);
    libhttp_response_free(r);
    client_free(k);
    peer_kill(peer);
    return status;
}

static void check(enum drive_mode mode, enum how how, const struct limit *l, int size)
{
    static const char *const sizes[] = {"lowered", "default", "raised"};

    for (size_t n = l->sizes[size] - 1; n <= l->sizes[size] + 1; n++) {
        text_length = 0;
        l->build(n);
        is(outcome(mode, how, l, size == 1 ? 0 : l->sizes[size]),
           n > l->sizes[size] ? l->error : LIBHTTP_OK, "T-20 C-71 %s of %zu, limit %s, %s, %s",
           l->name, n, sizes[size], how_names[how], drive_mode_name(mode));
    }
}

static void test_limits(enum drive_mode mode)
{
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        for (int how = 0; how < HOWS; how++)
            for (int size = 0; size < 3; size++)
                if (limits[i].sizes[size] > 0 && (how != TUNNEL || limits[i].of_head))
                    check(mode, (enum how)how, &limits[i], size);
}

/* C-127: a limit acts at once, on a response that has begun to come, too. */
static void test_at_once(const struct limit *l, size_t first, size_t then, size_t n, int32_t want)
{
    struct carry x = {.piece = 100};
    libhttp_response *r = NULL;
    const void *data;
    int64_t length;
    int32_t status;

    text_length = 0;
    l->build(n);
    x.data = text;
    x.length = text_length;
    carry_open(&x);
    l->set(x.c, (int64_t)first);
    ok(carry_request(&x, "GET", "/", NULL), "C-127 a request");
    carry_feed(&x);
    status = libhttp_connection_getresponse(x.c, &r);
    l->set(x.c, (int64_t)then);
    if (status == LIBHTTP_AGAIN)
        status = carry_getresponse(&x, &r);
    if (status == LIBHTTP_OK) {
        do
            status = libhttp_response_read_all(r, 10, &data, &length);
        while (carry_again(&x, status));
    }
    is(status, want, "C-127 T-20 %s of %zu, the limit %zu and then %zu", l->name, n, first, then);
    libhttp_response_free(r);
    carry_close(&x);
}

static void test_changes(void)
{
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        size_t few = limits[i].sizes[0];
        bool counts = few < 50;
        size_t many = counts ? 40 : 5000;

        test_at_once(&limits[i], counts ? 20 : 2000, many, many, LIBHTTP_OK);
        test_at_once(&limits[i], many, counts ? 20 : 2000, many, limits[i].error);
    }
}

int main(void)
{
    make_certificates();
    in_each_mode(test_limits);
    test_changes();
    libhttp_tls_config_free(config);
    return done_testing();
}
