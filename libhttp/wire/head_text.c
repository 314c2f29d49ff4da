/* SPDX-License-Identifier: MIT */
/*
 * A complete head's text as its readers want it, NUL-terminated everywhere; and back again, as it
 * arrived.
 */
#include "wire/chars.h"
#include "wire/head.h"

/*
 * Each line end in a value, with the blanks around it, becomes one blank (RFC 9112 5.2). The value
 * neither begins nor ends with one. Returns its new length.
 */
static uint32_t join_folds(char *value, uint32_t length)
{
    uint32_t to = 0;

    for (uint32_t from = 0; from < length; from++) {
        if (value[from] != '\r' && value[from] != '\n') {
            value[to++] = value[from];
            continue;
        }
        while (char_is_blank(value[from + 1]))
            from++;
        while (char_is_blank(value[to - 1]))
            to--;
        value[to++] = ' ';
    }
    return to;
}

static void join_values(char *text, struct field *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        items[i].value_length = join_folds(text + items[i].value, items[i].value_length);
}

void head_mark_ends(char *text, uint32_t reason_end, const struct field *items, uint32_t count)
{
    if (reason_end > 0)
        text[reason_end] = '\0';
    for (uint32_t i = 0; i < count; i++) {
        text[items[i].name + items[i].name_length] = '\0';
        text[items[i].value + items[i].value_length] = '\0';
    }
}

void head_terminate(const struct head *h, char *text, struct field *items)
{
    memcpy(items, h->fields, h->count * sizeof *items);
    if (h->known & HEAD_IRREGULAR)
        join_values(text, items, h->count);
    head_mark_ends(text, h->trailers ? 0 : h->reason + h->reason_length, items, h->count);
}

/*
 * CR stood here if LF still follows; else a bare LF did. The last LF of all is the blank line's
 * own.
 */
static void restore_line_end(char *text, size_t length, size_t at)
{
    bool line_feed_follows = at + 2 < length && text[at + 1] == '\n';

    text[at] = line_feed_follows ? '\r' : '\n';
}

void head_restore(char *text, size_t length, uint32_t reason_end, const struct field *items,
                  uint32_t count)
{
    if (reason_end > 0)
        restore_line_end(text, length, reason_end);
    for (uint32_t i = 0; i < count; i++) {
        text[items[i].name + items[i].name_length] = ':';
        restore_line_end(text, length, (size_t)items[i].value + items[i].value_length);
    }
}
