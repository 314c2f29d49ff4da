/* SPDX-License-Identifier: MIT */
/* connection_send: the body of a request, step by step. */
#include <libhttp/connection.h>

#include "base/text.h"
#include "client/debug.h"
#include "client/deliver.h"
#include "client/headers_private.h"
#include "client/upload.h"

static int32_t check_sent(struct libhttp_connection *c)
{
    if (c->sending_failed)
        return failure_copy(&c->failure, &c->exchange->upload.failure);
    if (c->state != LIBHTTP_STATE_REQUEST_SENT)
        return fail(&c->failure, LIBHTTP_E_CANNOT_SEND_HEADER,
                    "a body can only be sent after endheaders()");
    if (c->exchange->upload.early)
        return fail(&c->failure, LIBHTTP_E_EARLY_RESPONSE,
                    "a final response came already: call getresponse");
    return LIBHTTP_OK;
}

static int32_t check_ret(struct libhttp_connection *c, const int64_t *ret_sent)
{
    if (ret_sent || !delivers_in_parts(c))
        return LIBHTTP_OK;
    return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                "ret_sent is NULL: outside blocking mode a part may be sent");
}

int32_t libhttp_connection_send(libhttp_connection *c, const void *data, int64_t length,
                                int64_t *ret_sent)
{
    struct span span;
    int64_t put = 0;
    int32_t status;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (data_in(&span, data, length, "data", &c->failure) < 0 || check_sent(c) < 0 ||
        check_ret(c, ret_sent) < 0)
        return c->failure.code;
    if (c->exchange->upload.kind == UPLOAD_LENGTH && length > c->exchange->upload.left)
        return upload_too_long(c, length);
    status = length > 0 ? deliver_data(c, span, &put) : upload_look(c);
    if (debug_is_on(c) && put > 0)
        debug_body(c, span_of(span.data, (size_t)put));
    if (status == LIBHTTP_OK && ret_sent)
        *ret_sent = put;
    return status;
}

int32_t libhttp_connection_send_fd(libhttp_connection *c, int32_t fd, int64_t length,
                                   int64_t *ret_sent)
{
    int64_t put = 0;
    int32_t status;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (fd < 0 || (length < 0 && length != LIBHTTP_LENGTH_UNKNOWN))
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                    fd < 0 ? "fd is negative" : "length is negative");
    if (check_sent(c) < 0 || check_ret(c, ret_sent) < 0)
        return c->failure.code;
    status = deliver_fd(c, fd, length, &put);
    if (status == LIBHTTP_OK && ret_sent)
        *ret_sent = put;
    return status;
}

int32_t libhttp_connection_finish(libhttp_connection *c, const libhttp_headers *trailers)
{
    int32_t status;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    status = check_sent(c);
    if (status == LIBHTTP_OK)
        status = upload_finish(c, trailers ? &trailers->fields : NULL);
    return status == LIBHTTP_OK ? deliver_if_blocking(c) : status;
}

int32_t libhttp_connection_flush(libhttp_connection *c)
{
    int32_t status;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    status = check_sent(c);
    return status == LIBHTTP_OK ? deliver_output(c) : status;
}
