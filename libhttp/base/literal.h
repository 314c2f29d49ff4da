/* SPDX-License-Identifier: MIT */
/* literal: whether a text is an IP address (RFC 3986 3.2.2), without the system's help. */
#ifndef LIBHTTP_BASE_LITERAL_H
#define LIBHTTP_BASE_LITERAL_H

#include "base/span.h"

/* Four decimal numbers of at most 255, without leading zeros. */
bool literal_is_ipv4(struct span s);

/* Without brackets, and without a zone id. */
bool literal_is_ipv6(struct span s);

/*
 * "127.1", "0x7f.0.0.1", "2130706433", "127.0.0.1.": names that end in a number, and no literal.
 * Some readers take them for an IPv4 address, some for a name.
 */
bool literal_is_ambiguous(struct span s);

#endif
