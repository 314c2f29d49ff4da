/* SPDX-License-Identifier: MIT */
#include "wire/body.h"

static void complete(struct body *b)
{
    b->complete = b->whole = true;
}

void body_init(struct body *b, const struct framing *framing)
{
    b->kind = framing->kind;
    b->complete = b->whole = false;
    b->left = framing->kind == BODY_LENGTH ? framing->length : 0;
    b->produced = 0;
    if (b->kind == BODY_CHUNKED)
        chunked_init(&b->chunked);
    if (b->kind == BODY_NONE || b->kind == BODY_STREAM || (b->kind == BODY_LENGTH && b->left == 0))
        complete(b);
}

void body_done(struct body *b)
{
    if (b->kind == BODY_CHUNKED)
        chunked_done(&b->chunked);
}

static int32_t decode_length(struct body *b, size_t length, size_t *ret_used, size_t *ret_produced)
{
    size_t n = (uint64_t)b->left < length ? (size_t)b->left : length;

    body_took(b, n);
    *ret_used = *ret_produced = n;
    return LIBHTTP_OK;
}

static void note_chunks(struct body *b)
{
    b->whole = b->chunked.phase >= CHUNK_TRAILERS;
    b->complete = b->chunked.phase == CHUNK_DONE;
}

int32_t body_decode(struct body *b, char *data, size_t length, const struct head_limits *limits,
                    size_t *ret_used, size_t *ret_produced, struct failure *failure)
{
    int32_t status = LIBHTTP_OK;
    size_t used = 0;
    size_t produced = 0;

    if (b->kind == BODY_LENGTH)
        return decode_length(b, length, ret_used, ret_produced);
    if (b->complete) {
        /* Nothing of this is the body's. */
    } else if (b->kind == BODY_CHUNKED) {
        status = chunked_decode(&b->chunked, data, length, limits, &used, &produced, failure);
        note_chunks(b);
    } else {
        used = produced = length;
    }
    b->produced += (int64_t)produced;
    *ret_used = used;
    *ret_produced = produced;
    return status;
}

int32_t body_skip_framing(struct body *b, char *data, size_t length,
                          const struct head_limits *limits, size_t *ret_used,
                          struct failure *failure)
{
    int32_t status;

    *ret_used = 0;
    if (b->kind != BODY_CHUNKED || b->complete)
        return LIBHTTP_OK;
    status = chunked_skip_framing(&b->chunked, data, length, limits, ret_used, failure);
    note_chunks(b);
    return status;
}

int64_t body_straight(const struct body *b)
{
    if (b->complete)
        return 0;
    if (b->kind == BODY_CHUNKED)
        return chunked_straight(&b->chunked);
    return b->kind == BODY_LENGTH ? b->left : INT64_MAX;
}

int64_t body_remaining(const struct body *b)
{
    if (b->whole)
        return 0;
    return b->kind == BODY_LENGTH ? b->left : -1;
}

int32_t body_at_eof(struct body *b, struct failure *failure)
{
    if (b->whole)
        return LIBHTTP_OK;
    if (b->kind == BODY_UNTIL_CLOSE) {
        complete(b);
        return LIBHTTP_OK;
    }
    if (b->kind == BODY_CHUNKED)
        return fail(failure, LIBHTTP_E_INCOMPLETE_READ,
                    "the connection ended after %lld bytes of a chunked body, before its end",
                    (long long)b->produced);
    fail(failure, LIBHTTP_E_INCOMPLETE_READ,
         "the connection ended after %lld bytes of the body, %lld are missing",
         (long long)b->produced, (long long)b->left);
    failure->missing = b->left;
    return failure->code;
}
