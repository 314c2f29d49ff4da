/* SPDX-License-Identifier: MIT */
/* IP addresses by their text, compared with inet_pton; and UTF-8. */
#include "base/literal.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "tap.h"

static bool agrees(const char *text)
{
    unsigned char address[16];
    struct span s = span_text(text);

    if (literal_is_ipv6(s) == (inet_pton(AF_INET6, text, address) == 1) &&
        literal_is_ipv4(s) == (inet_pton(AF_INET, text, address) == 1))
        return true;
    diag("differs: '%s'", text);
    return false;
}

/* Every string of up to seven pieces of these. */
static void every_string(void)
{
    static const char *const pieces[] = {":", "::", "1",       "fFfF", "12345",
                                         "g", ".",  "1.2.3.4", "256"};
    const size_t count = sizeof pieces / sizeof pieces[0];
    bool good = true;
    size_t total = 1;

    for (int i = 0; i < 6; i++)
        total *= count;
    for (size_t n = 0; n < total; n++) {
        char text[80] = "";
        size_t length = 0, rest = n;

        for (int i = 0; i < 6; i++, rest /= count)
            length +=
                (size_t)snprintf(text + length, sizeof text - length, "%s", pieces[rest % count]);
        good = agrees(text) && good;
    }
    ok(good, "C-5 %zu strings are addresses where inet_pton says so", total);
}

static void chosen(void)
{
    static const char *const texts[] = {"",
                                        "::",
                                        "::1",
                                        "1::",
                                        "1:2:3:4:5:6:7:8",
                                        "1:2:3:4:5:6:7::",
                                        "::2:3:4:5:6:7:8",
                                        "1:2:3:4:5:6:7:8:9",
                                        "1:2:3:4:5:6:7",
                                        "1:2:3:4:5:6:1.2.3.4",
                                        "1:2:3:4:5:6:7:1.2.3.4",
                                        "::1.2.3.4",
                                        "1.2.3.4::",
                                        "::1.2.3.4:5",
                                        "1:::2",
                                        ":1",
                                        "1:",
                                        ":::",
                                        "::1::",
                                        "1::2::3",
                                        "::00001",
                                        "::g",
                                        "::`",
                                        "::@",
                                        "::G",
                                        "::/",
                                        "1.2.3.:",
                                        "1.2.3./",
                                        "::1%lo",
                                        "0.0.0.0",
                                        "255.255.255.255",
                                        "256.1.1.1",
                                        "1.2.3",
                                        "1.2.3.4.",
                                        "01.2.3.4",
                                        "1.2.3.04",
                                        "1..2.3",
                                        "1.2.3.4.5",
                                        " 1.2.3.4",
                                        "::1.2.3",
                                        "::01.2.3.4",
                                        "1:2:3:4:5:6:7:8::",
                                        "::1:2:3:4:5:6:7:8",
                                        "1:2:3:4::5:6:7:8",
                                        "1:2:3:4::5:6:7"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        ok(agrees(texts[i]), "C-5 '%s'", texts[i]);
}

static void ambiguous(void)
{
    static const char *const yes[] = {"127.1",    "0x7f.0.0.1", "0x7f000001", "2130706433",
                                      "1.2.3.4.", "0177.0.0.1", "a.1",        "1.2.3.256",
                                      "a.0X",     "9.",         "1.0xAf.",    "a.017"};
    static const char *const no[] = {"",    ".",   "127.0.0.1", "a",       "a.1b",
                                     "1.a", "0xg", "a.b.",      "1.2.3.a", "::ffff:192.0.2.1"};

    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        ok(literal_is_ambiguous(span_text(yes[i])), "T-7 '%s' is ambiguous", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        ok(!literal_is_ambiguous(span_text(no[i])), "'%s' is not", no[i]);
    ok(!literal_is_ambiguous(span_of(&".1"[1], 0)), "T-35 nothing behind a dot is not");
}

/* Each character in a block of its exact size, and each of its beginnings. */
static void every_character(void)
{
    bool good = true;

    for (unsigned c = 0; c <= 0x10ffff; c++) {
        char room[4], *text;
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        unsigned rest = c;

        for (size_t i = n - 1; i > 0; i--, rest >>= 6)
            room[i] = (char)(0x80 | (rest & 0x3f));
        room[0] = (char)(n == 1 ? rest : (0xff << (8 - n) & 0xff) | rest);
        text = malloc(n);
        if (!text)
            bail_out("no memory");
        memcpy(text, room, n);
        good = good && utf8_is_valid(span_of(text, n)) == (c < 0xd800 || c > 0xdfff) &&
               (n == 1 || !utf8_is_valid(span_of(text, n - 1)));
        free(text);
        c += c > 0x3000 && c < 0xd000 ? 16 : 0;
    }
    ok(good, "UTF-8: characters are, surrogates and what is cut off aren't");
    ok(!utf8_is_valid(span_text("\xc0\xaf")) && !utf8_is_valid(span_text("\xe0\x80\xaf")) &&
           !utf8_is_valid(span_text("\xf0\x80\x80\xaf")),
       "overlong forms aren't");
    ok(!utf8_is_valid(span_text("\xf4\x90\x80\x80")) && !utf8_is_valid(span_text("\xff")) &&
           !utf8_is_valid(span_text("\x80")),
       "nor is what is above U+10FFFF, or begins nothing");
    ok(utf8_is_valid(span_of("", 0)), "nothing is");
}

int main(void)
{
    chosen();
    every_string();
    ambiguous();
    every_character();
    return done_testing();
}
