/* SPDX-License-Identifier: MIT */
/* The list of fields: what it takes, in which order it gives it back, and that it only grows as it
 * must. */
#include "wire/fields.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/counts.h"
#include "tap.h"

static struct failure failure;

static int32_t add(struct fields *f, const char *name, const char *value)
{
    return fields_add(f, span_text(name), span_text(value), &failure);
}

/* All of it as one text: "a=1|b=2|". */
static const char *all(const struct fields *f)
{
    static char text[4096];
    size_t at = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < f->count; i++) {
        struct span name = fields_name(f, i), value = fields_value(f, i);

        if (name.data[name.length] != '\0' || value.data[value.length] != '\0')
            return "no NUL";
        at += (size_t)snprintf(text + at, sizeof text - at, "%s=%s|", name.data, value.data);
    }
    return text;
}

static void check_order(void)
{
    struct fields f;

    fields_init(&f);
    is(f.count, 0, "begins empty");
    is(fields_find(&f, span_text("a"), 0), -1, "nothing is found in nothing");
    add(&f, "Host", "h");
    add(&f, "X-A", "1");
    add(&f, "x-a", "2");
    add(&f, "X-Empty", "");
    is_str(all(&f), "Host=h|X-A=1|x-a=2|X-Empty=|", "C-73 order and duplicates are kept");
    is(fields_remove(&f, span_text("none")), 0, "where there is none of the name");
    is_str(all(&f), "Host=h|X-A=1|x-a=2|X-Empty=|", "nothing moves");
    is(fields_find(&f, span_text("x-A"), 0), 1, "C-73 names are compared without case");
    is(fields_find(&f, span_text("x-A"), 2), 2, "the next of the name");
    is(fields_find(&f, span_text("x-A"), 3), -1, "and no more");
    is(fields_find(&f, span_text("x-"), 0), -1, "not by a part of the name");
    is(fields_remove(&f, span_text("X-a")), 2, "every field of the name is removed");
    is_str(all(&f), "Host=h|X-Empty=|", "the others stay");
    is(fields_remove(&f, span_text("X-a")), 0, "once");
    add(&f, "Last", "z");
    is_str(all(&f), "Host=h|X-Empty=|Last=z|", "and it goes on");
    fields_clear(&f);
    is(f.count, 0, "cleared");
    is(f.text_length, 0, "T-20 the room of its text too");
    fields_done(&f);
    fields_done(&f);
}

static void refused(const char *name, size_t name_length, const char *value, size_t length,
                    const char *what)
{
    struct fields f;

    fields_init(&f);
    is(fields_add(&f, span_of(name, name_length), span_of(value, length), &failure),
       LIBHTTP_E_INVALID_ARGUMENT, "%s", what);
    is(f.count, 0, "nothing is added");
    fields_done(&f);
}

static void check_refusals(void)
{
    for (int byte = 0; byte < 0x20; byte++) {
        char value[] = {'a', (char)byte, 'b'};

        if (byte != '\t')
            refused("X", 1, value, 3, "T-1 C-42 a control byte inside a value");
    }
    refused("X", 1, "\x7f", 1, "T-1 C-42 DEL in a value");
    refused("X", 1, "a\r\nInjected: b", 14, "T-1 C-42 a line end in a value");
    contains(failure_text(&failure), "'X'", "the sentence names the field");
    contains(failure_text(&failure), "'\\x0d'", "and shows the byte alone");
    refused("X", 1, "a\n", 2, "T-1 a line end at the end is not trimmed away");
    refused("X", 1, "\ra", 2, "T-1 nor one at the start");
    refused("", 0, "a", 1, "C-41 an empty name");
    refused("a b", 3, "a", 1, "C-41 T-1 a blank in a name");
    refused("a:", 2, "a", 1, "C-41 a colon in a name");
    refused("a\r\nb", 4, "a", 1, "C-41 T-1 a line end in a name");
    refused("a\0b", 3, "a", 1, "C-41 T-6 NUL in a name");
    refused("\xc3\xa4", 2, "a", 1, "C-41 a name beyond ASCII");
}

static void check_values(void)
{
    struct fields f;

    fields_init(&f);
    add(&f, "a", " \t b\tc d \t");
    is_str(all(&f), "a=b\tc d|", "C-42 blanks around a value are trimmed, inside they stay");
    fields_clear(&f);
    add(&f, "a", " \t ");
    is_str(all(&f), "a=|", "C-42 a blank value is an empty one");
    fields_clear(&f);
    add(&f, "a", "\x80\xff\xc3\xa4");
    is_str(all(&f), "a=\x80\xff\xc3\xa4|", "C-42 bytes above 0x7f pass unchanged");
    fields_done(&f);
}

/* Many fields, each found again; removal leaves no dead text behind. */
static void check_growth(void)
{
    struct fields f;
    char name[32], value[32];
    bool good = true;
    uint32_t most = 0;

    fields_init(&f);
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "name-%d", i);
        snprintf(value, sizeof value, "value-%d", i * 7);
        good = good && add(&f, name, value) == LIBHTTP_OK;
    }
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "name-%d", i);
        snprintf(value, sizeof value, "value-%d", i * 7);
        good = good && fields_find(&f, span_text(name), (uint32_t)i) == i &&
               span_equal(fields_value(&f, (uint32_t)i), span_text(value));
    }
    ok(good, "thousands of fields");
    fields_done(&f);
    for (int i = 0; i < 5000; i++) {
        add(&f, "keep", "a value that stays");
        add(&f, "gone", "a value that is replaced, again and again");
        fields_remove(&f, span_text(i % 2 ? "gone" : "keep"));
        fields_remove(&f, span_text(i % 2 ? "keep" : "gone"));
        most = f.text_capacity > most ? f.text_capacity : most;
    }
    is(f.count, 0, "all are removed");
    ok(most <= 1024, "T-20 replacing again and again doesn't grow the text");
    fields_done(&f);
}

/* Names and values that lie in the fields themselves, while these grow or shrink. */
static void check_aliases(void)
{
    struct fields f;

    fields_init(&f);
    add(&f, "first", "some text");
    for (int i = 0; i < 200; i++)
        fields_add(&f, fields_name(&f, 0), fields_value(&f, 0), &failure);
    is(f.count, 201, "a field's own name and value may be added again");
    ok(span_equal(fields_value(&f, 200), span_text("some text")), "unharmed");
    fields_clear(&f);
    add(&f, "a", "1");
    add(&f, "keep", "2");
    add(&f, "A", "3");
    is(fields_remove(&f, fields_name(&f, 0)), 2, "and a name in them removed");
    is_str(all(&f), "keep=2|", "without a mistake");
    fields_done(&f);
}

static void check_borrowed(void)
{
    char text[] = "a\0x\ny\0";
    struct field items[] = {{0, 1, 2, 3}};
    struct fields f = {.items = items, .count = 1, .capacity = 1, .borrowed = true, .text = text};
    struct fields copy;

    is(add(&f, "b", "c"), LIBHTTP_E_STATE, "what is borrowed can't be added to");
    is(fields_remove(&f, span_text("a")), 0, "nor removed from");
    fields_init(&copy);
    is(fields_copy(&copy, &f, &failure), LIBHTTP_OK, "but copied");
    is_str(all(&copy), "a=x\ny|", "C-74 as it is, control bytes too");
    fields_done(&f);
    is(f.count, 0, "done with it frees nothing");
    fields_done(&copy);
    f = (struct fields){.items = items, .count = 1, .borrowed = true, .text = text};
    fields_clear(&f);
    ok(f.count == 0 && !f.borrowed, "cleared, it is nobody's");
}

/* Numbers that no machine's memory reaches in a test: nothing wraps. */
static void check_ends(void)
{
    struct fields f = {.text_length = UINT32_MAX - 5};

    is(add(&f, "name", "value"), LIBHTTP_E_HEAD_TOO_LARGE, "T-31 text of over 32 bits");
    f = (struct fields){.count = INT32_MAX / 2, .capacity = INT32_MAX / 2};
    is(add(&f, "name", "value"), LIBHTTP_E_NO_MEMORY, "T-31 more fields than can be");
    f = (struct fields){.text_length = UINT32_MAX - 10};
    is(add(&f, "name", "value"), LIBHTTP_E_HEAD_TOO_LARGE, "T-31 text of a byte over 32 bits");
    if (!malloc_is_counted())
        return;
    f = (struct fields){.text_length = UINT32_MAX - 11, .text_capacity = UINT32_MAX - 11};
    malloc_fail_at(2, false);
    is(add(&f, "name", "value"), LIBHTTP_E_NO_MEMORY, "T-31 T-36 all that 32 bits can hold");
    malloc_fail_at(0, false);
    free(f.items);
    f = (struct fields){.text_length = 3000000000, .text_capacity = 3000000000};
    malloc_fail_at(2, false);
    is(add(&f, "name", "value"), LIBHTTP_E_NO_MEMORY, "T-31 T-36 the last doubling");
    malloc_fail_at(0, false);
    free(f.items);
}

static void check_memory(void)
{
    struct fields f, copy;
    int64_t refused_count = 1;

    if (!malloc_is_counted()) {
        skip("malloc is not ours here");
        return;
    }
    for (int64_t n = 1; refused_count > 0; n++) {
        int32_t status = LIBHTTP_OK;

        fields_init(&f);
        fields_init(&copy);
        malloc_fail_at(n, false);
        for (int i = 0; i < 40 && status == LIBHTTP_OK; i++)
            status = add(&f, "name", "a value of some length");
        if (status == LIBHTTP_OK)
            status = fields_copy(&copy, &f, &failure);
        refused_count = malloc_refused();
        malloc_fail_at(0, false);
        if (status != (refused_count > 0 ? LIBHTTP_E_NO_MEMORY : LIBHTTP_OK))
            fail("T-36 allocation %d fails", (int)n);
        if (add(&f, "again", "works") != LIBHTTP_OK)
            fail("T-36 usable after allocation %d failed", (int)n);
        fields_done(&f);
        fields_done(&copy);
    }
    pass("T-36 every allocation failed once");
}

/* Doubled, room is made seldom. */
static void check_doubling(void)
{
    struct fields f;
    int64_t before;

    if (!malloc_is_counted())
        return;
    fields_init(&f);
    before = malloc_count();
    for (int i = 0; i < 1000; i++)
        add(&f, "name", "value");
    ok(malloc_count() - before < 20, "T-24 %d allocations for 1,000 fields",
       (int)(malloc_count() - before));
    fields_done(&f);
}

/* Lengths that no list of ours reaches; not a byte of them is read. */
static void check_sums(void)
{
    static char text[] = "a";
    static const uint32_t lengths[][2] = {
        {UINT32_MAX, 1}, {1, UINT32_MAX}, {UINT32_MAX / 2, UINT32_MAX / 2}};

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct field item = {.name_length = lengths[i][0], .value_length = lengths[i][1]};
        struct fields from = {.items = &item, .count = 1, .text = text, .borrowed = true};
        struct fields to;

        fields_init(&to);
        is(fields_copy(&to, &from, &failure), LIBHTTP_E_HEAD_TOO_LARGE,
           "T-20 fields that pass 32 bits together, number %zu", i);
        is(to.count, 0, "none of them is kept");
        fields_done(&to);
    }
}

int main(void)
{
    failure_init(&failure);
    check_order();
    check_refusals();
    check_values();
    check_growth();
    check_aliases();
    check_borrowed();
    check_ends();
    check_doubling();
    check_sums();
    check_memory();
    failure_done(&failure);
    return done_testing();
}
