/* SPDX-License-Identifier: MIT */
/**
 * @file headers.h
 * libhttp_headers: the fields of a message (RFC 9110 5), as http.client's HTTPMessage: in their
 * order, duplicates kept, names compared without case. Made by the caller for requests and
 * tunnels; lent by the library for responses and trailers, and read-only then: a change gives
 * STATE.
 *
 * For all of them: texts that come out are NUL-terminated; their length goes to *ret_length, which
 * may be NULL; they are the handle's, and good until it is changed or freed. One thread at a time
 * uses a handle, to read it too: libhttp_headers_get() keeps what it joins in it. None of these
 * functions blocks.
 */
#ifndef LIBHTTP_HEADERS_H
#define LIBHTTP_HEADERS_H

#include <libhttp/api.h>

LIBHTTP_BEGIN_DECLS

/** Fields; opaque. */
typedef struct libhttp_headers libhttp_headers;

/**
 * Makes empty fields. Free them with libhttp_headers_free().
 * Errors: NO_MEMORY, INVALID_ARGUMENT (ret is NULL).
 */
LIBHTTP_API int32_t libhttp_headers_new(libhttp_headers **ret);

/** Frees fields. NULL is fine. Those that a response or a connection lends are left alone. */
LIBHTTP_API void libhttp_headers_free(libhttp_headers *h);

/**
 * Makes a copy of the fields `from`, which can be changed even where those are read-only.
 * Free it with libhttp_headers_free().
 * Errors: NO_MEMORY, INVALID_ARGUMENT (NULL).
 */
LIBHTTP_API int32_t libhttp_headers_copy(const libhttp_headers *from, libhttp_headers **ret);

/**
 * Appends a field of `name` and `value`; there may be others of that name. Leading and trailing
 * blanks of the value are trimmed. Both texts are copied.
 * Errors: INVALID_ARGUMENT (the name is no token; a control byte but HTAB in the value; NULL),
 * STATE (read-only), HEAD_TOO_LARGE (4 GiB together), NO_MEMORY; nothing is added then.
 * RFC 9110 5.1, 5.5.
 */
LIBHTTP_API int32_t libhttp_headers_add(libhttp_headers *h, const char *name, int64_t name_length,
                                        const char *value, int64_t value_length);

/**
 * Makes a field of `name` and `value` the only one of its name, in the place of the first of them,
 * or at the end. The texts are taken as by libhttp_headers_add(). Errors: those of
 * libhttp_headers_add; after one everything is as it was.
 */
LIBHTTP_API int32_t libhttp_headers_set(libhttp_headers *h, const char *name, int64_t name_length,
                                        const char *value, int64_t value_length);

/**
 * Removes every field of that name; it is no error where there is none.
 * Errors: INVALID_ARGUMENT, STATE (read-only).
 */
LIBHTTP_API int32_t libhttp_headers_remove(libhttp_headers *h, const char *name,
                                           int64_t name_length);

/**
 * Removes every field.
 * Errors: INVALID_ARGUMENT (NULL), STATE (read-only).
 */
LIBHTTP_API int32_t libhttp_headers_clear(libhttp_headers *h);

/** The number of fields, duplicates counted one by one; 0 for NULL. */
LIBHTTP_API int32_t libhttp_headers_count(const libhttp_headers *h);

/**
 * The name of the field at `index` (0 to count - 1), spelled as it came; NULL outside, and for
 * NULL.
 */
LIBHTTP_API const char *libhttp_headers_name(const libhttp_headers *h, int32_t index,
                                             int64_t *ret_length);

/**
 * The value of the field at `index`; NULL outside, and for NULL.
 * Bytes above 0x7f are as they came, and so are control bytes in what was received (never NUL, CR
 * or LF).
 */
LIBHTTP_API const char *libhttp_headers_value(const libhttp_headers *h, int32_t index,
                                              int64_t *ret_length);

/**
 * The index of the first field of that name at or after index `from`; -1 where there is none, and
 * for arguments that can't be. With it the values of a name are reached one by one, as those of
 * Set-Cookie must be (RFC 9110 5.3):
 *     for (i = libhttp_headers_find(h, "Set-Cookie", -1, 0); i >= 0;
 *          i = libhttp_headers_find(h, "Set-Cookie", -1, i + 1))
 *         puts(libhttp_headers_value(h, i, NULL));
 */
LIBHTTP_API int32_t libhttp_headers_find(const libhttp_headers *h, const char *name,
                                         int64_t name_length, int32_t from);

/** 1 where there is a field of that name, else 0; 0 for arguments that can't be. */
LIBHTTP_API int32_t libhttp_headers_contains(const libhttp_headers *h, const char *name,
                                             int64_t name_length);

/**
 * Gives the value of the field `name`; several of that name joined by ", ". Where there is none: a
 * copy of `fallback`, which may be NULL (fallback_length doesn't count then), and *ret is NULL
 * then, *ret_length 0. *ret is the handle's: good until it is changed or freed, and where several
 * were joined or the fallback was given, until the next call of this function. Nothing is
 * allocated for a single value.
 * Errors: INVALID_ARGUMENT, NO_MEMORY.
 * RFC 9110 5.3.
 */
LIBHTTP_API int32_t libhttp_headers_get(const libhttp_headers *h, const char *name,
                                        int64_t name_length, const char *fallback,
                                        int64_t fallback_length, const char **ret,
                                        int64_t *ret_length);

/**
 * The last error's sentence: never NULL, empty before the first; good until the next failing call
 * on the handle.
 */
LIBHTTP_API const char *libhttp_headers_error(const libhttp_headers *h);

/** The last error's code; 0 before the first, and for NULL. */
LIBHTTP_API int32_t libhttp_headers_error_code(const libhttp_headers *h);

LIBHTTP_END_DECLS

#endif
