/* SPDX-License-Identifier: MIT */
#include "base/host.h"

#include <stdlib.h>

#include "base/idna.h"
#include "base/limits.h"
#include "base/literal.h"

#define PORT_MAX 65535

void host_done(struct host *h)
{
    free(h->name);
    host_init(h);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* RFC 3986 2.3 */
static bool is_unreserved(char c)
{
    return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
           (c != '\0' && strchr("-._~", c));
}

/* reg-name of RFC 3986 3.2.2, but percent-encoding: nobody can say what it means in DNS (T-3). */
static bool is_name_char(char c)
{
    return is_unreserved(c) || (c != '\0' && strchr("!$&'()*+,;=", c));
}

static bool is_ascii(struct span s)
{
    for (size_t i = 0; i < s.length; i++) {
        if ((unsigned char)s.data[i] >= 0x80)
            return false;
    }
    return true;
}

static int32_t invalid(struct failure *failure, const char *what, struct span text)
{
    fail(failure, LIBHTTP_E_INVALID_URL, "%s: %s", what, QUOTE(text));
    return fail_detail(failure, text);
}

/* A dot at the start, or two in a row: no name in DNS. One at the end is the root's. */
static bool has_empty_label(struct span name)
{
    return name.data[0] == '.' || memmem(name.data, name.length, "..", 2);
}

/* Every ASCII byte of it may be in a name; what isn't ASCII is IDNA's. */
static int32_t check_name(struct span name, struct failure *failure)
{
    if (name.length == 0)
        return invalid(failure, "the host is empty", name);
    if (has_empty_label(name))
        return invalid(failure, "the host has an empty label", name);
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.data[i];

        if (c < 0x80 && !is_name_char(name.data[i]))
            return invalid(failure, "a byte that can't be in a host", name);
    }
    return LIBHTTP_OK;
}

/* Room for the name, and where there is a zone id, for name%zone behind it. */
static int32_t fill(struct host *ret, struct span name, struct span zone, struct failure *failure)
{
    size_t address = zone.length > 0 ? name.length + 1 : 0;
    char *text = calloc(1, address + name.length + 1 + zone.length + 1);

    if (!text)
        return fail_memory(failure);
    memcpy(text, name.data, name.length);
    if (zone.length > 0) {
        memcpy(text + address, name.data, name.length);
        text[address + name.length] = '%';
        memcpy(text + address + name.length + 1, zone.data, zone.length);
    }
    host_done(ret);
    ret->name = text;
    ret->length = name.length;
    ret->address = text + address;
    return LIBHTTP_OK;
}

/*
 * What IDNA gives is checked again: its mappings turn some characters into "/", "@" or ":" (T-7,
 * CVE-2019-9636).
 */
static int32_t parse_unicode(struct span name, struct host *ret, struct failure *failure)
{
    char *ascii;
    int32_t status = idna_encode(name, &ascii, failure);

    if (status != LIBHTTP_OK)
        return status;
    status = check_name(span_text(ascii), failure);
    /* uncovered: libidn2 gives neither, but its word is not enough. */
    if (status == LIBHTTP_OK && (strlen(ascii) > LIMIT_HOST || !is_ascii(span_text(ascii))))
        status = invalid(failure, "the host is too long", name);
    if (status == LIBHTTP_OK)
        status = fill(ret, span_text(ascii), span_of("", 0), failure);
    free(ascii);
    return status;
}

/* address, or address%zone. */
static bool split_ipv6(struct span text, struct span *ret_address, struct span *ret_zone)
{
    const char *percent = memchr(text.data, '%', text.length);
    size_t length = percent ? (size_t)(percent - text.data) : text.length;

    *ret_address = span_of(text.data, length);
    *ret_zone = span_of("", 0);
    if (percent) {
        *ret_zone = span_of(percent + 1, text.length - length - 1);
        if (ret_zone->length == 0)
            return false;
    }
    for (size_t i = 0; i < ret_zone->length; i++) {
        if (!is_unreserved(ret_zone->data[i]))
            return false;
    }
    return literal_is_ipv6(*ret_address);
}

static int32_t parse_ipv6(struct span text, struct host *ret, struct failure *failure)
{
    struct span address, zone;
    int32_t status;

    if (!split_ipv6(text, &address, &zone))
        return invalid(failure, "not an IPv6 address", text);
    if (text.length > LIMIT_HOST)
        return invalid(failure, "the host is too long", text);
    status = fill(ret, address, zone, failure);
    if (status == LIBHTTP_OK)
        ret->is_ipv6 = true;
    return status;
}

int32_t host_parse_name(struct span name, struct host *ret, struct failure *failure)
{
    int32_t status;

    if (memchr(name.data, ':', name.length))
        return parse_ipv6(name, ret, failure);
    status = check_name(name, failure);
    if (status != LIBHTTP_OK)
        return status;
    if (!is_ascii(name))
        return parse_unicode(name, ret, failure);
    if (name.length > LIMIT_HOST)
        return invalid(failure, "the host is too long", name);
    return fill(ret, name, span_of("", 0), failure);
}

int32_t host_parse_port(struct span digits, int32_t *ret, struct failure *failure)
{
    int32_t value = 0;

    if (digits.length == 0)
        return invalid(failure, "the port is empty", digits);
    for (size_t i = 0; i < digits.length; i++) {
        if (!is_digit(digits.data[i]))
            return invalid(failure, "the port is not a number", digits);
        value = value * 10 + (digits.data[i] - '0');
        if (value > PORT_MAX)
            return invalid(failure, "the port is over 65535", digits);
    }
    *ret = value;
    return LIBHTTP_OK;
}

/* What stands behind the first `end` bytes, the host: nothing, or a colon and a port. */
static int32_t parse_rest(struct span text, size_t end, int32_t *port, struct failure *failure)
{
    struct span rest = span_of(text.data + end, text.length - end);

    if (rest.length == 0)
        return LIBHTTP_OK;
    if (rest.data[0] != ':' || *port != HOST_PORT_DEFAULT)
        return invalid(failure, "this can't follow a host", rest);
    if (rest.length == 1)
        return invalid(failure, "the port is empty", text);
    return host_parse_port(span_of(rest.data + 1, rest.length - 1), port, failure);
}

/*
 * Where the host ends: behind its bracket, at its only colon where a port is looked for, else at
 * the end.
 */
static size_t host_end(struct span text, int32_t port)
{
    const char *bracket = memchr(text.data, ']', text.length);
    const char *colon = memchr(text.data, ':', text.length);

    if (text.length > 0 && text.data[0] == '[')
        return bracket ? (size_t)(bracket - text.data) + 1 : 0;
    if (!colon || port != HOST_PORT_DEFAULT ||
        memchr(colon + 1, ':', text.length - (size_t)(colon + 1 - text.data)))
        return text.length;
    return (size_t)(colon - text.data);
}

/* Any of the bytes 0x00 to 0x20 and 0x7f (C-7), told before anything else is made of them. */
static bool has_control(struct span text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];

        if (c <= 0x20 || c == 0x7f)
            return true;
    }
    return false;
}

static int32_t parse_bracketed(struct span text, struct host *ret, struct failure *failure)
{
    return parse_ipv6(span_of(text.data + 1, text.length - 2), ret, failure);
}

int32_t host_parse(struct span text, int32_t port, struct host *ret, struct failure *failure)
{
    size_t end = host_end(text, port);
    bool bracketed = text.length > 0 && text.data[0] == '[';
    int32_t status;

    if (port < HOST_PORT_DEFAULT || port > PORT_MAX)
        return fail(failure, LIBHTTP_E_INVALID_URL, "the port is not 0 to 65535: %d", (int)port);
    if (has_control(text))
        return invalid(failure, "a blank or control byte in a host", text);
    if (bracketed && end == 0)
        return invalid(failure, "a bracket without its other", text);
    status = parse_rest(text, end, &port, failure);
    if (status != LIBHTTP_OK)
        return status;
    status = bracketed ? parse_bracketed(span_of(text.data, end), ret, failure)
                       : host_parse_name(span_of(text.data, end), ret, failure);
    if (status == LIBHTTP_OK)
        ret->port = port;
    return status;
}
