/* SPDX-License-Identifier: MIT */
/*
 * framing: how a response's body ends: one pure function in the numbered steps of RFC 9112 6.3
 * (C-75 to C-79, C-84, C-102).
 */
#ifndef LIBHTTP_WIRE_FRAMING_H
#define LIBHTTP_WIRE_FRAMING_H

#include "wire/head.h"

enum body_kind {
    BODY_NONE,        /* no body: complete at once (C-75, C-90) */
    BODY_LENGTH,      /* Content-Length bytes */
    BODY_CHUNKED,     /* until the last chunk */
    BODY_UNTIL_CLOSE, /* until the connection ends (C-79) */
    BODY_STREAM       /* none: what follows is another protocol: 101, or 2xx to CONNECT */
};

/* What of the request decides about its response. */
enum {
    REQUEST_IS_HEAD = 1,
    REQUEST_IS_CONNECT = 2,
    REQUEST_HAS_UPGRADE = 4, /* the request had an Upgrade field: 101 is fine (C-69) */
    REQUEST_CLOSES = 8       /* the request said Connection: close */
};

struct framing {
    uint8_t kind;   /* enum body_kind */
    bool persists;  /* the connection can be used again when the body is complete (C-102) */
    int64_t length; /* of BODY_LENGTH */
};

/*
 * Decides, from a complete head that is not interim. data is what the head's offsets count from.
 * Errors: UNKNOWN_TRANSFER_ENCODING, BAD_CONTENT_LENGTH, and BAD_STATUS_LINE for a 101 to a request
 * without Upgrade.
 */
int32_t framing_decide(const struct head *h, const char *data, int request, struct framing *ret,
                       struct failure *failure);

#endif
