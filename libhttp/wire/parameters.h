/* SPDX-License-Identifier: MIT */
/*
 * parameters: what stands behind the ";" of a field's value (RFC 9110 5.6.6), and their extended
 * form (RFC 8187). Lenient: what can't be understood is passed over.
 */
#ifndef LIBHTTP_WIRE_PARAMETERS_H
#define LIBHTTP_WIRE_PARAMETERS_H

#include "base/buf.h"
#include "base/span.h"

struct parameter {
    struct span name;  /* as it stands there, trimmed, not empty */
    struct span value; /* of a quoted string what is between the quotes, its escapes still in it */
    bool quoted;
};

/* What stands before the first ";", trimmed; *value moves to that ";". */
struct span parameters_begin(struct span *value);

/*
 * The next parameter; *rest, which starts at a ";" or is empty, moves behind it. False at the end.
 */
bool parameters_next(struct span *rest, struct parameter *ret);

/* Appends the value, a quoted one without its escapes. */
void parameter_put(const struct parameter *p, struct buf *out);

/*
 * Appends the value of an extended parameter (charset'language'percent-encoded) in UTF-8. False,
 * with nothing appended, where it is none: another charset than UTF-8, ISO-8859-1 and US-ASCII,
 * bytes that aren't of it, an embedded NUL.
 */
bool parameter_put_extended(const struct parameter *p, struct buf *out);

#endif
