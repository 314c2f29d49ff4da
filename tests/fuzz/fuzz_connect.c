/* SPDX-License-Identifier: MIT */
/*
 * What a proxy answers to CONNECT, in carried mode. The first byte chooses whether it closes behind
 * its last byte, whether the tunnel has a field and the answer is read; the second how the bytes
 * are cut; the rest is what the proxy sends. Until the tunnel is open nothing but the CONNECT head
 * leaves; a status that refuses is an error and can be read; how the bytes are cut decides nothing;
 * what came before the request can't be its answer; and afterwards the handle tunnels again.
 */
#include <libhttp/http.h>
#include <string.h>

#include "fuzz/fuzz.h"

const struct fuzz_target fuzz_target = {"connect", "C-60 T-30 T-45 T-50 an answer to CONNECT", 16};

enum { LEAST = 2, HAS_FIELD = 1, READS = 2, POSTS = 4, CLOSES = 8 };

#define CONNECT_PLAIN "CONNECT h.example:81 HTTP/1.1\r\nHost: h.example:81\r\n"
#define CONNECT_FIELD CONNECT_PLAIN "Proxy-Authorization: Basic cDpw\r\n"
#define INNER_GET                                                                                  \
    "GET /inner HTTP/1.1\r\nHost: h.example:81\r\nAccept-Encoding: identity\r\n"                   \
    "Cookie: inner\r\n\r\n"
#define INNER_POST                                                                                 \
    "POST /inner HTTP/1.1\r\nHost: h.example:81\r\nAccept-Encoding: identity\r\n"                  \
    "Content-Length: 5\r\nCookie: inner\r\n\r\nhello"

struct proxied {
    libhttp_connection *c;
    const uint8_t *data;
    size_t length, piece;
    unsigned first;
    bool closed;
    char sent[1024];
    size_t sent_length;
};

/* What became of the tunnel. */
struct outcome {
    int32_t status, tunnel, fields;
    bool opened;
};

static void take(struct proxied *p)
{
    const void *data;
    int64_t length = 0;

    while (libhttp_connection_take(p->c, &data, &length) == LIBHTTP_OK && length > 0) {
        fuzz_require(p->sent_length + (size_t)length <= sizeof p->sent);
        memcpy(p->sent + p->sent_length, data, (size_t)length);
        p->sent_length += (size_t)length;
        fuzz_require(libhttp_connection_took(p->c, length) == LIBHTTP_OK);
    }
}

static bool feed(struct proxied *p)
{
    size_t length = p->length < p->piece ? p->length : p->piece;
    int64_t taken = 0;

    take(p);
    if (length == 0) {
        if (!(p->first & CLOSES) || p->closed)
            return false;
        p->closed = true;
        return libhttp_connection_feed_eof(p->c) == LIBHTTP_OK;
    }
    if (libhttp_connection_feed(p->c, p->data, (int64_t)length, &taken) != LIBHTTP_OK || taken <= 0)
        return false;
    p->data += taken;
    p->length -= (size_t)taken;
    return true;
}

/* Sent is the CONNECT head, and behind it, of an open tunnel only, the request or its beginning. */
static void check_sent(const struct proxied *p, bool opened)
{
    const char *head = p->first & HAS_FIELD ? CONNECT_FIELD "\r\n" : CONNECT_PLAIN "\r\n";
    const char *inner = p->first & POSTS ? INNER_POST : INNER_GET;
    size_t head_length = strlen(head), behind;

    fuzz_require(p->sent_length >= head_length && memcmp(p->sent, head, head_length) == 0);
    behind = p->sent_length - head_length;
    fuzz_require(behind == 0 || opened);
    fuzz_require(behind <= strlen(inner) && memcmp(p->sent + head_length, inner, behind) == 0);
}

static void open_tunnel(struct proxied *p)
{
    libhttp_headers *h = NULL;

    fuzz_require(libhttp_connection_new(&p->c) == LIBHTTP_OK);
    fuzz_require(libhttp_connection_set_host(p->c, "proxy.example", -1, 3128) == LIBHTTP_OK);
    if (p->first & HAS_FIELD) {
        fuzz_require(libhttp_headers_new(&h) == LIBHTTP_OK);
        libhttp_headers_add(h, "Proxy-Authorization", -1, "Basic cDpw", -1);
    }
    fuzz_require(libhttp_connection_set_tunnel(p->c, "h.example", -1, 81, h) == LIBHTTP_OK);
    libhttp_headers_free(h);
}

static void ask(struct proxied *p)
{
    libhttp_headers *h = NULL;
    bool posts = (p->first & POSTS) != 0;

    fuzz_require(libhttp_connection_set_carried(p->c) == LIBHTTP_OK);
    fuzz_require(libhttp_headers_new(&h) == LIBHTTP_OK);
    libhttp_headers_add(h, "Cookie", -1, "inner", -1);
    fuzz_require(libhttp_connection_request(p->c, posts ? "POST" : "GET", -1, "/inner", -1, h,
                                            posts ? "hello" : NULL,
                                            posts ? 5 : LIBHTTP_NO_BODY) == LIBHTTP_OK);
    libhttp_headers_free(h);
}

static void read_answer(struct proxied *p, libhttp_response *r)
{
    char room[512];
    int64_t got = 1;
    int32_t status;

    do
        status = libhttp_response_read(r, room, sizeof room, &got);
    while ((status == LIBHTTP_OK && got > 0) || (status == LIBHTTP_AGAIN && feed(p)));
    if (status < 0)
        fuzz_require_told(status, libhttp_response_error_code(r), libhttp_response_error(r));
}

static void check_failed(const struct proxied *p, const struct outcome *o)
{
    fuzz_require_told(o->status, libhttp_connection_error_code(p->c),
                      libhttp_connection_error(p->c));
    fuzz_require(libhttp_connection_state(p->c) == LIBHTTP_STATE_IDLE);
    fuzz_require(libhttp_connection_tunnel_status(p->c) == 0 ||
                 libhttp_connection_tunnel_reason(p->c) != NULL);
}

/* The proxy's bytes in pieces, all with the first where `piece` is their number. */
static struct outcome run(struct proxied *p)
{
    libhttp_response *r = NULL;
    struct outcome o;
    bool at_once = p->piece >= p->length;

    open_tunnel(p);
    ask(p);
    do
        o.status = libhttp_connection_getresponse(p->c, &r);
    while (o.status == LIBHTTP_AGAIN && feed(p));
    if (o.status < 0)
        check_failed(p, &o);
    take(p);
    o.tunnel = libhttp_connection_tunnel_status(p->c);
    o.fields = libhttp_headers_count(libhttp_connection_tunnel_headers(p->c));
    o.opened = o.tunnel >= 200 && o.tunnel <= 299;
    check_sent(p, o.opened);
    fuzz_require(o.status != LIBHTTP_OK || (o.opened && !at_once));
    if (o.status == LIBHTTP_OK && (p->first & READS))
        read_answer(p, r);
    libhttp_response_free(r);
    return o;
}

/* The same handle tunnels again, whatever the last one came to. */
static void again(struct proxied *p)
{
    static const char good[] = "HTTP/1.1 200 OK\r\n\r\n";
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    libhttp_response *r = NULL;
    const void *body = NULL;
    int64_t length = 0;

    libhttp_connection_close(p->c);
    p->closed = false;
    p->first &= ~(unsigned)CLOSES;
    p->sent_length = 0;
    p->data = (const uint8_t *)good;
    p->length = p->piece = sizeof good - 1;
    ask(p);
    while (libhttp_connection_getresponse(p->c, &r) == LIBHTTP_AGAIN && feed(p))
        continue;
    check_sent(p, true);
    p->data = (const uint8_t *)answer;
    p->length = p->piece = sizeof answer - 1;
    fuzz_require(feed(p) && libhttp_connection_getresponse(p->c, &r) == LIBHTTP_OK);
    fuzz_require(libhttp_connection_tunnel_status(p->c) == 200);
    fuzz_require(libhttp_response_read_all(r, 10, &body, &length) == LIBHTTP_OK && length == 2 &&
                 memcmp(body, "ok", 2) == 0);
    libhttp_response_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct proxied cut = {0}, whole;
    struct outcome o, all;
    size_t piece;

    if (size < LEAST)
        return 0;
    piece = data[1] >> 2;
    cut.first = data[0];
    cut.data = data + LEAST;
    cut.length = size - LEAST;
    whole = cut;
    cut.piece = piece ? piece : 1;
    whole.piece = size;
    o = run(&cut);
    again(&cut);
    libhttp_connection_free(cut.c);
    all = run(&whole);
    libhttp_connection_free(whole.c);
    fuzz_require(o.tunnel == all.tunnel && o.fields == all.fields && o.opened == all.opened);
    fuzz_require(o.opened || o.status == all.status);
    return 0;
}
