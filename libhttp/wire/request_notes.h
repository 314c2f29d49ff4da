/* SPDX-License-Identifier: MIT */
/* request_notes: what a caller's fields say about framing and persistence, for request.c alone. */
#ifndef LIBHTTP_WIRE_REQUEST_NOTES_H
#define LIBHTTP_WIRE_REQUEST_NOTES_H

#include "wire/request.h"

/* The fields that mean something to us. */
enum known_field {
    KNOWN_OTHER,
    KNOWN_HOST,
    KNOWN_ACCEPT_ENCODING,
    KNOWN_CONTENT_LENGTH,
    KNOWN_TRANSFER_ENCODING,
    KNOWN_CONNECTION,
    KNOWN_UPGRADE,
    KNOWN_EXPECT
};

enum known_field known_field_of(struct span name);

/*
 * Checks what such a field says (value is trimmed) and notes it in r, which is half changed after
 * an error.
 */
int32_t request_note(struct request *r, enum known_field known, struct span name, struct span value,
                     struct failure *failure);

#endif
