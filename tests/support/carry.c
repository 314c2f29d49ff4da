/* SPDX-License-Identifier: MIT */
#include "support/carry.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"

/* A socket of a pair, adopted. */
static int32_t adopt(struct carry *x)
{
    int pair[2];
    int32_t status;

    if (x->way == CARRY_BY_HAND)
        return libhttp_connection_set_carried(x->c);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        bail_out("no socket pair");
    x->peer = pair[1];
    status = libhttp_connection_set_fd(x->c, pair[0]);
    if (status == LIBHTTP_OK && x->way == CARRY_NONBLOCKING)
        status = libhttp_connection_set_mode(x->c, LIBHTTP_MODE_NONBLOCKING);
    return status;
}

void carry_open(struct carry *x)
{
    if (libhttp_connection_new(&x->c) < 0 ||
        libhttp_connection_set_host(x->c, "h", -1, LIBHTTP_PORT_DEFAULT) < 0 || adopt(x) < 0)
        bail_out("no carried connection: %s", libhttp_connection_error(x->c));
}

void carry_next(struct carry *x, const char *data, size_t length)
{
    x->data = data;
    x->length = length;
    x->at = 0;
    x->ended = false;
}

static libhttp_headers *one_field(const char *field)
{
    libhttp_headers *headers = NULL;
    const char *colon = field ? strchr(field, ':') : NULL;

    if (colon && (libhttp_headers_new(&headers) < 0 ||
                  libhttp_headers_add(headers, field, colon - field, colon + 1, -1) < 0))
        bail_out("no field %s", field);
    return headers;
}

bool carry_request(struct carry *x, const char *method, const char *target, const char *field)
{
    libhttp_headers *headers = one_field(field);
    char sent[4096];
    int32_t status =
        libhttp_connection_request(x->c, method, -1, target, -1, headers, NULL, LIBHTTP_NO_BODY);

    libhttp_headers_free(headers);
    if (status == LIBHTTP_OK)
        status = libhttp_connection_flush(x->c);
    if (status == LIBHTTP_OK)
        carry_take(x, sent, sizeof sent);
    return status == LIBHTTP_OK;
}

static size_t receive(struct carry *x, char *out, size_t size)
{
    ssize_t got = recv(x->peer, out, size - 1, MSG_DONTWAIT);

    out[got > 0 ? got : 0] = '\0';
    return got > 0 ? (size_t)got : 0;
}

size_t carry_take(struct carry *x, char *out, size_t size)
{
    const void *data;
    int64_t length;
    size_t taken = 0;

    if (x->way != CARRY_BY_HAND)
        return receive(x, out, size);
    while (taken + 1 < size && libhttp_connection_take(x->c, &data, &length) == LIBHTTP_OK &&
           length > 0) {
        if ((size_t)length > size - 1 - taken)
            length = (int64_t)(size - 1 - taken);
        memcpy(out + taken, data, (size_t)length);
        taken += (size_t)length;
        libhttp_connection_took(x->c, length);
    }
    out[taken] = '\0';
    return taken;
}

static size_t random_length(struct carry *x, size_t left)
{
    x->random = x->random * 1664525u + 1013904223u;
    return 1 + (x->random >> 16) % (left < 40 ? left : 40);
}

static size_t next_length(struct carry *x)
{
    size_t left = x->length - x->at;
    size_t wanted = x->at < x->first ? x->first - x->at : x->piece;

    if (x->random != 0)
        return random_length(x, left);
    return wanted == 0 || wanted > left ? left : wanted;
}

static bool feed_end(struct carry *x)
{
    if (!x->end || x->ended)
        return false;
    x->ended = true;
    if (x->way != CARRY_BY_HAND)
        return shutdown(x->peer, SHUT_WR) == 0;
    return libhttp_connection_feed_eof(x->c) == LIBHTTP_OK;
}

/* How much of it went. */
static size_t hand_over(struct carry *x, const char *data, size_t length)
{
    int64_t taken = 0;
    ssize_t sent;

    if (x->way != CARRY_BY_HAND) {
        sent = send(x->peer, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        return sent > 0 ? (size_t)sent : 0;
    }
    if (libhttp_connection_feed(x->c, data, (int64_t)length, &taken) < 0)
        return 0;
    return (size_t)taken;
}

/* A transport that is closed by now takes nothing: neither does a socket. */
bool carry_feed(struct carry *x)
{
    size_t taken;

    if (x->at == x->length)
        return feed_end(x);
    taken = hand_over(x, x->data + x->at, next_length(x));
    if (taken == 0)
        return false;
    x->at += taken;
    if (x->at == x->length && !x->apart)
        feed_end(x);
    return true;
}

void carry_feed_all(struct carry *x)
{
    while (carry_feed(x))
        continue;
}

bool carry_again(struct carry *x, int32_t status)
{
    return status == LIBHTTP_AGAIN && carry_feed(x);
}

int32_t carry_getresponse(struct carry *x, libhttp_response **ret)
{
    int32_t status;

    do
        status = libhttp_connection_getresponse(x->c, ret);
    while (carry_again(x, status));
    return status;
}

void carry_close(struct carry *x)
{
    libhttp_connection_free(x->c);
    x->c = NULL;
    if (x->way != CARRY_BY_HAND)
        close(x->peer);
}
