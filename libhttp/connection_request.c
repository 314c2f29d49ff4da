/* SPDX-License-Identifier: MIT */
/* connection_request: the head of a request, step by step (C-15 to C-17, C-28 to C-50). */
#include <libhttp/connection.h>

#include "base/text.h"
#include "client/debug.h"
#include "client/exchange.h"
#include "client/request_head.h"

static const char *state_name(int32_t state)
{
    static const char *const names[] = {"Idle", "Request-started", "Request-sent"};

    return names[state];
}

static int32_t check_idle(struct libhttp_connection *c)
{
    if (c->state != LIBHTTP_STATE_IDLE)
        return fail(&c->failure, LIBHTTP_E_CANNOT_SEND_REQUEST, "a request can't begin in state %s",
                    state_name(c->state));
    if (c->session && c->session->streaming && c->session->phase == SESSION_OPEN)
        return fail(&c->failure, LIBHTTP_E_CANNOT_SEND_REQUEST,
                    "the connection was handed to a stream: close it or the connection first");
    if (c->unread && !c->unread->persists)
        return fail(&c->failure, LIBHTTP_E_NOT_CONNECTED,
                    "the carried transport ends with the unread response: read or close it, then "
                    "set another");
    return LIBHTTP_OK;
}

static int32_t check_started(struct libhttp_connection *c)
{
    if (c->state == LIBHTTP_STATE_REQUEST_STARTED)
        return LIBHTTP_OK;
    return fail(&c->failure, LIBHTTP_E_CANNOT_SEND_HEADER, "a field can't be put in state %s",
                state_name(c->state));
}

/* A new exchange begins: what is known of the last one goes. */
static void begin(struct libhttp_connection *c)
{
    c->started = clock_now();
    c->look_due = true;
    c->at_once = false;
    c->sending_failed = false;
    c->bytes_in = c->bytes_out = 0;
    c->head_bytes = 0;
    memset(c->times, 0, sizeof c->times);
    exchange_clear(c->exchange);
}

/* The automatic fields are the next request's too, unless the target gave the Host (C-34). */
static void keep_lines(struct libhttp_connection *c)
{
    const struct request *r = &c->exchange->request;
    size_t length = r->auto_host_length + r->auto_encoding_length;

    if (r->auto_host_length > 0 && r->auto_encoding_length > 0 && !r->absolute &&
        !(r->flags & REQUEST_IS_CONNECT))
        destination_keep_lines(&c->destination,
                               span_of(buf_data(&c->exchange->output) + r->auto_host, length),
                               r->auto_host_length);
}

int32_t request_head_begin(struct libhttp_connection *c, struct span method, struct span target,
                           int32_t skip)
{
    struct request_host host;
    int32_t status = check_idle(c);

    if (status < 0)
        return status;
    if (skip & ~(LIBHTTP_SKIP_HOST | LIBHTTP_SKIP_ACCEPT_ENCODING))
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "skip has bits that mean nothing: 0x%x", (unsigned)skip);
    if (exchange_check_destination(c) < 0)
        return LIBHTTP_E_NOT_CONNECTED;
    if (!c->exchange && !(c->exchange = exchange_new()))
        return fail_memory(&c->failure);
    begin(c);
    destination_request_host(&c->destination, &host);
    status = request_begin(&c->exchange->request, &c->exchange->output, method, target, skip, &host,
                           &c->failure);
    if (status < 0)
        return status;
    if (host.lines.length == 0)
        keep_lines(c);
    buf_append_span(&c->exchange->target, target.length ? target : span_text("/"));
    if (buf_failed(&c->exchange->target))
        return fail_memory(&c->failure);
    c->state = LIBHTTP_STATE_REQUEST_STARTED;
    return LIBHTTP_OK;
}

void request_head_abandon(struct libhttp_connection *c)
{
    c->state = LIBHTTP_STATE_IDLE;
    buf_clear(&c->exchange->output);
}

/* How send() frames what comes, as the fields that were put say. */
static int32_t decide_framing(struct libhttp_connection *c, int32_t flags)
{
    struct request *r = &c->exchange->request;

    if (flags & ~LIBHTTP_ENCODE_CHUNKED)
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "flags has bits that mean nothing: 0x%x", (unsigned)flags);
    c->exchange->upload.kind = UPLOAD_NONE;
    if (r->has_length) {
        c->exchange->upload.kind = UPLOAD_LENGTH;
        c->exchange->upload.left = r->length;
        return LIBHTTP_OK;
    }
    if (!(flags & LIBHTTP_ENCODE_CHUNKED)) {
        if (r->has_coding)
            c->exchange->upload.kind = UPLOAD_RAW;
        else if (r->wants_length)
            return request_framing(r, &c->exchange->output, span_text("Content-Length"),
                                   span_text("0"), &c->failure);
        return LIBHTTP_OK;
    }
    c->exchange->upload.kind = UPLOAD_CHUNKED;
    if (r->has_coding && !r->chunked_last)
        return fail(
            &c->failure, LIBHTTP_E_INVALID_ARGUMENT,
            "chunks can't be encoded: the Transfer-Encoding that was put doesn't end in chunked");
    return r->has_coding ? LIBHTTP_OK
                         : request_framing(r, &c->exchange->output, span_text("Transfer-Encoding"),
                                           span_text("chunked"), &c->failure);
}

int32_t request_head_end(struct libhttp_connection *c, int32_t flags)
{
    int32_t status = check_started(c);

    if (status == LIBHTTP_OK)
        status = decide_framing(c, flags);
    if (status == LIBHTTP_OK)
        status = request_end(&c->exchange->output, &c->failure);
    if (status < 0)
        return status;
    c->state = LIBHTTP_STATE_REQUEST_SENT;
    if (c->exchange->request.has_expect && c->exchange->upload.kind != UPLOAD_NONE &&
        !(c->exchange->upload.kind == UPLOAD_LENGTH && c->exchange->upload.left == 0)) {
        c->exchange->upload.expect = EXPECT_WAITING;
        c->exchange->upload.held_from = buf_length(&c->exchange->output);
    }
    if (debug_is_on(c))
        c->exchange->untold = buf_length(&c->exchange->output);
    return LIBHTTP_OK;
}

int32_t libhttp_connection_putrequest(libhttp_connection *c, const char *method,
                                      int64_t method_length, const char *target,
                                      int64_t target_length, int32_t skip)
{
    struct span method_span, target_span;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (text_in(&method_span, method, method_length, "method", &c->failure) < 0 ||
        text_any_in(&target_span, target, target_length, "target", &c->failure) < 0)
        return c->failure.code;
    return request_head_begin(c, method_span, target_span, skip);
}

int32_t libhttp_connection_putheader(libhttp_connection *c, const char *name, int64_t name_length,
                                     const char *value, int64_t value_length)
{
    struct span name_span, value_span;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (check_started(c) < 0 || text_in(&name_span, name, name_length, "name", &c->failure) < 0 ||
        text_in(&value_span, value, value_length, "value", &c->failure) < 0)
        return c->failure.code;
    return request_field(&c->exchange->request, &c->exchange->output, name_span, value_span,
                         &c->failure);
}

int32_t libhttp_connection_putheader_continue(libhttp_connection *c, const char *value,
                                              int64_t value_length)
{
    struct span value_span;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (check_started(c) < 0 || text_in(&value_span, value, value_length, "value", &c->failure) < 0)
        return c->failure.code;
    return request_continue(&c->exchange->request, &c->exchange->output, value_span, &c->failure);
}

int32_t libhttp_connection_endheaders(libhttp_connection *c, int32_t flags)
{
    return c ? request_head_end(c, flags) : LIBHTTP_E_INVALID_ARGUMENT;
}
