/* SPDX-License-Identifier: MIT */
#include "fuzz/server.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

enum { DAY = 86400 };

struct authority {
    EVP_PKEY *key; /* the servers' too: only its certificate is trusted */
    X509 *x509;
    BIO *pem;
};

static X509 *unsigned_certificate(EVP_PKEY *key, struct fuzz_text common)
{
    X509 *x509 = X509_new();

    fuzz_require(x509 && X509_set_version(x509, X509_VERSION_3) == 1);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -DAY);
    X509_gmtime_adj(X509_getm_notAfter(x509), 365L * DAY);
    X509_set_pubkey(x509, key);
    if (common.length > 0)
        X509_NAME_add_entry_by_NID(X509_get_subject_name(x509), NID_commonName, V_ASN1_T61STRING,
                                   (const unsigned char *)common.data, (int)common.length, -1, 0);
    return x509;
}

static void add_extension(X509 *x509, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    fuzz_require(extension && X509_add_ext(x509, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static const struct authority *authority(void)
{
    static struct authority a;

    if (a.key)
        return &a;
    a.key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    a.x509 = unsigned_certificate(a.key, FUZZ_LITERAL("authority"));
    a.pem = BIO_new(BIO_s_mem());
    X509_set_issuer_name(a.x509, X509_get_subject_name(a.x509));
    add_extension(a.x509, NID_basic_constraints, "critical,CA:TRUE");
    fuzz_require(X509_sign(a.x509, a.key, NULL) > 0);
    fuzz_require(a.pem && PEM_write_bio_X509(a.pem, a.x509) == 1);
    return &a;
}

struct fuzz_text server_authority(void)
{
    char *data = NULL;
    long length = BIO_get_mem_data(authority()->pem, &data);

    return (struct fuzz_text){data, (size_t)length};
}

static void add_list(X509 *x509, const struct server_names *names)
{
    GENERAL_NAMES *list = GENERAL_NAMES_new();

    for (size_t i = 0; i < names->count; i++) {
        const struct server_name *from = &names->list[i];
        GENERAL_NAME *name = GENERAL_NAME_new();
        ASN1_STRING *value =
            ASN1_STRING_type_new(from->type == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);

        fuzz_require(name && value);
        ASN1_STRING_set(value, from->text.data, (int)from->text.length);
        GENERAL_NAME_set0_value(name, from->type, value);
        sk_GENERAL_NAME_push(list, name);
    }
    fuzz_require(X509_add1_ext_i2d(x509, NID_subject_alt_name, list, 0, X509V3_ADD_DEFAULT) == 1);
    GENERAL_NAMES_free(list);
}

static void add_der(X509 *x509, struct fuzz_text der)
{
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    X509_EXTENSION *extension;

    ASN1_OCTET_STRING_set(value, (const unsigned char *)der.data, (int)der.length);
    extension = X509_EXTENSION_create_by_NID(NULL, NID_subject_alt_name, 0, value);
    fuzz_require(extension && X509_add_ext(x509, extension, -1) == 1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
}

SSL_CTX *server_context(const struct server_names *names)
{
    const struct authority *a = authority();
    X509 *x509 = unsigned_certificate(a->key, names->common);
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    X509_set_issuer_name(x509, X509_get_subject_name(a->x509));
    if (names->der.length > 0)
        add_der(x509, names->der);
    else if (names->count > 0)
        add_list(x509, names);
    fuzz_require(X509_sign(x509, a->key, NULL) > 0);
    fuzz_require(ctx && SSL_CTX_use_certificate(ctx, x509) == 1);
    fuzz_require(SSL_CTX_use_PrivateKey(ctx, a->key) == 1);
    SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"fuzz", 4);
    X509_free(x509);
    return ctx;
}

SSL *server_new(SSL_CTX *ctx)
{
    SSL *server = SSL_new(ctx);

    fuzz_require(server != NULL);
    SSL_set_bio(server, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(server);
    return server;
}

/* What it leaves in the thread's queue of errors is a test too: the library may not trust that. */
void server_hear(SSL *server, const void *data, size_t length)
{
    char room[1024];
    size_t got;

    fuzz_require(length == 0 || BIO_write(SSL_get_rbio(server), data, (int)length) == (int)length);
    while (SSL_read_ex(server, room, sizeof room, &got) == 1)
        continue;
}

struct fuzz_text server_output(SSL *server)
{
    char *data = NULL;
    long length = BIO_get_mem_data(SSL_get_wbio(server), &data);

    return (struct fuzz_text){data, (size_t)length};
}

void server_was_sent(SSL *server, size_t length)
{
    char room[1024];
    int n;

    while (length > 0) {
        n = BIO_read(SSL_get_wbio(server), room,
                     (int)(length < sizeof room ? length : sizeof room));
        fuzz_require(n > 0);
        length -= (size_t)n;
    }
}
