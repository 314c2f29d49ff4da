/* SPDX-License-Identifier: MIT */
#include "client/debug.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sigpipe.h"

/* What is kept for debug_take where nobody takes it. */
#define DEBUG_KEPT_MAX (64u * 1024u)

static bool is_secret(struct span name)
{
    return span_equal_nocase(name, span_text("authorization")) ||
           span_equal_nocase(name, span_text("proxy-authorization")) ||
           span_equal_nocase(name, span_text("cookie")) ||
           span_equal_nocase(name, span_text("set-cookie"));
}

static void write_all(int fd, struct span s)
{
    struct sigpipe held;

    sigpipe_hold(&held);
    while (s.length > 0) {
        ssize_t n = write(fd, s.data, s.length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break; /* nobody listens: debugging must not hurt */
        s.data += n;
        s.length -= (size_t)n;
    }
    sigpipe_release(&held, s.length > 0);
}

/* The last DEBUG_KEPT_MAX bytes. */
static void keep(struct debug *d, struct span line)
{
    if (!d->kept) {
        d->kept = malloc(sizeof *d->kept);
        if (!d->kept)
            return;
        buf_init_secret(d->kept, DEBUG_KEPT_MAX + 1); /* and a NUL */
    }
    while (buf_length(d->kept) > 0 && buf_length(d->kept) + line.length > DEBUG_KEPT_MAX) {
        const char *end = memchr(buf_data(d->kept), '\n', buf_length(d->kept));

        buf_consume(d->kept, end ? (size_t)(end - buf_data(d->kept)) + 1 : buf_length(d->kept));
    }
    buf_append_span(d->kept, line);
    if (buf_failed(d->kept))
        buf_clear(d->kept);
}

static void put(struct libhttp_connection *c, struct span line)
{
    if (c->debug.fd >= 0)
        write_all(c->debug.fd, line);
    else
        keep(&c->debug, line);
}

static void append_printable(struct buf *line, struct span s)
{
    for (size_t i = 0; i < s.length; i++) {
        unsigned char byte = (unsigned char)s.data[i];

        if ((byte >= 0x20 && byte != 0x7f) || byte == '\t') {
            buf_append(line, s.data + i, 1);
        } else {
            buf_append_text(line, "\\x");
            buf_append(line, &"0123456789abcdef"[byte >> 4], 1);
            buf_append(line, &"0123456789abcdef"[byte & 15], 1);
        }
    }
}

static void put_line(struct libhttp_connection *c, const char *label, struct span text)
{
    struct buf line;

    buf_init_secret(&line, SIZE_MAX / 2);
    buf_append_span(&line, span_text(label));
    append_printable(&line, text);
    buf_append_text(&line, "\n");
    if (!buf_failed(&line))
        put(c, buf_span(&line));
    buf_release(&line);
}

/* "name: value", the value masked where it is a credential. */
static void put_field(struct libhttp_connection *c, const char *label, struct span name,
                      struct span value)
{
    struct buf line;

    if (is_secret(name) && !(c->debug.level & LIBHTTP_DEBUG_SECRETS))
        value = span_text("***");
    buf_init_secret(&line, SIZE_MAX / 2);
    buf_append_span(&line, name);
    buf_append_text(&line, ": ");
    buf_append_span(&line, value);
    if (!buf_failed(&line))
        put_line(c, label, buf_span(&line));
    buf_release(&line);
}

static struct span next_line(struct span *rest)
{
    const char *end = memchr(rest->data, '\n', rest->length);
    size_t length = end ? (size_t)(end - rest->data) : rest->length;
    struct span line = span_of(rest->data, length);

    rest->data += end ? length + 1 : length;
    rest->length -= end ? length + 1 : length;
    if (line.length > 0 && line.data[line.length - 1] == '\r')
        line.length--;
    return line;
}

void debug_request(struct libhttp_connection *c, struct span head)
{
    put_line(c, "send: ", next_line(&head));
    while (head.length > 0) {
        struct span line = next_line(&head);
        bool continues = line.length > 0 && line.data[0] == '\t'; /* who knows what (T-53) */
        const char *colon =
            line.length > 0 && !continues ? memchr(line.data, ':', line.length) : NULL;
        size_t at = colon ? (size_t)(colon - line.data) : 0;

        if (colon)
            put_field(c, "send: ", span_of(line.data, at),
                      span_trim(span_of(colon + 1, line.length - at - 1)));
        else if (line.length > 0)
            put_line(c,
                     "send: ", c->debug.level & LIBHTTP_DEBUG_SECRETS ? line : span_text("\t***"));
    }
}

void debug_body(struct libhttp_connection *c, struct span data)
{
    struct buf text;

    if (c->debug.level & LIBHTTP_DEBUG_SECRETS) {
        put_line(c, "send: ", data);
        return;
    }
    buf_init(&text, 64);
    buf_append_decimal(&text, data.length);
    buf_append_text(&text, " bytes of body");
    put_line(c, "send: ", buf_span(&text));
    buf_release(&text);
}

void debug_response(struct libhttp_connection *c, const struct head *h, const char *data)
{
    struct span all = span_of(data, h->length);

    put_line(c, "reply: ", next_line(&all));
    for (uint32_t i = 0; i < h->count; i++)
        put_field(c, "header: ", span_of(data + h->fields[i].name, h->fields[i].name_length),
                  head_value(h, data, i));
}

void debug_message(struct libhttp_connection *c, struct message *m)
{
    struct span raw;
    struct failure ignored;

    failure_init(&ignored);
    if (message_raw(m, &raw, &ignored) == LIBHTTP_OK)
        put_line(c, "reply: ", next_line(&raw));
    failure_done(&ignored);
    for (uint32_t i = 0; i < m->headers.fields.count; i++)
        put_field(c, "header: ", fields_name(&m->headers.fields, i),
                  fields_value(&m->headers.fields, i));
}

int32_t debug_take(struct debug *d, struct span *ret)
{
    struct buf *taken = d->kept;

    if (!taken || buf_length(taken) == 0) {
        *ret = span_of("", 0);
        return LIBHTTP_OK;
    }
    if (!buf_reserve(taken, 1))
        return LIBHTTP_E_NO_MEMORY;
    buf_data(taken)[buf_length(taken)] = '\0';
    *ret = buf_span(taken);
    d->kept = d->given;
    d->given = taken;
    if (d->kept)
        buf_clear(d->kept);
    return LIBHTTP_OK;
}

static void release(struct buf **b)
{
    if (*b)
        buf_release(*b);
    free(*b);
    *b = NULL;
}

void debug_done(struct debug *d)
{
    release(&d->kept);
    release(&d->given);
}
