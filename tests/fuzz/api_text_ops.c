/* SPDX-License-Identifier: MIT */
/* The calls on handles without a connection: fields, URLs, forms, values in their parts. */
#include <string.h>

#include "fuzz/api.h"

#define TEXT(t) (t).data, (int64_t)(t).length

static void check_headers(const libhttp_headers *h, int32_t status)
{
    fuzz_require(status == LIBHTTP_OK || fuzz_is_error(status));
    if (status < 0)
        fuzz_require_told(status, libhttp_headers_error_code(h), libhttp_headers_error(h));
}

static void change_headers(struct world *w, struct fuzz_input *in)
{
    libhttp_headers *h = w->headers[fuzz_byte(in) % HEADERS];
    unsigned way = fuzz_byte(in) % 8;
    struct fuzz_text name = fuzz_text(in), value = fuzz_text(in);
    int32_t count = libhttp_headers_count(h), status = LIBHTTP_OK;

    if (way == 0)
        status = libhttp_headers_clear(h);
    else if (way == 1)
        status = libhttp_headers_remove(h, TEXT(name));
    else if (way < 4)
        status = libhttp_headers_set(h, TEXT(name), TEXT(value));
    else
        status = libhttp_headers_add(h, TEXT(name), TEXT(value));
    check_headers(h, status);
    if (status < 0)
        fuzz_require(libhttp_headers_count(h) == count);
    else if (way > 3)
        fuzz_require(libhttp_headers_count(h) == count + 1);
    fuzz_text_free(&name);
    fuzz_text_free(&value);
}

static void read_headers(struct world *w, struct fuzz_input *in)
{
    const libhttp_headers *h = api_headers(w, in);
    struct fuzz_text name = fuzz_text(in);
    const char *text = NULL;
    int64_t length = -1;
    int32_t found;

    if (h) {
        found = libhttp_headers_find(h, TEXT(name), 0);
        fuzz_require(found >= -1 && found < libhttp_headers_count(h));
        fuzz_require(libhttp_headers_contains(h, TEXT(name)) == (found >= 0));
        check_headers(h, libhttp_headers_get(h, TEXT(name), "none", 4, &text, &length));
        fuzz_require(!text || strlen(text) == (size_t)length);
    }
    fuzz_text_free(&name);
}

static void copy_headers(struct world *w, struct fuzz_input *in)
{
    const libhttp_headers *from = api_headers(w, in);
    libhttp_headers **to = &w->headers[fuzz_byte(in) % HEADERS];
    libhttp_headers *copy = NULL;

    if (!from)
        return;
    fuzz_require(libhttp_headers_copy(from, &copy) == LIBHTTP_OK);
    fuzz_require(libhttp_headers_count(copy) == libhttp_headers_count(from));
    libhttp_headers_free(*to);
    *to = copy;
}

/* What a response lends is nobody's to change or free. */
static void change_lent(struct world *w, struct fuzz_input *in)
{
    libhttp_response *r = w->responses[fuzz_byte(in) % RESPONSES];
    libhttp_headers *h = (libhttp_headers *)(uintptr_t)libhttp_response_headers(r);

    if (!r)
        return;
    libhttp_headers_free(h);
    fuzz_require(libhttp_headers_add(h, "a", 1, "b", 1) == LIBHTTP_E_STATE);
    fuzz_require(libhttp_headers_clear(h) == LIBHTTP_E_STATE);
}

static void split_url(struct world *w, struct fuzz_input *in)
{
    struct fuzz_text text = fuzz_text(in);
    int32_t status = libhttp_url_parse(w->url, TEXT(text), (int32_t)(fuzz_byte(in) % 3));

    if (status < 0)
        fuzz_require_told(status, libhttp_url_error_code(w->url), libhttp_url_error(w->url));
    else
        fuzz_require(libhttp_url_host(w->url, NULL) && libhttp_url_target(w->url, NULL));
    fuzz_text_free(&text);
}

/* Encoded and decoded it is the same. */
static void code_percent(struct world *w, struct fuzz_input *in)
{
    struct fuzz_text text = fuzz_text(in);
    char encoded[4000], decoded[4000];
    int64_t length = -1, back = -1, capacity = (int64_t)text.length * 3 + 1;
    int32_t flags = (int32_t)(fuzz_byte(in) & LIBHTTP_PERCENT_PLUS);

    (void)w;
    fuzz_require(capacity <= (int64_t)sizeof encoded);
    fuzz_require(libhttp_percent_encode(TEXT(text), "/", 1, flags, encoded, capacity, &length) ==
                 LIBHTTP_OK);
    fuzz_require(strlen(encoded) == (size_t)length);
    fuzz_require(libhttp_percent_decode(encoded, length, flags, decoded, length + 1, &back) ==
                 LIBHTTP_OK);
    fuzz_require(fuzz_equal(text, (struct fuzz_text){decoded, (size_t)back}));
    if (!memchr(text.data, 0, text.length))
        fuzz_require(libhttp_percent_decode(TEXT(text), flags, decoded, (int64_t)text.length + 1,
                                            &back) == LIBHTTP_OK &&
                     back <= (int64_t)text.length);
    fuzz_text_free(&text);
}

static void credentials(struct world *w, struct fuzz_input *in)
{
    struct fuzz_text user = fuzz_text(in), password = fuzz_text(in);
    char room[4000];
    int64_t length = -1, capacity = api_number(in) % (int64_t)sizeof room;
    int32_t status = libhttp_basic_credentials(TEXT(user), TEXT(password),
                                               capacity > 0 ? room : NULL, capacity, &length);

    (void)w;
    fuzz_require(status == LIBHTTP_OK || status == LIBHTTP_E_INVALID_ARGUMENT ||
                 status == LIBHTTP_E_TOO_LARGE);
    if (status == LIBHTTP_OK && capacity > 0)
        fuzz_require(strlen(room) == (size_t)length && length < capacity);
    fuzz_text_free(&user);
    fuzz_text_free(&password);
}

static void fill_form(struct world *w, struct fuzz_input *in)
{
    struct fuzz_text name = fuzz_text(in), value = fuzz_text(in);
    unsigned way = fuzz_byte(in) % 4;
    int64_t length = -1;
    int32_t status;

    if (way == 0)
        status = libhttp_form_clear(w->form);
    else if (way == 1)
        status = libhttp_form_add_data(w->form, TEXT(name), TEXT(value));
    else
        status = libhttp_form_add(w->form, TEXT(name), TEXT(value));
    if (status < 0)
        fuzz_require_told(status, libhttp_form_error_code(w->form), libhttp_form_error(w->form));
    fuzz_require(strlen(libhttp_form_text(w->form, &length)) == (size_t)length);
    fuzz_text_free(&name);
    fuzz_text_free(&value);
}

static void split_media(struct world *w, struct fuzz_input *in)
{
    const libhttp_headers *h = api_headers(w, in);
    struct fuzz_text text = fuzz_text(in);
    int32_t status;

    if (h && (fuzz_byte(in) & 1))
        status = libhttp_media_parse_field(w->media, h, "X", 1);
    else
        status = libhttp_media_parse(w->media, TEXT(text));
    if (status < 0)
        fuzz_require_told(status, libhttp_media_error_code(w->media),
                          libhttp_media_error(w->media));
    fuzz_require(libhttp_media_value(w->media, NULL) != NULL);
    fuzz_require(strchr(libhttp_media_type(w->media, NULL), '/') != NULL);
    fuzz_require(libhttp_media_main_type(w->media, NULL) && libhttp_media_subtype(w->media, NULL));
    libhttp_media_charset(w->media, NULL);
    libhttp_media_parameter(w->media, TEXT(text), NULL);
    for (int32_t i = 0; i < libhttp_media_parameter_count(w->media); i++)
        fuzz_require(libhttp_media_parameter_name(w->media, i, NULL) &&
                     libhttp_media_parameter_value(w->media, i, NULL));
    fuzz_text_free(&text);
}

const struct op api_text_ops[] = {
    {"change_headers", change_headers}, {"read_headers", read_headers},
    {"copy_headers", copy_headers},     {"change_lent", change_lent},
    {"split_url", split_url},           {"code_percent", code_percent},
    {"credentials", credentials},       {"fill_form", fill_form},
    {"split_media", split_media},
};
const unsigned api_text_op_count = sizeof api_text_ops / sizeof api_text_ops[0];
