/* SPDX-License-Identifier: MIT */
#include "wire/parameters.h"

#include "base/percent.h"
#include "base/utf8.h"

static struct span skip(struct span s, size_t n)
{
    return span_of(s.data + n, s.length - n);
}

/* How many bytes stand before the first `a` or `b`. */
static size_t until(struct span s, char a, char b)
{
    size_t n = 0;

    while (n < s.length && s.data[n] != a && s.data[n] != b)
        n++;
    return n;
}

struct span parameters_begin(struct span *value)
{
    size_t length = until(*value, ';', ';');
    struct span first = span_trim(span_of(value->data, length));

    *value = skip(*value, length);
    return first;
}

/*
 * Where the quoted string ends that begins behind the quote: at its other, or at the end of the
 * text.
 */
static size_t quoted_length(struct span s)
{
    size_t n = 0;

    while (n < s.length && s.data[n] != '"')
        n += s.data[n] == '\\' && s.length - n > 1 ? 2 : 1;
    return n;
}

/* Behind the "=". */
static void take_value(struct span *rest, struct parameter *ret)
{
    size_t length;

    while (rest->length > 0 && (rest->data[0] == ' ' || rest->data[0] == '\t'))
        *rest = skip(*rest, 1);
    ret->quoted = rest->length > 0 && rest->data[0] == '"';
    if (ret->quoted)
        *rest = skip(*rest, 1);
    length = ret->quoted ? quoted_length(*rest) : until(*rest, ';', ';');
    ret->value = span_of(rest->data, length);
    if (!ret->quoted)
        ret->value = span_trim(ret->value);
    *rest = skip(*rest, length);
    /* Behind a quoted string only blanks belong; whatever there is goes. */
    *rest = skip(*rest, until(*rest, ';', ';'));
}

bool parameters_next(struct span *rest, struct parameter *ret)
{
    while (rest->length > 0) {
        size_t length;

        *rest = skip(*rest, 1);
        length = until(*rest, ';', '=');
        *ret = (struct parameter){.name = span_trim(span_of(rest->data, length)),
                                  .value = span_of("", 0)};
        *rest = skip(*rest, length);
        if (rest->length > 0 && rest->data[0] == '=') {
            *rest = skip(*rest, 1);
            take_value(rest, ret);
        }
        if (ret->name.length > 0)
            return true;
    }
    return false;
}

void parameter_put(const struct parameter *p, struct buf *out)
{
    struct span rest = p->value;

    while (p->quoted) {
        size_t plain = until(rest, '\\', '\\');

        buf_append(out, rest.data, plain);
        rest = skip(rest, plain);
        if (rest.length < 2)
            break;
        buf_append(out, rest.data + 1, 1);
        rest = skip(rest, 2);
    }
    buf_append_span(out, rest);
}

/* charset and language stand before the quotes; false where there aren't two. */
static bool split_extended(struct span value, struct span *ret_charset, struct span *ret_text)
{
    size_t length = until(value, '\'', '\'');
    struct span rest;

    *ret_charset = span_of(value.data, length);
    *ret_text = skip(value, value.length);
    if (length == value.length)
        return false;
    rest = skip(value, length + 1);
    length = until(rest, '\'', '\'');
    if (length == rest.length)
        return false;
    *ret_text = skip(rest, length + 1);
    return percent_is_valid(*ret_text);
}

static void put_latin1(struct span bytes, struct buf *out)
{
    for (size_t i = 0; i < bytes.length; i++) {
        unsigned char c = (unsigned char)bytes.data[i];
        char two[2] = {(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))};

        if (c < 0x80)
            buf_append(out, &bytes.data[i], 1);
        else
            buf_append(out, two, 2);
    }
}

static bool is_ascii(struct span s)
{
    for (size_t i = 0; i < s.length; i++) {
        if ((unsigned char)s.data[i] >= 0x80)
            return false;
    }
    return true;
}

/* Appends the decoded bytes in UTF-8 where they are of the charset. */
static bool put_charset(struct span charset, struct span bytes, struct buf *out)
{
    if (memchr(bytes.data, '\0', bytes.length))
        return false;
    if (span_equal_nocase(charset, span_text("iso-8859-1"))) {
        put_latin1(bytes, out);
        return true;
    }
    if (!(span_equal_nocase(charset, span_text("utf-8")) && utf8_is_valid(bytes)) &&
        !(span_equal_nocase(charset, span_text("us-ascii")) && is_ascii(bytes)))
        return false;
    buf_append_span(out, bytes);
    return true;
}

bool parameter_put_extended(const struct parameter *p, struct buf *out)
{
    struct span charset, text;
    struct buf decoded;
    char *room;
    bool good;

    if (!split_extended(p->value, &charset, &text) || !is_ascii(text))
        return false;
    buf_init(&decoded, text.length + 1);
    room = buf_reserve(&decoded, text.length + 1);
    if (!room) {
        out->failure = BUF_NO_MEMORY;
        return false;
    }
    buf_commit(&decoded, percent_decode(room, text, false));
    good = put_charset(charset, buf_span(&decoded), out);
    buf_release(&decoded);
    return good;
}
