/* SPDX-License-Identifier: MIT */
/**
 * @file constants.h
 * Every integer constant of the library's headers by call, for languages that don't see macros. A
 * binding that walks through this table (as through that of error.h) lists nothing itself.
 *
 * For all of them: none of these functions blocks.
 */
#ifndef LIBHTTP_CONSTANTS_H
#define LIBHTTP_CONSTANTS_H

#include <libhttp/api.h>

LIBHTTP_BEGIN_DECLS

/** The number of constants in the table. */
LIBHTTP_API int32_t libhttp_constant_count(void);

/**
 * The name of the constant at `index` (0 to count - 1), as in C: "LIBHTTP_AGAIN". Lives forever;
 * NULL outside.
 */
LIBHTTP_API const char *libhttp_constant_name(int32_t index);

/** The value of the constant at `index`; 0 outside. */
LIBHTTP_API int64_t libhttp_constant_value(int32_t index);

/**
 * Gives the value of the constant of that `name`; the case counts.
 * Errors: INVALID_ARGUMENT (no such constant; NULL).
 */
LIBHTTP_API int32_t libhttp_constant_find(const char *name, int64_t length, int64_t *ret);

LIBHTTP_END_DECLS

#endif
