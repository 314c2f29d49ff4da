/* SPDX-License-Identifier: MIT */
/* tls_alpn: see the header. */
#include "net/tls_alpn.h"

size_t tls_alpn_encode(struct span list, unsigned char *wire)
{
    struct span protocol;
    size_t length = 0;

    while (span_next_member(&list, &protocol)) {
        if (protocol.length > 255 || protocol.length + 1 > TLS_ALPN_MAX - length)
            return 0;
        wire[length++] = (unsigned char)protocol.length;
        memcpy(wire + length, protocol.data, protocol.length);
        length += protocol.length;
    }
    return length;
}
