/* SPDX-License-Identifier: MIT */
/*
 * Each phase is a function that takes what it can of the bytes at hand, at least one, and says what
 * comes next.
 */
#include "wire/chunked.h"

#include <stdlib.h>

#include "base/limits.h"
#include "wire/chars.h"

/* One call's bytes: [at, end) are still to be decoded, [0, out) are the body's. */
struct pass {
    char *data;
    size_t at;
    size_t end;
    size_t out;
    const struct head_limits *limits;
    struct failure *failure;
};

void chunked_init(struct chunked *c)
{
    *c = (struct chunked){.phase = CHUNK_SIZE};
    buf_init(&c->trailer_bytes, 0);
}

void chunked_done(struct chunked *c)
{
    if (c->trailers)
        head_done(c->trailers);
    free(c->trailers);
    c->trailers = NULL;
    buf_release(&c->trailer_bytes);
}

static int32_t bad_chunk(const struct pass *p, const char *wanted)
{
    return fail(p->failure, LIBHTTP_E_BAD_CHUNK, "%s where %s was due",
                QUOTE(span_of(p->data + p->at, 1)), wanted);
}

/* One byte more of the size line. */
static int32_t count_line(struct chunked *c, const struct pass *p)
{
    if (c->line >= p->limits->line)
        return fail(p->failure, LIBHTTP_E_LINE_TOO_LONG, "a chunk size is longer than %u bytes",
                    p->limits->line);
    c->line++;
    return LIBHTTP_OK;
}

static int32_t take_digit(struct chunked *c, struct pass *p)
{
    int32_t status = count_line(c, p);

    if (status < 0)
        return status;
    if (c->left > INT64_MAX >> 4)
        return fail(p->failure, LIBHTTP_E_BAD_CHUNK, "a chunk size is over 63 bits");
    c->left = c->left << 4 | hex_value(p->data[p->at++]);
    c->any_digit = true;
    return LIBHTTP_OK;
}

/* One byte of what is skipped: it is bounded, per line and over the whole body (T-20). */
static int32_t skip_byte(struct chunked *c, struct pass *p)
{
    int32_t status = count_line(c, p);

    if (status < 0)
        return status;
    if (++c->extensions > LIMIT_CHUNK_EXTENSIONS)
        return fail(p->failure, LIBHTTP_E_LINE_TOO_LONG,
                    "what is skipped in chunk size lines outweighs the data by %u bytes",
                    LIMIT_CHUNK_EXTENSIONS);
    p->at++;
    return LIBHTTP_OK;
}

/* A zero behind zeros alone says nothing, and is skipped like an extension. */
static bool is_idle_zero(const struct chunked *c, const struct pass *p)
{
    return c->left == 0 && c->any_digit && p->data[p->at] == '0';
}

static int32_t size_phase(struct chunked *c, struct pass *p)
{
    int32_t status = LIBHTTP_OK;

    while (status == LIBHTTP_OK && p->at < p->end && char_is(p->data[p->at], CHAR_HEX))
        status = is_idle_zero(c, p) ? skip_byte(c, p) : take_digit(c, p);
    if (status < 0 || p->at == p->end)
        return status;
    if (!c->any_digit)
        return bad_chunk(p, "the size of a chunk");
    c->phase = CHUNK_BLANK;
    return LIBHTTP_OK;
}

static int32_t blank_phase(struct chunked *c, struct pass *p)
{
    char byte = p->data[p->at];

    if (char_is_blank(byte))
        return skip_byte(c, p);
    if (byte == ';') {
        c->phase = CHUNK_EXTENSION;
        return skip_byte(c, p);
    }
    if (byte != '\r')
        return bad_chunk(p, "CRLF behind the size of a chunk");
    p->at++;
    c->phase = CHUNK_SIZE_LF;
    return LIBHTTP_OK;
}

static int32_t extension_phase(struct chunked *c, struct pass *p)
{
    char byte = p->data[p->at];

    if (char_is(byte, CHAR_VALUE))
        return skip_byte(c, p);
    if (byte != '\r')
        return bad_chunk(p, "CRLF behind the extensions of a chunk size");
    p->at++;
    c->phase = CHUNK_SIZE_LF;
    return LIBHTTP_OK;
}

/* Data makes up for extensions: a long body may have them in each of its chunks. */
static int32_t size_lf_phase(struct chunked *c, struct pass *p)
{
    if (p->data[p->at] != '\n')
        return bad_chunk(p, "LF behind the CR of a chunk size");
    p->at++;
    c->extensions -= c->left < c->extensions ? (uint32_t)c->left : c->extensions;
    c->line = 0;
    c->any_digit = false;
    c->phase = c->left > 0 ? CHUNK_DATA : CHUNK_TRAILERS;
    return LIBHTTP_OK;
}

static int32_t data_phase(struct chunked *c, struct pass *p)
{
    size_t n = p->end - p->at;

    if ((uint64_t)c->left < n)
        n = (size_t)c->left;
    if (p->out != p->at)
        memmove(p->data + p->out, p->data + p->at, n);
    p->at += n;
    p->out += n;
    c->left -= (int64_t)n;
    if (c->left == 0)
        c->phase = CHUNK_DATA_CR;
    return LIBHTTP_OK;
}

static int32_t data_cr_phase(struct chunked *c, struct pass *p)
{
    if (p->data[p->at] != '\r')
        return bad_chunk(p, "CRLF behind the data of a chunk");
    p->at++;
    c->phase = CHUNK_DATA_LF;
    return LIBHTTP_OK;
}

static int32_t data_lf_phase(struct chunked *c, struct pass *p)
{
    if (p->data[p->at] != '\n')
        return bad_chunk(p, "LF behind the CR that follows the data of a chunk");
    p->at++;
    c->phase = CHUNK_SIZE;
    return LIBHTTP_OK;
}

static bool begin_trailers(struct chunked *c)
{
    c->trailers = malloc(sizeof *c->trailers);
    if (c->trailers)
        head_init(c->trailers, true);
    return c->trailers != NULL;
}

/*
 * How many more bytes of trailers may be held: one more than the limit, so that head_parse sees
 * that it is passed. The limit may have changed since the last call (C-127).
 */
static size_t room_for_trailers(struct chunked *c, const struct head_limits *limits)
{
    size_t most = limits->total < UINT32_MAX ? limits->total + 1 : UINT32_MAX;
    size_t length = buf_length(&c->trailer_bytes);

    c->trailer_bytes.maximum = most > length ? most : length;
    return c->trailer_bytes.maximum - length;
}

/*
 * A copy of what may belong to the trailers is kept, and what turns out not to is given back
 * (C-85).
 */
static int32_t parse_trailers(struct chunked *c, struct pass *p)
{
    size_t before = buf_length(&c->trailer_bytes);
    size_t room = room_for_trailers(c, p->limits);
    size_t n = p->end - p->at < room ? p->end - p->at : room;
    int32_t status;

    if (n == 0)
        return fail(p->failure, LIBHTTP_E_HEAD_TOO_LARGE,
                    "the trailer section is longer than %u bytes", p->limits->total);
    buf_append(&c->trailer_bytes, p->data + p->at, n);
    if (buf_failed(&c->trailer_bytes))
        return fail_memory(p->failure);
    status =
        head_parse(c->trailers, buf_data(&c->trailer_bytes), before + n, p->limits, p->failure);
    if (status < 0)
        return status;
    if (status == LIBHTTP_OK) {
        n = c->trailers->length - before;
        buf_truncate(&c->trailer_bytes, c->trailers->length);
        c->phase = CHUNK_DONE;
    }
    p->at += n;
    return LIBHTTP_OK;
}

/* Nearly always there are none: no memory is needed for that. */
static int32_t trailers_phase(struct chunked *c, struct pass *p)
{
    if (!c->trailers) {
        char byte = p->data[p->at];

        if (byte == '\r' || byte == '\n') {
            p->at++;
            c->phase = byte == '\r' ? CHUNK_TRAILERS_LF : CHUNK_DONE;
            return LIBHTTP_OK;
        }
        if (!begin_trailers(c))
            return fail_memory(p->failure);
    }
    return parse_trailers(c, p);
}

static int32_t trailers_lf_phase(struct chunked *c, struct pass *p)
{
    if (p->data[p->at] != '\n')
        return fail(p->failure, LIBHTTP_E_BAD_HEADER, "a lone CR in the trailer line");
    p->at++;
    c->phase = CHUNK_DONE;
    return LIBHTTP_OK;
}

/* With `framing` no further than up to the next byte of data. */
static int32_t run(struct chunked *c, struct pass *p, bool framing)
{
    static int32_t (*const phases[])(struct chunked *, struct pass *) = {
        [CHUNK_SIZE] = size_phase,
        [CHUNK_BLANK] = blank_phase,
        [CHUNK_EXTENSION] = extension_phase,
        [CHUNK_SIZE_LF] = size_lf_phase,
        [CHUNK_DATA] = data_phase,
        [CHUNK_DATA_CR] = data_cr_phase,
        [CHUNK_DATA_LF] = data_lf_phase,
        [CHUNK_TRAILERS] = trailers_phase,
        [CHUNK_TRAILERS_LF] = trailers_lf_phase,
    };
    int32_t status = LIBHTTP_OK;

    while (status == LIBHTTP_OK && p->at < p->end && c->phase != CHUNK_DONE &&
           !(framing && c->phase == CHUNK_DATA))
        status = phases[c->phase](c, p);
    return status;
}

int32_t chunked_decode(struct chunked *c, char *data, size_t length,
                       const struct head_limits *limits, size_t *ret_used, size_t *ret_produced,
                       struct failure *failure)
{
    struct pass p = {.data = data, .end = length, .limits = limits, .failure = failure};
    int32_t status = run(c, &p, false);

    *ret_used = p.at;
    *ret_produced = p.out;
    return status;
}

int32_t chunked_skip_framing(struct chunked *c, char *data, size_t length,
                             const struct head_limits *limits, size_t *ret_used,
                             struct failure *failure)
{
    struct pass p = {.data = data, .end = length, .limits = limits, .failure = failure};
    int32_t status = run(c, &p, true);

    *ret_used = p.at;
    return status;
}
