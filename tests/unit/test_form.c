/* SPDX-License-Identifier: MIT */
/* Percent encoding, forms and Basic credentials, with the values that CPython's urllib and base64
 * give. */
#include <libhttp/form.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "support/no_memory.h"

static const char quoted[] =
    "%00%01%02%03%04%05%06%07%08%09%0A%0B%0C%0D%0E%0F%10%11%12%13%14%15%16%17%18%19%1"
    "A%1B%1C%1D%1E%1F%20%21%22%23%24%25%26%27%28%29%2A%2B%2C-./0123456789%3A%3B%3C%3D"
    "%3E%3F%40ABCDEFGHIJKLMNOPQRSTUVWXYZ%5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B"
    "%7C%7D~%7F%80%81%82%83%84%85%86%87%88%89%8A%8B%8C%8D%8E%8F%90%91%92%93%94%95%96%"
    "97%98%99%9A%9B%9C%9D%9E%9F%A0%A1%A2%A3%A4%A5%A6%A7%A8%A9%AA%AB%AC%AD%AE%AF%B0%B1"
    "%B2%B3%B4%B5%B6%B7%B8%B9%BA%BB%BC%BD%BE%BF%C0%C1%C2%C3%C4%C5%C6%C7%C8%C9%CA%CB%C"
    "C%CD%CE%CF%D0%D1%D2%D3%D4%D5%D6%D7%D8%D9%DA%DB%DC%DD%DE%DF%E0%E1%E2%E3%E4%E5%E6%"
    "E7%E8%E9%EA%EB%EC%ED%EE%EF%F0%F1%F2%F3%F4%F5%F6%F7%F8%F9%FA%FB%FC%FD%FE%FF";
static const char quoted_plus[] =
    "%00%01%02%03%04%05%06%07%08%09%0A%0B%0C%0D%0E%0F%10%11%12%13%14%15%16%17%18%19%1"
    "A%1B%1C%1D%1E%1F+%21%22%23%24%25%26%27%28%29%2A%2B%2C-.%2F0123456789%3A%3B%3C%3D"
    "%3E%3F%40ABCDEFGHIJKLMNOPQRSTUVWXYZ%5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B"
    "%7C%7D~%7F%80%81%82%83%84%85%86%87%88%89%8A%8B%8C%8D%8E%8F%90%91%92%93%94%95%96%"
    "97%98%99%9A%9B%9C%9D%9E%9F%A0%A1%A2%A3%A4%A5%A6%A7%A8%A9%AA%AB%AC%AD%AE%AF%B0%B1"
    "%B2%B3%B4%B5%B6%B7%B8%B9%BA%BB%BC%BD%BE%BF%C0%C1%C2%C3%C4%C5%C6%C7%C8%C9%CA%CB%C"
    "C%CD%CE%CF%D0%D1%D2%D3%D4%D5%D6%D7%D8%D9%DA%DB%DC%DD%DE%DF%E0%E1%E2%E3%E4%E5%E6%"
    "E7%E8%E9%EA%EB%EC%ED%EE%EF%F0%F1%F2%F3%F4%F5%F6%F7%F8%F9%FA%FB%FC%FD%FE%FF";

static const char *encoded(const void *data, int64_t length, const char *safe, int32_t flags)
{
    static char room[1024];
    int64_t got = -1;
    int32_t status = libhttp_percent_encode(data, length, safe, -1, flags, room, sizeof room, &got);

    if (status != LIBHTTP_OK)
        return libhttp_error_name(status);
    return got == (int64_t)strlen(room) ? room : "a wrong length";
}

static void encode(void)
{
    unsigned char all[256];

    for (int i = 0; i < 256; i++)
        all[i] = (unsigned char)i;
    is_str(encoded(all, 256, "/", 0), quoted, "C-135 quote(), every byte");
    is_str(encoded(all, 256, NULL, LIBHTTP_PERCENT_PLUS), quoted_plus, "C-135 quote_plus()");
    is_str(encoded("a b%", 4, " %", 0), "a b%", "C-135 quote() with safe characters");
    is_str(encoded("a b+", 4, "+", LIBHTTP_PERCENT_PLUS), "a+b+", "C-135 quote_plus() too");
    is_str(encoded("\xc3\xbc", 2, "\xc3\xbc", 0), "%C3%BC", "only ASCII is ever safe");
    is_str(encoded(NULL, 0, NULL, 0), "", "nothing");
    is_str(encoded(NULL, 1, NULL, 0), "InvalidArgument", "NULL with a length");
    is_str(encoded("a", -1, NULL, 0), "InvalidArgument", "data has no -1");
    is_str(encoded("a", 1, NULL, 2), "InvalidArgument", "a flag that is none");
    is(libhttp_percent_encode("a", 1, "a\0b", 3, 0, NULL, 0, NULL), LIBHTTP_E_INVALID_ARGUMENT,
       "T-6 a NUL in safe");
}

struct sample {
    const char *text;
    const char *plain;
    const char *plus;
    size_t length;
};

static const struct sample samples[] = {
    {"%41%", "A%", "A%", 2},
    {"%4", "%4", "%4", 2},
    {"%zz%", "%zz%", "%zz%", 4},
    {"a+b%20c", "a+b c", "a b c", 5},
    {"%c3%BC", "\xc3\xbc", "\xc3\xbc", 2},
    {"%%41", "%A", "%A", 2},
    {"%00x", "\0x", "\0x", 2},
    {"+%2B", "++", " +", 2},
    {"", "", "", 0},
    {"plain", "plain", "plain", 5},
};

static void decode(void)
{
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const struct sample *s = &samples[i];
        char room[16];
        int64_t length = -1;

        is(libhttp_percent_decode(s->text, -1, 0, room, sizeof room, &length), LIBHTTP_OK,
           "C-135 unquote('%s')", s->text);
        is_mem(room, length + 1, s->plain, s->length + 1, "C-135 its bytes and a NUL");
        libhttp_percent_decode(s->text, -1, LIBHTTP_PERCENT_PLUS, room, sizeof room, &length);
        is_mem(room, length, s->plus, s->length, "C-135 unquote_plus('%s')", s->text);
    }
    is(libhttp_percent_decode("a\0b", 3, 0, NULL, 0, NULL), LIBHTTP_E_INVALID_ARGUMENT,
       "T-6 a NUL in the text");
    is(libhttp_percent_decode(NULL, -1, 0, NULL, 0, NULL), LIBHTTP_E_INVALID_ARGUMENT, "NULL");
    is(libhttp_percent_decode("a", -1, -1, NULL, 0, NULL), LIBHTTP_E_INVALID_ARGUMENT, "flags");
}

/* Each door that writes into room, by the same rule. */
static int32_t door(int which, char *room, int64_t capacity, int64_t *ret_length)
{
    if (which == 0)
        return libhttp_percent_encode("a b", 3, NULL, 0, 0, room, capacity, ret_length);
    if (which == 1)
        return libhttp_percent_decode("a%20bcd", -1, 0, room, capacity, ret_length);
    return libhttp_basic_credentials("", -1, "", -1, room, capacity, ret_length);
}

static void rooms(void)
{
    static const char *const wanted[] = {"a%20b", "a bcd", "Basic Og=="};

    for (int i = 0; i < 3; i++) {
        int64_t needed = (int64_t)strlen(wanted[i]), length = -1;
        char *room = malloc((size_t)needed + 1);

        if (!room)
            bail_out("no memory");
        memset(room, 'x', (size_t)needed + 1);
        is(door(i, NULL, 0, &length), LIBHTTP_OK, "C-135 asking for the length");
        is(length, needed, "gives it");
        length = -1;
        is(door(i, room, needed, &length), LIBHTTP_E_TOO_LARGE, "a byte too little");
        ok(length == -1 && room[0] == 'x', "nothing is written then");
        is(door(i, room, 0, &length), LIBHTTP_E_TOO_LARGE, "no room at all");
        is(door(i, room, needed + 1, NULL), LIBHTTP_OK, "just enough, the length unasked");
        is_str(room, wanted[i], "the text");
        is(door(i, room, -1, &length), LIBHTTP_E_INVALID_ARGUMENT, "a negative capacity");
        is(door(i, NULL, 5, &length), LIBHTTP_E_INVALID_ARGUMENT, "NULL with a capacity");
        free(room);
    }
}

static const char *basic(const char *user, const char *password)
{
    static char room[256];
    int32_t status = libhttp_basic_credentials(user, -1, password, -1, room, sizeof room, NULL);

    return status == LIBHTTP_OK ? room : libhttp_error_name(status);
}

static void credentials(void)
{
    is_str(basic("Aladdin", "open sesame"),
           "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "C-137 RFC 7617 2");
    is_str(basic("test", "123\xc2\xa3"), "Basic dGVzdDoxMjPCow==", "C-137 RFC 7617 2.1");
    is_str(basic("", ""), "Basic Og==", "C-137 nothing");
    is_str(basic("a", "b"), "Basic YTpi", "C-137 no padding");
    is_str(basic("u", ""), "Basic dTo=", "C-137 one");
    is_str(basic("a", "b:c"), "Basic YTpiOmM=", "C-137 a colon in the password");
    is_str(basic("a:b", "c"), "InvalidArgument", "C-137 a colon in the user");
    is_str(basic("a", "b\n"), "InvalidArgument", "T-1 a control byte");
    is_str(basic("\x7f", "b"), "InvalidArgument", "T-1 another");
    is_str(basic(NULL, "b"), "InvalidArgument", "NULL");
    is_str(basic("a", NULL), "InvalidArgument", "NULL");
    is(libhttp_basic_credentials("a\0b", 3, "c", 1, NULL, 0, NULL), LIBHTTP_E_INVALID_ARGUMENT,
       "T-6 a NUL in the user");
}

static void form(void)
{
    libhttp_form *f = NULL;
    int64_t length = -1;
    char many[300];

    is(libhttp_form_new(&f), LIBHTTP_OK, "a form");
    is_str(libhttp_form_text(f, &length), "", "C-135 an empty one");
    is(length, 0, "has no length");
    libhttp_form_add(f, "@type", -1, "issue", -1);
    libhttp_form_add(f, "@action", -1, "show it", 4);
    libhttp_form_add(f, "n", -1, "a b+c&d=e", -1);
    libhttp_form_add(f, "\xc3\xbc", -1, "\xe2\x82\xac", -1);
    libhttp_form_add(f, "", 0, "", 0);
    is_str(libhttp_form_text(f, &length),
           "%40type=issue&%40action=show&n=a+b%2Bc%26d%3De&%C3%BC=%E2%82%AC&=",
           "C-135 as urlencode() writes it");
    is(length, strlen(libhttp_form_text(f, NULL)), "its length");
    is(libhttp_form_clear(f), LIBHTTP_OK, "cleared");
    libhttp_form_add_data(f, "raw", -1, "\0\xff", 2);
    libhttp_form_add_data(f, "none", -1, NULL, 0);
    is_str(libhttp_form_text(f, NULL), "raw=%00%FF&none=", "C-135 any byte as data");
    libhttp_form_clear(f);
    libhttp_form_add(f, "", -1, "", -1);
    libhttp_form_add(f, "", -1, "", -1);
    is_str(libhttp_form_text(f, &length), "=&=", "C-135 empty pairs are pairs");
    is(length, 3, "C-135 that count");
    libhttp_form_clear(f);
    memset(many, 'x', sizeof many);
    libhttp_form_add(f, "", -1, "", -1);
    libhttp_form_add(f, "a b", -1, many, sizeof many);
    ok(strncmp(libhttp_form_text(f, &length), "=&a+b=xx", 8) == 0, "C-135 a blank in a name");
    is(length, 6 + sizeof many, "C-135 and more than the first block holds");
    libhttp_form_free(f);
}

static void form_refused(void)
{
    libhttp_form *f = NULL;

    libhttp_form_new(&f);
    is_str(libhttp_form_error(f), "", "no error yet");
    is(libhttp_form_add(f, NULL, -1, "v", -1), LIBHTTP_E_INVALID_ARGUMENT, "NULL as name");
    contains(libhttp_form_error(f), "name", "the sentence says so");
    is(libhttp_form_error_code(f), LIBHTTP_E_INVALID_ARGUMENT, "and the code");
    is(libhttp_form_add(f, "n", -1, NULL, 0), LIBHTTP_E_INVALID_ARGUMENT, "NULL as value");
    is(libhttp_form_add(f, "a\0", 2, "v", -1), LIBHTTP_E_INVALID_ARGUMENT, "T-6 a NUL in a name");
    is(libhttp_form_add(f, "a", -1, "v\0", 2), LIBHTTP_E_INVALID_ARGUMENT, "T-6 in a value");
    is(libhttp_form_add_data(f, "a", -1, "v", -1), LIBHTTP_E_INVALID_ARGUMENT, "data has no -1");
    is_str(libhttp_form_text(f, NULL), "", "nothing was added");
    is(libhttp_form_new(NULL), LIBHTTP_E_INVALID_ARGUMENT, "NULL: new");
    is(libhttp_form_add(NULL, "a", -1, "b", -1), LIBHTTP_E_INVALID_ARGUMENT, "NULL: add");
    is(libhttp_form_add_data(NULL, "a", -1, "b", 1), LIBHTTP_E_INVALID_ARGUMENT, "NULL: add_data");
    is(libhttp_form_clear(NULL), LIBHTTP_E_INVALID_ARGUMENT, "NULL: clear");
    is_str(libhttp_form_text(NULL, NULL), NULL, "NULL: text");
    is_str(libhttp_form_error(NULL), "", "NULL: error");
    is(libhttp_form_error_code(NULL), 0, "NULL: error code");
    libhttp_form_free(NULL);
    libhttp_form_free(f);
}

/* What is added lies in the form, which moves as it grows. */
static void form_grows(void)
{
    libhttp_form *f = NULL;
    int64_t length = 0;

    libhttp_form_new(&f);
    libhttp_form_add(f, "a", -1, "b", -1);
    for (int i = 0; i < 12; i++) {
        const char *text = libhttp_form_text(f, &length);

        libhttp_form_add(f, "c", 1, text, length);
    }
    ok(length > 4096, "C-135 a form may be added to itself");
    contains(libhttp_form_text(f, NULL),
             "a=b&c=a%3Db&c=a%3Db%26c%3Da%253Db&c=", "each time as it was");
    libhttp_form_free(f);
}

/*
 * A third of the maximum, each byte of which takes three; pages that nobody writes to cost nothing.
 */
static void form_maximum(void)
{
    size_t size = LIBHTTP_FORM_MAX / 3;
    libhttp_form *f = NULL;
    void *zeros;

    if (!malloc_is_counted())
        return; /* under a checker it takes too long */
    zeros = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (zeros == MAP_FAILED)
        bail_out("no pages");
    libhttp_form_new(&f);
    libhttp_form_add(f, "a", -1, "b", -1);
    is(libhttp_form_add_data(f, "c", -1, zeros, (int64_t)size), LIBHTTP_E_TOO_LARGE,
       "T-20 a form has a maximum");
    is_str(libhttp_form_text(f, NULL), "a=b", "nothing is appended then");
    libhttp_form_free(f);
    munmap(zeros, size);
}

static void lengths(void)
{
    char *many = malloc(70001), *room = malloc(210001);
    libhttp_form *f = NULL;
    bool good = many && room && libhttp_form_new(&f) == LIBHTTP_OK;
    int64_t length = 0;

    if (!good)
        bail_out("no memory");
    memset(many, '%', 70000);
    for (int64_t n = 0; good && n <= 70000; n = n < 300 ? n + 1 : n + 697) {
        good =
            libhttp_percent_encode(many, n, NULL, 0, 0, room, 3 * n + 1, &length) == LIBHTTP_OK &&
            length == 3 * n &&
            libhttp_percent_decode(room, length, 0, many, 70001, &length) == LIBHTTP_OK &&
            length == n && many[n] == '\0' && (many[n] = '%') &&
            libhttp_basic_credentials(many, n, many, n, room, 210001, &length) == LIBHTTP_OK &&
            length == 6 + (2 * n + 3) / 3 * 4 && libhttp_form_clear(f) == LIBHTTP_OK &&
            libhttp_form_add(f, many, n, many, n) == LIBHTTP_OK;
        libhttp_form_text(f, &length);
        good = good && length == 6 * n + 1;
    }
    ok(good, "T-31 lengths of 0 to 70,000 bytes");
    libhttp_form_free(f);
    free(many);
    free(room);
}

static bool work(void)
{
    libhttp_form *f;
    char many[600];
    bool good;

    memset(many, 'a', sizeof many);
    if (!AGAIN_IF_NO_MEMORY(libhttp_form_new(&f)))
        return false;
    good = AGAIN_IF_NO_MEMORY(libhttp_form_add(f, "a", -1, "1", -1)) &&
           AGAIN_IF_NO_MEMORY(libhttp_form_add(f, "a", -1, many, sizeof many)) &&
           strncmp(libhttp_form_text(f, NULL), "a=1&a=aaa", 9) == 0;
    libhttp_form_free(f);
    return good;
}

int main(void)
{
    encode();
    decode();
    rooms();
    credentials();
    form();
    form_refused();
    form_grows();
    form_maximum();
    lengths();
    no_memory_each(work, "forms");
    return done_testing();
}
