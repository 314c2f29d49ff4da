/* SPDX-License-Identifier: MIT */
#include "wire/fields.h"

#include <stdlib.h>

#include "base/wipe.h"
#include "wire/chars.h"

/* Enough for a usual request, so that one allocation of each is the rule. */
#define FIRST_ITEMS 8u
#define FIRST_TEXT  256u

void fields_free(struct fields *f)
{
    free(f->items);
    wipe_and_free(f->text, f->text_capacity); /* Authorization, Cookie … */
}

void fields_clear(struct fields *f)
{
    if (f->borrowed) {
        fields_init(f);
        return;
    }
    f->count = 0;
    f->text_length = 0;
}

int32_t field_check(struct span name, struct span *value, struct failure *failure)
{
    struct span trimmed = span_trim(*value);
    size_t good = span_prefix(trimmed, CHAR_VALUE);

    if (name.length == 0)
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT, "field name is empty");
    if (!span_all(name, CHAR_TOKEN))
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "field name %s holds a byte that is none of a token (RFC 9110 5.6.2)",
                    QUOTE(name));
    if (good < trimmed.length)
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "value of field %s holds the control byte %s", QUOTE(name),
                    QUOTE(span_of(trimmed.data + good, 1)));
    *value = trimmed;
    return LIBHTTP_OK;
}

static bool reserve_item(struct fields *f)
{
    uint32_t capacity = f->capacity ? f->capacity * 2 : FIRST_ITEMS;
    struct field *items;

    if (f->count < f->capacity)
        return true;
    if (f->capacity > INT32_MAX / 2 / sizeof *items)
        return false;
    items = realloc(f->items, capacity * sizeof *items);
    if (!items)
        return false;
    f->items = items;
    f->capacity = capacity;
    return true;
}

/*
 * Room for `needed` bytes of text in all. The old text stays until the caller has freed *ret_old:
 * what is added may lie in it.
 */
static bool reserve_text(struct fields *f, uint64_t needed, char **ret_old)
{
    uint64_t capacity = f->text_capacity ? f->text_capacity : FIRST_TEXT;
    char *text;

    *ret_old = NULL;
    if (needed <= f->text_capacity)
        return true;
    while (capacity < needed)
        capacity *= 2;
    if (capacity > UINT32_MAX)
        capacity = UINT32_MAX;
    text = malloc((size_t)capacity);
    if (!text)
        return false;
    if (f->text_length > 0)
        memcpy(text, f->text, f->text_length);
    *ret_old = f->text;
    f->text = text;
    f->text_capacity = (uint32_t)capacity;
    return true;
}

/* Appends a copy with its NUL; there is room. The offset it got. */
static uint32_t put_text(struct fields *f, struct span s)
{
    uint32_t at = f->text_length;

    if (s.length > 0)
        memcpy(f->text + at, s.data, s.length);
    f->text[at + s.length] = '\0';
    f->text_length += (uint32_t)s.length + 1;
    return at;
}

static int32_t append(struct fields *f, struct span name, struct span value,
                      struct failure *failure)
{
    uint64_t needed = (uint64_t)f->text_length + name.length + value.length + 2;
    uint32_t old_capacity = f->text_capacity;
    struct field *item;
    char *old_text;

    if (needed > UINT32_MAX)
        return fail(failure, LIBHTTP_E_HEAD_TOO_LARGE, "the fields are over 4 GiB together");
    if (!reserve_item(f) || !reserve_text(f, needed, &old_text))
        return fail_memory(failure);
    item = &f->items[f->count++];
    item->name = put_text(f, name);
    item->name_length = (uint32_t)name.length;
    item->value = put_text(f, value);
    item->value_length = (uint32_t)value.length;
    wipe_and_free(old_text, old_capacity);
    return LIBHTTP_OK;
}

int32_t fields_add(struct fields *f, struct span name, struct span value, struct failure *failure)
{
    int32_t status = field_check(name, &value, failure);

    if (status < 0)
        return status;
    if (f->borrowed)
        return fail(failure, LIBHTTP_E_STATE, "the fields of a received message can't be changed");
    return append(f, name, value, failure);
}

int32_t fields_find(const struct fields *f, struct span name, uint32_t from)
{
    for (uint32_t i = from; i < f->count; i++) {
        if (span_equal_nocase(fields_name(f, i), name))
            return (int32_t)i;
    }
    return -1;
}

/* Moves a field and its text, name and value with their NULs, to where removed ones were. */
static void move_down(struct fields *f, uint32_t from, uint32_t to, uint32_t text_at)
{
    struct field item = f->items[from];
    uint32_t length = item.name_length + item.value_length + 2;

    memmove(f->text + text_at, f->text + item.name, length);
    item.name = text_at;
    item.value = text_at + item.name_length + 1;
    f->items[to] = item;
}

uint32_t fields_remove(struct fields *f, struct span name)
{
    const uint32_t removed = UINT32_MAX; /* as the place of a value: no text starts there */
    uint32_t kept = 0;
    uint32_t text_length = 0;
    uint32_t count = f->count;
    int32_t i = -1;

    if (f->borrowed)
        return 0;
    /* Marked first and moved then, because the name may lie in the text that moves. */
    while ((i = fields_find(f, name, (uint32_t)(i + 1))) >= 0)
        f->items[i].value = removed;
    for (uint32_t from = 0; from < count; from++) {
        if (f->items[from].value == removed)
            continue;
        move_down(f, from, kept, text_length);
        text_length += f->items[kept].name_length + f->items[kept].value_length + 2;
        kept++;
    }
    f->count = kept;
    f->text_length = text_length;
    return count - kept;
}

int32_t fields_copy(struct fields *to, const struct fields *from, struct failure *failure)
{
    for (uint32_t i = 0; i < from->count; i++) {
        int32_t status = append(to, fields_name(from, i), fields_value(from, i), failure);

        if (status < 0) {
            fields_clear(to);
            return status;
        }
    }
    return LIBHTTP_OK;
}
