/* SPDX-License-Identifier: MIT */
#include "client/message.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/wipe.h"

void message_init(struct message *m)
{
    *m = (struct message){0};
    headers_init(&m->headers);
}

static void forget(struct message *m)
{
    if (headers_hold(&m->headers))
        headers_done(&m->headers);
    if (m->raw)
        wipe_and_free(m->raw, m->text_length);
    m->raw = NULL;
    m->status = 0;
}

void message_release(struct message *m)
{
    forget(m);
    wipe_and_free(m->block, m->block_capacity);
    message_init(m);
}

/* A large block is kept for one more message only where this one filled half of it. */
static bool is_worth_keeping(const struct message *m)
{
    return m->block_capacity <= LIMIT_KEPT_LARGE && m->used >= m->block_capacity / 2;
}

void message_clear(struct message *m)
{
    bool keeps = m->block_capacity <= LIMIT_KEPT_BLOCK || is_worth_keeping(m);

    forget(m);
    if (!keeps) {
        wipe_and_free(m->block, m->block_capacity);
        m->block = NULL;
        m->block_capacity = 0;
    }
}

static int32_t make_room(struct message *m, size_t size, struct failure *failure)
{
    if (size <= m->block_capacity)
        return LIBHTTP_OK;
    wipe_and_free(m->block, m->block_capacity);
    m->block = malloc(size);
    m->block_capacity = m->block ? size : 0;
    return m->block ? LIBHTTP_OK : fail_memory(failure);
}

/* What head_terminate does to an irregular head can't be undone: a copy from before is kept. */
static int32_t keep_raw(struct message *m, const char *data, size_t length, struct failure *failure)
{
    m->raw = malloc(length + 1);
    if (!m->raw)
        return fail_memory(failure);
    memcpy(m->raw, data, length);
    m->raw[length] = '\0';
    return LIBHTTP_OK;
}

int32_t message_take(struct message *m, const struct head *h, struct span bytes, size_t extra,
                     struct failure *failure)
{
    size_t fields_size = h->count * sizeof(struct field);
    struct field *items;

    forget(m);
    if (make_room(m, fields_size + bytes.length + extra, failure) < 0)
        return LIBHTTP_E_NO_MEMORY;
    if ((h->known & HEAD_IRREGULAR) && keep_raw(m, bytes.data, h->length, failure) < 0)
        return LIBHTTP_E_NO_MEMORY;
    items = (struct field *)(void *)m->block;
    m->text = m->block + fields_size;
    memcpy(m->text, bytes.data, bytes.length);
    m->readable = (h->known & HEAD_IRREGULAR) != 0;
    if (m->readable)
        head_terminate(h, m->text, items);
    else
        memcpy(items, h->fields, fields_size);
    m->text_length = h->length;
    m->used = (uint32_t)(fields_size + bytes.length);
    m->status = h->status;
    m->minor = h->minor;
    m->reason = h->reason;
    m->reason_length = h->reason_length;
    headers_lend(&m->headers, m->text, m->text_length, items, h->count);
    return LIBHTTP_OK;
}

void message_mark_ends(struct message *m)
{
    const struct fields *fields = &m->headers.fields;

    head_mark_ends(m->text, m->reason + m->reason_length, fields->items, fields->count);
    m->readable = true;
}

int32_t message_raw(struct message *m, struct span *ret, struct failure *failure)
{
    if (!m->raw) {
        if (keep_raw(m, m->text, m->text_length, failure) < 0)
            return LIBHTTP_E_NO_MEMORY;
        if (m->readable)
            head_restore(m->raw, m->text_length, m->reason + m->reason_length,
                         m->headers.fields.items, m->headers.fields.count);
    }
    *ret = span_of(m->raw, m->text_length);
    return LIBHTTP_OK;
}

static void message_free(struct message *m)
{
    if (m)
        message_done(m);
    free(m);
}

void messages_free(struct messages *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        message_free(list->items[i]);
    free(list->items);
    *list = (struct messages){0};
}

static struct message *message_new(const struct head *h, const char *data, struct failure *failure)
{
    struct message *m = malloc(sizeof *m);

    if (!m) {
        fail_memory(failure);
        return NULL;
    }
    message_init(m);
    if (message_take(m, h, span_of(data, h->length), 0, failure) < 0) {
        message_free(m);
        return NULL;
    }
    return message_readable(m);
}

/* One place more; doubled, so that many are linear (T-24). */
static int32_t grow(struct messages *list, struct failure *failure)
{
    bool is_full = (list->count & (list->count - 1)) == 0; /* at 0 and each power of two */
    size_t places = list->count > 0 ? 2 * (size_t)list->count : 1;
    struct message **items;

    if (!is_full)
        return LIBHTTP_OK;
    items = realloc(list->items, places * sizeof(struct message *));
    if (!items)
        return fail_memory(failure);
    list->items = items;
    return LIBHTTP_OK;
}

int32_t messages_add(struct messages *list, const struct head *h, const char *data,
                     struct failure *failure)
{
    if (grow(list, failure) < 0)
        return LIBHTTP_E_NO_MEMORY;
    list->items[list->count] = message_new(h, data, failure);
    if (!list->items[list->count])
        return LIBHTTP_E_NO_MEMORY;
    list->count++;
    return LIBHTTP_OK;
}
