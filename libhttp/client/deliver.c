/* SPDX-License-Identifier: MIT */
#include "client/deliver.h"

#include "client/drive.h"
#include "client/upload.h"

int32_t deliver_data(struct libhttp_connection *c, struct span data, int64_t *ret_put)
{
    size_t put = 0;
    int32_t status = LIBHTTP_OK;

    *ret_put = 0;
    while (status == LIBHTTP_OK && data.length > 0) {
        do
            status = upload_send(c, data, &put);
        while (drive_again(c->session, &status, &c->failure));
        if (status == LIBHTTP_OK) {
            data.data += put;
            data.length -= put;
            *ret_put += (int64_t)put;
        }
    }
    /* Where the caller is told how much was taken, an error waits for the next call. */
    return status != LIBHTTP_OK && *ret_put > 0 && delivers_in_parts(c) ? LIBHTTP_OK : status;
}

int32_t deliver_output(struct libhttp_connection *c)
{
    int32_t status;

    do
        status = upload_flush(c);
    while (drive_again(c->session, &status, &c->failure));
    return status;
}

int32_t deliver_if_blocking(struct libhttp_connection *c)
{
    int32_t status = delivers_in_parts(c) ? LIBHTTP_OK : deliver_output(c);

    return early_is_ok(status);
}

/* One piece from a descriptor. */
static int32_t send_fd_piece(struct libhttp_connection *c, int32_t fd, bool kernel, int64_t length,
                             int64_t *ret_put)
{
    int32_t status;

    do
        status = upload_send_fd(c, fd, kernel, length, ret_put);
    while (drive_again(c->session, &status, &c->failure));
    return status;
}

int32_t deliver_fd(struct libhttp_connection *c, int32_t fd, int64_t length, int64_t *ret_put)
{
    bool kernel = upload_is_by_kernel(c, fd, length);
    int64_t put = 0;
    int32_t status = LIBHTTP_OK;

    *ret_put = 0;
    while (length != 0) {
        status = send_fd_piece(c, fd, kernel, length, &put);
        if (status != LIBHTTP_OK || put == 0)
            break;
        *ret_put += put;
        if (length > 0)
            length -= put;
        if (delivers_in_parts(c))
            break;
    }
    return status == LIBHTTP_OK ? deliver_if_blocking(c) : status;
}
