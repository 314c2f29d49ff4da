/* SPDX-License-Identifier: MIT */
/* basic: credentials for the Basic scheme (RFC 7617; C-137). */
#include <libhttp/form.h>

#include "base/room.h"
#include "base/text.h"

#define SCHEME        "Basic "
#define SCHEME_LENGTH (sizeof SCHEME - 1)

static int32_t check(struct span user, struct span password)
{
    if (memchr(user.data, ':', user.length))
        return LIBHTTP_E_INVALID_ARGUMENT;
    for (size_t i = 0; i < user.length + password.length; i++) {
        unsigned char c =
            (unsigned char)(i < user.length ? user.data[i] : password.data[i - user.length]);

        if (c < 0x20 || c == 0x7f)
            return LIBHTTP_E_INVALID_ARGUMENT;
    }
    return LIBHTTP_OK;
}

/*
 * The byte at `i` of "user:password", which is nowhere as a whole: no copy of a secret is left
 * behind.
 */
static unsigned char byte_at(struct span user, struct span password, size_t i)
{
    if (i < user.length)
        return (unsigned char)user.data[i];
    if (i == user.length)
        return ':';
    return (unsigned char)password.data[i - user.length - 1];
}

/* RFC 4648 4 */
static void encode(char *out, struct span user, struct span password)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = user.length + 1 + password.length;

    for (size_t i = 0; i < length; i += 3) {
        unsigned bits = 0;

        for (size_t j = i; j < i + 3; j++)
            bits = bits << 8 | (j < length ? byte_at(user, password, j) : 0u);
        *out++ = digits[bits >> 18];
        *out++ = digits[bits >> 12 & 63];
        *out++ = i + 1 < length ? digits[bits >> 6 & 63] : '=';
        *out++ = i + 2 < length ? digits[bits & 63] : '=';
    }
}

int32_t libhttp_basic_credentials(const char *user, int64_t user_length, const char *password,
                                  int64_t password_length, char *room, int64_t capacity,
                                  int64_t *ret_length)
{
    struct span user_span, password_span;
    size_t length;
    int32_t status = text_in(&user_span, user, user_length, "user", NULL);

    if (status == LIBHTTP_OK)
        status = text_in(&password_span, password, password_length, "password", NULL);
    if (status == LIBHTTP_OK)
        status = check(user_span, password_span);
    if (status != LIBHTTP_OK)
        return status;
    length = SCHEME_LENGTH + (user_span.length + 1 + password_span.length + 2) / 3 * 4;
    status = room_in(room, capacity, length, ret_length);
    if (status != LIBHTTP_OK || !room)
        return status;
    memcpy(room, SCHEME, SCHEME_LENGTH);
    encode(room + SCHEME_LENGTH, user_span, password_span);
    room[length] = '\0';
    return LIBHTTP_OK;
}
