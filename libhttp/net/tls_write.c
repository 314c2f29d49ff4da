/* SPDX-License-Identifier: MIT */
/* tls_write: sending. A head and a small body share a record, and several records a system call. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/tls_link.h"

/* Where in the caller's areas the next record begins. */
struct cursor {
    const struct iovec *areas;
    int count;
    size_t offset; /* in the first area */
};

static void skip(struct cursor *at, size_t n)
{
    at->offset += n;
    while (at->count > 0 && at->offset >= at->areas->iov_len) {
        at->offset -= at->areas->iov_len;
        at->areas++;
        at->count--;
    }
}

static struct span first_piece(const struct cursor *at, size_t most)
{
    size_t length = at->areas->iov_len - at->offset;

    return span_of((const char *)at->areas->iov_base + at->offset, length < most ? length : most);
}

/* Copies small areas together, until a record is full. */
static size_t gather(struct cursor *at, char *room)
{
    size_t length = 0;

    while (at->count > 0 && length < TLS_RECORD) {
        struct span piece = first_piece(at, TLS_RECORD - length);

        memcpy(room + length, piece.data, piece.length);
        length += piece.length;
        skip(at, piece.length);
    }
    return length;
}

static bool encrypt_piece(struct tls *tls, struct span plain)
{
    size_t put;

    return SSL_write_ex(tls->ssl, plain.data, plain.length, &put) == 1;
}

static bool encrypt_gathered(struct tls *tls, struct cursor *at, size_t *taken)
{
    char room[TLS_RECORD];
    size_t length = gather(at, room);

    *taken += length;
    return encrypt_piece(tls, span_of(room, length));
}

static bool encrypt_next(struct tls *tls, struct cursor *at, size_t *taken)
{
    struct span piece = first_piece(at, TLS_RECORD);

    if (piece.length < TLS_RECORD && at->count > 1)
        return encrypt_gathered(tls, at, taken);
    skip(at, piece.length);
    *taken += piece.length;
    return encrypt_piece(tls, piece);
}

/* Writing never waits for anything: what fails has failed for good. */
static int32_t writing_failed(struct tls *tls)
{
    tls->below = LIBHTTP_OK;
    return tls_failed(tls, "sending over TLS");
}

/* What has been taken is on its way, whether or not all of it has left. */
static int32_t push_out(struct tls *tls)
{
    int32_t code = tls_flush(tls, tls->failure);

    return code == LIBHTTP_AGAIN ? LIBHTTP_OK : code;
}

static int32_t write_areas(struct tls *tls, const struct iovec *areas, int count, size_t *ret_put)
{
    struct cursor at = {areas, count, 0};
    size_t taken = 0;
    int32_t code;

    code = tls_check(tls, "sending over TLS");
    if (code == LIBHTTP_OK)
        code = tls_flush(tls, tls->failure);
    if (code != LIBHTTP_OK)
        return code;
    skip(&at, 0);
    while (at.count > 0 && taken < TLS_WRITE_MOST) {
        if (!encrypt_next(tls, &at, &taken))
            return writing_failed(tls);
    }
    tls->smooth = true;
    code = push_out(tls);
    if (code == LIBHTTP_OK)
        *ret_put = taken;
    return code;
}

int32_t tls_write(struct transport *t, const struct iovec *areas, int count, size_t *ret_put,
                  struct failure *failure)
{
    struct tls *tls = tls_enter(t, failure);
    int32_t code = write_areas(tls, areas, count, ret_put);

    tls_leave(tls);
    return code;
}

/* The next piece of the file. All of it will be taken, so the file's offset is right. */
static int32_t read_piece(struct tls *tls, int fd, int64_t length, size_t *ret_got)
{
    size_t most = length < (int64_t)TLS_WRITE_MOST ? (size_t)length : TLS_WRITE_MOST;
    ssize_t got;

    if (!tls->file_block)
        tls->file_block = malloc(TLS_WRITE_MOST);
    if (!tls->file_block)
        return fail_memory(tls->failure);
    do {
        got = read(fd, tls->file_block, most);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail_os(tls->failure, LIBHTTP_E_OS, errno, "reading the file to send");
    *ret_got = (size_t)got;
    return LIBHTTP_OK;
}

static int32_t send_piece(struct tls *tls, int fd, int64_t length, int64_t *ret_put)
{
    size_t got = 0;
    int32_t code;

    code = tls_check(tls, "sending over TLS");
    if (code == LIBHTTP_OK)
        code = tls_flush(tls, tls->failure);
    if (code == LIBHTTP_OK)
        code = read_piece(tls, fd, length, &got);
    if (code != LIBHTTP_OK)
        return code;
    for (size_t at = 0; at < got; at += TLS_RECORD) {
        if (!encrypt_piece(
                tls, span_of(tls->file_block + at, got - at < TLS_RECORD ? got - at : TLS_RECORD)))
            return writing_failed(tls);
    }
    code = push_out(tls);
    if (code == LIBHTTP_OK)
        *ret_put = (int64_t)got;
    return code;
}

int32_t tls_send_file(struct transport *t, int fd, int64_t length, int64_t *ret_put,
                      struct failure *failure)
{
    struct tls *tls = tls_enter(t, failure);
    int32_t code = send_piece(tls, fd, length, ret_put);

    tls_leave(tls);
    return code;
}

/* close_notify (RFC 8446 6.1), once; what the peer sends can still be read. */
int32_t tls_shutdown_write(struct transport *t, struct failure *failure)
{
    struct tls *tls = tls_enter(t, failure);
    int32_t code = tls_check(tls, "closing TLS");

    if (code == LIBHTTP_OK)
        code = tls_flush(tls, failure);
    if (code == LIBHTTP_OK && !(SSL_get_shutdown(tls->ssl) & SSL_SENT_SHUTDOWN))
        code =
            SSL_shutdown(tls->ssl) >= 0 ? tls_flush(tls, failure) : tls_failed(tls, "closing TLS");
    tls_leave(tls);
    return code;
}
