/* SPDX-License-Identifier: MIT */
/* Content types and parameters, with the values that CPython's email.message gives. */
#include <libhttp/media.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/headers_private.h"
#include "support/no_memory.h"

static libhttp_media *media;

static void parse(const char *value)
{
    if (libhttp_media_parse(media, value, -1) != LIBHTTP_OK)
        diag("%s: %s", value, libhttp_media_error(media));
}

struct type {
    const char *value, *type, *main_type, *subtype, *charset;
};

static const struct type types[] = {
    {"text/html; charset=\"utf-8\"", "text/html", "text", "html", "utf-8"},
    {"TEXT/HTML;Charset=UTF-8", "text/html", "text", "html", "utf-8"},
    {"text/html", "text/html", "text", "html", NULL},
    {"", "text/plain", "text", "plain", NULL},
    {"text", "text/plain", "text", "plain", NULL},
    {"text/plain/x", "text/plain", "text", "plain", NULL},
    {"a/b, c/d", "text/plain", "text", "plain", NULL},
    {"text/html;charset=utf-8;charset=x", "text/html", "text", "html", "utf-8"},
    {"text/html; charset*=us-ascii'en'utf-8", "text/html", "text", "html", "utf-8"},
    {" text/html ; charset = utf-8 ", "text/html", "text", "html", "utf-8"},
    {"\ttext/html\t;\tcharset\t=\t\"UTF-8\"\t", "text/html", "text", "html", "utf-8"},
    {"text/html; charset=\"\"", "text/html", "text", "html", ""},
    {"; charset=x", "text/plain", "text", "plain", "x"},
    {"text/html;;; ;charset=x;", "text/html", "text", "html", "x"},
    {"text/html; a=\"; charset=no\"; charset=yes", "text/html", "text", "html", "yes"},
    {"text/html; xcharset=no; charsetx=no", "text/html", "text", "html", NULL},
    {"image/svg+xml", "image/svg+xml", "image", "svg+xml", NULL},
    {"/html", "text/plain", "text", "plain", NULL},
    {"text/", "text/plain", "text", "plain", NULL},
};

static void content_types(void)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const struct type *t = &types[i];

        parse(t->value);
        is_str(libhttp_media_type(media, NULL), t->type, "C-134 the type of '%s'", t->value);
        is_str(libhttp_media_main_type(media, NULL), t->main_type, "C-134 its main type");
        is_str(libhttp_media_subtype(media, NULL), t->subtype, "C-134 its subtype");
        is_str(libhttp_media_charset(media, NULL), t->charset, "C-134 its charset");
    }
}

struct wanted {
    const char *value, *name, *parameter;
};

static const struct wanted parameters[] = {
    {"multipart/form-data; boundary=\"a;b\\\"c\"", "boundary", "a;b\"c"},
    {"attachment; filename=\"a b.txt\"; size=3", "FileName", "a b.txt"},
    {"attachment; filename=\"a b.txt\"; size=3", "size", "3"},
    {"attachment; filename=\" x \"", "filename", " x "},
    {"attachment; filename=x y ; a=b", "filename", "x y"},
    {"application/json; x; y=1", "x", ""},
    {"application/json; x; y=1", "y", "1"},
    {"application/json; x; y=1", "z", NULL},
    {"a/b; x=\"\\a\\\\\\\"\"", "x", "a\\\""},
    {"a/b; x=\"not closed; y=1", "x", "not closed; y=1"},
    {"a/b; x=\"ends with \\", "x", "ends with \\"},
    {"a/b; x=\"1\" junk; y=2", "x", "1"},
    {"a/b; x=\"1\" junk; y=2", "y", "2"},
    /* Only ";", "=", quotes and backslashes mean something. */
    {"a/b; x=1:2<3", "x", "1:2<3"},
    {"a/b; x:1<2=3; y=4", "x:1<2", "3"},
    {"a/b; x=\"1\":2; y=3", "2", NULL},
    {"a/b; x=\"1\":2; y=3", "y", "3"},
    {"a/b; x=\"[1]#2\\\\\"; y=3", "x", "[1]#2\\"},
    {"a/b; x=\"\"; y=3", "x", ""},
    {"a/b; x=\"", "x", ""},
    {"a/b; x= \"q;r\"; y=3", "x", "q;r"},
    {"a/b; x=!a", "x", "!a"},
    {"a/b; x=\"\"; y=3", "y", "3"},
    {"a/b; =1; y=2", "y", "2"},
    {"a/b; x=1=2", "x", "1=2"},
    {"a/b; x=\xe4\xff", "x", "\xe4\xff"},
    /* RFC 8187 3.2.3, RFC 6266 5 */
    {"attachment; filename=x; filename*=UTF-8''%e2%82%ac%20rates", "filename",
     "\xe2\x82\xac rates"},
    {"attachment; filename*=utf-8'en'%e2%82%ac; filename=x", "filename", "\xe2\x82\xac"},
    {"attachment; filename*=iso-8859-1'en'%A3%20rates", "filename", "\xc2\xa3 rates"},
    {"attachment; filename*=iso-8859-1'en'%A3%20rates", "filename*", NULL},
    {"attachment; filename*=\"UTF-8''x\"", "filename", "x"},
    {"attachment; filename*=UTF-8''", "filename", ""},
    {"attachment; filename*=UTF-8''a+b", "filename", "a+b"},
    /* What can't be decoded gives way to the plain one, and is to be had under its own name. */
    {"a/b; x*=UTF-8''%zz; x=plain", "x", "plain"},
    {"a/b; x*=UTF-8''%zz; x=plain", "x*", "UTF-8''%zz"},
    {"a/b; x*=UTF-8''%ff; x=plain", "x", "plain"},
    {"a/b; x*=UTF-8''%c0%af; x=plain", "x", "plain"},
    {"a/b; x*=UTF-8''a%00b; x=plain", "x", "plain"},
    {"a/b; x*=UTF-8''\xc3\xbc; x=plain", "x", "plain"},
    {"a/b; x*=UTF-16''a; x=plain", "x", "plain"},
    {"a/b; x*=us-ascii''%e4; x=plain", "x", "plain"},
    {"a/b; x*=us-ascii''%80; x=plain", "x", "plain"},
    {"a/b; x*=us-ascii''%7f; x=plain", "x", "\x7f"},
    {"a/b; x*=iso-8859-1''%7f%80%bf%ff", "x", "\x7f\xc2\x80\xc2\xbf\xc3\xbf"},
    {"a/b; x*=iso-8859-1''\x80; x=plain", "x", "plain"},
    {"a/b; x*=iso-8859-1'en&'a; x=plain", "x", "a"},
    {"a/b; x*=iso-8859-1&'en'a; x=plain", "x", "plain"},
    {"a/b; x*=UTF-8'a; x=plain", "x", "plain"},
    {"a/b; x*=UTF-8; x=plain", "x", "plain"},
    {"a/b; x*=a; x=plain", "x", "plain"},
    {"a/b; x*; x=plain", "x", "plain"},
    {"a/b; *=1", "", NULL},
};

static void all_parameters(void)
{
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        const struct wanted *w = &parameters[i];
        const char *got;
        int64_t length = -1;

        parse(w->value);
        got = libhttp_media_parameter(media, w->name, -1, &length);
        is_str(got, w->parameter, "C-134 '%s' of '%s'", w->name, w->value);
        is(length, got ? (int64_t)strlen(got) : 0, "its length");
    }
}

static void by_index(void)
{
    int64_t length = -1;

    parse("Attachment; A=1; fileName*=UTF-8''%41; a=2");
    is_str(libhttp_media_value(media, &length), "attachment", "C-134 what stands first");
    is(length, 10, "its length");
    is(libhttp_media_parameter_count(media), 3, "C-134 three parameters");
    is_str(libhttp_media_parameter_name(media, 0, &length), "a", "the first one's name");
    is(length, 1, "its length");
    is_str(libhttp_media_parameter_value(media, 0, &length), "1", "and value");
    is_str(libhttp_media_parameter_name(media, 1, NULL), "filename*", "the extended one's name");
    is_str(libhttp_media_parameter_value(media, 1, NULL), "A", "and value");
    is_str(libhttp_media_parameter(media, "a", -1, NULL), "1", "of two the first counts");
    ok(!libhttp_media_parameter_name(media, 3, NULL) &&
           !libhttp_media_parameter_value(media, -1, NULL),
       "outside");
}

static void fields(void)
{
    libhttp_headers *h = NULL;

    libhttp_headers_new(&h);
    is(libhttp_media_parse_field(media, h, "Content-Type", -1), LIBHTTP_OK, "no field");
    is_str(libhttp_media_type(media, NULL), "text/plain", "C-134 is text/plain, as email says");
    is_str(libhttp_media_value(media, NULL), "", "without a value");
    libhttp_headers_add(h, "content-TYPE", -1, "text/html; charset=\"x\"", -1);
    libhttp_headers_add(h, "Content-Type", -1, "text/css", -1);
    is(libhttp_media_parse_field(media, h, "Content-Type", -1), LIBHTTP_OK, "two fields");
    is_str(libhttp_media_type(media, NULL), "text/html", "C-134 of which the first counts");
    is_str(libhttp_media_charset(media, NULL), "x", "C-134 its charset");
    is(libhttp_media_parse_field(media, NULL, "a", -1), LIBHTTP_E_INVALID_ARGUMENT,
       "NULL as headers");
    contains(libhttp_media_error(media), "headers", "the sentence says so");
    is(libhttp_media_error_code(media), LIBHTTP_E_INVALID_ARGUMENT, "and the code");
    is(libhttp_media_parse_field(media, h, NULL, -1), LIBHTTP_E_INVALID_ARGUMENT, "NULL as name");
    is(libhttp_media_parse_field(NULL, h, "a", -1), LIBHTTP_E_INVALID_ARGUMENT, "NULL as handle");
    libhttp_headers_free(h);
}

static void nothing(void)
{
    libhttp_media *fresh = NULL;
    int64_t length = 7;

    is(libhttp_media_new(NULL), LIBHTTP_E_INVALID_ARGUMENT, "NULL: new");
    is(libhttp_media_new(&fresh), LIBHTTP_OK, "a new one");
    is_str(libhttp_media_type(fresh, NULL), "text/plain", "is as of an empty value");
    ok(libhttp_media_value(fresh, &length) && length == 0, "which has no length");
    length = 7;
    is(libhttp_media_parse(fresh, NULL, -1), LIBHTTP_E_INVALID_ARGUMENT, "NULL as value");
    is(libhttp_media_parse(fresh, "a\0b", 3), LIBHTTP_E_INVALID_ARGUMENT, "T-6 a NUL in it");
    is(libhttp_media_parse(NULL, "a", -1), LIBHTTP_E_INVALID_ARGUMENT, "NULL: parse");
    ok(!libhttp_media_value(NULL, &length) && !libhttp_media_type(NULL, &length) &&
           !libhttp_media_main_type(NULL, &length) && !libhttp_media_subtype(NULL, &length) &&
           !libhttp_media_charset(NULL, &length) &&
           !libhttp_media_parameter(NULL, "a", -1, &length) &&
           !libhttp_media_parameter(fresh, NULL, -1, &length) &&
           !libhttp_media_parameter_name(NULL, 0, &length),
       "NULL: getters");
    is(length, 0, "no length");
    is(libhttp_media_parameter_count(NULL), 0, "NULL: count");
    is_str(libhttp_media_error(NULL), "", "NULL: error");
    is(libhttp_media_error_code(NULL), 0, "NULL: error code");
    /* Its own text again. */
    libhttp_media_parse(fresh, "x; a=\"text/css; b=c\"", -1);
    libhttp_media_parse(fresh, libhttp_media_parameter(fresh, "a", -1, NULL), -1);
    is_str(libhttp_media_type(fresh, NULL), "text/css", "its own text can be given");
    libhttp_media_free(NULL);
    libhttp_media_free(fresh);
}

/* A value in a block of its exact size. */
static bool parse_exact(const char *text, size_t length)
{
    char *copy = malloc(length ? length : 1);
    int32_t status;

    if (!copy)
        bail_out("no memory");
    memcpy(copy, text, length);
    status = libhttp_media_parse(media, copy, (int64_t)length);
    free(copy);
    return status == LIBHTTP_OK;
}

static void lengths(void)
{
    static const char whole[] =
        "a/b; c=\"d\\\"e\"; f*=UTF-8''%41%c3%bc; charset*=iso-8859-1''%e4; g";
    static const char *const pieces[] = {";", "\"", "\\", "=", ";a", ";a=\"", ";a*=utf-8''%41",
                                         "%", "'"};
    char *many = malloc(70001);
    bool good = true;

    if (!many)
        bail_out("no memory");
    for (size_t n = 0; n < sizeof whole; n++)
        good = parse_exact(whole, n) && good;
    ok(good, "T-35 cut at every byte");
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        for (size_t at = 0; at < 70000; at++)
            many[at] = pieces[i][at % strlen(pieces[i])];
        for (size_t n = 0; n <= 70000; n += n < 40 ? 1 : 6996)
            good = parse_exact(many, n) && good;
    }
    ok(good, "T-31 values of 0 to 70,000 bytes");
    is(libhttp_media_parameter_count(media), 0, "none of which is a parameter");
    free(many);
}

static void borders(void)
{
    parse("a:b; x=1");
    is_str(libhttp_media_value(media, NULL), "a:b", "C-134 the first semicolon ends the value");
    is(libhttp_media_parameter_count(media), 1, "C-134 and nothing else");
    parse("a/b; =1; ; =; y=2");
    is(libhttp_media_parameter_count(media), 1, "C-134 without a name it is no parameter");
    is(libhttp_media_parse(media, "a/b; x=\"y\"; z=1", 7), LIBHTTP_OK, "T-35 cut before a quote");
    is_str(libhttp_media_parameter(media, "x", -1, NULL), "", "T-35 which isn't looked at");
    is(libhttp_media_parameter_count(media), 1, "T-35 nor is what follows");
    is(libhttp_media_parse(media, "a/b; x*=utf-8''c\xff", 16), LIBHTTP_OK,
       "T-35 cut before a byte");
    is_str(libhttp_media_parameter(media, "x", -1, NULL), "c", "T-35 which makes nothing foreign");
}

/* More than a field's value may be can only come with raised limits. */
static void too_large(void)
{
    size_t size = 16 * 1024 * 1024 + 1;
    char *text = malloc(size + 3);
    struct field items[] = {{0, 1, 2, (uint32_t)size}};
    struct libhttp_headers h;

    if (!text)
        bail_out("no memory");
    memset(text, ';', size + 3);
    memcpy(text, "a", 2);
    headers_init(&h);
    headers_lend(&h, text, (uint32_t)size + 3, items, 1);
    parse("x/y");
    is(libhttp_media_parse_field(media, &h, "a", -1), LIBHTTP_E_TOO_LARGE,
       "T-20 a value over 16 MiB");
    is_str(libhttp_media_type(media, NULL), "x/y", "leaves the old one");
    headers_done(&h);
    free(text);
}

static bool work(void)
{
    libhttp_media *m;
    char many[2000];
    bool good;

    memset(many, ';', sizeof many);
    for (size_t i = 1; i < sizeof many; i += 2)
        many[i] = 'a';
    if (!AGAIN_IF_NO_MEMORY(libhttp_media_new(&m)))
        return false;
    good = AGAIN_IF_NO_MEMORY(
               libhttp_media_parse(m, "a/b; charset=X; y*=UTF-8''%41; z=\"\\1\"", -1)) &&
           strcmp(libhttp_media_charset(m, NULL), "x") == 0 &&
           strcmp(libhttp_media_parameter(m, "y", -1, NULL), "A") == 0 &&
           AGAIN_IF_NO_MEMORY(libhttp_media_parse(m, many, sizeof many)) &&
           libhttp_media_parameter_count(m) == 1000;
    libhttp_media_free(m);
    return good;
}

int main(void)
{
    if (libhttp_media_new(&media) != LIBHTTP_OK)
        bail_out("no memory");
    content_types();
    all_parameters();
    by_index();
    fields();
    nothing();
    lengths();
    borders();
    too_large();
    libhttp_media_free(media);
    no_memory_each(work, "media");
    return done_testing();
}
