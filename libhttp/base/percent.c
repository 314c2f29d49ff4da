/* SPDX-License-Identifier: MIT */
#include "base/percent.h"

static const char unreserved[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

void percent_set_init(struct percent_set *set, struct span more)
{
    *set = (struct percent_set){{false}};
    for (size_t i = 0; i < sizeof unreserved - 1; i++)
        set->has[(unsigned char)unreserved[i]] = true;
    for (size_t i = 0; i < more.length; i++) {
        if ((unsigned char)more.data[i] < 0x80)
            set->has[(unsigned char)more.data[i]] = true;
    }
}

size_t percent_encoded_length(const struct percent_set *set, struct span in, bool plus)
{
    size_t length = 0;

    for (size_t i = 0; i < in.length; i++) {
        bool one = set->has[(unsigned char)in.data[i]] || (plus && in.data[i] == ' ');

        length += one ? 1 : 3;
    }
    return length;
}

void percent_encode(char *out, const struct percent_set *set, struct span in, bool plus)
{
    static const char hex[] = "0123456789ABCDEF";

    for (size_t i = 0; i < in.length; i++) {
        unsigned char c = (unsigned char)in.data[i];

        if (plus && c == ' ') {
            *out++ = '+';
        } else if (set->has[c]) {
            *out++ = (char)c;
        } else {
            *out++ = '%';
            *out++ = hex[c >> 4];
            *out++ = hex[c & 15];
        }
    }
}

/* The value of a hexadecimal digit, or -1. */
static int digit(char c)
{
    c = ascii_lower(c);
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that "%XX" at `i` stands for, or -1 where there is none. */
static int escape_at(struct span in, size_t i)
{
    int high, low;

    if (in.data[i] != '%' || in.length - i < 3)
        return -1;
    high = digit(in.data[i + 1]);
    low = digit(in.data[i + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

size_t percent_decode(char *out, struct span in, bool plus)
{
    size_t length = 0;

    for (size_t i = 0; i < in.length; i++) {
        int byte = escape_at(in, i);

        if (byte >= 0)
            i += 2;
        else
            byte = plus && in.data[i] == '+' ? ' ' : in.data[i];
        if (out)
            out[length] = (char)byte;
        length++;
    }
    return length;
}

bool percent_is_valid(struct span in)
{
    for (size_t i = 0; i < in.length; i++) {
        if (in.data[i] == '%' && escape_at(in, i) < 0)
            return false;
    }
    return true;
}
