/* SPDX-License-Identifier: MIT */
/* connection_where: the setters of where a connection goes. They fail while it is connected
 * (C-127). */
#include <libhttp/connection.h>
#include <stdlib.h>

#include "base/text.h"
#include "client/exchange.h"
#include "client/headers_private.h"
#include "client/tls_access.h"
#include "client/tunnel.h"
#include "client/where.h"

/*
 * The Host field of a request that is begun says where it goes: that holds until it is over. What
 * is set now makes another.
 */
static int32_t check_state(struct libhttp_connection *c)
{
    if (c->state == LIBHTTP_STATE_IDLE) {
        destination_forget_lines(&c->destination);
        return LIBHTTP_OK;
    }
    return fail(&c->failure, LIBHTTP_E_STATE,
                "where and how to connect can't be changed once a request is begun");
}

int32_t where_check(struct libhttp_connection *c)
{
    const struct session *s = c->session;

    if (check_state(c) < 0)
        return LIBHTTP_E_STATE;
    if (!s || s->phase == SESSION_CLOSED || session_is_foreign(s))
        return LIBHTTP_OK;
    return fail(&c->failure, LIBHTTP_E_STATE,
                "where and how to connect can't be changed while connected: close first");
}

/* A transport that was handed over and not used yet: what is set now names the host, the tunnel and
 * TLS over it. */
static bool is_unused(const struct session *s)
{
    return s && s->given && s->phase == SESSION_CONNECTING && !s->top;
}

static int32_t check_how(struct libhttp_connection *c)
{
    return is_unused(c->session) ? check_state(c) : where_check(c);
}

int32_t libhttp_connection_set_host(libhttp_connection *c, const char *host, int64_t host_length,
                                    int32_t port)
{
    struct destination *d;
    struct span text;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (check_how(c) < 0)
        return LIBHTTP_E_STATE;
    d = &c->destination;
    d->wrong |= WRONG_HOST;
    if (text_any_in(&text, host, host_length, "host", &c->failure) < 0 ||
        host_parse(text, port, &d->host, &c->failure) < 0)
        return c->failure.code;
    d->wrong &= (uint8_t)~WRONG_HOST;
    d->has_host = true;
    if (!is_unused(c->session)) {
        connection_drop_session(c);
        c->session_given = false;
    }
    return LIBHTTP_OK;
}

int32_t libhttp_connection_set_unix(libhttp_connection *c, const char *path, int64_t path_length)
{
    struct destination *d;
    struct span text = {0};
    char *copy = NULL;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (where_check(c) < 0)
        return LIBHTTP_E_STATE;
    d = &c->destination;
    if (path || path_length != 0) {
        if (text_in(&text, path, path_length, "path", &c->failure) < 0)
            return c->failure.code;
        if (text.length == 0 || text.length >= sizeof((struct sockaddr_un *)0)->sun_path)
            return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                        "path must have 1 to 107 bytes, it has %zu", text.length);
        copy = strndup(text.data, text.length);
        if (!copy)
            return fail_memory(&c->failure);
    }
    free(d->unix_path);
    d->unix_path = copy;
    d->unix_path_length = text.length;
    c->session_given = false;
    return LIBHTTP_OK;
}

/* A session over a transport that is there already: it opens its tunnel and TLS at first use. */
static int32_t give(struct libhttp_connection *c, struct session *s)
{
    connection_drop_session(c);
    s->given = true;
    s->open_started = 0;
    c->session = s;
    c->session_given = true;
    return LIBHTTP_OK;
}

int32_t libhttp_connection_set_fd(libhttp_connection *c, int32_t fd)
{
    struct session *s;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (where_check(c) < 0)
        return LIBHTTP_E_STATE;
    s = session_new(c->settings, c->canceller);
    if (!s)
        return fail_memory(&c->failure);
    if (fd_new(fd, &s->io, &s->bottom, &c->failure) < 0) {
        session_unref(s);
        return c->failure.code;
    }
    return give(c, s);
}

int32_t libhttp_connection_set_carried(libhttp_connection *c)
{
    struct session *s;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (where_check(c) < 0)
        return LIBHTTP_E_STATE;
    s = session_new(c->settings, c->canceller);
    if (!s || memory_new(&s->io, &s->bottom, &c->failure) < 0) {
        session_unref(s);
        return fail_memory(&c->failure);
    }
    s->carried = true;
    return give(c, s);
}

int32_t libhttp_connection_set_tls(libhttp_connection *c, libhttp_tls_config *config)
{
    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (check_how(c) < 0)
        return LIBHTTP_E_STATE;
    if (!config) {
        c->destination.wrong |= WRONG_TLS;
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "config is NULL: nothing connects until it is set right");
    }
    libhttp_tls_config_free(c->destination.tls);
    c->destination.tls = tls_config_ref(config);
    c->destination.wrong &= (uint8_t)~WRONG_TLS;
    return LIBHTTP_OK;
}

/* CONNECT has no body (RFC 9110 9.3.6): a field that frames one is refused (T-4). */
static int32_t check_tunnel_fields(struct libhttp_connection *c, const struct fields *fields)
{
    for (uint32_t i = 0; fields && i < fields->count; i++) {
        struct span name = fields_name(fields, i);

        if (span_equal_nocase(name, span_text("content-length")) ||
            span_equal_nocase(name, span_text("transfer-encoding")))
            return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                        "headers: CONNECT has no body, and can't have the field %s", QUOTE(name));
    }
    return LIBHTTP_OK;
}

static struct tunnel_end *tunnel_end_new(struct span text, int32_t port,
                                         const struct fields *fields, struct failure *failure)
{
    struct tunnel_end *end = calloc(1, sizeof *end);

    if (!end) {
        fail_memory(failure);
        return NULL;
    }
    host_init(&end->host);
    fields_init(&end->fields);
    if ((fields && fields_copy(&end->fields, fields, failure) < 0) ||
        host_parse(text, port, &end->host, failure) < 0) {
        tunnel_end_free(end);
        return NULL;
    }
    return end;
}

/*
 * The CONNECT head is written once in vain, so that what can't stand in it is refused here: fields
 * that were received may hold what libhttp_headers_add refuses (C-74).
 */
static int32_t try_head(struct libhttp_connection *c, struct tunnel_end *end)
{
    struct destination with_end = c->destination;
    struct tunnel *head;

    with_end.tunnel = end;
    head = tunnel_new(&with_end, &c->failure);
    tunnel_free(head);
    return head ? LIBHTTP_OK : c->failure.code;
}

/* All or nothing. */
static int32_t set_tunnel(struct libhttp_connection *c, struct span text, int32_t port,
                          const struct fields *fields)
{
    struct tunnel_end *end;

    if (check_tunnel_fields(c, fields) < 0)
        return LIBHTTP_E_INVALID_ARGUMENT;
    end = tunnel_end_new(text, port, fields, &c->failure);
    if (!end)
        return c->failure.code;
    if (try_head(c, end) < 0) {
        tunnel_end_free(end);
        return c->failure.code;
    }
    destination_set_tunnel(&c->destination, end);
    return LIBHTTP_OK;
}

int32_t libhttp_connection_set_tunnel(libhttp_connection *c, const char *host, int64_t host_length,
                                      int32_t port, const libhttp_headers *headers)
{
    struct destination *d;
    struct span text;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (check_how(c) < 0)
        return LIBHTTP_E_STATE;
    d = &c->destination;
    if (!host && host_length <= 0) {
        destination_set_tunnel(d, NULL);
        return LIBHTTP_OK;
    }
    d->wrong |= WRONG_TUNNEL; /* or the proxy would see what is for the other end (T-50) */
    if (text_any_in(&text, host, host_length, "host", &c->failure) < 0)
        return c->failure.code;
    return set_tunnel(c, text, port, headers ? &headers->fields : NULL);
}
