/* SPDX-License-Identifier: MIT */
/*
 * tls_verify: whether the peer is who it should be (RFC 9110 4.3.4, RFC 9525). OpenSSL verifies
 * the chain and the name during the handshake; the name is looked at once more after it, as the
 * two checks are independent (T-43), and as a session may have been resumed.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/literal.h"
#include "net/tls_link.h"

/*
 * Of OpenSSL's ways to match a name only the strict ones: "*" stands for one whole label, the
 * leftmost, and a common name is never a host's (T-41).
 */
#define NAME_FLAGS                                                                                 \
    (X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |                  \
     X509_CHECK_FLAG_SINGLE_LABEL_SUBDOMAINS)

/* Names of the certificate that a sentence shows. */
#define NAMES_SHOWN 3
/* Room for them, with what stands between. */
#define NAMES_ROOM (NAMES_SHOWN * (2 + sizeof(struct quoted)))

/* Where the resolver would read an address, no wildcard stands for a part of it. */
static unsigned name_flags(const struct tls *tls)
{
    return literal_is_ambiguous(span_text(tls->name)) ? NAME_FLAGS | X509_CHECK_FLAG_NO_WILDCARDS
                                                      : NAME_FLAGS;
}

bool tls_expect_peer(struct tls *tls)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(tls->ssl);

    if (!tls->is_ip && SSL_set_tlsext_host_name(tls->ssl, tls->name) != 1)
        return false;
    if (!tls->context->settings.verify_host)
        return true;
    X509_VERIFY_PARAM_set_hostflags(param, name_flags(tls));
    if (tls->is_ip)
        return X509_VERIFY_PARAM_set1_ip_asc(param, tls->name) == 1;
    return X509_VERIFY_PARAM_set1_host(param, tls->name, 0) == 1;
}

static void show_address(char *text, size_t size, const ASN1_OCTET_STRING *address)
{
    const unsigned char *b = ASN1_STRING_get0_data(address);
    size_t at = 0;

    if (ASN1_STRING_length(address) == 4) {
        snprintf(text, size, ", %d.%d.%d.%d", b[0], b[1], b[2], b[3]);
        return;
    }
    for (int i = 0; i < ASN1_STRING_length(address) && i < 16; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%02x",
                               i == 0  ? ", "
                               : i % 2 ? ""
                                       : ":",
                               b[i]);
}

static bool show_name(char *text, size_t size, const GENERAL_NAME *name)
{
    if (name->type == GEN_DNS) {
        struct span dns = span_of((const char *)ASN1_STRING_get0_data(name->d.dNSName),
                                  (size_t)ASN1_STRING_length(name->d.dNSName));

        snprintf(text, size, ", %s", QUOTE(dns));
        return true;
    }
    if (name->type == GEN_IPADD)
        show_address(text, size, name->d.iPAddress);
    return name->type == GEN_IPADD;
}

/* "; it is for 'a', 'b', ..." */
static void show_names(char *text, size_t size, X509 *certificate)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    char list[NAMES_ROOM] = "";
    size_t at = 0;
    int shown = 0;

    for (int i = 0; i < sk_GENERAL_NAME_num(names) && shown < NAMES_SHOWN; i++) {
        if (!show_name(list + at, sizeof list - at, sk_GENERAL_NAME_value(names, i)))
            continue;
        at = strlen(list);
        shown++;
    }
    if (shown == 0)
        snprintf(text, size, "; it is for no host (no subjectAltName names one)");
    else
        snprintf(text, size, "; it is for %s%s", list + 2,
                 sk_GENERAL_NAME_num(names) > shown ? ", ..." : "");
    GENERAL_NAMES_free(names);
}

/* OpenSSL takes a want of memory for a weak key, a bad signature or another name as well. */
static bool memory_was_missing(long result)
{
    bool missing = result == X509_V_ERR_OUT_OF_MEM;
    unsigned long error;

    while ((error = ERR_get_error()) != 0)
        missing = missing || ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
    return missing;
}

static bool name_matches(const struct tls *tls, X509 *certificate)
{
    if (tls->is_ip)
        return X509_check_ip_asc(certificate, tls->name, 0) == 1;
    return X509_check_host(certificate, tls->name, 0, name_flags(tls), NULL) == 1;
}

static bool is_mismatch(long result)
{
    return result == X509_V_ERR_HOSTNAME_MISMATCH || result == X509_V_ERR_IP_ADDRESS_MISMATCH;
}

static int32_t refuse(struct tls *tls, long result, X509 *certificate)
{
    char names[NAMES_ROOM + sizeof "; it is for , ..."] = "";

    if (memory_was_missing(result))
        return fail_memory(tls->failure);
    if (certificate && is_mismatch(result)) {
        if (name_matches(tls, certificate)) /* so it was memory, of which OpenSSL says nothing */
            return fail_memory(tls->failure);
        show_names(names, sizeof names, certificate);
    }
    fail(tls->failure, LIBHTTP_E_CERTIFICATE, "certificate of %s was not accepted: %s (%ld)%s",
         QUOTE(span_text(tls->name)), X509_verify_cert_error_string(result), result, names);
    tls->failure->tls_reason = ERR_PACK(ERR_LIB_SSL, 0, SSL_R_CERTIFICATE_VERIFY_FAILED);
    return LIBHTTP_E_CERTIFICATE;
}

int32_t tls_fail_certificate(struct tls *tls)
{
    x509_list *chain = SSL_get0_verified_chain(tls->ssl);

    return refuse(tls, SSL_get_verify_result(tls->ssl),
                  sk_X509_num(chain) > 0 ? sk_X509_value(chain, 0) : NULL);
}

int32_t tls_check_peer(struct tls *tls)
{
    const struct tls_settings *s = &tls->context->settings;
    X509 *certificate = SSL_get0_peer_certificate(tls->ssl);

    if (!s->verify_peer && !s->verify_host)
        return LIBHTTP_OK;
    /* Ciphers without authentication, should they have been chosen, don't get round it. */
    if (!certificate)
        return fail(tls->failure, LIBHTTP_E_CERTIFICATE, "%s has shown no certificate",
                    QUOTE(span_text(tls->name)));
    if (s->verify_peer && SSL_get_verify_result(tls->ssl) != X509_V_OK)
        return refuse(tls, SSL_get_verify_result(tls->ssl), certificate);
    if (s->verify_host && !name_matches(tls, certificate))
        return refuse(tls,
                      tls->is_ip ? X509_V_ERR_IP_ADDRESS_MISMATCH : X509_V_ERR_HOSTNAME_MISMATCH,
                      certificate);
    return LIBHTTP_OK;
}
