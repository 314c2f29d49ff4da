/* SPDX-License-Identifier: MIT */
/*
 * body: what is left of a response's body, whatever its framing; bytes received go in, bytes of the
 * body come out.
 */
#ifndef LIBHTTP_WIRE_BODY_H
#define LIBHTTP_WIRE_BODY_H

#include "wire/chunked.h"
#include "wire/framing.h"

struct body {
    uint8_t kind;     /* enum body_kind */
    bool complete;    /* every byte of the body is out; for chunked the trailers too */
    bool whole;       /* complete but perhaps for the trailers of chunked (C-83) */
    int64_t left;     /* BODY_LENGTH: bytes still to come */
    int64_t produced; /* bytes of the body so far */
    struct chunked chunked;
};

/* An empty body (BODY_NONE, BODY_STREAM, length 0) is complete at once. */
void body_init(struct body *b, const struct framing *framing);
void body_done(struct body *b);

/*
 * Takes received bytes data[0, length) and leaves the body's bytes at data[0, *ret_produced).
 * *ret_used < length only where the body is complete: the rest is not its (T-15). Errors as of
 * chunked_decode; used and produced count then too.
 */
int32_t body_decode(struct body *b, char *data, size_t length, const struct head_limits *limits,
                    size_t *ret_used, size_t *ret_produced, struct failure *failure);

/* Takes what frames a chunked body, up to the next byte of it; of any other nothing. */
int32_t body_skip_framing(struct body *b, char *data, size_t length,
                          const struct head_limits *limits, size_t *ret_used,
                          struct failure *failure);

/* Of BODY_LENGTH: `length` bytes, no more than are left, went to the reader as they came. */
static inline void body_took(struct body *b, size_t length)
{
    b->left -= (int64_t)length;
    b->produced += (int64_t)length;
    if (b->left == 0)
        b->complete = b->whole = true;
}

/*
 * How many bytes at the most may be received without getting any behind the body's end: for
 * BODY_LENGTH what is left, for chunked the rest of this chunk's data (0: framing comes next), 0
 * for a complete body, else INT64_MAX.
 */
int64_t body_straight(const struct body *b);

/* Bytes of the body still to come; -1 where nobody knows (C-131). */
int64_t body_remaining(const struct body *b);

/*
 * What EOF means now: LIBHTTP_OK, and complete, for a body until close; LIBHTTP_OK with whole but
 * not complete for chunked with its trailers cut off (C-83); else INCOMPLETE_READ with
 * failure->missing set where it is known (C-88).
 */
int32_t body_at_eof(struct body *b, struct failure *failure);

#endif
