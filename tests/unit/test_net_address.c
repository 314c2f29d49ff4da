/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>

#include "base/limits.h"
#include "net/address.h"
#include "net/reasons.h"
#include "support/counts.h"
#include "tap.h"

static void test_literals(void)
{
    static const struct {
        const char *host, *text;
    } table[] = {
        {"127.0.0.1", "127.0.0.1:80"},
        {"255.255.255.255", "255.255.255.255:80"},
        {"::1", "[::1]:80"},
        {"2001:DB8:0:0::1", "[2001:db8::1]:80"},
        {"::ffff:192.0.2.1", "[::ffff:192.0.2.1]:80"},
        {"fe80::1%7", "[fe80::1%7]:80"},
        {"fe80::1%4294967295", "[fe80::1%4294967295]:80"},
    };
    union address a;
    char text[ADDRESS_TEXT];

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        ok(address_parse(table[i].host, 80, &a), "C-126 %s is a literal", table[i].host);
        address_format(&a, text, sizeof text);
        is_str(text, table[i].text, "C-126 and is written %s", table[i].text);
    }
    ok(address_parse("fe80::1%lo", 443, &a), "C-36 a zone id may be an interface's name");
    is(a.in6.sin6_scope_id, if_nametoindex("lo"), "C-36 and is its number then");
    is(ntohs(a.in6.sin6_port), 443, "the port goes along");
}

static void test_names(void)
{
    static const char *const names[] = {"",
                                        "localhost",
                                        "1.2.3",
                                        "1.2.3.4.5",
                                        "256.1.1.1",
                                        "1.2.3.4 ",
                                        "0x7f.1",
                                        "[::1]",
                                        "::1%",
                                        "fe80::1%nosuchzone",
                                        "::1::",
                                        "12345::",
                                        "fe80::1%0",
                                        "1.2.3.4%lo",
                                        "fe80::1%4294967296",
                                        "::1%-1",
                                        "fe80::1%1 ",
                                        "1.2.3.04444",
                                        "::g",
                                        "fe80::1%99999999999999999999",
                                        "fe80::1%%1",
                                        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};
    union address a;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ok(!address_parse(names[i], 80, &a), "C-5 '%s' is no literal", names[i]);
}

static void test_other_formats(void)
{
    union address a = {.un = {.sun_family = AF_UNIX, .sun_path = "/run/x"}};
    char text[ADDRESS_TEXT];

    address_format(&a, text, sizeof text);
    is_str(text, "unix:/run/x", "C-127 a Unix path");
    memcpy(a.un.sun_path, "\0name", 6);
    address_format(&a, text, sizeof text);
    is_str(text, "unix:@name", "C-127 an abstract name");
    memset(a.un.sun_path, 'x', sizeof a.un.sun_path);
    address_format(&a, text, sizeof text);
    is(strlen(text), 5 + sizeof a.un.sun_path, "T-35 a path without NUL ends where its room does");
    address_format(&a, text, 8);
    is_str(text, "unix:xx", "a text is cut to its room");
    a.any.sa_family = AF_UNSPEC;
    address_format(&a, text, sizeof text);
    is_str(text, "unknown", "an address of another family has a text, too");
}

static void add(struct address_list *list, const char *host, sa_family_t family)
{
    union address a;

    if (!address_parse(host, 9, &a))
        bail_out("%s", host);
    address_list_add(list, &a.any, family);
}

static const char *text_of(const struct address_list *list)
{
    static char text[1024];
    char one[ADDRESS_TEXT];

    text[0] = '\0';
    for (uint32_t i = 0; i < list->count; i++) {
        address_format(&list->items[i], one, sizeof one);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i > 0 ? " " : "", one);
    }
    return text;
}

static void interleaves(const char *from, const char *to)
{
    struct address_list list;

    if (!address_list_init(&list, (uint32_t)strlen(from)))
        bail_out("out of memory");
    for (int i = 0; from[i] != '\0'; i++) {
        char host[32];

        snprintf(host, sizeof host, from[i] >= 'a' ? "::%c" : "0.0.0.%c", from[i]);
        add(&list, host, AF_UNSPEC);
    }
    address_list_interleave(&list);
    is(list.count, strlen(from), "C-126 none of %s is lost", from);
    for (uint32_t i = 0; i < list.count; i++) {
        char text[ADDRESS_TEXT];

        address_format(&list.items[i], text, sizeof text);
        ok(strchr(text, to[i]) != NULL, "C-126 %s becomes %s: %u", from, to, i);
    }
    address_list_done(&list);
}

static void test_list(void)
{
    struct sockaddr other = {.sa_family = AF_UNIX};
    struct address_list list;

    if (!address_list_init(&list, 1000))
        bail_out("out of memory");
    add(&list, "127.0.0.1", AF_UNSPEC);
    add(&list, "::1", AF_INET);
    add(&list, "127.0.0.1", AF_UNSPEC);
    address_list_add(&list, &other, AF_UNSPEC);
    is_str(text_of(&list), "127.0.0.1:9",
           "C-126 doubles and other families don't get into the list");
    add(&list, "fe80::1%1", AF_INET6);
    add(&list, "fe80::1%2", AF_INET6);
    is(list.count, 3, "C-126 addresses that differ in their zone are two");
    for (int i = 0; i < 300; i++) {
        char host[32];

        snprintf(host, sizeof host, "10.0.%d.%d", i / 256, i % 256);
        add(&list, host, AF_INET);
    }
    is(list.count, LIMIT_ADDRESSES, "T-21 a name has so many addresses at most");
    address_list_done(&list);
    ok(address_list_init(&list, 0), "an empty list");
    add(&list, "::1", AF_UNSPEC);
    is(list.count, 0, "has no room");
    address_list_done(&list);
}

static void test_reasons(void)
{
    struct reasons reasons = {.length = 0};
    struct failure failure;
    union address a;

    failure_init(&failure);
    address_parse("::1", 1, &a);
    for (int i = 0; i < 100; i++)
        reasons_add(&reasons, &a, NULL, 111);
    reasons_add(&reasons, &a, "bind", 99);
    is(fail_reasons(&failure, &reasons, "example.test"), LIBHTTP_E_OS, "C-126 a failed connect");
    is(failure.os_error, 99, "C-126 tells the last errno");
    ok(strlen(reasons.text) < sizeof reasons.text, "C-126 a hundred reasons are cut");
    contains(failure_text(&failure), "connect to example.test: [::1]:1: Connection refused; [",
             "C-126 the first ones are there");
    failure_done(&failure);
}

static void test_no_memory(void)
{
    struct address_list list;
    bool made;

    if (!malloc_is_counted())
        return;
    malloc_fail_at(1, false);
    made = address_list_init(&list, 3);
    malloc_fail_at(0, false);
    ok(!made, "T-36 a list without memory");
}

int main(void)
{
    test_literals();
    test_names();
    test_other_formats();
    interleaves("", "");
    interleaves("1", "1");
    interleaves("123", "123");
    interleaves("1a", "1a");
    interleaves("abc123", "a1b2c3");
    interleaves("123abc", "1a2b3c");
    interleaves("1234a", "1a234");
    interleaves("ab1cd2", "a1b2cd");
    test_list();
    test_reasons();
    test_no_memory();
    return done_testing();
}
