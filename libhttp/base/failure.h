/* SPDX-License-Identifier: MIT */
/*
 * failure: what a handle tells about its last error: the code, a sentence for people, and the facts
 * behind it.
 *
 * Every function below the public ones takes a `struct failure *`, fills it and returns the code,
 * in one line: return fail(failure, LIBHTTP_E_BAD_STATUS_LINE, "not a status line: %s",
 * QUOTE(line)); Never thread-local: a goroutine may change threads between two calls.
 */
#ifndef LIBHTTP_BASE_FAILURE_H
#define LIBHTTP_BASE_FAILURE_H

#include <libhttp/error.h>

#include "base/span.h"

struct failure {
    int32_t code;     /* 0: nothing has failed yet */
    int32_t os_error; /* errno, or 0 */
    int64_t missing;  /* bytes of the body that did not come; -1: not known, or not such an error */
    int64_t tls_reason; /* OpenSSL's error code, or 0 */
    char *text;         /* the sentence, owned; NULL: the code's own description */
    char *detail; /* the offending bytes (a bad line, a version), owned, NUL-terminated; or NULL */
    size_t detail_length;
};

void failure_init(struct failure *f);
/* For failure_done, where there is something to forget. */
void failure_forget(struct failure *f);

static inline void failure_done(struct failure *f)
{
    if (f->code != 0)
        failure_forget(f);
}

/* Records an error and returns its code. The text may use whatever the old sentence lent. */
int32_t fail(struct failure *f, int32_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: appends ": " and the error's name, keeps errno. */
int32_t fail_os(struct failure *f, int32_t code, int os_error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A system error's text, in the room where the C library doesn't lend one; safe with threads. */
const char *os_error_text(int os_error, char *room, size_t size);

/* Out of memory: allocates nothing. */
int32_t fail_memory(struct failure *f);

/* Remembers the offending bytes, cut to LIMIT_DETAIL; call it after fail. Returns the code, for
 * tail calls. */
int32_t fail_detail(struct failure *f, struct span detail);

/* Hands an error from one handle's failure to another's: `to` becomes a copy. Returns the code. */
int32_t failure_copy(struct failure *to, const struct failure *from);

/* The sentence, never NULL; empty where nothing has failed. */
const char *failure_text(const struct failure *f);

/* Bytes made printable for a sentence: 'abc\x00d', cut with "..." after some 60 bytes. */
struct quoted {
    char text[80 * 4];
};
const char *quote(struct quoted *room, struct span bytes);

/* For arguments of fail: the room lives until the end of the enclosing block. */
#define QUOTE(span) quote(&(struct quoted){{0}}, (span))

#endif
