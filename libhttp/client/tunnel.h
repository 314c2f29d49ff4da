/* SPDX-License-Identifier: MIT */
/* tunnel: CONNECT through a proxy (RFC 9110 9.3.6) while a session is opened, and the proxy's
 * answer afterwards. */
#ifndef LIBHTTP_CLIENT_TUNNEL_H
#define LIBHTTP_CLIENT_TUNNEL_H

#include "client/message.h"
#include "client/session.h"

struct tunnel {
    struct buf output; /* what of the CONNECT head has not left yet */
    struct message answer;
    uint32_t interim;    /* 1xx answers skipped (C-61) */
    uint32_t head_bytes; /* of all heads so far, for the limit */
};

/* Writes the CONNECT head. NULL with its failure where a field or the host can't be. */
struct tunnel *tunnel_new(const struct destination *d, struct failure *failure);
void tunnel_free(struct tunnel *t); /* NULL is fine */

/* Sends the head and reads the answer over s->bottom. OK: a 2xx, the tunnel is open. */
int32_t tunnel_step(struct session *s, struct failure *failure);

#endif
