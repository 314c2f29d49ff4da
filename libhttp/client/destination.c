/* SPDX-License-Identifier: MIT */
#include "client/destination.h"

#include <libhttp/connection.h>
#include <libhttp/status.h>
#include <stdlib.h>

#include "base/limits.h"

void tunnel_end_free(struct tunnel_end *end)
{
    if (!end)
        return;
    host_done(&end->host);
    fields_done(&end->fields);
    free(end);
}

void destination_set_tunnel(struct destination *d, struct tunnel_end *end)
{
    tunnel_end_free(d->tunnel);
    d->tunnel = end;
    d->wrong &= (uint8_t)~WRONG_TUNNEL;
}

void destination_init(struct destination *d)
{
    *d = (struct destination){.keep_alive_probes = false};
    host_init(&d->host);
}

void destination_done(struct destination *d)
{
    host_done(&d->host);
    tunnel_end_free(d->tunnel);
    free(d->unix_path);
    free(d->addresses);
    free(d->source_text);
    free(d->lines);
    libhttp_tls_config_free(d->tls);
    destination_init(d);
}

int32_t destination_default_port(const struct destination *d)
{
    return d->tls ? LIBHTTP_HTTPS_PORT : LIBHTTP_HTTP_PORT;
}

int32_t destination_port(const struct destination *d, const struct host *host)
{
    return host->port == HOST_PORT_DEFAULT ? destination_default_port(d) : host->port;
}

const struct host *destination_target(const struct destination *d)
{
    if (d->tunnel)
        return &d->tunnel->host;
    return d->has_host ? &d->host : NULL;
}

void destination_request_host(const struct destination *d, struct request_host *ret)
{
    const struct host *target = destination_target(d);
    int32_t port;

    if (d->lines) {
        *ret = (struct request_host){.lines = span_of(d->lines, d->lines_length),
                                     .host_length = d->host_line_length};
        return;
    }
    if (!target) {
        *ret = (struct request_host){.host = span_text("localhost"), .port = -1};
        return;
    }
    port = destination_port(d, target);
    *ret = (struct request_host){.host = span_of(target->name, target->length),
                                 .port = port == destination_default_port(d) ? -1 : port,
                                 .ipv6 = target->is_ipv6};
}

void destination_forget_lines(struct destination *d)
{
    free(d->lines);
    d->lines = NULL;
}

void destination_keep_lines(struct destination *d, struct span lines, size_t host_line_length)
{
    destination_forget_lines(d);
    d->lines = malloc(lines.length);
    if (!d->lines)
        return;
    memcpy(d->lines, lines.data, lines.length);
    d->lines_length = lines.length;
    d->host_line_length = host_line_length;
}

static void set_port(union address *a, int32_t port)
{
    uint16_t network = htons((uint16_t)port);

    if (a->any.sa_family == AF_INET6)
        a->in6.sin6_port = network;
    else
        a->in.sin_port = network;
}

void destination_endpoint(const struct destination *d, struct endpoint *ret)
{
    int32_t port = destination_port(d, &d->host);

    for (uint32_t i = 0; i < d->address_count; i++)
        set_port(&d->addresses[i], port);
    *ret = (struct endpoint){.host = d->host.address,
                             .port = port,
                             .unix_path = d->unix_path,
                             .unix_path_length = d->unix_path_length,
                             .addresses = d->addresses,
                             .address_count = d->address_count,
                             .source.any.sa_family = AF_UNSPEC,
                             .keep_alive = d->keep_alive_probes};
    if (d->source_text && d->source_text[0] == '\0')
        ret->source_port = (uint16_t)d->source_port;
    else if (d->source_text)
        address_parse(d->source_text, d->source_port, &ret->source);
}

static void append_place(struct buf *key, const struct destination *d, const struct host *host)
{
    if (host->name)
        buf_append_span(key, span_of(host->name, host->length));
    buf_append_text(key, " ");
    buf_append_decimal(key, (uint64_t)destination_port(d, host));
}

char *destination_session_key(const struct destination *d)
{
    struct buf key;

    buf_init(&key, LIMIT_TEXT);
    append_place(&key, d, &d->host);
    if (d->tunnel) {
        buf_append_text(&key, " tunnel ");
        append_place(&key, d, &d->tunnel->host);
    }
    if (d->unix_path) {
        buf_append_text(&key, " unix ");
        for (size_t i = 0; i < d->unix_path_length; i++)
            buf_append_hex(&key, (unsigned char)d->unix_path[i] | 0x100u);
    }
    buf_append(&key, "", 1);
    if (buf_failed(&key)) {
        buf_release(&key);
        return NULL;
    }
    return key.data;
}
