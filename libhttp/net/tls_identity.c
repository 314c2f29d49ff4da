/* SPDX-License-Identifier: MIT */
/*
 * tls_identity: the client's own certificate and key. Secrets are wiped when they aren't needed
 * any more (T-53).
 */
#include <limits.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "net/tls_engine.h"
#include "net/tls_errors.h"

struct parts {
    X509 *certificate;
    x509_list *chain;
    EVP_PKEY *key;
};

static void parts_done(struct parts *p)
{
    X509_free(p->certificate);
    sk_X509_pop_free(p->chain, X509_free);
    EVP_PKEY_free(p->key);
}

/* OpenSSL's own would ask at the terminal. 0 says that there is none. */
static int give_passphrase(char *room, int size, int writing, void *context)
{
    const struct span *passphrase = context;

    (void)writing;
    if (passphrase->length == 0 || passphrase->length > (size_t)size)
        return 0;
    memcpy(room, passphrase->data, passphrase->length);
    return (int)passphrase->length;
}

static EVP_PKEY *parse_key(struct span data, struct span passphrase)
{
    BIO *bio = data.length <= INT_MAX ? BIO_new_mem_buf(data.data, (int)data.length) : NULL;
    EVP_PKEY *key = NULL;

    if (!bio)
        return NULL;
    if (memmem(data.data, data.length, "-----BEGIN", 10))
        key = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &passphrase);
    else if (passphrase.length > 0)
        key = d2i_PKCS8PrivateKey_bio(bio, NULL, give_passphrase, &passphrase);
    else
        key = d2i_PrivateKey_bio(bio, NULL);
    BIO_free(bio);
    return key;
}

static int32_t parse(const struct tls_identity *from, const char *what, struct parts *ret,
                     struct failure *failure)
{
    struct span key = from->key.length > 0 ? from->key : from->certificate;

    ret->chain = tls_certificates(from->certificate, what, failure);
    if (!ret->chain)
        return failure->code;
    ret->certificate = sk_X509_shift(ret->chain);
    ret->key = parse_key(key, from->passphrase);
    if (!ret->key)
        return fail_openssl(failure, "%s: its private key can't be read (is the passphrase right?)",
                            what);
    if (X509_check_private_key(ret->certificate, ret->key) != 1)
        return fail_openssl(failure, "%s: the private key belongs to another certificate", what);
    return LIBHTTP_OK;
}

static void take(struct tls_settings *s, struct parts *p)
{
    struct parts old = {s->certificate, s->chain, s->key};

    parts_done(&old);
    s->certificate = p->certificate;
    s->chain = p->chain;
    s->key = p->key;
}

/* The certificate and where it came from change together. */
static int32_t replace(struct tls_settings *s, struct parts *p, struct span certificate,
                       struct span key, struct failure *failure)
{
    char *certificate_path = NULL;
    char *key_path = NULL;

    if (tls_set_text(&certificate_path, certificate, failure) < 0 ||
        tls_set_text(&key_path, key, failure) < 0) {
        free(certificate_path);
        return failure->code;
    }
    take(s, p);
    free(s->certificate_file);
    free(s->key_file);
    s->certificate_file = certificate_path;
    s->key_file = key_path;
    *p = (struct parts){NULL, NULL, NULL};
    return LIBHTTP_OK;
}

static int32_t set_parsed(struct tls_settings *s, const struct tls_identity *data,
                          const struct tls_identity *paths, const char *what,
                          struct failure *failure)
{
    struct parts parts = {NULL, NULL, NULL};
    int32_t code = LIBHTTP_OK;

    if (data->certificate.length > 0)
        code = parse(data, what, &parts, failure);
    if (code == LIBHTTP_OK)
        code = replace(s, &parts, paths->certificate, paths->key, failure);
    parts_done(&parts);
    return code;
}

int32_t tls_set_identity_data(struct tls_settings *s, const struct tls_identity *data,
                              struct failure *failure)
{
    static const struct tls_identity none = {{"", 0}, {"", 0}, {"", 0}};

    return set_parsed(s, data, &none, "client certificate", failure);
}

static int32_t read_files(const struct tls_identity *paths, struct tls_file *certificate,
                          struct tls_file *key, struct failure *failure)
{
    if (paths->certificate.length > 0 &&
        tls_file_read(paths->certificate, "client certificate", certificate, failure) < 0)
        return failure->code;
    if (paths->key.length > 0 && tls_file_read(paths->key, "client key", key, failure) < 0)
        return failure->code;
    return LIBHTTP_OK;
}

static struct span file_span(const struct tls_file *file)
{
    return file->data ? span_of((const char *)file->data, file->length) : span_of("", 0);
}

int32_t tls_set_identity_files(struct tls_settings *s, const struct tls_identity *paths,
                               struct failure *failure)
{
    struct tls_file certificate = {NULL, 0};
    struct tls_file key = {NULL, 0};
    struct tls_identity data = {.passphrase = paths->passphrase};
    struct quoted room = {{0}};
    int32_t code = read_files(paths, &certificate, &key, failure);

    data.certificate = file_span(&certificate);
    data.key = file_span(&key);
    if (code == LIBHTTP_OK && paths->certificate.length > 0 && certificate.length == 0)
        code = fail(failure, LIBHTTP_E_TLS, "client certificate %s: the file is empty",
                    quote(&room, paths->certificate));
    if (code == LIBHTTP_OK)
        code = set_parsed(s, &data, paths, quote(&room, paths->certificate), failure);
    tls_file_free(&certificate);
    tls_file_free(&key);
    return code;
}
