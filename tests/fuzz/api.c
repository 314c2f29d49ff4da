/* SPDX-License-Identifier: MIT */
#include "fuzz/api.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned long host_error;

void api_errors_begin(bool some)
{
    host_error = some ? ERR_PACK(ERR_LIB_USER, 0, 77) : 0;
    api_errors_show();
}

void api_errors_check(void)
{
    fuzz_require(ERR_peek_error() == host_error && ERR_peek_last_error() == host_error);
}

void api_errors_hide(void)
{
    api_errors_check();
    ERR_clear_error();
}

void api_errors_show(void)
{
    ERR_clear_error();
    if (host_error)
        ERR_raise(ERR_LIB_USER, 77);
}

struct link *api_link(struct world *w, struct fuzz_input *in)
{
    return &w->links[fuzz_byte(in) % LINKS];
}

const libhttp_headers *api_headers(struct world *w, struct fuzz_input *in)
{
    unsigned i = fuzz_byte(in) % (HEADERS + RESPONSES + 1);

    if (i < HEADERS)
        return w->headers[i];
    if (i < HEADERS + RESPONSES && w->responses[i - HEADERS])
        return libhttp_response_headers(w->responses[i - HEADERS]);
    return NULL;
}

int64_t api_number(struct fuzz_input *in)
{
    static const int64_t numbers[] = {
        INT64_MIN, -1000, -4,    -3,        -2,        -1,        0,         1,  2,  7,   80,
        255,       4096,  65536, INT32_MAX, 1LL << 31, 1LL << 32, INT64_MAX, 16, 32, 443, 65535,
        1LL << 40, 3,     100,   256,       1 << 20,   1 << 30,   INT32_MIN, -5};

    return numbers[fuzz_byte(in) % (sizeof numbers / sizeof numbers[0])];
}

void api_forget(struct link *l)
{
    if (l->peer >= 0)
        close(l->peer);
    l->peer = -1;
    api_errors_hide();
    SSL_free(l->server);
    api_errors_show();
    l->server = NULL;
}

void api_carry(struct link *l)
{
    int32_t status = libhttp_connection_set_carried(l->c);

    api_check(l, status);
    if (status != LIBHTTP_OK)
        return;
    api_forget(l);
    l->carried = true;
}

void api_adopt(struct link *l, struct fuzz_input *in)
{
    int pair[2];
    int32_t status;

    fuzz_require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    status = libhttp_connection_set_fd(l->c, pair[0]);
    api_check(l, status);
    if (status != LIBHTTP_OK) {
        close(pair[0]);
        close(pair[1]);
        return;
    }
    api_forget(l);
    l->peer = pair[1];
    l->carried = false;
    api_say(l, in);
    if (libhttp_connection_mode(l->c) == LIBHTTP_MODE_BLOCKING)
        api_end(l);
}

void api_give(struct link *l, struct fuzz_text text)
{
    int64_t taken = -1;
    int32_t status;

    if (l->peer >= 0) {
        if (send(l->peer, text.data, text.length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
            fuzz_require(errno == EPIPE || errno == EAGAIN || errno == ECONNRESET);
    } else {
        status = libhttp_connection_feed(l->c, text.data, (int64_t)text.length, &taken);
        api_check(l, status);
        fuzz_require(status != LIBHTTP_OK || (taken >= 0 && taken <= (int64_t)text.length));
    }
}

void api_say(struct link *l, struct fuzz_input *in)
{
    struct fuzz_text text = fuzz_text(in);

    api_give(l, text);
    fuzz_text_free(&text);
}

static SSL *new_server(void)
{
    static const struct server_name name = {GEN_DNS, FUZZ_LITERAL(API_HOST)};
    static SSL_CTX *ctx;

    if (!ctx)
        ctx = server_context(&(struct server_names){.list = &name, .count = 1});
    return server_new(ctx);
}

/* What isn't TLS yet, as a head for a proxy, is of no interest. */
static void hear(struct link *l, const char *data, size_t length)
{
    enum { HANDSHAKE = 22 };

    api_errors_hide();
    if (!l->server && length > 0 && data[0] == HANDSHAKE)
        l->server = new_server();
    if (l->server)
        server_hear(l->server, data, length);
    api_errors_show();
}

static void drain_socket(struct link *l)
{
    char room[4096];
    ssize_t n;

    while ((n = recv(l->peer, room, sizeof room, MSG_DONTWAIT)) > 0)
        hear(l, room, (size_t)n);
}

static void drain_carried(struct link *l)
{
    const void *data = NULL;
    int64_t length = 0;

    while (libhttp_connection_take(l->c, &data, &length) == LIBHTTP_OK && length > 0) {
        hear(l, data, (size_t)length);
        fuzz_require(libhttp_connection_took(l->c, length) == LIBHTTP_OK);
    }
}

static void answer(struct link *l)
{
    struct fuzz_text text;

    if (!l->server)
        return;
    text = server_output(l->server);
    if (text.length > 0)
        api_give(l, text);
    server_was_sent(l->server, text.length);
}

/* A blocking call must never wait for this program itself. */
void api_end(struct link *l)
{
    answer(l);
    if (l->peer >= 0)
        shutdown(l->peer, SHUT_WR);
    else if (l->carried)
        api_check(l, libhttp_connection_feed_eof(l->c));
}

void api_pump(struct link *l)
{
    if (l->peer >= 0)
        drain_socket(l);
    else if (l->carried)
        drain_carried(l);
    answer(l);
}

void api_drain(struct world *w)
{
    for (size_t i = 0; i < LINKS; i++)
        if (w->links[i].peer >= 0)
            drain_socket(&w->links[i]);
}

static bool may_wait(const struct link *l)
{
    return l->carried || libhttp_connection_mode(l->c) == LIBHTTP_MODE_NONBLOCKING;
}

void api_check(const struct link *l, int32_t status)
{
    int32_t fd = -1, events = 0;
    int64_t ms = -1, generation = 0;

    api_errors_check();
    fuzz_require(status == LIBHTTP_OK || status == LIBHTTP_AGAIN || fuzz_is_error(status));
    if (status < 0)
        fuzz_require_told(status, libhttp_connection_error_code(l->c),
                          libhttp_connection_error(l->c));
    fuzz_require(libhttp_connection_wait(l->c, &fd, &events, &ms, &generation) == LIBHTTP_OK);
    fuzz_require(fd >= -1 && (events & ~(LIBHTTP_WAIT_READ | LIBHTTP_WAIT_WRITE)) == 0 && ms >= -1);
    fuzz_require(status != LIBHTTP_AGAIN || (may_wait(l) && (events != 0 || ms >= 0)));
    fuzz_require(libhttp_connection_state(l->c) >= LIBHTTP_STATE_IDLE &&
                 libhttp_connection_state(l->c) <= LIBHTTP_STATE_REQUEST_SENT);
}

/* Whose it was is not known any more: one of them may wait. */
static bool any_may_wait(const struct world *w)
{
    for (size_t i = 0; i < LINKS; i++)
        if (may_wait(&w->links[i]))
            return true;
    return false;
}

void api_check_response(const struct world *w, const libhttp_response *r, int32_t status)
{
    fuzz_require(status == LIBHTTP_OK || fuzz_is_error(status) ||
                 (status == LIBHTTP_AGAIN && any_may_wait(w)));
    if (status < 0)
        fuzz_require_told(status, libhttp_response_error_code(r), libhttp_response_error(r));
    fuzz_require(libhttp_response_remaining(r) >= -1 && libhttp_response_missing(r) >= -1);
}

void api_check_stream(const struct world *w, const libhttp_stream *s, int32_t status)
{
    fuzz_require(status == LIBHTTP_OK || fuzz_is_error(status) ||
                 (status == LIBHTTP_AGAIN && any_may_wait(w)));
    if (status < 0)
        fuzz_require_told(status, libhttp_stream_error_code(s), libhttp_stream_error(s));
}
