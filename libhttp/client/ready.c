/* SPDX-License-Identifier: MIT */
/* ready: whether a connection can move bytes, and what must happen first. */
#include <errno.h>

#include "base/limits.h"
#include "client/debug.h"
#include "client/exchange.h"
#include "client/open.h"
#include "client/tunnel.h"

static int32_t set_wrong(struct libhttp_connection *c)
{
    uint8_t wrong = c->destination.wrong;
    const char *setter = wrong & WRONG_HOST  ? "set_host"
                         : wrong & WRONG_TLS ? "set_tls"
                                             : "set_tunnel";

    return fail(&c->failure, LIBHTTP_E_NOT_CONNECTED,
                "the last %s failed: nothing connects until it is set right", setter);
}

int32_t exchange_check_destination(struct libhttp_connection *c)
{
    const struct destination *d = &c->destination;

    if (d->wrong)
        return set_wrong(c);
    if (!d->has_host && !d->unix_path && !c->session_given)
        return fail(&c->failure, LIBHTTP_E_NOT_CONNECTED, "no host is set");
    return LIBHTTP_OK;
}

static int32_t can_open(struct libhttp_connection *c, bool open_anyway)
{
    if (c->session_given)
        return fail(&c->failure, LIBHTTP_E_NOT_CONNECTED,
                    "the transport that was handed over is gone, and another has not been set");
    if (exchange_check_destination(c) < 0)
        return LIBHTTP_E_NOT_CONNECTED;
    if (!open_anyway && !c->settings->auto_open)
        return fail(&c->failure, LIBHTTP_E_NOT_CONNECTED, "not connected, and auto_open is off");
    return LIBHTTP_OK;
}

/* What the session in hand is worth for this exchange's first byte. */
static bool is_usable(struct libhttp_connection *c)
{
    struct session *s = c->session;
    struct failure ignored;
    bool usable;

    if (s->phase == SESSION_CLOSED || session_is_foreign(s) || cancel_point_woken(&s->io.cancel))
        return false;
    if (s->phase < SESSION_OPEN || c->unread || !s->idle_since)
        return true;
    if (!c->settings->strict_reuse && c->started - s->idle_since < LIMIT_IDLE_UNLOOKED_US)
        return true;
    failure_init(&ignored);
    usable = transport_look(s->top, &ignored) == LIBHTTP_OK;
    failure_done(&ignored);
    return usable;
}

/* The exchange begins to use a session: from here on its loss is the exchange's. */
static void begin_on(struct libhttp_connection *c)
{
    struct session *s = c->session;

    c->look_due = false;
    s->started = c->started;
    s->quiet_since = 0;
    s->stale = c->unread ? buf_length(&s->input) : 0;
    s->now = c->at_once && s->phase == SESSION_OPEN ? c->started : 0;
    s->sent_before += s->bytes_out;
    s->bytes_in = s->bytes_out = 0;
}

/* What opening has passed so far, for whoever looks at it while it waits or when it failed. */
static void note_passed(struct libhttp_connection *c)
{
    struct session *s = c->session;
    struct endpoint_info info = {.resolved_at = 0};

    if (!s->given && s->bottom)
        tcp_info(s->bottom, &info);
    c->times[LIBHTTP_TIME_RESOLVED] = info.resolved_at;
    c->times[LIBHTTP_TIME_CONNECTED] = info.connected_at;
}

static void note_opened(struct libhttp_connection *c)
{
    int64_t now = clock_now();

    note_passed(c);
    if (!c->times[LIBHTTP_TIME_CONNECTED])
        c->times[LIBHTTP_TIME_CONNECTED] = now;
    c->times[LIBHTTP_TIME_HANDSHAKEN] = c->session->tls ? now : 0;
}

/* A proxy's answer is kept on the connection, a refusal too (C-62). */
static void keep_tunnel_answer(struct libhttp_connection *c)
{
    if (!c->session->tunnel || c->session->tunnel->answer.status == 0)
        return;
    tunnel_free(c->tunnel);
    c->tunnel = c->session->tunnel;
    c->session->tunnel = NULL;
    if (debug_is_on(c))
        debug_message(c, &c->tunnel->answer);
}

/* Where it is to be told, the CONNECT head is made here, before it leaves piece by piece. */
static int32_t tell_tunnel(struct libhttp_connection *c)
{
    struct session *s = c->session;

    if (!debug_is_on(c) || !c->destination.tunnel || s->tunnel || s->phase > SESSION_TUNNEL)
        return LIBHTTP_OK;
    s->tunnel = tunnel_new(&c->destination, &c->failure);
    if (!s->tunnel)
        return c->failure.code;
    debug_request(c, buf_span(&s->tunnel->output));
    return LIBHTTP_OK;
}

static int32_t open_step(struct libhttp_connection *c)
{
    int32_t status = tell_tunnel(c);

    if (status == LIBHTTP_OK)
        status = session_open(c->session, &c->destination, &c->failure);
    if (status != LIBHTTP_OK)
        note_passed(c);
    if (status == LIBHTTP_AGAIN)
        return status;
    keep_tunnel_answer(c);
    if (status < 0)
        connection_reset(c);
    else
        note_opened(c);
    return status;
}

static int32_t new_session(struct libhttp_connection *c, bool open_anyway)
{
    if (can_open(c, open_anyway) < 0) {
        connection_reset(c);
        return c->failure.code;
    }
    tunnel_free(c->tunnel);
    c->tunnel = NULL;
    c->session = session_new(c->settings, c->canceller);
    if (c->session)
        return LIBHTTP_OK;
    connection_reset(c);
    return fail_memory(&c->failure);
}

/* The session was lost after the exchange had begun to use it. */
static int32_t lost(struct libhttp_connection *c)
{
    bool forked = session_is_foreign(c->session);

    connection_reset(c);
    if (forked)
        return fail(&c->failure, LIBHTTP_E_FORKED,
                    "the exchange was begun before a fork, by the parent");
    fail(&c->failure, LIBHTTP_E_REMOTE_DISCONNECTED,
         "the connection was closed before the response; the request may have been processed");
    c->failure.os_error = ECONNRESET;
    return c->failure.code;
}

static int32_t check_cancel(struct libhttp_connection *c)
{
    if (!canceller_cancelled(c->canceller))
        return LIBHTTP_OK;
    connection_reset(c);
    return fail_cancelled(&c->failure);
}

/* The request's head, and a body that was put behind it, are about to leave: behind a CONNECT. */
static void tell_request(struct libhttp_connection *c)
{
    struct span all = buf_span(&c->exchange->output);
    size_t head = c->exchange->untold;

    c->exchange->untold = 0;
    debug_request(c, span_of(all.data, head));
    if (all.length > head)
        debug_body(c, span_of(all.data + head, all.length - head));
}

static int32_t make_ready(struct libhttp_connection *c, bool open_anyway)
{
    if (check_cancel(c) < 0)
        return LIBHTTP_E_CANCELLED;
    if (c->destination.wrong && !session_is_open(c->session))
        return exchange_check_destination(c);
    if (!c->look_due) {
        if (!c->session || c->session->phase == SESSION_CLOSED || session_is_foreign(c->session))
            return c->session ? lost(c)
                              : fail(&c->failure, LIBHTTP_E_NOT_CONNECTED, "not connected");
    } else if (c->session && !is_usable(c)) {
        connection_drop_session(c);
    }
    if (!c->session && new_session(c, open_anyway) < 0)
        return c->failure.code;
    if (c->look_due)
        begin_on(c);
    return c->session->phase < SESSION_OPEN ? open_step(c) : LIBHTTP_OK;
}

int32_t exchange_ready(struct libhttp_connection *c, bool open_anyway)
{
    int32_t status = make_ready(c, open_anyway);

    if (status == LIBHTTP_OK && c->exchange && c->exchange->untold > 0)
        tell_request(c);
    return status;
}
