/* SPDX-License-Identifier: MIT */
/* destination: where a connection goes and how: what its setters leave, what opening a session
 * needs. */
#ifndef LIBHTTP_CLIENT_DESTINATION_H
#define LIBHTTP_CLIENT_DESTINATION_H

#include <libhttp/tls_config.h>

#include "base/host.h"
#include "net/endpoint.h"
#include "wire/fields.h"
#include "wire/request.h"

/* Settings whose last setter failed: nothing connects until each is set right. */
enum { WRONG_HOST = 1, WRONG_TLS = 2, WRONG_TUNNEL = 4 };

/* The other end of a tunnel, and what is for the proxy alone (T-50). */
struct tunnel_end {
    struct host host;
    struct fields fields;
};

struct destination {
    uint8_t wrong; /* WRONG_… */
    bool has_host;
    struct host host;
    char *unix_path; /* NULL: TCP */
    size_t unix_path_length;
    union address *addresses; /* given in advance; their ports are filled in when it connects */
    uint32_t address_count;
    char *source_text; /* a literal, or empty: any; NULL: none */
    int32_t source_port;
    bool keep_alive_probes;
    libhttp_tls_config *tls;   /* a reference; NULL: plain */
    struct tunnel_end *tunnel; /* NULL: none */
    char *lines; /* the automatic fields as they were last written, Host first; or NULL */
    size_t lines_length;
    size_t host_line_length;
};

void destination_init(struct destination *d);
void destination_done(struct destination *d);

/* Takes the end, NULL for none. */
void destination_set_tunnel(struct destination *d, struct tunnel_end *end);
void tunnel_end_free(struct tunnel_end *end); /* NULL is fine */

/* The port of a host that named none: 443 with TLS, else 80. */
int32_t destination_default_port(const struct destination *d);
int32_t destination_port(const struct destination *d, const struct host *host);

/* The host that requests are for: the tunnel's where there is one (C-34, C-44 of TLS: T-44). NULL:
 * none is set. */
const struct host *destination_target(const struct destination *d);

/* For the automatic Host field (C-34, C-35). `localhost` over a Unix socket without a host. */
void destination_request_host(const struct destination *d, struct request_host *ret);

/* Keeps the automatic fields for the next request, until something changes; where there is no
 * memory they are made anew. */
void destination_keep_lines(struct destination *d, struct span lines, size_t host_line_length);
void destination_forget_lines(struct destination *d);

/* For opening; borrows from d. */
void destination_endpoint(const struct destination *d, struct endpoint *ret);

/* Everything that tells two resumable TLS peers apart (T-47), NUL-terminated, owned by the caller;
 * NULL: no memory. */
char *destination_session_key(const struct destination *d);

#endif
