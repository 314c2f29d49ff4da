/* SPDX-License-Identifier: MIT */
/* headers_read: reading libhttp_headers (C-73, C-99, C-100). */
#include <stdlib.h>

#include "base/text.h"
#include "client/headers_private.h"

int32_t libhttp_headers_count(const libhttp_headers *h)
{
    return h ? (int32_t)h->fields.count : 0;
}

static bool has_index(const libhttp_headers *h, int32_t index)
{
    return h && index >= 0 && (uint32_t)index < h->fields.count;
}

const char *libhttp_headers_name(const libhttp_headers *h, int32_t index, int64_t *ret_length)
{
    if (!has_index(h, index))
        return no_text(ret_length);
    return text_out(fields_name(&h->fields, (uint32_t)index), ret_length);
}

const char *libhttp_headers_value(const libhttp_headers *h, int32_t index, int64_t *ret_length)
{
    if (!has_index(h, index))
        return no_text(ret_length);
    return text_out(fields_value(&h->fields, (uint32_t)index), ret_length);
}

int32_t libhttp_headers_find(const libhttp_headers *h, const char *name, int64_t name_length,
                             int32_t from)
{
    struct span name_span;

    if (!h || from < 0 || text_in(&name_span, name, name_length, "name", NULL) != LIBHTTP_OK)
        return -1;
    return fields_find(&h->fields, name_span, (uint32_t)from);
}

int32_t libhttp_headers_contains(const libhttp_headers *h, const char *name, int64_t name_length)
{
    return libhttp_headers_find(h, name, name_length, 0) >= 0;
}

/*
 * The error and a joined value are kept on read-only handles too: none of them is a constant
 * object.
 */
static struct libhttp_headers *writable(const libhttp_headers *h)
{
    return (struct libhttp_headers *)(uintptr_t)h;
}

/* The bytes that the values from the field at `first` on need, ", " behind each. */
static size_t joined_length(const struct fields *f, struct span name, int32_t first)
{
    size_t length = 0;

    for (int32_t i = first; i >= 0; i = fields_find(f, name, (uint32_t)i + 1))
        length += fields_value(f, (uint32_t)i).length + 2;
    return length;
}

static int32_t join(struct libhttp_headers *h, struct span name, int32_t first, struct span *ret)
{
    size_t length = joined_length(&h->fields, name, first);
    char *text = malloc(length);
    size_t at = 0;

    if (!text)
        return fail_memory(&h->failure);
    for (int32_t i = first; i >= 0; i = fields_find(&h->fields, name, (uint32_t)i + 1)) {
        struct span value = fields_value(&h->fields, (uint32_t)i);

        memcpy(text + at, value.data, value.length);
        memcpy(text + at + value.length, ", ", 2);
        at += value.length + 2;
    }
    text[length - 2] = '\0';
    free(h->joined);
    h->joined = text;
    *ret = span_of(text, length - 2);
    return LIBHTTP_OK;
}

static int32_t keep_fallback(struct libhttp_headers *h, const char *data, int64_t length,
                             struct span *ret)
{
    struct span fallback;
    char *text;
    int32_t status;

    *ret = span_of(NULL, 0);
    if (!data)
        return LIBHTTP_OK;
    status = text_in(&fallback, data, length, "fallback", &h->failure);
    if (status != LIBHTTP_OK)
        return status;
    text = strndup(fallback.data, fallback.length);
    if (!text)
        return fail_memory(&h->failure);
    free(h->joined);
    h->joined = text;
    *ret = span_of(text, fallback.length);
    return LIBHTTP_OK;
}

static int32_t get(struct libhttp_headers *h, struct span name, int32_t first, struct span *ret)
{
    if (fields_find(&h->fields, name, (uint32_t)first + 1) >= 0)
        return join(h, name, first, ret);
    *ret = fields_value(&h->fields, (uint32_t)first);
    return LIBHTTP_OK;
}

int32_t libhttp_headers_get(const libhttp_headers *handle, const char *name, int64_t name_length,
                            const char *fallback, int64_t fallback_length, const char **ret,
                            int64_t *ret_length)
{
    struct libhttp_headers *h = writable(handle);
    struct span name_span, value = span_of(NULL, 0);
    int32_t first, status;

    if (!h)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!ret)
        return fail(&h->failure, LIBHTTP_E_INVALID_ARGUMENT, "ret is NULL");
    status = text_in(&name_span, name, name_length, "name", &h->failure);
    if (status != LIBHTTP_OK)
        return status;
    first = fields_find(&h->fields, name_span, 0);
    status = first >= 0 ? get(h, name_span, first, &value)
                        : keep_fallback(h, fallback, fallback_length, &value);
    if (status == LIBHTTP_OK)
        *ret = text_out(value, ret_length);
    return status;
}

const char *libhttp_headers_error(const libhttp_headers *h)
{
    return h ? failure_text(&h->failure) : "";
}

int32_t libhttp_headers_error_code(const libhttp_headers *h)
{
    return h ? h->failure.code : 0;
}
