/* SPDX-License-Identifier: MIT */
/* The public configuration: its setters, getters and errors; what it does to connections. */
#include <libhttp/error.h>
#include <libhttp/tls_config.h>
#include <libhttp/version.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/tls_access.h"
#include "net/tls_context.h"
#include "support/counts.h"
#include "support/heap.h"
#include "support/tempdir.h"
#include "support/tls_pair.h"
#include "tap.h"

static struct cert *ca, *leaf;

static libhttp_tls_config *make(void)
{
    libhttp_tls_config *config = NULL;

    if (libhttp_tls_config_new(&config) != LIBHTTP_OK)
        bail_out("no configuration");
    return config;
}

static int32_t handshake(libhttp_tls_config *config, char *sentence, size_t size)
{
    struct tls_pair pair;
    int32_t status;

    tls_pair_init(&pair, leaf, &(struct tls_pair_options){.version = 0});
    status = tls_pair_open(&pair, config, "a.example", NULL);
    if (sentence)
        snprintf(sentence, size, "%s", failure_text(&pair.net.failure));
    tls_pair_done(&pair);
    return status;
}

static void check_defaults(const libhttp_tls_config *c, const char *what)
{
    int64_t length = 99;

    is(libhttp_tls_config_verify_peer(c), 1, "T-43 C-13 %s: the peer is verified", what);
    is(libhttp_tls_config_verify_host(c), 1, "T-43 C-13 %s: the host is verified", what);
    is(libhttp_tls_config_system_store(c), 1, "C-13 %s: the system is trusted", what);
    is(libhttp_tls_config_minimum_version(c), LIBHTTP_TLS_1_2, "C-129 %s: minimum", what);
    is(libhttp_tls_config_maximum_version(c), LIBHTTP_TLS_1_3, "C-129 %s: maximum", what);
    is(libhttp_tls_config_session_resumption(c), 1, "C-129 %s: resumption", what);
    is_str(libhttp_tls_config_alpn(c, &length), "http/1.1", "C-13 %s: ALPN", what);
    is(length, 8, "%s: its length", what);
    is_str(libhttp_tls_config_ca_file(c, &length), NULL, "%s: no CA file", what);
    is(length, 0, "%s: no length", what);
    is_str(libhttp_tls_config_ca_directory(c, NULL), NULL, "%s: no CA directory", what);
    is(libhttp_tls_config_ca_data_count(c), 0, "%s: no CA data", what);
    is_str(libhttp_tls_config_ciphers(c, NULL), NULL, "%s: no ciphers", what);
    is_str(libhttp_tls_config_ciphersuites(c, NULL), NULL, "%s: no ciphersuites", what);
    is_str(libhttp_tls_config_key_log_file(c, NULL), NULL, "%s: no key log", what);
    is(libhttp_tls_config_has_client_certificate(c), 0, "%s: no client certificate", what);
    is_str(libhttp_tls_config_client_certificate(c, NULL), NULL, "%s: nor its file", what);
    is_str(libhttp_tls_config_client_key(c, NULL), NULL, "%s: nor its key's", what);
    is_str(libhttp_tls_config_error(c), "", "%s: no error", what);
    is(libhttp_tls_config_error_code(c), 0, "%s: no code", what);
    is(libhttp_tls_config_errno(c), 0, "%s: no errno", what);
    is(libhttp_tls_config_tls_reason(c), 0, "%s: no reason", what);
}

static void test_null(void)
{
    libhttp_tls_config_free(NULL);
    is(libhttp_tls_config_new(NULL), LIBHTTP_E_INVALID_ARGUMENT, "new(NULL)");
    is(libhttp_tls_config_set_ca_file(NULL, "x", 1), LIBHTTP_E_INVALID_ARGUMENT, "a setter");
    is(libhttp_tls_config_add_ca_data(NULL, "x", 1), LIBHTTP_E_INVALID_ARGUMENT, "another");
    is(libhttp_tls_config_set_verify_peer(NULL, 1), LIBHTTP_E_INVALID_ARGUMENT, "another");
    is(libhttp_tls_config_set_system_store(NULL, 1), LIBHTTP_E_INVALID_ARGUMENT, "another");
    is(libhttp_tls_config_set_minimum_version(NULL, 1), LIBHTTP_E_INVALID_ARGUMENT, "another");
    is(libhttp_tls_config_set_maximum_version(NULL, 1), LIBHTTP_E_INVALID_ARGUMENT, "another");
    is(libhttp_tls_config_set_client_certificate(NULL, "x", 1, NULL, 0, NULL, 0),
       LIBHTTP_E_INVALID_ARGUMENT, "another");
    is(libhttp_tls_config_set_client_certificate_data(NULL, "x", 1, NULL, 0, NULL, 0),
       LIBHTTP_E_INVALID_ARGUMENT, "another");
    is(libhttp_tls_config_verify_peer(NULL) + libhttp_tls_config_verify_host(NULL) +
           libhttp_tls_config_system_store(NULL) + libhttp_tls_config_minimum_version(NULL) +
           libhttp_tls_config_maximum_version(NULL) + libhttp_tls_config_session_resumption(NULL) +
           libhttp_tls_config_ca_data_count(NULL) + libhttp_tls_config_errno(NULL) +
           libhttp_tls_config_has_client_certificate(NULL) + libhttp_tls_config_error_code(NULL) +
           libhttp_tls_config_tls_reason(NULL),
       0, "numbers are 0 for NULL");
    ok(!libhttp_tls_config_ca_file(NULL, NULL) && !libhttp_tls_config_ca_directory(NULL, NULL) &&
           !libhttp_tls_config_ciphers(NULL, NULL) &&
           !libhttp_tls_config_ciphersuites(NULL, NULL) && !libhttp_tls_config_alpn(NULL, NULL) &&
           !libhttp_tls_config_key_log_file(NULL, NULL) &&
           !libhttp_tls_config_client_certificate(NULL, NULL) &&
           !libhttp_tls_config_client_key(NULL, NULL),
       "texts are NULL for NULL");
    is_str(libhttp_tls_config_error(NULL), "", "the sentence is empty for NULL");
}

typedef int32_t set_text(libhttp_tls_config *config, const char *text, int64_t length);
typedef int32_t set_number(libhttp_tls_config *config, int32_t value);
typedef const char *get_text(const libhttp_tls_config *config, int64_t *ret_length);

struct text_setting {
    const char *name;
    set_text *set;
    get_text *get;
};

static const struct text_setting texts[] = {
    {"ca_file", libhttp_tls_config_set_ca_file, libhttp_tls_config_ca_file},
    {"ca_directory", libhttp_tls_config_set_ca_directory, libhttp_tls_config_ca_directory},
    {"ciphers", libhttp_tls_config_set_ciphers, libhttp_tls_config_ciphers},
    {"ciphersuites", libhttp_tls_config_set_ciphersuites, libhttp_tls_config_ciphersuites},
    {"alpn", libhttp_tls_config_set_alpn, libhttp_tls_config_alpn},
    {"key_log_file", libhttp_tls_config_set_key_log_file, libhttp_tls_config_key_log_file},
};

/* T-6: every text, wrong in every way. */
static void test_bad_texts(void)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        libhttp_tls_config *c = make();
        const char *name = texts[i].name;

        is(texts[i].set(c, NULL, 0), LIBHTTP_E_INVALID_ARGUMENT, "%s: NULL", name);
        contains(libhttp_tls_config_error(c), "is NULL", "%s: its sentence", name);
        is(texts[i].set(c, "x", -2), LIBHTTP_E_INVALID_ARGUMENT, "%s: a length below -1", name);
        is(texts[i].set(c, "a\0b", 3), LIBHTTP_E_INVALID_ARGUMENT, "T-6 %s: a NUL", name);
        contains(libhttp_tls_config_error(c), "NUL", "T-6 %s: its sentence", name);
        is(libhttp_tls_config_error_code(c), LIBHTTP_E_INVALID_ARGUMENT, "%s: its code", name);
        is(handshake(c, NULL, 0), LIBHTTP_E_INVALID_ARGUMENT,
           "%s: nothing connects until it is set right", name);
        is(texts[i].set(c, "", 0), LIBHTTP_OK, "%s: an empty one takes it back", name);
        ok(handshake(c, NULL, 0) == LIBHTTP_E_CERTIFICATE, "%s: and things go on", name);
        libhttp_tls_config_free(c);
    }
}

static void test_texts(void)
{
    char *log = tempdir_write("keys", "", 0);
    char *folder = cert_make_folder(&ca, 1);
    const char *values[] = {cert_file(ca), folder, "ECDHE+AESGCM", "TLS_AES_128_GCM_SHA256",
                            "h2,http/1.1", log};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        libhttp_tls_config *c = make();
        int64_t length = 0;
        char longer[4096];

        snprintf(longer, sizeof longer, "%sXXX", values[i]);
        is(texts[i].set(c, longer, (int64_t)strlen(values[i])), LIBHTTP_OK, "C-129 %s is set",
           texts[i].name);
        is_str(texts[i].get(c, &length), values[i], "C-129 %s can be read", texts[i].name);
        is(length, strlen(values[i]), "%s: its length", texts[i].name);
        is(texts[i].set(c, values[i], -1), LIBHTTP_OK, "%s is set again", texts[i].name);
        is(texts[i].set(c, "", -1), LIBHTTP_OK, "%s is taken back", texts[i].name);
        is_str(texts[i].get(c, &length), texts[i].set == libhttp_tls_config_set_alpn ? "" : NULL,
               "%s: nothing is set", texts[i].name);
        libhttp_tls_config_free(c);
    }
    free(log);
    free(folder);
}

static void check_failure(libhttp_tls_config *c, int32_t got, int32_t code, const char *sentence)
{
    is(got, code, "%s", sentence);
    contains(libhttp_tls_config_error(c), sentence, "its sentence: %s",
             libhttp_tls_config_error(c));
    is(libhttp_tls_config_error_code(c), code, "its code");
}

/* A directory whose name is no more than a colon. */
static void directory_colon(libhttp_tls_config *c)
{
    int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (here < 0 || chdir(tempdir()) < 0 || mkdir(":", 0700) < 0)
        bail_out("no folder");
    check_failure(c, libhttp_tls_config_set_ca_directory(c, ":", -1), LIBHTTP_E_INVALID_ARGUMENT,
                  "a colon");
    if (fchdir(here) < 0)
        bail_out("no way back");
    close(here);
}

static void test_failures(void)
{
    libhttp_tls_config *c = make();
    struct cert *other = cert_make(ca, &(struct cert_spec){.own_key = true});
    struct cert *locked =
        cert_make(ca, &(struct cert_spec){.own_key = true, .passphrase = "open sesame"});
    static char long_name[300];
    char text[1024];

    check_failure(c, libhttp_tls_config_set_ca_file(c, "/no/where", -1), LIBHTTP_E_OS,
                  "CA file '/no/where': No such file or directory");
    is(libhttp_tls_config_errno(c), ENOENT, "with errno");
    is(handshake(c, text, sizeof text), LIBHTTP_E_OS, "C-129 connecting gives the same error");
    contains(text, "/no/where", "with its sentence");
    check_failure(c, libhttp_tls_config_set_ca_file(c, "/", -1), LIBHTTP_E_OS, "directory");
    check_failure(c, libhttp_tls_config_set_ca_file(c, "/etc/passwd", -1), LIBHTTP_E_TLS,
                  "'/etc/passwd': not a certificate");
    ok(libhttp_tls_config_tls_reason(c) != 0, "with OpenSSL's reason");
    check_failure(c, libhttp_tls_config_set_ca_file(c, cert_key_file(leaf), -1), LIBHTTP_E_TLS,
                  "there is no certificate in it");
    check_failure(c, libhttp_tls_config_set_ca_file(c, "/dev/null", -1), LIBHTTP_E_TLS,
                  "there is no certificate in it");
    check_failure(c, libhttp_tls_config_set_ca_directory(c, "/etc/passwd", -1), LIBHTTP_E_OS,
                  "CA directory '/etc/passwd': Not a directory");
    check_failure(c, libhttp_tls_config_set_ca_directory(c, "/no/where", -1), LIBHTTP_E_OS,
                  "No such file");
    mkdir(strcat(strcpy(text, tempdir()), "/a:b"), 0700);
    check_failure(c, libhttp_tls_config_set_ca_directory(c, text, -1), LIBHTTP_E_INVALID_ARGUMENT,
                  "a colon");
    directory_colon(c);
    check_failure(c, libhttp_tls_config_add_ca_data(c, "rubbish", 7), LIBHTTP_E_TLS,
                  "not a certificate");
    check_failure(c, libhttp_tls_config_add_ca_data(c, "", 0), LIBHTTP_E_TLS,
                  "there is no certificate in it");
    check_failure(c, libhttp_tls_config_add_ca_data(c, "rubbish", -1), LIBHTTP_E_INVALID_ARGUMENT,
                  "negative length");
    check_failure(c, libhttp_tls_config_add_ca_data(c, NULL, 0), LIBHTTP_E_INVALID_ARGUMENT,
                  "data is NULL");
    check_failure(c, libhttp_tls_config_set_ciphers(c, "NONSENSE", -1), LIBHTTP_E_INVALID_ARGUMENT,
                  "ciphers 'NONSENSE'");
    check_failure(c, libhttp_tls_config_set_ciphersuites(c, "NONSENSE", -1),
                  LIBHTTP_E_INVALID_ARGUMENT, "ciphersuites 'NONSENSE'");
    memset(long_name, 'p', sizeof long_name);
    check_failure(c, libhttp_tls_config_set_alpn(c, long_name, 256), LIBHTTP_E_INVALID_ARGUMENT,
                  "1023 in all");
    check_failure(c, libhttp_tls_config_set_verify_peer(c, 2), LIBHTTP_E_INVALID_ARGUMENT,
                  "on is 2");
    check_failure(c, libhttp_tls_config_set_verify_host(c, -1), LIBHTTP_E_INVALID_ARGUMENT,
                  "on is -1");
    check_failure(c, libhttp_tls_config_set_system_store(c, 7), LIBHTTP_E_INVALID_ARGUMENT,
                  "on is 7");
    check_failure(c, libhttp_tls_config_set_minimum_version(c, 0x0302), LIBHTTP_E_INVALID_ARGUMENT,
                  "version 0x302");
    libhttp_tls_config_set_maximum_version(c, LIBHTTP_TLS_1_2);
    check_failure(c, libhttp_tls_config_set_minimum_version(c, LIBHTTP_TLS_1_3),
                  LIBHTTP_E_INVALID_ARGUMENT, "minimum would be newer");
    check_failure(c, libhttp_tls_config_set_key_log_file(c, "/no/where", -1), LIBHTTP_E_OS,
                  "key log '/no/where'");
    check_failure(c,
                  libhttp_tls_config_set_client_certificate(c, "/no/where", -1, NULL, 0, NULL, 0),
                  LIBHTTP_E_OS, "client certificate '/no/where'");
    check_failure(
        c,
        libhttp_tls_config_set_client_certificate(c, cert_file(leaf), -1, "/no/where", -1, NULL, 0),
        LIBHTTP_E_OS, "client key '/no/where'");
    check_failure(c,
                  libhttp_tls_config_set_client_certificate(c, cert_file(leaf), -1,
                                                            cert_key_file(other), -1, NULL, 0),
                  LIBHTTP_E_TLS, "belongs to another certificate");
    check_failure(
        c, libhttp_tls_config_set_client_certificate(c, cert_file(leaf), -1, NULL, 0, NULL, 0),
        LIBHTTP_E_TLS, "private key can't be read");
    check_failure(c,
                  libhttp_tls_config_set_client_certificate(c, cert_file(locked), -1,
                                                            cert_key_file(locked), -1, NULL, 0),
                  LIBHTTP_E_TLS, "is the passphrase right?");
    check_failure(c,
                  libhttp_tls_config_set_client_certificate(c, cert_file(locked), -1,
                                                            cert_key_file(locked), -1, "wrong", -1),
                  LIBHTTP_E_TLS, "is the passphrase right?");
    check_failure(c,
                  libhttp_tls_config_set_client_certificate(c, "/dev/null", -1, NULL, 0, NULL, 0),
                  LIBHTTP_E_TLS, "the file is empty");
    is(libhttp_tls_config_has_client_certificate(c), 0, "nothing is set after all that");
    libhttp_tls_config_free(c);
}

static void test_client_certificate(void)
{
    libhttp_tls_config *c = make();
    struct cert *locked =
        cert_make(ca, &(struct cert_spec){.own_key = true, .passphrase = "open sesame"});
    size_t pem_length, der_length;
    const char *pem = cert_pem(leaf, &pem_length);
    const unsigned char *der = cert_der(leaf, &der_length);
    static char both[32768];
    FILE *key = fopen(cert_key_file(leaf), "r");
    size_t key_length = fread(both + pem_length, 1, sizeof both - pem_length, key);
    char *path;

    fclose(key);
    memcpy(both, pem, pem_length);
    path = tempdir_write("both.pem", both, pem_length + key_length);
    is(libhttp_tls_config_set_client_certificate(c, path, -1, NULL, 0, NULL, 0), LIBHTTP_OK,
       "C-129 certificate and key in one file");
    is_str(libhttp_tls_config_client_certificate(c, NULL), path, "C-129 its file");
    is_str(libhttp_tls_config_client_key(c, NULL), NULL, "C-129 no file of the key");
    is(libhttp_tls_config_set_client_certificate_data(c, both, (int64_t)(pem_length + key_length),
                                                      NULL, 0, NULL, 0),
       LIBHTTP_OK, "C-129 from bytes");
    is_str(libhttp_tls_config_client_certificate(c, NULL), NULL, "C-129 no file then");
    is(libhttp_tls_config_has_client_certificate(c), 1, "C-129 but a certificate");
    is(libhttp_tls_config_set_client_certificate_data(
           c, der, (int64_t)der_length, both + pem_length, (int64_t)key_length, NULL, 0),
       LIBHTTP_OK, "C-129 DER and PEM");
    is(libhttp_tls_config_set_client_certificate(c, cert_file(locked), -1, cert_key_file(locked),
                                                 -1, "open sesameXXX", 11),
       LIBHTTP_OK, "C-129 with a passphrase");
    is_str(libhttp_tls_config_client_key(c, NULL), cert_key_file(locked), "C-129 the key's file");
    is(libhttp_tls_config_set_client_certificate(c, NULL, 0, NULL, 0, NULL, 0), LIBHTTP_OK,
       "C-129 none any more");
    is(libhttp_tls_config_has_client_certificate(c), 0, "C-129 none");
    libhttp_tls_config_free(c);
    free(path);
}

/* The system's roots are parsed once, whoever trusts them alone. */
static X509_STORE *store_of(libhttp_tls_config *config)
{
    struct tls_engine *engine = NULL;
    struct failure failure;

    failure_init(&failure);
    if (tls_context_open(tls_config_context(config), &engine, &failure) != LIBHTTP_OK)
        bail_out("no engine: %s", failure_text(&failure));
    return SSL_CTX_get_cert_store(engine->ssl_ctx);
}

static void test_shared_store(void)
{
    libhttp_tls_config *one = make(), *two = make(), *own = make();
    X509_STORE *store = store_of(one);

    ok(store_of(two) == store && store_of(libhttp_tls_config_default()) == store,
       "C-129 the system's store is one for all");
    libhttp_tls_config_set_ca_file(own, cert_file(ca), -1);
    libhttp_tls_config_set_system_store(own, 1);
    ok(store_of(own) != store, "T-40 but for one with roots of its own, which nobody else trusts");
    libhttp_tls_config_free(one);
    libhttp_tls_config_free(two);
    libhttp_tls_config_free(own);
}

/* Each way to trust an authority, and no other. */
static void test_trust(void)
{
    struct cert *other = cert_make_ca("other authority");
    size_t length;
    const char *pem = cert_pem(ca, &length);
    size_t der_length;
    const unsigned char *der = cert_der(ca, &der_length);
    char *folder = cert_make_folder(&ca, 1);
    char *wrong_folder = cert_make_folder(&other, 1);
    char *bundle = cert_make_bundle((struct cert *const[]){other, ca}, 2);
    libhttp_tls_config *c = make();

    is(handshake(c, NULL, 0), LIBHTTP_E_CERTIFICATE, "T-40 the system doesn't trust our authority");
    libhttp_tls_config_free(c);
    is(handshake(libhttp_tls_config_default(), NULL, 0), LIBHTTP_E_CERTIFICATE,
       "T-40 nor does the default configuration");

    c = make();
    is(libhttp_tls_config_set_ca_file(c, bundle, -1), LIBHTTP_OK, "C-129 a bundle");
    is(libhttp_tls_config_system_store(c), 0, "C-129 the system isn't trusted any more");
    is(handshake(c, NULL, 0), LIBHTTP_OK, "C-129 a file is trusted");
    libhttp_tls_config_free(c);

    c = make();
    libhttp_tls_config_set_ca_file(c, bundle, -1);
    is(libhttp_tls_config_set_ca_file(c, cert_file(other), -1), LIBHTTP_OK, "C-129 another file");
    is(handshake(c, NULL, 0), LIBHTTP_E_CERTIFICATE, "C-129 takes the place of the first");
    libhttp_tls_config_free(c);

    c = make();
    is(libhttp_tls_config_set_ca_directory(c, folder, -1), LIBHTTP_OK, "C-129 a directory");
    is(libhttp_tls_config_system_store(c), 0, "C-129 the system isn't trusted any more");
    is(handshake(c, NULL, 0), LIBHTTP_OK, "C-129 a directory is trusted");
    libhttp_tls_config_free(c);

    c = make();
    libhttp_tls_config_set_ca_directory(c, wrong_folder, -1);
    is(handshake(c, NULL, 0), LIBHTTP_E_CERTIFICATE, "C-129 with what is in it alone");
    libhttp_tls_config_free(c);

    c = make();
    is(libhttp_tls_config_add_ca_data(c, pem, (int64_t)length), LIBHTTP_OK, "C-129 PEM bytes");
    is(libhttp_tls_config_ca_data_count(c), 1, "C-129 one certificate");
    is(handshake(c, NULL, 0), LIBHTTP_OK, "C-129 bytes are trusted");
    libhttp_tls_config_free(c);

    c = make();
    pem = cert_pem(other, &length);
    is(libhttp_tls_config_add_ca_data(c, pem, (int64_t)length), LIBHTTP_OK, "C-129 other bytes");
    is(libhttp_tls_config_add_ca_data(c, der, (int64_t)der_length), LIBHTTP_OK, "C-129 and DER");
    is(libhttp_tls_config_ca_data_count(c), 2, "C-129 both");
    is(handshake(c, NULL, 0), LIBHTTP_OK, "C-129 are trusted");
    libhttp_tls_config_free(c);

    c = make();
    libhttp_tls_config_set_system_store(c, 1);
    is(libhttp_tls_config_add_ca_data(c, der, (int64_t)der_length), LIBHTTP_OK, "C-129 bytes");
    is(libhttp_tls_config_system_store(c), 1, "C-129 beside the system");
    is(handshake(c, NULL, 0), LIBHTTP_OK, "C-129 are trusted");
    libhttp_tls_config_free(c);

    c = make();
    libhttp_tls_config_set_system_store(c, 0);
    is(libhttp_tls_config_system_store(c), 0, "C-129 nobody at all");
    is(handshake(c, NULL, 0), LIBHTTP_E_CERTIFICATE, "C-129 is trusted");
    libhttp_tls_config_free(c);
    free(folder);
    free(wrong_folder);
    free(bundle);
}

/* The first use freezes; what is set later has no silent effect (T-48). */
static void test_frozen(void)
{
    libhttp_tls_config *c = tls_pair_config(ca);
    libhttp_tls_config *both[] = {c, libhttp_tls_config_default()};

    is(handshake(c, NULL, 0), LIBHTTP_OK, "T-48 a first use");
    for (int i = 0; i < 2; i++) {
        const char *what = i ? "the default one" : "one in use";

        c = both[i];
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            is(texts[k].set(c, "", 0), LIBHTTP_E_STATE, "T-48 %s: %s", what, texts[k].name);
        is(libhttp_tls_config_add_ca_data(c, "", 0), LIBHTTP_E_STATE, "T-48 %s: data", what);
        is(libhttp_tls_config_set_verify_peer(c, 0), LIBHTTP_E_STATE, "T-48 %s: peer", what);
        is(libhttp_tls_config_set_verify_host(c, 0), LIBHTTP_E_STATE, "T-48 %s: host", what);
        is(libhttp_tls_config_set_system_store(c, 0), LIBHTTP_E_STATE, "T-48 %s: store", what);
        is(libhttp_tls_config_set_session_resumption(c, 0), LIBHTTP_E_STATE, "T-48 %s: resumption",
           what);
        is(libhttp_tls_config_set_minimum_version(c, LIBHTTP_TLS_1_3), LIBHTTP_E_STATE,
           "T-48 %s: minimum", what);
        is(libhttp_tls_config_set_maximum_version(c, LIBHTTP_TLS_1_3), LIBHTTP_E_STATE,
           "T-48 %s: maximum", what);
        is(libhttp_tls_config_set_client_certificate(c, NULL, 0, NULL, 0, NULL, 0), LIBHTTP_E_STATE,
           "T-48 %s: client certificate", what);
        is(libhttp_tls_config_set_client_certificate_data(c, NULL, 0, NULL, 0, NULL, 0),
           LIBHTTP_E_STATE, "T-48 %s: its bytes", what);
        contains(libhttp_tls_config_error(c), "can't be changed", "T-48 %s: the sentence", what);
        is(libhttp_tls_config_error_code(c), LIBHTTP_E_STATE, "T-48 %s: the code", what);
        is(libhttp_tls_config_verify_peer(c) + libhttp_tls_config_verify_host(c), 2,
           "T-48 %s: nothing has changed", what);
    }
    is(handshake(both[0], NULL, 0), LIBHTTP_OK, "T-48 it still works");
    libhttp_tls_config_free(both[0]);
    libhttp_tls_config_free(both[1]);
    ok(libhttp_tls_config_default() == both[1], "the default one can't be freed");
}

static void test_key_log(void)
{
    char path[512];
    libhttp_tls_config *c = tls_pair_config(ca);
    char line[512] = "";
    struct stat info;
    FILE *log;

    setenv("SSLKEYLOGFILE", path, 1);
    snprintf(path, sizeof path, "%s/secrets", tempdir());
    is(handshake(c, NULL, 0), LIBHTTP_OK, "C-129 a handshake");
    ok(access(path, F_OK) < 0, "C-129 the environment makes no key log");
    libhttp_tls_config_free(c);
    c = tls_pair_config(ca);
    is(libhttp_tls_config_set_key_log_file(c, path, -1), LIBHTTP_OK, "C-129 a key log");
    is(handshake(c, NULL, 0), LIBHTTP_OK, "C-129 a handshake");
    log = fopen(path, "r");
    ok(log && fgets(line, sizeof line, log), "C-129 there is something in it");
    contains(line, " ", "C-129 a label and secrets");
    ok(strncmp(line, "SERVER_HANDSHAKE_TRAFFIC_SECRET ", 32) == 0 ||
           strncmp(line, "CLIENT_HANDSHAKE_TRAFFIC_SECRET ", 32) == 0,
       "C-129 as others read it");
    ok(fstat(fileno(log), &info) == 0 && (info.st_mode & 0777) == 0600,
       "T-53 nobody else can read it");
    fclose(log);
    libhttp_tls_config_free(c);
    unsetenv("SSLKEYLOGFILE");
}

/*
 * The key of a file with its lines broken elsewhere, so that what made it has left no copy of this
 * text. Where it is written to.
 */
static char *rewrap_key(const char *file, char *text, size_t size)
{
    static char old[8192];
    int fd = open(file, O_RDONLY);
    ssize_t length = read(fd, old, sizeof old - 1);
    char *from = strchr(old, '\n') + 1;
    char *to = text;
    char *path;
    int column = 0;

    close(fd);
    if (length < 1500 || (size_t)length * 2 > size)
        bail_out("no key to rewrap");
    memcpy(text, old, (size_t)(from - old));
    for (to += from - old; *from != '-'; from++) {
        if (*from == '\n')
            continue;
        *to++ = *from;
        if (++column % 40 == 0)
            *to++ = '\n';
    }
    *to++ = '\n';
    strcpy(to, from);
    explicit_bzero(old, sizeof old);
    path = tempdir_write("rewrapped.pem", "", 0);
    fd = open(path, O_WRONLY);
    if (write(fd, text, strlen(text)) < 1500)
        bail_out("no rewrapped key");
    close(fd);
    return path;
}

static void test_secrets(void)
{
    static char passphrase[] = "correct horse battery staple";
    static char key[8192];
    struct cert *mine = cert_make(ca, &(struct cert_spec){.rsa_bits = 2048});
    struct cert *locked =
        cert_make(ca, &(struct cert_spec){.own_key = true, .passphrase = "open sesame"});
    char *path = rewrap_key(cert_key_file(mine), key, sizeof key);
    const char *end = key + strlen(key) - 100;
    libhttp_tls_config *c = make();

    if (malloc_is_plain()) {
        char *copy = strdup(passphrase);

        ok(heap_holds(passphrase, sizeof passphrase - 1), "T-53 a copy would be found");
        explicit_bzero(copy, sizeof passphrase - 1);
        free(copy);
    }
    ok(!heap_holds(passphrase, sizeof passphrase - 1), "T-53 there is none of the passphrase");
    ok(!heap_holds(end, 60), "T-53 nor of the key");
    libhttp_tls_config_set_client_certificate(c, cert_file(locked), -1, cert_key_file(locked), -1,
                                              passphrase, -1);
    ok(!heap_holds(passphrase, sizeof passphrase - 1),
       "T-53 no copy of a wrong passphrase is left");
    is(libhttp_tls_config_set_client_certificate(c, cert_file(mine), -1, path, -1, NULL, 0),
       LIBHTTP_OK, "a key is read");
    ok(!heap_holds(end, 60), "T-53 no copy of the key's file is left");
    libhttp_tls_config_free(c);
    free(path);
}

static void *use_at_once(void *config)
{
    return (void *)(intptr_t)handshake(config, NULL, 0);
}

/* Threads that open the first connections of a configuration at the same time. */
static void test_threads(void)
{
    libhttp_tls_config *c = tls_pair_config(ca);
    pthread_t threads[4];
    int good = 0;

    cert_pem(leaf, &(size_t){0});
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, use_at_once, c);
    for (int i = 0; i < 4; i++) {
        void *status = NULL;

        pthread_join(threads[i], &status);
        good += (intptr_t)status == LIBHTTP_OK;
    }
    is(good, 4, "T-39 four threads use a new configuration at once");
    libhttp_tls_config_free(c);
}

int main(void)
{
    libhttp_tls_config *c = make();

    ca = cert_make_ca("test authority");
    leaf = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("a.example")}});
    check_defaults(c, "a new one");
    check_defaults(libhttp_tls_config_default(), "the default one");
    libhttp_tls_config_free(c);
    test_null();
    test_bad_texts();
    test_texts();
    test_failures();
    test_client_certificate();
    test_trust();
    test_shared_store();
    test_frozen();
    test_key_log();
    test_secrets();
    test_threads();
    contains(libhttp_tls_library(), "OpenSSL 3", "C-137 the TLS library's name");
    return done_testing();
}
