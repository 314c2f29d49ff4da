/* SPDX-License-Identifier: MIT */
/* URLs: what they split into, and the hostile ones. */
#include <libhttp/url.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/host.h"
#include "support/no_memory.h"

static libhttp_url *url;

/* "scheme|host|port|target", or the sentence. */
static const char *split(const char *text, int32_t flags)
{
    static char out[1024];
    int32_t status = libhttp_url_parse(url, text, -1, flags);

    if (status != LIBHTTP_OK)
        snprintf(out, sizeof out, "%s: %s", libhttp_error_name(status), libhttp_url_error(url));
    else
        snprintf(out, sizeof out, "%s|%s|%d|%s", libhttp_url_scheme(url, NULL),
                 libhttp_url_host(url, NULL), (int)libhttp_url_port(url),
                 libhttp_url_target(url, NULL));
    return out;
}

static const char *const goods[][2] = {
    {"http://www.python.org", "http|www.python.org|80|/"},
    {"https://www.python.org/index.html", "https|www.python.org|443|/index.html"},
    {"HTTP://Example.ORG:8080/A/../b?c=d#e", "http|Example.ORG|8080|/A/../b?c=d"},
    {"http://a:/", "http|a|80|/"},
    {"https://a:", "https|a|443|/"},
    {"https://a:80", "https|a|80|/"},
    {"http://a?b/c", "http|a|80|/?b/c"},
    {"http://a#b", "http|a|80|/"},
    {"http://a?", "http|a|80|/?"},
    {"http://a//b", "http|a|80|//b"},
    {"http://[::1]", "http|::1|80|/"},
    {"http://[2001:DB8::1]:81/x", "http|2001:DB8::1|81|/x"},
    {"http://[fe80::1%25eth0]:81/", "http|fe80::1%eth0|81|/"},
    {"http://[::ffff:192.0.2.1]/", "http|::ffff:192.0.2.1|80|/"},
    {"https://[64:ff9b::192.0.2.1]:8443", "https|64:ff9b::192.0.2.1|8443|/"},
    {"http://192.0.2.1/", "http|192.0.2.1|80|/"},
    {"http://my_service/", "http|my_service|80|/"},
    {"http://a/b@c:d?e@f", "http|a|80|/b@c:d?e@f"},
    {"http://a/%zz%2f%", "http|a|80|/%zz%2f%"},
    {"http://a/[b]|{c}\"^`<>?[", "http|a|80|/[b]|{c}\"^`<>?["},
    {"http://b\xc3\xbc\x63her.example/", "http|xn--bcher-kva.example|80|/"},
    /* A fragment may hold anything printable: it is dropped. */
    {"http://a/#@evil\xc3\xbc", "http|a|80|/"},
};

static void good_urls(void)
{
    for (size_t i = 0; i < sizeof goods / sizeof goods[0]; i++) {
        struct failure failure;
        struct host host;

        is_str(split(goods[i][0], 0), goods[i][1], "C-133 %s", goods[i][0]);
        /* What the connection makes of the host is the same host. */
        failure_init(&failure);
        host_init(&host);
        host_parse(span_text(libhttp_url_host(url, NULL)), libhttp_url_port(url), &host, &failure);
        is_str(host.address, libhttp_url_host(url, NULL), "T-7 one host for all that name it");
        host_done(&host);
        failure_done(&failure);
    }
}

static const char *const bads[][2] = {
    {"", "scheme"},
    {"www.python.org", "scheme"},
    {"/path", "scheme"},
    {"//a/", "scheme"},
    {"ftp://a/", "'ftp'"},
    {"javascript:alert(1)", "'javascript'"},
    {"httpx://a", "'httpx'"},
    {"http", "//"},
    {"http:", "//"},
    {"http:/a", "//"},
    {"http:a", "//"},
    {"http?://a", "//"},
    {"http://", "empty"},
    {"http:///a", "empty"},
    {"http://:80", "empty"},
    {"http://?a", "empty"},
    {" http://a", "' '"},
    {"http://a ", "' '"},
    {"ht\ntp://a", "'\\x0a'"},
    {"http://a\tb/", "'\\x09'"},
    {"http://a/b\r\nX: y", "'\\x0d'"},
    {"http://a/\x7f", "'\\x7f'"},
    {"http://a#b c", "' '"},
    {"http://a\\@b/", "'\\x5c'"},
    {"http:\\\\a", "'\\x5c'"},
    {"http://a/b\\c", "'\\x5c'"},
    {"http://good@evil/", "user information"},
    {"http://good:80@evil/", "user information"},
    {"http://@a/", "user information"},
    {"http://u:secret/@a/", "percent-encoded"},
    {"http://u:secret?@a/", "percent-encoded"},
    {"http://u:-secret/@a/", "percent-encoded"},
    {"http://u:secret#@a/", "percent-encoded"},
    {"http://a:80x/", "'80x'"},
    {"http://a:-1/", "'-1'"},
    {"http://a:+80/", "'+80'"},
    {"http://a:65536/", "'65536'"},
    {"http://a:80:80/", "'80:80'"},
    {"http://::1/", "empty"},
    {"http://fe80::1/", "':1'"},
    {"http://[::1/", "bracket"},
    {"http://::1]/", "empty"},
    {"http://a]/", "'a]'"},
    {"http://[a]/", "'a'"},
    {"http://[::1]a/", "'a'"},
    {"http://[::1]:x/", "'x'"},
    {"http://a[::1]/", "'a['"},
    {"http://[v1.a:b]/", "'v1.a:b'"},
    {"http://[::127.1]/", "'::127.1'"},
    {"http://[fe80::1%eth0]/", "%25"},
    {"http://[fe80::1%25]/", "%25"},
    {"http://[fe80::1%25a%2fb]/", "IPv6"},
    {"http://[fe80::1%25a@b]/", "user information"},
    {"http://a%2eb/", "'a%2eb'"},
    {"http://a%00/", "'a%00'"},
    {"http://a<b/", "'a<b'"},
    {"http://a..b/", "empty label"},
    {"http://127.1/", "number"},
    {"http://0x7f.1/", "number"},
    {"http://2130706433/", "number"},
    {"http://0177.0.0.1/", "number"},
    {"http://127.0.0.1./", "number"},
    /* Fullwidth digits, which IDNA makes digits of. */
    {"http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.1/", "number"},
    {"http://a\xe2\x84\x80.example/", "'aa/c.example'"},
    {"http://a\xef\xbc\x83.example/", "'a#.example'"},
    {"http://a\xef\xbc\x9f.example/", "'a?.example'"},
    {"http://a\xef\xbc\xa0\x62.example/", "'a@b.example'"},
    {"http://a\xef\xbc\xbc.example/", "'a\\x5c.example'"},
    {"http://a\xff/", "IDNA"},
    {"http://a/\xc3\xbc", "'\\xc3\\xbc'"},
    {"http://a?\xc3\xbc", "'\\xc3\\xbc'"},
    {"\xef\xbd\x88ttp://a", "scheme"},
};

/* What stands behind a text is no part of it. */
static void exact_ends(void)
{
    is(libhttp_url_parse(url, "http://[::1]/", 7, 0), LIBHTTP_E_INVALID_URL, "T-35 no host");
    contains(libhttp_url_error(url), "empty", "T-35 the bracket behind it isn't looked at");
    is(libhttp_url_parse(url, "http://a/\xff", 9, 0), LIBHTTP_OK, "T-35 nor a byte behind a path");
    is(libhttp_url_parse(url, "http://u\x7f@a/", -1, LIBHTTP_URL_ALLOW_USER), LIBHTTP_E_INVALID_URL,
       "T-7 DEL in a user");
    is(libhttp_url_parse(url, "http://u\x80@a/", -1, LIBHTTP_URL_ALLOW_USER), LIBHTTP_E_INVALID_URL,
       "T-7 the first byte beyond ASCII in a user");
}

static void bad_urls(void)
{
    for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
        const char *got = split(bads[i][0], 0);

        ok(strncmp(got, "InvalidURL: ", 12) == 0, "T-7 refused, number %zu", i);
        contains(got, bads[i][1], "the sentence says why");
        ok(!strstr(got, "secret"), "T-53 and shows no password");
        is(libhttp_url_error_code(url), LIBHTTP_E_INVALID_URL, "the code stays");
    }
}

static void user(const char *text, const char *wanted_user, const char *wanted_password,
                 const char *wanted)
{
    int64_t length = -1;

    is_str(split(text, LIBHTTP_URL_ALLOW_USER), wanted, "C-133 %s", text);
    is_str(libhttp_url_user(url, &length), wanted_user, "its user");
    is_str(libhttp_url_password(url, NULL), wanted_password, "its password");
    is(length, wanted_user ? (int64_t)strlen(wanted_user) : 0, "the user's length");
}

static void users(void)
{
    static const char *const refused[] = {"http://a@b@c/",  "http://a:b@c@d/", "http://a%0d%0a@c/",
                                          "http://a%00@c/", "http://a%7F@c/",  "http://a%zz@c/",
                                          "http://a[@c/",   "http://a<@c/",    "http://\xc3\xbc@c/",
                                          "http://a@",      "http://a@/",      "http://a\\@c/",
                                          "http://a%4@c/",  "http://a%4g@c/"};

    user("http://u:p@h:81/x", "u", "p", "http|h|81|/x");
    user("http://u%40v:p%3a%2F:q@h", "u@v", "p:/:q", "http|h|80|/");
    user("http://u@h", "u", NULL, "http|h|80|/");
    user("http://u:@h", "u", "", "http|h|80|/");
    user("http://@h", "", NULL, "http|h|80|/");
    user("http://:p@[::1]:8?q", "", "p", "http|::1|8|/?q");
    user("http://h/@x", NULL, NULL, "http|h|80|/@x");
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        ok(strncmp(split(refused[i], LIBHTTP_URL_ALLOW_USER), "InvalidURL: ", 12) == 0,
           "T-7 user information refused, number %zu", i);
    split("http://u:secret@h@x/", LIBHTTP_URL_ALLOW_USER);
    ok(!strstr(libhttp_url_error(url), "secret"), "T-53 no sentence shows a password");
}

static void nothing(void)
{
    libhttp_url *fresh = NULL;
    int64_t length = 7;

    is(libhttp_url_new(&fresh), LIBHTTP_OK, "a handle without a URL");
    ok(!libhttp_url_scheme(fresh, &length) && !libhttp_url_host(fresh, &length) &&
           !libhttp_url_target(fresh, &length) && !libhttp_url_user(fresh, &length) &&
           !libhttp_url_password(fresh, &length),
       "has no parts");
    is(libhttp_url_port(fresh), -1, "no port");
    is(libhttp_url_is_tls(fresh), 0, "no TLS");
    ok(!libhttp_url_scheme(NULL, &length) && !libhttp_url_host(NULL, &length) &&
           !libhttp_url_target(NULL, &length) && !libhttp_url_user(NULL, &length) &&
           !libhttp_url_password(NULL, &length),
       "NULL has no parts");
    is(length, 0, "no length");
    is(libhttp_url_port(NULL), -1, "NULL: port");
    is(libhttp_url_is_tls(NULL), 0, "NULL: TLS");
    is(libhttp_url_new(NULL), LIBHTTP_E_INVALID_ARGUMENT, "NULL: new");
    is(libhttp_url_parse(NULL, "http://a", -1, 0), LIBHTTP_E_INVALID_ARGUMENT, "NULL: parse");
    is(libhttp_url_parse(fresh, NULL, -1, 0), LIBHTTP_E_INVALID_ARGUMENT, "NULL: text");
    is(libhttp_url_parse(fresh, "http://a", -1, 2), LIBHTTP_E_INVALID_ARGUMENT,
       "a flag that is none");
    is(libhttp_url_parse(fresh, "http://a\0.b", 11, 0), LIBHTTP_E_INVALID_URL, "T-6 a NUL in it");
    is_str(libhttp_url_error(NULL), "", "NULL: error");
    is(libhttp_url_error_code(NULL), 0, "NULL: error code");
    libhttp_url_free(NULL);
    libhttp_url_free(fresh);
}

static void kept(void)
{
    int64_t length = -1;

    is(libhttp_url_parse(url, "https://a/b?c, and more", 13, 0), LIBHTTP_OK, "a length");
    is_str(libhttp_url_target(url, &length), "/b?c", "is kept to");
    is(length, 4, "the target's length");
    libhttp_url_scheme(url, &length);
    is(length, 5, "the scheme's");
    libhttp_url_host(url, &length);
    is(length, 1, "the host's");
    is(libhttp_url_is_tls(url), 1, "https is TLS");
    libhttp_url_parse(url, "http://b:x", -1, 0);
    is_str(libhttp_url_host(url, NULL), "a", "after a failure the old URL is there");
    /* Its own text again. */
    libhttp_url_parse(url, "http://a/http://b/", -1, 0);
    is(libhttp_url_parse(url, libhttp_url_target(url, NULL) + 1, -1, 0), LIBHTTP_OK,
       "its own text");
    is_str(libhttp_url_host(url, NULL), "b", "can be split");
}

/* Blocks of the exact size, filled with what makes trouble at each place. */
static void long_zone(void)
{
    char text[400];

    snprintf(text, sizeof text, "http://[fe80::1%%25%0300d]/", 1);
    contains(split(text, 0), "InvalidURL: the host is too long", "T-31 a zone that is too long");
}

static void lengths(void)
{
    static const char *const starts[] = {"",          "http://",   "http://a:", "http://[",
                                         "http://u@", "http://a/", "http://a#"};
    static const char fill[] = "a:/?#[]@%\xc3.1";
    bool good = true;

    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        for (size_t n = 0; n < 13 * 40; n++) {
            size_t start = strlen(starts[i]), length = start + (n < 260 ? n / 13 : n / 13 * 1750);
            char *text = malloc(length + 1);
            int32_t status;

            if (!text)
                bail_out("no memory");
            memset(text, fill[n % 12], length + 1);
            memcpy(text, starts[i], start);
            text = realloc(text, length ? length : 1);
            status = libhttp_url_parse(url, text, (int64_t)length, LIBHTTP_URL_ALLOW_USER);
            good = good && (status == LIBHTTP_OK || status == LIBHTTP_E_INVALID_URL);
            free(text);
        }
    }
    ok(good, "T-31, T-35 URLs of 0 to 70,000 bytes");
}

static bool work(void)
{
    libhttp_url *u;
    bool good;

    if (!AGAIN_IF_NO_MEMORY(libhttp_url_new(&u)))
        return false;
    good = AGAIN_IF_NO_MEMORY(libhttp_url_parse(u, "http://u:p@[fe80::1%25lo]:8/x?y#z", -1,
                                                LIBHTTP_URL_ALLOW_USER)) &&
           AGAIN_IF_NO_MEMORY(libhttp_url_parse(u, "https://a", -1, 0)) &&
           libhttp_url_parse(u, "https://a@b", -1, 0) == LIBHTTP_E_INVALID_URL &&
           *libhttp_url_error(u);
    libhttp_url_free(u);
    return good;
}

int main(void)
{
    if (libhttp_url_new(&url) != LIBHTTP_OK)
        bail_out("no memory");
    good_urls();
    bad_urls();
    exact_ends();
    users();
    nothing();
    kept();
    long_zone();
    lengths();
    libhttp_url_free(url);
    no_memory_each(work, "URLs");
    return done_testing();
}
