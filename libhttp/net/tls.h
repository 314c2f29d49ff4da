/* SPDX-License-Identifier: MIT */
/* tls: TLS over the transport below (OpenSSL's face is in net/tls*.c alone), and the configuration behind libhttp_tls_config. */
#ifndef LIBHTTP_NET_TLS_H
#define LIBHTTP_NET_TLS_H

#include "net/transport.h"

/* What the public libhttp_tls_config holds: reference-counted, frozen by first use. See tls_context.c. */
struct tls_context;

struct tls_peer {
    const char *name; /* what the certificate must say and SNI sends: a DNS name (IDNA done) or an IP literal */
    const char *session_key; /* everything that tells two resumable peers apart: host, port, proxy (T-47) */
};

/* A TLS client over `below`, which it owns from success on. The strings are copied or used before it returns. */
int32_t tls_new(struct transport *below, struct tls_context *context, const struct tls_peer *peer, struct io *io,
                struct transport **ret, struct failure *failure);

struct tls_info {
    const char *version; /* "TLSv1.3"; lives as long as the process */
    const char *cipher;
    struct span alpn;  /* what the server chose; empty: nothing. Borrowed from the transport */
    bool resumed;
    int64_t handshaken_at;
};
void tls_info(const struct transport *tls, struct tls_info *ret);

/* The peer's certificate as DER, made at first asking, owned by the transport; empty where there is none. */
struct span tls_peer_certificate(struct transport *tls);

#endif
