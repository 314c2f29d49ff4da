/* SPDX-License-Identifier: MIT */
/* response_wait: waiting for a response, cancelling it, its errors, and the stream that takes over.
 */
#include <libhttp/response.h>
#include <stdlib.h>

#include "client/waiting.h"

int32_t libhttp_response_wait(const libhttp_response *r, int32_t *ret_fd, int32_t *ret_events,
                              int64_t *ret_ms, int64_t *ret_generation)
{
    return r ? waiting_describe(r->session, ret_fd, ret_events, ret_ms, ret_generation)
             : LIBHTTP_E_INVALID_ARGUMENT;
}

int32_t libhttp_response_cancel(libhttp_response *r)
{
    if (!r)
        return LIBHTTP_E_INVALID_ARGUMENT;
    /* Neither of the two ever changes while the handle lives: any thread may look. */
    if (r->detached)
        cancel_point_cancel(&r->session->io.cancel);
    else
        canceller_cancel(r->connection->canceller);
    return LIBHTTP_OK;
}

const char *libhttp_response_error(const libhttp_response *r)
{
    return r ? failure_text(&r->failure) : "";
}

int32_t libhttp_response_error_code(const libhttp_response *r)
{
    return r ? r->failure.code : 0;
}

int32_t libhttp_response_errno(const libhttp_response *r)
{
    return r ? r->failure.os_error : 0;
}

int64_t libhttp_response_tls_reason(const libhttp_response *r)
{
    return r ? r->failure.tls_reason : 0;
}

const char *libhttp_response_error_detail(const libhttp_response *r, int64_t *ret_length)
{
    static const struct failure none;

    return waiting_detail(r ? &r->failure : &none, ret_length);
}

int32_t libhttp_response_stream(libhttp_response *r, libhttp_stream **ret)
{
    struct libhttp_stream *s;

    if (!r)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!ret)
        return fail(&r->failure, LIBHTTP_E_INVALID_ARGUMENT, "ret is NULL");
    if (!r->is_stream || r->stream_taken || r->closed || !session_is_open(r->session))
        return fail(&r->failure, LIBHTTP_E_STATE,
                    r->is_stream ? "the stream was taken, or is closed"
                                 : "the response opens no stream: it is no 101, nor a 2xx "
                                   "to CONNECT");
    s = calloc(1, sizeof *s);
    if (!s)
        return fail_memory(&r->failure);
    failure_init(&s->failure);
    buf_init(&s->detached, SIZE_MAX / 2);
    s->connection = connection_ref(r->connection);
    s->session = session_ref(r->session);
    r->stream_taken = true;
    *ret = s;
    return LIBHTTP_OK;
}
