/* SPDX-License-Identifier: MIT */
/* The table of characters against the texts of the RFCs; numbers. */
#include "wire/chars.h"

#include "tap.h"

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool among(int byte, const char *set)
{
    return byte != 0 && strchr(set, byte) != NULL;
}

static void check_class(int class, bool (*wanted)(int), const char *name)
{
    int wrong = -1;

    for (int byte = 0; byte < 256; byte++) {
        if (char_is((char)byte, class) != wanted(byte))
            wrong = byte;
    }
    is(wrong, -1, "%s", name);
}

/* RFC 9110 5.6.2 */
static bool is_tchar(int byte)
{
    return among(byte, "!#$%&'*+-.^_`|~" DIGITS LETTERS);
}

/* RFC 9110 5.5: HTAB, SP, VCHAR, obs-text */
static bool is_value(int byte)
{
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

static bool is_target(int byte)
{
    return byte > 0x20 && byte < 0x7f && byte != '#';
}

static bool is_digit(int byte)
{
    return among(byte, DIGITS);
}

static bool is_hex(int byte)
{
    return among(byte, DIGITS "abcdefABCDEF");
}

/* RFC 3986 2.2, 2.3: unreserved and sub-delims */
static bool is_host(int byte)
{
    return among(byte, "-._~!$&'()*+,;=" DIGITS LETTERS);
}

static bool is_alpha(int byte)
{
    return among(byte, LETTERS);
}

static void check_decimal(const char *text, int64_t maximum, int64_t wanted)
{
    int64_t value = -7;
    bool good = span_decimal(span_text(text), maximum, &value);

    if (wanted < 0)
        ok(!good && value == -7, "C-78 T-11 '%s' is no number up to %lld", text,
           (long long)maximum);
    else
        is(good ? value : -1, wanted, "C-78 '%s' is a number", text);
}

/* Where a digit is due each other byte is refused, in short numbers and in long ones. */
static void check_each_byte(void)
{
    char text[] = "000000000000000000000000000005";
    size_t length = sizeof text - 1;
    int wrong = -1;

    for (int byte = 0; byte < 256; byte++) {
        int64_t value = 0;

        text[length - 2] = (char)byte;
        if (span_decimal(span_of(text, length), INT64_MAX, &value) != is_digit(byte) ||
            span_decimal(span_of(text + length - 2, 2), INT64_MAX, &value) != is_digit(byte))
            wrong = byte;
    }
    is(wrong, -1, "C-78 T-11 only digits are digits");
}

static void check_decimals(void)
{
    static const char *const bad[] = {"",   "+5",  "-5", " 5", "5 ",  "5_0", "0x5",
                                      "5a", "5,5", "5.", "٥",  "\t5", "5\r"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_decimal(bad[i], INT64_MAX, -1);
    check_decimal("0", INT64_MAX, 0);
    check_decimal("007", INT64_MAX, 7);
    check_decimal("9223372036854775807", INT64_MAX, INT64_MAX);
    check_decimal("9223372036854775808", INT64_MAX, -1);
    check_decimal("18446744073709551617", INT64_MAX, -1);
    check_decimal("99999999999999999999999999999999999999", INT64_MAX, -1);
    check_decimal("000000000000000000005", INT64_MAX, 5);
    check_decimal("000000000000000000/05", INT64_MAX, -1);
    check_decimal("000000000000000000:05", INT64_MAX, -1);
    check_decimal("65535", 65535, 65535);
    check_decimal("65536", 65535, -1);
    check_decimal("0", 0, 0);
    check_decimal("1", 0, -1);
    ok(!span_decimal(span_of("5\0", 2), INT64_MAX, &(int64_t){0}), "T-6 NUL ends no number");
}

int main(void)
{
    check_class(CHAR_TOKEN, is_tchar, "C-41 C-29 tokens hold tchar alone");
    check_class(CHAR_VALUE, is_value, "C-42 T-1 values hold no control byte but HTAB");
    check_class(CHAR_TARGET, is_target, "C-30 T-2 targets hold visible ASCII but '#'");
    check_class(CHAR_DIGIT, is_digit, "C-6 digits");
    check_class(CHAR_HEX, is_hex, "C-80 hexadecimal digits");
    check_class(CHAR_HOST, is_host, "T-5 what a host's name is made of");
    check_class(CHAR_ALPHA, is_alpha, "letters");
    for (int i = 0; i < 16; i++) {
        if (hex_value("0123456789abcdef"[i]) != i || hex_value("0123456789ABCDEF"[i]) != i)
            fail("C-80 the value of digit %d", i);
    }
    check_decimals();
    check_each_byte();
    ok(!span_all(span_of("", 0), CHAR_TOKEN), "nothing is no token");
    ok(span_all(span_text("abc"), CHAR_TOKEN), "a token is one");
    is(span_prefix(span_text("ab c"), CHAR_TOKEN), 2, "up to the first that is none");
    is(span_prefix(span_of("", 0), CHAR_TOKEN), 0, "of nothing, nothing");
    return done_testing();
}
