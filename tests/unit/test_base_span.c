/* SPDX-License-Identifier: MIT */
/* span: comparing, trimming, members of lists. */
#include "base/span.h"
#include "tap.h"

static void test_compare(void)
{
    ok(span_equal(span_of("a\0b", 3), span_of("a\0b", 3)), "bytes behind a NUL count");
    ok(!span_equal(span_of("a\0b", 3), span_of("a\0c", 3)), "and differ");
    ok(span_equal(span_of(NULL, 0), span_text("")), "two empty spans are equal, wherever they are");
    ok(span_equal_nocase(span_text("TITLE"), span_text("title")),
       "T-39 I and i are the same letter, whatever the locale");
    ok(!span_equal_nocase(span_text("a\xc4"), span_text("a\xe4")), "bytes above 0x7f have no case");
    ok(!span_equal_nocase(span_text("a["), span_text("a{")),
       "nor have the bytes around the letters");
    ok(!span_equal_nocase(span_text("ab"), span_text("abc")), "a prefix is not equal");
}

static void test_trim(void)
{
    struct span s = span_trim(span_text(" \t a b\t "));

    is_mem(s.data, s.length, "a b", 3, "C-42 blanks go at both ends, inside they stay");
    is(span_trim(span_text(" \t ")).length, 0, "blanks alone are nothing");
    is(span_trim(span_text("\va")).length, 2, "a vertical tab is no blank");
}

static const char *members(const char *text)
{
    static char out[200];
    struct span list = span_text(text);
    struct span member;
    size_t at = 0;

    out[0] = '\0';
    while (span_next_member(&list, &member)) {
        out[at++] = '<';
        memcpy(out + at, member.data, member.length);
        at += member.length;
        out[at++] = '>';
        out[at] = '\0';
    }
    return out;
}

static void test_members(void)
{
    is_str(members("a, b ,c"), "<a><b><c>", "C-102 members are trimmed");
    is_str(members(",, a,,b,"), "<a><b>", "empty members are skipped");
    is_str(members(""), "", "an empty list has none");
    is_str(members("a=\"x,y\", b"), "<a=\"x,y\"><b>", "a comma inside quotes doesn't separate");
    is_str(members("a=\"x\\\",y\", b"), "<a=\"x\\\",y\"><b>", "nor behind an escaped quote");
    is_str(members("a=\"x\\"), "<a=\"x\\>", "T-35 a backslash at the end escapes nothing");
    is_str(members("a=\"x, b"), "<a=\"x, b>", "a quote that isn't closed reaches to the end");
}

static void test_behind_user(void)
{
    static const char *const texts[][2] = {
        {"", ""}, {"a", "a"}, {"u@", ""}, {"u:p@h:1", "h:1"}, {"u@v@h", "h"}};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct span s = span_behind_user(span_text(texts[i][0]));

        is_mem(s.data, s.length, texts[i][1], strlen(texts[i][1]), "T-53 behind the user of '%s'",
               texts[i][0]);
    }
}

static void test_decimal(void)
{
    char room[20];
    struct span s = span_of_decimal(room, UINT64_MAX);

    is_mem(s.data, s.length, "18446744073709551615", 20, "the largest number fills the room");
    s = span_of_decimal(room, 0);
    is_mem(s.data, s.length, "0", 1, "zero has a digit");
}

int main(void)
{
    test_compare();
    test_trim();
    test_members();
    test_behind_user();
    test_decimal();
    return done_testing();
}
