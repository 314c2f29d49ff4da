/* SPDX-License-Identifier: MIT */
/* memory: carried mode: the caller feeds what he has received and takes what is to be sent. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "net/endpoint.h"

/* One read of a file. */
#define PIECE 16384u

struct memory {
    struct transport base;
    struct buf input;
    struct buf output;
    bool input_ended;  /* memory_feed_eof was called */
    bool output_ended; /* shutdown_write was */
};

static int32_t check(const struct memory *m, struct failure *failure)
{
    return cancel_point_cancelled(&m->base.io->cancel) ? fail_cancelled(failure) : LIBHTTP_OK;
}

/* The latch is opened again: more memory may be there next time. */
static int32_t no_memory(struct buf *b, struct failure *failure)
{
    b->failure = BUF_FINE;
    return fail_memory(failure);
}

static size_t room(const struct buf *b)
{
    return b->maximum - buf_length(b);
}

static int32_t memory_read(struct transport *t, const struct iovec *areas, int count,
                           size_t *ret_got, struct failure *failure)
{
    struct memory *m = (struct memory *)t;
    int32_t status = check(m, failure);
    size_t got = 0;

    if (status < 0)
        return status;
    if (buf_length(&m->input) == 0 && !m->input_ended) {
        t->io->may_sleep = false;
        return LIBHTTP_AGAIN;
    }
    for (int i = 0; i < count && buf_length(&m->input) > 0; i++) {
        size_t left = buf_length(&m->input);
        size_t length = areas[i].iov_len < left ? areas[i].iov_len : left;

        memcpy(areas[i].iov_base, buf_data(&m->input), length);
        buf_consume(&m->input, length);
        got += length;
    }
    if (got == 0 && buf_length(&m->input) > 0)
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT, "no room to receive into");
    *ret_got = got;
    return LIBHTTP_OK;
}

static int32_t check_output(const struct memory *m, struct failure *failure)
{
    int32_t status = check(m, failure);

    if (status == LIBHTTP_OK && m->output_ended)
        return fail_os(failure, LIBHTTP_E_OS, EPIPE, "send");
    return status;
}

static int32_t memory_write(struct transport *t, const struct iovec *areas, int count,
                            size_t *ret_put, struct failure *failure)
{
    struct memory *m = (struct memory *)t;
    int32_t status = check_output(m, failure);
    size_t put = 0;

    if (status < 0)
        return status;
    for (int i = 0; i < count && room(&m->output) > 0; i++) {
        size_t length = areas[i].iov_len < room(&m->output) ? areas[i].iov_len : room(&m->output);

        buf_append(&m->output, areas[i].iov_base, length);
        if (buf_failed(&m->output))
            break;
        put += length;
    }
    if (put == 0 && buf_failed(&m->output))
        return no_memory(&m->output, failure);
    m->output.failure = BUF_FINE;
    if (put == 0 && count > 0)
        return LIBHTTP_AGAIN;
    *ret_put = put;
    return LIBHTTP_OK;
}

/* read(2) moves the file's offset by just what was put. */
static int32_t memory_send_file(struct transport *t, int fd, int64_t length, int64_t *ret_put,
                                struct failure *failure)
{
    struct memory *m = (struct memory *)t;
    int32_t status = check_output(m, failure);
    size_t most = room(&m->output) < PIECE ? room(&m->output) : PIECE;
    char *to;
    ssize_t got;

    if (status < 0)
        return status;
    if (most == 0)
        return LIBHTTP_AGAIN;
    if (length < (int64_t)most)
        most = (size_t)length;
    to = buf_reserve(&m->output, most);
    if (!to)
        return no_memory(&m->output, failure);
    do {
        got = read(fd, to, most);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail_os(failure, LIBHTTP_E_OS, errno, "send a file");
    buf_commit(&m->output, (size_t)got);
    *ret_put = got;
    return LIBHTTP_OK;
}

static int32_t memory_shutdown_write(struct transport *t, struct failure *failure)
{
    struct memory *m = (struct memory *)t;
    int32_t status = check(m, failure);

    if (status == LIBHTTP_OK)
        m->output_ended = true;
    return status;
}

static int32_t memory_look(struct transport *t, struct failure *failure)
{
    const struct memory *m = (struct memory *)t;
    int32_t status = check(m, failure);
    bool bytes = buf_length(&m->input) > 0;

    if (status < 0 || (!bytes && !m->input_ended))
        return status;
    fail(failure, LIBHTTP_E_REMOTE_DISCONNECTED, "the peer %s while the connection was idle",
         bytes ? "sent bytes" : "closed");
    failure->os_error = ECONNRESET;
    return failure->code;
}

static bool memory_has_input(const struct transport *t)
{
    return buf_length(&((const struct memory *)t)->input) > 0;
}

static void memory_wait(const struct transport *t, int32_t needs, struct wait *ret)
{
    const struct memory *m = (const struct memory *)t;

    /* Nothing comes back before what lies here has been carried to the peer. */
    if (needs != 0 && buf_length(&m->output) > 0)
        needs |= WANT_WRITE;
    *ret = (struct wait){.fd = -1, .events = needs, .deadline = CLOCK_NEVER};
}

static void release_idle(struct buf *b)
{
    if (buf_length(b) == 0)
        buf_release(b);
}

static void memory_trim(struct transport *t)
{
    struct memory *m = (struct memory *)t;

    release_idle(&m->input);
    release_idle(&m->output);
}

static void memory_free(struct transport *t, bool silent)
{
    struct memory *m = (struct memory *)t;

    (void)silent;
    buf_release(&m->input);
    buf_release(&m->output);
    free(m);
}

static const struct transport_ops memory_ops = {
    .name = "memory",
    .read = memory_read,
    .write = memory_write,
    .send_file = memory_send_file,
    .shutdown_write = memory_shutdown_write,
    .look = memory_look,
    .has_input = memory_has_input,
    .wait = memory_wait,
    .trim = memory_trim,
    .free = memory_free,
};

int32_t memory_new(struct io *io, struct transport **ret, struct failure *failure)
{
    struct memory *m = calloc(1, sizeof *m);

    if (!m)
        return fail_memory(failure);
    m->base = (struct transport){.ops = &memory_ops, .io = io};
    buf_init_secret(&m->input, LIMIT_CARRIED);
    buf_init_secret(&m->output, LIMIT_CARRIED);
    *ret = &m->base;
    return LIBHTTP_OK;
}

int32_t memory_feed(struct transport *t, const void *data, size_t length, size_t *ret_taken,
                    struct failure *failure)
{
    struct memory *m = (struct memory *)t;
    size_t taken = length < room(&m->input) ? length : room(&m->input);

    if (m->input_ended)
        return fail(failure, LIBHTTP_E_STATE, "fed after the end of input");
    buf_append(&m->input, data, taken);
    if (buf_failed(&m->input))
        return no_memory(&m->input, failure);
    *ret_taken = taken;
    return LIBHTTP_OK;
}

void memory_feed_eof(struct transport *t)
{
    ((struct memory *)t)->input_ended = true;
}

void memory_take(const struct transport *t, struct span *ret)
{
    *ret = buf_span(&((const struct memory *)t)->output);
}

void memory_took(struct transport *t, size_t length)
{
    struct buf *output = &((struct memory *)t)->output;

    buf_consume(output, length < buf_length(output) ? length : buf_length(output));
}
