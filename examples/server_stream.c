/* SPDX-License-Identifier: MIT */
#include "server_stream.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;
    bool added;

    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

/* Signed by itself: the certificate is its own authority. */
static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_NAME *name;

    if (certificate == NULL)
        return NULL;
    name = X509_get_subject_name(certificate);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 7 * 86400);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               (const unsigned char *)"libhttp example server", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    if (add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
        add_extension(certificate, NID_key_usage, "critical,digitalSignature,keyCertSign") &&
        add_extension(certificate, NID_subject_key_identifier, "hash") &&
        add_extension(certificate, NID_authority_key_identifier, "keyid:always") &&
        add_extension(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
        X509_sign(certificate, key, EVP_sha256()) > 0)
        return certificate;
    X509_free(certificate);
    return NULL;
}

static bool write_certificate(X509 *certificate, const char *file)
{
    FILE *out = fopen(file, "w");
    bool written;

    if (out == NULL)
        return false;
    written = PEM_write_X509(out, certificate) == 1;
    return fclose(out) == 0 && written;
}

SSL_CTX *server_tls_new(const char *ca_file)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = key != NULL ? make_certificate(key) : NULL;

    if (tls == NULL || certificate == NULL || !write_certificate(certificate, ca_file) ||
        SSL_CTX_use_certificate(tls, certificate) != 1 || SSL_CTX_use_PrivateKey(tls, key) != 1) {
        SSL_CTX_free(tls);
        tls = NULL;
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    return tls;
}

bool stream_start_tls(struct stream *stream, SSL_CTX *tls)
{
    stream->ssl = SSL_new(tls);
    return stream->ssl != NULL && SSL_set_fd(stream->ssl, stream->fd) == 1 &&
           SSL_accept(stream->ssl) == 1;
}

bool stream_write(struct stream *stream, const void *data, size_t length)
{
    const char *rest = data;

    while (length > 0) {
        size_t wrote = 0;

        if (stream->ssl == NULL) {
            ssize_t sent = send(stream->fd, rest, length, MSG_NOSIGNAL);

            if (sent <= 0)
                return false;
            wrote = (size_t)sent;
        } else if (SSL_write_ex(stream->ssl, rest, length, &wrote) != 1) {
            return false;
        }
        rest += wrote;
        length -= wrote;
    }
    return true;
}

bool stream_print(struct stream *stream, const char *format, ...)
{
    char text[2048];
    int length;
    va_list args;

    va_start(args, format);
    length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return length >= 0 && (size_t)length < sizeof text &&
           stream_write(stream, text, (size_t)length);
}

static bool fill(struct stream *stream)
{
    size_t got = 0;
    ssize_t received;

    if (stream->start < stream->end)
        return true;
    if (stream->ssl != NULL) {
        if (SSL_read_ex(stream->ssl, stream->buffer, sizeof stream->buffer, &got) != 1)
            return false;
    } else {
        received = recv(stream->fd, stream->buffer, sizeof stream->buffer, 0);
        if (received <= 0)
            return false;
        got = (size_t)received;
    }
    stream->start = 0;
    stream->end = got;
    return true;
}

bool stream_line(struct stream *stream, char *line, size_t size)
{
    size_t used = 0;

    while (fill(stream)) {
        char byte = stream->buffer[stream->start++];

        if (byte == '\n') {
            if (used > 0 && line[used - 1] == '\r')
                used--;
            line[used] = '\0';
            return true;
        }
        if (used + 1 >= size)
            return false;
        line[used++] = byte;
    }
    return false;
}

size_t stream_read(struct stream *stream, char *out, size_t length)
{
    size_t here;

    if (length == 0 || !fill(stream))
        return 0;
    here = stream->end - stream->start;
    if (length > here)
        length = here;
    memcpy(out, stream->buffer + stream->start, length);
    stream->start += length;
    return length;
}

void stream_close(struct stream *stream)
{
    if (stream->ssl != NULL)
        SSL_shutdown(stream->ssl);
    SSL_free(stream->ssl);
    close(stream->fd);
}
