/* SPDX-License-Identifier: MIT */
/* tls: TLS over the transport below. OpenSSL's face is in net/tls*.c and tls_config.c alone. */
#ifndef LIBHTTP_NET_TLS_H
#define LIBHTTP_NET_TLS_H

#include "net/transport.h"

/*
 * What the public libhttp_tls_config holds: settings, and from the first use on OpenSSL's
 * context made of them; the setters fail from then on. Any number of threads may use one, each
 * handle holds a reference.
 */
struct tls_context;

struct tls_context *tls_context_ref(struct tls_context *context);
void tls_context_unref(struct tls_context *context);

struct tls_peer {
    /*
     * what the certificate must say and SNI sends: a DNS name (IDNA done) or an IP literal, no
     * brackets
     */
    const char *name;
    /* everything that tells two resumable peers apart: host, port, proxy (T-47) */
    const char *session_key;
};

/*
 * A TLS client over `below`, which it owns from success on. The strings are copied. Freezes the
 * context and makes OpenSSL's from it at first use: what is wrong with the configuration is an
 * error here. INVALID_URL for a name that no certificate can carry.
 *
 * The errors of the link: what the link below says (OS, CANCELLED …) comes through as it is;
 * CERTIFICATE; TLS for the rest. EOF without close_notify is LIBHTTP_E_TLS for which
 * tls_is_truncation holds, in every call that meets it (T-46).
 */
int32_t tls_new(struct transport *below, struct tls_context *context, const struct tls_peer *peer,
                struct io *io, struct transport **ret, struct failure *failure);

/* Whether the error says that the peer closed without close_notify. */
bool tls_is_truncation(const struct failure *failure);

struct tls_info {
    const char *version; /* "TLSv1.3"; lives as long as the process; "" before the handshake */
    const char *cipher;  /* the same */
    struct span alpn;    /* what the server chose; empty: nothing. Borrowed from the transport */
    bool resumed;
    int64_t handshaken_at; /* clock_now() then; 0 before */
};
void tls_info(const struct transport *tls, struct tls_info *ret);

/*
 * The peer's certificate as DER, made at first asking, owned by the transport; empty where
 * there is none.
 */
struct span tls_peer_certificate(struct transport *tls);

#endif
