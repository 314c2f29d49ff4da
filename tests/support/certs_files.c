/* SPDX-License-Identifier: MIT */
/* Certificates as files and bytes. */
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/certs.h"
#include "support/certs_inside.h"
#include "support/tempdir.h"
#include "tap.h"

/* Hands over a copy with a NUL behind it. */
static char *drain(BIO *bio, size_t *ret_length)
{
    char *data, *copy;
    long length = BIO_get_mem_data(bio, &data);

    copy = calloc(1, (size_t)length + 1);
    if (copy == NULL)
        bail_out("certs: no memory");
    memcpy(copy, data, (size_t)length);
    BIO_free(bio);
    *ret_length = (size_t)length;
    return copy;
}

static char *chain_as_pem(const struct cert *cert, size_t *ret_length)
{
    BIO *bio = BIO_new(BIO_s_mem());

    PEM_write_bio_X509(bio, cert->x509);
    for (cert = cert->issuer; cert != NULL && cert->issuer != NULL; cert = cert->issuer)
        PEM_write_bio_X509(bio, cert->x509);
    return drain(bio, ret_length);
}

static char *key_as_pem(const struct cert *cert, const char *passphrase, size_t *ret_length)
{
    BIO *bio = BIO_new(BIO_s_mem());
    const EVP_CIPHER *cipher = passphrase != NULL ? EVP_aes_256_cbc() : NULL;

    if (PEM_write_bio_PKCS8PrivateKey(bio, cert->key, cipher, passphrase,
                                      passphrase != NULL ? (int)strlen(passphrase) : 0, NULL,
                                      NULL) != 1)
        bail_out("certs: cannot write a key");
    return drain(bio, ret_length);
}

void cert_write_files(struct cert *cert, const char *passphrase)
{
    char name[32], *key;
    size_t length;
    int der_length;

    cert->pem = chain_as_pem(cert, &cert->pem_length);
    snprintf(name, sizeof name, "cert%d.pem", cert->number);
    cert->file = tempdir_write(name, cert->pem, cert->pem_length);
    key = key_as_pem(cert, passphrase, &length);
    snprintf(name, sizeof name, "cert%d.key", cert->number);
    cert->key_file = tempdir_write(name, key, length);
    free(key);
    der_length = i2d_X509(cert->x509, &cert->der);
    if (der_length <= 0)
        bail_out("certs: no DER");
    cert->der_length = (size_t)der_length;
}

const char *cert_file(const struct cert *cert)
{
    return cert->file;
}

const char *cert_key_file(const struct cert *cert)
{
    return cert->key_file;
}

const char *cert_pem(const struct cert *cert, size_t *ret_length)
{
    if (ret_length != NULL)
        *ret_length = cert->pem_length;
    return cert->pem;
}

const unsigned char *cert_der(const struct cert *cert, size_t *ret_length)
{
    *ret_length = cert->der_length;
    return cert->der;
}

char *cert_make_folder(struct cert *const *certs, size_t count)
{
    static int number;
    char name[64], *folder = NULL;

    if (asprintf(&folder, "%s/roots%d", tempdir(), ++number) < 0 || mkdir(folder, 0755) != 0)
        bail_out("certs: no folder");
    for (size_t i = 0; i < count; i++) {
        unsigned long hash = X509_subject_name_hash(certs[i]->x509);

        /* Subjects are told apart by their names, so no two files clash. */
        snprintf(name, sizeof name, "roots%d/%08lx.0", number, hash);
        free(tempdir_write(name, certs[i]->pem, certs[i]->pem_length));
    }
    return folder;
}

char *cert_make_bundle(struct cert *const *certs, size_t count)
{
    static int number;
    BIO *bio = BIO_new(BIO_s_mem());
    char name[32], *text, *file;
    size_t length;

    for (size_t i = 0; i < count; i++)
        PEM_write_bio_X509(bio, certs[i]->x509);
    snprintf(name, sizeof name, "bundle%d.pem", ++number);
    text = drain(bio, &length);
    file = tempdir_write(name, text, length);
    free(text);
    return file;
}
