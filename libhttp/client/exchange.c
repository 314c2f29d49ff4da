/* SPDX-License-Identifier: MIT */
#include "client/exchange.h"

#include <errno.h>
#include <libhttp/connection.h>
#include <stdlib.h>

#include "base/limits.h"
#include "client/debug.h"
#include "client/read.h"
#include "client/receive.h"
#include "client/upload.h"

/* The output holds a body that was put (LIBHTTP_OUTPUT_MAX) beside the head. */
#define OUTPUT_CAPACITY_MAX (LIBHTTP_OUTPUT_MAX + LIMIT_TEXT)

struct exchange *exchange_new(void)
{
    struct exchange *x = calloc(1, sizeof *x);

    if (!x)
        return NULL;
    failure_init(&x->upload.failure);
    buf_init_secret(&x->output, OUTPUT_CAPACITY_MAX);
    buf_init(&x->target, LIMIT_TEXT);
    return x;
}

void exchange_free(struct exchange *x)
{
    if (!x)
        return;
    messages_done(&x->interim);
    buf_release(&x->output);
    buf_release(&x->target);
    failure_done(&x->upload.failure);
    free(x);
}

void exchange_clear(struct exchange *x)
{
    x->upload.kind = UPLOAD_NONE;
    x->upload.expect = EXPECT_NONE;
    x->upload.early = x->upload.broken = x->upload.whole_fd = false;
    x->untold = 0;
    buf_clear(&x->output);
    buf_clear(&x->target);
    messages_done(&x->interim);
}

struct head_limits exchange_limits(const struct libhttp_connection *c)
{
    struct head_limits limits = c->settings->limits;

    limits.total = limits.total > c->head_bytes ? limits.total - c->head_bytes : 0;
    return limits;
}

static void note_first_byte(struct libhttp_connection *c)
{
    if (!c->times[LIBHTTP_TIME_FIRST_BYTE])
        c->times[LIBHTTP_TIME_FIRST_BYTE] = session_received_at(c->session);
}

int32_t exchange_take_interim(struct libhttp_connection *c, const struct head *h, const char *data,
                              struct failure *failure)
{
    note_first_byte(c);
    if (debug_is_on(c))
        debug_response(c, h, data);
    c->head_bytes += h->length;
    if (c->exchange->interim.count >= c->settings->max_interim)
        return fail(failure, LIBHTTP_E_TOO_MANY_HEADERS, "more than %u interim responses",
                    (unsigned)c->settings->max_interim);
    if (h->status == 100 && c->exchange->upload.expect == EXPECT_WAITING)
        c->exchange->upload.expect = EXPECT_GO;
    return messages_add(&c->exchange->interim, h, data, failure);
}

/* The spare one, or a new one. */
static struct libhttp_response *response_place(struct libhttp_connection *c)
{
    struct libhttp_response *r = c->spare;

    c->spare = NULL;
    if (!r) {
        r = calloc(1, sizeof *r);
        if (!r)
            return NULL;
        message_init(&r->message);
        message_init(&r->trailers);
        failure_init(&r->failure);
        buf_init(&r->ahead, SIZE_MAX / 2);
        buf_init(&r->all, SIZE_MAX / 2);
    }
    return r;
}

/*
 * How much of what came with the head the response takes along: a short body's bytes, where nothing
 * but those can be among them. It needs no other buffer then.
 */
static size_t length_along(const struct framing *framing, size_t length)
{
    size_t along = (uint64_t)framing->length < length ? (size_t)framing->length : length;

    return framing->kind == BODY_LENGTH && along <= LIMIT_KEPT_BLOCK ? along : 0;
}

/* Head, body and the request's target, in one block. */
static int32_t take_message(struct libhttp_connection *c, struct libhttp_response *r,
                            const struct head *h, struct span bytes, struct failure *failure)
{
    struct span target = buf_span(&c->exchange->target);
    char *url;

    if (message_take(&r->message, h, bytes, target.length + 1, failure) < 0)
        return LIBHTTP_E_NO_MEMORY;
    url = r->message.text + bytes.length;
    memcpy(url, target.data, target.length);
    url[target.length] = '\0';
    r->url = url;
    r->came = r->message.text + h->length;
    r->came_left = (uint32_t)(bytes.length - h->length);
    return LIBHTTP_OK;
}

struct respond {
    struct libhttp_connection *c;
    struct libhttp_response *response; /* set by a final head */
};

static void fill(struct libhttp_connection *c, struct libhttp_response *r, const struct head *h,
                 const struct framing *framing)
{
    r->interim = c->exchange->interim;
    c->exchange->interim = (struct messages){0};
    r->version = h->minor == 0 ? 10 : 11;
    r->persists = framing->persists && !c->exchange->upload.early && !c->exchange->upload.broken;
    r->is_stream = framing->kind == BODY_STREAM;
    r->debuglevel = c->debug.level;
    body_init(&r->body, framing);
}

/*
 * A stream begins where the request has ended (RFC 9110 7.8): in the middle of a body the peer
 * would take for the rest of it what is written to the stream (C-90).
 */
static int32_t check_stream(const struct libhttp_connection *c, const struct head *h,
                            const struct framing *framing, struct failure *failure)
{
    if (framing->kind != BODY_STREAM || !c->exchange->upload.early)
        return LIBHTTP_OK;
    return fail(failure, LIBHTTP_E_BAD_STATUS_LINE,
                "%d hands the connection over before the whole request was sent", (int)h->status);
}

/* The final head becomes the response. */
static int32_t take_final(struct respond *what, const struct head *h, struct span bytes,
                          size_t *used, struct failure *failure)
{
    struct libhttp_connection *c = what->c;
    struct framing framing;
    struct libhttp_response *r;
    int32_t status;

    note_first_byte(c);
    if (debug_is_on(c))
        debug_response(c, h, bytes.data);
    status = framing_decide(h, bytes.data, c->exchange->request.flags, &framing, failure);
    if (status == LIBHTTP_OK)
        status = check_stream(c, h, &framing, failure);
    if (status < 0)
        return status;
    r = response_place(c);
    if (!r)
        return fail_memory(failure);
    *used += length_along(&framing, bytes.length - h->length);
    if (take_message(c, r, h, span_of(bytes.data, *used), failure) < 0) {
        c->spare = r;
        return LIBHTTP_E_NO_MEMORY;
    }
    fill(c, r, h, &framing);
    what->response = r;
    return LIBHTTP_OK;
}

static int32_t take(void *what, const struct head *h, struct span bytes, size_t *used,
                    struct failure *failure)
{
    struct respond *respond = what;

    if (head_is_interim(h))
        return exchange_take_interim(respond->c, h, bytes.data, failure);
    return take_final(respond, h, bytes, used, failure);
}

/* The session goes to whom it belongs from here on: to the response alone (C-21), to both, or to
 * the connection. */
static void hand_out(struct libhttp_connection *c, struct libhttp_response *r)
{
    struct session *s = c->session;

    r->connection = connection_ref(c);
    c->state = LIBHTTP_STATE_IDLE;
    r->ended = r->body.complete;
    connection_measure(c, s, r->ended);
    if (r->ended && !r->is_stream) {
        connection_exchange_done(c, s, r->persists);
        return;
    }
    r->session = session_ref(s);
    s->streaming = r->is_stream;
    /* In carried mode feed() must find it: there the connection waits until it is read. */
    r->detached = !r->persists && !r->is_stream && !s->carried;
    if (r->is_stream)
        s->started = 0; /* the exchange is over, the total timeout with it */
    else if (r->detached)
        connection_drop_session(c);
    else
        c->unread = r;
    read_framing(r);
}

/* Lost before any byte of the response: whether by EOF or by a reset makes no difference (C-22,
 * C-64). */
static void name_loss(struct libhttp_connection *c)
{
    struct failure *f = &c->failure;

    if (f->code != LIBHTTP_E_OS || (f->os_error != ECONNRESET && f->os_error != EPIPE) ||
        buf_length(&c->session->input) > 0)
        return;
    fail_os(f, LIBHTTP_E_REMOTE_DISCONNECTED, ECONNRESET,
            "the connection was lost before the response; the request may have been processed");
}

/* What ends here can't be gone on with: the connection is idle again (C-23). */
static int32_t give_up(struct libhttp_connection *c, struct libhttp_response *half_made)
{
    if (half_made) {
        response_clear(half_made);
        c->spare = half_made;
    }
    if (c->session) {
        name_loss(c);
        connection_reset(c);
    }
    return c->failure.code;
}

/* The receive that comes next needs the clock too, where nothing is here yet. */
static void note_sent(struct libhttp_connection *c)
{
    int64_t now = clock_now();

    c->times[LIBHTTP_TIME_SENT] = now;
    c->session->now = buf_length(&c->session->input) == 0 ? now : 0;
}

/* Nothing is left to send, and what it was sent on is still this exchange's. */
static bool is_sent(const struct libhttp_connection *c)
{
    const struct exchange *x = c->exchange;

    return !c->look_due && session_is_open(c->session) && !session_is_foreign(c->session) &&
           !c->session->writing && buf_length(&x->output) == 0 && x->upload.expect == EXPECT_NONE;
}

/* All of the request has left, or need not, as the answer is there already. */
static int32_t send_rest(struct libhttp_connection *c)
{
    int32_t status = c->exchange->upload.early || is_sent(c) ? LIBHTTP_OK : upload_flush(c);

    if (status == LIBHTTP_OK && !c->times[LIBHTTP_TIME_SENT])
        note_sent(c);
    return status == LIBHTTP_E_EARLY_RESPONSE ? LIBHTTP_OK : status;
}

int32_t exchange_respond(struct libhttp_connection *c, struct libhttp_response **ret)
{
    struct respond respond = {.c = c};
    int32_t status = send_rest(c);

    while (status == LIBHTTP_OK && !respond.response) {
        struct head_limits limits = exchange_limits(c);

        status = receive_head(c->session, &limits, false, take, &respond, &c->failure);
    }
    if (status < 0)
        return give_up(c, respond.response);
    if (status == LIBHTTP_OK) {
        hand_out(c, respond.response);
        *ret = respond.response;
    }
    return status;
}
