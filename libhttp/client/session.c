/* SPDX-License-Identifier: MIT */
#include "client/session.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/process.h"
#include "client/tunnel.h"
#include "net/tls.h"

/* Room for the largest head, and for what comes along behind it. */
static size_t input_maximum(const struct settings *settings)
{
    return (size_t)settings->limits.total + settings->max_drain + 4 * (size_t)LIMIT_HELD_SLACK;
}

void session_fit_input(struct session *s)
{
    s->input.maximum = input_maximum(s->settings);
}

struct session *session_new(struct settings *settings, struct canceller *canceller)
{
    struct session *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    atomic_init(&s->references, 1);
    s->settings = settings_ref(settings);
    s->generation = process_generation();
    s->continue_until = CLOCK_NEVER;
    s->io.generation = (uint64_t)++settings->sessions << 32;
    s->io.nonblocking = settings->nonblocking;
    s->io.slice_ms = settings_slice(settings);
    cancel_point_init(&s->io.cancel, canceller);
    buf_init_secret(&s->input, input_maximum(settings)); /* Set-Cookie … */
    return s;
}

void session_destroy(struct session *s)
{
    session_close(s);
    tunnel_free(s->tunnel);
    cancel_point_done(&s->io.cancel);
    settings_unref(s->settings);
    free(s);
}

void session_close(struct session *s)
{
    transport_free(s->top ? s->top : s->bottom, session_is_foreign(s));
    s->top = s->bottom = s->tls = NULL;
    s->phase = SESSION_CLOSED;
    s->io.generation++;
    buf_release(&s->input);
    if (s->partial)
        head_done(s->partial);
    free(s->partial);
    s->partial = NULL;
    s->started = 0;
    session_settle(s);
}

static int64_t idle_deadline(const struct session *s)
{
    return s->quiet_since ? clock_after(s->quiet_since, s->settings->idle_ms) : CLOCK_NEVER;
}

static int64_t total_deadline(const struct session *s)
{
    return s->started ? clock_after(s->started, s->settings->total_ms) : CLOCK_NEVER;
}

/* A transport that was handed over is not opened before its first use: until then nothing is due.
 */
static int64_t connect_deadline(const struct session *s)
{
    return s->phase < SESSION_OPEN && s->open_started
               ? clock_after(s->open_started, s->settings->connect_ms)
               : CLOCK_NEVER;
}

static int32_t too_long(const struct session *s, struct failure *failure)
{
    return fail(failure, LIBHTTP_E_TIMEOUT,
                "the exchange took longer than its total timeout of %lld ms",
                (long long)s->settings->total_ms);
}

/* A total deadline holds also while bytes trickle in (T-22). */
static int32_t check_total(const struct session *s, int64_t now, struct failure *failure)
{
    return now >= total_deadline(s) ? too_long(s, failure) : LIBHTTP_OK;
}

int32_t session_blocked(struct session *s, struct failure *failure)
{
    int64_t now = clock_now();

    if (session_check_cancel(s, failure) < 0)
        return LIBHTTP_E_CANCELLED;
    if (s->wait_error)
        return fail_os(failure, LIBHTTP_E_OS, s->wait_error, "poll");
    if (s->phase < SESSION_OPEN) {
        if (now >= connect_deadline(s))
            return fail(failure, LIBHTTP_E_TIMEOUT,
                        "not connected within the connect timeout of %lld ms",
                        (long long)s->settings->connect_ms);
        return check_total(s, now, failure) < 0 ? LIBHTTP_E_TIMEOUT : LIBHTTP_AGAIN;
    }
    if (check_total(s, now, failure) < 0)
        return LIBHTTP_E_TIMEOUT;
    if (!s->quiet_since)
        s->quiet_since = s->io.may_sleep ? now - (int64_t)s->io.slice_ms * 1000 : now;
    if (now >= idle_deadline(s))
        return fail(failure, LIBHTTP_E_TIMEOUT, "no byte moved within the idle timeout of %lld ms",
                    (long long)s->settings->idle_ms);
    return LIBHTTP_AGAIN;
}

/*
 * One system call may wait by itself, in blocking mode, where no deadline can pass meanwhile: the
 * first time only, a second wait goes to poll, which is exact. Without SO_RCVTIMEO it would wait
 * forever: then only where nothing limits it.
 */
static bool may_sleep(const struct session *s, int64_t now, int64_t total)
{
    int64_t slice = s->io.slice_ms;
    int64_t deadline = clock_earlier(total, s->continue_until);

    if (s->settings->nonblocking || s->quiet_since || s->phase < SESSION_OPEN)
        return false;
    if (slice == 0)
        return s->settings->idle_ms < 0 && deadline == CLOCK_NEVER;
    if (s->settings->idle_ms >= 0 && s->settings->idle_ms < slice)
        return false;
    return deadline == CLOCK_NEVER || deadline - now >= slice * 1000;
}

/* The clock is read only where a deadline needs it, and nobody has just done so. */
static int64_t now_for(struct session *s)
{
    int64_t now = s->now;

    s->now = 0;
    if (now)
        return now;
    return s->settings->total_ms >= 0 || s->continue_until != CLOCK_NEVER ? clock_now() : 0;
}

/*
 * Over TLS an end without close_notify is an end like any other to a message that tells its own
 * (C-64, C-72, C-83, C-88); where nothing else would tell, session_end sees to it.
 */
static int32_t receive_tls(struct session *s, const struct iovec *areas, int count, size_t *ret_got,
                           struct failure *failure)
{
    struct failure found;
    int32_t status;

    failure_init(&found);
    status = transport_read(s->top, areas, count, ret_got, &found);
    if (status < 0 && tls_is_truncation(&found)) {
        s->cut_reason = found.tls_reason;
        *ret_got = 0;
        status = LIBHTTP_OK;
    } else if (status < 0) {
        status = failure_copy(failure, &found);
    }
    failure_done(&found);
    return status;
}

int32_t session_end(const struct session *s, int32_t code, struct failure *failure)
{
    if (!s->cut_reason)
        return LIBHTTP_OK;
    fail(failure, code,
         "the peer closed the connection without close_notify: it may have been cut");
    failure->tls_reason = s->cut_reason;
    return code;
}

int32_t session_receive(struct session *s, const struct iovec *areas, int count, bool nowait,
                        size_t *ret_got, struct failure *failure)
{
    int64_t now = now_for(s);
    int64_t total = total_deadline(s);
    int32_t status;

    s->received_at = 0;
    if (s->phase == SESSION_OPEN && now >= total)
        return too_long(s, failure);
    s->io.may_sleep = !nowait && may_sleep(s, now, total);
    status = s->tls ? receive_tls(s, areas, count, ret_got, failure)
                    : transport_read(s->top, areas, count, ret_got, failure);
    if (status == LIBHTTP_OK) {
        s->reading = 0;
        s->quiet_since = 0;
        s->wait_error = 0;
        s->bytes_in += (int64_t)*ret_got;
        s->peer_ended = *ret_got == 0;
    } else if (status == LIBHTTP_AGAIN && !nowait) {
        s->reading = WANT_READ;
        return session_blocked(s, failure);
    }
    return status;
}

/* What a sending call's status means for the deadlines; `moved` bytes have left. */
static int32_t sent(struct session *s, int32_t status, int64_t moved, struct failure *failure)
{
    if (status == LIBHTTP_OK) {
        s->writing = 0;
        s->wait_error = 0;
        if (moved > 0)
            s->quiet_since = 0;
        s->bytes_out += moved;
    } else if (status == LIBHTTP_AGAIN) {
        s->writing = WANT_WRITE;
        return session_blocked(s, failure);
    }
    return status;
}

int32_t session_send(struct session *s, const struct iovec *areas, int count, size_t *ret_put,
                     struct failure *failure)
{
    size_t put = 0;
    int32_t status;

    s->io.may_sleep = false;
    if (s->phase == SESSION_OPEN && check_total(s, now_for(s), failure) < 0)
        return LIBHTTP_E_TIMEOUT;
    status = transport_write(s->top, areas, count, &put, failure);
    if (status == LIBHTTP_OK)
        *ret_put = put;
    return sent(s, status, (int64_t)put, failure);
}

int32_t session_send_file(struct session *s, int fd, int64_t length, int64_t *ret_put,
                          struct failure *failure)
{
    int64_t put = 0;
    int32_t status;

    s->io.may_sleep = false;
    if (check_total(s, now_for(s), failure) < 0)
        return LIBHTTP_E_TIMEOUT;
    status = transport_send_file(s->top, fd, length, &put, failure);
    if (status == LIBHTTP_OK)
        *ret_put = put;
    return sent(s, status, put, failure);
}

void session_wait(const struct session *s, struct wait *ret)
{
    int32_t needs = s->reading | s->writing;

    *ret = (struct wait){.fd = -1, .deadline = CLOCK_NEVER};
    if (s->phase == SESSION_CLOSED || (needs == 0 && s->phase == SESSION_OPEN))
        return;
    transport_wait(s->top ? s->top : s->bottom, needs, ret);
    ret->deadline = clock_earlier(ret->deadline, total_deadline(s));
    ret->deadline = clock_earlier(ret->deadline, connect_deadline(s));
    if (s->phase == SESSION_OPEN) {
        ret->deadline = clock_earlier(ret->deadline, idle_deadline(s));
        ret->deadline = clock_earlier(ret->deadline, s->continue_until);
    }
}

void session_trim(struct session *s)
{
    if (buf_length(&s->input) == 0)
        buf_release(&s->input);
    if (s->top)
        transport_trim(s->top);
}
