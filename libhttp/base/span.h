/* SPDX-License-Identifier: MIT */
/*
 * span: borrowed bytes. All parsing and all text that comes in from a caller is a span; nobody
 * frees one.
 */
#ifndef LIBHTTP_BASE_SPAN_H
#define LIBHTTP_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const char *data;
    size_t length;
};

static inline struct span span_of(const char *data, size_t length)
{
    return (struct span){data, length};
}

/* The span of a NUL-terminated string. */
static inline struct span span_text(const char *text)
{
    return (struct span){text, strlen(text)};
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

/* ASCII only, whatever the locale says: a Turkish one must not change what "TITLE" equals. */
static inline char ascii_lower(char c)
{
    return (c >= 'A' && c <= 'Z') ? (char)(c + ('a' - 'A')) : c;
}

/* Equal but for the case of ASCII letters. */
bool span_equal_nocase(struct span a, struct span b);

/* Without leading and trailing blanks (SP and HTAB). */
struct span span_trim(struct span s);

/* Where the text of a host or URL has user information, what stands behind it: for sentences, which
 * end up in logs (T-53). */
struct span span_behind_user(struct span s);

/*
 * The next member of a comma-separated list (RFC 9110 5.6.1), trimmed; *list moves behind it. Empty
 * members are skipped. False at the end. Commas inside quoted strings don't separate.
 */
bool span_next_member(struct span *list, struct span *ret_member);

/* The decimal digits of value, at the end of the room. */
struct span span_of_decimal(char room[20], uint64_t value);

#endif
