/* SPDX-License-Identifier: MIT */
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/certs.h"
#include "tap.h"

static X509 *read_back(const struct cert *cert)
{
    FILE *in = fopen(cert_file(cert), "r");
    X509 *x509 = PEM_read_X509(in, NULL, NULL, NULL);

    fclose(in);
    return x509;
}

static int verify(const struct cert *ca, X509 *leaf)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    int error;

    X509_STORE_load_file(store, cert_file(ca));
    X509_STORE_CTX_init(context, store, leaf, NULL);
    X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
    error = X509_verify_cert(context) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return error;
}

static void check_nul_in_name(const struct cert *ca)
{
    X509 *x509 = read_back(cert_make(ca, &(struct cert_spec){
                                             .cn = "good\0evil",
                                             .cn_length = 9,
                                             .san = {SAN_DNS("good.example\0.evil.example")},
                                         }));
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    ASN1_STRING *name = sk_GENERAL_NAME_value(names, 0)->d.dNSName;
    ASN1_STRING *cn = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(X509_get_subject_name(x509), 0));

    is_mem(ASN1_STRING_get0_data(name), ASN1_STRING_length(name), "good.example\0.evil.example", 26,
           "a NUL in a DNS name stays");
    is_mem(ASN1_STRING_get0_data(cn), ASN1_STRING_length(cn), "good\0evil", 9,
           "a NUL in a common name stays");
    GENERAL_NAMES_free(names);
    X509_free(x509);
}

static void check_times(const struct cert *ca)
{
    X509 *old = read_back(cert_make(ca, &(struct cert_spec){.from_days = -9, .until_days = -2}));
    X509 *early = read_back(cert_make(ca, &(struct cert_spec){.from_days = 2, .until_days = 9}));

    is(verify(ca, old), X509_V_ERR_CERT_HAS_EXPIRED, "expired");
    is(verify(ca, early), X509_V_ERR_CERT_NOT_YET_VALID, "not yet valid");
    X509_free(old);
    X509_free(early);
}

static void check_key(const struct cert *ca)
{
    struct cert *cert = cert_make(ca, &(struct cert_spec){.passphrase = "open", .rsa_bits = 2048});
    FILE *in = fopen(cert_key_file(cert), "r");
    char pass[] = "open";
    EVP_PKEY *key = PEM_read_PrivateKey(in, NULL, NULL, pass);

    ok(key != NULL && EVP_PKEY_bits(key) == 2048, "an encrypted RSA key");
    fclose(in);
    EVP_PKEY_free(key);
}

static void check_stores(struct cert *ca, struct cert *other)
{
    struct cert *roots[] = {other, ca};
    char *folder = cert_make_folder(roots, 2);
    char *bundle = cert_make_bundle(roots, 2);
    X509_STORE *store = X509_STORE_new();

    is(X509_STORE_load_path(store, folder), 1, "a folder");
    is(X509_STORE_load_file(store, bundle), 1, "a bundle");
    X509_STORE_free(store);
    free(folder);
    free(bundle);
}

int main(void)
{
    struct cert *ca = cert_make_ca("one");
    struct cert *other = cert_make_ca("other");
    X509 *leaf = read_back(cert_make_local(ca));
    X509 *client = read_back(cert_make(ca, &(struct cert_spec){.eku = "clientAuth"}));

    is(verify(ca, leaf), X509_V_OK, "a leaf is trusted under its authority");
    is(verify(other, leaf), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "but under no other");
    is(X509_check_ip_asc(leaf, "127.0.0.1", 0), 1, "it names 127.0.0.1");
    is(X509_check_ip_asc(leaf, "::1", 0), 1, "and ::1");
    is(X509_check_host(leaf, "localhost", 0, 0, NULL), 1, "and localhost");
    is(verify(ca, client), X509_V_ERR_INVALID_PURPOSE,
       "a client's certificate is none for servers");
    X509_free(leaf);
    X509_free(client);
    check_nul_in_name(ca);
    check_times(ca);
    check_key(ca);
    check_stores(ca, other);
    return done_testing();
}
