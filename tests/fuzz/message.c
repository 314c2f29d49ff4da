/* SPDX-License-Identifier: MIT */
#include "fuzz/message.h"

#include <string.h>

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Of the letters, digits and those of `others`, and not empty. */
static bool is_made_of(struct fuzz_text text, const char *others)
{
    for (size_t i = 0; i < text.length; i++)
        if (!is_alnum(text.data[i]) && (!text.data[i] || !strchr(others, text.data[i])))
            return false;
    return text.length > 0;
}

bool message_is_token(struct fuzz_text text)
{
    return is_made_of(text, "!#$%&'*+-.^_`|~");
}

bool message_is_target(struct fuzz_text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] <= 0x20 || text.data[i] > 0x7e || text.data[i] == '#')
            return false;
    return text.length > 0;
}

bool message_is_value(struct fuzz_text text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static bool is_port(struct fuzz_text text)
{
    unsigned value = 0;

    for (size_t i = 0; i < text.length && value <= 65535; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text.data[i] - '0');
    }
    return text.length > 0 && value <= 65535;
}

bool message_is_host(struct fuzz_text text)
{
    const char *end =
        text.length ? memchr(text.data, text.data[0] == '[' ? ']' : ':', text.length) : NULL;
    bool literal = text.length > 0 && text.data[0] == '[';
    struct fuzz_text host, rest;

    if (literal && end == NULL)
        return false;
    host.data = text.data + literal;
    host.length = end ? (size_t)(end - host.data) : text.length;
    rest.data = host.data + host.length + literal;
    rest.length = text.length - (size_t)(rest.data - text.data);
    if (!is_made_of(host, literal ? ":." : "-._~!$&'()*+,;="))
        return false;
    return rest.length == 0 ||
           (rest.data[0] == ':' && is_port((struct fuzz_text){rest.data + 1, rest.length - 1}));
}

/* Up to CRLF, which is gone then; neither CR nor LF is in it alone. */
static struct fuzz_text take_line(struct fuzz_text *bytes)
{
    struct fuzz_text line = {bytes->data, 0};
    const char *cr = bytes->length ? memchr(bytes->data, '\r', bytes->length) : NULL;

    fuzz_require(cr != NULL && cr + 1 < bytes->data + bytes->length && cr[1] == '\n');
    line.length = (size_t)(cr - bytes->data);
    fuzz_require(memchr(line.data, '\n', line.length) == NULL);
    bytes->data = cr + 2;
    bytes->length -= line.length + 2;
    return line;
}

/* A field's line, and those that continue it. */
static struct message_field take_field(struct fuzz_text *bytes)
{
    struct fuzz_text line = take_line(bytes);
    const char *colon = memchr(line.data, ':', line.length);
    struct message_field field;

    fuzz_require(colon != NULL);
    field.name = (struct fuzz_text){line.data, (size_t)(colon - line.data)};
    fuzz_require(message_is_token(field.name));
    fuzz_require(message_is_value((struct fuzz_text){colon, line.length - field.name.length}));
    while (bytes->length > 0 && bytes->data[0] == '\t') {
        struct fuzz_text more = take_line(bytes);

        fuzz_require(message_is_value(more));
        line.length = (size_t)(more.data + more.length - line.data);
    }
    field.value =
        fuzz_trimmed((struct fuzz_text){colon + 1, (size_t)(line.data + line.length - colon - 1)});
    return field;
}

static void read_request_line(struct fuzz_text line, struct message *ret)
{
    static const char version[] = " HTTP/1.1";
    const char *blank = memchr(line.data, ' ', line.length);
    size_t behind = sizeof version - 1;

    fuzz_require(blank != NULL && line.length > behind);
    fuzz_require(memcmp(line.data + line.length - behind, version, behind) == 0);
    ret->method = (struct fuzz_text){line.data, (size_t)(blank - line.data)};
    fuzz_require(line.length - behind > ret->method.length);
    ret->target = (struct fuzz_text){blank + 1, line.length - behind - ret->method.length - 1};
    fuzz_require(message_is_token(ret->method) && message_is_target(ret->target));
}

void message_read(struct fuzz_text bytes, struct message *ret)
{
    ret->count = 0;
    read_request_line(take_line(&bytes), ret);
    while (bytes.length > 0 && bytes.data[0] != '\r') {
        fuzz_require(ret->count < MESSAGE_FIELDS_MAX);
        ret->fields[ret->count++] = take_field(&bytes);
    }
    fuzz_require(take_line(&bytes).length == 0);
    ret->rest = bytes;
}

size_t message_find(const struct message *m, const char *name, struct fuzz_text *ret)
{
    struct fuzz_text text = {name, strlen(name)};
    size_t count = 0;

    for (size_t i = 0; i < m->count; i++)
        if (fuzz_equal_nocase(m->fields[i].name, text)) {
            *ret = m->fields[i].value;
            count++;
        }
    return count;
}

static size_t hex(struct fuzz_text line)
{
    size_t value = 0;

    fuzz_require(line.length > 0 && line.length < 8);
    for (size_t i = 0; i < line.length; i++) {
        const char *digits = "0123456789abcdef";
        const char *at = line.data[i] ? strchr(digits, line.data[i] | 0x20) : NULL;

        fuzz_require(at != NULL);
        value = value * 16 + (size_t)(at - digits);
    }
    return value;
}

size_t message_unchunk(struct fuzz_text body, char *room, struct fuzz_text *ret_trailers)
{
    size_t all = 0, size;

    while ((size = hex(take_line(&body))) > 0) {
        fuzz_require(size + 2 <= body.length);
        memcpy(room + all, body.data, size);
        fuzz_require(memcmp(body.data + size, "\r\n", 2) == 0);
        all += size;
        body.data += size + 2;
        body.length -= size + 2;
    }
    ret_trailers->data = body.data;
    while (body.length > 2)
        take_field(&body);
    ret_trailers->length = (size_t)(body.data - ret_trailers->data);
    fuzz_require(take_line(&body).length == 0 && body.length == 0);
    return all;
}
