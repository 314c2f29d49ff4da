/* SPDX-License-Identifier: MIT */
#include "client/media_parts.h"

#include "base/limits.h"
#include "wire/chars.h"
#include "wire/parameters.h"

/*
 * Texts grow by at most a constant factor: a NUL for each, and charset, type and value once more.
 */
#define TEXT_MAX    (8 * (size_t)LIMIT_TEXT)
#define ENTRIES_MAX (sizeof(struct media_entry) * (size_t)LIMIT_TEXT)

void media_parts_init(struct media_parts *p)
{
    *p = (struct media_parts){.has_charset = false};
    buf_init(&p->text, TEXT_MAX);
    buf_init(&p->entries, ENTRIES_MAX);
}

void media_parts_done(struct media_parts *p)
{
    buf_release(&p->text);
    buf_release(&p->entries);
}

int32_t media_entry_count(const struct media_parts *p)
{
    return (int32_t)(buf_length(&p->entries) / sizeof(struct media_entry));
}

struct media_entry media_entry_at(const struct media_parts *p, int32_t index)
{
    struct media_entry entry;

    memcpy(&entry, buf_data(&p->entries) + (size_t)index * sizeof entry, sizeof entry);
    return entry;
}

/* What was appended since `at` becomes a slice. */
static struct media_slice finish(struct media_parts *p, size_t at)
{
    struct media_slice s = {(uint32_t)at, (uint32_t)(buf_length(&p->text) - at)};

    buf_append(&p->text, "", 1);
    return s;
}

static struct media_slice put(struct media_parts *p, struct span s)
{
    size_t at = buf_length(&p->text);

    buf_append_span(&p->text, s);
    return finish(p, at);
}

static struct media_slice put_lower(struct media_parts *p, struct span s)
{
    struct media_slice slice = put(p, s);

    for (size_t i = 0; i < slice.length && !buf_failed(&p->text); i++)
        buf_data(&p->text)[slice.at + i] = ascii_lower(s.data[i]);
    return slice;
}

static void put_parameter(struct media_parts *p, const struct parameter *parameter)
{
    struct media_entry entry = {.name = put_lower(p, parameter->name)};
    size_t at = buf_length(&p->text);

    if (parameter->name.data[parameter->name.length - 1] == '*')
        entry.decoded = parameter_put_extended(parameter, &p->text);
    if (!entry.decoded)
        parameter_put(parameter, &p->text);
    entry.value = finish(p, at);
    buf_append(&p->entries, &entry, sizeof entry);
}

/* type "/" subtype, else text/plain (RFC 9110 8.3.1, RFC 2045 5.2). */
static void put_type(struct media_parts *p, struct span value)
{
    const char *slash = memchr(value.data, '/', value.length);
    size_t length = slash ? (size_t)(slash - value.data) : 0;
    struct span main_type = span_of(value.data, length);
    struct span subtype = slash ? span_of(slash + 1, value.length - length - 1) : span_of("", 0);

    if (!span_all(main_type, CHAR_TOKEN) || !span_all(subtype, CHAR_TOKEN)) {
        value = span_text("text/plain");
        main_type = span_text("text");
        subtype = span_text("plain");
    }
    p->type = put_lower(p, value);
    p->main_type = put_lower(p, main_type);
    p->subtype = put_lower(p, subtype);
}

/* The first parameter of that name, the extended form first; NULL in data: there is none. */
struct span media_find(const struct media_parts *p, struct span name)
{
    struct span found = span_of(NULL, 0);

    for (int32_t i = 0; i < media_entry_count(p); i++) {
        struct media_entry entry = media_entry_at(p, i);
        struct span entry_name = media_text(p, entry.name);

        if (entry.decoded)
            entry_name.length--;
        if (!span_equal_nocase(entry_name, name))
            continue;
        if (entry.decoded)
            return media_text(p, entry.value);
        if (!found.data)
            found = media_text(p, entry.value);
    }
    return found;
}

/* The text moves when it grows: the copy is made by its place in it. */
static void put_charset(struct media_parts *p)
{
    struct span found = media_find(p, span_text("charset"));
    size_t from, at = buf_length(&p->text);
    char *room;

    p->has_charset = found.data != NULL;
    if (!p->has_charset)
        return;
    from = (size_t)(found.data - buf_data(&p->text));
    room = buf_reserve(&p->text, found.length + 1);
    if (!room)
        return;
    for (size_t i = 0; i < found.length; i++)
        room[i] = ascii_lower(buf_data(&p->text)[from + i]);
    buf_commit(&p->text, found.length);
    p->charset = finish(p, at);
}

int32_t media_parts_make(struct media_parts *p, struct span value, struct failure *failure)
{
    struct parameter parameter;
    struct span first = parameters_begin(&value);

    p->value = put_lower(p, first);
    put_type(p, first);
    while (!buf_failed(&p->text) && parameters_next(&value, &parameter))
        put_parameter(p, &parameter);
    if (buf_failed(&p->text) || buf_failed(&p->entries))
        return fail_memory(failure);
    put_charset(p);
    return buf_failed(&p->text) ? fail_memory(failure) : LIBHTTP_OK;
}
