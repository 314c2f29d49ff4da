/* SPDX-License-Identifier: MIT */
/*
 * race: Happy Eyeballs (RFC 8305 5): connects to several addresses, each a little later than the
 * one before, or at once when that one has failed. The first that is connected wins.
 */
#ifndef LIBHTTP_NET_RACE_H
#define LIBHTTP_NET_RACE_H

#include "net/address.h"
#include "net/reasons.h"

struct race;

/*
 * The race takes the list over and watches its sockets in `watch`. `to` gives the options, and is
 * borrowed as `watch` is. NULL: out of memory; the list is still the caller's.
 */
struct race *race_new(const struct endpoint *to, struct address_list *addresses, int watch);

/*
 * OK: *ret_socket (O_NONBLOCK, the caller's now) is connected to *ret_peer. AGAIN: wait for the
 * watch, or until race_next_at. OS: all have failed, race_reasons tells why. `now` is clock_now().
 */
int32_t race_step(struct race *r, int64_t now, int *ret_socket, union address *ret_peer);

/* When the next attempt is due; CLOCK_NEVER. */
int64_t race_next_at(const struct race *r);

const struct reasons *race_reasons(const struct race *r);

/* Ends all attempts. NULL is fine. */
void race_free(struct race *r);

#endif
