/* SPDX-License-Identifier: MIT */
/* tls_context: a configuration's life: defaults, freezing, references. */
#include "net/tls_context.h"

#include <stdlib.h>
#include <unistd.h>

#include "net/tls_engine.h"
#include "net/tls_errors.h"

void tls_context_init(struct tls_context *context, tls_system_store *system)
{
    *context = (struct tls_context)TLS_CONTEXT_DEFAULTS(false, system);
    tls_sessions_init(&context->sessions);
}

static void settings_done(struct tls_settings *s)
{
    char *texts[] = {s->ca_file, s->ca_directory, s->ciphers,          s->ciphersuites,
                     s->alpn,    s->key_log_file, s->certificate_file, s->key_file};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    sk_X509_pop_free(s->file_roots, X509_free);
    sk_X509_pop_free(s->data_roots, X509_free);
    sk_X509_pop_free(s->chain, X509_free);
    X509_free(s->certificate);
    EVP_PKEY_free(s->key);
    if (s->key_log >= 0)
        close(s->key_log);
}

static void destroy(struct tls_context *context)
{
    struct host_errors *host = host_errors_hide();

    tls_sessions_done(&context->sessions);
    tls_engine_free(atomic_load(&context->engine));
    settings_done(&context->settings);
    failure_done(&context->failure);
    host_errors_restore(host);
    free(context);
}

struct tls_context *tls_context_ref(struct tls_context *context)
{
    if (!context->immortal)
        atomic_fetch_add_explicit(&context->references, 1, memory_order_relaxed);
    return context;
}

void tls_context_unref(struct tls_context *context)
{
    if (!context || context->immortal)
        return;
    if (atomic_fetch_sub_explicit(&context->references, 1, memory_order_acq_rel) == 1)
        destroy(context);
}

/*
 * No lock, as a fork might leave it locked for ever: of threads that come at once the first
 * one's engine stays.
 */
static struct tls_engine *publish(struct tls_context *context, struct tls_engine *engine)
{
    struct tls_engine *first = NULL;

    if (atomic_compare_exchange_strong(&context->engine, &first, engine))
        return engine;
    tls_engine_free(engine);
    return first;
}

int32_t tls_context_open(struct tls_context *context, struct tls_engine **ret,
                         struct failure *failure)
{
    struct tls_engine *engine = atomic_load(&context->engine);

    if (!engine) {
        if (context->wrong)
            return failure_copy(failure, &context->failure);
        atomic_store(&context->frozen, true);
        engine = tls_engine_new(&context->settings, context->system, failure);
        if (!engine)
            return failure->code;
        engine = publish(context, engine);
    }
    *ret = engine;
    return LIBHTTP_OK;
}
