/* SPDX-License-Identifier: MIT */
/* info: what can be learned from a connection. */
#include <libhttp/info.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/tunnel.h"
#include "client/waiting.h"
#include "net/tls.h"

const char *libhttp_connection_error(const libhttp_connection *c)
{
    return c ? failure_text(&c->failure) : "";
}

int32_t libhttp_connection_error_code(const libhttp_connection *c)
{
    return c ? c->failure.code : 0;
}

int32_t libhttp_connection_errno(const libhttp_connection *c)
{
    return c ? c->failure.os_error : 0;
}

int64_t libhttp_connection_tls_reason(const libhttp_connection *c)
{
    return c ? c->failure.tls_reason : 0;
}

const char *libhttp_connection_error_detail(const libhttp_connection *c, int64_t *ret_length)
{
    static const struct failure none;

    return waiting_detail(c ? &c->failure : &none, ret_length);
}

int32_t libhttp_connection_state(const libhttp_connection *c)
{
    return c ? c->state : LIBHTTP_STATE_IDLE;
}

int32_t libhttp_connection_response_unread(const libhttp_connection *c)
{
    return c && c->unread;
}

int32_t libhttp_connection_is_open(const libhttp_connection *c)
{
    return c && session_is_open(c->session);
}

int32_t libhttp_connection_fileno(const libhttp_connection *c)
{
    return c ? waiting_fileno(c->session) : -1;
}

const char *libhttp_connection_host(const libhttp_connection *c)
{
    return c && c->destination.has_host ? c->destination.host.name : NULL;
}

int32_t libhttp_connection_port(const libhttp_connection *c)
{
    return c ? destination_port(&c->destination, &c->destination.host) : 0;
}

const libhttp_tls_config *libhttp_connection_tls(const libhttp_connection *c)
{
    return c ? c->destination.tls : NULL;
}

const char *libhttp_connection_tunnel_host(const libhttp_connection *c, int32_t *ret_port)
{
    const struct tunnel_end *end = c ? c->destination.tunnel : NULL;

    if (ret_port)
        *ret_port = end ? destination_port(&c->destination, &end->host) : 0;
    return end ? end->host.name : NULL;
}

/* Keeps a copy of `text` at `*kept`: what was given before stays where it is while it says the
 * same.
 */
static const char *keep_text(char **kept, const char *text)
{
    if (*kept && strcmp(*kept, text) == 0)
        return *kept;
    free(*kept);
    *kept = strdup(text);
    return *kept;
}

const char *libhttp_connection_peer_address(libhttp_connection *c)
{
    struct endpoint_info info = {.peer = {.any = {.sa_family = AF_UNSPEC}}};
    char text[160];

    if (!c || !session_is_open(c->session) || c->session->carried)
        return NULL;
    tcp_info(c->session->bottom, &info);
    if (info.peer.any.sa_family == AF_UNSPEC)
        return NULL;
    address_format(&info.peer, text, sizeof text);
    return keep_text(&c->peer_text, text);
}

static const struct message *tunnel_answer(const libhttp_connection *c)
{
    return c && c->tunnel ? &c->tunnel->answer : NULL;
}

int32_t libhttp_connection_tunnel_status(const libhttp_connection *c)
{
    const struct message *m = tunnel_answer(c);

    return m ? m->status : 0;
}

const char *libhttp_connection_tunnel_reason(const libhttp_connection *c)
{
    const struct message *m = tunnel_answer(c);

    return m ? m->text + m->reason : NULL;
}

const libhttp_headers *libhttp_connection_tunnel_headers(const libhttp_connection *c)
{
    const struct message *m = tunnel_answer(c);

    return m ? &m->headers : NULL;
}

int32_t libhttp_connection_interim_count(const libhttp_connection *c)
{
    return c && c->exchange ? (int32_t)c->exchange->interim.count : 0;
}

static struct message *interim_at(const libhttp_connection *c, int32_t index)
{
    return c && c->exchange ? messages_at(&c->exchange->interim, index) : NULL;
}

int32_t libhttp_connection_interim_status(const libhttp_connection *c, int32_t index)
{
    const struct message *m = interim_at(c, index);

    return m ? m->status : 0;
}

const libhttp_headers *libhttp_connection_interim_headers(const libhttp_connection *c,
                                                          int32_t index)
{
    const struct message *m = interim_at(c, index);

    return m ? &m->headers : NULL;
}

/* The TLS link of an open connection, or NULL. */
static struct transport *tls_of(const libhttp_connection *c)
{
    return c && session_is_open(c->session) ? c->session->tls : NULL;
}

const char *libhttp_connection_tls_version(const libhttp_connection *c)
{
    struct tls_info info = {.version = NULL};

    if (tls_of(c))
        tls_info(tls_of(c), &info);
    return info.version;
}

const char *libhttp_connection_tls_cipher(const libhttp_connection *c)
{
    struct tls_info info = {.cipher = NULL};

    if (tls_of(c))
        tls_info(tls_of(c), &info);
    return info.cipher;
}

const char *libhttp_connection_tls_alpn(libhttp_connection *c)
{
    struct tls_info info;
    char text[UINT8_MAX + 1]; /* RFC 7301 3.1 */

    if (!tls_of(c))
        return NULL;
    tls_info(tls_of(c), &info);
    snprintf(text, sizeof text, "%.*s", (int)info.alpn.length, info.alpn.data);
    return keep_text(&c->alpn_text, text);
}

int32_t libhttp_connection_tls_resumed(const libhttp_connection *c)
{
    struct tls_info info = {.resumed = false};

    if (tls_of(c))
        tls_info(tls_of(c), &info);
    return info.resumed;
}

const void *libhttp_connection_peer_certificate(libhttp_connection *c, int64_t *ret_length)
{
    struct span der = span_of(NULL, 0);

    if (tls_of(c))
        der = tls_peer_certificate(tls_of(c));
    if (ret_length)
        *ret_length = (int64_t)der.length;
    return der.length ? der.data : NULL;
}

int64_t libhttp_connection_time(const libhttp_connection *c, int32_t which)
{
    if (!c || which < 0 || which > LIBHTTP_TIME_COMPLETE || c->times[which] == 0)
        return -1;
    return c->times[which] > c->started ? c->times[which] - c->started : 0;
}

int64_t libhttp_connection_bytes_sent(const libhttp_connection *c)
{
    if (!c)
        return 0;
    return c->session && c->session->started ? c->session->bytes_out : c->bytes_out;
}

int64_t libhttp_connection_bytes_received(const libhttp_connection *c)
{
    if (!c)
        return 0;
    return c->session && c->session->started ? c->session->bytes_in : c->bytes_in;
}
