/* SPDX-License-Identifier: MIT */
/* How a certificate is put together; certs_files.c writes it down. */
#include "support/certs.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "support/certs_inside.h"
#include "tap.h"

static struct cert *all;
static EVP_PKEY *shared_key;

static void free_all(void)
{
    while (all != NULL) {
        struct cert *cert = all;

        all = cert->next;
        X509_free(cert->x509);
        EVP_PKEY_free(cert->key);
        free(cert->file);
        free(cert->key_file);
        free(cert->pem);
        OPENSSL_free(cert->der);
        free(cert);
    }
    EVP_PKEY_free(shared_key);
}

static EVP_PKEY *must_key(EVP_PKEY *key)
{
    if (key == NULL)
        bail_out("certs: no key");
    return key;
}

static EVP_PKEY *make_key(const struct cert_spec *spec)
{
    if (spec->rsa_bits > 0)
        return must_key(EVP_RSA_gen((unsigned)spec->rsa_bits));
    if (spec->own_key)
        return must_key(EVP_EC_gen("P-256"));
    if (shared_key == NULL)
        shared_key = must_key(EVP_EC_gen("P-256"));
    EVP_PKEY_up_ref(shared_key);
    return shared_key;
}

static void set_subject(X509 *x509, const struct cert_spec *spec)
{
    const char *cn = spec->cn != NULL ? spec->cn : "test";
    int length = spec->cn_length > 0 ? spec->cn_length : -1;

    if (spec->no_cn)
        return;
    if (X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                                   (const unsigned char *)cn, length, -1, 0) != 1)
        bail_out("certs: the common name cannot be \"%s\"", cn);
}

static void set_times(X509 *x509, const struct cert_spec *spec)
{
    bool usual = spec->from_days == 0 && spec->until_days == 0;

    X509_gmtime_adj(X509_getm_notBefore(x509), (usual ? -1 : spec->from_days) * 86400L);
    X509_gmtime_adj(X509_getm_notAfter(x509), (usual ? 365 : spec->until_days) * 86400L);
}

static void add_extension(X509 *x509, const X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    if (value[0] == '\0')
        return;
    X509V3_set_ctx(&context, (X509 *)issuer, x509, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (extension == NULL || X509_add_ext(x509, extension, -1) != 1)
        bail_out("certs: no extension \"%s\"", value);
    X509_EXTENSION_free(extension);
}

static GENERAL_NAME *make_general_name(const struct cert_san *san)
{
    static const int types[] = {0, GEN_DNS, GEN_IPADD, GEN_EMAIL, GEN_URI};
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *value;

    if (san->kind == SAN_KIND_IP && !san->raw)
        value = a2i_IPADDRESS(san->data);
    else
        value =
            ASN1_STRING_type_new(san->kind == SAN_KIND_IP ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
    if (name == NULL || value == NULL)
        bail_out("certs: no name \"%s\"", san->data);
    /* Not by openssl.cnf's syntax, which would stop at a NUL. */
    if (san->raw)
        ASN1_STRING_set(value, san->data, san->length);
    GENERAL_NAME_set0_value(name, types[san->kind], value);
    return name;
}

static void add_names(X509 *x509, const struct cert_san *sans)
{
    GENERAL_NAMES *names = GENERAL_NAMES_new();

    for (int i = 0; i < CERT_SANS_MAX && sans[i].kind != SAN_KIND_NONE; i++)
        sk_GENERAL_NAME_push(names, make_general_name(&sans[i]));
    if (sk_GENERAL_NAME_num(names) > 0)
        X509_add1_ext_i2d(x509, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT);
    GENERAL_NAMES_free(names);
}

static void add_extensions(X509 *x509, const X509 *issuer, const struct cert_spec *spec)
{
    const char *usage =
        spec->ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature,keyEncipherment";
    const char *eku = spec->ca ? "" : "serverAuth,clientAuth";

    add_extension(x509, issuer, NID_basic_constraints,
                  spec->ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add_extension(x509, issuer, NID_key_usage, spec->key_usage != NULL ? spec->key_usage : usage);
    add_extension(x509, issuer, NID_ext_key_usage, spec->eku != NULL ? spec->eku : eku);
    add_extension(x509, issuer, NID_subject_key_identifier, "hash");
    if (spec->constraints != NULL)
        add_extension(x509, issuer, NID_name_constraints, spec->constraints);
    add_names(x509, spec->san);
}

struct cert *cert_make(const struct cert *issuer, const struct cert_spec *spec)
{
    static int serial;
    struct cert *cert = calloc(1, sizeof *cert);
    X509 *x509 = X509_new();
    const EVP_MD *digest = EVP_get_digestbyname(spec->digest != NULL ? spec->digest : "SHA256");

    if (cert == NULL || x509 == NULL || digest == NULL)
        bail_out("certs: no memory or no digest");
    if (all == NULL)
        atexit(free_all);
    cert->number = ++serial;
    cert->issuer = issuer;
    cert->x509 = x509;
    cert->key = make_key(spec);
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), serial);
    X509_set_pubkey(x509, cert->key);
    set_subject(x509, spec);
    set_times(x509, spec);
    X509_set_issuer_name(x509, X509_get_subject_name(issuer != NULL ? issuer->x509 : x509));
    add_extensions(x509, issuer != NULL ? issuer->x509 : x509, spec);
    if (X509_sign(x509, issuer != NULL ? issuer->key : cert->key, digest) == 0)
        bail_out("certs: cannot sign");
    cert->next = all;
    all = cert;
    cert_write_files(cert, spec->passphrase);
    return cert;
}

struct cert *cert_make_ca(const char *cn)
{
    return cert_make(
        NULL, &(struct cert_spec){
                  .cn = cn, .ca = true, .own_key = true, .from_days = -30, .until_days = 3650});
}

struct cert *cert_make_local(const struct cert *ca)
{
    return cert_make(ca, &(struct cert_spec){
                             .cn = "localhost",
                             .san = {SAN_DNS("localhost"), SAN_IP("127.0.0.1"), SAN_IP("::1")},
                         });
}
