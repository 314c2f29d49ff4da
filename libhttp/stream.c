/* SPDX-License-Identifier: MIT */
/* stream: bytes in both directions after an upgrade or through the caller's own CONNECT (C-90,
 * C-125). */
#include <libhttp/stream.h>
#include <stdlib.h>

#include "base/text.h"
#include "client/drive.h"
#include "client/handles.h"
#include "client/waiting.h"

void libhttp_stream_free(libhttp_stream *s)
{
    if (!s)
        return;
    libhttp_stream_close(s);
    session_unref(s->session);
    connection_unref(s->connection);
    buf_release(&s->detached);
    failure_done(&s->failure);
    free(s);
}

int32_t libhttp_stream_close(libhttp_stream *s)
{
    if (!s)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!s->closed && s->session->phase != SESSION_CLOSED)
        session_close(s->session);
    s->closed = true;
    return LIBHTTP_OK;
}

static int32_t check_open(struct libhttp_stream *s)
{
    if (s->closed || s->session->phase == SESSION_CLOSED)
        return fail(&s->failure, LIBHTTP_E_CLOSED, "the stream is closed");
    if (session_is_foreign(s->session))
        return fail(&s->failure, LIBHTTP_E_FORKED,
                    "the stream was opened before a fork, by the parent");
    return session_check_cancel(s->session, &s->failure);
}

static int32_t read_step(struct libhttp_stream *s, char *buffer, size_t capacity, size_t *ret_got)
{
    struct buf *input = &s->session->input;
    struct iovec area = {.iov_base = buffer, .iov_len = capacity};
    int32_t status = LIBHTTP_OK;

    if (buf_length(input) > 0) { /* what came behind the head comes first */
        *ret_got = buf_length(input) < capacity ? buf_length(input) : capacity;
        memcpy(buffer, buf_data(input), *ret_got);
        buf_consume(input, *ret_got);
        return LIBHTTP_OK;
    }
    *ret_got = 0;
    if (s->read_error)
        return fail_os(&s->failure, LIBHTTP_E_OS, s->read_error, "the stream was lost");
    if (!s->session->peer_ended)
        status = session_receive(s->session, &area, 1, false, ret_got, &s->failure);
    if (status == LIBHTTP_E_OS)
        s->read_error = s->failure.os_error;
    if (status == LIBHTTP_OK && *ret_got == 0)
        status = session_end(s->session, LIBHTTP_E_TLS, &s->failure);
    return status;
}

int32_t libhttp_stream_read(libhttp_stream *s, void *buffer, int64_t capacity, int64_t *ret_got)
{
    size_t got = 0;
    int32_t status;

    if (!s)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!ret_got || capacity < 0 || (!buffer && capacity > 0))
        return fail(&s->failure, LIBHTTP_E_INVALID_ARGUMENT,
                    capacity < 0 ? "capacity is negative" : "buffer or ret_got is NULL");
    status = check_open(s);
    if (status == LIBHTTP_OK && capacity > 0) {
        do
            status = read_step(s, buffer, (size_t)capacity, &got);
        while (drive_again(s->session, &status, &s->failure));
    }
    if (status == LIBHTTP_OK)
        *ret_got = (int64_t)got;
    return status;
}

static bool blocks(const struct libhttp_stream *s)
{
    return !s->session->settings->nonblocking && !s->session->carried;
}

static int32_t write_step(struct libhttp_stream *s, struct span data, size_t *ret_put)
{
    struct iovec area = {.iov_base = (void *)(uintptr_t)data.data, .iov_len = data.length};

    return session_send(s->session, &area, data.length > 0 ? 1 : 0, ret_put, &s->failure);
}

static int32_t write_all(struct libhttp_stream *s, struct span data, int64_t *ret_put)
{
    size_t put = 0;
    int32_t status;

    *ret_put = 0;
    do {
        do
            status = write_step(s, data, &put);
        while (drive_again(s->session, &status, &s->failure));
        if (status != LIBHTTP_OK)
            break;
        data.data += put;
        data.length -= put;
        *ret_put += (int64_t)put;
    } while (data.length > 0 && blocks(s));
    return status;
}

int32_t libhttp_stream_write(libhttp_stream *s, const void *data, int64_t length, int64_t *ret_sent)
{
    struct span span;
    int64_t put;
    int32_t status;

    if (!s)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (data_in(&span, data, length, "data", &s->failure) < 0)
        return s->failure.code;
    if (!ret_sent && !blocks(s))
        return fail(&s->failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "ret_sent is NULL: outside blocking mode a part may be sent");
    status = check_open(s);
    if (status == LIBHTTP_OK && s->write_ended)
        status =
            fail(&s->failure, LIBHTTP_E_STATE, "the sending direction was ended by shutdown_write");
    if (status == LIBHTTP_OK)
        status = write_all(s, span, &put);
    if (status == LIBHTTP_OK && blocks(s) && s->session->tls)
        status = write_all(s, span_of("", 0), &(int64_t){0}); /* what TLS still holds */
    if (status == LIBHTTP_OK && ret_sent)
        *ret_sent = put;
    return status;
}

int32_t libhttp_stream_shutdown_write(libhttp_stream *s)
{
    int64_t put;
    int32_t status;

    if (!s)
        return LIBHTTP_E_INVALID_ARGUMENT;
    status = check_open(s);
    if (status == LIBHTTP_OK)
        status = write_all(s, span_of("", 0), &put);
    if (status != LIBHTTP_OK)
        return status;
    do
        status = transport_shutdown_write(s->session->top, &s->failure);
    while (drive_again(s->session, &status, &s->failure));
    s->write_ended = s->write_ended || status == LIBHTTP_OK;
    return status;
}

int32_t libhttp_stream_detach_fd(libhttp_stream *s, int32_t *ret_fd, const void **ret_data,
                                 int64_t *ret_length)
{
    struct span unread;
    int fd;

    if (!s)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!ret_fd || !ret_data || !ret_length)
        return fail(&s->failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "ret_fd, ret_data or ret_length is NULL");
    if (check_open(s) < 0)
        return s->failure.code;
    if (s->session->tls || s->session->carried)
        return fail(&s->failure, LIBHTTP_E_STATE,
                    "only a plain TCP or Unix connection has a bare descriptor");
    unread = buf_span(&s->session->input);
    buf_append_span(&s->detached, unread);
    if (buf_failed(&s->detached)) {
        buf_clear(&s->detached);
        return fail_memory(&s->failure);
    }
    fd = transport_detach(s->session->bottom);
    if (fd < 0)
        return fail(&s->failure, LIBHTTP_E_STATE, "the descriptor is gone");
    libhttp_stream_close(s);
    *ret_fd = fd;
    *ret_data = buf_span(&s->detached).data;
    *ret_length = (int64_t)buf_length(&s->detached);
    return LIBHTTP_OK;
}

int32_t libhttp_stream_fileno(const libhttp_stream *s)
{
    return s ? waiting_fileno(s->session) : -1;
}

int32_t libhttp_stream_wait(const libhttp_stream *s, int32_t *ret_fd, int32_t *ret_events,
                            int64_t *ret_ms, int64_t *ret_generation)
{
    return s ? waiting_describe(s->session, ret_fd, ret_events, ret_ms, ret_generation)
             : LIBHTTP_E_INVALID_ARGUMENT;
}

int32_t libhttp_stream_cancel(libhttp_stream *s)
{
    if (!s)
        return LIBHTTP_E_INVALID_ARGUMENT;
    canceller_cancel(s->connection->canceller);
    return LIBHTTP_OK;
}

const char *libhttp_stream_error(const libhttp_stream *s)
{
    return s ? failure_text(&s->failure) : "";
}

int32_t libhttp_stream_error_code(const libhttp_stream *s)
{
    return s ? s->failure.code : 0;
}

int32_t libhttp_stream_errno(const libhttp_stream *s)
{
    return s ? s->failure.os_error : 0;
}

int64_t libhttp_stream_tls_reason(const libhttp_stream *s)
{
    return s ? s->failure.tls_reason : 0;
}
