/* SPDX-License-Identifier: MIT */
/* percent: percent encoding (RFC 3986 2.1), for URLs, forms and extended parameters. */
#ifndef LIBHTTP_BASE_PERCENT_H
#define LIBHTTP_BASE_PERCENT_H

#include "base/span.h"

/* Which bytes stay as they are: the unreserved ones, and the ASCII ones of `more`. */
struct percent_set {
    bool has[256];
};
void percent_set_init(struct percent_set *set, struct span more);

/* Bytes that the encoded text has; with `plus` a blank is "+". */
size_t percent_encoded_length(const struct percent_set *set, struct span in, bool plus);

/* Writes exactly as many. */
void percent_encode(char *out, const struct percent_set *set, struct span in, bool plus);

/*
 * Decodes into out, which has room for in.length bytes and may be where `in` is; NULL only counts.
 * The length. A "%" without two hexadecimal digits stays.
 */
size_t percent_decode(char *out, struct span in, bool plus);

/* True where every "%" has its two digits. */
bool percent_is_valid(struct span in);

#endif
