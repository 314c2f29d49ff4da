/* SPDX-License-Identifier: MIT */
/*
 * text: the door through which a caller's (pointer, length) comes in: checked once, here, and a
 * span from then on.
 */
#ifndef LIBHTTP_BASE_TEXT_H
#define LIBHTTP_BASE_TEXT_H

#include "base/failure.h"
#include "base/span.h"

/*
 * Text: a length of -1 says that it ends at its NUL. NULL, a length below -1, an embedded NUL (T-6:
 * never cut short) and more than LIMIT_TEXT bytes are INVALID_ARGUMENT; the sentence begins with
 * `argument` ("host"). *ret is empty then. `failure` may be NULL where nobody asks for a
 * sentence.
 */
int32_t text_in(struct span *ret, const char *data, int64_t length, const char *argument,
                struct failure *failure);

/*
 * The same for what is a host, a target or a URL: a NUL in it is left to those who read these, and
 * is INVALID_URL as every byte is that can't be in one (C-7, C-30).
 */
int32_t text_any_in(struct span *ret, const char *data, int64_t length, const char *argument,
                    struct failure *failure);

/*
 * Data: a negative length is an error, NULL is one where the length isn't 0; any byte may be in it.
 * As with text, *ret is empty where it is refused.
 */
int32_t data_in(struct span *ret, const void *data, int64_t length, const char *argument,
                struct failure *failure);

/* What a getter gives: a text, with its length where that is asked for. */
static inline const char *text_out(struct span s, int64_t *ret_length)
{
    if (ret_length)
        *ret_length = (int64_t)s.length;
    return s.data;
}

/* What it gives where there is none: NULL, and the length 0. */
static inline const char *no_text(int64_t *ret_length)
{
    return text_out((struct span){0}, ret_length);
}

#endif
