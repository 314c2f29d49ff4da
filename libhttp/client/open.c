/* SPDX-License-Identifier: MIT */
#include "client/open.h"

#include <stdlib.h>

#include "client/tls_access.h"
#include "client/tunnel.h"
#include "net/tls.h"

/* One system call may wait a slice, where the connect timeout leaves one. */
static bool may_sleep(const struct session *s, int64_t now)
{
    int64_t left = clock_left(now, clock_after(s->open_started, s->settings->connect_ms));

    if (s->settings->nonblocking)
        return false;
    if (s->io.slice_ms == 0)
        return left < 0 && s->settings->total_ms < 0;
    return left < 0 || left >= s->io.slice_ms;
}

static int32_t connect_step(struct session *s, const struct destination *d, int64_t now,
                            struct failure *failure)
{
    struct endpoint endpoint;

    if (!s->bottom) {
        destination_endpoint(d, &endpoint);
        if (tcp_new(&endpoint, &s->io, &s->bottom, failure) < 0)
            return failure->code;
    }
    s->top = s->bottom;
    return transport_advance(s->bottom, now, failure);
}

static int32_t tunnel_phase(struct session *s, const struct destination *d, struct failure *failure)
{
    if (!d->tunnel)
        return LIBHTTP_OK;
    if (!s->tunnel)
        s->tunnel = tunnel_new(d, failure);
    return s->tunnel ? tunnel_step(s, failure) : failure->code;
}

static int32_t start_tls(struct session *s, const struct destination *d, struct failure *failure)
{
    const struct host *target = destination_target(d);
    char *key = destination_session_key(d);
    struct tls_peer peer = {.name = target ? target->name : "localhost", .session_key = key};
    int32_t status =
        key ? tls_new(s->bottom, tls_config_context(d->tls), &peer, &s->io, &s->tls, failure)
            : fail_memory(failure);

    free(key);
    if (status == LIBHTTP_OK)
        s->top = s->tls;
    return status;
}

/* An engine speaks HTTP/1.1 alone so far: another choice of the server is an error with a name
 * (C-138). */
static int32_t check_alpn(const struct session *s, struct failure *failure)
{
    struct tls_info info;

    tls_info(s->tls, &info);
    if (info.alpn.length == 0 || span_equal(info.alpn, span_text("http/1.1")) ||
        span_equal(info.alpn, span_text("http/1.0")))
        return LIBHTTP_OK;
    fail(failure, LIBHTTP_E_UNSUPPORTED_PROTOCOL,
         "the server chose %s by ALPN, which libhttp doesn't speak", QUOTE(info.alpn));
    return fail_detail(failure, info.alpn);
}

static int32_t handshake_step(struct session *s, const struct destination *d, int64_t now,
                              struct failure *failure)
{
    int32_t status;

    if (!d->tls)
        return LIBHTTP_OK;
    if (!s->tls && start_tls(s, d, failure) < 0)
        return failure->code;
    status = transport_advance(s->top, now, failure);
    return status == LIBHTTP_OK ? check_alpn(s, failure) : status;
}

/* What the proxy's side sends before our first byte is nobody's answer (T-45); TLS notices it by
 * itself. */
static int32_t check_silence(struct session *s, const struct destination *d,
                             struct failure *failure)
{
    int32_t status = d->tunnel && !d->tls ? transport_look(s->top, failure) : LIBHTTP_OK;

    if (status != LIBHTTP_E_REMOTE_DISCONNECTED)
        return status;
    return fail(failure, LIBHTTP_E_TUNNEL_FAILED,
                "bytes or an end came through the tunnel before anything was sent into it");
}

static int32_t phase_step(struct session *s, const struct destination *d, int64_t now,
                          struct failure *failure)
{
    switch (s->phase) {
    case SESSION_CONNECTING:
        return connect_step(s, d, now, failure);
    case SESSION_TUNNEL:
        return tunnel_phase(s, d, failure);
    default:
        return handshake_step(s, d, now, failure);
    }
}

int32_t session_open(struct session *s, const struct destination *d, struct failure *failure)
{
    int64_t now = clock_now();
    int32_t status = session_check_cancel(s, failure);

    if (!s->open_started)
        s->open_started = now;
    while (status == LIBHTTP_OK && s->phase < SESSION_OPEN) {
        s->io.may_sleep = may_sleep(s, now);
        status = phase_step(s, d, now, failure);
        if (status == LIBHTTP_OK)
            s->phase++;
        else if (status == LIBHTTP_AGAIN)
            return session_blocked(s, failure);
        if (s->phase == SESSION_OPEN && status == LIBHTTP_OK)
            status = check_silence(s, d, failure);
    }
    session_settle(s);
    s->quiet_since = 0;
    s->wait_error = 0;
    return status;
}
