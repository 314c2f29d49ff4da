/* SPDX-License-Identifier: MIT */
/*
 * idna: a host name that isn't ASCII as the ASCII that DNS knows (RFC 5891), by libidn2, which is
 * loaded at need.
 */
#ifndef LIBHTTP_BASE_IDNA_H
#define LIBHTTP_BASE_IDNA_H

#include "base/failure.h"
#include "base/span.h"

/*
 * The A-label form of a name in UTF-8, without NUL, of at most IDNA_INPUT_MAX bytes. What comes
 * back is not yet checked to be a host name. *ret is the caller's to free. Errors: INVALID_URL (no
 * such name; libidn2 is missing), NO_MEMORY.
 */
int32_t idna_encode(struct span name, char **ret, struct failure *failure);

/* The longest name in DNS is 253 bytes in ASCII; each of them stands for at most four of UTF-8. */
#define IDNA_INPUT_MAX 1020u

#endif
