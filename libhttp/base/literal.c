/* SPDX-License-Identifier: MIT */
#include "base/literal.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}

/* Takes dec-octet off the front. */
static bool take_octet(struct span *s)
{
    int value = 0;
    size_t n = 0;

    while (n < s->length && n < 3 && is_digit(s->data[n]))
        value = value * 10 + (s->data[n++] - '0');
    if (n == 0 || value > 255 || (n > 1 && s->data[0] == '0'))
        return false;
    *s = span_of(s->data + n, s->length - n);
    return true;
}

static bool take_char(struct span *s, char c)
{
    if (s->length == 0 || s->data[0] != c)
        return false;
    *s = span_of(s->data + 1, s->length - 1);
    return true;
}

bool literal_is_ipv4(struct span s)
{
    for (int i = 0; i < 4; i++) {
        if ((i > 0 && !take_char(&s, '.')) || !take_octet(&s))
            return false;
    }
    return s.length == 0;
}

static size_t hex_digits(struct span s)
{
    size_t n = 0;

    while (n < s.length && is_hex(s.data[n]))
        n++;
    return n;
}

/*
 * Takes groups and the colons between them; the last may be an IPv4 address, which counts as two.
 * The number of groups, or -1. Stops before "::" and at the end.
 */
static int take_groups(struct span *s)
{
    int groups = 0;

    while (s->length > 0 && s->data[0] != ':') {
        size_t n = hex_digits(*s);

        if (literal_is_ipv4(*s)) {
            *s = span_of(s->data + s->length, 0);
            return groups + 2;
        }
        if (n == 0 || n > 4 || ++groups > 8)
            return -1;
        *s = span_of(s->data + n, s->length - n);
        if (s->length > 0 && s->data[0] != ':')
            return -1;
        if (s->length > 1 && s->data[1] != ':')
            take_char(s, ':');
    }
    return groups;
}

bool literal_is_ipv6(struct span s)
{
    int before = take_groups(&s);
    int behind;

    if (before < 0)
        return false;
    if (s.length == 0)
        return before == 8;
    take_char(&s, ':'); /* where groups stop */
    if (!take_char(&s, ':'))
        return false;
    behind = take_groups(&s);
    return behind >= 0 && s.length == 0 && before + behind <= 7;
}

static struct span last_label(struct span s)
{
    size_t at;

    if (s.length > 0 && s.data[s.length - 1] == '.')
        s.length--;
    at = s.length;
    while (at > 0 && s.data[at - 1] != '.')
        at--;
    return span_of(s.data + at, s.length - at);
}

bool literal_is_ambiguous(struct span s)
{
    struct span label = last_label(s);
    bool hex = label.length > 1 && label.data[0] == '0' && ascii_lower(label.data[1]) == 'x';

    if (label.length == 0 || literal_is_ipv4(s) || literal_is_ipv6(s))
        return false;
    for (size_t i = hex ? 2 : 0; i < label.length; i++) {
        if (hex ? !is_hex(label.data[i]) : !is_digit(label.data[i]))
            return false;
    }
    return true;
}
