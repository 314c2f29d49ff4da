/* SPDX-License-Identifier: MIT */
#include "wire/chars.h"

/*
 * Sums of the CHAR_ bits, a line for 16 bytes: 3 of '#', 103 of 'g' = token + value + target + host
 * + alpha, and so on. The test builds each class anew from the text of its RFC and compares.
 */
/* clang-format off */
const uint8_t char_class[256] = {
    /* 00 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0,
    /* 10 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 20 */ 2, 39, 6, 3, 39, 7, 39, 39, 38, 38, 39, 39, 38, 39, 39, 6,
    /* 30 */ 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 6, 38, 6, 38, 6, 6,
    /* 40 */ 6, 119, 119, 119, 119, 119, 119, 103, 103, 103, 103, 103, 103, 103, 103, 103,
    /* 50 */ 103, 103, 103, 103, 103, 103, 103, 103, 103, 103, 103, 6, 6, 6, 7, 39,
    /* 60 */ 7, 119, 119, 119, 119, 119, 119, 103, 103, 103, 103, 103, 103, 103, 103, 103,
    /* 70 */ 103, 103, 103, 103, 103, 103, 103, 103, 103, 103, 103, 6, 7, 6, 39, 0,
    /* 80 */ 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    /* 90 */ 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    /* a0 */ 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    /* b0 */ 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    /* c0 */ 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    /* d0 */ 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    /* e0 */ 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    /* f0 */ 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
};
/* clang-format on */

int hex_value(char c)
{
    if (c <= '9')
        return c - '0';
    return ascii_lower(c) - 'a' + 10;
}

/* So many digits can't overflow. */
#define SAFE_DIGITS 18

static bool short_decimal(struct span s, int64_t maximum, int64_t *ret_value)
{
    int64_t value = 0;

    for (size_t i = 0; i < s.length; i++) {
        unsigned digit = (unsigned)s.data[i] - '0';

        if (digit > 9)
            return false;
        value = value * 10 + digit;
    }
    if (value > maximum)
        return false;
    *ret_value = value;
    return true;
}

bool span_decimal(struct span s, int64_t maximum, int64_t *ret_value)
{
    int64_t tens = maximum / 10;
    int64_t value = 0;

    if (s.length == 0)
        return false;
    if (s.length <= SAFE_DIGITS)
        return short_decimal(s, maximum, ret_value);
    for (size_t i = 0; i < s.length; i++) {
        int digit = s.data[i] - '0';

        if (digit < 0 || digit > 9 || value > tens || value * 10 > maximum - digit)
            return false;
        value = value * 10 + digit;
    }
    *ret_value = value;
    return true;
}
