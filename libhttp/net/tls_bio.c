/* SPDX-License-Identifier: MIT */
/*
 * tls_bio: between OpenSSL and the transport below. Writing never refuses: ciphertext collects
 * in `unsent` and leaves in one system call, and what the transport doesn't take waits there.
 * So a write that gave AGAIN has left no trace in OpenSSL. Reading asks the transport once a
 * call, since that may sleep.
 */
#include "net/endpoint.h"
#include "net/tls_engine.h"
#include "net/tls_link.h"

static int32_t flush(struct tls *tls, struct failure *failure)
{
    struct span unsent = buf_span(&tls->unsent);
    struct iovec area = {.iov_base = (void *)(uintptr_t)unsent.data, .iov_len = unsent.length};
    size_t put = 0;
    int32_t code;

    if (unsent.length == 0)
        return LIBHTTP_OK;
    code = transport_write(tls->base.next, &area, 1, &put, failure);
    if (code != LIBHTTP_OK)
        return code;
    buf_consume(&tls->unsent, put);
    return buf_length(&tls->unsent) > 0 ? LIBHTTP_AGAIN : LIBHTTP_OK;
}

int32_t tls_flush(struct tls *tls, struct failure *failure)
{
    int32_t code = flush(tls, failure);

    tls->base.io->unsent = buf_length(&tls->unsent) > 0;
    return code;
}

bool tls_flush_quietly(struct tls *tls)
{
    struct failure ignored;
    int32_t code;

    if (buf_length(&tls->unsent) == 0)
        return true;
    failure_init(&ignored);
    code = tls_flush(tls, &ignored);
    /* What can never leave is not waited for. */
    if (code == LIBHTTP_E_OS) {
        tls->send_error = ignored.os_error;
        buf_consume(&tls->unsent, buf_length(&tls->unsent));
    }
    failure_done(&ignored);
    return code != LIBHTTP_E_NO_MEMORY;
}

/* Without a descriptor (carried mode) nothing can sleep: what was fed is used up, its end too. */
static bool may_ask(const struct tls *tls)
{
    if (tls->filling || buf_length(&tls->unsent) >= TLS_UNSENT_STOP)
        return false;
    return !tls->asked || transport_fileno(tls->base.next) < 0;
}

static int32_t receive(struct tls *tls, char *data, size_t size, size_t *ret_got)
{
    struct io *io = tls->base.io;
    struct iovec area = {.iov_base = data, .iov_len = size};
    int32_t code;

    if (!tls_flush_quietly(tls))
        return fail_memory(tls->failure);
    if (!may_ask(tls)) {
        io->may_sleep = false;
        return LIBHTTP_AGAIN;
    }
    /* While we have something to send that doesn't leave, both directions are to be waited for. */
    if (tls->asked || buf_length(&tls->unsent) > 0)
        io->may_sleep = false;
    tls->asked = true;
    code = transport_read(tls->base.next, &area, 1, ret_got, tls->failure);
    if (code == LIBHTTP_OK && *ret_got == 0)
        tls->ended = true;
    /* The peer may have said why before it closed; in a handshake it waits for us otherwise. */
    if (code == LIBHTTP_AGAIN && tls->send_error && !tls->open)
        return fail_os(tls->failure, LIBHTTP_E_OS, tls->send_error, "send");
    return code;
}

static int bio_read(BIO *bio, char *data, size_t size, size_t *ret_got)
{
    struct tls *tls = BIO_get_data(bio);
    size_t got = 0;

    BIO_clear_retry_flags(bio);
    tls->below = receive(tls, data, size, &got);
    if (tls->below == LIBHTTP_AGAIN)
        BIO_set_retry_read(bio);
    *ret_got = got;
    return got > 0;
}

static int bio_write(BIO *bio, const char *data, size_t size, size_t *ret_put)
{
    struct tls *tls = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    buf_append(&tls->unsent, data, size);
    if (buf_failed(&tls->unsent))
        return 0;
    *ret_put = size;
    return 1;
}

/* EOF is told by a read that gives nothing: OpenSSL would answer it with an alert to nobody. */
static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static int bio_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

BIO_METHOD *tls_bio_method_new(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "libhttp transport");

    if (method && BIO_meth_set_read_ex(method, bio_read) &&
        BIO_meth_set_write_ex(method, bio_write) && BIO_meth_set_ctrl(method, bio_ctrl) &&
        BIO_meth_set_create(method, bio_create))
        return method;
    BIO_meth_free(method);
    return NULL;
}
