/* SPDX-License-Identifier: MIT */
/* tls_handshake: opening, and sessions to resume. */
#include <stdio.h>

#include "net/tls_engine.h"
#include "net/tls_link.h"

/*
 * One that is to be used again (before TLS 1.3) is complete only now; tickets of 1.3 come
 * later, by the callback.
 */
static void remember_session(struct tls *tls)
{
    SSL_SESSION *session;

    if (!tls->session_key || SSL_version(tls->ssl) >= TLS1_3_VERSION)
        return;
    session = SSL_get1_session(tls->ssl);
    if (session && SSL_SESSION_is_resumable(session))
        tls_sessions_put(&tls->context->sessions, tls->session_key, session);
    else
        SSL_SESSION_free(session);
}

/* Takes the session over (1) where the peer has proved who it is. */
int tls_link_new_session(SSL *ssl, SSL_SESSION *session)
{
    struct tls *tls = SSL_get_app_data(ssl);

    if (!tls->open || !tls->session_key || SSL_version(ssl) < TLS1_3_VERSION)
        return 0;
    tls_sessions_put(&tls->context->sessions, tls->session_key, session);
    return 1;
}

/* Tickets and key updates come with the data; what OpenSSL does about one may leave errors. */
void tls_link_shook_hands(const SSL *ssl, int where, int value)
{
    struct tls *tls = SSL_get_app_data(ssl);

    (void)where;
    (void)value;
    tls->shook_hands = true;
}

static int32_t handshake_failed(struct tls *tls, const char *doing)
{
    if (SSL_get_verify_result(tls->ssl) != X509_V_OK &&
        ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_CERTIFICATE_VERIFY_FAILED)
        return tls_fail_certificate(tls);
    return tls_failed(tls, doing);
}

static int32_t shake_hands(struct tls *tls)
{
    char doing[400];
    int32_t code;

    snprintf(doing, sizeof doing, "TLS handshake with %s", QUOTE(span_text(tls->name)));
    if (tls_check(tls, doing) < 0)
        return tls->failure->code;
    if (SSL_do_handshake(tls->ssl) != 1) {
        code = handshake_failed(tls, doing);
        if (!tls_flush_quietly(tls) && code == LIBHTTP_AGAIN)
            code = fail_memory(tls->failure);
        return code;
    }
    code = tls_check_peer(tls);
    if (code < 0)
        return code;
    tls->open = true;
    tls->handshaken_at = clock_now();
    remember_session(tls);
    code = tls_flush(tls, tls->failure);
    return code == LIBHTTP_AGAIN ? LIBHTTP_OK : code;
}

int32_t tls_advance(struct transport *t, int64_t now, struct failure *failure)
{
    struct tls *tls;
    int32_t code;

    if (tls_of(t)->open)
        return LIBHTTP_OK;
    code = transport_advance(t->next, now, failure);
    if (code != LIBHTTP_OK)
        return code;
    tls = tls_enter(t, failure);
    code = shake_hands(tls);
    tls_leave(tls);
    return code;
}
