/* SPDX-License-Identifier: MIT */
/* debug: the lines of debuglevel (C-106): what is sent and received, credentials masked, bodies as
 * lengths. */
#ifndef LIBHTTP_CLIENT_DEBUG_H
#define LIBHTTP_CLIENT_DEBUG_H

#include "client/handles.h"

static inline bool debug_is_on(const struct libhttp_connection *c)
{
    return c->debug.level > 0;
}

/* `send:` lines for a request's head, one a line of it. */
void debug_request(struct libhttp_connection *c, struct span head);
/* `send:` for bytes of a body. */
void debug_body(struct libhttp_connection *c, struct span data);
/* `reply:` and `header:` lines. `text` and its slices are as they arrived. */
void debug_response(struct libhttp_connection *c, const struct head *h, const char *data);
/* The same for a proxy's answer, which is kept already. */
void debug_message(struct libhttp_connection *c, struct message *m);

/* What was kept, NUL-terminated, the caller's until the next take; the store is empty then.
 * NO_MEMORY loses nothing. */
int32_t debug_take(struct debug *d, struct span *ret);

void debug_done(struct debug *d);

#endif
