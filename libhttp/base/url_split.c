/* SPDX-License-Identifier: MIT */
#include "base/url_split.h"

#include "base/percent.h"

static int32_t invalid(struct failure *failure, const char *what, struct span text)
{
    fail(failure, LIBHTTP_E_INVALID_URL, "%s: %s", what, QUOTE(text));
    return fail_detail(failure, text);
}

static struct span skip(struct span s, size_t n)
{
    return span_of(s.data + n, s.length - n);
}

/* How many bytes stand before the first of `stops`. */
static size_t until(struct span s, const char *stops)
{
    size_t n = 0;

    while (n < s.length && !strchr(stops, s.data[n]))
        n++;
    return n;
}

/*
 * Nothing that a reader of URLs might drop (blanks, tabs, line ends), or take for "/" ("\"), is
 * anywhere in it (CVE-2023-24329).
 */
static int32_t check_bytes(struct span text, struct failure *failure)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];

        if (c <= 0x20 || c == 0x7f || c == '\\')
            return invalid(failure, "a blank, a control byte or \"\\\" in a URL",
                           span_of(text.data + i, 1));
    }
    return LIBHTTP_OK;
}

static int32_t take_scheme(struct span *rest, bool *ret_tls, struct failure *failure)
{
    struct span scheme = span_of(rest->data, until(*rest, ":/?#"));
    struct span behind = skip(*rest, scheme.length);
    bool tls = span_equal_nocase(scheme, span_text("https"));

    if (!tls && !span_equal_nocase(scheme, span_text("http")))
        return invalid(failure, "the URL's scheme is not http or https", scheme);
    if (behind.length < 3 || memcmp(behind.data, "://", 3) != 0)
        return fail(failure, LIBHTTP_E_INVALID_URL, "the URL has no \"//\" behind its scheme");
    *rest = skip(behind, 3);
    *ret_tls = tls;
    return LIBHTTP_OK;
}

/* RFC 3986 3.2.1; and nothing that becomes a control byte when it is decoded. */
static bool is_user_text(struct span s)
{
    for (size_t i = 0; i < s.length; i++) {
        unsigned char c = (unsigned char)s.data[i];

        if (c >= 0x80 || strchr("\"<>[]^`{|}", c))
            return false;
        if (c == '%' && s.length - i > 2 &&
            (s.data[i + 1] < '2' || span_equal_nocase(span_of(s.data + i, 3), span_text("%7f"))))
            return false;
    }
    return percent_is_valid(s);
}

/* None of the sentences here shows the text: a password may be in it. */
static int32_t take_user(struct span *authority, bool allowed, struct url_split *ret,
                         struct failure *failure)
{
    size_t length = until(*authority, "@");
    struct span user = span_of(authority->data, length);

    ret->user = ret->password = span_of(NULL, 0);
    if (length == authority->length)
        return LIBHTTP_OK;
    if (!allowed)
        return fail(failure, LIBHTTP_E_INVALID_URL, "the URL has user information before its host");
    *authority = skip(*authority, length + 1);
    if (memchr(authority->data, '@', authority->length))
        return fail(failure, LIBHTTP_E_INVALID_URL,
                    "the URL has more than one \"@\" before its path");
    if (!is_user_text(user))
        return fail(failure, LIBHTTP_E_INVALID_URL,
                    "a byte in the URL's user information that can't be there");
    ret->user = span_of(user.data, until(user, ":"));
    if (ret->user.length < user.length)
        ret->password = skip(user, ret->user.length + 1);
    return LIBHTTP_OK;
}

/* An address with a zone id: "%25" is its "%" in a URL (RFC 6874 2). */
static int32_t unescape_zone(struct span inside, struct url_split *ret, struct failure *failure)
{
    size_t at = until(inside, "%");
    size_t length = inside.length - 2;

    if (inside.length - at <= 3 || memcmp(inside.data + at, "%25", 3) != 0)
        return invalid(failure, "an IPv6 address in a URL has its zone behind \"%25\"", inside);
    if (length > sizeof ret->zoned)
        return invalid(failure, "the host is too long", inside);
    memcpy(ret->zoned, inside.data, at + 1);
    memcpy(ret->zoned + at + 1, inside.data + at + 3, inside.length - at - 3);
    ret->host = span_of(ret->zoned, length);
    return LIBHTTP_OK;
}

static int32_t take_bracketed(struct span *authority, struct url_split *ret,
                              struct failure *failure)
{
    size_t end = until(*authority, "]");
    struct span inside;

    if (end == authority->length)
        return invalid(failure, "a bracket without its other", *authority);
    inside = span_of(authority->data + 1, end - 1);
    ret->host = inside;
    *authority = skip(*authority, end + 1);
    if (!memchr(inside.data, ':', inside.length))
        return invalid(failure, "not an IPv6 address", inside);
    if (memchr(inside.data, '%', inside.length))
        return unescape_zone(inside, ret, failure);
    return LIBHTTP_OK;
}

static void take_name(struct span *authority, struct url_split *ret)
{
    ret->host = span_of(authority->data, until(*authority, ":"));
    *authority = skip(*authority, ret->host.length);
}

static int32_t take_host(struct span authority, struct url_split *ret, struct failure *failure)
{
    int32_t status = LIBHTTP_OK;

    if (authority.length > 0 && authority.data[0] == '[')
        status = take_bracketed(&authority, ret, failure);
    else
        take_name(&authority, ret);
    if (status != LIBHTTP_OK)
        return status;
    if (authority.length > 0 && authority.data[0] != ':')
        return invalid(failure, "this can't follow a host", authority);
    ret->port = authority.length > 0 ? skip(authority, 1) : authority;
    return LIBHTTP_OK;
}

/* What follows the authority: path and query; the fragment ends them. */
static int32_t take_path(struct span rest, struct url_split *ret, struct failure *failure)
{
    ret->path = span_of(rest.data, until(rest, "#"));
    for (size_t i = 0; i < ret->path.length; i++) {
        if ((unsigned char)ret->path.data[i] >= 0x80)
            return invalid(failure, "a byte in the URL's path or query that isn't percent-encoded",
                           skip(ret->path, i));
    }
    return LIBHTTP_OK;
}

/* What looks like a port may be the beginning of a password, which no sentence shows. */
static int32_t check_port(struct span port, struct span behind, struct failure *failure)
{
    for (size_t i = 0; i < port.length; i++) {
        if ((port.data[i] < '0' || port.data[i] > '9') && memchr(behind.data, '@', behind.length))
            return fail(failure, LIBHTTP_E_INVALID_URL,
                        "the port is not a number, or \"/\", \"?\" or \"#\" in user information is "
                        "not percent-encoded");
    }
    return LIBHTTP_OK;
}

int32_t url_split(struct span text, bool allow_user, struct url_split *ret, struct failure *failure)
{
    struct span rest = text;
    struct span authority;
    int32_t status = check_bytes(text, failure);

    if (status == LIBHTTP_OK)
        status = take_scheme(&rest, &ret->tls, failure);
    if (status != LIBHTTP_OK)
        return status;
    authority = span_of(rest.data, until(rest, "/?#"));
    status = take_path(skip(rest, authority.length), ret, failure);
    if (status == LIBHTTP_OK)
        status = take_user(&authority, allow_user, ret, failure);
    if (status == LIBHTTP_OK)
        status = take_host(authority, ret, failure);
    if (status == LIBHTTP_OK)
        status = check_port(ret->port, skip(rest, authority.length), failure);
    return status;
}
