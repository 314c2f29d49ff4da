/* SPDX-License-Identifier: MIT */
/*
 * host: where a connection goes, from the text that a caller gives: "name", "name:port",
 * "192.0.2.1", "[v6]", "[v6]:port", "v6" (C-1 to C-7, T-3). Everything that names the server later,
 * the look-up, the Host field, SNI and the certificate's check, comes from the one struct, so that
 * they can't differ (T-7).
 */
#ifndef LIBHTTP_BASE_HOST_H
#define LIBHTTP_BASE_HOST_H

#include "base/failure.h"
#include "base/span.h"

#define HOST_PORT_DEFAULT (-1)

struct host {
    char *name;    /* without brackets and zone id, IDNA done; NUL-terminated, owned */
    size_t length; /* of the name */
    const char
        *address; /* what to connect to: the name, or name%zone (C-36); lives with the name */
    int32_t port; /* 0 to 65535, or HOST_PORT_DEFAULT: nobody said one */
    bool is_ipv6; /* in brackets where a port may follow */
};

static inline void host_init(struct host *h)
{
    *h = (struct host){.address = NULL, .port = HOST_PORT_DEFAULT};
}

void host_done(struct host *h);

/*
 * `port` is a number, or HOST_PORT_DEFAULT: then it is looked for in the text, else it is not
 * (C-4). *ret is initialised, and replaced on success only. Errors: INVALID_URL with the offending
 * text, NO_MEMORY.
 */
int32_t host_parse(struct span text, int32_t port, struct host *ret, struct failure *failure);

/*
 * The parts of it, for who splits a text by other rules. The first takes a name, an IPv4 address,
 * or an IPv6 address without brackets; the port in *ret is HOST_PORT_DEFAULT then.
 */
int32_t host_parse_name(struct span name, struct host *ret, struct failure *failure);
int32_t host_parse_port(struct span digits, int32_t *ret, struct failure *failure);

#endif
