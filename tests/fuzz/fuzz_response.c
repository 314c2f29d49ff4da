/* SPDX-License-Identifier: MIT */
/*
 * A response stream in carried mode. The first byte chooses the request, whether the peer closes
 * behind its last byte, and how the next request goes; the second how the bytes are cut and how the
 * body is read; the rest is what the peer sends. Nothing crashes, hangs or leaks; a body of known
 * length is never more or less than that; an error is told; and however the bytes are cut and read,
 * the outcome is the one of all of them at once.
 */
#include <libhttp/http.h>
#include <string.h>

#include "fuzz/fuzz.h"

const struct fuzz_target fuzz_target = {"response", "C-64 C-90 T-10 T-19 a response stream", 64};

enum {
    LEAST = 2,
    BODY_MOST = 1 << 20, /* there is never more than the input */
    STEPS_MOST = 1 << 22 /* calls without an end: it hangs */
};

/* Bits of the first byte; the two lowest choose the method. */
enum { ASKS_UPGRADE = 4, ASKS_CLOSE = 8, CLOSES = 16, STRICT = 32 };

enum way { WAY_READ, WAY_ONE, WAY_LINE, WAY_PEEK };

struct feed {
    libhttp_connection *c;
    const uint8_t *data;
    size_t length, piece;
    bool closes, closed;
};

/* What must not depend on how the bytes are cut and read. */
struct outcome {
    int32_t got, status, version, interim, fields, ended, trailers, complete, will_close, kept;
    int64_t length, missing;
    uint64_t head, body, trailer;
};

/* Hands over the next piece; false where there is none left to wait for. */
static bool feed(struct feed *f)
{
    size_t length = f->length < f->piece ? f->length : f->piece;
    int64_t taken = 0;

    if (length == 0) {
        if (!f->closes || f->closed)
            return false;
        f->closed = true;
        return libhttp_connection_feed_eof(f->c) == LIBHTTP_OK;
    }
    if (libhttp_connection_feed(f->c, f->data, (int64_t)length, &taken) != LIBHTTP_OK || taken <= 0)
        return false;
    f->data += taken;
    f->length -= (size_t)taken;
    return true;
}

static int32_t read_piece(libhttp_response *r, enum way way, char *room, int64_t size,
                          int64_t *ret_got)
{
    const void *data;

    switch (way) {
    case WAY_READ:
        return libhttp_response_read(r, room, size, ret_got);
    case WAY_ONE:
        return libhttp_response_read1(r, room, 1, ret_got);
    case WAY_LINE:
        return libhttp_response_readline(r, room, size, ret_got);
    default:
        if (libhttp_response_peek(r, &data, ret_got) == LIBHTTP_AGAIN)
            return LIBHTTP_AGAIN;
        return libhttp_response_read(r, room, 7, ret_got);
    }
}

static void note_fields(const libhttp_headers *h, int32_t *ret_count, uint64_t *hash)
{
    *ret_count = libhttp_headers_count(h);
    for (int32_t i = 0; i < *ret_count; i++) {
        int64_t length = 0;
        const char *text = libhttp_headers_name(h, i, &length);

        fuzz_require(text != NULL && length > 0 && text[length] == '\0');
        *hash = fuzz_hash(*hash, text, (size_t)length + 1);
        text = libhttp_headers_value(h, i, &length);
        fuzz_require(text != NULL && strlen(text) == (size_t)length &&
                     strpbrk(text, "\r\n") == NULL);
        *hash = fuzz_hash(*hash, text, (size_t)length + 1);
    }
}

static void note_end(const libhttp_response *r, int64_t want, struct outcome *o)
{
    o->complete = libhttp_response_is_complete(r);
    if (o->ended == LIBHTTP_OK)
        fuzz_require(o->complete == 1 && (want < 0 || o->length == want));
    if (o->ended < 0) {
        fuzz_require_told(o->ended, libhttp_response_error_code(r), libhttp_response_error(r));
        fuzz_require(o->complete == 0);
    }
    if (o->ended == LIBHTTP_E_INCOMPLETE_READ) {
        o->missing = libhttp_response_missing(r);
        fuzz_require(want < 0 || o->missing == want - o->length);
    }
    fuzz_require(want < 0 || o->length <= want);
    note_fields(libhttp_response_trailers(r), &o->trailers, &o->trailer);
}

static void read_body(struct feed *f, libhttp_response *r, enum way way, struct outcome *o)
{
    char room[4096];
    int64_t want = libhttp_response_remaining(r), got = 0;

    for (int steps = 0;; steps++) {
        fuzz_require(steps < STEPS_MOST);
        o->ended = read_piece(r, way, room, sizeof room, &got);
        if (o->ended == LIBHTTP_AGAIN && feed(f))
            continue;
        /* What waits for the end of its line is there all the same. */
        if (o->ended == LIBHTTP_AGAIN && way == WAY_LINE) {
            way = WAY_READ;
            continue;
        }
        if (o->ended != LIBHTTP_OK || got == 0)
            break;
        fuzz_require(got <= (int64_t)sizeof room);
        o->body = fuzz_hash(o->body, room, (size_t)got);
        o->length += got;
        fuzz_require(o->length <= BODY_MOST);
    }
    note_end(r, want, o);
}

static void read_stream(struct feed *f, libhttp_stream *s, struct outcome *o)
{
    char room[64];
    int64_t got = 1;

    while (got > 0) {
        do
            o->ended = libhttp_stream_read(s, room, sizeof room, &got);
        while (o->ended == LIBHTTP_AGAIN && feed(f));
        if (o->ended != LIBHTTP_OK)
            break;
        o->body = fuzz_hash(o->body, room, (size_t)got);
        o->length += got;
    }
    if (o->ended < 0)
        fuzz_require_told(o->ended, libhttp_stream_error_code(s), libhttp_stream_error(s));
    libhttp_stream_free(s);
}

static void ask(libhttp_connection *c, unsigned request)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "CONNECT"};
    libhttp_headers *h = NULL;
    bool connects = request % 4 == 3;

    fuzz_require(libhttp_headers_new(&h) == LIBHTTP_OK);
    if (request & ASKS_UPGRADE)
        libhttp_headers_add(h, "Upgrade", -1, "x", -1);
    if (request & ASKS_CLOSE)
        libhttp_headers_add(h, "Connection", -1, "close", -1);
    fuzz_require(libhttp_connection_request(c, methods[request % 4], -1,
                                            connects ? "h.example:80" : "/", -1, h, NULL,
                                            LIBHTTP_NO_BODY) == LIBHTTP_OK);
    libhttp_headers_free(h);
}

static void note_response(struct feed *f, libhttp_response *r, enum way way, struct outcome *o)
{
    libhttp_stream *stream = NULL;
    const char *reason = libhttp_response_reason(r);

    o->status = libhttp_response_status(r);
    o->version = libhttp_response_version(r);
    o->interim = libhttp_response_interim_count(r);
    o->will_close = libhttp_response_will_close(r);
    o->head = fuzz_hash(o->head, reason, (size_t)libhttp_response_reason_length(r));
    fuzz_require(o->status >= 101 && o->status <= 999);
    fuzz_require(o->version == 10 || o->version == 11);
    fuzz_require(strpbrk(reason, "\r\n") == NULL);
    note_fields(libhttp_response_headers(r), &o->fields, &o->head);
    if (libhttp_response_stream(r, &stream) == LIBHTTP_OK)
        read_stream(f, stream, o);
    else
        read_body(f, r, way, o);
}

static void answer(struct feed *f, enum way way, struct outcome *o)
{
    libhttp_response *r = NULL;

    do
        o->got = libhttp_connection_getresponse(f->c, &r);
    while (o->got == LIBHTTP_AGAIN && feed(f));
    if (o->got < 0) {
        fuzz_require_told(o->got, libhttp_connection_error_code(f->c),
                          libhttp_connection_error(f->c));
        fuzz_require(libhttp_connection_state(f->c) == LIBHTTP_STATE_IDLE);
    }
    if (o->got == LIBHTTP_OK)
        note_response(f, r, way, o);
    libhttp_response_free(r);
}

/* The next request: with everything here that will come, or answered by the rest of it. */
static void follow(struct feed *f, unsigned first, enum way way, struct outcome *o)
{
    struct outcome next = {0};

    if (first & STRICT) {
        while (feed(f))
            continue;
        libhttp_connection_set_strict_reuse(f->c, 1);
    }
    o->kept = libhttp_connection_putrequest(f->c, "GET", -1, "/", -1, 0) == LIBHTTP_OK &&
              libhttp_connection_endheaders(f->c, 0) == LIBHTTP_OK &&
              libhttp_connection_flush(f->c) == LIBHTTP_OK;
    if (o->kept && !(first & STRICT))
        answer(f, way, &next);
    if (!(first & STRICT))
        o->kept = 0; /* which depends on what was here at that moment */
}

static struct outcome run(const uint8_t *data, size_t size, unsigned first, size_t piece,
                          enum way way)
{
    struct feed f = {.data = data, .length = size, .piece = piece};
    struct outcome o;

    memset(&o, 0, sizeof o); /* compared byte by byte */
    o.head = o.body = o.trailer = FUZZ_HASH_BEGIN;
    f.closes = (first & CLOSES) != 0;
    fuzz_require(libhttp_connection_new(&f.c) == LIBHTTP_OK);
    libhttp_connection_set_host(f.c, "h.example", -1, LIBHTTP_PORT_DEFAULT);
    libhttp_connection_set_carried(f.c);
    ask(f.c, first);
    answer(&f, way, &o);
    follow(&f, first, way, &o);
    libhttp_connection_free(f.c);
    return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct outcome cut, whole;
    size_t piece;

    if (size < LEAST)
        return 0;
    piece = data[1] >> 2;
    cut = run(data + LEAST, size - LEAST, data[0], piece ? piece : size, data[1] & 3);
    whole = run(data + LEAST, size - LEAST, data[0], size, WAY_READ);
    fuzz_require(memcmp(&cut, &whole, sizeof cut) == 0);
    return 0;
}
