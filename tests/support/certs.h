/* SPDX-License-Identifier: MIT */
/*
 * Certificates made while a test runs, as PEM files in its temporary folder.
 *
 *     struct cert *ca = cert_make_ca("test authority");
 *     struct cert *leaf = cert_make(ca, &(struct cert_spec){
 *         .cn = "ignored.example",
 *         .san = {SAN_DNS("a.example"), SAN_IP("127.0.0.1")},
 *     });
 *     ... cert_file(leaf), cert_key_file(leaf), trust cert_file(ca) ...
 *
 * Keys are P-256 and shared by all certificates of a run unless asked otherwise, as making them
 * costs time. Certificates live until the test ends. What cannot be made bails out.
 */
#ifndef TESTS_SUPPORT_CERTS_H
#define TESTS_SUPPORT_CERTS_H

#include <stdbool.h>
#include <stddef.h>

struct cert;

enum { CERT_SANS_MAX = 8 };

struct cert_san {
    enum { SAN_KIND_NONE, SAN_KIND_DNS, SAN_KIND_IP, SAN_KIND_EMAIL, SAN_KIND_URI } kind;
    const char *data; /* an IP address as text, or 4 or 16 raw bytes where raw is set */
    int length;
    bool raw;
};

/* Literals: a NUL inside is kept, as in SAN_DNS("good.example\0.evil.example"). */
#define SAN_DNS(text)                                                                              \
    {                                                                                              \
        SAN_KIND_DNS, "" text, sizeof(text) - 1, true                                              \
    }
#define SAN_IP(text)                                                                               \
    {                                                                                              \
        SAN_KIND_IP, "" text, sizeof(text) - 1, false                                              \
    }
#define SAN_IP_BYTES(bytes)                                                                        \
    {                                                                                              \
        SAN_KIND_IP, "" bytes, sizeof(bytes) - 1, true                                             \
    }
#define SAN_EMAIL(text)                                                                            \
    {                                                                                              \
        SAN_KIND_EMAIL, "" text, sizeof(text) - 1, true                                            \
    }
#define SAN_URI(text)                                                                              \
    {                                                                                              \
        SAN_KIND_URI, "" text, sizeof(text) - 1, true                                              \
    }
#define SAN_DNS_BYTES(bytes, n)                                                                    \
    {                                                                                              \
        SAN_KIND_DNS, (bytes), (n), true                                                           \
    }

/* What isn't said is usual: valid from yesterday for a year, for servers and clients, with a
 * subject that names "test". */
struct cert_spec {
    const char *cn; /* the subject's common name; NULL: "test" */
    int cn_length;  /* 0: strlen; for names with a NUL inside */
    bool no_cn;     /* an empty subject */
    struct cert_san san[CERT_SANS_MAX];
    int from_days; /* both counted from now; both 0: from -1 until 365 */
    int until_days;
    bool ca;         /* an authority that may sign others */
    const char *eku; /* as in openssl.cnf: "serverAuth"; NULL: "serverAuth,clientAuth"; "": no such
                        extension */
    const char *key_usage;   /* NULL: the usual for a leaf or an authority; "": no such extension */
    const char *constraints; /* nameConstraints, "critical,permitted;DNS:a.example" */
    const char *passphrase;  /* the key file is encrypted with it */
    int rsa_bits;            /* an RSA key of its own; 0: the shared P-256 key */
    bool own_key;            /* a P-256 key of its own */
    const char *digest;      /* "SHA256" where NULL */
};

/* Signed by itself where issuer is NULL. */
struct cert *cert_make(const struct cert *issuer, const struct cert_spec *spec);
struct cert *cert_make_ca(const char *cn);
/* A server's certificate for 127.0.0.1, ::1 and localhost. */
struct cert *cert_make_local(const struct cert *ca);

/* PEM: the certificate, followed by its issuers but for the self-signed one. */
const char *cert_file(const struct cert *cert);
const char *cert_key_file(const struct cert *cert);
/* The same as text, and the certificate as DER. */
const char *cert_pem(const struct cert *cert, size_t *ret_length);
const unsigned char *cert_der(const struct cert *cert, size_t *ret_length);

/* A folder as "openssl rehash" makes it (hash.0 files), holding these certificates. The caller
 * frees the path. */
char *cert_make_folder(struct cert *const *certs, size_t count);

/* A file with these certificates one after the other. The caller frees the path. */
char *cert_make_bundle(struct cert *const *certs, size_t count);

#endif
