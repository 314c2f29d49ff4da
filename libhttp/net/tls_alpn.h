/* SPDX-License-Identifier: MIT */
/*
 * tls_alpn: a list of protocols as text ("h2,http/1.1") and as it stands on the wire (RFC 7301
 * 3.1).
 */
#ifndef LIBHTTP_NET_TLS_ALPN_H
#define LIBHTTP_NET_TLS_ALPN_H

#include "base/span.h"

#define TLS_ALPN_MAX     1024u
#define TLS_ALPN_DEFAULT "http/1.1"

/*
 * The bytes used of `wire`, which has room for TLS_ALPN_MAX; 0: the list is empty, or can't be
 * encoded.
 */
size_t tls_alpn_encode(struct span list, unsigned char *wire);

#endif
