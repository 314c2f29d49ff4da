/* SPDX-License-Identifier: MIT */
/* media_parts: the parts that libhttp_media hands out, made from one field's value (C-134). */
#ifndef LIBHTTP_CLIENT_MEDIA_PARTS_H
#define LIBHTTP_CLIENT_MEDIA_PARTS_H

#include "base/buf.h"
#include "base/failure.h"

/* A NUL-terminated text in `text`. */
struct media_slice {
    uint32_t at;
    uint32_t length;
};

struct media_entry {
    struct media_slice name; /* lower case */
    struct media_slice value;
    bool decoded; /* it was in the extended form, and could be decoded */
};

/* What a value came to. */
struct media_parts {
    struct buf text;
    struct buf entries; /* of struct media_entry */
    struct media_slice value, type, main_type, subtype, charset;
    bool has_charset;
};

void media_parts_init(struct media_parts *p);
void media_parts_done(struct media_parts *p);

/* Into an initialised one; after NO_MEMORY, the only error, it holds nothing of use. */
int32_t media_parts_make(struct media_parts *p, struct span value, struct failure *failure);

static inline struct span media_text(const struct media_parts *p, struct media_slice s)
{
    return span_of(buf_data(&p->text) + s.at, s.length);
}

int32_t media_entry_count(const struct media_parts *p);
struct media_entry media_entry_at(const struct media_parts *p, int32_t index);

/*
 * The first parameter of that name, without case, the extended form first; NULL in data: there is
 * none.
 */
struct span media_find(const struct media_parts *p, struct span name);

#endif
