/* SPDX-License-Identifier: MIT */
/* Hosts and ports as a connection takes them. */
#include "base/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tap.h"

static const char not_parsed[] = "(refused)";

/* Parses and describes: "name|address|port", with brackets around an IPv6 name. */
static int32_t describe(struct span text, int32_t port, char *out, size_t size, char *sentence)
{
    struct failure failure;
    struct host host;
    int32_t status;

    failure_init(&failure);
    host_init(&host);
    status = host_parse(text, port, &host, &failure);
    snprintf(out, size, "%s", not_parsed);
    if (status == LIBHTTP_OK)
        snprintf(out, size, host.is_ipv6 ? "[%s]|%s|%d" : "%s|%s|%d", host.name, host.address,
                 (int)host.port);
    else if (host.name || host.port != HOST_PORT_DEFAULT)
        snprintf(out, size, "ret was touched");
    snprintf(sentence, 512, "%s", failure_text(&failure));
    host_done(&host);
    failure_done(&failure);
    return status;
}

struct good {
    const char *id;
    const char *text;
    int32_t port;
    const char *wanted;
};

static const struct good goods[] = {
    {"C-1", "h", -1, "h|h|-1"},
    {"C-1", "h:81", -1, "h|h|81"},
    {"C-1", "h", 81, "h|h|81"},
    {"C-1", "www.cwi.nl:80", -1, "www.cwi.nl|www.cwi.nl|80"},
    {"C-3", "[2001:db8::1]:8080", -1, "[2001:db8::1]|2001:db8::1|8080"},
    {"C-3", "[2001:db8::1]", -1, "[2001:db8::1]|2001:db8::1|-1"},
    {"C-3", "[::1]", 81, "[::1]|::1|81"},
    {"C-5", "::1", -1, "[::1]|::1|-1"},
    {"C-5", "::1", 443, "[::1]|::1|443"},
    {"C-5", "2001:db8::1:80", -1, "[2001:db8::1:80]|2001:db8::1:80|-1"},
    {"C-5", "::ffff:192.0.2.1", -1, "[::ffff:192.0.2.1]|::ffff:192.0.2.1|-1"},
    {"C-6", "h:0", -1, "h|h|0"},
    {"C-6", "h:65535", -1, "h|h|65535"},
    {"C-6", "h:00080", -1, "h|h|80"},
    {"C-6", "h", 0, "h|h|0"},
    {"C-36", "my_service", -1, "my_service|my_service|-1"},
    {"C-36", "Example.COM.", -1, "Example.COM.|Example.COM.|-1"},
    {"C-36", "xn--bcher-kva.example", -1, "xn--bcher-kva.example|xn--bcher-kva.example|-1"},
    {"C-36", "fe80::1%eth0", -1, "[fe80::1]|fe80::1%eth0|-1"},
    {"C-36", "[fe80::1%eth0.1]:8", -1, "[fe80::1]|fe80::1%eth0.1|8"},
    {"C-36", "192.0.2.1:8", -1, "192.0.2.1|192.0.2.1|8"},
    {"C-36",
     "b\xc3\xbc"
     "cher.example:81",
     -1, "xn--bcher-kva.example|xn--bcher-kva.example|81"},
    {"C-36",
     "B\xc3\x9c"
     "CHER.example",
     -1, "xn--bcher-kva.example|xn--bcher-kva.example|-1"},
    /* Not transitional: a sharp s stays one. */
    {"C-36",
     "stra\xc3\x9f"
     "e.example",
     -1, "xn--strae-oqa.example|xn--strae-oqa.example|-1"},
    /* u and a combining diaeresis are put together first. */
    {"C-36",
     "bu\xcc\x88"
     "cher.example",
     -1, "xn--bcher-kva.example|xn--bcher-kva.example|-1"},
    {"C-36", "\xe4\xbe\x8b\xe5\xad\x90\xe3\x80\x82\xe6\xb5\x8b\xe8\xaf\x95", -1,
     "xn--fsqu00a.xn--0zwm56d|xn--fsqu00a.xn--0zwm56d|-1"},
};

static void good_hosts(void)
{
    char got[600], sentence[512];

    for (size_t i = 0; i < sizeof goods / sizeof goods[0]; i++) {
        const struct good *g = &goods[i];

        describe(span_text(g->text), g->port, got, sizeof got, sentence);
        is_str(got, g->wanted, "%s '%s' with port %d", g->id, g->text, (int)g->port);
    }
}

struct bad {
    const char *id;
    const char *text;
    int32_t port;
    const char *part; /* of the sentence */
};

static const struct bad bads[] = {
    {"C-2", "h:", -1, "'h:'"},
    {"C-2", "h:http", -1, "'http'"},
    {"C-2", "user:password@host", -1, "'password@host'"},
    {"C-2", "http://a", -1, "'//a'"},
    {"C-2", "www.python.org:80x", -1, "'80x'"},
    {"C-2", "[::1]:", -1, "'[::1]:'"},
    {"C-2", ":80", -1, "empty"},
    {"C-2", "", -1, "empty"},
    {"C-4", "h:80", 81, "'h:80'"},
    {"C-4", "[::1]:80", 81, "':80'"},
    {"C-5", "[::1", -1, "'[::1'"},
    {"C-5", "[::1:80", 81, "bracket"},
    {"C-5", "::1]", -1, "'::1]'"},
    {"C-5", "a:b:80", -1, "'a:b:80'"},
    {"C-5", "[a]", -1, "'a'"},
    {"C-5", "[]", -1, "''"},
    {"C-5", "[192.0.2.1]", -1, "'192.0.2.1'"},
    {"C-5", "[v1.x]", -1, "'v1.x'"},
    {"C-5", "[::1]x", -1, "'x'"},
    {"C-6", "h:+80", -1, "'+80'"},
    {"C-6", "h: 80", -1, "blank"},
    {"C-6", "h:8_0", -1, "'8_0'"},
    {"C-6", "h:-1", -1, "'-1'"},
    {"C-6", "h:99999", -1, "'99999'"},
    {"C-6", "h:65536", -1, "'65536'"},
    {"C-6", "h:18446744073709551696", -1, "'18446744073709551696'"},
    {"C-6", "h:\xd9\xa8\xd9\xa0", -1, "not a number"},
    {"C-6", "h", 65536, "65536"},
    {"C-6", "h", -2, "-2"},
    {"C-6", "h", INT32_MIN, "-2147483648"},
    {"C-7", "h h", -1, "'h h'"},
    {"C-7", "h\r\nX: y", -1, "'h\\x0d\\x0aX: y'"},
    {"T-3", "h\t", -1, "\\x09"},
    {"T-3", "user@host", -1, "'user@host'"},
    {"T-3", "a/b", -1, "'a/b'"},
    {"T-3", "a?b", -1, "'a?b'"},
    {"T-3", "a#b", -1, "'a#b'"},
    {"T-3", "a\\b", -1, "'a\\x5cb'"},
    {"T-3", "a[b", -1, "'a[b'"},
    {"T-3", "a]b", -1, "'a]b'"},
    {"T-3", "a%62", -1, "'a%62'"},
    {"T-3", "a<b", -1, "'a<b'"},
    {"T-3", "a|b", -1, "'a|b'"},
    {"T-3", "fe80::1%", -1, "'fe80::1%'"},
    {"T-3", "[fe80::1%a/b]", -1, "'fe80::1%a/b'"},
    {"T-3", "[fe80::1%a%b]", -1, "IPv6"},
    {"T-3", ".", -1, "'.'"},
    {"T-3", "a..b", -1, "'a..b'"},
    {"T-3", ".a", -1, "'.a'"},
    /* What IDNA's mapping makes of these would be another host (CVE-2019-9636). */
    {"T-7", "a\xe2\x84\x80.example", -1, "'aa/c.example'"},
    {"T-7",
     "a\xef\xbc\x8f"
     "b.example",
     -1, "'a/b.example'"},
    {"T-7",
     "a\xef\xbc\xa0"
     "b.example",
     -1, "'a@b.example'"},
    {"T-7",
     "a\xef\xbc\x9a"
     "80",
     -1, "'a:80'"},
    {"T-7",
     "a\xef\xbc\x83"
     "b.example",
     -1, "'a#b.example'"},
    {"T-7",
     "a\xef\xbc\x85"
     "41.example",
     -1, "'a%41.example'"},
    {"C-36", "a\xff.example", -1, "can't be encoded by IDNA"},
    {"C-36", "a\xc0\xaf.example", -1, "can't be encoded by IDNA"},
    {"C-36", "\xe2\x98\x83.example", -1, "can't be encoded by IDNA"},
};

static void bad_hosts(void)
{
    char got[600], sentence[512];

    for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
        const struct bad *b = &bads[i];
        int32_t status = describe(span_text(b->text), b->port, got, sizeof got, sentence);

        is(status, LIBHTTP_E_INVALID_URL, "%s refused, number %zu", b->id, i);
        is_str(got, not_parsed, "ret is untouched");
        contains(sentence, b->part, "%s the sentence shows the text", b->id);
    }
}

static void every_byte(void)
{
    static const char fine[] = "!$&'()*+,;=-_~";
    char text[4] = "a?b", got[600], sentence[512];

    for (int c = 0; c < 0x80; c++) {
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        bool wanted = letter || c == '.' || (c != 0 && strchr(fine, c));
        int32_t status;

        text[1] = (char)c;
        status = describe(span_of(text, 3), 80, got, sizeof got, sentence);
        if (status != (wanted ? LIBHTTP_OK : LIBHTTP_E_INVALID_URL))
            diag("byte %d gives %d", c, (int)status);
        else
            continue;
        fail("C-7, T-3 byte %d in a host", c);
    }
    pass("C-7, T-3 every ASCII byte in a host");
}

/* Exactly sized copies: nothing is read behind the end. */
static void lengths(void)
{
    static const char *const fill[] = {"a", ":", "[", "1:", "\xc3\xbc", "%", "h:1"};
    bool good = true;

    for (size_t f = 0; f < sizeof fill / sizeof fill[0]; f++) {
        for (size_t n = 0; n <= 70000; n += n < 600 ? 1 : 6940) {
            char *text = malloc(n ? n : 1), got[600], sentence[512];
            int32_t status;

            if (!text)
                bail_out("no memory");
            for (size_t i = 0; i < n; i++)
                text[i] = fill[f][i % strlen(fill[f])];
            status = describe(span_of(text, n), -1, got, sizeof got, sentence);
            if (n > LIMIT_HOST && status != LIBHTTP_E_INVALID_URL)
                good = false;
            free(text);
        }
    }
    ok(good, "T-31 hosts of 0 to 70,000 bytes");
}

/* What only other callers than host_parse can give. */
static void parts(void)
{
    static char zoned[LIMIT_HOST + 2] = "fe80::1%";
    struct failure failure;
    struct host host;
    int32_t port = 7;

    failure_init(&failure);
    host_init(&host);
    is(host_parse_port(span_of("", 0), &port, &failure), LIBHTTP_E_INVALID_URL,
       "C-2 no digit is no port");
    is(port, 7, "ret is untouched");
    memset(zoned + 8, 'z', sizeof zoned - 9);
    is(host_parse_name(span_text(zoned), &host, &failure), LIBHTTP_E_INVALID_URL,
       "T-31 a zone over the limit is refused");
    contains(failure_text(&failure), "too long", "and said so");
    is(host_parse_name(span_of(zoned, LIMIT_HOST), &host, &failure), LIBHTTP_OK, "at it, taken");
    is(host_parse_name(span_of("a\0b", 3), &host, &failure), LIBHTTP_E_INVALID_URL,
       "T-6 a NUL in a name");
    is(host_parse_name(span_of("fe80::1%a\0b", 11), &host, &failure), LIBHTTP_E_INVALID_URL,
       "T-6 a NUL in a zone");
    host_done(&host);
    failure_done(&failure);
}

static void replaced(void)
{
    struct failure failure;
    struct host host;

    failure_init(&failure);
    host_init(&host);
    host_parse(span_text("[fe80::1%lo]:5"), -1, &host, &failure);
    is(host_parse(span_text("a b"), -1, &host, &failure), LIBHTTP_E_INVALID_URL, "a bad one");
    is_str(host.address, "fe80::1%lo", "leaves the old one");
    is_mem(failure.detail, failure.detail_length, "a b", 3, "and tells the text");
    is(host_parse(span_text("b"), -1, &host, &failure), LIBHTTP_OK, "a good one");
    ok(!host.is_ipv6 && host.port == HOST_PORT_DEFAULT, "replaces all of it");
    is_str(host.address, host.name, "address and name are one");
    host_done(&host);
    host_done(&host);
    ok(!host.name, "done twice does no harm");
    failure_done(&failure);
}

int main(void)
{
    good_hosts();
    bad_hosts();
    every_byte();
    lengths();
    parts();
    replaced();
    return done_testing();
}
