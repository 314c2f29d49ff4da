/* SPDX-License-Identifier: MIT */
/* url: the handle of libhttp_url (C-133). The splitting itself stands in base/url_split.c. */
#include <libhttp/url.h>

#include <stdlib.h>

#include <libhttp/status.h>

#include "base/host.h"
#include "base/literal.h"
#include "base/percent.h"
#include "base/text.h"
#include "base/url_split.h"

/* What a URL came to. Made aside and exchanged, so that a failure leaves the old one. */
struct parts {
    struct host host;
    bool tls;
    int32_t port;
    struct span target; /* NUL-terminated, in text, as the two below; data NULL: there is none */
    struct span user;
    struct span password;
    char *text;
    size_t text_size;
};

struct libhttp_url {
    struct parts parts;
    struct failure failure;
};

static void parts_init(struct parts *p)
{
    *p = (struct parts){.port = -1};
    host_init(&p->host);
}

static void parts_done(struct parts *p)
{
    host_done(&p->host);
    if (p->text)
        explicit_bzero(p->text, p->text_size);
    free(p->text);
    parts_init(p);
}

int32_t libhttp_url_new(libhttp_url **ret)
{
    struct libhttp_url *url;

    if (!ret)
        return LIBHTTP_E_INVALID_ARGUMENT;
    url = malloc(sizeof *url);
    if (!url)
        return LIBHTTP_E_NO_MEMORY;
    parts_init(&url->parts);
    failure_init(&url->failure);
    *ret = url;
    return LIBHTTP_OK;
}

void libhttp_url_free(libhttp_url *url)
{
    if (!url)
        return;
    parts_done(&url->parts);
    failure_done(&url->failure);
    free(url);
}

/* Appends a copy and its NUL at *at. */
static struct span put(char **at, struct span s)
{
    struct span copy = span_of(*at, s.length);

    memcpy(*at, s.data, s.length);
    (*at)[s.length] = '\0';
    *at += s.length + 1;
    return copy;
}

static struct span put_decoded(char **at, struct span s)
{
    char *start = *at;
    size_t length;

    if (!s.data)
        return s;
    length = percent_decode(start, s, false);
    start[length] = '\0';
    *at += length + 1;
    return span_of(start, length);
}

static int32_t put_texts(struct parts *p, const struct url_split *split, struct failure *failure)
{
    char *at;

    p->text_size = 1 + split->path.length + split->user.length + split->password.length + 3;
    p->text = at = malloc(p->text_size);
    if (!at)
        return fail_memory(failure);
    /* A query without a path, or nothing at all: "/" comes first (RFC 9112 3.2.1). */
    if (split->path.length == 0 || split->path.data[0] != '/')
        *at++ = '/';
    p->target = put(&at, split->path);
    p->target = span_of(p->text, (size_t)(p->target.data - p->text) + p->target.length);
    p->user = put_decoded(&at, split->user);
    p->password = put_decoded(&at, split->password);
    return LIBHTTP_OK;
}

static int32_t make_parts(struct parts *p, const struct url_split *split, struct failure *failure)
{
    int32_t status = host_parse_name(split->host, &p->host, failure);

    /* Only now: what IDNA makes of a name may be a number too. */
    if (status == LIBHTTP_OK && literal_is_ambiguous(span_of(p->host.name, p->host.length)))
        return fail(failure, LIBHTTP_E_INVALID_URL,
                    "the host ends in a number, and is no IPv4 address: %s", QUOTE(split->host));
    p->tls = split->tls;
    p->port = split->tls ? LIBHTTP_HTTPS_PORT : LIBHTTP_HTTP_PORT;
    if (status == LIBHTTP_OK && split->port.length > 0)
        status = host_parse_port(split->port, &p->port, failure);
    return status == LIBHTTP_OK ? put_texts(p, split, failure) : status;
}

int32_t libhttp_url_parse(libhttp_url *url, const char *text, int64_t length, int32_t flags)
{
    struct span in;
    struct url_split split;
    struct parts parts;
    int32_t status;

    if (!url)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (flags & ~LIBHTTP_URL_ALLOW_USER)
        return fail(&url->failure, LIBHTTP_E_INVALID_ARGUMENT, "flags has a bit that is none");
    status = text_any_in(&in, text, length, "text", &url->failure);
    if (status == LIBHTTP_OK)
        status = url_split(in, flags & LIBHTTP_URL_ALLOW_USER, &split, &url->failure);
    if (status != LIBHTTP_OK)
        return status;
    parts_init(&parts);
    status = make_parts(&parts, &split, &url->failure);
    if (status != LIBHTTP_OK) {
        parts_done(&parts);
        return status;
    }
    parts_done(&url->parts);
    url->parts = parts;
    return LIBHTTP_OK;
}

const char *libhttp_url_scheme(const libhttp_url *url, int64_t *ret_length)
{
    if (!url || !url->parts.text)
        return no_text(ret_length);
    return text_out(span_text(url->parts.tls ? "https" : "http"), ret_length);
}

int32_t libhttp_url_is_tls(const libhttp_url *url)
{
    return url && url->parts.tls;
}

const char *libhttp_url_host(const libhttp_url *url, int64_t *ret_length)
{
    if (!url || !url->parts.text)
        return no_text(ret_length);
    return text_out(span_text(url->parts.host.address), ret_length);
}

int32_t libhttp_url_port(const libhttp_url *url)
{
    return url ? url->parts.port : -1;
}

const char *libhttp_url_target(const libhttp_url *url, int64_t *ret_length)
{
    return url ? text_out(url->parts.target, ret_length) : no_text(ret_length);
}

const char *libhttp_url_user(const libhttp_url *url, int64_t *ret_length)
{
    return url ? text_out(url->parts.user, ret_length) : no_text(ret_length);
}

const char *libhttp_url_password(const libhttp_url *url, int64_t *ret_length)
{
    return url ? text_out(url->parts.password, ret_length) : no_text(ret_length);
}

const char *libhttp_url_error(const libhttp_url *url)
{
    return url ? failure_text(&url->failure) : "";
}

int32_t libhttp_url_error_code(const libhttp_url *url)
{
    return url ? url->failure.code : 0;
}
