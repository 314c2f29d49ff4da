/* SPDX-License-Identifier: MIT */
/* head_line: a line of a head taken apart, as the two readers of lines share it. */
#ifndef LIBHTTP_WIRE_HEAD_LINE_H
#define LIBHTTP_WIRE_HEAD_LINE_H

#include "wire/head.h"
#include "wire/scan.h"

/* "HTTP/1.1 200" */
#define STATUS_PREFIX 12

/* A line that is whole and whose bytes are allowed. */
struct line {
    const char *at;       /* where it begins */
    const char *name_end; /* behind the field's name; where the line begins if there is none */
    const char *text;     /* the value or reason, without blanks around it */
    const char *text_end;
    const char *end;  /* of the line's content */
    const char *next; /* behind its line end */
};

/*
 * HTTP/1.x SP 3DIGIT, the first not 0 (C-66, C-67); the bytes are there. False where it is
 * something else.
 */
static inline bool line_status(struct head *h, const char *at)
{
    if (memcmp(at, "HTTP/1.", 7) != 0 || at[8] != ' ' || !char_is(at[7], CHAR_DIGIT) ||
        !char_is(at[9], CHAR_DIGIT) || at[9] == '0' || !char_is(at[10], CHAR_DIGIT) ||
        !char_is(at[11], CHAR_DIGIT))
        return false;
    h->minor = (uint8_t)(at[7] - '0');
    h->status = (at[9] - '0') * 100 + (at[10] - '0') * 10 + (at[11] - '0');
    return true;
}

static inline struct field line_field(const struct line *line, const char *data)
{
    return (struct field){
        .name = (uint32_t)(line->at - data),
        .name_length = (uint32_t)(line->name_end - line->at),
        .value = (uint32_t)(line->text - data),
        .value_length = (uint32_t)(line->text_end - line->text),
    };
}

/* Whether a field whose name is so long may be one that framing and persistence look at. */
static inline bool line_may_be_known(size_t length)
{
    const uint32_t lengths = 1u << 7 | 1u << 10 | 1u << 14 | 1u << 17;

    return length < 32 && (lengths >> length & 1) != 0;
}

/* HEAD_HAS_… of a name. */
static inline uint8_t line_known(const char *name, size_t length)
{
    switch (length) {
    case 7:
        return span_equal_nocase(span_of(name, 7), span_text("upgrade")) ? HEAD_HAS_UPGRADE : 0;
    case 10:
        return scan_token_is(name, "connection", 10) ? HEAD_HAS_CONNECTION : 0;
    case 14:
        return scan_token_is(name, "content-length", 14) ? HEAD_HAS_CONTENT_LENGTH : 0;
    case 17:
        return scan_token_is(name, "transfer-encoding", 17) ? HEAD_HAS_TRANSFER_ENCODING : 0;
    default:
        return 0;
    }
}

/* Notes fields[index] where it is one of those. */
static inline void line_note_known(struct head *h, const char *data, uint32_t index)
{
    const struct field *field = &h->fields[index];
    uint8_t known = line_known(data + field->name, field->name_length);

    if (known == 0)
        return;
    if (h->known & known)
        h->known |= HEAD_REPEATED;
    h->known |= known;
    h->known_begin = h->known_end ? h->known_begin : index;
    h->known_end = index + 1;
    if (known == HEAD_HAS_CONTENT_LENGTH)
        h->content_length = index;
    else if (known == HEAD_HAS_CONNECTION)
        h->connection = index;
}

/* head_usual.c: takes lines from h->line on, as long as they are usual ones. */
void head_take_usual(struct head *h, const char *data, size_t length,
                     const struct head_limits *limits);

#endif
