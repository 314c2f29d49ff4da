/* SPDX-License-Identifier: MIT */
/* The scanners against plain loops: every byte at every place, the input ending at a page that
 * can't be touched. */
#include "wire/scan.h"

#include <stdlib.h>

#include "support/guard.h"
#include "tap.h"

static struct guard guard;

static const char *plain_line(const char *at, const char *end)
{
    while (at < end && *at != '\0' && *at != '\r' && *at != '\n')
        at++;
    return at;
}

static const char *plain_token(const char *at, const char *end)
{
    while (at < end && char_is(*at, CHAR_TOKEN))
        at++;
    return at;
}

typedef const char *scanner(const char *at, const char *end);

static const char *fast_line(const char *at, const char *end)
{
    return scan_line(at, end);
}

static const char *fast_token(const char *at, const char *end)
{
    return scan_token(at, end);
}

static bool agree(scanner *fast, scanner *plain, const char *bytes, size_t length)
{
    const char *at = guard_copy(&guard, bytes, length);

    return fast(at, at + length) == plain(at, at + length);
}

/* One odd byte at each place of inputs of each length up to three blocks, and a second one behind
 * it. */
static void check_every_byte(scanner *fast, scanner *plain, char filling, const char *name)
{
    char bytes[50];
    int wrong = -1;

    for (int byte = 0; byte < 256; byte++) {
        for (size_t length = 0; length <= sizeof bytes; length++) {
            for (size_t at = 0; at < length; at++) {
                memset(bytes, filling, sizeof bytes);
                bytes[at] = (char)byte;
                if (!agree(fast, plain, bytes, length))
                    wrong = byte;
                bytes[length - 1] = '\r';
                if (!agree(fast, plain, bytes, length))
                    wrong = byte;
            }
        }
    }
    is(wrong, -1, "T-35 %s: every byte at every place", name);
}

static void check_random(scanner *fast, scanner *plain, const char *alphabet, size_t letters,
                         const char *name)
{
    char bytes[200];
    int wrong = 0;

    srand(1);
    for (int round = 0; round < 20000; round++) {
        size_t length = (size_t)rand() % sizeof bytes;

        for (size_t i = 0; i < length; i++)
            bytes[i] = rand() % 20 ? 'a' : alphabet[(size_t)rand() % letters];
        wrong += !agree(fast, plain, bytes, length);
    }
    is(wrong, 0, "T-35 %s: mixed input", name);
}

static void check_words(void)
{
    ok(scan_token_is("Content-Length", "content-length", 14), "a name equals itself but for case");
    ok(scan_token_is("CONTENT-LENGTH", "content-length", 14), "in capitals too");
    ok(!scan_token_is("Content-Lengti", "content-length", 14), "the last byte counts");
    ok(!scan_token_is("Dontent-Length", "content-length", 14), "the first byte counts");
    ok(!scan_token_is("Content_Length", "content-length", 14), "a hyphen is none of '_'");
    ok(scan_token_is("transfer-ENCODING", "transfer-encoding", 17), "longer ones");
    ok(!scan_token_is("transfer-encodinH", "transfer-encoding", 17), "and their ends");
}

int main(void)
{
    guard_init(&guard, 4096);
    check_every_byte(fast_line, plain_line, 'x', "lines");
    check_every_byte(fast_line, plain_line, '\t', "lines of low bytes");
    check_every_byte(fast_token, plain_token, 'x', "tokens");
    check_every_byte(fast_token, plain_token, '~', "unusual tokens");
    check_random(fast_line, plain_line, "\r\n\0\t\x01\x7f\x80\xff", 8, "lines");
    check_random(fast_token, plain_token, ":-_ \r\n\0~@[`{/", 13, "tokens");
    check_words();
    guard_done(&guard);
    return done_testing();
}
