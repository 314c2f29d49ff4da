/* SPDX-License-Identifier: MIT */
/* connection: its life: made, opened, closed, given up. */
#include <libhttp/connection.h>
#include <stdlib.h>

#include "base/limits.h"
#include "client/debug.h"
#include "client/drive.h"
#include "client/exchange.h"
#include "client/tunnel.h"

int32_t libhttp_connection_new(libhttp_connection **ret)
{
    struct libhttp_connection *c;

    if (!ret)
        return LIBHTTP_E_INVALID_ARGUMENT;
    c = calloc(1, sizeof *c);
    if (!c)
        return LIBHTTP_E_NO_MEMORY;
    atomic_init(&c->references, 1);
    c->settings = settings_new();
    c->canceller = canceller_new();
    destination_init(&c->destination);
    failure_init(&c->failure);
    c->debug.fd = 1;
    if (!c->settings || !c->canceller) {
        libhttp_connection_free(c);
        return LIBHTTP_E_NO_MEMORY;
    }
    *ret = c;
    return LIBHTTP_OK;
}

void connection_destroy(struct libhttp_connection *c)
{
    session_unref(c->session);
    response_destroy(c->spare);
    tunnel_free(c->tunnel);
    exchange_free(c->exchange);
    destination_done(&c->destination);
    debug_done(&c->debug);
    failure_done(&c->failure);
    free(c->peer_text);
    free(c->alpn_text);
    settings_unref(c->settings);
    if (c->canceller)
        canceller_unref(c->canceller);
    free(c);
}

void libhttp_connection_free(libhttp_connection *c)
{
    if (!c)
        return;
    c->freed = true;
    /* Nobody can begin another exchange: only a response or stream that is being read keeps the
     * transport. */
    connection_drop_session(c);
    connection_unref(c);
}

void connection_drop_session(struct libhttp_connection *c)
{
    session_unref(c->session);
    c->session = NULL;
}

static void forget_request(struct libhttp_connection *c)
{
    c->state = LIBHTTP_STATE_IDLE;
    c->sending_failed = false;
    c->head_bytes = 0;
    if (c->exchange)
        exchange_clear(c->exchange);
}

void connection_reset(struct libhttp_connection *c)
{
    forget_request(c);
    if (!c->session)
        return;
    c->bytes_in = c->session->bytes_in;
    c->bytes_out = c->session->bytes_out;
    session_close(c->session);
    connection_drop_session(c);
}

/* Bytes that nobody asked for are never the next response (T-15). */
static bool is_quiet(struct session *s)
{
    struct failure ignored;
    bool quiet;

    if (buf_length(&s->input) > 0 || s->peer_ended)
        return false;
    if (!transport_has_input(s->top))
        return true;
    failure_init(&ignored);
    quiet =
        transport_look(s->top, &ignored) == LIBHTTP_OK; /* a late ticket of TLS is no such byte */
    failure_done(&ignored);
    return quiet;
}

void connection_measure(struct libhttp_connection *c, struct session *s, bool whole)
{
    if (c->state != LIBHTTP_STATE_IDLE || s->started != c->started)
        return;
    if (whole)
        c->times[LIBHTTP_TIME_COMPLETE] = session_received_at(s);
    c->bytes_in = s->bytes_in;
    c->bytes_out = s->bytes_out;
}

void connection_exchange_done(struct libhttp_connection *c, struct session *s, bool persists)
{
    bool next_is_under_way =
        c->session == s && c->state == LIBHTTP_STATE_REQUEST_SENT && !c->look_due;
    int64_t now = session_received_at(s);

    c->unread = NULL;
    /* With the next request under way, only what was here before it left is known to be such. */
    if (persists && (next_is_under_way ? s->stale == 0 : is_quiet(s))) {
        s->idle_since = now;
        if (!next_is_under_way)
            s->started = 0;
        session_settle(s);
        return;
    }
    session_close(s);
    if (c->session == s && !next_is_under_way)
        connection_drop_session(c);
}

/* Through a bare tunnel nothing may come before our first byte: it is looked at however soon that
 * is, as if it had idled for long (T-45). TLS notices by itself. */
static int64_t idle_from_now(const struct libhttp_connection *c)
{
    return c->destination.tunnel && !c->destination.tls ? 1 : clock_now();
}

int32_t libhttp_connection_connect(libhttp_connection *c)
{
    int32_t status;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (c->session && session_is_foreign(c->session))
        connection_drop_session(c);
    if (session_is_open(c->session))
        return fail(&c->failure, LIBHTTP_E_STATE, "the connection is open already");
    if (!c->session || c->session->phase == SESSION_CLOSED) {
        c->look_due = true;
        c->started = clock_now();
    }
    do
        status = exchange_ready(c, true);
    while (drive_again(c->session, &status, &c->failure));
    if (status == LIBHTTP_OK) {
        c->session->started = 0;
        c->session->idle_since = idle_from_now(c);
    }
    return status;
}

int32_t libhttp_connection_close(libhttp_connection *c)
{
    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (c->unread)
        c->unread->closed = true;
    c->unread = NULL;
    connection_reset(c);
    return LIBHTTP_OK;
}
