/* SPDX-License-Identifier: MIT */
#include "client/receive.h"

#include <stdlib.h>

#include "base/limits.h"

static int32_t keep(struct session *s, const char *data, size_t length, struct failure *failure)
{
    buf_append(&s->input, data, length);
    return buf_failed(&s->input) ? fail_memory(failure) : LIBHTTP_OK;
}

/* Keeps an incomplete head that was received into the stack, and the parser that has looked at it.
 * AGAIN. */
static int32_t hold(struct session *s, struct head *h, const char *data, size_t length,
                    struct failure *failure)
{
    s->partial = malloc(sizeof *s->partial);
    if (!s->partial) {
        head_done(h);
        return fail_memory(failure);
    }
    head_move(s->partial, h);
    return keep(s, data, length, failure) < 0 ? LIBHTTP_E_NO_MEMORY : LIBHTTP_AGAIN;
}

/* The usual case: nothing is held, and one receive brings the whole head. */
static int32_t from_stack(struct session *s, const struct head_limits *limits, bool nowait,
                          receive_taker *taker, void *what, struct failure *failure)
{
    char room[LIMIT_RECEIVE];
    struct iovec area = {.iov_base = room, .iov_len = sizeof room};
    struct head head;
    size_t got = 0;
    size_t used = 0;
    int32_t status = session_receive(s, &area, 1, nowait, &got, failure);

    if (status != LIBHTTP_OK)
        return status;
    head_init(&head, false);
    if (got == 0)
        return head_at_eof(&head, room, 0, failure);
    status = head_parse(&head, room, got, limits, failure);
    if (status == LIBHTTP_AGAIN)
        return hold(s, &head, room, got, failure);
    if (status == LIBHTTP_OK) {
        used = head.length;
        status = taker(what, &head, span_of(room, got), &used, failure);
        used = status == RECEIVE_KEEP ? 0 : used;
    }
    head_done(&head);
    if (status >= 0 && used < got && keep(s, room + used, got - used, failure) < 0)
        return LIBHTTP_E_NO_MEMORY;
    return status;
}

static int32_t start_partial(struct session *s, struct failure *failure)
{
    if (s->partial)
        return LIBHTTP_OK;
    s->partial = malloc(sizeof *s->partial);
    if (!s->partial)
        return fail_memory(failure);
    head_init(s->partial, false);
    return LIBHTTP_OK;
}

static void drop_partial(struct session *s)
{
    head_done(s->partial);
    free(s->partial);
    s->partial = NULL;
}

/* Parses what is held. */
static int32_t from_input(struct session *s, const struct head_limits *limits, receive_taker *taker,
                          void *what, struct failure *failure)
{
    size_t used;
    int32_t status;

    if (start_partial(s, failure) < 0)
        return LIBHTTP_E_NO_MEMORY;
    status = head_parse(s->partial, buf_data(&s->input), buf_length(&s->input), limits, failure);
    if (status == LIBHTTP_AGAIN)
        return status;
    if (status == LIBHTTP_OK) {
        used = s->partial->length;
        status = taker(what, s->partial, buf_span(&s->input), &used, failure);
        if (status != RECEIVE_KEEP)
            buf_consume(&s->input, used);
    }
    drop_partial(s);
    return status;
}

/* Receives behind what is held. */
static int32_t more_input(struct session *s, bool nowait, struct failure *failure)
{
    char *room = buf_reserve(&s->input, LIMIT_RECEIVE);
    struct iovec area = {.iov_base = room, .iov_len = LIMIT_RECEIVE};
    size_t got = 0;
    int32_t status;

    if (!room)
        return fail_memory(failure);
    status = session_receive(s, &area, 1, nowait, &got, failure);
    if (status != LIBHTTP_OK)
        return status;
    if (got == 0) {
        status = start_partial(s, failure);
        return status < 0
                   ? status
                   : head_at_eof(s->partial, buf_data(&s->input), buf_length(&s->input), failure);
    }
    buf_commit(&s->input, got);
    return LIBHTTP_OK;
}

int32_t receive_head(struct session *s, const struct head_limits *limits, bool nowait,
                     receive_taker *taker, void *what, struct failure *failure)
{
    int32_t status;

    session_fit_input(s);
    for (;;) {
        if (buf_length(&s->input) == 0) {
            status = from_stack(s, limits, nowait, taker, what, failure);
            if (status != LIBHTTP_AGAIN || buf_length(&s->input) == 0)
                return status;
        } else {
            status = from_input(s, limits, taker, what, failure);
            if (status != LIBHTTP_AGAIN)
                return status;
        }
        status = more_input(s, nowait, failure);
        if (status != LIBHTTP_OK)
            return status;
    }
}
