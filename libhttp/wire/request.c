/* SPDX-License-Identifier: MIT */
#include "wire/request.h"

#include "wire/chars.h"
#include "wire/framing.h"
#include "wire/request_notes.h"

int32_t request_no_room(struct buf *out, struct failure *failure)
{
    bool memory = out->failure == BUF_NO_MEMORY;

    out->failure = BUF_FINE;
    if (memory)
        return fail_memory(failure);
    return fail(failure, LIBHTTP_E_HEAD_TOO_LARGE, "the request is over %zu bytes", out->maximum);
}

/* Room for `length` bytes in the place of `old_length` at offset `at`; NULL where there is none. */
static char *make_room(struct buf *out, size_t at, size_t old_length, size_t length)
{
    size_t tail = buf_length(out) - at - old_length;
    char *place;

    if (!buf_reserve(out, length))
        return NULL;
    place = buf_data(out) + at;
    memmove(place + length, place + old_length, tail);
    out->end = out->end - old_length + length;
    return place;
}

static char *put(char *at, struct span s)
{
    if (s.length > 0)
        memcpy(at, s.data, s.length);
    return at + s.length;
}

static int32_t check_method(struct request *r, struct span method, struct failure *failure)
{
    if (method.length == 3 && memcmp(method.data, "GET", 3) == 0)
        return LIBHTTP_OK;
    if (!span_all(method, CHAR_TOKEN))
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT, "method %s is no token (RFC 9110 9.1)",
                    QUOTE(method));
    if (span_equal(method, span_text("HEAD")))
        r->flags = REQUEST_IS_HEAD;
    if (span_equal(method, span_text("CONNECT")))
        r->flags = REQUEST_IS_CONNECT;
    r->wants_length = span_equal_nocase(method, span_text("PUT")) ||
                      span_equal_nocase(method, span_text("POST")) ||
                      span_equal_nocase(method, span_text("PATCH"));
    return LIBHTTP_OK;
}

static void append_host_line(struct buf *out, const struct request_host *host)
{
    buf_append_text(out, "Host: ");
    if (host->ipv6)
        buf_append_text(out, "[");
    buf_append_span(out, host->host);
    if (host->ipv6)
        buf_append_text(out, "]");
    if (host->port >= 0) {
        buf_append_text(out, ":");
        buf_append_decimal(out, (uint64_t)host->port);
    }
    buf_append_text(out, "\r\n");
}

static int32_t check_host(const struct request_host *host, struct failure *failure)
{
    if (!host || host->host.length == 0)
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT, "there is no host for the Host field");
    if (!host_valid(host->host, host->ipv6) || host->port < -1 || host->port > 65535)
        return fail(failure, LIBHTTP_E_INVALID_URL, "host %s, port %d can't stand in a Host field",
                    QUOTE(host->host), (int)host->port);
    return LIBHTTP_OK;
}

/* The Host line: from the target's authority if it has one, else the connection's (C-34). */
static int32_t auto_host(struct request *r, struct buf *out, struct span authority,
                         const struct request_host *host, struct failure *failure)
{
    r->auto_host = buf_length(out);
    if (authority.length > 0) {
        buf_append_text(out, "Host: ");
        buf_append_span(out, authority);
        buf_append_text(out, "\r\n");
    } else if (host && host->lines.length > 0) {
        buf_append(out, host->lines.data, host->host_length);
    } else {
        if (check_host(host, failure) < 0)
            return failure->code;
        append_host_line(out, host);
    }
    r->auto_host_length = buf_length(out) - r->auto_host;
    return LIBHTTP_OK;
}

static void auto_encoding(struct request *r, struct buf *out)
{
    r->auto_encoding = buf_length(out);
    buf_append_text(out, "Accept-Encoding: identity\r\n");
    r->auto_encoding_length = buf_length(out) - r->auto_encoding;
}

/* Both as the last request had them: they were written with the request line. */
static void note_auto_lines(struct request *r, const struct buf *out,
                            const struct request_host *host)
{
    r->auto_host = buf_length(out) - host->lines.length;
    r->auto_host_length = host->host_length;
    r->auto_encoding = r->auto_host + host->host_length;
    r->auto_encoding_length = host->lines.length - host->host_length;
}

/* The request line, and lines that are known already. */
static void request_line(struct buf *out, struct span method, struct span target, struct span lines)
{
    struct span version = span_text(" HTTP/1.1\r\n");
    size_t length = method.length + 1 + target.length + version.length + lines.length;
    char *at = buf_reserve(out, length);

    if (!at)
        return;
    at = put(at, method);
    *at++ = ' ';
    put(put(put(at, target), version), lines);
    buf_commit(out, length);
}

static int32_t begin(struct request *r, struct buf *out, struct span method, struct span text,
                     int skip, const struct request_host *host, struct failure *failure)
{
    struct target target = {.absolute = false};
    bool usual;
    int32_t status = check_method(r, method, failure);

    if (status == LIBHTTP_OK)
        status = target_read(text, (r->flags & REQUEST_IS_CONNECT) != 0, &target, failure);
    if (status < 0)
        return status;
    r->absolute = target.absolute;
    usual = skip == 0 && target.authority.length == 0 && host && host->lines.length > 0;
    request_line(out, method, target.text, usual ? host->lines : span_of("", 0));
    if (usual) {
        note_auto_lines(r, out, host);
    } else {
        if (!(skip & REQUEST_SKIP_HOST))
            status = auto_host(r, out, target.authority, host, failure);
        if (!(skip & REQUEST_SKIP_ACCEPT_ENCODING))
            auto_encoding(r, out);
    }
    r->auto_end = buf_length(out);
    if (status == LIBHTTP_OK && buf_failed(out))
        status = request_no_room(out, failure);
    return status;
}

int32_t request_begin(struct request *r, struct buf *out, struct span method, struct span target,
                      int skip, const struct request_host *host, struct failure *failure)
{
    struct request begun = {0};
    size_t before = buf_length(out);
    int32_t status = begin(&begun, out, method, target, skip, host, failure);

    if (status == LIBHTTP_OK) {
        *r = begun;
    } else {
        buf_truncate(out, before);
        out->failure = BUF_FINE;
    }
    return status;
}

/* Where the field goes: over the automatic one if that is there (C-33), else behind all others. */
static void find_place(const struct request *r, enum known_field known, const struct buf *out,
                       size_t *ret_at, size_t *ret_length)
{
    *ret_at = buf_length(out);
    *ret_length = 0;
    if (known == KNOWN_HOST && r->auto_host_length > 0) {
        *ret_at = r->auto_host;
        *ret_length = r->auto_host_length;
    } else if (known == KNOWN_ACCEPT_ENCODING && r->auto_encoding_length > 0) {
        *ret_at = r->auto_encoding;
        *ret_length = r->auto_encoding_length;
    }
}

/* The automatic lines after a field was put in the place of one: that is gone, and what is behind
 * it has moved. */
static void adjust_places(struct request *r, enum known_field known, size_t old_length,
                          size_t new_length)
{
    if (old_length > 0)
        r->auto_end = r->auto_end - old_length + new_length;
    if (known == KNOWN_HOST && r->auto_host_length > 0) {
        r->auto_encoding = r->auto_encoding - r->auto_host_length + new_length;
        r->auto_host_length = 0;
    } else if (known == KNOWN_ACCEPT_ENCODING) {
        r->auto_encoding_length = 0;
    }
}

static int32_t put_line(struct buf *out, size_t at, size_t old_length, struct span name,
                        struct span value, struct failure *failure)
{
    char *place = make_room(out, at, old_length, name.length + value.length + 4);

    if (!place)
        return request_no_room(out, failure);
    place = put(put(place, name), span_of(": ", 2));
    put(put(place, value), span_of("\r\n", 2));
    return LIBHTTP_OK;
}

int32_t request_framing(struct request *r, struct buf *out, struct span name, struct span value,
                        struct failure *failure)
{
    struct request noted = *r;
    int32_t status = request_note(&noted, known_field_of(name), name, value, failure);

    if (status == LIBHTTP_OK)
        status = put_line(out, r->auto_end, 0, name, value, failure);
    if (status < 0)
        return status;
    if (noted.last_field_end > 0)
        noted.last_field_end += name.length + value.length + 4;
    *r = noted;
    return LIBHTTP_OK;
}

int32_t request_field(struct request *r, struct buf *out, struct span name, struct span value,
                      struct failure *failure)
{
    enum known_field known = known_field_of(name);
    struct request noted = *r;
    size_t at, old_length, length;
    int32_t status = field_check(name, &value, failure);

    if (status == LIBHTTP_OK)
        status = request_note(&noted, known, name, value, failure);
    if (status < 0)
        return status;
    find_place(r, known, out, &at, &old_length);
    length = name.length + value.length + 4;
    status = put_line(out, at, old_length, name, value, failure);
    if (status < 0)
        return status;
    adjust_places(&noted, known, old_length, length);
    noted.last = (uint8_t)known;
    noted.last_field_end = at + length - 2;
    *r = noted;
    return LIBHTTP_OK;
}

int32_t request_continue(struct request *r, struct buf *out, struct span value,
                         struct failure *failure)
{
    enum known_field known = (enum known_field)r->last;
    struct span name = span_text("continuation");
    char *place;
    int32_t status = field_check(name, &value, failure);

    if (status < 0)
        return status;
    if (r->last_field_end == 0)
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT, "there is no field to continue");
    if (known == KNOWN_HOST || known == KNOWN_CONTENT_LENGTH || known == KNOWN_TRANSFER_ENCODING)
        return fail(failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "Host and the framing fields can't be continued");
    place = make_room(out, r->last_field_end, 0, value.length + 3);
    if (!place)
        return request_no_room(out, failure);
    put(put(place, span_of("\r\n\t", 3)), value);
    if (r->last_field_end < r->auto_end)
        r->auto_end += value.length + 3;
    r->last_field_end += value.length + 3;
    return request_note(r, known, name, value, failure);
}
