/* SPDX-License-Identifier: MIT */
/*
 * The lines of a head that are what nearly all are, and are read fast: no blanks around their
 * text but the usual one, no control bytes, CRLF at their end; whole, and within the limits. The
 * first other one is left to head.c, as are those in the last few bytes of the input.
 */
#include "wire/head_line.h"

/* Blanks, control bytes: a text that begins or ends in one is not usual. */
static inline bool is_low(char c)
{
    return (unsigned char)c <= ' ';
}

/* From `text` to the line's end. Behind the last block two bytes are still readable. */
static inline bool read_usual_text(const char *text, const char *last, struct line *line)
{
    if (text > last)
        return false;
    line->text = text;
    line->text_end = scan_block_low(text, last);
    return memcmp(line->text_end, "\r\n", 2) == 0 && !is_low(text[0]) &&
           !is_low(line->text_end[-1]);
}

/* ": " ends a name, nearly always. */
static inline bool is_name_end(const char *at)
{
    return memcmp(at, ": ", 2) == 0;
}

static inline bool read_usual_field(const char *at, const char *last, struct line *line)
{
    line->at = at;
    line->name_end = scan_block_name(at, last);
    if (!is_name_end(line->name_end)) {
        line->name_end = scan_token(line->name_end, last);
        if (!is_name_end(line->name_end))
            return false;
    }
    return line->name_end > at && read_usual_text(line->name_end + 2, last, line);
}

static const char *take_status(struct head *h, const char *data, const char *last, uint32_t limit)
{
    const char *at = data + h->line;
    struct line line;

    /* Where blocks are short, a status line may end behind the last one. */
    if (last - at <= STATUS_PREFIX || !line_status(h, at) || at[STATUS_PREFIX] != ' ' ||
        !read_usual_text(at + STATUS_PREFIX + 1, last, &line) ||
        (size_t)(line.text_end - at) > limit)
        return at;
    h->reason = (uint32_t)(line.text - data);
    h->reason_length = (uint32_t)(line.text_end - line.text);
    h->phase = HEAD_FIELDS;
    return line.text_end + 2;
}

/* In a loop of its own, so that the other one calls nothing. */
static void note_fields(struct head *h, const char *data, const struct field *end)
{
    const struct field *fields = h->fields;

    for (const struct field *field = fields + h->count; field < end; field++) {
        if (line_may_be_known(field->name_length))
            line_note_known(h, data, (uint32_t)(field - fields));
    }
    h->count = (uint32_t)(end - fields);
}

static const char *take_fields(struct head *h, const char *data, const char *at, const char *last,
                               const struct head_limits *limits)
{
    uint32_t places = h->capacity < limits->fields ? h->capacity : limits->fields;
    struct field *field = h->fields + h->count;
    struct field *full = h->fields + places;
    size_t line_limit = limits->line;
    struct line line;

    for (; at <= last && *at != '\r' && field < full; field++) {
        if (!read_usual_field(at, last, &line) || (size_t)(line.text_end - at) > line_limit)
            break;
        *field = line_field(&line, data);
        at = line.text_end + 2;
    }
    note_fields(h, data, field);
    return at;
}

void head_take_usual(struct head *h, const char *data, size_t length,
                     const struct head_limits *limits)
{
    const char *end = data + length;
    const char *at = data + h->line;
    const char *last;

    if (length - h->line < SCAN_BLOCK + 2)
        return;
    last = end - (SCAN_BLOCK + 2);
    if (h->phase == HEAD_STATUS_LINE)
        at = take_status(h, data, last, limits->line);
    if (h->phase == HEAD_FIELDS)
        at = take_fields(h, data, at, last, limits);
    if (h->phase == HEAD_FIELDS && end - at >= 2 && memcmp(at, "\r\n", 2) == 0) {
        at += 2;
        h->length = (uint32_t)(at - data);
        h->phase = HEAD_COMPLETE;
    }
    h->line = h->searched = (uint32_t)(at - data);
}
