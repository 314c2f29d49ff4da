/* SPDX-License-Identifier: MIT */
/* headers: making and changing libhttp_headers, over the wire's fields (C-41, C-42). */
#include "client/headers_private.h"

#include <stdlib.h>

#include "base/text.h"

void headers_init(struct libhttp_headers *h)
{
    *h = (struct libhttp_headers){.embedded = true};
    fields_init(&h->fields);
    failure_init(&h->failure);
}

void headers_done(struct libhttp_headers *h)
{
    fields_done(&h->fields);
    failure_done(&h->failure);
    if (h->joined)
        free(h->joined);
    h->joined = NULL;
}

int32_t libhttp_headers_new(libhttp_headers **ret)
{
    struct libhttp_headers *h;

    if (!ret)
        return LIBHTTP_E_INVALID_ARGUMENT;
    h = malloc(sizeof *h);
    if (!h)
        return LIBHTTP_E_NO_MEMORY;
    headers_init(h);
    h->embedded = false;
    *ret = h;
    return LIBHTTP_OK;
}

void libhttp_headers_free(libhttp_headers *h)
{
    if (!h || h->embedded)
        return;
    headers_done(h);
    free(h);
}

int32_t libhttp_headers_copy(const libhttp_headers *from, libhttp_headers **ret)
{
    struct libhttp_headers *h;
    int32_t status;

    if (!from || !ret)
        return LIBHTTP_E_INVALID_ARGUMENT;
    status = libhttp_headers_new(&h);
    if (status != LIBHTTP_OK)
        return status;
    status = fields_copy(&h->fields, &from->fields, &h->failure);
    if (status != LIBHTTP_OK) {
        libhttp_headers_free(h);
        return status;
    }
    *ret = h;
    return LIBHTTP_OK;
}

/* Whether the handle is there and may be changed. */
static int32_t check_change(struct libhttp_headers *h)
{
    if (!h)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (h->embedded)
        return fail(&h->failure, LIBHTTP_E_STATE, "these fields are lent, and can't be changed");
    return LIBHTTP_OK;
}

/* Only after a change is made: its arguments may lie in the joined text. */
static void drop_joined(struct libhttp_headers *h)
{
    free(h->joined);
    h->joined = NULL;
}

int32_t libhttp_headers_add(libhttp_headers *h, const char *name, int64_t name_length,
                            const char *value, int64_t value_length)
{
    struct span name_span, value_span;
    int32_t status = check_change(h);

    if (status == LIBHTTP_OK)
        status = text_in(&name_span, name, name_length, "name", &h->failure);
    if (status == LIBHTTP_OK)
        status = text_in(&value_span, value, value_length, "value", &h->failure);
    if (status == LIBHTTP_OK)
        status = fields_add(&h->fields, name_span, value_span, &h->failure);
    if (status == LIBHTTP_OK)
        drop_joined(h);
    return status;
}

/* Appends the field at `index` as it is: one that was received may hold what fields_add refuses. */
static int32_t copy_one(struct fields *to, const struct fields *from, uint32_t index,
                        struct failure *failure)
{
    struct fields view = *from;

    view.items += index;
    view.count = 1;
    return fields_copy(to, &view, failure);
}

/*
 * The fields of `from`, with the one given in the place of the first of its name, and without the
 * others.
 */
static int32_t replaced(struct fields *to, const struct fields *from, struct span name,
                        struct span value, struct failure *failure)
{
    bool placed = false;

    for (uint32_t i = 0; i < from->count; i++) {
        int32_t status = LIBHTTP_OK;

        if (!span_equal_nocase(fields_name(from, i), name)) {
            status = copy_one(to, from, i, failure);
        } else if (!placed) {
            status = fields_add(to, name, value, failure);
            placed = true;
        }
        if (status != LIBHTTP_OK)
            return status;
    }
    return placed ? LIBHTTP_OK : fields_add(to, name, value, failure);
}

/* Made anew and exchanged, so that a failure leaves everything as it was. */
static int32_t set(struct libhttp_headers *h, struct span name, struct span value)
{
    struct fields fresh;
    int32_t status;

    fields_init(&fresh);
    status = replaced(&fresh, &h->fields, name, value, &h->failure);
    if (status != LIBHTTP_OK) {
        fields_done(&fresh);
        return status;
    }
    fields_done(&h->fields);
    h->fields = fresh;
    return LIBHTTP_OK;
}

int32_t libhttp_headers_set(libhttp_headers *h, const char *name, int64_t name_length,
                            const char *value, int64_t value_length)
{
    struct span name_span, value_span;
    int32_t status = check_change(h);

    if (status == LIBHTTP_OK)
        status = text_in(&name_span, name, name_length, "name", &h->failure);
    if (status == LIBHTTP_OK)
        status = text_in(&value_span, value, value_length, "value", &h->failure);
    if (status == LIBHTTP_OK)
        status = set(h, name_span, value_span);
    if (status == LIBHTTP_OK)
        drop_joined(h);
    return status;
}

int32_t libhttp_headers_remove(libhttp_headers *h, const char *name, int64_t name_length)
{
    struct span name_span;
    int32_t status = check_change(h);

    if (status == LIBHTTP_OK)
        status = text_in(&name_span, name, name_length, "name", &h->failure);
    if (status != LIBHTTP_OK)
        return status;
    fields_remove(&h->fields, name_span);
    drop_joined(h);
    return LIBHTTP_OK;
}

int32_t libhttp_headers_clear(libhttp_headers *h)
{
    int32_t status = check_change(h);

    if (status != LIBHTTP_OK)
        return status;
    fields_clear(&h->fields);
    drop_joined(h);
    return LIBHTTP_OK;
}
