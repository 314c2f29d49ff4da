/* SPDX-License-Identifier: MIT */
/*
 * Requests from hostile arguments: method, target, fields, continuations, body, trailers, step by
 * step or at once, in carried mode. What leaves is one request: the one that was asked for, with
 * the automatic fields and not a byte more. What is refused leaves nothing behind, and the handle
 * as it was: the next request leaves byte by byte as it should.
 */
#include <libhttp/http.h>
#include <string.h>

#include "fuzz/message.h"

const struct fuzz_target fuzz_target = {"request", "C-28 C-50 T-1 T-2 T-5 T-6 T-34 a request", 0};

/* Bits of the first byte; the others choose the host. */
enum { WHOLE = 1, SKIP_HOST = 2, SKIP_ENCODING = 4, CHUNKS = 8, PIECES = 16 };

enum { FIELDS_MAX = 16, TRAILERS_MAX = 3 };

static const struct {
    const char *given, *field;
} hosts[] = {{"h.example", "h.example"},
             {"h.example:8080", "h.example:8080"},
             {"[::1]", "[::1]"},
             {"fe80::1%eth0", "[fe80::1]"},
             {"[::1]:80", "[::1]"},
             {"192.0.2.1:0", "192.0.2.1:0"},
             {"b\xc3\xbc\x63her.example", "xn--bcher-kva.example"},
             {"localhost.", "localhost."}};

struct growing {
    char *data;
    size_t length;
};

/* A field that was accepted: what has to stand there. */
struct asked {
    char *name;
    struct growing value;
    bool found;
};

struct run {
    libhttp_connection *c;
    unsigned how;
    const char *host_field;
    struct fuzz_text method, target;
    struct asked fields[FIELDS_MAX];
    size_t count;
    struct growing body, trailers, sent;
    bool continued; /* the 100 was fed */
    int32_t status; /* of the first call that failed for good */
};

static void grow(struct growing *g, const void *data, size_t length)
{
    g->data = realloc(g->data, g->length + length + 1);
    fuzz_require(g->data != NULL);
    if (length > 0)
        memcpy(g->data + g->length, data, length);
    g->length += length;
    g->data[g->length] = '\0';
}

static struct fuzz_text text_of(const struct growing *g)
{
    return (struct fuzz_text){g->data ? g->data : "", g->length};
}

static void check_told(struct run *x, int32_t status)
{
    if (status < 0)
        fuzz_require_told(status, libhttp_connection_error_code(x->c),
                          libhttp_connection_error(x->c));
}

static void take(struct run *x)
{
    const void *data;
    int64_t length = 0;

    while (libhttp_connection_take(x->c, &data, &length) == LIBHTTP_OK && length > 0) {
        grow(&x->sent, data, (size_t)length);
        fuzz_require(libhttp_connection_took(x->c, length) == LIBHTTP_OK);
    }
}

/* True where a call is to be made again: its bytes were taken, or the 100 it waits for is fed. */
static bool again(struct run *x, int32_t status)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    size_t before = x->sent.length;
    int64_t taken = 0;

    if (status != LIBHTTP_AGAIN)
        return false;
    take(x);
    if (x->sent.length > before)
        return true;
    fuzz_require(!x->continued);
    x->continued = true;
    return libhttp_connection_feed(x->c, go_on, sizeof go_on - 1, &taken) == LIBHTTP_OK;
}

static void flush(struct run *x)
{
    int32_t status;

    do
        status = libhttp_connection_flush(x->c);
    while (again(x, status));
    take(x);
    fuzz_require(status == LIBHTTP_OK);
}

static void note_field(struct run *x, struct fuzz_text name, struct fuzz_text value)
{
    struct asked *field = &x->fields[x->count++];
    struct fuzz_text trimmed = fuzz_trimmed(value);

    fuzz_require(message_is_token(name) && message_is_value(value));
    field->name = calloc(1, name.length + 1);
    fuzz_require(field->name != NULL);
    memcpy(field->name, name.data, name.length);
    grow(&field->value, trimmed.data, trimmed.length);
}

static void note_continuation(struct run *x, struct fuzz_text value)
{
    struct fuzz_text trimmed = fuzz_trimmed(value);

    fuzz_require(x->count > 0 && message_is_value(value));
    grow(&x->fields[x->count - 1].value, "\r\n\t", 3);
    grow(&x->fields[x->count - 1].value, trimmed.data, trimmed.length);
}

/* Some fields, by putheader or into headers. */
static void put_fields(struct run *x, struct fuzz_input *in, libhttp_headers *h)
{
    size_t count = fuzz_byte(in) % FIELDS_MAX;

    for (size_t i = 0; i < count; i++) {
        bool continues = !h && (fuzz_byte(in) & 1);
        struct fuzz_text name = continues ? FUZZ_LITERAL("") : fuzz_text(in);
        struct fuzz_text value = fuzz_text(in);
        int64_t name_length = (int64_t)name.length, value_length = (int64_t)value.length;
        int32_t status;

        if (h)
            status = libhttp_headers_add(h, name.data, name_length, value.data, value_length);
        else if (continues)
            status = libhttp_connection_putheader_continue(x->c, value.data, value_length);
        else
            status = libhttp_connection_putheader(x->c, name.data, name_length, value.data,
                                                  value_length);
        if (status == LIBHTTP_OK && continues)
            note_continuation(x, value);
        else if (status == LIBHTTP_OK)
            note_field(x, name, value);
        else if (h)
            fuzz_require_told(status, libhttp_headers_error_code(h), libhttp_headers_error(h));
        else
            check_told(x, status);
        if (!continues)
            fuzz_text_free(&name);
        fuzz_text_free(&value);
    }
}

static void send_body(struct run *x, struct fuzz_input *in)
{
    size_t pieces = fuzz_byte(in) % 4;

    for (size_t i = 0; i < pieces && x->status == LIBHTTP_OK; i++) {
        struct fuzz_text piece = fuzz_text(in);
        int64_t sent = 0;
        int32_t status;

        do
            status = libhttp_connection_send(x->c, piece.data, (int64_t)piece.length, &sent);
        while (again(x, status));
        if (status == LIBHTTP_OK)
            grow(&x->body, piece.data, (size_t)sent);
        check_told(x, status);
        x->status = status;
        fuzz_text_free(&piece);
    }
}

static void finish(struct run *x, struct fuzz_input *in)
{
    libhttp_headers *h = NULL;
    size_t count = fuzz_byte(in) % TRAILERS_MAX;

    fuzz_require(libhttp_headers_new(&h) == LIBHTTP_OK);
    for (size_t i = 0; i < count; i++) {
        struct fuzz_text name = fuzz_text(in), value = fuzz_text(in), trimmed = fuzz_trimmed(value);

        if (libhttp_headers_add(h, name.data, (int64_t)name.length, value.data,
                                (int64_t)value.length) == LIBHTTP_OK) {
            fuzz_require(message_is_token(name) && message_is_value(value));
            grow(&x->trailers, name.data, name.length);
            grow(&x->trailers, ": ", 2);
            grow(&x->trailers, trimmed.data, trimmed.length);
            grow(&x->trailers, "\r\n", 2);
        }
        fuzz_text_free(&name);
        fuzz_text_free(&value);
    }
    if (x->status == LIBHTTP_OK)
        x->status = libhttp_connection_finish(x->c, libhttp_headers_count(h) ? h : NULL);
    check_told(x, x->status);
    libhttp_headers_free(h);
}

static void ask_in_steps(struct run *x, struct fuzz_input *in)
{
    int32_t skip = (x->how & SKIP_HOST ? LIBHTTP_SKIP_HOST : 0) |
                   (x->how & SKIP_ENCODING ? LIBHTTP_SKIP_ACCEPT_ENCODING : 0);

    x->status = libhttp_connection_putrequest(x->c, x->method.data, (int64_t)x->method.length,
                                              x->target.data, (int64_t)x->target.length, skip);
    check_told(x, x->status);
    if (x->status < 0)
        return;
    put_fields(x, in, NULL);
    fuzz_require(libhttp_connection_state(x->c) == LIBHTTP_STATE_REQUEST_STARTED);
    x->status = libhttp_connection_endheaders(x->c, x->how & CHUNKS ? LIBHTTP_ENCODE_CHUNKED : 0);
    check_told(x, x->status);
    if (x->status < 0)
        return;
    send_body(x, in);
    finish(x, in);
}

static void ask_at_once(struct run *x, struct fuzz_input *in)
{
    libhttp_headers *h = NULL;
    struct fuzz_text body = {NULL, 0};
    bool pieces = (x->how & PIECES) != 0;
    int64_t length = LIBHTTP_LENGTH_UNKNOWN;

    fuzz_require(libhttp_headers_new(&h) == LIBHTTP_OK);
    put_fields(x, in, h);
    if (!(x->how & CHUNKS)) {
        body = fuzz_text(in);
        length = (int64_t)body.length;
    }
    if (pieces)
        x->status =
            libhttp_connection_request_pieces(x->c, x->method.data, (int64_t)x->method.length,
                                              x->target.data, (int64_t)x->target.length, h, length);
    else
        x->status = libhttp_connection_request(x->c, x->method.data, (int64_t)x->method.length,
                                               x->target.data, (int64_t)x->target.length, h,
                                               body.data, body.data ? length : LIBHTTP_NO_BODY);
    check_told(x, x->status);
    libhttp_headers_free(h);
    if (x->status == LIBHTTP_OK && pieces) {
        send_body(x, in);
        finish(x, in);
    } else if (x->status == LIBHTTP_OK) {
        grow(&x->body, body.data, body.length);
    }
    fuzz_text_free(&body);
}

/* Host and Accept-Encoding may take the place of the automatic ones; all others keep theirs. */
static bool has_a_place(struct fuzz_text name)
{
    return fuzz_equal_nocase(name, FUZZ_LITERAL("Host")) ||
           fuzz_equal_nocase(name, FUZZ_LITERAL("Accept-Encoding"));
}

static bool was_asked_for(struct run *x, const struct message_field *field)
{
    bool placed = has_a_place(field->name);

    for (size_t i = 0; i < x->count; i++) {
        struct asked *a = &x->fields[i];
        struct fuzz_text name = {a->name, strlen(a->name)};

        if (a->found || has_a_place(name) != placed ||
            (placed && !fuzz_equal_nocase(name, field->name)))
            continue;
        a->found = fuzz_equal(name, field->name) &&
                   fuzz_equal(fuzz_trimmed(text_of(&a->value)), field->value);
        return a->found;
    }
    return false;
}

static bool asked_for_a(const struct run *x, const char *name)
{
    for (size_t i = 0; i < x->count; i++)
        if (fuzz_equal_nocase((struct fuzz_text){x->fields[i].name, strlen(x->fields[i].name)},
                              (struct fuzz_text){name, strlen(name)}))
            return true;
    return false;
}

/* A field that nobody put: one of four, where the caller has none of that name. */
static void check_automatic(const struct run *x, const struct message_field *field)
{
    static const char *const names[] = {"Host", "Accept-Encoding", "Content-Length",
                                        "Transfer-Encoding"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!fuzz_equal(field->name, (struct fuzz_text){names[i], strlen(names[i])}))
            continue;
        fuzz_require(!asked_for_a(x, names[i]));
        if (i == 0)
            fuzz_require(message_is_host(field->value));
        if (i == 1)
            fuzz_require(fuzz_equal(field->value, FUZZ_LITERAL("identity")));
        if (i == 3)
            fuzz_require(fuzz_equal(field->value, FUZZ_LITERAL("chunked")));
        return;
    }
    fuzz_require(!"a field that nobody asked for");
}

static bool target_has_host(const struct run *x)
{
    return fuzz_equal(x->method, FUZZ_LITERAL("CONNECT")) ||
           (x->target.length > 0 && memmem(x->target.data, x->target.length, "://", 3));
}

static void check_host(const struct run *x, const struct message *m)
{
    struct fuzz_text host = {NULL, 0};
    size_t count = message_find(m, "Host", &host);
    bool skips = (x->how & SKIP_HOST) && !(x->how & (WHOLE | PIECES));

    fuzz_require(count == 1 || (count == 0 && skips));
    if (count == 1)
        fuzz_require(message_is_host(host));
    if (count == 1 && !asked_for_a(x, "Host") && !target_has_host(x))
        fuzz_require(fuzz_equal(host, (struct fuzz_text){x->host_field, strlen(x->host_field)}));
}

static void check_chunks(const struct run *x, struct fuzz_text body)
{
    struct fuzz_text trailers = {NULL, 0}, got;
    char *room = malloc(body.length + 1);

    fuzz_require(room != NULL);
    got.data = room;
    got.length = message_unchunk(body, room, &trailers);
    fuzz_require(fuzz_equal(got, text_of(&x->body)));
    fuzz_require(fuzz_equal(trailers, text_of(&x->trailers)));
    free(room);
}

static void check_body(const struct run *x, const struct message *m)
{
    struct fuzz_text value = {NULL, 0};
    size_t lengths = message_find(m, "Content-Length", &value);
    size_t codings = message_find(m, "Transfer-Encoding", &value);
    bool at_once = (x->how & (WHOLE | PIECES)) != 0;
    bool chunks = (x->how & CHUNKS) && !(at_once && asked_for_a(x, "Transfer-Encoding"));

    fuzz_require(lengths + codings <= 1);
    if (lengths == 1) {
        fuzz_require(message_find(m, "Content-Length", &value) == 1);
        fuzz_require(strtoull(value.data, NULL, 10) == m->rest.length);
    }
    if (codings == 1 && chunks)
        check_chunks(x, m->rest);
    else
        fuzz_require(fuzz_equal(m->rest, text_of(&x->body)));
    fuzz_require(lengths + codings == 1 || m->rest.length == 0);
}

static void check_sent(struct run *x)
{
    struct message m;
    struct fuzz_text target = x->target.length ? x->target : FUZZ_LITERAL("/");

    message_read(text_of(&x->sent), &m);
    fuzz_require(fuzz_equal(m.method, x->method) && fuzz_equal(m.target, target));
    for (size_t i = 0; i < m.count; i++)
        if (!was_asked_for(x, &m.fields[i]))
            check_automatic(x, &m.fields[i]);
    for (size_t i = 0; i < x->count; i++)
        fuzz_require(x->fields[i].found);
    check_host(x, &m);
    check_body(x, &m);
}

static void answer(struct run *x)
{
    static const char text[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    libhttp_response *r = NULL;
    int64_t taken = 0;

    fuzz_require(libhttp_connection_feed(x->c, text, sizeof text - 1, &taken) == LIBHTTP_OK);
    fuzz_require(taken == sizeof text - 1);
    fuzz_require(libhttp_connection_getresponse(x->c, &r) == LIBHTTP_OK);
    fuzz_require(libhttp_response_status(r) == 400 && libhttp_response_is_complete(r) == 1);
    libhttp_response_free(r);
}

/* Nothing of an earlier request is in it. */
static void ask_after(struct run *x)
{
    struct growing want = {NULL, 0};
    static const char line[] = "GET /after HTTP/1.1\r\nHost: ";
    static const char rest[] = "\r\nAccept-Encoding: identity\r\n\r\n";

    if (libhttp_connection_state(x->c) != LIBHTTP_STATE_IDLE || x->status < 0)
        libhttp_connection_close(x->c);
    if (!libhttp_connection_is_open(x->c))
        fuzz_require(libhttp_connection_set_carried(x->c) == LIBHTTP_OK);
    x->sent.length = 0;
    fuzz_require(libhttp_connection_request(x->c, "GET", 3, "/after", 6, NULL, NULL,
                                            LIBHTTP_NO_BODY) == LIBHTTP_OK);
    flush(x);
    grow(&want, line, sizeof line - 1);
    grow(&want, x->host_field, strlen(x->host_field));
    grow(&want, rest, sizeof rest - 1);
    fuzz_require(fuzz_equal(text_of(&x->sent), text_of(&want)));
    answer(x);
    free(want.data);
}

static void done(struct run *x)
{
    libhttp_connection_free(x->c);
    for (size_t i = 0; i < x->count; i++) {
        free(x->fields[i].name);
        free(x->fields[i].value.data);
    }
    free(x->body.data);
    free(x->trailers.data);
    free(x->sent.data);
    fuzz_text_free(&x->method);
    fuzz_text_free(&x->target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct run x = {0};
    unsigned host;

    x.how = fuzz_byte(&in);
    host = (x.how >> 5) % (sizeof hosts / sizeof hosts[0]);
    x.host_field = hosts[host].field;
    fuzz_require(libhttp_connection_new(&x.c) == LIBHTTP_OK);
    fuzz_require(libhttp_connection_set_host(x.c, hosts[host].given, -1, LIBHTTP_PORT_DEFAULT) ==
                 LIBHTTP_OK);
    fuzz_require(libhttp_connection_set_carried(x.c) == LIBHTTP_OK);
    x.method = fuzz_text(&in);
    x.target = fuzz_text(&in);
    if (x.how & (WHOLE | PIECES))
        ask_at_once(&x, &in);
    else
        ask_in_steps(&x, &in);
    if (x.status == LIBHTTP_OK) {
        flush(&x);
        check_sent(&x);
        answer(&x);
    } else if (libhttp_connection_state(x.c) == LIBHTTP_STATE_IDLE) {
        take(&x);
        fuzz_require(x.sent.length == 0 || x.status == LIBHTTP_E_BODY_LENGTH);
    }
    ask_after(&x);
    done(&x);
    return 0;
}
