/* SPDX-License-Identifier: MIT */
/*
 * tls: the link of a transport's chain that speaks TLS: its life, and what holds for all its
 * slots.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/literal.h"
#include "net/tls_engine.h"
#include "net/tls_link.h"

#define TRUNCATED ERR_PACK(ERR_LIB_SSL, 0, SSL_R_UNEXPECTED_EOF_WHILE_READING)

struct tls *tls_enter(const struct transport *t, struct failure *failure)
{
    struct tls *tls = tls_of(t);

    tls->host = host_errors_hide();
    tls->failure = failure;
    tls->below = LIBHTTP_OK;
    tls->asked = tls->filling = tls->ended = false;
    tls->smooth = tls->shook_hands = false;
    return tls;
}

void tls_leave(struct tls *tls)
{
    /* Ciphertext that found no room is missing in the stream. */
    if (buf_failed(&tls->unsent) && !tls->reason)
        tls->reason = ERR_PACK(ERR_LIB_SSL, 0, ERR_R_MALLOC_FAILURE);
    tls->failure = NULL;
    /* Most calls leave no error behind: that saves a look for one. */
    if (tls->host || !tls->smooth || tls->shook_hands)
        host_errors_restore(tls->host);
    tls->host = NULL;
}

static int32_t fail_truncated(struct tls *tls, const char *doing)
{
    fail(tls->failure, LIBHTTP_E_TLS, "%s: %s closed the connection without close_notify", doing,
         QUOTE(span_text(tls->name)));
    tls->failure->tls_reason = (int64_t)TRUNCATED;
    return LIBHTTP_E_TLS;
}

bool tls_is_truncation(const struct failure *failure)
{
    return failure->code == LIBHTTP_E_TLS && failure->tls_reason == (int64_t)TRUNCATED;
}

int32_t tls_check(struct tls *tls, const char *doing)
{
    if (cancel_point_cancelled(&tls->base.io->cancel))
        return fail_cancelled(tls->failure);
    return tls->reason ? fail_reason(tls->failure, tls->reason, doing) : LIBHTTP_OK;
}

int32_t tls_failed(struct tls *tls, const char *doing)
{
    if (tls->below != LIBHTTP_OK)
        return tls->below;
    tls->reason = buf_failed(&tls->unsent) ? ERR_PACK(ERR_LIB_SSL, 0, ERR_R_MALLOC_FAILURE)
                                           : ERR_peek_error();
    if (!tls->reason && tls->ended)
        return fail_truncated(tls, doing);
    if (!tls->reason)
        tls->reason = ERR_PACK(ERR_LIB_SSL, 0, ERR_R_INTERNAL_ERROR);
    return fail_reason(tls->failure, tls->reason, doing);
}

/*
 * While shaking hands only the peer can move things on. Ciphertext that waits is sent whatever
 * is asked for; where too much of it waits, nothing is read, and a readable descriptor is no
 * news.
 */
static void tls_wait(const struct transport *t, int32_t needs, struct wait *ret)
{
    const struct tls *tls = tls_of(t);

    if (!tls->open)
        needs = WANT_READ;
    if (buf_length(&tls->unsent) >= TLS_UNSENT_STOP)
        needs = WANT_WRITE;
    else if (buf_length(&tls->unsent) > 0)
        needs |= WANT_WRITE;
    transport_wait(t->next, needs, ret);
}

/*
 * Tells the peer, where that takes no wait. It is also a reason to forget sessions, so OpenSSL
 * is told that all went well.
 */
static void say_goodbye(struct tls *tls)
{
    if (tls->reason || !tls->open)
        return;
    if (!(SSL_get_shutdown(tls->ssl) & SSL_SENT_SHUTDOWN)) {
        SSL_shutdown(tls->ssl);
        tls_flush_quietly(tls);
    }
}

static void release(struct tls *tls)
{
    if (tls->ssl && !tls->reason && tls->open)
        SSL_set_shutdown(tls->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    if (tls->ssl)
        SSL_set_options(tls->ssl, SSL_OP_CLEANSE_PLAINTEXT); /* its buffer is wiped, too (T-53) */
    SSL_free(tls->ssl);
    OPENSSL_free(tls->certificate);
    buf_release(&tls->unsent);
    free(tls->file_block);
    free(tls->name);
    free(tls->session_key);
    tls_context_unref(tls->context);
}

static void tls_free(struct transport *t, bool silent)
{
    struct transport *below = t->next;
    struct host_errors *host = host_errors_hide();
    struct tls *tls = tls_of(t);

    if (!silent)
        say_goodbye(tls);
    release(tls);
    free(tls);
    host_errors_restore(host);
    transport_free(below, silent);
}

static const struct transport_ops tls_ops = {
    .name = "tls",
    .advance = tls_advance,
    .read = tls_read,
    .write = tls_write,
    .send_file = tls_send_file,
    .shutdown_write = tls_shutdown_write,
    .look = tls_look,
    .has_input = tls_has_input,
    .wait = tls_wait,
    .trim = tls_trim,
    .free = tls_free,
};

/*
 * The name without what DNS and certificates don't have: a trailing dot (T-42), the zone of an
 * IPv6 address.
 */
static struct span bare_name(struct span name)
{
    const char *zone = memchr(name.data, '%', name.length);

    if (zone && literal_is_ipv6(span_of(name.data, (size_t)(zone - name.data))))
        return span_of(name.data, (size_t)(zone - name.data));
    if (name.length > 0 && name.data[name.length - 1] == '.')
        name.length--;
    return name;
}

/* A leading dot would match every name below it (X509_check_host). */
static bool is_name(struct span name)
{
    return name.length > 0 && name.length <= LIMIT_HOST && name.data[0] != '.';
}

static char *make_session_key(struct span name, const char *key)
{
    size_t size = name.length + 1 + strlen(key) + 1;
    char *text = malloc(size);

    if (text)
        snprintf(text, size, "%.*s\n%s", (int)name.length, name.data, key);
    return text;
}

/* Without TLS of its own yet. NULL: out of memory. */
static struct tls *new_link(struct tls_context *context, struct span name,
                            const struct tls_peer *peer)
{
    struct tls *tls = calloc(1, sizeof *tls);

    if (!tls)
        return NULL;
    tls->base.ops = &tls_ops;
    tls->context = tls_context_ref(context);
    buf_init(&tls->unsent, TLS_UNSENT_MAX);
    tls->is_ip = literal_is_ipv4(name) || literal_is_ipv6(name);
    tls->name = tls_copy(name);
    if (context->settings.resumption && peer->session_key)
        tls->session_key = make_session_key(name, peer->session_key);
    if (tls->name && (tls->session_key || !context->settings.resumption || !peer->session_key))
        return tls;
    release(tls);
    free(tls);
    return NULL;
}

static void offer_session(struct tls *tls)
{
    SSL_SESSION *session;

    if (!tls->session_key)
        return;
    session = tls_sessions_take(&tls->context->sessions, tls->session_key);
    if (session)
        SSL_set_session(tls->ssl, session);
    SSL_SESSION_free(session);
}

static bool start(struct tls *tls, const struct tls_engine *engine)
{
    BIO *bio = BIO_new(engine->bio);

    tls->ssl = bio ? SSL_new(engine->ssl_ctx) : NULL;
    if (!tls->ssl) {
        BIO_free(bio);
        return false;
    }
    BIO_set_data(bio, tls);
    SSL_set_bio(tls->ssl, bio, bio);
    SSL_set_connect_state(tls->ssl);
    if (SSL_set_app_data(tls->ssl, tls) != 1 || !tls_expect_peer(tls))
        return false;
    offer_session(tls);
    return true;
}

static int32_t new_tls(struct tls_context *context, const struct tls_peer *peer, struct tls **ret,
                       struct failure *failure)
{
    struct span name = bare_name(span_text(peer->name));
    struct tls_engine *engine;
    struct tls *tls;

    if (!is_name(name))
        return fail(failure, LIBHTTP_E_INVALID_URL, "%s is no name for a TLS server",
                    QUOTE(span_text(peer->name)));
    if (tls_context_open(context, &engine, failure) != LIBHTTP_OK)
        return failure->code;
    tls = new_link(context, name, peer);
    if (!tls)
        return fail_memory(failure);
    if (!start(tls, engine)) {
        fail_openssl(failure, "TLS for %s can't be set up", QUOTE(name));
        release(tls);
        free(tls);
        return failure->code;
    }
    *ret = tls;
    return LIBHTTP_OK;
}

int32_t tls_new(struct transport *below, struct tls_context *context, const struct tls_peer *peer,
                struct io *io, struct transport **ret, struct failure *failure)
{
    struct host_errors *host = host_errors_hide();
    struct tls *tls = NULL;
    int32_t code = new_tls(context, peer, &tls, failure);

    host_errors_restore(host);
    if (code != LIBHTTP_OK)
        return code;
    tls->base.next = below;
    tls->base.io = io;
    *ret = &tls->base;
    return LIBHTTP_OK;
}
