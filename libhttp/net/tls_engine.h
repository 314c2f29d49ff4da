/* SPDX-License-Identifier: MIT */
/* tls_engine: the parts from which OpenSSL's context is made. */
#ifndef LIBHTTP_NET_TLS_ENGINE_H
#define LIBHTTP_NET_TLS_ENGINE_H

#include "net/tls_context.h"

/* NULL: failed, as the failure says. */
struct tls_engine *tls_engine_new(const struct tls_settings *s, tls_system_store *system,
                                  struct failure *failure);
void tls_engine_free(struct tls_engine *engine);

/* tls_trust.c: the store of trusted roots. The system's is made once in the process and shared. */
int32_t tls_trust_apply(const struct tls_settings *s, tls_system_store *system, SSL_CTX *ssl_ctx,
                        struct failure *failure);

/* tls_bio.c: between OpenSSL and the transport below a link. */
BIO_METHOD *tls_bio_method_new(void);

/*
 * tls_handshake.c, tls_info.c: OpenSSL's callbacks, which find the link through
 * SSL_get_app_data.
 */
int tls_link_new_session(SSL *ssl, SSL_SESSION *session);
void tls_link_shook_hands(const SSL *ssl, int where, int value);
void tls_link_log_key(const SSL *ssl, const char *line);

/*
 * tls_files.c: a whole file (at most 64 MiB). What it holds is wiped by tls_file_free: it may
 * be a key.
 */
struct tls_file {
    unsigned char *data;
    size_t length;
};
int32_t tls_file_read(struct span path, const char *what, struct tls_file *ret,
                      struct failure *failure);
void tls_file_free(struct tls_file *file);

/*
 * The certificates in PEM or DER; at least one. NULL: there are none, as the failure says;
 * `what` names the source.
 */
x509_list *tls_certificates(struct span data, const char *what, struct failure *failure);

/* The text of a span as a string; NULL: out of memory. */
char *tls_copy(struct span text);

#endif
