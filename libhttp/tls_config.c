/* SPDX-License-Identifier: MIT */
/*
 * tls_config: a configuration's life, and its setters: arguments are checked here,
 * net/tls_context.h does the rest.
 */
#include <libhttp/tls_config.h>
#include <libhttp/version.h>
#include <openssl/crypto.h>
#include <stdlib.h>

#include "base/text.h"
#include "client/tls_access.h"
#include "net/tls_context.h"
#include "net/tls_errors.h"

/* The context first: it is freed with its last reference, and the handle with it. */
struct libhttp_tls_config {
    struct tls_context context;
};

/* One bit for each setter, of those that failed last. */
enum setting {
    SETTING_CA_FILE = 1,
    SETTING_CA_DIRECTORY = 2,
    SETTING_CA_DATA = 4,
    SETTING_SYSTEM_STORE = 8,
    SETTING_CLIENT_CERTIFICATE = 16,
    SETTING_MINIMUM_VERSION = 32,
    SETTING_MAXIMUM_VERSION = 64,
    SETTING_CIPHERS = 128,
    SETTING_CIPHERSUITES = 256,
    SETTING_ALPN = 512,
    SETTING_VERIFY_PEER = 1024,
    SETTING_VERIFY_HOST = 2048,
    SETTING_RESUMPTION = 4096,
    SETTING_KEY_LOG = 8192
};

/* The system's trusted certificates, for all configurations of the process. */
static tls_system_store system_store;

static struct libhttp_tls_config the_default = {TLS_CONTEXT_DEFAULTS(true, &system_store)};

libhttp_tls_config *libhttp_tls_config_default(void)
{
    return &the_default;
}

int32_t libhttp_tls_config_new(libhttp_tls_config **ret)
{
    struct libhttp_tls_config *config;

    if (!ret)
        return LIBHTTP_E_INVALID_ARGUMENT;
    config = malloc(sizeof *config);
    if (!config)
        return LIBHTTP_E_NO_MEMORY;
    tls_context_init(&config->context, &system_store);
    *ret = config;
    return LIBHTTP_OK;
}

void libhttp_tls_config_free(libhttp_tls_config *config)
{
    if (config)
        tls_context_unref(&config->context);
}

struct tls_context *tls_config_context(const libhttp_tls_config *config)
{
    return &((libhttp_tls_config *)(uintptr_t)config)->context;
}

libhttp_tls_config *tls_config_ref(libhttp_tls_config *config)
{
    tls_context_ref(&config->context);
    return config;
}

const char *libhttp_tls_library(void)
{
    return OpenSSL_version(OPENSSL_VERSION);
}

/* A setter under way. */
struct change {
    struct tls_context *context;
    struct tls_settings *settings;
    struct failure *failure;
    struct host_errors *host;
};

/* A frozen configuration belongs to many threads: that it refused is all that is noted. */
static int32_t begin(struct change *change, libhttp_tls_config *config)
{
    if (!config)
        return LIBHTTP_E_INVALID_ARGUMENT;
    change->context = &config->context;
    if (atomic_load(&change->context->frozen)) {
        atomic_store(&change->context->refused, true);
        return LIBHTTP_E_STATE;
    }
    change->settings = &config->context.settings;
    change->failure = &config->context.failure;
    change->host = host_errors_hide();
    return LIBHTTP_OK;
}

static int32_t end(struct change *change, enum setting setting, int32_t code)
{
    host_errors_restore(change->host);
    if (code == LIBHTTP_OK)
        change->context->wrong &= ~(uint32_t)setting;
    else
        change->context->wrong |= (uint32_t)setting;
    return code;
}

typedef int32_t set_text(struct tls_settings *s, struct span text, struct failure *failure);

static int32_t change_text(libhttp_tls_config *config, enum setting setting, const char *name,
                           const char *text, int64_t length, set_text *set)
{
    struct change change;
    struct span value = {"", 0};
    int32_t code = begin(&change, config);

    if (code != LIBHTTP_OK)
        return code;
    code = text_in(&value, text, length, name, change.failure);
    if (code == LIBHTTP_OK)
        code = set(change.settings, value, change.failure);
    return end(&change, setting, code);
}

int32_t libhttp_tls_config_set_ca_file(libhttp_tls_config *config, const char *path,
                                       int64_t path_length)
{
    return change_text(config, SETTING_CA_FILE, "path", path, path_length, tls_set_ca_file);
}

int32_t libhttp_tls_config_set_ca_directory(libhttp_tls_config *config, const char *path,
                                            int64_t path_length)
{
    return change_text(config, SETTING_CA_DIRECTORY, "path", path, path_length,
                       tls_set_ca_directory);
}

int32_t libhttp_tls_config_set_ciphers(libhttp_tls_config *config, const char *list,
                                       int64_t list_length)
{
    return change_text(config, SETTING_CIPHERS, "list", list, list_length, tls_set_ciphers);
}

int32_t libhttp_tls_config_set_ciphersuites(libhttp_tls_config *config, const char *list,
                                            int64_t list_length)
{
    return change_text(config, SETTING_CIPHERSUITES, "list", list, list_length,
                       tls_set_ciphersuites);
}

int32_t libhttp_tls_config_set_alpn(libhttp_tls_config *config, const char *list,
                                    int64_t list_length)
{
    return change_text(config, SETTING_ALPN, "list", list, list_length, tls_set_alpn);
}

int32_t libhttp_tls_config_set_key_log_file(libhttp_tls_config *config, const char *path,
                                            int64_t path_length)
{
    return change_text(config, SETTING_KEY_LOG, "path", path, path_length, tls_set_key_log);
}

int32_t libhttp_tls_config_add_ca_data(libhttp_tls_config *config, const void *data, int64_t length)
{
    struct change change;
    struct span bytes = {"", 0};
    int32_t code = begin(&change, config);

    if (code != LIBHTTP_OK)
        return code;
    if (!data)
        code = fail(change.failure, LIBHTTP_E_INVALID_ARGUMENT, "data is NULL");
    else
        code = data_in(&bytes, data, length, "data", change.failure);
    if (code == LIBHTTP_OK)
        code = tls_add_ca_data(change.settings, bytes, change.failure);
    return end(&change, SETTING_CA_DATA, code);
}

/* Arguments that may be NULL, and are empty then. */
static int32_t optional_text(struct span *ret, const char *text, int64_t length, const char *name,
                             struct failure *failure)
{
    return text ? text_in(ret, text, length, name, failure) : LIBHTTP_OK;
}

static int32_t optional_data(struct span *ret, const void *data, int64_t length, const char *name,
                             struct failure *failure)
{
    return data ? data_in(ret, data, length, name, failure) : LIBHTTP_OK;
}

int32_t libhttp_tls_config_set_client_certificate(libhttp_tls_config *config,
                                                  const char *certificate,
                                                  int64_t certificate_length, const char *key,
                                                  int64_t key_length, const char *passphrase,
                                                  int64_t passphrase_length)
{
    struct tls_identity paths = {{"", 0}, {"", 0}, {"", 0}};
    struct change change;
    int32_t code = begin(&change, config);

    if (code != LIBHTTP_OK)
        return code;
    code = optional_text(&paths.certificate, certificate, certificate_length, "certificate",
                         change.failure);
    if (code == LIBHTTP_OK)
        code = optional_text(&paths.key, key, key_length, "key", change.failure);
    if (code == LIBHTTP_OK)
        code = optional_text(&paths.passphrase, passphrase, passphrase_length, "passphrase",
                             change.failure);
    if (code == LIBHTTP_OK)
        code = tls_set_identity_files(change.settings, &paths, change.failure);
    return end(&change, SETTING_CLIENT_CERTIFICATE, code);
}

int32_t libhttp_tls_config_set_client_certificate_data(libhttp_tls_config *config,
                                                       const void *certificate,
                                                       int64_t certificate_length, const void *key,
                                                       int64_t key_length, const char *passphrase,
                                                       int64_t passphrase_length)
{
    struct tls_identity data = {{"", 0}, {"", 0}, {"", 0}};
    struct change change;
    int32_t code = begin(&change, config);

    if (code != LIBHTTP_OK)
        return code;
    code = optional_data(&data.certificate, certificate, certificate_length, "certificate",
                         change.failure);
    if (code == LIBHTTP_OK)
        code = optional_data(&data.key, key, key_length, "key", change.failure);
    if (code == LIBHTTP_OK)
        code = optional_text(&data.passphrase, passphrase, passphrase_length, "passphrase",
                             change.failure);
    if (code == LIBHTTP_OK)
        code = tls_set_identity_data(change.settings, &data, change.failure);
    return end(&change, SETTING_CLIENT_CERTIFICATE, code);
}

static int32_t check_switch(int32_t on, struct failure *failure)
{
    if (on == 0 || on == 1)
        return LIBHTTP_OK;
    return fail(failure, LIBHTTP_E_INVALID_ARGUMENT, "on is %d, not 0 or 1", (int)on);
}

static int32_t change_switch(libhttp_tls_config *config, enum setting setting, bool *at, int32_t on)
{
    struct change change;
    int32_t code = begin(&change, config);

    if (code != LIBHTTP_OK)
        return code;
    code = check_switch(on, change.failure);
    if (code == LIBHTTP_OK)
        *at = on == 1;
    return end(&change, setting, code);
}

/* The place of a switch; what it is for NULL doesn't matter, as nothing is changed then. */
#define SWITCH(config, name) ((config) ? &(config)->context.settings.name : NULL)

int32_t libhttp_tls_config_set_verify_peer(libhttp_tls_config *config, int32_t on)
{
    return change_switch(config, SETTING_VERIFY_PEER, SWITCH(config, verify_peer), on);
}

int32_t libhttp_tls_config_set_verify_host(libhttp_tls_config *config, int32_t on)
{
    return change_switch(config, SETTING_VERIFY_HOST, SWITCH(config, verify_host), on);
}

int32_t libhttp_tls_config_set_session_resumption(libhttp_tls_config *config, int32_t on)
{
    return change_switch(config, SETTING_RESUMPTION, SWITCH(config, resumption), on);
}

int32_t libhttp_tls_config_set_system_store(libhttp_tls_config *config, int32_t on)
{
    bool value = false;
    int32_t code = change_switch(config, SETTING_SYSTEM_STORE, &value, on);

    if (code == LIBHTTP_OK)
        config->context.settings.system_store = value;
    return code;
}

static int32_t check_version(int32_t version, int32_t oldest, int32_t newest,
                             struct failure *failure)
{
    if (version != LIBHTTP_TLS_1_2 && version != LIBHTTP_TLS_1_3)
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "version 0x%x is neither LIBHTTP_TLS_1_2 nor _1_3", (unsigned)version);
    if (oldest > newest)
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "version: the minimum would be newer than the maximum");
    return LIBHTTP_OK;
}

int32_t libhttp_tls_config_set_minimum_version(libhttp_tls_config *config, int32_t version)
{
    struct change change;
    int32_t code = begin(&change, config);

    if (code != LIBHTTP_OK)
        return code;
    code = check_version(version, version, change.settings->maximum_version, change.failure);
    if (code == LIBHTTP_OK)
        change.settings->minimum_version = version;
    return end(&change, SETTING_MINIMUM_VERSION, code);
}

int32_t libhttp_tls_config_set_maximum_version(libhttp_tls_config *config, int32_t version)
{
    struct change change;
    int32_t code = begin(&change, config);

    if (code != LIBHTTP_OK)
        return code;
    code = check_version(version, change.settings->minimum_version, version, change.failure);
    if (code == LIBHTTP_OK)
        change.settings->maximum_version = version;
    return end(&change, SETTING_MAXIMUM_VERSION, code);
}
