/* SPDX-License-Identifier: MIT */
/* connection_response: getresponse (C-18, C-19, C-22 to C-24). */
#include <libhttp/connection.h>

#include "client/drive.h"
#include "client/exchange.h"
#include "client/upload.h"

static int32_t check_ready(struct libhttp_connection *c)
{
    if (c->state == LIBHTTP_STATE_REQUEST_SENT && !c->unread)
        return upload_check_complete(c);
    if (c->sending_failed) { /* what went wrong with the request is what is wrong with its response
                                (C-54) */
        c->sending_failed = false;
        return failure_copy(&c->failure, &c->exchange->upload.failure);
    }
    if (c->unread)
        return fail(&c->failure, LIBHTTP_E_RESPONSE_NOT_READY,
                    "the last response is unread: read it to its end or close it");
    return fail(&c->failure, LIBHTTP_E_RESPONSE_NOT_READY, "no request was sent");
}

int32_t libhttp_connection_getresponse(libhttp_connection *c, libhttp_response **ret)
{
    int32_t status;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!ret)
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT, "ret is NULL");
    status = check_ready(c);
    if (status < 0)
        return status;
    do
        status = exchange_respond(c, ret);
    while (drive_again(c->session, &status, &c->failure));
    return status;
}
