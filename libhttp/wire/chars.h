/* SPDX-License-Identifier: MIT */
/* chars: which byte may stand where (RFC 9110 5.5, 5.6.2; RFC 9112 3), as one table of bits. */
#ifndef LIBHTTP_WIRE_CHARS_H
#define LIBHTTP_WIRE_CHARS_H

#include "base/span.h"

enum {
    CHAR_TOKEN = 1,  /* tchar */
    CHAR_VALUE = 2,  /* HTAB, SP, VCHAR, obs-text: what we send in a field value */
    CHAR_TARGET = 4, /* 0x21 to 0x7e but '#': what we send as request target (C-30) */
    CHAR_DIGIT = 8,
    CHAR_HEX = 16,
    CHAR_HOST = 32, /* unreserved and sub-delims: a host's name, percent encoding refused */
    CHAR_ALPHA = 64
};

extern const uint8_t char_class[256];

static inline bool char_is(char c, int class)
{
    return (char_class[(unsigned char)c] & class) != 0;
}

/* SP or HTAB: what may surround a value (RFC 9110 5.6.3). */
static inline bool char_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* How many bytes at the start are of the class. */
static inline size_t span_prefix(struct span s, int class)
{
    size_t i = 0;

    while (i < s.length && char_is(s.data[i], class))
        i++;
    return i;
}

/* Every byte is of the class; false for an empty span. */
static inline bool span_all(struct span s, int class)
{
    return s.length > 0 && span_prefix(s, class) == s.length;
}

/* The value of a hexadecimal digit; the byte is one. */
int hex_value(char c);

/*
 * A decimal number of digits alone, at most `maximum`; false for anything else: empty, sign, blank,
 * overflow (C-6, C-78).
 */
bool span_decimal(struct span s, int64_t maximum, int64_t *ret_value);

#endif
