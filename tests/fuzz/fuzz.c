/* SPDX-License-Identifier: MIT */
#include "fuzz/fuzz.h"

#include <libhttp/error.h>
#include <string.h>
#include <strings.h>

bool fuzz_equal(struct fuzz_text a, struct fuzz_text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool fuzz_equal_nocase(struct fuzz_text a, struct fuzz_text b)
{
    return a.length == b.length && (a.length == 0 || strncasecmp(a.data, b.data, a.length) == 0);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct fuzz_text fuzz_trimmed(struct fuzz_text text)
{
    while (text.length > 0 && is_blank(text.data[text.length - 1]))
        text.length--;
    while (text.length > 0 && is_blank(text.data[0])) {
        text.data++;
        text.length--;
    }
    return text;
}

uint64_t fuzz_hash(uint64_t before, const void *data, size_t length)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < length; i++)
        before = (before ^ bytes[i]) * 0x100000001b3u;
    return before;
}

unsigned fuzz_byte(struct fuzz_input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->data++;
}

struct fuzz_text fuzz_text(struct fuzz_input *in)
{
    enum { LONG_FROM = 252, LONG_UNIT = 300 };
    size_t length = fuzz_byte(in);
    bool is_long = length >= LONG_FROM;
    int fill = is_long ? (int)fuzz_byte(in) : 0;
    char *copy;

    if (is_long)
        length = (length - LONG_FROM + 1) * LONG_UNIT;
    else if (length > in->left)
        length = in->left;
    copy = malloc(length + (length == 0));
    fuzz_require(copy != NULL);
    if (is_long) {
        memset(copy, fill, length);
    } else if (length > 0) {
        memcpy(copy, in->data, length);
        in->data += length;
        in->left -= length;
    }
    return (struct fuzz_text){copy, length};
}

void fuzz_text_free(struct fuzz_text *text)
{
    free((void *)(uintptr_t)text->data);
    *text = (struct fuzz_text){NULL, 0};
}

struct fuzz_text fuzz_rest(struct fuzz_input *in)
{
    struct fuzz_text rest = {(const char *)in->data, in->left};

    in->data += in->left;
    in->left = 0;
    return rest;
}

bool fuzz_is_error(int32_t status)
{
    return status < 0 && libhttp_error_name(status) != NULL;
}
