/* SPDX-License-Identifier: MIT */
/*
 * How a line is read: in one go from its first byte, in the hope that it is whole and well formed,
 * as nearly all are. Where that fails its end is searched for, which tells which of the two it
 * isn't: so what is said about a line never depends on how its bytes were split.
 */
#include "wire/head.h"

#include <errno.h>
#include <stdlib.h>

#include "wire/head_line.h"

void head_release_fields(struct head *h)
{
    free(h->fields);
    head_init(h, h->trailers);
}

void head_move(struct head *to, struct head *from)
{
    memcpy(to, from, offsetof(struct head, inline_fields));
    if (from->fields == from->inline_fields) {
        memcpy(to->inline_fields, from->inline_fields, from->count * sizeof(struct field));
        to->fields = to->inline_fields;
    }
    head_init(from, from->trailers);
}

static const char *line_kind(const struct head *h)
{
    if (h->phase == HEAD_STATUS_LINE)
        return "status line";
    return h->trailers ? "trailer line" : "header line";
}

/*
 * From behind a name's colon or a status to the line's end: CRLF or a bare LF (C-68). False for NUL
 * and a lone CR (T-14).
 */
static inline bool read_text(const char *at, const char *end, struct line *ret)
{
    while (at < end && char_is_blank(*at))
        at++;
    ret->text = at;
    at = scan_line(at, end);
    ret->end = ret->text_end = at;
    if (at < end && *at == '\r')
        at++;
    if (at == end || *at != '\n')
        return false;
    ret->next = at + 1;
    while (ret->text_end > ret->text && char_is_blank(ret->text_end[-1]))
        ret->text_end--;
    return true;
}

/* RFC 9112 5: a field, an obs-fold (5.2) or the blank line; the latter two have no name. */
static inline bool read_field_line(const char *at, const char *end, struct line *ret)
{
    ret->name_end = scan_token(at, end);
    if (ret->name_end == end)
        return false;
    if (*ret->name_end == ':' && ret->name_end > at)
        return read_text(ret->name_end + 1, end, ret);
    return ret->name_end == at && read_text(at, end, ret) && (char_is_blank(*at) || ret->end == at);
}

/* The reason may be missing, with or without its blank (C-66). */
static bool read_status_line(struct head *h, const char *at, const char *end, struct line *ret)
{
    if (end - at <= STATUS_PREFIX || !line_status(h, at))
        return false;
    ret->name_end = at;
    at += STATUS_PREFIX;
    if (*at != ' ' && *at != '\r' && *at != '\n')
        return false;
    return read_text(at, end, ret);
}

/*
 * RFC 9112 5.2, C-73: the value goes on. What is between its lines is taken out by head_terminate.
 *
 */
static void continue_field(struct head *h, const char *data, const struct line *line)
{
    struct field *last = &h->fields[h->count - 1];

    h->known |= HEAD_IRREGULAR;
    if (line->text == line->text_end)
        return;
    if (last->value_length == 0)
        last->value = (uint32_t)(line->text - data);
    last->value_length = (uint32_t)(line->text_end - data) - last->value;
}

/*
 * More places than the inline ones, where a limit was raised; doubled, so that many fields stay
 * linear.
 */
static bool grow(struct head *h)
{
    struct field *places;

    if (h->capacity > UINT32_MAX / 2)
        return false;
    places = reallocarray(NULL, h->capacity, 2 * sizeof *places);
    if (!places)
        return false;
    memcpy(places, h->fields, h->count * sizeof *places);
    if (h->fields != h->inline_fields)
        free(h->fields);
    h->fields = places;
    h->capacity *= 2;
    return true;
}

static int32_t add_field(struct head *h, const char *data, const struct line *line,
                         const struct head_limits *limits, struct failure *failure)
{
    if (h->count >= limits->fields)
        return fail(failure, LIBHTTP_E_TOO_MANY_HEADERS, "more than %u %s fields", limits->fields,
                    h->trailers ? "trailer" : "header");
    if (h->count == h->capacity && !grow(h))
        return fail_memory(failure);
    h->fields[h->count] = line_field(line, data);
    line_note_known(h, data, h->count++);
    return LIBHTTP_OK;
}

/*
 * Says what is wrong with the first line of a response: another protocol (C-67), or none at all
 * (C-65).
 */
static int32_t bad_status_line(struct span line, struct failure *failure)
{
    struct span version = line;
    size_t i = 0;

    while (i < line.length && !char_is_blank(line.data[i]))
        i++;
    version.length = i;
    if (line.length >= 5 && memcmp(line.data, "HTTP/", 5) == 0 &&
        !(i == 8 && memcmp(line.data, "HTTP/1.", 7) == 0 && char_is(line.data[7], CHAR_DIGIT))) {
        fail(failure, LIBHTTP_E_UNKNOWN_PROTOCOL, "the peer speaks %s, not HTTP/1", QUOTE(version));
        return fail_detail(failure, version);
    }
    fail(failure, LIBHTTP_E_BAD_STATUS_LINE, "not a status line: %s", QUOTE(line));
    return fail_detail(failure, line);
}

static const char *what_is_wrong(struct span line)
{
    size_t name = span_prefix(line, CHAR_TOKEN);
    const char *end = line.data + line.length;
    const char *stop = scan_line(line.data, end);

    if (stop < end)
        return *stop == '\0' ? "NUL in" : "a lone CR in";
    if (name == 0 && char_is_blank(line.data[0])) /* an empty line would have ended the head */
        return "nothing to continue by";
    if (!memchr(line.data, ':', line.length))
        return "no colon in";
    if (char_is_blank(line.data[name]))
        return "a blank before the colon of";
    return name == 0 ? "no name in" : "a name that is no token in";
}

/* The line is whole, so it is malformed. */
static int32_t bad_line(const struct head *h, struct span line, struct failure *failure)
{
    if (h->phase == HEAD_STATUS_LINE)
        return bad_status_line(line, failure);
    fail(failure, LIBHTTP_E_BAD_HEADER, "%s the %s %s", what_is_wrong(line), line_kind(h),
         QUOTE(line));
    return fail_detail(failure, line);
}

static int32_t line_too_long(const struct head *h, const struct head_limits *limits,
                             struct failure *failure)
{
    return fail(failure, LIBHTTP_E_LINE_TOO_LONG, "a %s is longer than %u bytes", line_kind(h),
                limits->line);
}

/* Without a CR at the end: it belongs to the line's end, or will. */
static struct span line_content(const char *at, const char *end)
{
    if (end > at && end[-1] == '\r')
        end--;
    return span_of(at, (size_t)(end - at));
}

/* The line could not be read: there is more of it to come, it is too long, or it is malformed. */
static int32_t explain_line(struct head *h, const char *data, size_t end,
                            const struct head_limits *limits, struct failure *failure)
{
    const char *at = data + h->line;
    const char *line_end = memchr(at, '\n', end - h->line);
    struct span content = line_content(at, line_end ? line_end : data + end);

    if (content.length > limits->line)
        return line_too_long(h, limits, failure);
    if (line_end)
        return bad_line(h, content, failure);
    h->searched = (uint32_t)end;
    return LIBHTTP_AGAIN;
}

/*
 * True where an earlier call has searched the line in vain and the new bytes don't end it either
 * (T-24).
 */
static bool still_incomplete(struct head *h, const char *data, size_t end,
                             const struct head_limits *limits)
{
    if (h->searched == h->line || memchr(data + h->searched, '\n', end - h->searched))
        return false;
    if (line_content(data + h->line, data + end).length > limits->line)
        return false;
    h->searched = (uint32_t)end;
    return true;
}

static int32_t take_line(struct head *h, const char *data, const struct line *line,
                         const struct head_limits *limits, struct failure *failure)
{
    const char *at = data + h->line;

    if (line->text_end < line->end)
        h->known |= HEAD_IRREGULAR;
    if (h->phase == HEAD_STATUS_LINE) {
        h->reason = (uint32_t)(line->text - data);
        h->reason_length = (uint32_t)(line->text_end - line->text);
        h->phase = HEAD_FIELDS;
    } else if (line->name_end > at) {
        return add_field(h, data, line, limits, failure);
    } else if (line->end == at) {
        h->length = (uint32_t)(line->next - data);
        h->phase = HEAD_COMPLETE;
    } else if (h->count > 0) {
        continue_field(h, data, line);
    } else {
        return bad_line(h, span_of(at, (size_t)(line->end - at)), failure);
    }
    return LIBHTTP_OK;
}

static int32_t next_line(struct head *h, const char *data, size_t end,
                         const struct head_limits *limits, struct failure *failure)
{
    const char *at = data + h->line;
    struct line line = {.at = at};
    int32_t status;
    bool whole;

    if (still_incomplete(h, data, end, limits))
        return LIBHTTP_AGAIN;
    if (h->phase == HEAD_STATUS_LINE)
        whole = read_status_line(h, at, data + end, &line);
    else
        whole = read_field_line(at, data + end, &line);
    if (!whole)
        return explain_line(h, data, end, limits, failure);
    if ((size_t)(line.end - at) > limits->line)
        return line_too_long(h, limits, failure);
    status = take_line(h, data, &line, limits, failure);
    h->line = h->searched = (uint32_t)(line.next - data);
    return status;
}

int32_t head_parse(struct head *h, const char *data, size_t length,
                   const struct head_limits *limits, struct failure *failure)
{
    /*
     * A head must be complete within so many bytes. The limit may have been lowered since the last
     * call.
     */
    size_t end = length < limits->total ? length : limits->total;
    int32_t status = h->searched > end ? LIBHTTP_AGAIN : LIBHTTP_OK;

    while (status == LIBHTTP_OK && h->phase != HEAD_COMPLETE) {
        if (h->searched == h->line)
            head_take_usual(h, data, end, limits);
        if (h->phase != HEAD_COMPLETE)
            status = next_line(h, data, end, limits, failure);
    }
    if (status == LIBHTTP_AGAIN && length > limits->total)
        return fail(failure, LIBHTTP_E_HEAD_TOO_LARGE, "the %s is longer than %u bytes",
                    h->trailers ? "trailer section" : "head", limits->total);
    return status;
}

int32_t head_at_eof(const struct head *h, const char *data, size_t length, struct failure *failure)
{
    if (h->phase == HEAD_STATUS_LINE && length == 0) {
        fail(failure, LIBHTTP_E_REMOTE_DISCONNECTED,
             "the peer closed the connection without a response; the request may have been "
             "processed");
        failure->os_error = ECONNRESET;
        return failure->code;
    }
    if (h->phase == HEAD_STATUS_LINE) {
        fail(failure, LIBHTTP_E_BAD_STATUS_LINE, "the connection ended in the status line %s",
             QUOTE(span_of(data, length)));
        return fail_detail(failure, span_of(data, length));
    }
    return fail(failure, LIBHTTP_E_INCOMPLETE_READ, "the connection ended in the %s after %u %s",
                h->trailers ? "trailers" : "head", h->count, h->count == 1 ? "field" : "fields");
}
