/* SPDX-License-Identifier: MIT */
/*
 * fields: the fields of a message (RFC 9110 5), in order, duplicates kept, as slices of one text.
 *
 * Two ways to fill one: the parser places slices over a received head (fields_adopt), or fields_add appends copies.
 * Every name and value is NUL-terminated in the text, over the delimiter that stood there.
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
    bool borrowed; /* items and text belong to somebody else's block: never freed, never grown */
    char *text;
    uint32_t text_length;
    uint32_t text_capacity;
};

void fields_init(struct fields *f);
void fields_done(struct fields *f);
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
 * Checks and appends a field: the name is a token (C-41), the value holds no control byte but HTAB and is trimmed (C-42).
 * Nothing is added on failure. `name_of_argument` style sentences: "field name ...", "value of field 'x' ...".
 */
int32_t fields_add(struct fields *f, struct span name, struct span value, struct failure *failure);

/* The index of the first field of that name at or after `from`, without case; -1 where there is none. */
int32_t fields_find(const struct fields *f, struct span name, uint32_t from);

/* Removes every field of that name; the number removed. */
uint32_t fields_remove(struct fields *f, struct span name);

/* A deep copy into an initialised, empty one. */
int32_t fields_copy(struct fields *to, const struct fields *from, struct failure *failure);

#endif
