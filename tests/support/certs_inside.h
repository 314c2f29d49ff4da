/* SPDX-License-Identifier: MIT */
/* What the two halves of certs.h share. */
#ifndef TESTS_SUPPORT_CERTS_INSIDE_H
#define TESTS_SUPPORT_CERTS_INSIDE_H

#include <openssl/x509.h>

#include "support/certs.h"

struct cert {
    struct cert *next; /* all of this run */
    const struct cert *issuer;
    X509 *x509;
    EVP_PKEY *key;
    int number;
    char *file;
    char *key_file;
    char *pem;
    size_t pem_length;
    unsigned char *der;
    size_t der_length;
};

void cert_write_files(struct cert *cert, const char *passphrase);

#endif
