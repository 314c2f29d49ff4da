/* SPDX-License-Identifier: MIT */
/*
 * A request as a server reads it that takes RFC 9112 by its word: another reading than the
 * library's own, of what it has sent.
 */
#ifndef TESTS_FUZZ_MESSAGE_H
#define TESTS_FUZZ_MESSAGE_H

#include "fuzz/fuzz.h"

enum { MESSAGE_FIELDS_MAX = 64 };

struct message_field {
    struct fuzz_text name;
    struct fuzz_text value; /* CRLF HTAB inside, where it is continued */
};

struct message {
    struct fuzz_text method, target;
    struct message_field fields[MESSAGE_FIELDS_MAX];
    size_t count;
    struct fuzz_text rest; /* behind the blank line */
};

/* Which bytes may be where. */
bool message_is_token(struct fuzz_text text);
bool message_is_target(struct fuzz_text text);
bool message_is_value(struct fuzz_text text);
/* host[:port], without user information, percent signs or brackets but an IPv6 literal's. */
bool message_is_host(struct fuzz_text text);

/* Aborts where it is no head of a request. Slices of `bytes`. */
void message_read(struct fuzz_text bytes, struct message *ret);

/* How many fields have the name; the last one's value to *ret. */
size_t message_find(const struct message *m, const char *name, struct fuzz_text *ret);

/*
 * A chunked body to its end, trailers included; aborts where it is none, or where bytes follow.
 * Its data is put to `room`, as long as `body`; the trailers, a field a line, are *ret_trailers.
 */
size_t message_unchunk(struct fuzz_text body, char *room, struct fuzz_text *ret_trailers);

#endif
