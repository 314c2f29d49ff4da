/* SPDX-License-Identifier: MIT */
#include "wire/target.h"

#include "base/literal.h"

bool host_valid(struct span host, bool ipv6)
{
    return ipv6 ? literal_is_ipv6(host) : span_all(host, CHAR_HOST);
}

/* The length of [IPv6] with its brackets, or 0. */
static size_t literal_length(struct span s)
{
    const char *end;

    if (s.length == 0 || s.data[0] != '[')
        return 0;
    end = memchr(s.data, ']', s.length);
    if (!end || !literal_is_ipv6(span_of(s.data + 1, (size_t)(end - s.data) - 1)))
        return 0;
    return (size_t)(end - s.data) + 1;
}

static size_t host_length(struct span s)
{
    size_t literal = literal_length(s);

    return literal > 0 ? literal : span_prefix(s, CHAR_HOST);
}

bool host_field_valid(struct span value)
{
    size_t host = host_length(value);
    int64_t port;

    if (host == 0 || host == value.length)
        return host > 0;
    return value.data[host] == ':' &&
           span_decimal(span_of(value.data + host + 1, value.length - host - 1), 65535, &port);
}

/* Its authority, or what begins like one: a password may stand there. */
static int32_t bad_authority(struct span text, const char *why, struct failure *failure)
{
    struct span shown = span_behind_user(text);

    fail(failure, LIBHTTP_E_INVALID_URL, "request target %s: %s", QUOTE(shown), why);
    return fail_detail(failure, shown);
}

/* The length of "scheme://" (RFC 3986 3.1), or 0; the target isn't empty. */
static size_t scheme_length(struct span s)
{
    size_t i = 0;

    if (!char_is(s.data[0], CHAR_ALPHA))
        return 0;
    while (i < s.length &&
           (char_is(s.data[i], CHAR_ALPHA | CHAR_DIGIT) || memchr("+-.", s.data[i], 3)))
        i++;
    if (s.length - i < 3 || memcmp(s.data + i, "://", 3) != 0)
        return 0;
    return i + 3;
}

/* From "://" to the path or query: what the Host field has to repeat (RFC 9112 3.2.2). */
static struct span authority_behind(struct span s, size_t scheme)
{
    size_t end = scheme;

    while (end < s.length && s.data[end] != '/' && s.data[end] != '?')
        end++;
    return span_of(s.data + scheme, end - scheme);
}

static int32_t check_authority(const struct target *t, struct failure *failure)
{
    if (memchr(t->authority.data, '@', t->authority.length))
        return bad_authority(t->text, "user information belongs into a field", failure);
    if (!host_field_valid(t->authority))
        return bad_authority(t->text, "its authority is not host[:port]", failure);
    if (!t->absolute && host_length(t->authority) == t->authority.length)
        return bad_authority(t->text, "CONNECT needs host:port", failure);
    return LIBHTTP_OK;
}

/* The byte that may not stand in a target. */
static int32_t bad_byte(struct span text, size_t at, struct failure *failure)
{
    struct span shown = scheme_length(text) > 0 ? span_behind_user(text) : text;

    fail(failure, LIBHTTP_E_INVALID_URL, "request target %s holds the byte %s at %zu", QUOTE(shown),
         QUOTE(span_of(text.data + at, 1)), at);
    return fail_detail(failure, shown);
}

/* CONNECT's host:port, or scheme://authority and what follows it. */
static int32_t read_authority(struct target *t, size_t scheme, struct failure *failure)
{
    t->absolute = scheme > 0;
    t->authority = t->absolute ? authority_behind(t->text, scheme) : t->text;
    return check_authority(t, failure);
}

int32_t target_read_any(struct span text, bool is_connect, struct target *ret,
                        struct failure *failure)
{
    struct target t = {.text = text.length > 0 ? text : span_text("/"), .authority = span_text("")};
    size_t good = span_prefix(t.text, CHAR_TARGET);
    size_t scheme = is_connect ? 0 : scheme_length(t.text);
    int32_t status = LIBHTTP_OK;

    if (good < t.text.length)
        return bad_byte(t.text, good, failure);
    if (is_connect || scheme > 0)
        status = read_authority(&t, scheme, failure);
    if (status == LIBHTTP_OK)
        *ret = t;
    return status;
}
