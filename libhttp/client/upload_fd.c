/* SPDX-License-Identifier: MIT */
/* upload_fd: a body from a descriptor: a regular file by the kernel where it can be, anything else
 * through one block. */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "client/deliver.h"
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

    return fail_os(&c->failure, code, os_error, "reading the body from its descriptor");
}

/* Reads a block straight into the output, framed: what was read is never lost, whatever moves. */
static int32_t read_block(struct libhttp_connection *c, int fd, int64_t most, int64_t *ret_put)
{
    char block[SENDFILE_FROM];
    ssize_t got;

    do
        got = read(fd, block, most < (int64_t)sizeof block ? (size_t)most : sizeof block);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno == EAGAIN ? LIBHTTP_AGAIN : cannot_read(c, errno);
    *ret_put = got;
    return upload_put(c, span_of(block, (size_t)got));
}

/*
 * Until there is something to read, or the end. What was read before leaves first: whoever writes
 * into a pipe may wait for what the peer makes of it. An early answer ends it (C-124).
 */
static int32_t await_block(struct libhttp_connection *c, int fd)
{
    int32_t status = drive_readable(c->session, fd, false, &c->failure);

    if (status == LIBHTTP_AGAIN) {
        status = upload_flush(c);
        if (status != LIBHTTP_OK)
            return status;
        status = LIBHTTP_AGAIN;
    }
    while (status == LIBHTTP_AGAIN && !delivers_in_parts(c)) {
        status = upload_look(c);
        if (status < 0)
            return status;
        status = drive_readable(c->session, fd, true, &c->failure);
    }
    if (status < 0)
        connection_reset(c);
    return status;
}

static bool is_regular(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

/* How many bytes of the body may come from a descriptor; `length` is the caller's, -1: no limit. */
static int64_t most_of(const struct libhttp_connection *c, int64_t length)
{
    int64_t most = length < 0 ? INT64_MAX : length;

    if (c->exchange->upload.kind == UPLOAD_LENGTH && c->exchange->upload.left < most)
        most = c->exchange->upload.left;
    return most;
}

/* What is there now behind the bytes that were declared; nothing is taken. */
static bool has_more(int fd)
{
    char byte;
    int waiting = 0;
    off_t offset = lseek(fd, 0, SEEK_CUR);

    if (offset >= 0)
        return pread(fd, &byte, 1, offset) == 1; /* under /proc too, where sizes are 0 */
    return ioctl(fd, FIONREAD, &waiting) == 0 && waiting > 0;
}

/*
 * More than declared is an error (C-47). The block read last has not left then, and the request
 * stays incomplete. What a pipe gives only later is not waited for: its writer may keep it open
 * until it has the answer.
 */
static int32_t check_end(struct libhttp_connection *c, int fd)
{
    if (!has_more(fd))
        return LIBHTTP_OK;
    connection_reset(c);
    return fail(&c->failure, LIBHTTP_E_BODY_LENGTH,
                "the descriptor has more bytes than were declared; the connection is closed");
}

bool upload_is_by_kernel(const struct libhttp_connection *c, int fd, int64_t length)
{
    return c->exchange->upload.kind == UPLOAD_LENGTH && most_of(c, length) > SENDFILE_FROM &&
           is_regular(fd);
}

/* The head shares its packet with the file's beginning, unless it is to be answered first. */
static int32_t flush_head(struct libhttp_connection *c)
{
    int32_t status = exchange_ready(c, false);

    if (status != LIBHTTP_OK)
        return status;
    c->session->io.more_follows = c->exchange->upload.expect != EXPECT_WAITING;
    status = upload_flush(c);
    if (c->session)
        c->session->io.more_follows = false;
    return status;
}

static int32_t by_kernel(struct libhttp_connection *c, int fd, int64_t most, int64_t *ret_put)
{
    int32_t status = flush_head(c);

    if (status == LIBHTTP_OK)
        status = upload_send_file(c, fd, most, ret_put);
    if (status == LIBHTTP_OK)
        c->exchange->upload.left -= *ret_put;
    return status;
}

int32_t upload_send_fd(struct libhttp_connection *c, int fd, bool kernel, int64_t length,
                       int64_t *ret_put)
{
    int64_t most = most_of(c, length);
    int32_t status;

    if (most < length)
        return upload_too_long(c, length);
    if (most == 0) {
        *ret_put = 0;
        return c->exchange->upload.whole_fd ? check_end(c, fd) : LIBHTTP_OK;
    }
    if (kernel)
        return by_kernel(c, fd, most, ret_put);
    /* One block is held at a time: the one before must have left, or wait with a short head for
     * this one. */
    status = c->exchange->upload.expect == EXPECT_WAITING ||
                     buf_length(&c->exchange->output) > SENDFILE_FROM
                 ? upload_flush(c)
                 : exchange_ready(c, false);
    if (status == LIBHTTP_OK)
        status = await_block(c, fd);
    if (status != LIBHTTP_OK)
        return status;
    status = read_block(c, fd, most, ret_put);
    if (status < 0)
        connection_reset(c);
    return status;
}
