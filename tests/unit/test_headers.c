/* SPDX-License-Identifier: MIT */
/* libhttp_headers: made, changed, read; and lent over somebody else's text. */
#include <libhttp/headers.h>

#include <stdio.h>
#include <stdlib.h>

#include "client/headers_private.h"
#include "support/no_memory.h"

static libhttp_headers *headers(void)
{
    libhttp_headers *h = NULL;

    if (libhttp_headers_new(&h) != LIBHTTP_OK)
        bail_out("no memory");
    return h;
}

/* "Name: value" and a newline, field by field. */
static const char *listed(const libhttp_headers *h)
{
    static char text[1024];
    size_t at = 0;

    text[0] = '\0';
    for (int32_t i = 0; i < libhttp_headers_count(h); i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s: %s\n",
                               libhttp_headers_name(h, i, NULL), libhttp_headers_value(h, i, NULL));
    return text;
}

static const char *get(const libhttp_headers *h, const char *name)
{
    const char *value = "untouched";
    int64_t length = -1;
    int32_t status = libhttp_headers_get(h, name, -1, NULL, 0, &value, &length);

    if (status != LIBHTTP_OK)
        return libhttp_error_name(status);
    if (value ? length != (int64_t)strlen(value) : length != 0)
        return "a wrong length";
    return value;
}

static void order(void)
{
    libhttp_headers *h = headers();
    int64_t length;
    int32_t i;

    is(libhttp_headers_count(h), 0, "C-100 a new one is empty");
    libhttp_headers_add(h, "Set-Cookie", -1, "a=1; Expires=Mon, 1 Jan", -1);
    libhttp_headers_add(h, "X-Bytes!!", 7, "\t \xe4\xff!  more", 5);
    libhttp_headers_add(h, "SET-COOKIE", -1, "b=2", -1);
    libhttp_headers_add(h, "Empty", -1, "", 0);
    is_str(listed(h),
           "Set-Cookie: a=1; Expires=Mon, 1 Jan\nX-Bytes: \xe4\xff!\nSET-COOKIE: b=2\nEmpty: \n",
           "C-73, C-42 order, duplicates, spelling and high bytes are kept, blanks trimmed");
    is_str(get(h, "set-cookie"), "a=1; Expires=Mon, 1 Jan, b=2", "C-99 values are joined");
    is_str(get(h, "x-bytes"), "\xe4\xff!", "C-99 one value");
    is_str(get(h, "empty"), "", "C-99 an empty one");
    is_str(get(h, "none"), NULL, "C-99 none");
    i = libhttp_headers_find(h, "set-COOKIE", -1, 0);
    is(i, 0, "C-99 Set-Cookie one by one: the first");
    i = libhttp_headers_find(h, "set-COOKIE", -1, i + 1);
    is(i, 2, "the second");
    is_str(libhttp_headers_value(h, i, &length), "b=2", "its value");
    is(length, 3, "and length");
    is(libhttp_headers_find(h, "set-COOKIE", -1, i + 1), -1, "no third");
    is(libhttp_headers_contains(h, "EMPTY", -1), 1, "C-100 contains");
    is(libhttp_headers_contains(h, "EMPT", -1), 0, "C-100 contains not");
    is_str(libhttp_headers_name(h, 1, &length), "X-Bytes", "C-100 a name");
    is(length, 7, "and length");
    libhttp_headers_free(h);
}

static void fallback(void)
{
    libhttp_headers *h = headers();
    const char *value = "untouched";
    char given[] = "default!";
    int64_t length = -1;

    is(libhttp_headers_get(h, "a", -1, given, 7, &value, &length), LIBHTTP_OK, "C-99 a default");
    memset(given, 'x', sizeof given - 1);
    is_str(value, "default", "C-99 as a copy");
    is(length, 7, "its length");
    libhttp_headers_get(h, "a", -1, "", 0, &value, &length);
    is_str(value, "", "C-99 an empty default");
    libhttp_headers_get(h, "a", -1, NULL, 5, &value, &length);
    ok(!value && length == 0, "C-99 no default");
    libhttp_headers_add(h, "a", -1, "1", -1);
    libhttp_headers_get(h, "a", -1, given, -5, &value, NULL);
    is_str(value, "1", "C-99 a default isn't looked at where there is a value");
    value = "untouched";
    is(libhttp_headers_get(h, "b", -1, given, -5, &value, NULL), LIBHTTP_E_INVALID_ARGUMENT,
       "a bad one is told");
    is(libhttp_headers_get(h, "b", -1, "x\0y", 3, &value, NULL), LIBHTTP_E_INVALID_ARGUMENT,
       "T-6 with a NUL too");
    is_str(value, "untouched", "ret is untouched");
    libhttp_headers_free(h);
}

static void change(void)
{
    libhttp_headers *h = headers();

    libhttp_headers_set(h, "A", -1, "1", -1);
    libhttp_headers_set(h, "B", -1, "2", -1);
    libhttp_headers_add(h, "a", -1, "3", -1);
    libhttp_headers_add(h, "C", -1, "4", -1);
    libhttp_headers_add(h, "A", -1, "5", -1);
    is_str(get(h, "a"), "1, 3, 5", "all are there");
    is(libhttp_headers_set(h, "a", -1, " new ", -1), LIBHTTP_OK, "set");
    is_str(listed(h), "a: new\nB: 2\nC: 4\n", "in the first one's place, the others gone");
    is(libhttp_headers_set(h, "b c", -1, "x", -1), LIBHTTP_E_INVALID_ARGUMENT, "C-41 a bad set");
    is(libhttp_headers_set(h, "B", -1, "x\n", -1), LIBHTTP_E_INVALID_ARGUMENT, "C-42 a bad set");
    is_str(listed(h), "a: new\nB: 2\nC: 4\n", "changes nothing");
    is(libhttp_headers_remove(h, "b", -1), LIBHTTP_OK, "remove");
    is(libhttp_headers_remove(h, "b", -1), LIBHTTP_OK, "remove what isn't there");
    is_str(listed(h), "a: new\nC: 4\n", "it is gone");
    /* The arguments lie in the handle itself. */
    libhttp_headers_add(h, libhttp_headers_name(h, 0, NULL), -1, libhttp_headers_value(h, 1, NULL),
                        -1);
    libhttp_headers_set(h, "C", -1, get(h, "a"), -1);
    is_str(listed(h), "a: new\nC: new, 4\na: 4\n", "arguments may be the handle's own");
    libhttp_headers_remove(h, libhttp_headers_name(h, 0, NULL), -1);
    is_str(listed(h), "C: new, 4\n", "also to remove");
    for (int i = 0; i < 1000; i++) {
        libhttp_headers_set(h, "X", -1, libhttp_headers_value(h, 0, NULL), -1);
        libhttp_headers_add(h, libhttp_headers_name(h, 1, NULL), -1,
                            libhttp_headers_value(h, 0, NULL), -1);
    }
    is(libhttp_headers_count(h), 3, "a thousand times");
    ok(h->fields.text_length < 100, "and replaced ones leave nothing behind");
    is(libhttp_headers_clear(h), LIBHTTP_OK, "clear");
    is(libhttp_headers_count(h), 0, "leaves none");
    libhttp_headers_free(h);
}

static void bad_name(libhttp_headers *h, const char *name, int64_t length)
{
    is(libhttp_headers_add(h, name, length, "v", -1), LIBHTTP_E_INVALID_ARGUMENT,
       "C-41 a bad name");
    is(libhttp_headers_error_code(h), LIBHTTP_E_INVALID_ARGUMENT, "the code stays");
    contains(libhttp_headers_error(h), "name", "the sentence says what");
}

static void bad_value(libhttp_headers *h, const char *value, int64_t length)
{
    is(libhttp_headers_add(h, "N", -1, value, length), LIBHTTP_E_INVALID_ARGUMENT,
       "C-42 a bad value");
    contains(libhttp_headers_error(h), "value", "the sentence says what");
}

static void refused(void)
{
    libhttp_headers *h = headers();
    char byte[2] = "";

    is_str(libhttp_headers_error(h), "", "no error yet");
    is(libhttp_headers_error_code(h), 0, "no code yet");
    bad_name(h, "", 0);
    bad_name(h, "a:", -1);
    bad_name(h, "a b", -1);
    bad_name(h, "a\0b", 3);
    bad_name(h, "a\r\nb", -1);
    bad_name(h, "\xc3\xbc", -1);
    bad_name(h, NULL, 0);
    bad_name(h, "a", -2);
    for (int c = 0; c < 256; c++) {
        bool good = c == '\t' || (c >= 0x20 && c != 0x7f);

        byte[0] = (char)c;
        if (libhttp_headers_add(h, "N", -1, byte, 1) !=
            (good ? LIBHTTP_OK : LIBHTTP_E_INVALID_ARGUMENT))
            fail("C-42 byte %d in a value", c);
    }
    is(libhttp_headers_count(h), 224, "C-42 every byte in a value");
    libhttp_headers_clear(h);
    bad_value(h, "a\nb", -1);
    bad_value(h, "a\r\nInjected: x", -1);
    bad_value(h, "a\0b", 3);
    bad_value(h, NULL, 0);
    bad_value(h, "a", INT64_MIN);
    is(libhttp_headers_count(h), 0, "nothing was added");
    libhttp_headers_free(h);
}

static void nothing(void)
{
    const char *value = "untouched";
    libhttp_headers *h = headers();
    int64_t length = 7;

    is(libhttp_headers_new(NULL), LIBHTTP_E_INVALID_ARGUMENT, "NULL: new");
    is(libhttp_headers_copy(NULL, &h), LIBHTTP_E_INVALID_ARGUMENT, "NULL: copy from");
    is(libhttp_headers_copy(h, NULL), LIBHTTP_E_INVALID_ARGUMENT, "NULL: copy to");
    is(libhttp_headers_add(NULL, "a", -1, "b", -1), LIBHTTP_E_INVALID_ARGUMENT, "NULL: add");
    is(libhttp_headers_set(NULL, "a", -1, "b", -1), LIBHTTP_E_INVALID_ARGUMENT, "NULL: set");
    is(libhttp_headers_remove(NULL, "a", -1), LIBHTTP_E_INVALID_ARGUMENT, "NULL: remove");
    is(libhttp_headers_remove(h, NULL, -1), LIBHTTP_E_INVALID_ARGUMENT, "NULL: remove a name");
    is(libhttp_headers_clear(NULL), LIBHTTP_E_INVALID_ARGUMENT, "NULL: clear");
    is(libhttp_headers_count(NULL), 0, "NULL: count");
    ok(!libhttp_headers_name(NULL, 0, &length) && !libhttp_headers_value(NULL, 0, &length),
       "NULL: name, value");
    ok(!libhttp_headers_name(h, 0, &length) && !libhttp_headers_value(h, -1, &length),
       "no such index");
    is(length, 0, "no length");
    is(libhttp_headers_find(NULL, "a", -1, 0), -1, "NULL: find");
    is(libhttp_headers_find(h, NULL, -1, 0), -1, "NULL: find a name");
    is(libhttp_headers_find(h, "a", -1, -1), -1, "find from nowhere");
    is(libhttp_headers_find(h, "a", -1, INT32_MAX), -1, "find from far");
    is(libhttp_headers_contains(NULL, "a", -1), 0, "NULL: contains");
    is(libhttp_headers_get(NULL, "a", -1, NULL, 0, &value, NULL), LIBHTTP_E_INVALID_ARGUMENT,
       "NULL: get");
    is(libhttp_headers_get(h, NULL, -1, NULL, 0, &value, NULL), LIBHTTP_E_INVALID_ARGUMENT,
       "NULL: get a name");
    is(libhttp_headers_get(h, "a", -1, NULL, 0, NULL, NULL), LIBHTTP_E_INVALID_ARGUMENT,
       "NULL: get to");
    is_str(value, "untouched", "ret is untouched");
    is_str(libhttp_headers_error(NULL), "", "NULL: error");
    is(libhttp_headers_error_code(NULL), 0, "NULL: error code");
    libhttp_headers_free(NULL);
    libhttp_headers_free(h);
}

/* As a response has it: a head's text with NULs in it, and slices. */
static void lent(void)
{
    char text[] = "A\0 1\0B\0 \x01\xff\0a\0 2";
    struct field items[] = {{0, 1, 3, 1}, {5, 1, 8, 2}, {11, 1, 14, 1}};
    libhttp_headers *copy = NULL;
    struct libhttp_headers h;
    const char *value;

    headers_init(&h);
    is(libhttp_headers_count(&h), 0, "an embedded one begins empty");
    headers_lend(&h, text, sizeof text, items, 3);
    is_str(listed(&h), "A: 1\nB: \x01\xff\na: 2\n", "C-73 lent fields, control bytes kept");
    is(libhttp_headers_get(&h, "B", -1, NULL, 0, &value, NULL), LIBHTTP_OK, "one");
    ok(value == text + 8, "C-99 is handed out from where it lies");
    is_str(get(&h, "A"), "1, 2", "C-99 several are joined");
    is(libhttp_headers_add(&h, "x", -1, "y", -1), LIBHTTP_E_STATE, "no add");
    contains(libhttp_headers_error(&h), "lent", "the sentence says why");
    is(libhttp_headers_set(&h, "x", -1, "y", -1), LIBHTTP_E_STATE, "no set");
    is(libhttp_headers_remove(&h, "A", -1), LIBHTTP_E_STATE, "no remove");
    is(libhttp_headers_clear(&h), LIBHTTP_E_STATE, "no clear");
    libhttp_headers_free(&h);
    is(libhttp_headers_count(&h), 3, "no free");
    is(libhttp_headers_copy(&h, &copy), LIBHTTP_OK, "a copy");
    headers_done(&h);
    is(libhttp_headers_count(&h), 0, "done empties it");
    memset(text, 'x', sizeof text);
    is_str(listed(copy), "A: 1\nB: \x01\xff\na: 2\n", "the copy is deep");
    is(libhttp_headers_set(copy, "A", -1, "3", -1), LIBHTTP_OK, "and can be changed");
    is_str(listed(copy), "A: 3\nB: \x01\xff\n", "what was received stays as it is");
    libhttp_headers_free(copy);
}

static void lengths(void)
{
    libhttp_headers *h = headers();
    char *many = malloc(70001);
    bool good = many != NULL;

    memset(many, 'a', 70001);
    for (int64_t n = 1; good && n <= 70000; n = n < 300 ? n + 1 : n + 1367) {
        const char *value = NULL;
        int64_t length = 0;

        good = libhttp_headers_set(h, many, n, many, n) == LIBHTTP_OK &&
               libhttp_headers_add(h, many, n, many, n) == LIBHTTP_OK &&
               libhttp_headers_get(h, many, n, NULL, 0, &value, &length) == LIBHTTP_OK &&
               length == 2 * n + 2 && libhttp_headers_remove(h, many, n) == LIBHTTP_OK;
    }
    ok(good && libhttp_headers_count(h) == 0, "T-31 names and values of 1 to 70,000 bytes");
    free(many);
    libhttp_headers_free(h);
}

static void no_allocation(void)
{
    libhttp_headers *h = headers();
    int64_t before;

    libhttp_headers_add(h, "Content-Type", -1, "text/html", -1);
    before = malloc_count();
    is_str(get(h, "content-type"), "text/html", "a single value");
    libhttp_headers_find(h, "content-type", -1, 0);
    is(malloc_count() - before, 0, "is found and given without an allocation");
    libhttp_headers_free(h);
}

static bool work(void)
{
    libhttp_headers *h, *copy = NULL;
    const char *value = NULL;
    bool good;

    if (!AGAIN_IF_NO_MEMORY(libhttp_headers_new(&h)))
        return false;
    good = AGAIN_IF_NO_MEMORY(libhttp_headers_add(h, "A", -1, "1", -1)) &&
           AGAIN_IF_NO_MEMORY(libhttp_headers_add(h, "A", -1, "2", -1)) &&
           AGAIN_IF_NO_MEMORY(libhttp_headers_get(h, "A", -1, NULL, 0, &value, NULL)) &&
           strcmp(value, "1, 2") == 0 &&
           AGAIN_IF_NO_MEMORY(libhttp_headers_get(h, "B", -1, "x", -1, &value, NULL)) &&
           strcmp(value, "x") == 0 &&
           AGAIN_IF_NO_MEMORY(libhttp_headers_set(h, "a", -1, "3", -1)) &&
           AGAIN_IF_NO_MEMORY(libhttp_headers_copy(h, &copy)) &&
           libhttp_headers_add(h, "a b", -1, "", -1) == LIBHTTP_E_INVALID_ARGUMENT &&
           *libhttp_headers_error(h) && strcmp(listed(copy), "a: 3\n") == 0;
    libhttp_headers_free(copy);
    libhttp_headers_free(h);
    return good;
}

int main(void)
{
    order();
    fallback();
    change();
    refused();
    nothing();
    lent();
    lengths();
    no_allocation();
    no_memory_each(work, "headers");
    return done_testing();
}
