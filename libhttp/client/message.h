/* SPDX-License-Identifier: MIT */
/*
 * message: a received head that somebody keeps: of a response, an interim response, a proxy's
 * answer, a trailer section. One block holds the slices and the text, and is used again for the
 * next message where it is large enough.
 */
#ifndef LIBHTTP_CLIENT_MESSAGE_H
#define LIBHTTP_CLIENT_MESSAGE_H

#include "client/headers_private.h"
#include "wire/head.h"

struct message {
    int32_t status;
    uint8_t minor;
    bool readable; /* the text has its NULs; before, it is as it arrived */
    char *block;   /* [struct field × count][text][what was taken along] */
    size_t block_capacity;
    char *text;
    uint32_t text_length;
    uint32_t reason, reason_length;
    uint32_t used;                  /* bytes of the block, where it is a small one */
    char *raw;                      /* the head as it arrived, made at first asking; or NULL */
    struct libhttp_headers headers; /* lent from the block */
};

void message_init(struct message *m);
void message_release(struct message *m); /* for message_done, where there is something to free */

static inline void message_done(struct message *m)
{
    if (m->block || headers_hold(&m->headers))
        message_release(m);
}

/* Forgets the message; the block stays, up to LIMIT_KEPT_BLOCK bytes or while it is of use. */
void message_clear(struct message *m);

/*
 * Takes a complete head: `bytes` begin with it, and what is behind it is kept behind the text, with
 * room for `extra` more. Anything it held is forgotten. Whoever shows text or headers makes them
 * readable first. NO_MEMORY.
 */
int32_t message_take(struct message *m, const struct head *h, struct span bytes, size_t extra,
                     struct failure *failure);

void message_mark_ends(struct message *m); /* for message_readable, at the first time */

/* With its NULs: most of what a response says is never asked for. */
static inline struct message *message_readable(struct message *m)
{
    if (!m->readable)
        message_mark_ends(m);
    return m;
}

/* The head as it arrived (C-131). NO_MEMORY. */
int32_t message_raw(struct message *m, struct span *ret, struct failure *failure);

/* A list of them, in the order of their arrival. */
struct messages {
    struct message **items; /* pointers, as the headers of one are lent out while others arrive */
    uint32_t count;
};

/* NULL outside the range. */
static inline struct message *messages_at(const struct messages *list, int32_t index)
{
    return index >= 0 && (uint32_t)index < list->count ? list->items[index] : NULL;
}

void messages_free(struct messages *list);

static inline void messages_done(struct messages *list)
{
    if (list->items)
        messages_free(list);
}

int32_t messages_add(struct messages *list, const struct head *h, const char *data,
                     struct failure *failure);

#endif
