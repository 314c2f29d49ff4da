/* SPDX-License-Identifier: MIT */
/*
 * A response stream. The first byte chooses the request and whether the peer closes behind the
 * last byte, the second how the bytes are cut and how the body is read; the rest is what the peer
 * sends, in carried mode. Nothing may crash, hang or leak; a body of known length is never more or
 * less than that, and an error is told.
 */
#include <libhttp/http.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

enum {
    LEAST = 2,
    BODY_MOST = 1 << 20, /* there is never more than the input */
    STEPS_MOST = 1 << 22 /* calls without an end: it hangs */
};

struct feed {
    libhttp_connection *c;
    const uint8_t *data;
    size_t length, piece;
    bool closes, closed;
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

static int32_t read_piece(libhttp_response *r, unsigned way, char *room, int64_t size,
                          int64_t *ret_got)
{
    const void *data;

    switch (way) {
    case 0:
        return libhttp_response_read(r, room, size, ret_got);
    case 1:
        return libhttp_response_read1(r, room, 1, ret_got);
    case 2:
        return libhttp_response_readline(r, room, size, ret_got);
    default:
        if (libhttp_response_peek(r, &data, ret_got) == LIBHTTP_AGAIN)
            return LIBHTTP_AGAIN;
        return libhttp_response_read(r, room, 7, ret_got);
    }
}

static void read_body(struct feed *f, libhttp_response *r, unsigned way)
{
    char room[4096];
    int64_t want = libhttp_response_remaining(r), all = 0, got = 0;
    int32_t status;

    for (int steps = 0;; steps++) {
        fuzz_require(steps < STEPS_MOST);
        status = read_piece(r, way, room, sizeof room, &got);
        if (status == LIBHTTP_AGAIN && feed(f))
            continue;
        if (status != LIBHTTP_OK || got == 0)
            break;
        fuzz_require(got <= (int64_t)sizeof room);
        all += got;
        fuzz_require(all <= BODY_MOST);
    }
    if (status == LIBHTTP_OK)
        fuzz_require(libhttp_response_is_complete(r) == 1 && (want < 0 || all == want));
    if (status < 0)
        fuzz_require(libhttp_response_error_code(r) == status &&
                     libhttp_response_error(r)[0] != '\0');
    fuzz_require(want < 0 || all <= want);
    for (int32_t i = 0; i < libhttp_headers_count(libhttp_response_trailers(r)); i++)
        fuzz_require(libhttp_headers_name(libhttp_response_trailers(r), i, NULL) != NULL);
}

static void ask(libhttp_connection *c, unsigned request)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "CONNECT"};
    libhttp_headers *h = NULL;
    bool connects = request % 4 == 3;

    fuzz_require(libhttp_headers_new(&h) == LIBHTTP_OK);
    if (request & 4)
        libhttp_headers_add(h, "Upgrade", -1, "x", -1);
    if (request & 8)
        libhttp_headers_add(h, "Connection", -1, "close", -1);
    fuzz_require(libhttp_connection_request(c, methods[request % 4], -1,
                                            connects ? "h.example:80" : "/", -1, h, NULL,
                                            LIBHTTP_NO_BODY) == LIBHTTP_OK);
    libhttp_headers_free(h);
}

static void answer(struct feed *f, unsigned way)
{
    libhttp_response *r = NULL;
    int32_t status;

    do
        status = libhttp_connection_getresponse(f->c, &r);
    while (status == LIBHTTP_AGAIN && feed(f));
    if (status < 0)
        fuzz_require(libhttp_connection_error_code(f->c) == status &&
                     libhttp_connection_error(f->c)[0] != '\0' &&
                     libhttp_connection_state(f->c) == LIBHTTP_STATE_IDLE);
    if (status == LIBHTTP_OK) {
        fuzz_require(libhttp_response_status(r) >= 101 && libhttp_response_status(r) <= 999);
        read_body(f, r, way);
    }
    libhttp_response_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed f = {0};

    if (size < LEAST)
        return 0;
    f.data = data + LEAST;
    f.length = size - LEAST;
    f.closes = (data[0] & 16) != 0;
    f.piece = (data[1] >> 2) ? (size_t)(data[1] >> 2) : size;
    fuzz_require(libhttp_connection_new(&f.c) == LIBHTTP_OK);
    libhttp_connection_set_host(f.c, "h.example", -1, LIBHTTP_PORT_DEFAULT);
    libhttp_connection_set_carried(f.c);
    ask(f.c, data[0] & 15);
    answer(&f, data[1] & 3);
    /* What came behind it is never the next answer unless it is asked for. */
    if (libhttp_connection_is_open(f.c) &&
        libhttp_connection_putrequest(f.c, "GET", -1, "/", -1, 0) == LIBHTTP_OK &&
        libhttp_connection_endheaders(f.c, 0) == LIBHTTP_OK)
        answer(&f, data[1] & 3);
    libhttp_connection_free(f.c);
    return 0;
}
