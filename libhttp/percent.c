/* SPDX-License-Identifier: MIT */
/* percent: percent encoding and decoding by call (C-135). */
#include "base/percent.h"

#include <libhttp/form.h>

#include "base/room.h"
#include "base/text.h"

static int32_t flags_in(int32_t flags)
{
    return flags & ~LIBHTTP_PERCENT_PLUS ? LIBHTTP_E_INVALID_ARGUMENT : LIBHTTP_OK;
}

int32_t libhttp_percent_encode(const void *data, int64_t length, const char *safe,
                               int64_t safe_length, int32_t flags, char *room, int64_t capacity,
                               int64_t *ret_length)
{
    bool plus = (flags & LIBHTTP_PERCENT_PLUS) != 0;
    struct span in, more = span_of("", 0);
    struct percent_set set;
    size_t needed;
    int32_t status = flags_in(flags);

    if (status == LIBHTTP_OK)
        status = data_in(&in, data, length, "data", NULL);
    if (status == LIBHTTP_OK && safe)
        status = text_in(&more, safe, safe_length, "safe", NULL);
    if (status != LIBHTTP_OK)
        return status;
    percent_set_init(&set, more);
    needed = percent_encoded_length(&set, in, plus);
    status = room_in(room, capacity, needed, ret_length);
    if (status != LIBHTTP_OK || !room)
        return status;
    percent_encode(room, &set, in, plus);
    room[needed] = '\0';
    return LIBHTTP_OK;
}

int32_t libhttp_percent_decode(const char *text, int64_t length, int32_t flags, char *room,
                               int64_t capacity, int64_t *ret_length)
{
    bool plus = (flags & LIBHTTP_PERCENT_PLUS) != 0;
    struct span in;
    size_t needed;
    int32_t status = flags_in(flags);

    if (status == LIBHTTP_OK)
        status = text_in(&in, text, length, "text", NULL);
    if (status != LIBHTTP_OK)
        return status;
    needed = percent_decode(NULL, in, plus);
    status = room_in(room, capacity, needed, ret_length);
    if (status != LIBHTTP_OK || !room)
        return status;
    percent_decode(room, in, plus);
    room[needed] = '\0';
    return LIBHTTP_OK;
}
