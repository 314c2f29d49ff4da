/* SPDX-License-Identifier: MIT */
/* What may be a request's target, what it says of the host, and what may be a Host field. */
#include "wire/target.h"

#include "support/guard.h"
#include "tap.h"

static struct failure failure;

static void good_target(const char *text, bool is_connect, const char *sent, const char *authority,
                        const char *what)
{
    struct target t = {.text = span_text("untouched")};
    int32_t status = target_read(span_text(text), is_connect, &t, &failure);

    is(status, LIBHTTP_OK, "%s", what);
    if (status < 0)
        return;
    is_mem(t.text.data, t.text.length, sent, strlen(sent), "... is sent");
    is_mem(t.authority.data, t.authority.length, authority, strlen(authority), "... its authority");
    is(t.absolute, !is_connect && authority[0] != '\0', "... its form");
}

static void bad_target(const char *text, size_t length, bool is_connect, const char *what)
{
    struct target t = {.absolute = true, .text = span_text("untouched")};

    is(target_read(span_of(text, length), is_connect, &t, &failure), LIBHTTP_E_INVALID_URL, "%s",
       what);
    ok(span_equal(t.text, span_text("untouched")), "... nothing is returned");
}

#define BAD(text, what)  bad_target(text, sizeof(text) - 1, false, what)
#define BADC(text, what) bad_target(text, sizeof(text) - 1, true, what)

static void check_targets(void)
{
    good_target("", false, "/", "", "C-28 an empty target is \"/\"");
    good_target("/a?b=%20", false, "/a?b=%20", "", "C-28 origin form");
    good_target("+x://c/", false, "+x://c/", "", "nor with a sign");
    good_target("*", false, "*", "", "asterisk form");
    good_target("a/b://c", false, "a/b://c", "", "a relative one passes as it is");
    good_target("1http://c/", false, "1http://c/", "", "a scheme begins with a letter");
    good_target("http://h", false, "http://h", "h", "C-34 absolute form");
    good_target("http://h:81/p", false, "http://h:81/p", "h:81", "C-34 with a port");
    good_target("HTTPS+x-1.0://h?q", false, "HTTPS+x-1.0://h?q", "h", "C-34 any scheme, a query");
    good_target("http://[::1]:8080/", false, "http://[::1]:8080/", "[::1]:8080", "C-36 IPv6");
    good_target("http://h/a@b", false, "http://h/a@b", "h", "an @ in the path is no user");
    good_target("h:443", true, "h:443", "h:443", "C-34 authority form");
    good_target("[::1]:443", true, "[::1]:443", "[::1]:443", "C-34 C-36 IPv6 in authority form");
}

static void check_bad_targets(void)
{
    for (int byte = 0; byte <= 0xff; byte++) {
        char text[] = {'/', 'a', (char)byte, 'b'};

        if (byte <= 0x20 || byte >= 0x7f || byte == '#')
            bad_target(text, 4, false, "C-30 T-2 T-6 a byte that no target may hold");
    }
    BAD("/ HTTP/1.1\r\nHost: evil\r\n\r\n", "T-2 a whole request in the target");
    contains(failure_text(&failure), "\\x0d\\x0a", "the sentence shows it, printable");
    contains(failure_text(&failure), "' ' at 1", "and names the byte");
    is_mem(failure.detail, failure.detail_length, "/ HTTP/1.1\r\nHost: evil\r\n\r\n", 26,
           "it is the detail");
    BAD("http://u@h/", "C-34 T-3 a user");
    BAD("http://u:p@h/", "C-34 T-3 a user and a password");
    contains(failure_text(&failure), "user information", "and says so");
    BAD("http:///p", "C-34 an empty authority");
    BAD("http://", "C-34 an empty authority and nothing behind it");
    BAD("http://h:/p", "C-6 an empty port");
    BAD("http://h:1a/p", "C-6 a port that is no number");
    BAD("http://h:65536/p", "C-6 a port that is too large");
    BAD("http://h\\evil/", "T-3 a backslash in the authority");
    BAD("http://[::1/", "T-3 a stray bracket");
    BAD("http://[1::2::3]/", "T-3 what is no address between brackets");
    BAD("http://[::1%25e0]/", "T-3 a zone id in the authority");
    BAD("http://h%2e/", "T-3 percent in the authority");
    BADC("", "CONNECT without a target");
    BADC("h", "CONNECT without a port");
    BADC("[::1]", "CONNECT to a literal without a port");
    BADC("u@h:443", "C-34 CONNECT with a user");
    BADC("http://h:443", "CONNECT with an absolute form");
    BADC("h:443/", "CONNECT with a path");
    BADC("::1:443", "CONNECT to IPv6 without brackets");
}

static void check_hosts(void)
{
    static const char *const good[] = {
        "h",       "www.Example.ORG",  "my_service:80",
        "h:0",     "h:65535",          "127.0.0.1",
        "[::1]",   "[::1]:8080",       "h.",
        "a-b~c!$", "[::ffff:1.2.3.4]", "[::]",
    };
    static const char *const bad[] = {
        "",
        ":80",
        "h:",
        "h:+80",
        "h: 80",
        "h:80 ",
        "h:65536",
        "h:8_0",
        "u@h",
        "u:p@h",
        "h/",
        "h/p",
        "h?q",
        "h#f",
        "h h",
        "h\r\nX: y",
        "h\t",
        "[::1",
        "::1]",
        "[::1]]",
        "[]",
        "[:]",
        "[h]",
        "[::1]80",
        "[::1]:",
        "[::1%25e0]",
        "[fe80::1%e0]:80",
        "h%00",
        "h%2e",
        "h\\x",
        "h\x80",
        "\xc3\xa4.de",
        "h\"",
        "<h>",
        "h:80:80",
        "h,\x7f",
        "[v1.x]",
        "::1",
        "[::g]",
        "[:80",
        "[",
        "[::1\n]",
        "[::1 ]",
        "[:::]",
        "[::1::]",
        "[1:2]",
        "[::12345]",
        "[1:2:3:4:5:6:7:8:9]",
        "[::1.2.3]",
        "[::1.2.3.256]",
        "[:.:.]",
        "[1:2:3:4:5:6:7:8:]",
    };

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ok(host_field_valid(span_text(good[i])), "T-5 C-36 '%s' is a Host", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ok(!host_field_valid(span_text(bad[i])), "T-5 T-3 bad Host %zu is none", i);
    ok(!host_field_valid(span_of("h\0", 2)), "T-6 nor one with a NUL");
}

/* Every beginning of these, before memory that can't be read. */
static void check_ends(void)
{
    static const char *const texts[] = {"http://h:80/p?q", "h.example:443", "[::1]:443",
                                        "a+b-c.d://[fe80::1]"};
    struct guard guard;

    guard_init(&guard, 64);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (size_t n = 1; n <= strlen(texts[i]); n++) {
            struct span text = span_of(guard_copy(&guard, texts[i], n), n);
            struct target target;

            target_read(text, false, &target, &failure);
            target_read(text, true, &target, &failure);
            host_field_valid(text);
        }
    }
    pass("T-35 no target and no Host is read behind its end");
    guard_done(&guard);
}

int main(void)
{
    failure_init(&failure);
    check_ends();
    check_targets();
    check_bad_targets();
    check_hosts();
    failure_done(&failure);
    return done_testing();
}
