/* SPDX-License-Identifier: MIT */
#include "client/tunnel.h"

#include <stdlib.h>

#include "base/limits.h"
#include "client/destination.h"
#include "client/receive.h"
#include "wire/framing.h"

void tunnel_free(struct tunnel *t)
{
    if (!t)
        return;
    buf_release(&t->output);
    message_done(&t->answer);
    free(t);
}

/* "host:port", "[v6]:port" (C-56). */
static void authority(struct buf *out, const struct destination *d)
{
    if (d->tunnel->host.is_ipv6)
        buf_append_text(out, "[");
    buf_append_span(out, span_text(d->tunnel->host.name));
    if (d->tunnel->host.is_ipv6)
        buf_append_text(out, "]");
    buf_append_text(out, ":");
    buf_append_decimal(out, (uint64_t)destination_port(d, &d->tunnel->host));
}

static int32_t write_head(struct buf *out, struct span target, const struct destination *d,
                          struct failure *failure)
{
    struct request request = {0};
    int32_t status = request_begin(&request, out, span_text("CONNECT"), target,
                                   REQUEST_SKIP_ACCEPT_ENCODING, NULL, failure);

    for (uint32_t i = 0; i < d->tunnel->fields.count && status == LIBHTTP_OK; i++)
        status = request_field(&request, out, fields_name(&d->tunnel->fields, i),
                               fields_value(&d->tunnel->fields, i), failure);
    return status == LIBHTTP_OK ? request_end(out, failure) : status;
}

struct tunnel *tunnel_new(const struct destination *d, struct failure *failure)
{
    struct tunnel *t = calloc(1, sizeof *t);
    struct buf target;
    int32_t status;

    if (!t) {
        fail_memory(failure);
        return NULL;
    }
    message_init(&t->answer);
    buf_init_secret(&t->output, LIMIT_TEXT);
    buf_init(&target, LIMIT_TEXT);
    authority(&target, d);
    status = buf_failed(&target) ? fail_memory(failure)
                                 : write_head(&t->output, buf_span(&target), d, failure);
    buf_release(&target);
    if (status == LIBHTTP_OK)
        return t;
    tunnel_free(t);
    return NULL;
}

static int32_t send_head(struct session *s, struct failure *failure)
{
    struct buf *output = &s->tunnel->output;
    size_t put;

    while (buf_length(output) > 0) {
        struct iovec area = {.iov_base = buf_data(output), .iov_len = buf_length(output)};
        int32_t status = session_send(s, &area, 1, &put, failure);

        if (status != LIBHTTP_OK)
            return status;
        buf_consume(output, put);
    }
    buf_release(output);
    return LIBHTTP_OK;
}

static int32_t take_answer(void *what, const struct head *h, struct span bytes, size_t *used,
                           struct failure *failure)
{
    struct tunnel *t = what;

    (void)used;
    t->head_bytes += h->length;
    if (h->status < 200 && h->status != 101) {
        t->interim++;
        return LIBHTTP_OK;
    }
    if (message_take(&t->answer, h, span_of(bytes.data, h->length), 0, failure) < 0)
        return LIBHTTP_E_NO_MEMORY;
    message_readable(&t->answer);
    return LIBHTTP_OK;
}

static int32_t judge(struct session *s, struct failure *failure)
{
    const struct message *answer = &s->tunnel->answer;

    if (answer->status < 200 || answer->status > 299)
        return fail(failure, LIBHTTP_E_TUNNEL_FAILED, "the proxy refused the tunnel: %d %s",
                    (int)answer->status,
                    QUOTE(span_of(answer->text + answer->reason, answer->reason_length)));
    if (buf_length(&s->input) > 0)
        return fail(failure, LIBHTTP_E_TUNNEL_FAILED,
                    "bytes came through the tunnel before anything was sent into it");
    return LIBHTTP_OK;
}

int32_t tunnel_step(struct session *s, struct failure *failure)
{
    struct tunnel *t = s->tunnel;
    int32_t status = send_head(s, failure);

    while (status == LIBHTTP_OK && t->answer.status == 0) {
        struct head_limits limits = s->settings->limits;

        limits.total = limits.total > t->head_bytes ? limits.total - t->head_bytes : 0;
        if (t->interim > s->settings->max_interim)
            return fail(failure, LIBHTTP_E_TOO_MANY_HEADERS,
                        "more than %u interim responses to CONNECT",
                        (unsigned)s->settings->max_interim);
        status = receive_head(s, &limits, false, take_answer, t, failure);
    }
    return status == LIBHTTP_OK ? judge(s, failure) : status;
}
