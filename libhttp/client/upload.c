/* SPDX-License-Identifier: MIT */
#include "client/upload.h"

#include <errno.h>

#include "base/limits.h"
#include "client/debug.h"
#include "client/exchange.h"
#include "client/receive.h"

/* One chunk's data at the most: what a transport leaves of it is held in the output. */
#define CHUNK_MAX (64u * 1024u)

/* An early answer is looked for, unless what comes belongs to an earlier response (C-19). */
static bool is_watching(const struct libhttp_connection *c)
{
    return !c->unread && !c->session->peer_ended && !c->exchange->upload.early;
}

/* The caller has given all of the body that there is to be. */
static bool is_given(const struct upload *u)
{
    return u->kind == UPLOAD_NONE || (u->kind == UPLOAD_LENGTH && u->left == 0);
}

/* Whether something of the request would be missing if nothing more was sent. */
static bool is_cut_short(const struct libhttp_connection *c)
{
    return !is_given(&c->exchange->upload) || c->session->writing ||
           buf_length(&c->exchange->output) > 0;
}

static int32_t take_early(void *what, const struct head *h, struct span bytes, size_t *used,
                          struct failure *failure)
{
    struct libhttp_connection *c = what;

    (void)used;
    if (head_is_interim(h))
        return exchange_take_interim(c, h, bytes.data, failure);
    c->exchange->upload.early = is_cut_short(c);
    return RECEIVE_KEEP;
}

static int32_t early(struct libhttp_connection *c)
{
    c->session->continue_until = CLOCK_NEVER;
    session_settle(c->session);
    buf_clear(&c->exchange->output);
    return fail(&c->failure, LIBHTTP_E_EARLY_RESPONSE,
                c->exchange->upload.early
                    ? "a final response came before the whole request was sent: stop sending, "
                      "call getresponse"
                    : "the final response has come: call getresponse");
}

/* Takes what is here of the response, without waiting (C-124). */
static int32_t watch(struct libhttp_connection *c)
{
    int32_t status;

    do {
        struct head_limits limits = exchange_limits(c);

        status = receive_head(c->session, &limits, true, take_early, c, &c->failure);
    } while (status == LIBHTTP_OK);
    if (status == RECEIVE_KEEP)
        return early(c);
    if (status == LIBHTTP_AGAIN || c->session->peer_ended)
        return LIBHTTP_OK;
    return status;
}

static bool is_loss(const struct failure *f)
{
    return f->os_error == EPIPE || f->os_error == ECONNRESET;
}

/* Sending failed: an answer may be queued all the same, and is the answer then (C-54). */
static int32_t failed(struct libhttp_connection *c)
{
    failure_copy(&c->exchange->upload.failure, &c->failure);
    if (is_loss(&c->failure) && c->session && is_watching(c) &&
        watch(c) == LIBHTTP_E_EARLY_RESPONSE)
        return LIBHTTP_E_EARLY_RESPONSE;
    connection_reset(c);
    c->sending_failed = true; /* getresponse tells it too */
    return failure_copy(&c->failure, &c->exchange->upload.failure);
}

/* After a step that could not go on, the peer's early answer is waited for too. */
static int32_t settle(struct libhttp_connection *c, int32_t status)
{
    if (status == LIBHTTP_AGAIN && is_watching(c))
        c->session->reading = WANT_READ;
    else if (status == LIBHTTP_OK)
        c->session->reading = 0;
    else if (status < 0)
        return failed(c);
    return status;
}

/*
 * Once sending has had to wait, each further try looks for an early answer first; in carried mode,
 * where a look is no system call and sending need never wait, each try does.
 */
static int32_t before_push(struct libhttp_connection *c)
{
    int32_t status;

    if ((!c->session->writing && !c->session->carried) || !is_watching(c))
        return LIBHTTP_OK;
    status = watch(c);
    return status == LIBHTTP_OK || status == LIBHTTP_E_EARLY_RESPONSE ? status : failed(c);
}

int32_t upload_look(struct libhttp_connection *c)
{
    int32_t status;

    if (!session_is_open(c->session) || !is_watching(c))
        return LIBHTTP_OK;
    status = watch(c);
    return status == LIBHTTP_OK || status == LIBHTTP_E_EARLY_RESPONSE ? status : failed(c);
}

static int32_t push(struct libhttp_connection *c, const struct iovec *areas, int count,
                    size_t *ret_put)
{
    int32_t status = before_push(c);

    if (status != LIBHTTP_OK)
        return status;
    return settle(c, session_send(c->session, areas, count, ret_put, &c->failure));
}

int32_t upload_send_file(struct libhttp_connection *c, int fd, int64_t most, int64_t *ret_put)
{
    int32_t status = before_push(c);

    if (status != LIBHTTP_OK)
        return status;
    return settle(c, session_send_file(c->session, fd, most, ret_put, &c->failure));
}

/* How many bytes of the output may leave now. */
static size_t sendable(const struct libhttp_connection *c)
{
    return c->exchange->upload.expect == EXPECT_WAITING ? c->exchange->upload.held_from
                                                        : buf_length(&c->exchange->output);
}

static int32_t push_output(struct libhttp_connection *c)
{
    size_t put = 0;

    size_t length;

    while ((length = sendable(c)) > 0) {
        struct exchange *x = c->exchange;
        struct iovec area = {.iov_base = buf_data(&x->output), .iov_len = length};
        int32_t status = push(c, &area, 1, &put);

        if (status != LIBHTTP_OK)
            return status;
        buf_consume(&x->output, put);
        if (x->upload.expect == EXPECT_WAITING)
            x->upload.held_from -= put;
    }
    return put > 0 && !c->session->io.unsent ? LIBHTTP_OK : push(c, NULL, 0, &put);
}

/* Waits for 100 (Continue), a final response, or the time that says: send all the same (C-123). */
static int32_t await_continue(struct libhttp_connection *c)
{
    struct session *s = c->session;
    int32_t status = LIBHTTP_OK;

    if (c->unread) { /* what comes is the earlier response's: no 100 could be heard (C-19) */
        c->exchange->upload.expect = EXPECT_GO;
        return LIBHTTP_OK;
    }
    if (s->continue_until == CLOCK_NEVER)
        s->continue_until = clock_after(clock_now(), c->settings->continue_ms);
    while (status == LIBHTTP_OK && c->exchange->upload.expect == EXPECT_WAITING) {
        struct head_limits limits = exchange_limits(c);

        status = receive_head(s, &limits, false, take_early, c, &c->failure);
    }
    if (status == RECEIVE_KEEP)
        return early(c);
    if (status == LIBHTTP_AGAIN && clock_now() >= s->continue_until) {
        c->exchange->upload.expect = EXPECT_GO;
        status = LIBHTTP_OK;
    }
    if (status == LIBHTTP_OK) {
        s->continue_until = CLOCK_NEVER;
        session_settle(s);
    }
    return status < 0 ? failed(c) : status;
}

int32_t upload_flush(struct libhttp_connection *c)
{
    int32_t status = exchange_ready(c, false);

    /* Where nothing is left here, TLS may still hold what could not leave before. */
    while (status == LIBHTTP_OK && (sendable(c) > 0 || c->session->writing))
        status = push_output(c);
    if (status == LIBHTTP_OK && c->exchange->upload.expect == EXPECT_WAITING) {
        status = await_continue(c);
        return status == LIBHTTP_OK ? upload_flush(c) : status;
    }
    return status;
}

/* What of `put` went beyond the output. */
static size_t beyond_output(struct libhttp_connection *c, size_t put)
{
    size_t output = buf_length(&c->exchange->output);
    size_t used = put < output ? put : output;

    buf_consume(&c->exchange->output, used);
    return put - used;
}

static int32_t send_plain(struct libhttp_connection *c, struct span data, size_t *ret_put)
{
    size_t put = 0;
    size_t moved = 0;

    while (moved == 0) {
        struct iovec areas[2] = {
            {.iov_base = buf_data(&c->exchange->output),
             .iov_len = buf_length(&c->exchange->output)},
            {.iov_base = (void *)(uintptr_t)data.data, .iov_len = data.length}};
        bool output = areas[0].iov_len > 0;
        int32_t status = push(c, output ? areas : areas + 1, output ? 2 : 1, &put);

        if (status != LIBHTTP_OK)
            return status;
        moved = beyond_output(c, put);
    }
    *ret_put = moved;
    return LIBHTTP_OK;
}

static void put_chunk_size(struct libhttp_connection *c, size_t length)
{
    buf_append_hex(&c->exchange->output, length);
    buf_append_text(&c->exchange->output, "\r\n");
}

/* What is left of a chunk that has begun to leave is held in the output: whatever comes next, its
 * framing holds. */
static int32_t hold_rest(struct libhttp_connection *c, struct span data, size_t moved)
{
    if (moved < data.length)
        buf_append(&c->exchange->output, data.data + moved, data.length - moved);
    if (moved < data.length + 2)
        buf_append(&c->exchange->output, moved > data.length ? "\n" : "\r\n",
                   moved > data.length ? 1 : 2);
    if (!buf_failed(&c->exchange->output))
        return LIBHTTP_OK;
    connection_reset(c);
    return fail_memory(&c->failure);
}

static int32_t send_chunk(struct libhttp_connection *c, struct span data, size_t *ret_put)
{
    size_t before = buf_length(&c->exchange->output);
    size_t size_line;
    size_t put = 0;
    int32_t status;

    put_chunk_size(c, data.length);
    if (buf_failed(&c->exchange->output)) {
        connection_reset(c);
        return fail_memory(&c->failure);
    }
    size_line = buf_length(&c->exchange->output) - before;
    struct iovec areas[3] = {
        {.iov_base = buf_data(&c->exchange->output), .iov_len = before + size_line},
        {.iov_base = (void *)(uintptr_t)data.data, .iov_len = data.length},
        {.iov_base = (void *)(uintptr_t) "\r\n", .iov_len = 2}};
    status = push(c, areas, 3, &put);
    if (status < 0)
        return status;
    if (status == LIBHTTP_AGAIN) { /* nothing has left: the chunk leaves no trace */
        buf_truncate(&c->exchange->output, before);
        return status;
    }
    *ret_put = data.length;
    return hold_rest(c, data, beyond_output(c, put));
}

int32_t upload_too_long(struct libhttp_connection *c, int64_t more)
{
    c->exchange->upload.broken = true;
    return fail(
        &c->failure, LIBHTTP_E_BODY_LENGTH,
        "%lld bytes of body given where only %lld were still declared; none of them was sent",
        (long long)more, (long long)c->exchange->upload.left);
}

int32_t upload_send(struct libhttp_connection *c, struct span data, size_t *ret_put)
{
    int32_t status;

    if (c->exchange->upload.kind == UPLOAD_NONE ||
        (c->exchange->upload.kind == UPLOAD_LENGTH &&
         (int64_t)data.length > c->exchange->upload.left))
        return upload_too_long(c, (int64_t)data.length);
    status =
        c->exchange->upload.expect == EXPECT_WAITING ? upload_flush(c) : exchange_ready(c, false);
    if (status != LIBHTTP_OK)
        return status;
    if (c->exchange->upload.kind == UPLOAD_CHUNKED) {
        /* A long output first: so the chunk's own bytes find room, and the held rest stays bounded.
         */
        if (buf_length(&c->exchange->output) > CHUNK_MAX && (status = push_output(c)) != LIBHTTP_OK)
            return status;
        return send_chunk(c, span_of(data.data, data.length < CHUNK_MAX ? data.length : CHUNK_MAX),
                          ret_put);
    }
    status = send_plain(c, data, ret_put);
    if (status == LIBHTTP_OK && c->exchange->upload.kind == UPLOAD_LENGTH)
        c->exchange->upload.left -= (int64_t)*ret_put;
    return status;
}

int32_t upload_put(struct libhttp_connection *c, struct span data)
{
    bool chunk = c->exchange->upload.kind == UPLOAD_CHUNKED;

    if (data.length == 0)
        return LIBHTTP_OK;
    if (chunk)
        put_chunk_size(c, data.length);
    buf_append_span(&c->exchange->output, data);
    if (chunk)
        buf_append_text(&c->exchange->output, "\r\n");
    if (c->exchange->upload.kind == UPLOAD_LENGTH)
        c->exchange->upload.left -= (int64_t)data.length;
    return buf_failed(&c->exchange->output) ? fail_memory(&c->failure) : LIBHTTP_OK;
}

/* What frames or routes a message can't come behind it (RFC 9110 6.5.1). */
static bool may_trail(struct span name)
{
    static const char *const never[] = {"content-length", "transfer-encoding", "host",
                                        "connection",     "trailer",           "te",
                                        "authorization",  "set-cookie",        "expect"};

    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        if (span_equal_nocase(name, span_text(never[i])))
            return false;
    }
    return true;
}

/* Values are checked again: those of a received message may hold any control byte (C-74, T-1). */
static int32_t check_trailers(struct libhttp_connection *c, const struct fields *trailers)
{
    for (uint32_t i = 0; trailers && i < trailers->count; i++) {
        struct span name = fields_name(trailers, i);
        struct span value = fields_value(trailers, i);

        if (!may_trail(name))
            return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT, "a trailer can't be named %s",
                        QUOTE(name));
        if (field_check(name, &value, &c->failure) < 0)
            return LIBHTTP_E_INVALID_ARGUMENT;
    }
    return LIBHTTP_OK;
}

static int32_t put_trailers(struct libhttp_connection *c, const struct fields *trailers)
{
    for (uint32_t i = 0; trailers && i < trailers->count; i++) {
        buf_append_span(&c->exchange->output, fields_name(trailers, i));
        buf_append_text(&c->exchange->output, ": ");
        buf_append_span(&c->exchange->output, fields_value(trailers, i));
        buf_append_text(&c->exchange->output, "\r\n");
    }
    buf_append_text(&c->exchange->output, "\r\n");
    return buf_failed(&c->exchange->output) ? fail_memory(&c->failure) : LIBHTTP_OK;
}

int32_t upload_finish(struct libhttp_connection *c, const struct fields *trailers)
{
    if (c->exchange->upload.kind != UPLOAD_CHUNKED && trailers && trailers->count > 0)
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "trailers can only follow a body that is encoded in chunks");
    if (c->exchange->upload.kind != UPLOAD_CHUNKED)
        return upload_check_complete(c);
    if (check_trailers(c, trailers) < 0)
        return LIBHTTP_E_INVALID_ARGUMENT;
    c->exchange->upload.kind = UPLOAD_NONE;
    buf_append_text(&c->exchange->output, "0\r\n");
    if (put_trailers(c, trailers) == LIBHTTP_OK)
        return LIBHTTP_OK;
    connection_reset(c);
    return LIBHTTP_E_NO_MEMORY;
}

int32_t upload_check_complete(struct libhttp_connection *c)
{
    const struct upload *u = &c->exchange->upload;

    if (u->early || u->kind == UPLOAD_RAW || is_given(u))
        return LIBHTTP_OK;
    if (u->kind == UPLOAD_LENGTH)
        fail(&c->failure, LIBHTTP_E_BODY_LENGTH,
             "the body is %lld bytes shorter than declared; the connection is closed",
             (long long)u->left);
    else
        fail(&c->failure, LIBHTTP_E_BODY_LENGTH,
             "the chunked body was not ended by finish(); the connection is closed");
    connection_reset(c);
    return LIBHTTP_E_BODY_LENGTH;
}
