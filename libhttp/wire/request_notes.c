/* SPDX-License-Identifier: MIT */
#include "wire/request_notes.h"

#include "wire/chars.h"
#include "wire/framing.h"

enum known_field known_field_of(struct span name)
{
    static const char *const names[] = {
        [KNOWN_HOST] = "host",
        [KNOWN_ACCEPT_ENCODING] = "accept-encoding",
        [KNOWN_CONTENT_LENGTH] = "content-length",
        [KNOWN_TRANSFER_ENCODING] = "transfer-encoding",
        [KNOWN_CONNECTION] = "connection",
        [KNOWN_UPGRADE] = "upgrade",
        [KNOWN_EXPECT] = "expect",
    };

    for (int i = KNOWN_HOST; i <= KNOWN_EXPECT; i++) {
        if (span_equal_nocase(name, span_text(names[i])))
            return (enum known_field)i;
    }
    return KNOWN_OTHER;
}

static bool list_has(struct span list, const char *token)
{
    struct span member;

    while (span_next_member(&list, &member)) {
        if (span_equal_nocase(member, span_text(token)))
            return true;
    }
    return false;
}

static int32_t twice(struct span name, struct failure *failure)
{
    return fail(failure, LIBHTTP_E_INVALID_ARGUMENT, "a second %s field", QUOTE(name));
}

static int32_t length_and_coding(struct failure *failure)
{
    return fail(failure, LIBHTTP_E_INVALID_ARGUMENT,
                "Content-Length and Transfer-Encoding exclude each other (RFC 9112 6.2)");
}

static int32_t note_host(struct request *r, struct span name, struct span value,
                         struct failure *failure)
{
    if (r->has_host)
        return twice(name, failure);
    if (!host_field_valid(value))
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT, "value %s of Host is not host[:port]",
                    QUOTE(span_behind_user(value)));
    r->has_host = true;
    return LIBHTTP_OK;
}

static int32_t note_length(struct request *r, struct span name, struct span value,
                           struct failure *failure)
{
    if (r->has_length)
        return twice(name, failure);
    if (r->has_coding)
        return length_and_coding(failure);
    if (!span_decimal(value, INT64_MAX, &r->length))
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "value %s of Content-Length is not a number of bytes", QUOTE(value));
    r->has_length = true;
    return LIBHTTP_OK;
}

/* token *( OWS ";" parameter ) (RFC 9112 7): *ret_chunked where it is chunked itself. */
static bool is_coding(struct span member, bool *ret_chunked)
{
    size_t name = span_prefix(member, CHAR_TOKEN);
    struct span behind = span_trim(span_of(member.data + name, member.length - name));

    *ret_chunked = span_equal_nocase(span_of(member.data, name), span_text("chunked"));
    if (name == 0 || (behind.length > 0 && behind.data[0] != ';'))
        return false;
    return !*ret_chunked || name == member.length;
}

/* Without chunked as the last coding nobody could tell where the body ends (RFC 9112 6.1). */
static int32_t note_coding(struct request *r, struct span name, struct span value,
                           struct failure *failure)
{
    struct span list = value;
    struct span member;
    bool chunked = false;
    bool good = true;

    if (r->has_coding)
        return twice(name, failure);
    if (r->has_length)
        return length_and_coding(failure);
    while (good && span_next_member(&list, &member))
        good = !chunked && is_coding(member, &chunked);
    if (!good || !chunked)
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "value %s of Transfer-Encoding is no list of codings that ends in chunked",
                    QUOTE(value));
    r->has_coding = r->chunked_last = true;
    return LIBHTTP_OK;
}

int32_t request_note(struct request *r, enum known_field known, struct span name, struct span value,
                     struct failure *failure)
{
    switch (known) {
    case KNOWN_HOST:
        return note_host(r, name, value, failure);
    case KNOWN_CONTENT_LENGTH:
        return note_length(r, name, value, failure);
    case KNOWN_TRANSFER_ENCODING:
        return note_coding(r, name, value, failure);
    case KNOWN_ACCEPT_ENCODING:
        r->has_encoding = true;
        break;
    case KNOWN_CONNECTION:
        if (list_has(value, "close"))
            r->flags |= REQUEST_CLOSES;
        break;
    case KNOWN_UPGRADE:
        r->flags |= REQUEST_HAS_UPGRADE;
        break;
    case KNOWN_EXPECT:
        r->has_expect = r->has_expect || list_has(value, "100-continue");
        break;
    case KNOWN_OTHER:
    default:
        break;
    }
    return LIBHTTP_OK;
}
