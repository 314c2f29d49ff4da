/* SPDX-License-Identifier: MIT */
/* target: what may be sent as a request's target (RFC 9112 3.2), and what it says of the host. */
#ifndef LIBHTTP_WIRE_TARGET_H
#define LIBHTTP_WIRE_TARGET_H

#include "base/failure.h"
#include "wire/chars.h"

struct target {
    struct span text;
    struct span
        authority; /* of the absolute and the authority form: the Host field's value; else empty */
    bool absolute;
};

/*
 * Takes a target apart (C-28, C-30, C-34): an empty one is "/". Each byte is checked; an authority
 * is host[:port] without user information, and CONNECT's has a port (RFC 9110 9.3.6). Else
 * INVALID_URL, the target is the detail.
 */
int32_t target_read_any(struct span text, bool is_connect, struct target *ret,
                        struct failure *failure);

static inline int32_t target_read(struct span text, bool is_connect, struct target *ret,
                                  struct failure *failure)
{
    if (is_connect || text.length == 0 || text.data[0] != '/' || !span_all(text, CHAR_TARGET))
        return target_read_any(text, is_connect, ret, failure);
    *ret = (struct target){.text = text}; /* a path, as nearly always */
    return LIBHTTP_OK;
}

/* What may stand there: a name or IPv4 address without percent encoding; or an IPv6 address. */
bool host_valid(struct span host, bool ipv6);

/*
 * host[:port] as a Host field may hold it (T-3, T-5): a name or IPv4 address without percent
 * encoding, or [IPv6] without a zone; a port is 1*DIGIT up to 65535.
 */
bool host_field_valid(struct span value);

#endif
