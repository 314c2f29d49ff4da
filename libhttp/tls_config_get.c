/* SPDX-License-Identifier: MIT */
/* tls_config_get: what a configuration is set to, and its last error. */
#include <libhttp/error.h>
#include <libhttp/tls_config.h>

#include "base/text.h"
#include "client/tls_access.h"
#include "net/tls_alpn.h"
#include "net/tls_context.h"

static const struct tls_settings *settings_of(const libhttp_tls_config *config)
{
    return config ? &tls_config_context(config)->settings : NULL;
}

static const char *give(const char *text, int64_t *ret_length)
{
    return text ? text_out(span_text(text), ret_length) : no_text(ret_length);
}

const char *libhttp_tls_config_ca_file(const libhttp_tls_config *config, int64_t *ret_length)
{
    return give(config ? settings_of(config)->ca_file : NULL, ret_length);
}

const char *libhttp_tls_config_ca_directory(const libhttp_tls_config *config, int64_t *ret_length)
{
    return give(config ? settings_of(config)->ca_directory : NULL, ret_length);
}

int32_t libhttp_tls_config_ca_data_count(const libhttp_tls_config *config)
{
    int count = config ? sk_X509_num(settings_of(config)->data_roots) : 0;

    return count > 0 ? count : 0;
}

int32_t libhttp_tls_config_system_store(const libhttp_tls_config *config)
{
    return config && tls_settings_use_system(settings_of(config));
}

int32_t libhttp_tls_config_has_client_certificate(const libhttp_tls_config *config)
{
    return config && settings_of(config)->certificate;
}

const char *libhttp_tls_config_client_certificate(const libhttp_tls_config *config,
                                                  int64_t *ret_length)
{
    return give(config ? settings_of(config)->certificate_file : NULL, ret_length);
}

const char *libhttp_tls_config_client_key(const libhttp_tls_config *config, int64_t *ret_length)
{
    return give(config ? settings_of(config)->key_file : NULL, ret_length);
}

int32_t libhttp_tls_config_minimum_version(const libhttp_tls_config *config)
{
    return config ? settings_of(config)->minimum_version : 0;
}

int32_t libhttp_tls_config_maximum_version(const libhttp_tls_config *config)
{
    return config ? settings_of(config)->maximum_version : 0;
}

const char *libhttp_tls_config_ciphers(const libhttp_tls_config *config, int64_t *ret_length)
{
    return give(config ? settings_of(config)->ciphers : NULL, ret_length);
}

const char *libhttp_tls_config_ciphersuites(const libhttp_tls_config *config, int64_t *ret_length)
{
    return give(config ? settings_of(config)->ciphersuites : NULL, ret_length);
}

const char *libhttp_tls_config_alpn(const libhttp_tls_config *config, int64_t *ret_length)
{
    const char *list = config ? settings_of(config)->alpn : NULL;

    return give(config && !list ? TLS_ALPN_DEFAULT : list, ret_length);
}

int32_t libhttp_tls_config_verify_peer(const libhttp_tls_config *config)
{
    return config && settings_of(config)->verify_peer;
}

int32_t libhttp_tls_config_verify_host(const libhttp_tls_config *config)
{
    return config && settings_of(config)->verify_host;
}

int32_t libhttp_tls_config_session_resumption(const libhttp_tls_config *config)
{
    return config && settings_of(config)->resumption;
}

const char *libhttp_tls_config_key_log_file(const libhttp_tls_config *config, int64_t *ret_length)
{
    return give(config ? settings_of(config)->key_log_file : NULL, ret_length);
}

/* A setter on a frozen configuration leaves no sentence: any thread may read this one. */
static bool has_refused(const libhttp_tls_config *config)
{
    return atomic_load(&tls_config_context(config)->refused);
}

const char *libhttp_tls_config_error(const libhttp_tls_config *config)
{
    if (!config)
        return "";
    if (has_refused(config))
        return "the TLS configuration is in use, or the default one, and can't be changed";
    return failure_text(&tls_config_context(config)->failure);
}

int32_t libhttp_tls_config_error_code(const libhttp_tls_config *config)
{
    if (!config)
        return 0;
    return has_refused(config) ? LIBHTTP_E_STATE : tls_config_context(config)->failure.code;
}

int32_t libhttp_tls_config_errno(const libhttp_tls_config *config)
{
    return config && !has_refused(config) ? tls_config_context(config)->failure.os_error : 0;
}

int64_t libhttp_tls_config_tls_reason(const libhttp_tls_config *config)
{
    return config && !has_refused(config) ? tls_config_context(config)->failure.tls_reason : 0;
}
