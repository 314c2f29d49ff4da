/* SPDX-License-Identifier: MIT */
/* debuglevel: which lines, where to, and what they hide. */
#include <libhttp/http.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/modes.h"
#include "tap.h"

static const struct peer_step steps[] = {
    PEER_READ_HEAD,
    PEER_READ(9),
    PEER_SEND(
        "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        "HTTP/1.1 200 Fine\r\nContent-Length: 6\r\nSet-Cookie: session=hidden\r\nX-Odd: a\x01\x7f"
        "b\r\n\r\nanswer"),
    PEER_EXPECT_CLOSE,
    PEER_END,
};

static void exchange(struct client *k)
{
    libhttp_headers *headers;

    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "Authorization", -1, "Basic hidden", -1);
    libhttp_headers_add(headers, "proxy-authorization", -1, "hidden too", -1);
    libhttp_headers_add(headers, "Cookie", -1, "c=hidden", -1);
    libhttp_headers_add(headers, "X-Open", -1, "shown", -1);
    client_request(k, "PUT", "/t", headers, "a\nbody\r\n.", 9);
    libhttp_headers_free(headers);
    client_answer(k, 200, "answer", "C-106 the exchange itself");
}

#define SEND_START                                                                                 \
    "send: PUT /t HTTP/1.1\nsend: Host: h.example\nsend: Accept-Encoding: identity\n"              \
    "send: Content-Length: 9\n"
#define MASKED                                                                                     \
    SEND_START                                                                                     \
    "send: Authorization: ***\nsend: proxy-authorization: ***\nsend: Cookie: ***\n"                \
    "send: X-Open: shown\nsend: 9 bytes of body\n"                                                 \
    "reply: HTTP/1.1 103 Early Hints\nheader: Link: </x>\n"                                        \
    "reply: HTTP/1.1 200 Fine\nheader: Content-Length: 6\nheader: Set-Cookie: ***\n"               \
    "header: X-Odd: a\\x01\\x7fb\n"

static void test_kept(enum drive_mode mode)
{
    struct peer *peer = client_peer(steps);
    struct client *k = client_new(mode, peer, "h.example");
    const char *text = NULL;
    int64_t length = -1;

    is(libhttp_connection_debug_fd(k->c), 1, "C-106 standard output by default, %s", k->name);
    is(libhttp_connection_set_debug_fd(k->c, -1), LIBHTTP_OK, "C-106 kept instead, %s", k->name);
    is(libhttp_connection_set_debuglevel(k->c, 1), LIBHTTP_OK, "C-106 level 1, %s", k->name);
    is(libhttp_connection_debug_take(k->c, &text, &length), LIBHTTP_OK, "C-106 nothing yet, %s",
       k->name);
    ok(length == 0 && text != NULL && text[0] == '\0', "C-106 an empty text, %s", k->name);
    exchange(k);
    is(libhttp_connection_debug_take(k->c, &text, &length), LIBHTTP_OK, "C-106 debug_take, %s",
       k->name);
    is_str(text, MASKED, "C-106 T-53 the lines, credentials masked, bodies as lengths, %s",
           k->name);
    is(length, (int64_t)strlen(text), "C-106 and their length, %s", k->name);
    libhttp_connection_debug_take(k->c, &text, &length);
    is(length, 0, "C-106 taken once, %s", k->name);
    client_free(k);
    peer_finish(peer, "C-106 the peer's side, %s", drive_mode_name(mode));
}

static void test_secrets(enum drive_mode mode)
{
    struct peer *peer = client_peer(steps);
    struct client *k = client_new(mode, peer, "h.example");
    const char *text = "";
    int64_t length;

    libhttp_connection_set_debug_fd(k->c, -1);
    libhttp_connection_set_debuglevel(k->c, 1 | LIBHTTP_DEBUG_SECRETS);
    exchange(k);
    libhttp_connection_debug_take(k->c, &text, &length);
    contains(text, "send: Authorization: Basic hidden\n", "C-106 credentials where asked for, %s",
             k->name);
    contains(text, "header: Set-Cookie: session=hidden\n", "C-106 received ones too, %s", k->name);
    contains(text, "send: a\\x0abody\\x0d\\x0a.\n", "C-106 and bodies, in one line, %s", k->name);
    client_free(k);
    peer_finish(peer, "C-106 the peer's side, %s", drive_mode_name(mode));
}

static void test_off(enum drive_mode mode)
{
    struct peer *peer = client_peer(steps);
    struct client *k = client_new(mode, peer, "h.example");
    const char *text = "";
    int64_t length = -1;

    libhttp_connection_set_debug_fd(k->c, -1);
    is(libhttp_connection_debuglevel(k->c), 0, "C-106 off by default, %s", k->name);
    exchange(k);
    libhttp_connection_debug_take(k->c, &text, &length);
    is(length, 0, "C-106 nothing is told, %s", k->name);
    client_failed(k, libhttp_connection_set_debuglevel(k->c, -1), LIBHTTP_E_INVALID_ARGUMENT,
                  "C-106 level -1");
    client_failed(k, libhttp_connection_set_debug_fd(k->c, -2), LIBHTTP_E_INVALID_ARGUMENT,
                  "C-106 descriptor -2");
    client_failed(k, libhttp_connection_debug_take(k->c, NULL, &length), LIBHTTP_E_INVALID_ARGUMENT,
                  "C-106 NULL");
    client_free(k);
    peer_finish(peer, "C-106 the peer's side, %s", drive_mode_name(mode));
}

static void test_descriptor(enum drive_mode mode)
{
    struct peer *peer = client_peer(steps);
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *r = NULL;
    char text[4000];
    ssize_t length;
    int ends[2];

    if (pipe(ends) != 0)
        bail_out("no pipe");
    libhttp_connection_set_debug_fd(k->c, ends[1]);
    libhttp_connection_set_debuglevel(k->c, 7);
    client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    length = read(ends[0], text, sizeof text - 1);
    text[length < 0 ? 0 : length] = '\0';
    contains(text, "send: GET / HTTP/1.1\n", "C-106 written by write(2), %s", k->name);
    libhttp_connection_close(k->c);
    close(ends[0]);
    close(ends[1]);
    client_free(k);
    peer_kill(peer);

    peer = client_peer(steps);
    k = client_new(mode, peer, "h.example");
    libhttp_connection_set_debug_fd(k->c, -1);
    libhttp_connection_set_debuglevel(k->c, 3);
    client_request(k, "PUT", "/", NULL, "123456789", 9);
    if (is(client_getresponse(k, &r), LIBHTTP_OK, "C-106 a response, %s", k->name)) {
        is(libhttp_response_debuglevel(r), 3, "C-106 inherits the level, %s", k->name);
        is(libhttp_response_set_debuglevel(r, 0), LIBHTTP_OK, "C-106 which it can change, %s",
           k->name);
        is(libhttp_response_debuglevel(r), 0, "C-106 for itself, %s", k->name);
        is(libhttp_connection_debuglevel(k->c), 3, "C-106 alone, %s", k->name);
    }
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "C-106 the peer's side, %s", drive_mode_name(mode));
}

/* Nobody reads any more: that is no signal, as none of the library is (T-38). */
static void test_closed_pipe(void)
{
    struct peer *peer = client_peer(steps);
    struct client *k = client_new(DRIVE_BLOCKING, peer, "h.example");
    int ends[2];

    if (pipe(ends) != 0)
        bail_out("no pipe");
    close(ends[0]);
    libhttp_connection_set_debug_fd(k->c, ends[1]);
    libhttp_connection_set_debuglevel(k->c, 1);
    signal(SIGPIPE, SIG_DFL);
    is(client_request(k, "PUT", "/", NULL, "123456789", 9), LIBHTTP_OK,
       "T-38 lines into a closed pipe");
    client_answer(k, 200, "answer", "T-38 hurt nobody");
    close(ends[1]);
    client_free(k);
    peer_finish(peer, "T-38 the peer's side");
}

static int slow = -1; /* a descriptor that takes so many bytes at once: none or one */
static size_t slow_most;
static int refused;

__attribute__((visibility("default"))) ssize_t write(int fd, const void *data, size_t length)
{
    if (fd != slow)
        return syscall(SYS_write, fd, data, length);
    if (slow_most > 0)
        return syscall(SYS_write, fd, data, slow_most);
    if (++refused > 1000)
        bail_out("T-37 what takes nothing is written to on and on");
    return 0;
}

static void test_slow(size_t most)
{
    struct peer *peer = client_peer(steps);
    struct client *k = client_new(DRIVE_BLOCKING, peer, "h.example");
    char text[4000] = "";
    int ends[2];

    if (pipe(ends) != 0)
        bail_out("no pipe");
    slow = ends[1];
    slow_most = most;
    libhttp_connection_set_debug_fd(k->c, slow);
    libhttp_connection_set_debuglevel(k->c, 1);
    is(client_request(k, "PUT", "/", NULL, "123456789", 9), LIBHTTP_OK,
       "T-37 lines to what takes %zu bytes at once", most);
    client_answer(k, 200, "answer", "T-37 hurt nobody");
    slow = -1;
    close(ends[1]);
    if (read(ends[0], text, sizeof text - 1) < 0)
        bail_out("the pipe can't be read");
    close(ends[0]);
    if (most > 0)
        contains(text, "reply: HTTP/1.1 200 Fine\n", "T-37 all of them are there");
    else
        ok(refused > 0 && !*text, "T-37 and were tried");
    client_free(k);
    peer_finish(peer, "T-37 the peer's side");
}

/* A line that goes on may hold a secret, whatever it looks like. */
static void test_continued(void)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_WAIT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(DRIVE_BLOCKING, peer, "h.example");
    const char *text = "";
    int64_t length = 0;

    libhttp_connection_set_debug_fd(k->c, -1);
    libhttp_connection_set_debuglevel(k->c, 1);
    client_putrequest(k, "GET", "/", 0);
    client_putheader(k, "Authorization", "Digest");
    libhttp_connection_putheader_continue(k->c, "uri=\"http://h/\", response=\"hidden\"", -1);
    libhttp_connection_endheaders(k->c, 0);
    client_flush(k);
    libhttp_connection_debug_take(k->c, &text, &length);
    contains(text, "send: Authorization: ***\nsend: \t***\n", "T-53 both lines are masked");
    ok(!strstr(text, "hidden"), "T-53 the second too, though a colon is in it");
    client_free(k);
    peer_finish(peer, "T-53 the peer's side");
}

/* CONNECT is told too, its credentials masked. */
static void test_tunnel(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 Opened\r\nVia: x\r\n\r\n"),
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "proxy.example");
    libhttp_headers *headers;
    const char *text = "";
    int64_t length;

    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "Proxy-Authorization", -1, "Basic hidden", -1);
    libhttp_connection_set_tunnel(k->c, "t.example", -1, 443, headers);
    libhttp_headers_free(headers);
    libhttp_connection_set_debug_fd(k->c, -1);
    libhttp_connection_set_debuglevel(k->c, 1);
    client_get(k, "/", 200, "", "C-106 through a tunnel");
    libhttp_connection_debug_take(k->c, &text, &length);
    is_str(text,
           "send: CONNECT t.example:443 HTTP/1.1\nsend: Host: t.example:443\n"
           "send: Proxy-Authorization: ***\nreply: HTTP/1.1 200 Opened\nheader: Via: x\n"
           "send: GET / HTTP/1.1\nsend: Host: t.example:443\nsend: Accept-Encoding: identity\n"
           "reply: HTTP/1.1 200 OK\nheader: Content-Length: 0\n",
           "C-106 T-53 CONNECT, its answer and what goes through, in the order of sending, %s",
           k->name);
    client_free(k);
    peer_finish(peer, "C-106 the peer's side, %s", drive_mode_name(mode));
}

/* What nobody takes is bounded, and begins at a line. */
static void test_bound(void)
{
    static char value[3000];
    libhttp_connection *c;
    const char *text = "";
    int64_t length = 0;

    memset(value, 'v', sizeof value - 1);
    libhttp_connection_new(&c);
    libhttp_connection_set_host(c, "h.example", -1, -1);
    libhttp_connection_set_debug_fd(c, -1);
    libhttp_connection_set_debuglevel(c, 1);
    for (int i = 0; i < 100; i++) {
        libhttp_connection_set_carried(c);
        libhttp_connection_putrequest(c, "GET", -1, "/", -1, 0);
        libhttp_connection_putheader(c, "X", -1, value, -1);
        libhttp_connection_endheaders(c, 0);
        libhttp_connection_flush(c);
        libhttp_connection_close(c);
    }
    libhttp_connection_debug_take(c, &text, &length);
    ok(length <= 65536 && length > 60000, "C-106 the last 64 KiB are kept: %lld",
       (long long)length);
    ok(strncmp(text, "send: ", 6) == 0, "C-106 from the beginning of a line");
    libhttp_connection_free(c);
}

int main(void)
{
    in_each_mode(test_kept);
    in_each_mode(test_secrets);
    in_each_mode(test_off);
    in_each_mode(test_descriptor);
    in_each_mode(test_tunnel);
    test_bound();
    test_closed_pipe();
    test_slow(0);
    test_slow(1);
    test_continued();
    return done_testing();
}
