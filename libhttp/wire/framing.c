/* SPDX-License-Identifier: MIT */
#include "wire/framing.h"

#include "wire/scan.h"

/* Blanks, and what is left of an obs-fold (RFC 9112 5.2) in a value as it arrived. */
static struct span trim_fold(struct span s)
{
    while (s.length > 0 && (char_is_blank(s.data[0]) || s.data[0] == '\r' || s.data[0] == '\n'))
        s = span_of(s.data + 1, s.length - 1);
    while (s.length > 0 && (char_is_blank(s.data[s.length - 1]) || s.data[s.length - 1] == '\r' ||
                            s.data[s.length - 1] == '\n'))
        s.length--;
    return s;
}

static bool next_member(struct span *list, struct span *ret_member)
{
    while (span_next_member(list, ret_member)) {
        *ret_member = trim_fold(*ret_member);
        if (ret_member->length > 0)
            return true;
    }
    return false;
}

/* The value of the next of the known fields of that name from *index on, which moves behind it. */
static bool next_value(const struct head *h, const char *data, struct span name, uint32_t *index,
                       struct span *ret_value)
{
    while (*index < h->known_end) {
        const struct field *field = &h->fields[(*index)++];

        if (field->name_length == name.length &&
            scan_token_is(data + field->name, name.data, name.length)) {
            *ret_value = span_of(data + field->value, field->value_length);
            return true;
        }
    }
    return false;
}

static int32_t unknown_coding(struct span value, const char *why, struct failure *failure)
{
    fail(failure, LIBHTTP_E_UNKNOWN_TRANSFER_ENCODING, "Transfer-Encoding %s: %s", QUOTE(value),
         why);
    return fail_detail(failure, value);
}

/*
 * chunked must come last, once, and is the only coding known here (C-76). "identity" is gone since
 * RFC 7230: to read on until close where the peer may have meant something else is what T-10 is
 * about.
 */
static int32_t check_codings(const struct head *h, const char *data, struct failure *failure)
{
    struct span value = span_of("", 0);
    struct span member;
    uint32_t index = h->known_begin;
    bool chunked = false;

    while (next_value(h, data, span_text("transfer-encoding"), &index, &value)) {
        struct span list = value;

        while (next_member(&list, &member)) {
            if (!span_equal_nocase(member, span_text("chunked")))
                return unknown_coding(member, "this coding is not known", failure);
            if (chunked)
                return unknown_coding(member, "it may be applied only once", failure);
            chunked = true;
        }
    }
    return chunked ? LIBHTTP_OK : unknown_coding(value, "it names no coding", failure);
}

static int32_t bad_length(struct span value, const char *why, struct failure *failure)
{
    fail(failure, LIBHTTP_E_BAD_CONTENT_LENGTH, "Content-Length %s: %s", QUOTE(value), why);
    return fail_detail(failure, value);
}

/*
 * A list of one and the same number (RFC 9110 8.6); no empty members here, unlike in other lists
 * (C-78).
 */
static bool read_list(struct span list, int64_t *ret_number)
{
    *ret_number = -1;
    for (;;) {
        const char *comma = memchr(list.data, ',', list.length);
        size_t length = comma ? (size_t)(comma - list.data) : list.length;
        int64_t number;

        if (!span_decimal(trim_fold(span_of(list.data, length)), INT64_MAX, &number))
            return false;
        if (*ret_number >= 0 && number != *ret_number)
            return false;
        *ret_number = number;
        if (!comma)
            return true;
        list = span_of(comma + 1, list.length - length - 1);
    }
}

/* What nearly all say: one field, one number. */
static bool read_only_length(const struct head *h, const char *data, int64_t *ret_length)
{
    return !(h->known & HEAD_REPEATED) &&
           span_decimal(head_value(h, data, h->content_length), INT64_MAX, ret_length);
}

/* Every number of all its fields must be the same one (RFC 9112 6.3 step 5). */
static int32_t read_lengths(const struct head *h, const char *data, int64_t *ret_length,
                            struct failure *failure)
{
    int64_t length = -1;
    int64_t number;
    struct span value;
    uint32_t index = h->known_begin;

    while (next_value(h, data, span_text("content-length"), &index, &value)) {
        if (!span_decimal(value, INT64_MAX, &number) && !read_list(value, &number))
            return bad_length(value, "not one number of bytes", failure);
        if (length >= 0 && number != length)
            return bad_length(value, "another length than before", failure);
        length = number;
    }
    *ret_length = length;
    return LIBHTTP_OK;
}

static inline int32_t read_length(const struct head *h, const char *data, int64_t *ret_length,
                                  struct failure *failure)
{
    return read_only_length(h, data, ret_length) ? LIBHTTP_OK
                                                 : read_lengths(h, data, ret_length, failure);
}

/* What most say, if they say anything. */
static bool says_keep_alive_only(const struct head *h, const char *data)
{
    struct span value;

    if (h->known & HEAD_REPEATED)
        return false;
    value = head_value(h, data, h->connection);
    return value.length == 10 && scan_token_is(value.data, "keep-alive", 10);
}

/* RFC 9112 9.3: "close" wins over "keep-alive", wherever they stand. */
static bool connection_persists(const struct head *h, const char *data, int request)
{
    struct span value, member;
    uint32_t index = h->known_begin;
    bool persists = h->minor > 0;

    if (request & REQUEST_CLOSES)
        return false;
    if (!(h->known & HEAD_HAS_CONNECTION))
        return persists;
    if (says_keep_alive_only(h, data))
        return true;
    while (next_value(h, data, span_text("connection"), &index, &value)) {
        while (next_member(&value, &member)) {
            if (span_equal_nocase(member, span_text("close")))
                return false;
            if (!persists)
                persists = span_equal_nocase(member, span_text("keep-alive"));
        }
    }
    return persists;
}

/*
 * A 204 that announces a body may be followed by it: the connection is not trusted any further
 * (T-18).
 */
static bool announces_body(const struct head *h, const char *data)
{
    struct failure ignored;
    int64_t length;
    bool announced = (h->known & HEAD_HAS_TRANSFER_ENCODING) != 0;

    if (!announced && (h->known & HEAD_HAS_CONTENT_LENGTH)) {
        failure_init(&ignored);
        announced = read_length(h, data, &length, &ignored) < 0 || length > 0;
        failure_done(&ignored);
    }
    return announced;
}

int32_t framing_decide(const struct head *h, const char *data, int request, struct framing *ret,
                       struct failure *failure)
{
    struct framing framing = {.kind = BODY_NONE};
    int32_t status = LIBHTTP_OK;

    framing.persists = connection_persists(h, data, request);
    if (h->status == 101) {
        /* RFC 9110 15.2.2: only the client asks for another protocol (C-69). */
        if (!(request & REQUEST_HAS_UPGRADE))
            return fail(failure, LIBHTTP_E_BAD_STATUS_LINE,
                        "101 Switching Protocols, which the request did not ask for");
        framing = (struct framing){.kind = BODY_STREAM};
    } else if ((request & REQUEST_IS_CONNECT) && h->status >= 200 && h->status < 300) {
        /* Step 2, before step 1: 204 opens the tunnel too (RFC 9110 9.3.6: any 2xx). */
        framing = (struct framing){.kind = BODY_STREAM};
    } else if (h->status < 200 || h->status == 204 || h->status == 304 ||
               (request & REQUEST_IS_HEAD)) {
        /* Step 1. */
        if (h->status == 204)
            framing.persists = framing.persists && !announces_body(h, data);
    } else if (h->known & HEAD_HAS_TRANSFER_ENCODING) {
        /* Steps 3 and 4; from HTTP/1.0 it is suspect (RFC 9112 6.1, C-84). */
        status = check_codings(h, data, failure);
        framing.kind = BODY_CHUNKED;
        if (h->minor == 0 || (h->known & HEAD_HAS_CONTENT_LENGTH))
            framing.persists = false;
    } else if (h->known & HEAD_HAS_CONTENT_LENGTH) {
        /* Steps 5 and 6. */
        status = read_length(h, data, &framing.length, failure);
        framing.kind = BODY_LENGTH;
    } else {
        /* Step 8. */
        framing = (struct framing){.kind = BODY_UNTIL_CLOSE};
    }
    if (status == LIBHTTP_OK)
        *ret = framing;
    return status;
}
