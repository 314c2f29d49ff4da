/* SPDX-License-Identifier: MIT */
/* options: a connection's settings. */
#include <libhttp/options.h>
#include <stdlib.h>

#include "base/text.h"
#include "client/exchange.h"
#include "client/where.h"

/* The largest limit: sums of a few of them fit 32 bits. */
#define LIMIT_MAXIMUM ((int64_t)1 << 30)

/* LIBHTTP_OK where value is between least and most. */
static int32_t check_range(struct libhttp_connection *c, const char *name, int64_t value,
                           int64_t least, int64_t most)
{
    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (value >= least && value <= most)
        return LIBHTTP_OK;
    return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                "%s is %lld, and must be from %lld to %lld", name, (long long)value,
                (long long)least, (long long)most);
}

static int32_t check_time(struct libhttp_connection *c, const char *name, int64_t milliseconds)
{
    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (milliseconds > 0 || milliseconds == LIBHTTP_TIMEOUT_NONE)
        return LIBHTTP_OK;
    return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                "%s is %lld: a time is at least 1 ms, or -1 for none", name,
                (long long)milliseconds);
}

int32_t libhttp_connection_set_mode(libhttp_connection *c, int32_t mode)
{
    int32_t status = check_range(c, "mode", mode, LIBHTTP_MODE_BLOCKING, LIBHTTP_MODE_NONBLOCKING);

    if (status < 0)
        return status;
    if (c->state != LIBHTTP_STATE_IDLE || c->unread ||
        (c->session && c->session->phase < SESSION_OPEN && c->session->top))
        return fail(&c->failure, LIBHTTP_E_STATE, "the mode can only change between exchanges");
    c->settings->nonblocking = mode == LIBHTTP_MODE_NONBLOCKING;
    if (!c->session || c->session->phase == SESSION_CLOSED)
        return LIBHTTP_OK;
    c->session->io.nonblocking = c->settings->nonblocking;
    return transport_set_mode(c->session->bottom, &c->failure);
}

int32_t libhttp_connection_mode(const libhttp_connection *c)
{
    return c && c->settings->nonblocking ? LIBHTTP_MODE_NONBLOCKING : LIBHTTP_MODE_BLOCKING;
}

int32_t libhttp_connection_set_timeout(libhttp_connection *c, int64_t milliseconds)
{
    int32_t status = libhttp_connection_set_connect_timeout(c, milliseconds);

    return status < 0 ? status : libhttp_connection_set_idle_timeout(c, milliseconds);
}

int32_t libhttp_connection_set_connect_timeout(libhttp_connection *c, int64_t milliseconds)
{
    int32_t status = check_time(c, "the connect timeout", milliseconds);

    if (status == LIBHTTP_OK)
        c->settings->connect_ms = milliseconds;
    return status;
}

int64_t libhttp_connection_connect_timeout(const libhttp_connection *c)
{
    return c ? c->settings->connect_ms : 0;
}

int32_t libhttp_connection_set_idle_timeout(libhttp_connection *c, int64_t milliseconds)
{
    int32_t status = check_time(c, "the idle timeout", milliseconds);

    if (status == LIBHTTP_OK)
        c->settings->idle_ms = milliseconds;
    return status;
}

int64_t libhttp_connection_idle_timeout(const libhttp_connection *c)
{
    return c ? c->settings->idle_ms : 0;
}

int32_t libhttp_connection_set_total_timeout(libhttp_connection *c, int64_t milliseconds)
{
    int32_t status = check_time(c, "the total timeout", milliseconds);

    if (status == LIBHTTP_OK)
        c->settings->total_ms = milliseconds;
    return status;
}

int64_t libhttp_connection_total_timeout(const libhttp_connection *c)
{
    return c ? c->settings->total_ms : 0;
}

int32_t libhttp_connection_set_continue_timeout(libhttp_connection *c, int64_t milliseconds)
{
    int32_t status = check_time(c, "the continue timeout", milliseconds);

    if (status == LIBHTTP_OK)
        c->settings->continue_ms = milliseconds;
    return status;
}

int64_t libhttp_connection_continue_timeout(const libhttp_connection *c)
{
    return c ? c->settings->continue_ms : 0;
}

int32_t libhttp_connection_set_auto_open(libhttp_connection *c, int32_t on)
{
    int32_t status = check_range(c, "on", on, 0, 1);

    if (status == LIBHTTP_OK)
        c->settings->auto_open = on != 0;
    return status;
}

int32_t libhttp_connection_auto_open(const libhttp_connection *c)
{
    return c && c->settings->auto_open;
}

int32_t libhttp_connection_set_strict_reuse(libhttp_connection *c, int32_t on)
{
    int32_t status = check_range(c, "on", on, 0, 1);

    if (status == LIBHTTP_OK)
        c->settings->strict_reuse = on != 0;
    return status;
}

int32_t libhttp_connection_strict_reuse(const libhttp_connection *c)
{
    return c && c->settings->strict_reuse;
}

int32_t libhttp_connection_set_max_line(libhttp_connection *c, int64_t bytes)
{
    int32_t status = check_range(c, "max_line", bytes, 1, LIMIT_MAXIMUM);

    if (status == LIBHTTP_OK)
        c->settings->limits.line = (uint32_t)bytes;
    return status;
}

int64_t libhttp_connection_max_line(const libhttp_connection *c)
{
    return c ? c->settings->limits.line : 0;
}

int32_t libhttp_connection_set_max_headers(libhttp_connection *c, int64_t count)
{
    int32_t status = check_range(c, "max_headers", count, 1, LIMIT_MAXIMUM);

    if (status == LIBHTTP_OK)
        c->settings->limits.fields = (uint32_t)count;
    return status;
}

int64_t libhttp_connection_max_headers(const libhttp_connection *c)
{
    return c ? c->settings->limits.fields : 0;
}

int32_t libhttp_connection_set_max_head(libhttp_connection *c, int64_t bytes)
{
    int32_t status = check_range(c, "max_head", bytes, 1, LIMIT_MAXIMUM);

    if (status == LIBHTTP_OK)
        c->settings->limits.total = (uint32_t)bytes;
    return status;
}

int64_t libhttp_connection_max_head(const libhttp_connection *c)
{
    return c ? c->settings->limits.total : 0;
}

int32_t libhttp_connection_set_max_interim(libhttp_connection *c, int64_t count)
{
    int32_t status = check_range(c, "max_interim", count, 1, LIMIT_MAXIMUM);

    if (status == LIBHTTP_OK)
        c->settings->max_interim = (uint32_t)count;
    return status;
}

int64_t libhttp_connection_max_interim(const libhttp_connection *c)
{
    return c ? c->settings->max_interim : 0;
}

int32_t libhttp_connection_set_max_drain(libhttp_connection *c, int64_t bytes)
{
    int32_t status = check_range(c, "max_drain", bytes, 0, LIMIT_MAXIMUM);

    if (status == LIBHTTP_OK)
        c->settings->max_drain = (uint32_t)bytes;
    return status;
}

int64_t libhttp_connection_max_drain(const libhttp_connection *c)
{
    return c ? c->settings->max_drain : 0;
}

int32_t libhttp_connection_set_block_size(libhttp_connection *c, int64_t bytes)
{
    int32_t status = check_range(c, "block_size", bytes, 1, LIMIT_MAXIMUM);

    if (status == LIBHTTP_OK)
        c->settings->block_size = (uint32_t)bytes;
    return status;
}

int64_t libhttp_connection_block_size(const libhttp_connection *c)
{
    return c ? c->settings->block_size : 0;
}
