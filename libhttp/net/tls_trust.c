/* SPDX-License-Identifier: MIT */
/*
 * tls_trust: whom a configuration trusts: files, folders and bytes of its own, and the system's
 * store.
 */
#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/tls_engine.h"
#include "net/tls_errors.h"

static X509_STORE *new_system_store(void)
{
    X509_STORE *store = X509_STORE_new();

    if (store && X509_STORE_set_default_paths(store) == 1)
        return store;
    X509_STORE_free(store);
    return NULL;
}

/*
 * The system's roots, shared by all configurations that trust nothing else: parsed once in a
 * process, never freed.
 */
static X509_STORE *shared_system_store(tls_system_store *system)
{
    X509_STORE *store = atomic_load(system);
    X509_STORE *mine;

    if (store)
        return store;
    mine = new_system_store();
    if (!mine || atomic_compare_exchange_strong(system, &store, mine))
        return mine;
    X509_STORE_free(mine);
    return store;
}

static bool has_own_roots(const struct tls_settings *s)
{
    return s->file_roots || s->data_roots || s->ca_directory;
}

bool tls_settings_use_system(const struct tls_settings *s)
{
    return s->system_store == 1 || (s->system_store == -1 && !has_own_roots(s));
}

static bool add_roots(X509_STORE *store, const x509_list *roots)
{
    for (int i = 0; i < sk_X509_num(roots); i++) {
        if (X509_STORE_add_cert(store, sk_X509_value(roots, i)) != 1)
            return false;
    }
    return true;
}

static bool add_directory(X509_STORE *store, const char *path)
{
    X509_LOOKUP *lookup;

    if (!path)
        return true;
    lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
    return lookup && X509_LOOKUP_add_dir(lookup, path, X509_FILETYPE_PEM) == 1;
}

static bool fill(X509_STORE *store, const struct tls_settings *s)
{
    return (!tls_settings_use_system(s) || X509_STORE_set_default_paths(store) == 1) &&
           add_roots(store, s->file_roots) && add_roots(store, s->data_roots) &&
           add_directory(store, s->ca_directory);
}

static int32_t use_own_store(const struct tls_settings *s, SSL_CTX *ssl_ctx,
                             struct failure *failure)
{
    X509_STORE *store = X509_STORE_new();

    if (!store || !fill(store, s)) {
        X509_STORE_free(store);
        return fail_openssl(failure, "the trusted certificates can't be used");
    }
    SSL_CTX_set_cert_store(ssl_ctx, store);
    return LIBHTTP_OK;
}

static int32_t use_system_store(tls_system_store *system, SSL_CTX *ssl_ctx, struct failure *failure)
{
    X509_STORE *store = shared_system_store(system);

    if (!store)
        return fail_openssl(failure, "the system's trusted certificates can't be used");
    SSL_CTX_set1_cert_store(ssl_ctx, store);
    return LIBHTTP_OK;
}

int32_t tls_trust_apply(const struct tls_settings *s, tls_system_store *system, SSL_CTX *ssl_ctx,
                        struct failure *failure)
{
    bool system_alone = tls_settings_use_system(s) && !has_own_roots(s);

    /* A certificate that is trusted is, whether or not it is signed by itself: as curl does. */
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ssl_ctx), X509_V_FLAG_PARTIAL_CHAIN);
    return system_alone ? use_system_store(system, ssl_ctx, failure)
                        : use_own_store(s, ssl_ctx, failure);
}

static void replace_roots(x509_list **at, x509_list *roots)
{
    sk_X509_pop_free(*at, X509_free);
    *at = roots;
}

int32_t tls_set_ca_file(struct tls_settings *s, struct span path, struct failure *failure)
{
    x509_list *roots = NULL;

    if (path.length > 0) {
        struct quoted room;
        struct tls_file file;

        if (tls_file_read(path, "CA file", &file, failure) < 0)
            return failure->code;
        roots =
            tls_certificates(span_of((char *)file.data, file.length), quote(&room, path), failure);
        tls_file_free(&file);
        if (!roots)
            return failure->code;
    }
    if (tls_set_text(&s->ca_file, path, failure) < 0) {
        sk_X509_pop_free(roots, X509_free);
        return failure->code;
    }
    replace_roots(&s->file_roots, roots);
    return LIBHTTP_OK;
}

/* errno; 0: it is a directory that can be searched. */
static int check_directory(struct span path)
{
    char *text = tls_copy(path);
    struct stat info;
    int error = 0;

    if (!text)
        return ENOMEM;
    if (stat(text, &info) < 0)
        error = errno;
    else if (!S_ISDIR(info.st_mode))
        error = ENOTDIR;
    else if (access(text, X_OK) < 0)
        error = errno;
    free(text);
    return error;
}

int32_t tls_set_ca_directory(struct tls_settings *s, struct span path, struct failure *failure)
{
    int error = path.length > 0 ? check_directory(path) : 0;

    if (error == ENOMEM)
        return fail_memory(failure);
    if (error)
        return fail_os(failure, LIBHTTP_E_OS, error, "CA directory %s", QUOTE(path));
    /* OpenSSL takes a list with colons between. */
    if (path.length > 0 && memchr(path.data, ':', path.length))
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT, "CA directory %s: a colon can't be in it",
                    QUOTE(path));
    return tls_set_text(&s->ca_directory, path, failure);
}

/* Where one can't be added, none is. */
static bool append_roots(x509_list *to, x509_list *from)
{
    if (sk_X509_reserve(to, sk_X509_num(from)) != 1)
        return false;
    while (sk_X509_num(from) > 0)
        sk_X509_push(to, sk_X509_shift(from));
    return true;
}

int32_t tls_add_ca_data(struct tls_settings *s, struct span data, struct failure *failure)
{
    x509_list *roots = tls_certificates(data, "CA data", failure);
    bool added;

    if (!roots)
        return failure->code;
    if (!s->data_roots) {
        s->data_roots = roots;
        return LIBHTTP_OK;
    }
    added = append_roots(s->data_roots, roots);
    sk_X509_pop_free(roots, X509_free);
    return added ? LIBHTTP_OK : fail_memory(failure);
}
