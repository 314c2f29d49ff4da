/* SPDX-License-Identifier: MIT */
/* tls_info: what can be told of a connection's TLS, to its user and to the key log. */
#include <openssl/ssl.h>
#include <sys/uio.h>

#include "base/sigpipe.h"
#include "net/tls_engine.h"
#include "net/tls_link.h"

void tls_info(const struct transport *t, struct tls_info *ret)
{
    const struct tls *tls = tls_of(t);
    const unsigned char *alpn = NULL;
    unsigned int length = 0;

    *ret = (struct tls_info){.version = "", .cipher = "", .alpn = span_of("", 0)};
    if (!tls->open)
        return;
    ret->version = SSL_get_version(tls->ssl);
    ret->cipher = SSL_CIPHER_get_name(SSL_get_current_cipher(tls->ssl));
    SSL_get0_alpn_selected(tls->ssl, &alpn, &length);
    if (length > 0)
        ret->alpn = span_of((const char *)alpn, length);
    ret->resumed = SSL_session_reused(tls->ssl) == 1;
    ret->handshaken_at = tls->handshaken_at;
}

static void encode_certificate(struct tls *tls)
{
    X509 *certificate = SSL_get0_peer_certificate(tls->ssl);
    int length = certificate ? i2d_X509(certificate, &tls->certificate) : 0;

    tls->certificate_length = length > 0 ? length : 0;
}

struct span tls_peer_certificate(struct transport *t)
{
    struct tls *tls = tls_of(t);
    struct host_errors *host = host_errors_hide();

    if (tls->open && !tls->certificate)
        encode_certificate(tls);
    host_errors_restore(host);
    return tls->certificate
               ? span_of((const char *)tls->certificate, (size_t)tls->certificate_length)
               : span_of("", 0);
}

/*
 * One write for a line, as other connections append to the same file. There is nobody to tell
 * where it fails.
 */
void tls_link_log_key(const SSL *ssl, const char *line)
{
    const struct tls *tls = SSL_get_app_data(ssl);
    char newline = '\n';
    struct iovec parts[] = {{(void *)(uintptr_t)line, strlen(line)}, {&newline, 1}};
    struct sigpipe held;
    ssize_t put;

    sigpipe_hold(&held);
    put = writev(tls->context->settings.key_log, parts, 2);
    sigpipe_release(&held, put < 0);
}
