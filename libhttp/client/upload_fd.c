/* SPDX-License-Identifier: MIT */
/* upload_fd: a body from a descriptor: a regular file by the kernel where it can be, anything else
 * through one block. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "client/drive.h"
#include "client/exchange.h"
#include "client/upload.h"

/* Smaller files are read and leave with their head in one system call (C-27). */
#define SENDFILE_FROM (16u * 1024u)

static int32_t cannot_read(struct libhttp_connection *c, int os_error)
{
    int32_t code = os_error == EBADF || os_error == EISDIR || os_error == EINVAL
                       ? LIBHTTP_E_UNIMPLEMENTED_FILE_MODE
                       : LIBHTTP_E_OS;

    connection_reset(c);
    return fail_os(&c->failure, code, os_error, "reading the body from its descriptor");
}

/* Reads a block straight into the output, framed: what was read is never lost, whatever moves. */
static int32_t read_block(struct libhttp_connection *c, int fd, int64_t most, int64_t *ret_put)
{
    char block[SENDFILE_FROM];
    ssize_t got;
    int32_t status = drive_readable(c->session, fd, &c->failure);

    if (status != LIBHTTP_OK) {
        if (status < 0)
            connection_reset(c);
        return status;
    }
    do
        got = read(fd, block, most < (int64_t)sizeof block ? (size_t)most : sizeof block);
    while (got < 0 && errno == EINTR);
    if (got < 0 && (errno == EAGAIN))
        return LIBHTTP_AGAIN;
    if (got < 0)
        return cannot_read(c, errno);
    *ret_put = got;
    if (upload_put(c, span_of(block, (size_t)got)) == LIBHTTP_OK)
        return LIBHTTP_OK;
    connection_reset(c);
    return LIBHTTP_E_NO_MEMORY;
}

static bool is_regular(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

static int32_t by_kernel(struct libhttp_connection *c, int fd, int64_t most, int64_t *ret_put)
{
    int32_t status = upload_flush(c);

    if (status == LIBHTTP_OK)
        status = upload_send_file(c, fd, most, ret_put);
    if (status == LIBHTTP_OK)
        c->exchange->upload.left -= *ret_put;
    return status;
}

int32_t upload_send_fd(struct libhttp_connection *c, int fd, int64_t length, int64_t *ret_put)
{
    int64_t most = length < 0 ? INT64_MAX : length;
    int32_t status;

    if (c->exchange->upload.kind == UPLOAD_LENGTH && c->exchange->upload.left < most) {
        if (length >= 0)
            return upload_too_long(c, length);
        most = c->exchange->upload.left;
    }
    if (most == 0) {
        *ret_put = 0;
        return LIBHTTP_OK;
    }
    if (c->exchange->upload.kind == UPLOAD_LENGTH && most > SENDFILE_FROM && is_regular(fd))
        return by_kernel(c, fd, most, ret_put);
    /* One block is held at a time: the one before must have left, or wait with a short head for
     * this one. */
    status = c->exchange->upload.expect == EXPECT_WAITING ||
                     buf_length(&c->exchange->output) > SENDFILE_FROM
                 ? upload_flush(c)
                 : exchange_ready(c, false);
    if (status != LIBHTTP_OK)
        return status;
    return read_block(c, fd, most, ret_put);
}
