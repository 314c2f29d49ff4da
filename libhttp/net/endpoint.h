/* SPDX-License-Identifier: MIT */
/* endpoint: where a connection goes, as data; and the transports that lead there. */
#ifndef LIBHTTP_NET_ENDPOINT_H
#define LIBHTTP_NET_ENDPOINT_H

#include <netinet/in.h>
#include <sys/un.h>

#include "net/transport.h"

union address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
};

/* The transport takes a copy; what it points to is borrowed until the transport is open. */
struct endpoint {
    const char *host; /* a name or a literal, without brackets, IDNA done; NUL-terminated */
    int32_t port;
    const char *unix_path; /* instead of host and port, or NULL; a first byte of '\0' would be an
                              abstract name */
    size_t unix_path_length;
    const union address *addresses; /* given in advance (their ports count), instead of a look-up */
    uint32_t address_count;
    union address source; /* bound to where any.sa_family isn't AF_UNSPEC */
    uint16_t source_port; /* else, where it isn't 0, bound to this port of any address */
    bool keep_alive;      /* SO_KEEPALIVE */
};

/* What an open descriptor's transport can tell. */
struct endpoint_info {
    union address peer; /* the address connected to (C-126); AF_UNSPEC where an adopted socket has
                           none that is known */
    int64_t
        resolved_at; /* clock_now() when the name was resolved; 0: there was nothing to resolve */
    int64_t connected_at;
};

/*
 * Resolves, races and connects (TCP), or connects (Unix). All by advance: this does no I/O (C-9).
 * Errors: NAME_RESOLUTION (with getaddrinfo's text), OS with errno of the last attempt and each
 * address's reason in the sentence, CANCELLED, NO_MEMORY, INVALID_ARGUMENT (a Unix path that is too
 * long).
 */
int32_t tcp_new(const struct endpoint *to, struct io *io, struct transport **ret,
                struct failure *failure);
/* Of a transport that tcp_new or fd_new made. */
void tcp_info(const struct transport *tcp, struct endpoint_info *ret);

/* True for text that is an IPv4 or IPv6 literal (a zone id allowed); *ret with the port then. */
bool address_parse(const char *host, int32_t port, union address *ret);
/* "192.0.2.1:80", "[2001:db8::1]:80", "unix:/path"; cut to size. */
void address_format(const union address *a, char *text, size_t size);

/*
 * A connected stream socket of the caller's; closed with the transport. INVALID_ARGUMENT where it
 * is no such thing; it is still the caller's then. Its O_NONBLOCK isn't touched, but for the time
 * of a send_file.
 */
int32_t fd_new(int fd, struct io *io, struct transport **ret, struct failure *failure);

/*
 * The descriptor of the bottom link, or -1; and taking it out: the transport is then without one
 * (C-125), the descriptor without our timeouts. detach gives -1 over TLS; fileno passes down.
 */
int transport_fileno(const struct transport *t);
int transport_detach(struct transport *t);

/* Memory: carried mode. What is fed is read; what is written is taken. A full side gives AGAIN, or
 * takes less. */
int32_t memory_new(struct io *io, struct transport **ret, struct failure *failure);
/* Takes as much of data as its bounded buffer holds. */
int32_t memory_feed(struct transport *t, const void *data, size_t length, size_t *ret_taken,
                    struct failure *failure);
void memory_feed_eof(struct transport *t); /* feeding is LIBHTTP_E_STATE from then on */
/* The bytes to send: borrowed until the next call; then memory_took. */
void memory_take(const struct transport *t, struct span *ret);
void memory_took(struct transport *t, size_t length);

#endif
