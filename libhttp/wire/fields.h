/* SPDX-License-Identifier: MIT */
/*
 * fields: the fields of a message (RFC 9110 5), in order, duplicates kept, as slices of one text.
 *
 * Two ways to fill one: head_terminate places the slices of a received head, which then are
 * borrowed; or fields_add appends copies. Every name and value is NUL-terminated in the text.
 */
#ifndef LIBHTTP_WIRE_FIELDS_H
#define LIBHTTP_WIRE_FIELDS_H

#include "base/buf.h"
#include "base/failure.h"
#include "base/span.h"

/* A slice of the text; offsets, as the text moves when it grows. */
struct field {
    uint32_t name;
    uint32_t name_length;
    uint32_t value;
    uint32_t value_length;
};

struct fields {
    struct field *items;
    uint32_t count;
    uint32_t capacity;
    bool borrowed; /* items and text belong to somebody else's block: never freed, never changed */
    char *text;
    uint32_t text_length;
    uint32_t text_capacity;
};

void fields_free(struct fields *f); /* for fields_done, where they are its own */

static inline void fields_init(struct fields *f)
{
    *f = (struct fields){0};
}

static inline void fields_done(struct fields *f)
{
    if (!f->borrowed)
        fields_free(f);
    fields_init(f);
}

/* Empties it; memory stays. */
void fields_clear(struct fields *f);

static inline struct span fields_name(const struct fields *f, uint32_t i)
{
    return span_of(f->text + f->items[i].name, f->items[i].name_length);
}

static inline struct span fields_value(const struct fields *f, uint32_t i)
{
    return span_of(f->text + f->items[i].value, f->items[i].value_length);
}

/*
 * What may be sent: the name is a token (C-41), the value holds no control byte but HTAB (C-42),
 * and is trimmed here. Else INVALID_ARGUMENT: "field name ...", "value of field 'x' ...".
 */
int32_t field_check(struct span name, struct span *value, struct failure *failure);

/*
 * Checks and appends a field. Nothing is added on failure: INVALID_ARGUMENT as of field_check,
 * HEAD_TOO_LARGE where all text together passes 32 bits, STATE for borrowed ones, NO_MEMORY. Name
 * and value may lie in the same fields.
 */
int32_t fields_add(struct fields *f, struct span name, struct span value, struct failure *failure);

/*
 * The index of the first field of that name at or after `from`, without case; -1 where there is
 * none.
 */
int32_t fields_find(const struct fields *f, struct span name, uint32_t from);

/* Removes every field of that name and its text; the number removed. None of borrowed ones. */
uint32_t fields_remove(struct fields *f, struct span name);

/* A deep copy into an initialised, empty one; as it is, received control bytes too (C-74). */
int32_t fields_copy(struct fields *to, const struct fields *from, struct failure *failure);

#endif
