/* SPDX-License-Identifier: MIT */
#include "base/span.h"

bool span_equal_nocase(struct span a, struct span b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++) {
        if (ascii_lower(a.data[i]) != ascii_lower(b.data[i]))
            return false;
    }
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct span span_trim(struct span s)
{
    while (s.length > 0 && is_blank(s.data[0])) {
        s.data++;
        s.length--;
    }
    while (s.length > 0 && is_blank(s.data[s.length - 1]))
        s.length--;
    return s;
}

struct span span_behind_user(struct span s)
{
    const char *at = s.length > 0 ? memrchr(s.data, '@', s.length) : NULL;
    size_t before = at ? (size_t)(at - s.data) + 1 : 0;

    return span_of(s.data + before, s.length - before);
}

/* Where the member that starts at data ends: at a comma outside quotes, or at the end of the list.
 */
static size_t member_length(struct span list)
{
    bool quoted = false;
    size_t i;

    for (i = 0; i < list.length; i++) {
        if (list.data[i] == '"')
            quoted = !quoted;
        else if (quoted && list.data[i] == '\\' && i + 1 < list.length)
            i++;
        else if (!quoted && list.data[i] == ',')
            break;
    }
    return i;
}

bool span_next_member(struct span *list, struct span *ret_member)
{
    while (list->length > 0) {
        size_t length = member_length(*list);
        struct span member = span_trim(span_of(list->data, length));
        size_t used = length < list->length ? length + 1 : length;

        list->data += used;
        list->length -= used;
        if (member.length > 0) {
            *ret_member = member;
            return true;
        }
    }
    return false;
}

struct span span_of_decimal(char room[20], uint64_t value)
{
    size_t at = 20;

    do {
        room[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return span_of(room + at, 20 - at);
}
