/* SPDX-License-Identifier: MIT */
/* The door for text and data. */
#include "base/text.h"

#include <stdlib.h>

#include "base/limits.h"
#include "tap.h"

static int32_t text(const char *data, int64_t length, struct span *ret, struct failure *failure)
{
    *ret = span_of("old", 3);
    return text_in(ret, data, length, "name", failure);
}

static void refused(const char *data, int64_t length, const char *sentence)
{
    struct failure failure;
    struct span s;

    failure_init(&failure);
    is(text(data, length, &s, &failure), LIBHTTP_E_INVALID_ARGUMENT, "T-6 refused: %s", sentence);
    is_str(failure_text(&failure), sentence, "the sentence names the argument");
    is(s.length, 0, "ret is empty");
    is(text(data, length, &s, NULL), LIBHTTP_E_INVALID_ARGUMENT, "the same without a sentence");
    failure_done(&failure);
}

static void lengths(void)
{
    char *many = malloc(LIMIT_TEXT + 2);
    bool good = true;
    struct span s;

    if (!many)
        bail_out("no memory");
    memset(many, 'a', LIMIT_TEXT + 2);
    for (int64_t i = 0; i <= 70000; i++)
        good = good && text(many, i, &s, NULL) == LIBHTTP_OK && s.length == (size_t)i;
    ok(good, "T-31 lengths 0 to 70,000");
    is(text(many, LIMIT_TEXT, &s, NULL), LIBHTTP_OK, "T-31 the longest");
    refused(many, LIMIT_TEXT + 1, "name is too long");
    many[LIMIT_TEXT + 1] = '\0';
    refused(many, -1, "name is too long");
    many[LIMIT_TEXT] = '\0';
    is(text(many, -1, &s, NULL), LIBHTTP_OK, "the longest that ends at its NUL");
    is(s.length, LIMIT_TEXT, "all of it");
    refused(many, LIMIT_TEXT + 1ll, "name is too long");
    refused(many, INT64_MAX, "name is too long");
    many[10] = '\0';
    refused(many, LIMIT_TEXT, "name has a NUL in it");
    free(many);
}

static void data(void)
{
    struct failure failure;
    struct span s = span_of("x", 1);

    failure_init(&failure);
    is(data_in(&s, "a\0b", 3, "body", &failure), LIBHTTP_OK, "data may hold any byte");
    is_mem(s.data, s.length, "a\0b", 3, "all of it");
    is(data_in(&s, NULL, 0, "body", &failure), LIBHTTP_OK, "NULL is no data");
    ok(s.data && s.length == 0, "as an empty span");
    is(data_in(&s, "a", -1, "body", &failure), LIBHTTP_E_INVALID_ARGUMENT,
       "-1 is no length of data");
    is_str(failure_text(&failure), "body has a negative length", "the sentence says so");
    is(data_in(&s, NULL, 1, "body", &failure), LIBHTTP_E_INVALID_ARGUMENT, "NULL with a length");
    is_str(failure_text(&failure), "body is NULL", "the sentence says so");
    is(data_in(&s, NULL, 1, "body", NULL), LIBHTTP_E_INVALID_ARGUMENT,
       "the same without a sentence");
    failure_done(&failure);
}

int main(void)
{
    struct span s;

    is(text("host", -1, &s, NULL), LIBHTTP_OK, "-1: it ends at its NUL");
    is_mem(s.data, s.length, "host", 4, "all of it");
    is(text("host", 2, &s, NULL), LIBHTTP_OK, "a length");
    is_mem(s.data, s.length, "ho", 2, "no more than it");
    is(text("", 0, &s, NULL), LIBHTTP_OK, "an empty text");
    is(s.length, 0, "is empty");
    refused(NULL, 0, "name is NULL");
    refused(NULL, -1, "name is NULL");
    refused("abc", -2, "name has a length below -1");
    refused("abc", INT64_MIN, "name has a length below -1");
    refused("a\0b", 3, "name has a NUL in it");
    refused("abc", 4, "name has a NUL in it");
    refused("\0", 1, "name has a NUL in it");
    is(text_any_in(&s, "a\0b", 3, "host", NULL), LIBHTTP_OK, "C-7 a NUL is left to its reader");
    is_mem(s.data, s.length, "a\0b", 3, "all of it");
    lengths();
    data();
    return done_testing();
}
