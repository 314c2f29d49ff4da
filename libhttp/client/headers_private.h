/* SPDX-License-Identifier: MIT */
/* What is behind libhttp_headers, for those that lend one: a response embeds it over its head. */
#ifndef LIBHTTP_CLIENT_HEADERS_PRIVATE_H
#define LIBHTTP_CLIENT_HEADERS_PRIVATE_H

#include <libhttp/headers.h>

#include "wire/fields.h"

struct libhttp_headers {
    struct fields fields;
    struct failure failure;
    char *joined;  /* what the last libhttp_headers_get had to make, owned */
    bool embedded; /* part of another object: never freed by itself, a change gives STATE */
};

/* For an embedded one; allocates nothing. Without headers_lend it is empty. */
void headers_init(struct libhttp_headers *h);

/* Shows these slices of `text`, which stay the caller's and outlive the handle's use. */
static inline void headers_lend(struct libhttp_headers *h, char *text, uint32_t text_length,
                                struct field *items, uint32_t count)
{
    h->fields = (struct fields){
        .items = items, .count = count, .borrowed = true, .text = text, .text_length = text_length};
}

/* Frees what lending and getting have allocated; for embedded ones. It is empty then. */
void headers_done(struct libhttp_headers *h);

/* Whether there is anything for headers_done to do. */
static inline bool headers_hold(const struct libhttp_headers *h)
{
    return h->fields.items || h->failure.code != 0 || h->joined;
}

#endif
