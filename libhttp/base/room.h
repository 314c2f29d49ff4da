/* SPDX-License-Identifier: MIT */
/* room: the caller's memory that a text is written to, by the one rule of <libhttp/form.h>. */
#ifndef LIBHTTP_BASE_ROOM_H
#define LIBHTTP_BASE_ROOM_H

#include <libhttp/error.h>

#include <stddef.h>

/*
 * Whether `length` bytes and a NUL fit, or only the length is asked for (room is NULL);
 * *ret_length, where it isn't NULL, is set then. Errors: INVALID_ARGUMENT, TOO_LARGE.
 */
static inline int32_t room_in(const char *room, int64_t capacity, size_t length,
                              int64_t *ret_length)
{
    if (capacity < 0 || (!room && capacity > 0))
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (room && (uint64_t)capacity <= length)
        return LIBHTTP_E_TOO_LARGE;
    if (ret_length)
        *ret_length = (int64_t)length;
    return LIBHTTP_OK;
}

#endif
