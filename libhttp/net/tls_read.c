/* SPDX-License-Identifier: MIT */
/* tls_read: receiving, and what an idle connection has received. */
#include <errno.h>

#include "net/tls_link.h"

/*
 * Nothing lies in OpenSSL's read buffer. The state is asked too: freeing it inside a record was
 * once unsafe (CVE-2024-4741).
 */
static bool buffer_is_empty(const struct tls *tls)
{
    return !SSL_has_pending(tls->ssl) && strcmp(SSL_rstate_string(tls->ssl), "RH") == 0;
}

/* Where that can be: it is wiped before (T-53), which is too much to ask after each record. */
static bool free_buffer(SSL *ssl)
{
    bool freed;

    SSL_set_options(ssl, SSL_OP_CLEANSE_PLAINTEXT);
    freed = SSL_free_buffers(ssl) == 1;
    SSL_clear_options(ssl, SSL_OP_CLEANSE_PLAINTEXT);
    return freed;
}

/*
 * A long body goes through a larger buffer, of which a system call fills several records. To
 * change over, the buffer must be empty, which it is between two records as soon as OpenSSL
 * doesn't read ahead.
 */
static void fit_buffer(struct tls *tls)
{
    if (tls->buffer == TLS_BUFFER_LARGE || tls->received < TLS_BULK_AFTER)
        return;
    if (!buffer_is_empty(tls) || !free_buffer(tls->ssl)) {
        SSL_set_read_ahead(tls->ssl, 0);
        tls->buffer = TLS_BUFFER_CHANGING;
        return;
    }
    SSL_set_default_read_buffer_len(tls->ssl, TLS_BULK_BUFFER);
    SSL_set_read_ahead(tls->ssl, 1);
    tls->buffer = TLS_BUFFER_LARGE;
}

/* As much of one area as is here. False: there is no more, or OpenSSL has `failed` to give it. */
static bool fill_area(struct tls *tls, const struct iovec *area, size_t *got, bool *failed)
{
    size_t at = 0;
    size_t n;

    while (at < area->iov_len) {
        if (SSL_read_ex(tls->ssl, (char *)area->iov_base + at, area->iov_len - at, &n) != 1) {
            *failed = true;
            return false;
        }
        at += n;
        *got += n;
        tls->filling = true;
        if (!SSL_has_pending(tls->ssl))
            return false;
    }
    return true;
}

static int32_t read_areas(struct tls *tls, const struct iovec *areas, int count, size_t *ret_got)
{
    size_t got = 0;
    bool failed = false;
    int i = 0;

    if (tls_check(tls, "receiving over TLS") < 0)
        return tls->failure->code;
    fit_buffer(tls);
    while (i < count && fill_area(tls, &areas[i], &got, &failed))
        i++;
    if (got == 0) {
        if (SSL_get_error(tls->ssl, 0) != SSL_ERROR_ZERO_RETURN)
            return tls_failed(tls, "receiving over TLS");
    } else if (failed) {
        /* The caller gets what came before an error, and the error next time. */
        tls->reason = ERR_peek_error();
    }
    tls->smooth = !failed;
    tls->received += got;
    *ret_got = got;
    return LIBHTTP_OK;
}

int32_t tls_read(struct transport *t, const struct iovec *areas, int count, size_t *ret_got,
                 struct failure *failure)
{
    struct tls *tls = tls_enter(t, failure);
    int32_t code = read_areas(tls, areas, count, ret_got);

    tls_leave(tls);
    return code;
}

/* Whether a byte of plaintext is there; false: no, for whatever reason. */
static bool peek(struct tls *tls)
{
    char byte;
    size_t got;

    return SSL_peek_ex(tls->ssl, &byte, 1, &got) == 1;
}

/*
 * Ciphertext is there: only OpenSSL can tell whether it is a late ticket, which is fine, or
 * something that the peer said. Of a part of a record not even it can.
 */
static int32_t look_inside(struct tls *tls)
{
    struct failure *failure = tls->failure;
    struct failure found;
    int32_t code;

    failure_init(&found);
    tls->failure = &found;
    tls->base.io->may_sleep = false;
    if (tls->open && peek(tls))
        code = fail(failure, LIBHTTP_E_REMOTE_DISCONNECTED,
                    "the server sent bytes that nobody asked for");
    else if (tls->below == LIBHTTP_AGAIN && buffer_is_empty(tls))
        code = LIBHTTP_OK;
    else if (tls->below == LIBHTTP_AGAIN)
        code = fail(failure, LIBHTTP_E_REMOTE_DISCONNECTED,
                    "the server sent a part of something that nobody asked for");
    else if (SSL_get_error(tls->ssl, 0) == SSL_ERROR_ZERO_RETURN || tls->ended)
        code = fail(failure, LIBHTTP_E_REMOTE_DISCONNECTED,
                    "the server has closed the idle connection");
    else if (tls_failed(tls, "looking at the idle connection") == LIBHTTP_E_CANCELLED)
        code = failure_copy(failure, &found);
    else
        code = fail(failure, LIBHTTP_E_REMOTE_DISCONNECTED, "%s", failure_text(&found));
    if (code == LIBHTTP_E_REMOTE_DISCONNECTED)
        failure->os_error = ECONNRESET;
    tls->failure = failure;
    failure_done(&found);
    return code;
}

/*
 * Nothing below and nothing in OpenSSL's buffer, as nearly always, costs the transport's look
 * alone.
 */
static bool is_quiet(struct tls *tls)
{
    struct failure ignored;
    bool quiet;

    if (!buffer_is_empty(tls))
        return false;
    failure_init(&ignored);
    quiet = transport_look(tls->base.next, &ignored) == LIBHTTP_OK;
    failure_done(&ignored);
    return quiet;
}

int32_t tls_look(struct transport *t, struct failure *failure)
{
    struct tls *tls = tls_enter(t, failure);
    int32_t code = is_quiet(tls) ? LIBHTTP_OK : look_inside(tls);

    tls_leave(tls);
    return code;
}

/*
 * Undecrypted bytes may be a ticket: they are decrypted to see. A part of a record counts as input:
 * what it will be nobody can tell, and that it came before whatever is asked next is certain
 * (T-15). So does an end or an error: a read would tell.
 */
bool tls_has_input(const struct transport *t)
{
    struct failure ignored;
    struct tls *tls = tls_of(t);
    bool below = transport_has_input(t->next);
    bool found;

    if (!tls->open)
        return below;
    if (SSL_pending(tls->ssl) > 0 || SSL_get_shutdown(tls->ssl) & SSL_RECEIVED_SHUTDOWN ||
        tls->reason)
        return true;
    if (!below && buffer_is_empty(tls))
        return false;
    failure_init(&ignored);
    tls = tls_enter(t, &ignored);
    tls->asked = true;
    found = peek(tls) || tls->below != LIBHTTP_AGAIN || !buffer_is_empty(tls);
    tls_leave(tls);
    failure_done(&ignored);
    return found;
}

void tls_trim(struct transport *t)
{
    struct tls *tls = tls_of(t);

    if (tls->open && buffer_is_empty(tls) && free_buffer(tls->ssl)) {
        SSL_set_default_read_buffer_len(tls->ssl, 0);
        SSL_set_read_ahead(tls->ssl, 1);
        tls->buffer = TLS_BUFFER_SMALL;
        tls->received = 0;
    }
    if (buf_length(&tls->unsent) == 0)
        buf_release(&tls->unsent);
    free(tls->file_block);
    tls->file_block = NULL;
    transport_trim(t->next);
}
