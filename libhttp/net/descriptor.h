/* SPDX-License-Identifier: MIT */
/* descriptor: numbers of descriptors. */
#ifndef LIBHTTP_NET_DESCRIPTOR_H
#define LIBHTTP_NET_DESCRIPTOR_H

/*
 * The descriptor under a number that isn't a standard one: where the host has closed those, what is
 * written to standard output or error, our debug lines too, would go to the peer (T-33). Takes
 * `fd`, or -1; -1 with errno where there is no other number.
 */
int descriptor_apart(int fd);

#endif
