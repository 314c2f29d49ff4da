/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

/* Which second bytes may follow a first one, and how many follow in all: RFC 3629 4. */
struct form {
    unsigned char first_from, first_to;
    unsigned char second_from, second_to;
    unsigned char following;
};

static const struct form forms[] = {
    {0x00, 0x7f, 0x00, 0x00, 0}, {0xc2, 0xdf, 0x80, 0xbf, 1}, {0xe0, 0xe0, 0xa0, 0xbf, 2},
    {0xe1, 0xec, 0x80, 0xbf, 2}, {0xed, 0xed, 0x80, 0x9f, 2}, {0xee, 0xef, 0x80, 0xbf, 2},
    {0xf0, 0xf0, 0x90, 0xbf, 3}, {0xf1, 0xf3, 0x80, 0xbf, 3}, {0xf4, 0xf4, 0x80, 0x8f, 3},
};

static const struct form *find(unsigned char first)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (first >= forms[i].first_from && first <= forms[i].first_to)
            return &forms[i];
    }
    return NULL;
}

/* The length of the character at the start, or 0 where there is none. */
static size_t character_length(struct span s)
{
    const struct form *form = find((unsigned char)s.data[0]);

    if (!form || s.length <= form->following)
        return 0;
    for (size_t i = 1; i <= form->following; i++) {
        unsigned char c = (unsigned char)s.data[i];
        unsigned char from = i == 1 ? form->second_from : 0x80;
        unsigned char to = i == 1 ? form->second_to : 0xbf;

        if (c < from || c > to)
            return 0;
    }
    return (size_t)form->following + 1;
}

bool utf8_is_valid(struct span s)
{
    while (s.length > 0) {
        size_t length = character_length(s);

        if (length == 0)
            return false;
        s = span_of(s.data + length, s.length - length);
    }
    return true;
}
