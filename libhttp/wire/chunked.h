/* SPDX-License-Identifier: MIT */
/*
 * chunked: the decoder of the chunked transfer coding (RFC 9112 7.1; C-80, C-83, T-12, T-13, T-20,
 * T-24). Decodes in place, remembers where it is between two pieces, and keeps the trailer section.
 */
#ifndef LIBHTTP_WIRE_CHUNKED_H
#define LIBHTTP_WIRE_CHUNKED_H

#include "wire/head.h"

enum chunk_phase {
    CHUNK_SIZE,      /* in the digits of a size line; at least one is needed */
    CHUNK_BLANK,     /* behind them: blanks, up to ';' or CRLF (RFC 9112 7.1.1: BWS) */
    CHUNK_EXTENSION, /* behind ';', up to CRLF */
    CHUNK_SIZE_LF,   /* a CR has been seen: LF must follow (a bare one of either is an error) */
    CHUNK_DATA,
    CHUNK_DATA_CR, /* behind the data: CRLF exactly */
    CHUNK_DATA_LF,
    CHUNK_TRAILERS,    /* behind the last chunk's line: from here on the body is whole */
    CHUNK_TRAILERS_LF, /* the CR of an empty trailer section has been seen */
    CHUNK_DONE
};

struct chunked {
    uint8_t phase;       /* enum chunk_phase */
    bool any_digit;      /* of this size line */
    int64_t left;        /* bytes of this chunk still to come; in the size line: its value so far */
    uint32_t line;       /* bytes of this size line so far, for the limit on a line */
    uint32_t extensions; /* bytes of extensions so far, less the bytes of data they came with */
    struct buf trailer_bytes; /* the trailer section as it came, bounded by limits->total */
    struct head *trailers;    /* its parser; NULL until a trailer section that isn't empty begins */
};

void chunked_init(struct chunked *c);
void chunked_done(struct chunked *c);

/*
 * Decodes data[0, length), received bytes, in place: the body's bytes move together at data[0,
 * *ret_produced), and *ret_used tells how many received bytes that took; it is less than length
 * only when the body is complete (CHUNK_DONE) or at an error. What was produced before an error
 * counts. Errors: BAD_CHUNK, LINE_TOO_LONG ("chunk size"; also where extensions and leading zeros
 * outweigh the data by LIMIT_CHUNK_EXTENSIONS), and head_parse's in trailers. Bytes over 2^63 - 1
 * in a size are an error, and none is ever allocated by it. After an error only chunked_done makes
 * sense.
 */
int32_t chunked_decode(struct chunked *c, char *data, size_t length,
                       const struct head_limits *limits, size_t *ret_used, size_t *ret_produced,
                       struct failure *failure);

/* The same up to the next byte of data: only what frames it is used, and nothing is produced. */
int32_t chunked_skip_framing(struct chunked *c, char *data, size_t length,
                             const struct head_limits *limits, size_t *ret_used,
                             struct failure *failure);

/*
 * Bytes that may be received straight into the caller's memory now because they are all chunk data:
 * c->left in CHUNK_DATA, else 0.
 */
static inline int64_t chunked_straight(const struct chunked *c)
{
    return c->phase == CHUNK_DATA ? c->left : 0;
}

#endif
