/* SPDX-License-Identifier: MIT */
/* The calls on connections, responses and streams. */
#include <string.h>
#include <unistd.h>

#include "fuzz/api.h"

enum { ROOM = 512, READ_ALL_MOST = 100000 };

static const struct fuzz_text methods[] = {
    FUZZ_LITERAL("GET"),  FUZZ_LITERAL("POST"),    FUZZ_LITERAL("HEAD"), FUZZ_LITERAL("CONNECT"),
    FUZZ_LITERAL("G\nE"), FUZZ_LITERAL("OPTIONS"), FUZZ_LITERAL(""),     FUZZ_LITERAL("PUT")};
static const struct fuzz_text targets[] = {
    FUZZ_LITERAL("/"),          FUZZ_LITERAL("h:1"), FUZZ_LITERAL("*"), FUZZ_LITERAL(""),
    FUZZ_LITERAL("http://a/b"), FUZZ_LITERAL("/ x"), FUZZ_LITERAL("#"), FUZZ_LITERAL("/a?b")};
static const struct fuzz_text names[] = {FUZZ_LITERAL("Host"),
                                         FUZZ_LITERAL("Content-Length"),
                                         FUZZ_LITERAL("Transfer-Encoding"),
                                         FUZZ_LITERAL("Connection"),
                                         FUZZ_LITERAL("Upgrade"),
                                         FUZZ_LITERAL("Expect"),
                                         FUZZ_LITERAL("X"),
                                         FUZZ_LITERAL("X:")};
static const struct fuzz_text values[] = {
    FUZZ_LITERAL("5"),       FUZZ_LITERAL("chunked"),      FUZZ_LITERAL("close"),
    FUZZ_LITERAL("upgrade"), FUZZ_LITERAL("100-continue"), FUZZ_LITERAL("a\0b"),
    FUZZ_LITERAL("h"),       FUZZ_LITERAL("a\r\nb: c")};

#define PICK(texts, in) (texts[fuzz_byte(in) % (sizeof(texts) / sizeof(texts)[0])])
#define TEXT(t)         (t).data, (int64_t)(t).length

static void new_transport(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);

    if (fuzz_byte(in) & 1)
        api_adopt(l, in);
    else
        api_carry(l);
}

static void say(struct world *w, struct fuzz_input *in)
{
    api_say(api_link(w, in), in);
}

static void end(struct world *w, struct fuzz_input *in)
{
    api_end(api_link(w, in));
}

static void take(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    const void *data = NULL;
    int64_t length = -1, most = api_number(in);
    int32_t status = libhttp_connection_take(l->c, &data, &length);

    api_check(l, status);
    if (status != LIBHTTP_OK)
        return;
    fuzz_require(length >= 0 && (length == 0 || data != NULL));
    status = libhttp_connection_took(l->c, most);
    api_check(l, status);
    fuzz_require((status == LIBHTTP_OK) == (most >= 0 && most <= length));
}

static void set_mode(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    int32_t mode = (int32_t)(fuzz_byte(in) % 3);

    if (mode == LIBHTTP_MODE_BLOCKING && l->peer >= 0)
        api_end(l);
    api_check(l, libhttp_connection_set_mode(l->c, mode));
}

static void set_host(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    struct fuzz_text text = fuzz_text(in);

    api_check(l, libhttp_connection_set_host(l->c, TEXT(text), (int32_t)api_number(in)));
    fuzz_text_free(&text);
}

static void set_tunnel(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    struct fuzz_text text = fuzz_text(in);
    int32_t port = (int32_t)api_number(in);
    bool none = text.length == 0;

    api_check(l, libhttp_connection_set_tunnel(l->c, none ? NULL : text.data, (int64_t)text.length,
                                               port, api_headers(w, in)));
    fuzz_text_free(&text);
}

/* Never back to TCP: nothing here may reach a network. */
static void set_unix(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    struct fuzz_text path =
        PICK(((struct fuzz_text[]){FUZZ_LITERAL("/nonexistent/socket"), FUZZ_LITERAL("a\0b")}), in);
    int32_t status = libhttp_connection_set_unix(l->c, TEXT(path));

    api_check(l, status);
    if (status == LIBHTTP_OK)
        l->carried = false;
}

static void set_tls(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);

    if (fuzz_byte(in) % 8 == 0)
        api_check(l, libhttp_connection_set_tls(l->c, w->tls));
}

static void open_connection(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);

    api_check(l, libhttp_connection_connect(l->c));
}

static void close_connection(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);

    fuzz_require(libhttp_connection_close(l->c) == LIBHTTP_OK);
    fuzz_require(libhttp_connection_state(l->c) == LIBHTTP_STATE_IDLE);
    fuzz_require(libhttp_connection_is_open(l->c) == 0);
}

static void putrequest(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    struct fuzz_text method = PICK(methods, in), target = PICK(targets, in);
    int32_t before = libhttp_connection_state(l->c);
    int32_t status = libhttp_connection_putrequest(l->c, TEXT(method), TEXT(target),
                                                   (int32_t)(fuzz_byte(in) % 5));

    api_check(l, status);
    fuzz_require(libhttp_connection_state(l->c) ==
                 (status == LIBHTTP_OK ? LIBHTTP_STATE_REQUEST_STARTED : before));
}

static void putheader(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    struct fuzz_text name = PICK(names, in), value = PICK(values, in);

    api_check(l, libhttp_connection_putheader(l->c, TEXT(name), TEXT(value)));
}

static void putheader_continue(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    struct fuzz_text value = PICK(values, in);

    api_check(l, libhttp_connection_putheader_continue(l->c, TEXT(value)));
}

static void endheaders(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);

    api_check(l, libhttp_connection_endheaders(l->c, (int32_t)(fuzz_byte(in) % 3)));
}

static void send_bytes(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    struct fuzz_text text = fuzz_text(in);
    int64_t sent = -1;
    int32_t status = libhttp_connection_send(l->c, TEXT(text), &sent);

    api_check(l, status);
    if (status == LIBHTTP_OK)
        fuzz_require(sent >= 0 && sent <= (int64_t)text.length && (sent > 0 || text.length == 0));
    else
        fuzz_require(sent == -1);
    fuzz_text_free(&text);
}

static int drawn_file(struct world *w, struct fuzz_input *in)
{
    unsigned way = fuzz_byte(in);

    lseek(w->file, way % 4 == 0 ? FILE_SIZE : 700 * (way % 4), SEEK_SET);
    return way < 250 ? w->file : -1;
}

static void send_fd(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    int fd = drawn_file(w, in);
    int64_t sent = -1;
    int32_t status = libhttp_connection_send_fd(l->c, fd, api_number(in), &sent);

    api_check(l, status);
    fuzz_require(status == LIBHTTP_OK ? sent >= 0 && sent <= FILE_SIZE : sent == -1);
}

static void finish(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);

    api_check(l, libhttp_connection_finish(l->c, api_headers(w, in)));
}

static void flush(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);

    api_check(l, libhttp_connection_flush(l->c));
}

static void request(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    struct fuzz_text method = PICK(methods, in), target = PICK(targets, in);
    const libhttp_headers *h = api_headers(w, in);
    struct fuzz_text body = fuzz_text(in);
    unsigned way = fuzz_byte(in) % 4;
    int fd = way == 2 ? drawn_file(w, in) : -1;
    int32_t status;

    switch (way) {
    case 0:
        status =
            libhttp_connection_request(l->c, TEXT(method), TEXT(target), h, NULL, LIBHTTP_NO_BODY);
        break;
    case 1:
        status =
            libhttp_connection_request_pieces(l->c, TEXT(method), TEXT(target), h, api_number(in));
        break;
    case 2:
        status =
            libhttp_connection_request_fd(l->c, TEXT(method), TEXT(target), h, fd, api_number(in));
        break;
    default:
        status = libhttp_connection_request(l->c, TEXT(method), TEXT(target), h, TEXT(body));
    }
    fuzz_require(status != LIBHTTP_AGAIN);
    api_check(l, status);
    fuzz_text_free(&body);
}

static void getresponse(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    libhttp_response **r = &w->responses[fuzz_byte(in) % RESPONSES];
    libhttp_response *got = NULL;
    int32_t status = libhttp_connection_getresponse(l->c, &got);

    api_check(l, status);
    fuzz_require((status == LIBHTTP_OK) == (got != NULL));
    if (status < 0 && status != LIBHTTP_E_RESPONSE_NOT_READY)
        fuzz_require(libhttp_connection_state(l->c) == LIBHTTP_STATE_IDLE);
    if (!got)
        return;
    fuzz_require(libhttp_response_status(got) >= 100 && libhttp_response_status(got) <= 999);
    libhttp_response_free(*r);
    *r = got;
}

static void cancel(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);

    if (fuzz_byte(in) & 1)
        fuzz_require(libhttp_connection_cancel(l->c) == LIBHTTP_OK);
    else
        fuzz_require(libhttp_connection_cancel_reset(l->c) == LIBHTTP_OK);
}

static void trim(struct world *w, struct fuzz_input *in)
{
    fuzz_require(libhttp_connection_trim(api_link(w, in)->c) == LIBHTTP_OK);
}

static void set_option(struct world *w, struct fuzz_input *in)
{
    static int32_t (*const setters[])(libhttp_connection *, int64_t) = {
        libhttp_connection_set_total_timeout, libhttp_connection_set_connect_timeout,
        libhttp_connection_set_max_line,      libhttp_connection_set_max_headers,
        libhttp_connection_set_max_head,      libhttp_connection_set_max_interim,
        libhttp_connection_set_max_drain,     libhttp_connection_set_block_size};
    static int32_t (*const switches[])(libhttp_connection *, int32_t) = {
        libhttp_connection_set_auto_open, libhttp_connection_set_strict_reuse,
        libhttp_connection_set_debuglevel, libhttp_connection_set_keep_alive_probes};
    struct link *l = api_link(w, in);
    unsigned which = fuzz_byte(in) % 12;

    if (which < 8)
        api_check(l, setters[which](l->c, api_number(in)));
    else
        api_check(l, switches[which - 8](l->c, (int32_t)api_number(in)));
}

static void look(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    const char *text = NULL;
    int64_t length = -1;

    libhttp_connection_peer_address(l->c);
    libhttp_connection_tls_alpn(l->c);
    libhttp_connection_tls_resumed(l->c);
    libhttp_connection_tls_reason(l->c);
    fuzz_require(libhttp_connection_errno(l->c) >= 0);
    fuzz_require(libhttp_connection_fileno(l->c) >= -1);
    fuzz_require(libhttp_connection_port(l->c) >= 0 && libhttp_connection_port(l->c) <= 65535);
    fuzz_require(libhttp_connection_bytes_sent(l->c) >= 0);
    fuzz_require(libhttp_connection_bytes_received(l->c) >= 0);
    libhttp_connection_peer_certificate(l->c, &length);
    libhttp_headers_count(libhttp_connection_tunnel_headers(l->c));
    for (int32_t i = -1; i <= libhttp_connection_interim_count(l->c); i++)
        libhttp_headers_count(libhttp_connection_interim_headers(l->c, i));
    for (int32_t i = -1; i <= LIBHTTP_TIME_COMPLETE + 1; i++)
        fuzz_require(libhttp_connection_time(l->c, i) >= -1);
    libhttp_connection_error_detail(l->c, &length);
    fuzz_require(libhttp_connection_debug_take(l->c, &text, &length) == LIBHTTP_OK && text &&
                 length >= 0);
}

static libhttp_response *response(struct world *w, struct fuzz_input *in)
{
    return w->responses[fuzz_byte(in) % RESPONSES];
}

static void read_body(struct world *w, struct fuzz_input *in)
{
    libhttp_response *r = response(w, in);
    char room[ROOM];
    const void *data = room;
    int64_t got = -1, capacity = api_number(in) % (ROOM + 1);
    int32_t status;

    if (!r)
        return;
    switch (fuzz_byte(in) % 6) {
    case 0:
        status = libhttp_response_read(r, room, capacity, &got);
        break;
    case 1:
        status = libhttp_response_read1(r, room, capacity, &got);
        break;
    case 2:
        status = libhttp_response_readline(r, room, capacity, &got);
        break;
    case 3:
        status = libhttp_response_peek(r, &data, &got);
        capacity = got;
        break;
    case 4:
        capacity = api_number(in) % READ_ALL_MOST;
        status = libhttp_response_read_all(r, capacity, &data, &got);
        break;
    default:
        status = libhttp_response_partial(r, &data, &got);
        capacity = got;
    }
    api_check_response(w, r, status);
    fuzz_require(status == LIBHTTP_OK ? got >= 0 && got <= capacity && data : got == -1);
}

static void close_response(struct world *w, struct fuzz_input *in)
{
    unsigned i = fuzz_byte(in) % RESPONSES;
    unsigned way = fuzz_byte(in) % 8;

    if (way & 1) {
        libhttp_response_free(w->responses[i]);
        w->responses[i] = NULL;
    } else if (w->responses[i] && way == 2) {
        fuzz_require(libhttp_response_cancel(w->responses[i]) == LIBHTTP_OK);
    } else if (w->responses[i]) {
        fuzz_require(libhttp_response_close(w->responses[i]) == LIBHTTP_OK);
        fuzz_require(libhttp_response_is_closed(w->responses[i]) == 1);
    }
}

static void look_response(struct world *w, struct fuzz_input *in)
{
    libhttp_response *r = response(w, in);
    const char *text = NULL;
    int64_t length = -1;

    if (!r)
        return;
    api_check_response(w, r, libhttp_response_getheader(r, "x", 1, "none", 4, &text, &length));
    api_check_response(w, r, libhttp_response_raw_head(r, &text, &length));
    for (int32_t i = -1; i <= libhttp_response_interim_count(r); i++)
        libhttp_headers_count(libhttp_response_interim_headers(r, i));
    libhttp_headers_count(libhttp_response_trailers(r));
    libhttp_response_will_close(r);
    fuzz_require(strlen(libhttp_response_reason(r)) == (size_t)libhttp_response_reason_length(r));
    fuzz_require(libhttp_response_version(r) == 10 || libhttp_response_version(r) == 11);
    fuzz_require(libhttp_response_errno(r) >= 0);
    fuzz_require(libhttp_response_fileno(r) >= -1);
    fuzz_require(libhttp_response_wait(r, NULL, NULL, NULL, NULL) == LIBHTTP_OK);
}

static void open_stream(struct world *w, struct fuzz_input *in)
{
    libhttp_response *r = response(w, in);
    libhttp_stream **s = &w->streams[fuzz_byte(in) % STREAMS];
    libhttp_stream *got = NULL;

    if (!r)
        return;
    api_check_response(w, r, libhttp_response_stream(r, &got));
    if (!got)
        return;
    libhttp_stream_free(*s);
    *s = got;
}

static void use_stream(struct world *w, struct fuzz_input *in)
{
    unsigned i = fuzz_byte(in) % STREAMS;
    libhttp_stream *s = w->streams[i];
    char room[ROOM] = {0};
    const void *rest = NULL;
    int64_t got = -1, length = api_number(in) % (ROOM + 1);
    int32_t fd = -1, status = LIBHTTP_OK;

    if (!s)
        return;
    switch (fuzz_byte(in) % 8) {
    case 0:
        status = libhttp_stream_close(s);
        break;
    case 1:
        status = libhttp_stream_shutdown_write(s);
        break;
    case 2:
        status = libhttp_stream_detach_fd(s, &fd, &rest, &got);
        fuzz_require((status == LIBHTTP_OK) == (fd >= 0));
        break;
    case 3:
        w->streams[i] = NULL;
        libhttp_stream_free(s);
        return;
    case 7:
        status = libhttp_stream_cancel(s);
        fuzz_require(libhttp_stream_fileno(s) >= -1);
        fuzz_require(libhttp_stream_wait(s, NULL, NULL, NULL, NULL) == LIBHTTP_OK);
        break;
    case 4:
    case 5:
        status = libhttp_stream_write(s, room, length, &got);
        fuzz_require(got <= length || status != LIBHTTP_OK);
        break;
    default:
        status = libhttp_stream_read(s, room, length, &got);
        fuzz_require(got <= length || status != LIBHTTP_OK);
    }
    if (fd >= 0)
        close(fd);
    api_check_stream(w, s, status);
}

const struct op api_ops[] = {
    {"new_transport", new_transport},
    {"say", say},
    {"end", end},
    {"take", take},
    {"set_mode", set_mode},
    {"set_host", set_host},
    {"set_tunnel", set_tunnel},
    {"set_unix", set_unix},
    {"set_tls", set_tls},
    {"connect", open_connection},
    {"close", close_connection},
    {"putrequest", putrequest},
    {"putheader", putheader},
    {"putheader_continue", putheader_continue},
    {"endheaders", endheaders},
    {"send", send_bytes},
    {"send_fd", send_fd},
    {"finish", finish},
    {"flush", flush},
    {"request", request},
    {"getresponse", getresponse},
    {"cancel", cancel},
    {"trim", trim},
    {"set_option", set_option},
    {"look", look},
    {"read", read_body},
    {"close_response", close_response},
    {"look_response", look_response},
    {"open_stream", open_stream},
    {"use_stream", use_stream},
};
const unsigned api_op_count = sizeof api_ops / sizeof api_ops[0];
