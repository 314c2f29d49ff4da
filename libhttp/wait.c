/* SPDX-License-Identifier: MIT */
/* wait: driving a connection from outside: what to wait for, cancelling, carrying bytes. */
#include <libhttp/wait.h>

#include "base/text.h"
#include "client/exchange.h"
#include "client/waiting.h"

int32_t libhttp_connection_wait(const libhttp_connection *c, int32_t *ret_fd, int32_t *ret_events,
                                int64_t *ret_ms, int64_t *ret_generation)
{
    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    return waiting_describe(c->session, ret_fd, ret_events, ret_ms, ret_generation);
}

int32_t libhttp_connection_cancel(libhttp_connection *c)
{
    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    canceller_cancel(c->canceller);
    return LIBHTTP_OK;
}

int32_t libhttp_connection_cancel_reset(libhttp_connection *c)
{
    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    canceller_reset(c->canceller);
    return LIBHTTP_OK;
}

int32_t libhttp_connection_cancelled(const libhttp_connection *c)
{
    return c && atomic_load_explicit(&c->canceller->cancelled, memory_order_relaxed);
}

void connection_trim(struct libhttp_connection *c)
{
    if (c->state != LIBHTTP_STATE_IDLE || c->unread)
        return;
    if (!c->sending_failed) { /* else getresponse still tells why */
        exchange_free(c->exchange);
        c->exchange = NULL;
    }
    destination_forget_lines(&c->destination);
    response_destroy(c->spare);
    c->spare = NULL;
    if (session_is_open(c->session) && !c->session->streaming)
        session_trim(c->session);
}

int32_t libhttp_connection_trim(libhttp_connection *c)
{
    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    connection_trim(c);
    return LIBHTTP_OK;
}

static int32_t carried(struct libhttp_connection *c)
{
    if (c->session && c->session->carried && c->session->bottom)
        return LIBHTTP_OK;
    return fail(&c->failure, LIBHTTP_E_STATE,
                "the connection is not in carried mode, or its transport is closed");
}

int32_t libhttp_connection_feed(libhttp_connection *c, const void *data, int64_t length,
                                int64_t *ret_taken)
{
    struct span span;
    size_t taken;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!ret_taken)
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT, "ret_taken is NULL");
    if (data_in(&span, data, length, "data", &c->failure) < 0 || carried(c) < 0 ||
        memory_feed(c->session->bottom, span.data, span.length, &taken, &c->failure) < 0)
        return c->failure.code;
    *ret_taken = (int64_t)taken;
    return LIBHTTP_OK;
}

int32_t libhttp_connection_feed_eof(libhttp_connection *c)
{
    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (carried(c) < 0)
        return c->failure.code;
    memory_feed_eof(c->session->bottom);
    return LIBHTTP_OK;
}

int32_t libhttp_connection_take(libhttp_connection *c, const void **ret_data, int64_t *ret_length)
{
    struct span span;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!ret_data || !ret_length)
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT, "ret_data or ret_length is NULL");
    if (carried(c) < 0)
        return c->failure.code;
    memory_take(c->session->bottom, &span);
    *ret_data = span.data;
    *ret_length = (int64_t)span.length;
    return LIBHTTP_OK;
}

int32_t libhttp_connection_took(libhttp_connection *c, int64_t length)
{
    struct span span;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (carried(c) < 0)
        return c->failure.code;
    memory_take(c->session->bottom, &span);
    if (length < 0 || (uint64_t)length > span.length)
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "length is %lld, there are %zu bytes to take", (long long)length, span.length);
    memory_took(c->session->bottom, (size_t)length);
    return LIBHTTP_OK;
}
