/* SPDX-License-Identifier: MIT */
/*
 * Large bodies in random chunks, random pieces and by random calls (C-89, C-91, T-24): whatever the
 * dice say, the bytes are those that were sent. The seed is told, so that a failure can be had
 * again, as the first round: test_mixture SEED.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/carry.h"
#include "support/peer.h"
#include "tap.h"

enum { BODY_MAX = 200000, ROUNDS = 150 };

static uint64_t state;

/* xorshift64*: 0 to n - 1. */
static size_t dice(size_t n)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (size_t)((state * 0x2545f4914f6cdd1dULL) >> 33) % n;
}

/* Small mostly, sometimes large: where the borders are. */
static size_t some(size_t most)
{
    size_t n = dice(3) == 0 ? dice(10) + 1 : dice(3) == 0 ? dice(most) + 1 : dice(5000) + 1;

    return n < most ? n : most;
}

enum framing { BY_LENGTH, BY_CHUNKS, BY_CLOSE, FRAMINGS };

struct message {
    char body[BODY_MAX];
    size_t body_length;
    char data[40 * BODY_MAX]; /* chunks of one byte, with extensions */
    size_t length;
};

static void put(struct message *m, const char *text)
{
    memcpy(m->data + m->length, text, strlen(text));
    m->length += strlen(text);
}

static void put_chunks(struct message *m)
{
    char line[40];

    for (size_t at = 0; at < m->body_length;) {
        size_t n = some(m->body_length - at);

        snprintf(line, sizeof line, dice(4) ? "%zX\r\n" : "%08zx ;ext=\"%zu\"\r\n", n, n);
        put(m, line);
        memcpy(m->data + m->length, m->body + at, n);
        m->length += n;
        at += n;
        put(m, "\r\n");
    }
    put(m, dice(2) ? "0\r\n\r\n" : "0\r\nTrailer: 1\r\n\r\n");
}

static void build(struct message *m, enum framing framing)
{
    char line[60];

    m->body_length = dice(4) == 0 ? dice(100) : dice(BODY_MAX);
    m->length = 0;
    peer_fill(m->body, dice(1000), m->body_length);
    put(m, "HTTP/1.1 200 OK\r\n");
    snprintf(line, sizeof line, "Content-Length: %zu\r\n\r\n", m->body_length);
    put(m, framing == BY_LENGTH   ? line
           : framing == BY_CHUNKS ? "Transfer-Encoding: chunked\r\n\r\n"
                                  : "\r\n");
    if (framing == BY_CHUNKS) {
        put_chunks(m);
    } else {
        memcpy(m->data + m->length, m->body, m->body_length);
        m->length += m->body_length;
    }
}

/* One call of one kind; *ret_got bytes to room. */
static int32_t call(libhttp_response *r, char *room, int64_t capacity, int64_t *ret_got)
{
    const void *data;
    int32_t status;

    switch (dice(4)) {
    case 0:
        return libhttp_response_read1(r, room, capacity, ret_got);
    case 1:
        return libhttp_response_readline(r, room, capacity, ret_got);
    case 2:
        status = libhttp_response_peek(r, &data, ret_got);
        if (status == LIBHTTP_OK && *ret_got < capacity)
            capacity = *ret_got;
        return status == LIBHTTP_OK ? libhttp_response_read(r, room, capacity, ret_got) : status;
    default:
        return libhttp_response_read(r, room, capacity, ret_got);
    }
}

static int32_t read_rest(struct carry *x, libhttp_response *r, char *out, int64_t *ret_got)
{
    const void *data = "";
    int32_t status;

    do {
        x->piece = some(70000);
        status = libhttp_response_read_all(r, BODY_MAX, &data, ret_got);
    } while (carry_again(x, status));
    if (status == LIBHTTP_OK)
        memcpy(out, data, (size_t)*ret_got);
    return status;
}

static size_t read_body(struct carry *x, libhttp_response *r, char *out)
{
    size_t total = 0;
    int64_t got = 1;
    int32_t status = LIBHTTP_OK;

    while (status == LIBHTTP_OK && got > 0 && total < BODY_MAX) {
        if (dice(100) == 0) {
            status = read_rest(x, r, out + total, &got);
        } else {
            do {
                x->piece = some(70000);
                status = call(r, out + total, (int64_t)some(BODY_MAX - total), &got);
            } while (carry_again(x, status));
        }
        total += status == LIBHTTP_OK ? (size_t)got : 0;
    }
    if (status != LIBHTTP_OK)
        diag("%s after %zu bytes", libhttp_error_name(status), total);
    return total;
}

static bool is_same(const struct message *m, enum framing framing)
{
    static char out[BODY_MAX + 1];
    struct carry x = {.data = m->data, .length = m->length, .end = framing == BY_CLOSE};
    libhttp_response *r = NULL;
    size_t total = 0;
    bool same = false;

    x.piece = some(70000);
    carry_open(&x);
    libhttp_connection_set_block_size(x.c, (int64_t)some(100000));
    if (carry_request(&x, "GET", "/", NULL) && carry_getresponse(&x, &r) == LIBHTTP_OK) {
        total = read_body(&x, r, out);
        same = total == m->body_length && memcmp(out, m->body, total) == 0 &&
               libhttp_response_read(r, out, 1, &(int64_t){0}) == LIBHTTP_OK &&
               libhttp_response_is_complete(r) &&
               libhttp_connection_is_open(x.c) == (framing != BY_CLOSE);
    }
    if (!same)
        diag("%zu of %zu bytes", total, m->body_length);
    libhttp_response_free(r);
    carry_close(&x);
    return same;
}

int main(int argc, char **argv)
{
    static const char *const names[FRAMINGS] = {"a length", "chunks", "until close"};
    static struct message m;
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 20261123;

    for (int i = 0; i < ROUNDS; i++) {
        enum framing framing = (enum framing)(i % FRAMINGS);

        state = seed + (uint64_t)i;
        build(&m, framing);
        ok(is_same(&m, framing), "C-89 C-91 T-24 seed %llu: %zu bytes by %s",
           (unsigned long long)seed + (unsigned long long)i, m.body_length, names[framing]);
    }
    return done_testing();
}
