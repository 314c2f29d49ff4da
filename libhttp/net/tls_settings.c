/* SPDX-License-Identifier: MIT */
/* tls_settings: setters that are checked by trying them out on an OpenSSL context of their own. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/descriptor.h"
#include "net/tls_alpn.h"
#include "net/tls_engine.h"
#include "net/tls_errors.h"

int32_t tls_set_text(char **text, struct span value, struct failure *failure)
{
    char *copy = value.length > 0 ? tls_copy(value) : NULL;

    if (!copy && value.length > 0)
        return fail_memory(failure);
    free(*text);
    *text = copy;
    return LIBHTTP_OK;
}

/* Sets a list that OpenSSL takes, or takes it back. */
static int32_t set_list(char **list, struct span value, int (*apply)(SSL_CTX *, const char *),
                        const char *what, struct failure *failure)
{
    char *text = tls_copy(value);
    SSL_CTX *ctx = text ? SSL_CTX_new(TLS_client_method()) : NULL;
    int32_t code;

    if (!ctx)
        code = text ? fail_openssl(failure, "OpenSSL can't be set up") : fail_memory(failure);
    else if (value.length > 0 && apply(ctx, text) != 1)
        code = fail(failure, LIBHTTP_E_INVALID_ARGUMENT, "%s %s: OpenSSL knows none of them", what,
                    QUOTE(value));
    else
        code = tls_set_text(list, value, failure);
    SSL_CTX_free(ctx);
    free(text);
    return code;
}

int32_t tls_set_ciphers(struct tls_settings *s, struct span list, struct failure *failure)
{
    return set_list(&s->ciphers, list, SSL_CTX_set_cipher_list, "ciphers", failure);
}

int32_t tls_set_ciphersuites(struct tls_settings *s, struct span list, struct failure *failure)
{
    return set_list(&s->ciphersuites, list, SSL_CTX_set_ciphersuites, "ciphersuites", failure);
}

/* Unlike the other lists an empty one is kept: nothing is offered then. */
int32_t tls_set_alpn(struct tls_settings *s, struct span list, struct failure *failure)
{
    unsigned char wire[TLS_ALPN_MAX];
    char *copy;

    if (span_trim(list).length > 0 && tls_alpn_encode(list, wire) == 0)
        return fail(
            failure, LIBHTTP_E_INVALID_ARGUMENT,
            "protocols %s: a list of names with commas between, 1 to 255 bytes each, %u in all",
            QUOTE(list), TLS_ALPN_MAX - 1);
    copy = tls_copy(list);
    if (!copy)
        return fail_memory(failure);
    free(s->alpn);
    s->alpn = copy;
    return LIBHTTP_OK;
}

/* Keys are for their owner alone, and appended to what is there. */
static int open_log(struct span path)
{
    char *text = tls_copy(path);
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY;
    int fd = text ? descriptor_apart(open(text, flags, 0600)) : -1;
    int error = text ? errno : ENOMEM;

    free(text);
    errno = error;
    return fd;
}

int32_t tls_set_key_log(struct tls_settings *s, struct span path, struct failure *failure)
{
    int fd = path.length > 0 ? open_log(path) : -1;
    int error = errno;

    if (path.length > 0 && fd < 0)
        return error == ENOMEM ? fail_memory(failure)
                               : fail_os(failure, LIBHTTP_E_OS, error, "key log %s", QUOTE(path));
    if (tls_set_text(&s->key_log_file, path, failure) < 0) {
        if (fd >= 0)
            close(fd);
        return failure->code;
    }
    if (s->key_log >= 0)
        close(s->key_log);
    s->key_log = fd;
    return LIBHTTP_OK;
}
