/* SPDX-License-Identifier: MIT */
/*
 * tls_context: a TLS configuration: settings, made by one thread; from the first use on they
 * are frozen, and OpenSSL's context made of them serves any thread. The public setters check
 * the caller's arguments, these do the work and say what failed.
 */
#ifndef LIBHTTP_NET_TLS_CONTEXT_H
#define LIBHTTP_NET_TLS_CONTEXT_H

#include <openssl/ssl.h>
#include <stdatomic.h>

#include "base/failure.h"
#include "net/tls.h"
#include "net/tls_sessions.h"

/* By a name that clang-format can read. */
typedef STACK_OF(X509) x509_list;

struct tls_settings {
    char *ca_file; /* texts are owned; NULL: not set */
    char *ca_directory;
    char *ciphers;
    char *ciphersuites;
    char *alpn; /* protocols with commas between */
    char *key_log_file;
    char *certificate_file;
    char *key_file;
    x509_list *file_roots; /* what stands in ca_file */
    x509_list *data_roots;
    X509 *certificate; /* ours */
    x509_list *chain;
    EVP_PKEY *key;
    int32_t system_store; /* 0, 1, or -1: only where no other root is set */
    int32_t minimum_version;
    int32_t maximum_version;
    bool verify_peer;
    bool verify_host;
    bool resumption;
    int key_log; /* a descriptor; -1: none */
};

/* What OpenSSL makes of the settings; never changes once it is there. */
struct tls_engine {
    SSL_CTX *ssl_ctx;
    BIO_METHOD *bio;
};

/* Where the store of the system's roots is kept for the whole process: made once, never freed. */
typedef _Atomic(X509_STORE *) tls_system_store;

struct tls_context {
    atomic_int references;
    bool immortal;
    atomic_bool frozen;
    /* a setter was called on a frozen context: its error is told without touching `failure` */
    atomic_bool refused;
    /*
     * settings (one bit each) whose last setter failed: nothing connects until they are set
     * right
     */
    uint32_t wrong;
    struct failure failure; /* of the setters */
    struct tls_settings settings;
    tls_system_store *system;
    _Atomic(struct tls_engine *) engine; /* made at first use */
    struct tls_sessions sessions;
};

/*
 * A context with the defaults and one reference, as an initializer; the default one's settings
 * stay so.
 */
#define TLS_CONTEXT_DEFAULTS(is_default, system_store_at)                                          \
    {                                                                                              \
        .references = 1, .immortal = (is_default), .frozen = (is_default),                         \
        .failure = {.missing = -1}, .system = (system_store_at),                                   \
        .sessions = {.lock = PTHREAD_MUTEX_INITIALIZER}, .settings = {                             \
            .system_store = -1,                                                                    \
            .minimum_version = TLS1_2_VERSION,                                                     \
            .maximum_version = TLS1_3_VERSION,                                                     \
            .verify_peer = true,                                                                   \
            .verify_host = true,                                                                   \
            .resumption = true,                                                                    \
            .key_log = -1                                                                          \
        }                                                                                          \
    }
void tls_context_init(struct tls_context *context, tls_system_store *system);

/*
 * What the first use does: freezes, makes the engine. LIBHTTP_OK, or what is wrong with the
 * configuration.
 */
int32_t tls_context_open(struct tls_context *context, struct tls_engine **ret,
                         struct failure *failure);

/* Whether roots of the system are trusted, whoever decided it. */
bool tls_settings_use_system(const struct tls_settings *s);

/* The setters; a failure leaves everything as it was. */
/* an empty one takes it back */
int32_t tls_set_text(char **text, struct span value, struct failure *failure);
int32_t tls_set_ca_file(struct tls_settings *s, struct span path, struct failure *failure);
int32_t tls_set_ca_directory(struct tls_settings *s, struct span path, struct failure *failure);
int32_t tls_add_ca_data(struct tls_settings *s, struct span data, struct failure *failure);
int32_t tls_set_ciphers(struct tls_settings *s, struct span list, struct failure *failure);
int32_t tls_set_ciphersuites(struct tls_settings *s, struct span list, struct failure *failure);
int32_t tls_set_alpn(struct tls_settings *s, struct span list, struct failure *failure);
int32_t tls_set_key_log(struct tls_settings *s, struct span path, struct failure *failure);

/*
 * A client certificate with its chain and key. An empty key: it stands with the certificate.
 * Both empty: none any more.
 */
struct tls_identity {
    struct span certificate; /* paths, or PEM or DER */
    struct span key;
    struct span passphrase;
};
int32_t tls_set_identity_files(struct tls_settings *s, const struct tls_identity *paths,
                               struct failure *failure);
int32_t tls_set_identity_data(struct tls_settings *s, const struct tls_identity *data,
                              struct failure *failure);

#endif
