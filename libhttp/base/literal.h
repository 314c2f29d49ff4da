/* SPDX-License-Identifier: MIT */
/* literal: whether a text is an IP address (RFC 3986 3.2.2), without the system's help. */
#ifndef LIBHTTP_BASE_LITERAL_H
#define LIBHTTP_BASE_LITERAL_H

#include "base/span.h"

/* Four decimal numbers of at most 255, without leading zeros. */
bool literal_is_ipv4(struct span s);

/* Without brackets, and without a zone id. */
bool literal_is_ipv6(struct span s);

#endif
