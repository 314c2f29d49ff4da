/* SPDX-License-Identifier: MIT */
/*
 * resolve: a name's addresses, by the C library's getaddrinfo in a thread of its own: it honours
 * nsswitch, and can't be cancelled. A look-up that nobody waits for any more is abandoned: its
 * thread ends when getaddrinfo does, and cleans up.
 */
#ifndef LIBHTTP_NET_RESOLVE_H
#define LIBHTTP_NET_RESOLVE_H

#include "net/address.h"

struct lookup;

/* Begins. NAME_RESOLUTION where too many look-ups hang, or no thread can be had. */
int32_t lookup_start(const char *host, int32_t port, struct lookup **ret, struct failure *failure);

/* Becomes readable when the look-up is done. */
int lookup_event(const struct lookup *l);

/*
 * AGAIN until it is done; then its addresses, those of `family` only where it isn't AF_UNSPEC, in
 * the order in which they are tried (RFC 6724, then RFC 8305 4); NAME_RESOLUTION, NO_MEMORY.
 */
int32_t lookup_result(struct lookup *l, sa_family_t family, struct address_list *ret,
                      struct failure *failure);

/* NULL is fine. */
void lookup_free(struct lookup *l);

#endif
