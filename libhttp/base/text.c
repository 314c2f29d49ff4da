/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include "base/limits.h"

static int32_t refuse(struct failure *failure, const char *argument, const char *why)
{
    return failure ? fail(failure, LIBHTTP_E_INVALID_ARGUMENT, "%s %s", argument, why)
                   : LIBHTTP_E_INVALID_ARGUMENT;
}

int32_t text_any_in(struct span *ret, const char *data, int64_t length, const char *argument,
                    struct failure *failure)
{
    size_t n;

    *ret = (struct span){0};
    if (!data)
        return refuse(failure, argument, "is NULL");
    if (length < -1)
        return refuse(failure, argument, "has a length below -1");
    if (length > (int64_t)LIMIT_TEXT)
        return refuse(failure, argument, "is too long");
    n = length < 0 ? strnlen(data, (size_t)LIMIT_TEXT + 1) : (size_t)length;
    if (n > LIMIT_TEXT)
        return refuse(failure, argument, "is too long");
    *ret = span_of(data, n);
    return LIBHTTP_OK;
}

int32_t text_in(struct span *ret, const char *data, int64_t length, const char *argument,
                struct failure *failure)
{
    int32_t status = text_any_in(ret, data, length, argument, failure);

    if (status < 0 || length <= 0 || !memchr(ret->data, '\0', ret->length))
        return status;
    *ret = (struct span){0};
    return refuse(failure, argument, "has a NUL in it");
}

int32_t data_in(struct span *ret, const void *data, int64_t length, const char *argument,
                struct failure *failure)
{
    *ret = (struct span){0};
    if (length < 0)
        return refuse(failure, argument, "has a negative length");
    if (!data && length > 0)
        return refuse(failure, argument, "is NULL");
    if ((uint64_t)length > SIZE_MAX)
        return refuse(failure, argument, "is too long");
    *ret = span_of(data ? data : "", (size_t)length);
    return LIBHTTP_OK;
}
