/* SPDX-License-Identifier: MIT */
/* address: lists of socket addresses, and the order in which they are tried (RFC 8305 4). */
#ifndef LIBHTTP_NET_ADDRESS_H
#define LIBHTTP_NET_ADDRESS_H

#include <stdbool.h>

#include "net/endpoint.h"

/* The text of any address: "[", 45 characters, "%", "]:", numbers; a Unix path is cut to it. */
#define ADDRESS_TEXT 128

struct address_list {
    union address *items; /* owned */
    uint32_t count;
    uint32_t room;
};

/* These two are for IPv4 and IPv6. */
socklen_t address_length(const union address *a);
bool address_equal(const union address *a, const union address *b);

/* Room for `count` addresses, at most LIMIT_ADDRESSES; it is empty. False: out of memory. */
bool address_list_init(struct address_list *list, uint32_t count);
void address_list_done(struct address_list *list);

/*
 * Appends, unless the address is in the list already, is neither IPv4 nor IPv6, the list is full,
 * or another family is wanted (`family`; AF_UNSPEC: any).
 */
void address_list_add(struct address_list *list, const struct sockaddr *a, sa_family_t family);

/* Families by turns, each in its order: a family that doesn't work costs one attempt's delay, not
 * many. */
void address_list_interleave(struct address_list *list);

#endif
