/* SPDX-License-Identifier: MIT */
/*
 * Who a certificate is for: a server in memory shows one that a trusted authority has signed, with
 * names from the input. Its first byte chooses whether the names are a list or an extension's bytes
 * as they are; the host and a common name follow, then the names. Who is let in is in a list of
 * names read another way, simpler and stricter; a name that stands in it letter by letter is let
 * in; what is said of a stranger's names is printable.
 */
#include <arpa/inet.h>
#include <libhttp/http.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

#include "fuzz/server.h"

const struct fuzz_target fuzz_target = {"identity", "T-40 T-41 T-42 who a certificate is for", 0};

enum { AS_BYTES = 1, NAMES_MOST = 8, ROUNDS_MOST = 8, ADDRESS_MOST = 16 };

/* The bytes of the address that the text is; 0: it is none. */
static size_t address_of(const char *host, unsigned char *ret)
{
    if (inet_pton(AF_INET, host, ret) == 1)
        return 4;
    return inet_pton(AF_INET6, host, ret) == 1 ? 16 : 0;
}

static bool same_name(struct fuzz_text a, struct fuzz_text b)
{
    return fuzz_equal_nocase(a, b) && memchr(a.data, '\0', a.length) == NULL;
}

/* "*." stands for the first label, of more than one. */
static bool matches(struct fuzz_text pattern, struct fuzz_text host)
{
    const char *dot = memchr(host.data, '.', host.length);
    size_t label = dot ? (size_t)(dot - host.data) : 0;

    if (same_name(pattern, host))
        return true;
    if (pattern.length < 2 || memcmp(pattern.data, "*.", 2) != 0 || label == 0)
        return false;
    return same_name((struct fuzz_text){pattern.data + 1, pattern.length - 1},
                     (struct fuzz_text){host.data + label, host.length - label});
}

static struct fuzz_text text_of(const ASN1_STRING *string)
{
    return (struct fuzz_text){(const char *)ASN1_STRING_get0_data(string),
                              (size_t)ASN1_STRING_length(string)};
}

/* How well a certificate's name fits. */
enum fit { STRANGER, BY_WILDCARD, LETTER_BY_LETTER };

static enum fit fit_of(const GENERAL_NAME *name, struct fuzz_text host, struct fuzz_text address)
{
    if (address.length > 0)
        return name->type == GEN_IPADD && fuzz_equal(text_of(name->d.iPAddress), address)
                   ? LETTER_BY_LETTER
                   : STRANGER;
    if (name->type != GEN_DNS || !matches(text_of(name->d.dNSName), host))
        return STRANGER;
    return same_name(text_of(name->d.dNSName), host) ? LETTER_BY_LETTER : BY_WILDCARD;
}

static enum fit best_fit(const X509 *certificate, const char *host)
{
    unsigned char room[ADDRESS_MOST];
    struct fuzz_text address = {(const char *)room, address_of(host, room)};
    struct fuzz_text name = {host, strlen(host)};
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    enum fit best = STRANGER;

    if (name.length > 0 && host[name.length - 1] == '.')
        name.length--;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        enum fit fit = fit_of(sk_GENERAL_NAME_value(names, i), name, address);

        best = fit > best ? fit : best;
    }
    GENERAL_NAMES_free(names);
    return best;
}

static libhttp_tls_config *trusting(void)
{
    static libhttp_tls_config *config;
    struct fuzz_text authority = server_authority();

    if (config)
        return config;
    fuzz_require(libhttp_tls_config_new(&config) == LIBHTTP_OK);
    fuzz_require(libhttp_tls_config_add_ca_data(config, authority.data,
                                                (int64_t)authority.length) == LIBHTTP_OK);
    fuzz_require(libhttp_tls_config_set_session_resumption(config, 0) == LIBHTTP_OK);
    return config;
}

/* Bytes of each side to the other. */
static void exchange(libhttp_connection *c, SSL *server)
{
    const void *data = NULL;
    int64_t length = 0, taken = 0;
    struct fuzz_text said;

    fuzz_require(libhttp_connection_take(c, &data, &length) == LIBHTTP_OK);
    server_hear(server, data, (size_t)length);
    fuzz_require(libhttp_connection_took(c, length) == LIBHTTP_OK);
    said = server_output(server);
    fuzz_require(libhttp_connection_feed(c, said.data, (int64_t)said.length, &taken) == LIBHTTP_OK);
    server_was_sent(server, (size_t)taken);
}

static int32_t shake_hands(libhttp_connection *c, SSL_CTX *ctx)
{
    SSL *server = server_new(ctx);
    int32_t status = libhttp_connection_connect(c);

    for (int i = 0; i < ROUNDS_MOST && status == LIBHTTP_AGAIN; i++) {
        exchange(c, server);
        status = libhttp_connection_connect(c);
    }
    fuzz_require(status != LIBHTTP_AGAIN);
    SSL_free(server);
    return status;
}

static void check(const libhttp_connection *c, int32_t status, enum fit fit)
{
    const char *text = libhttp_connection_error(c);

    if (status == LIBHTTP_OK) {
        fuzz_require(fit != STRANGER);
        return;
    }
    fuzz_require_told(status, libhttp_connection_error_code(c), text);
    fuzz_require(status == LIBHTTP_E_CERTIFICATE && fit != LETTER_BY_LETTER);
    for (; *text != '\0'; text++)
        fuzz_require(*text >= ' ' && *text <= '~');
}

static void try_host(struct fuzz_text host, const struct server_names *names)
{
    libhttp_connection *c = NULL;
    SSL_CTX *ctx;
    enum fit fit;

    fuzz_require(libhttp_connection_new(&c) == LIBHTTP_OK);
    if (libhttp_connection_set_host(c, host.data, (int64_t)host.length, LIBHTTP_PORT_DEFAULT) ==
        LIBHTTP_OK) {
        ctx = server_context(names);
        fit = best_fit(SSL_CTX_get0_certificate(ctx), libhttp_connection_host(c));
        fuzz_require(libhttp_connection_set_tls(c, trusting()) == LIBHTTP_OK);
        fuzz_require(libhttp_connection_set_carried(c) == LIBHTTP_OK);
        check(c, shake_hands(c, ctx), fit);
        SSL_CTX_free(ctx);
    }
    libhttp_connection_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int types[] = {GEN_DNS, GEN_IPADD, GEN_DNS, GEN_EMAIL, GEN_URI};
    struct fuzz_input in = {data, size};
    unsigned way = fuzz_byte(&in);
    struct fuzz_text host = fuzz_text(&in), common = fuzz_text(&in);
    struct server_name list[NAMES_MOST];
    struct server_names names = {.common = common, .list = list};

    if (way & AS_BYTES) {
        names.der = fuzz_rest(&in);
    } else {
        for (; in.left > 0 && names.count < NAMES_MOST; names.count++) {
            list[names.count].type = types[fuzz_byte(&in) % (sizeof types / sizeof types[0])];
            list[names.count].text = fuzz_text(&in);
        }
    }
    try_host(host, &names);
    for (size_t i = 0; i < names.count; i++) {
        struct fuzz_text text = list[i].text;

        fuzz_text_free(&text);
    }
    fuzz_text_free(&common);
    fuzz_text_free(&host);
    return 0;
}
