/* SPDX-License-Identifier: MIT */
/*
 * url_split: the parts of an http or https URL (RFC 3986 3), as slices of its text; hostile ones
 * are refused (T-7).
 */
#ifndef LIBHTTP_BASE_URL_SPLIT_H
#define LIBHTTP_BASE_URL_SPLIT_H

#include "base/failure.h"
#include "base/span.h"

#define URL_SPLIT_ZONE_ROOM 256

struct url_split {
    bool tls;
    struct span host;                /* for host_parse_name: no brackets; not yet checked in all */
    struct span port;                /* digits, not yet checked; perhaps empty */
    struct span path;                /* path and query, perhaps empty; the fragment is gone */
    struct span user;                /* percent-encoded; data NULL: there is none */
    struct span password;            /* the same */
    char zoned[URL_SPLIT_ZONE_ROOM]; /* what host lies in where an address has a zone id */
};

/*
 * The text has no NUL. Without `allow_user` user information is INVALID_URL, as is everything that
 * can't be a URL. *ret is not to be copied, and undefined after a failure.
 */
int32_t url_split(struct span text, bool allow_user, struct url_split *ret,
                  struct failure *failure);

#endif
