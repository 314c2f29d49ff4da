/* SPDX-License-Identifier: MIT */
/**
 * @file form.h
 * What goes into targets, bodies and fields: percent encoding, forms, Basic credentials.
 *
 * For all of them: `capacity` bytes at `room` take the text and a NUL behind it, and *ret_length
 * (it may be NULL) is the text's length. Where `room` is too little for that, TOO_LARGE is given
 * and nothing written. With `room` NULL and `capacity` 0 nothing is written either, and
 * *ret_length says how long the text would be. A function with `room` gives its error without a
 * sentence. Input and `room` must not overlap. None of these functions blocks.
 */
#ifndef LIBHTTP_FORM_H
#define LIBHTTP_FORM_H

#include <libhttp/api.h>

LIBHTTP_BEGIN_DECLS

/** For encoding and decoding: a blank is "+", as in forms and queries, instead of "%20". */
#define LIBHTTP_PERCENT_PLUS 1

/**
 * Percent-encodes bytes: all but ASCII letters, digits, "_.-~", and the ASCII bytes in `safe`, as
 * urllib.parse's quote (with safe "/") and quote_plus (with LIBHTTP_PERCENT_PLUS). `data` is
 * `length` bytes, any of them; NULL only with 0. `safe` is text (length -1: ends at its NUL); NULL
 * is none. `flags` is 0 or LIBHTTP_PERCENT_PLUS. A capacity of 3 * length + 1 is always enough.
 * Errors: INVALID_ARGUMENT, TOO_LARGE (too little room).
 * RFC 3986 2.1.
 */
LIBHTTP_API int32_t libhttp_percent_encode(const void *data, int64_t length, const char *safe,
                                           int64_t safe_length, int32_t flags, char *room,
                                           int64_t capacity, int64_t *ret_length);

/**
 * Decodes "%" and two hexadecimal digits to a byte; a "%" without them stays as it is, as in
 * urllib.parse's unquote and unquote_plus. What comes out may hold any byte, NUL too: its length
 * counts. `text` is `length` bytes long (-1: ends at its NUL); `flags` is 0 or
 * LIBHTTP_PERCENT_PLUS. A capacity of length + 1 is always enough.
 * Errors: INVALID_ARGUMENT, TOO_LARGE (too little room).
 * RFC 3986 2.1.
 */
LIBHTTP_API int32_t libhttp_percent_decode(const char *text, int64_t length, int32_t flags,
                                           char *room, int64_t capacity, int64_t *ret_length);

/**
 * Writes the value of an Authorization or Proxy-Authorization field for the Basic scheme: "Basic "
 * and base64 of "user:password". Both are text (length -1: ends at its NUL), in UTF-8 where the
 * server didn't say otherwise. No other copy is made: wipe the room when you are done.
 * Errors: INVALID_ARGUMENT (a colon in the user, a control byte in either, NULL), TOO_LARGE (too
 * little room).
 * RFC 7617 2.
 */
LIBHTTP_API int32_t libhttp_basic_credentials(const char *user, int64_t user_length,
                                              const char *password, int64_t password_length,
                                              char *room, int64_t capacity, int64_t *ret_length);

/** A form being built: name=value pairs as application/x-www-form-urlencoded; opaque. */
typedef struct libhttp_form libhttp_form;

/**
 * Makes an empty form.
 * Free it with libhttp_form_free().
 * Errors: NO_MEMORY, INVALID_ARGUMENT (ret is NULL).
 */
LIBHTTP_API int32_t libhttp_form_new(libhttp_form **ret);

/** Frees a form. NULL is fine. */
LIBHTTP_API void libhttp_form_free(libhttp_form *form);

/**
 * Appends the pair of `name` and `value`, encoded as urllib.parse.urlencode does. Both are text
 * (length -1: ends at its NUL), in UTF-8. Nothing is kept of them but the encoded copy.
 * Errors: INVALID_ARGUMENT, NO_MEMORY, TOO_LARGE (over LIBHTTP_FORM_MAX in all); nothing is
 * appended then.
 */
LIBHTTP_API int32_t libhttp_form_add(libhttp_form *form, const char *name, int64_t name_length,
                                     const char *value, int64_t value_length);

/**
 * Appends a pair as libhttp_form_add() does, of `name` and a value of any bytes, NUL too: `data`
 * is NULL only with length 0, and -1 is no length. Errors as of libhttp_form_add().
 */
LIBHTTP_API int32_t libhttp_form_add_data(libhttp_form *form, const char *name, int64_t name_length,
                                          const void *data, int64_t length);

/** Empties a form. Errors: INVALID_ARGUMENT (NULL). */
LIBHTTP_API int32_t libhttp_form_clear(libhttp_form *form);

/** Bytes that a form holds at the most. */
#define LIBHTTP_FORM_MAX 1073741824

/**
 * The pairs so far: "a=1&b=2", for a body of type application/x-www-form-urlencoded or behind a
 * target's "?". Never NULL but for NULL; NUL-terminated; the length goes to *ret_length, which may
 * be NULL. The form's own, until its next change.
 */
LIBHTTP_API const char *libhttp_form_text(const libhttp_form *form, int64_t *ret_length);

/**
 * The last error's sentence: never NULL, empty before the first; good until the next failing call
 * on the handle.
 */
LIBHTTP_API const char *libhttp_form_error(const libhttp_form *form);

/** The last error's code; 0 before the first, and for NULL. */
LIBHTTP_API int32_t libhttp_form_error_code(const libhttp_form *form);

LIBHTTP_END_DECLS

#endif
