/* SPDX-License-Identifier: MIT */
/* options_where: settings of how to connect, and of debugging. */
#include <libhttp/options.h>
#include <stdlib.h>

#include "base/text.h"
#include "client/debug.h"
#include "client/where.h"

/* A literal address of the caller's. */
static int32_t literal_in(struct libhttp_connection *c, const char *text, int64_t length,
                          int32_t port, const char *argument, union address *ret, char **ret_text)
{
    struct span span;
    char *copy;

    if (text_in(&span, text, length, argument, &c->failure) < 0)
        return c->failure.code;
    copy = strndup(span.data, span.length);
    if (!copy)
        return fail_memory(&c->failure);
    if (!address_parse(copy, port, ret)) {
        free(copy);
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT, "%s is no IPv4 or IPv6 address: %s",
                    argument, QUOTE(span));
    }
    *ret_text = copy;
    return LIBHTTP_OK;
}

/* A literal, or empty as in Python: any address. */
static int32_t source_in(struct libhttp_connection *c, const char *host, int64_t length,
                         int32_t port, char **ret_text)
{
    union address source;

    if (length == 0 || (length == -1 && host[0] == '\0')) {
        *ret_text = strdup("");
        return *ret_text ? LIBHTTP_OK : fail_memory(&c->failure);
    }
    return literal_in(c, host, length, port, "host", &source, ret_text);
}

int32_t libhttp_connection_set_source_address(libhttp_connection *c, const char *host,
                                              int64_t host_length, int32_t port)
{
    char *text = NULL;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (where_check(c) < 0)
        return LIBHTTP_E_STATE;
    if (port < 0 || port > 65535)
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "port is %d, and must be from 0 to 65535", (int)port);
    if (host && source_in(c, host, host_length, port, &text) < 0)
        return c->failure.code;
    free(c->destination.source_text);
    c->destination.source_text = text;
    c->destination.source_port = port;
    return LIBHTTP_OK;
}

const char *libhttp_connection_source_address(const libhttp_connection *c, int32_t *ret_port)
{
    if (ret_port)
        *ret_port = c && c->destination.source_text ? c->destination.source_port : 0;
    return c ? c->destination.source_text : NULL;
}

int32_t libhttp_connection_add_address(libhttp_connection *c, const char *address,
                                       int64_t address_length)
{
    struct destination *d;
    union address parsed;
    union address *addresses;
    char *text = NULL;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (where_check(c) < 0)
        return LIBHTTP_E_STATE;
    if (literal_in(c, address, address_length, 0, "address", &parsed, &text) < 0)
        return c->failure.code;
    free(text);
    d = &c->destination;
    addresses = realloc(d->addresses, (d->address_count + 1) * sizeof *addresses);
    if (!addresses)
        return fail_memory(&c->failure);
    d->addresses = addresses;
    d->addresses[d->address_count++] = parsed;
    return LIBHTTP_OK;
}

int32_t libhttp_connection_clear_addresses(libhttp_connection *c)
{
    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (where_check(c) < 0)
        return LIBHTTP_E_STATE;
    free(c->destination.addresses);
    c->destination.addresses = NULL;
    c->destination.address_count = 0;
    return LIBHTTP_OK;
}

int32_t libhttp_connection_address_count(const libhttp_connection *c)
{
    return c ? (int32_t)c->destination.address_count : 0;
}

int32_t libhttp_connection_set_keep_alive_probes(libhttp_connection *c, int32_t on)
{
    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (where_check(c) < 0)
        return LIBHTTP_E_STATE;
    if (on != 0 && on != 1)
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT, "on is %d, and must be 0 or 1",
                    (int)on);
    c->destination.keep_alive_probes = on != 0;
    return LIBHTTP_OK;
}

int32_t libhttp_connection_keep_alive_probes(const libhttp_connection *c)
{
    return c && c->destination.keep_alive_probes;
}

int32_t libhttp_connection_set_debuglevel(libhttp_connection *c, int32_t level)
{
    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (level < 0)
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT, "level is negative: %d", (int)level);
    c->debug.level = level;
    return LIBHTTP_OK;
}

int32_t libhttp_connection_debuglevel(const libhttp_connection *c)
{
    return c ? c->debug.level : 0;
}

int32_t libhttp_connection_set_debug_fd(libhttp_connection *c, int32_t fd)
{
    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (fd < -1)
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "fd is %d, and must be a descriptor or -1", (int)fd);
    c->debug.fd = fd;
    return LIBHTTP_OK;
}

int32_t libhttp_connection_debug_fd(const libhttp_connection *c)
{
    return c ? c->debug.fd : 0;
}

int32_t libhttp_connection_debug_take(libhttp_connection *c, const char **ret_text,
                                      int64_t *ret_length)
{
    struct span text;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!ret_text || !ret_length)
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT, "ret_text or ret_length is NULL");
    if (debug_take(&c->debug, &text) < 0)
        return fail_memory(&c->failure);
    *ret_text = text.data;
    *ret_length = (int64_t)text.length;
    return LIBHTTP_OK;
}
