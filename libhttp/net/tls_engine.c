/* SPDX-License-Identifier: MIT */
/* tls_engine: OpenSSL's context, made of a configuration's settings. */
#include "net/tls_engine.h"

#include <stdlib.h>

#include "net/tls_alpn.h"
#include "net/tls_errors.h"

/*
 * The system's configuration of OpenSSL may be stricter than our default, which doesn't weaken
 * it.
 */
static bool set_versions(SSL_CTX *ctx, const struct tls_settings *s)
{
    if ((s->minimum_version > TLS1_2_VERSION ||
         SSL_CTX_get_min_proto_version(ctx) < TLS1_2_VERSION) &&
        SSL_CTX_set_min_proto_version(ctx, s->minimum_version) != 1)
        return false;
    return s->maximum_version >= TLS1_3_VERSION ||
           SSL_CTX_set_max_proto_version(ctx, s->maximum_version) == 1;
}

static bool set_ciphers(SSL_CTX *ctx, const struct tls_settings *s)
{
    return (!s->ciphers || SSL_CTX_set_cipher_list(ctx, s->ciphers) == 1) &&
           (!s->ciphersuites || SSL_CTX_set_ciphersuites(ctx, s->ciphersuites) == 1);
}

static bool set_identity(SSL_CTX *ctx, const struct tls_settings *s)
{
    return !s->certificate ||
           SSL_CTX_use_cert_and_key(ctx, s->certificate, s->key, s->chain, 1) == 1;
}

static bool set_alpn(SSL_CTX *ctx, const struct tls_settings *s)
{
    unsigned char wire[TLS_ALPN_MAX];
    size_t length = tls_alpn_encode(span_text(s->alpn ? s->alpn : TLS_ALPN_DEFAULT), wire);

    return length == 0 || SSL_CTX_set_alpn_protos(ctx, wire, (unsigned int)length) == 0;
}

/*
 * Tickets are given to us alone (NO_INTERNAL): OpenSSL's own cache would ignore whom they are
 * from. read_ahead: a record costs one system call instead of two.
 */
static void set_options(SSL_CTX *ctx, const struct tls_settings *s)
{
    SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_clear_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_set_read_ahead(ctx, 1);
    SSL_CTX_set_info_callback(ctx, tls_link_shook_hands);
    SSL_CTX_set_verify(ctx, s->verify_peer ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
    if (s->resumption) {
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(ctx, tls_link_new_session);
    } else {
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    }
    if (s->key_log >= 0)
        SSL_CTX_set_keylog_callback(ctx, tls_link_log_key);
}

static int32_t configure(struct tls_engine *engine, const struct tls_settings *s,
                         tls_system_store *system, struct failure *failure)
{
    SSL_CTX *ctx = engine->ssl_ctx;

    if (!ctx || !engine->bio)
        return fail_openssl(failure, "OpenSSL can't be set up");
    set_options(ctx, s);
    if (!set_versions(ctx, s) || !set_ciphers(ctx, s) || !set_alpn(ctx, s))
        return fail_openssl(failure,
                            "OpenSSL takes the versions, ciphers and protocols not together");
    if (!set_identity(ctx, s))
        return fail_openssl(failure, "OpenSSL doesn't take the client certificate");
    return tls_trust_apply(s, system, ctx, failure);
}

struct tls_engine *tls_engine_new(const struct tls_settings *s, tls_system_store *system,
                                  struct failure *failure)
{
    struct tls_engine *engine = calloc(1, sizeof *engine);

    if (!engine) {
        fail_memory(failure);
        return NULL;
    }
    engine->ssl_ctx = SSL_CTX_new(TLS_client_method());
    engine->bio = tls_bio_method_new();
    if (configure(engine, s, system, failure) == LIBHTTP_OK)
        return engine;
    tls_engine_free(engine);
    return NULL;
}

void tls_engine_free(struct tls_engine *engine)
{
    if (!engine)
        return;
    SSL_CTX_free(engine->ssl_ctx);
    BIO_meth_free(engine->bio);
    free(engine);
}
