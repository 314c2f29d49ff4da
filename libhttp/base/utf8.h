/* SPDX-License-Identifier: MIT */
/* utf8: whether bytes are UTF-8 (RFC 3629). */
#ifndef LIBHTTP_BASE_UTF8_H
#define LIBHTTP_BASE_UTF8_H

#include "base/span.h"

/* No overlong form, no surrogate, nothing above U+10FFFF, nothing cut off. */
bool utf8_is_valid(struct span s);

#endif
