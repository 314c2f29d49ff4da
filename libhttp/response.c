/* SPDX-License-Identifier: MIT */
/* response: its life, and what its head says. */
#include <libhttp/response.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "client/read.h"
#include "client/waiting.h"

void response_clear(struct libhttp_response *r)
{
    message_clear(&r->message);
    message_done(&r->trailers);
    messages_done(&r->interim);
    body_done(&r->body);
    buf_release(&r->ahead);
    buf_release(&r->all);
    failure_done(&r->failure);
    r->ended = r->closed = r->stream_taken = r->is_stream = r->detached = r->all_given = false;
    r->broken = 0;
    r->told = false;
    r->line_searched = 0;
    r->came_left = 0;
    r->connection = NULL;
    r->session = NULL;
}

void response_destroy(struct libhttp_response *r)
{
    if (!r)
        return;
    response_clear(r);
    message_done(&r->message);
    free(r);
}

/* Nobody knows yet whether a second exchange will follow on it. */
static bool is_first_on_session(const struct libhttp_connection *c)
{
    return session_is_open(c->session) && c->session->sent_before == 0;
}

/*
 * The connection keeps one for the next exchange: so that a steady one allocates nothing. After the
 * first exchange it is trimmed instead: many connections never see another.
 */
static void recycle(struct libhttp_connection *c, struct libhttp_response *r)
{
    if (c->freed || c->spare) {
        response_destroy(r);
        return;
    }
    response_clear(r);
    c->spare = r;
    if (is_first_on_session(c))
        connection_trim(c);
}

/* Reads away what is here, within the limit (C-97, T-23). */
static void drain(struct libhttp_response *r)
{
    char room[LIMIT_RECEIVE];
    size_t got = 1;
    size_t left = r->session->settings->max_drain;
    int32_t status = LIBHTTP_OK;

    if (libhttp_response_remaining(r) > (int64_t)left)
        return;
    while (status == LIBHTTP_OK && got > 0 && r->session) {
        /* One byte over the limit tells that the body is; its end need not be among them. */
        size_t most = left < sizeof room ? left + 1 : sizeof room;

        got = 0;
        status = read_step(r, room, most, true, &got);
        if (got > left)
            return;
        left -= got;
    }
}

static void close_body(struct libhttp_response *r)
{
    bool unread = !response_is_read(r);

    if (!r->ended && !r->broken && r->session && r->persists)
        drain(r);
    r->closed = true;
    if (!r->ended && r->session)
        read_done(r, false);
    if (unread)
        r->ended = false; /* drained is not read: it never counts as complete (C-26) */
    if (r->is_stream && r->session && !r->stream_taken)
        session_close(r->session);
}

void libhttp_response_free(libhttp_response *r)
{
    struct libhttp_connection *c;
    struct session *s;

    if (!r)
        return;
    if (!response_is_read(r) || r->is_stream)
        close_body(r);
    c = r->connection;
    s = r->session;
    if (c->unread == r)
        c->unread = NULL;
    recycle(c, r);
    session_unref(s);
    connection_unref(c);
}

int32_t libhttp_response_close(libhttp_response *r)
{
    if (!r)
        return LIBHTTP_E_INVALID_ARGUMENT;
    close_body(r);
    return LIBHTTP_OK;
}

int32_t libhttp_response_status(const libhttp_response *r)
{
    return r ? r->message.status : 0;
}

/* Made readable on a read-only handle too: none of them is a constant object. */
static const struct message *readable(const struct message *m)
{
    return message_readable((struct message *)(uintptr_t)m);
}

const char *libhttp_response_reason(const libhttp_response *r)
{
    return r ? readable(&r->message)->text + r->message.reason : "";
}

int64_t libhttp_response_reason_length(const libhttp_response *r)
{
    return r ? r->message.reason_length : 0;
}

int32_t libhttp_response_version(const libhttp_response *r)
{
    return r ? r->version : 0;
}

const char *libhttp_response_url(const libhttp_response *r)
{
    return r ? r->url : NULL;
}

const libhttp_headers *libhttp_response_headers(const libhttp_response *r)
{
    return r ? &readable(&r->message)->headers : NULL;
}

int32_t libhttp_response_getheader(libhttp_response *r, const char *name, int64_t name_length,
                                   const char *fallback, int64_t fallback_length,
                                   const char **ret_value, int64_t *ret_length)
{
    int32_t status;

    if (!r)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!ret_value)
        return fail(&r->failure, LIBHTTP_E_INVALID_ARGUMENT, "ret_value is NULL");
    status = libhttp_headers_get(&readable(&r->message)->headers, name, name_length, fallback,
                                 fallback_length, ret_value, ret_length);
    return status < 0 ? failure_copy(&r->failure, &r->message.headers.failure) : status;
}

int32_t libhttp_response_raw_head(libhttp_response *r, const char **ret_data, int64_t *ret_length)
{
    struct span raw;

    if (!r)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!ret_data || !ret_length)
        return fail(&r->failure, LIBHTTP_E_INVALID_ARGUMENT, "ret_data or ret_length is NULL");
    if (message_raw(&r->message, &raw, &r->failure) < 0)
        return r->failure.code;
    *ret_data = raw.data;
    *ret_length = (int64_t)raw.length;
    return LIBHTTP_OK;
}

int32_t libhttp_response_interim_count(const libhttp_response *r)
{
    return r ? (int32_t)r->interim.count : 0;
}

int32_t libhttp_response_interim_status(const libhttp_response *r, int32_t index)
{
    const struct message *m = r ? messages_at(&r->interim, index) : NULL;

    return m ? m->status : 0;
}

const libhttp_headers *libhttp_response_interim_headers(const libhttp_response *r, int32_t index)
{
    const struct message *m = r ? messages_at(&r->interim, index) : NULL;

    return m ? &m->headers : NULL;
}

const libhttp_headers *libhttp_response_trailers(const libhttp_response *r)
{
    return r ? &readable(&r->trailers)->headers : NULL;
}

int64_t libhttp_response_remaining(const libhttp_response *r)
{
    int64_t left = r ? body_remaining(&r->body) : 0;

    if (!r || r->ended)
        return r ? (int64_t)buf_length(&r->ahead) : 0;
    return left < 0 ? left : left + (int64_t)buf_length(&r->ahead);
}

int64_t libhttp_response_missing(const libhttp_response *r)
{
    if (!r || r->ended || !(r->broken || r->closed))
        return r && r->ended ? 0 : -1;
    return body_remaining(&r->body);
}

int32_t libhttp_response_is_complete(const libhttp_response *r)
{
    return r && response_is_read(r);
}

int32_t libhttp_response_is_closed(const libhttp_response *r)
{
    return r && (r->closed || r->told || libhttp_response_is_complete(r));
}

int32_t libhttp_response_will_close(const libhttp_response *r)
{
    return r && !r->persists;
}

int32_t libhttp_response_fileno(const libhttp_response *r)
{
    return r ? waiting_fileno(r->session) : -1;
}

int32_t libhttp_response_set_debuglevel(libhttp_response *r, int32_t level)
{
    if (!r)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (level < 0)
        return fail(&r->failure, LIBHTTP_E_INVALID_ARGUMENT, "level is negative: %d", (int)level);
    r->debuglevel = level;
    return LIBHTTP_OK;
}

int32_t libhttp_response_debuglevel(const libhttp_response *r)
{
    return r ? r->debuglevel : 0;
}
