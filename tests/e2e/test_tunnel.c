/* SPDX-License-Identifier: MIT */
/* CONNECT through a proxy: the scripted peer for exact bytes and for every refusal. */
#include <libhttp/http.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "support/modes.h"
#include "support/patience.h"
#include "tap.h"

#define CONNECT_T "CONNECT t.example:80 HTTP/1.1\r\nHost: t.example:80\r\n\r\n"
#define OPENED    "HTTP/1.1 200 Connection established\r\n\r\n"
#define GET_T     "GET / HTTP/1.1\r\nHost: t.example\r\nAccept-Encoding: identity\r\n\r\n"
#define OK_BODY   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define OK_CLOSE  "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"

static struct client *tunnelled(enum drive_mode mode, const struct peer *peer, const char *host,
                                int32_t port, const libhttp_headers *headers)
{
    struct client *k = client_new(mode, peer, "proxy.example");

    if (libhttp_connection_set_tunnel(k->c, host, -1, port, headers) < 0)
        fail("C-55 set_tunnel to %s: %s", host, libhttp_connection_error(k->c));
    return k;
}

/* What the proxy may see, what the target, and all again after a reconnection. */
static void test_who_sees_what(enum drive_mode mode)
{
#define TO_PROXY                                                                                   \
    "CONNECT t.example:80 HTTP/1.1\r\nHost: t.example:80\r\nProxy-Authorization: Basic "           \
    "cHJveHk6cHc=\r\n"                                                                             \
    "X-Proxy: 1\r\n\r\n"
#define TO_TARGET                                                                                  \
    "GET / HTTP/1.1\r\nHost: t.example\r\nAccept-Encoding: identity\r\nAuthorization: Basic "      \
    "dGFyZ2V0\r\n\r\n"
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(TO_PROXY),
        PEER_NOTHING_ARRIVES(50),
        PEER_SEND("HTTP/1.1 200 Fine by me\r\nVia: 1.1 proxy\r\nContent-Length: 5\r\n\r\n"),
        PEER_EXPECT(TO_TARGET),
        PEER_SEND(OK_BODY),
        PEER_EXPECT(TO_TARGET),
        PEER_SEND(OK_CLOSE),
        PEER_EXPECT_CLOSE,
        PEER_ACCEPT,
        PEER_EXPECT(TO_PROXY),
        PEER_SEND(OPENED),
        PEER_EXPECT(TO_TARGET),
        PEER_SEND(OK_BODY),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    libhttp_headers *proxy, *target;
    struct client *k;

    libhttp_headers_new(&proxy);
    libhttp_headers_add(proxy, "Proxy-Authorization", -1, "Basic cHJveHk6cHc=", -1);
    libhttp_headers_add(proxy, "X-Proxy", -1, "1", -1);
    libhttp_headers_new(&target);
    libhttp_headers_add(target, "Authorization", -1, "Basic dGFyZ2V0", -1);
    k = tunnelled(mode, peer, "t.example", LIBHTTP_PORT_DEFAULT, proxy);
    libhttp_headers_free(proxy);
    is_str(libhttp_connection_tunnel_host(k->c, NULL), "t.example", "C-55 the tunnel's host, %s",
           k->name);
    client_request(k, "GET", "/", target, NULL, LIBHTTP_NO_BODY);
    client_answer(k, 200, "ok", "C-56 C-58 T-50 through a tunnel");
    is(libhttp_connection_tunnel_status(k->c), 200, "C-62 the proxy's status, %s", k->name);
    is_str(libhttp_connection_tunnel_reason(k->c), "Fine by me", "C-62 its reason, %s", k->name);
    ok(libhttp_headers_contains(libhttp_connection_tunnel_headers(k->c), "via", -1),
       "C-62 its fields, %s", k->name);
    client_failed(k, libhttp_connection_set_tunnel(k->c, "other.example", -1, 80, NULL),
                  LIBHTTP_E_STATE, "C-55 set_tunnel after connect");
    client_request(k, "GET", "/", target, NULL, LIBHTTP_NO_BODY);
    client_answer(k, 200, "ok", "T-50 the same connection again");
    client_renew(k);
    client_request(k, "GET", "/", target, NULL, LIBHTTP_NO_BODY);
    client_answer(k, 200, "ok", "T-50 after a reconnection");
    libhttp_headers_free(target);
    client_free(k);
    peer_finish(peer, "T-50 each its own fields, %s", drive_mode_name(mode));
}

struct head {
    const char *name;
    const char *host;
    int32_t port;
    const char *field; /* of the CONNECT request, or NULL */
    const char *value;
    const char *connect;
    const char *get_host;
};

static const struct head heads[] = {
    {"C-58 the default port", "t.example", LIBHTTP_PORT_DEFAULT, NULL, NULL,
     "CONNECT t.example:80 HTTP/1.1\r\nHost: t.example:80\r\n\r\n", "t.example"},
    {"C-58 a port in the text", "t.example:81", LIBHTTP_PORT_DEFAULT, NULL, NULL,
     "CONNECT t.example:81 HTTP/1.1\r\nHost: t.example:81\r\n\r\n", "t.example:81"},
    {"C-55 a port of its own", "t.example", 8443, NULL, NULL,
     "CONNECT t.example:8443 HTTP/1.1\r\nHost: t.example:8443\r\n\r\n", "t.example:8443"},
    {"C-56 IPv6 is bracketed in both", "2001:db8::1", 8080, NULL, NULL,
     "CONNECT [2001:db8::1]:8080 HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n\r\n",
     "[2001:db8::1]:8080"},
    {"C-56 IPv6 in brackets", "[2001:db8::1]:8080", LIBHTTP_PORT_DEFAULT, NULL, NULL,
     "CONNECT [2001:db8::1]:8080 HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n\r\n",
     "[2001:db8::1]:8080"},
    {"C-56 C-36 IDNA",
     "b\xc3\xbc"
     "cher.example",
     LIBHTTP_PORT_DEFAULT, NULL, NULL,
     "CONNECT xn--bcher-kva.example:80 HTTP/1.1\r\nHost: xn--bcher-kva.example:80\r\n\r\n",
     "xn--bcher-kva.example"},
    {"C-56 a Host of the caller's", "t.example", LIBHTTP_PORT_DEFAULT, "host", "other.example:1",
     "CONNECT t.example:80 HTTP/1.1\r\nhost: other.example:1\r\n\r\n", "t.example"},
};

static void test_heads(enum drive_mode mode)
{
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        const struct head *h = &heads[i];
        char get[200];
        struct peer_step steps[] = {
            PEER_EXPECT_BYTES(h->connect, strlen(h->connect)),
            PEER_SEND(OPENED),
            PEER_EXPECT_BYTES(get, 0),
            PEER_SEND(OK_BODY),
            PEER_EXPECT_CLOSE,
            PEER_END,
        };
        struct peer *peer;
        libhttp_headers *headers;
        struct client *k;

        steps[2].length = (size_t)snprintf(
            get, sizeof get, "GET / HTTP/1.1\r\nHost: %s\r\nAccept-Encoding: identity\r\n\r\n",
            h->get_host);
        peer = client_peer(steps);
        libhttp_headers_new(&headers);
        if (h->field != NULL)
            libhttp_headers_add(headers, h->field, -1, h->value, -1);
        k = tunnelled(mode, peer, h->host, h->port, headers);
        libhttp_headers_free(headers);
        client_get(k, "/", 200, "ok", "%s", h->name);
        client_free(k);
        peer_finish(peer, "%s; C-34 and the tunnel's host in the request, %s", h->name,
                    drive_mode_name(mode));
    }
}

/* What opens a tunnel and what doesn't. */
struct reply {
    const char *name;
    const char *bytes;
    int32_t error; /* LIBHTTP_OK: it opens */
    int32_t status;
};

/* The proxy's head fills what one receive takes: what is behind it has come, and was not seen. */
static char filling[LIMIT_RECEIVE + sizeof OK_BODY];

static void fill_receive(void)
{
    static const char from[] = "HTTP/1.1 200 OK\r\nVia: ";
    size_t length = sizeof from - 1;

    memset(filling, 'x', LIMIT_RECEIVE);
    memcpy(filling, from, length);
    memcpy(filling + LIMIT_RECEIVE - 4, "\r\n\r\n", 4);
    memcpy(filling + LIMIT_RECEIVE, OK_BODY, sizeof OK_BODY);
}

static const struct reply replies[] = {
    {"C-60 204 opens", "HTTP/1.1 204 No Content\r\n\r\n", LIBHTTP_OK, 204},
    {"C-60 299 opens", "HTTP/1.1 299 Whatever\r\n\r\n", LIBHTTP_OK, 299},
    {"C-60 chunked in a 2xx means nothing", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
     LIBHTTP_OK, 200},
    {"C-60 HTTP/1.0 opens", "HTTP/1.0 200 OK\r\n\r\n", LIBHTTP_OK, 200},
    {"C-61 1xx before it",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
     LIBHTTP_OK, 200},
    {"C-60 T-50 300 doesn't", "HTTP/1.1 300 Multiple Choices\r\n\r\n", LIBHTTP_E_TUNNEL_FAILED,
     300},
    {"C-60 T-30 407",
     "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n"
     "Content-Length: 4\r\n\r\nauth",
     LIBHTTP_E_TUNNEL_FAILED, 407},
    {"C-60 302", "HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\n\r\n",
     LIBHTTP_E_TUNNEL_FAILED, 302},
    {"C-60 502", "HTTP/1.1 502 Bad Gateway\r\n\r\n", LIBHTTP_E_TUNNEL_FAILED, 502},
    {"C-60 101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", LIBHTTP_E_TUNNEL_FAILED,
     101},
    {"T-30 garbage", "220 mail.example ESMTP\r\n\r\n", LIBHTTP_E_BAD_STATUS_LINE, 0},
    {"T-30 HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", LIBHTTP_E_UNKNOWN_PROTOCOL, 0},
    {"T-30 a malformed field", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", LIBHTTP_E_BAD_HEADER, 0},
    {"T-45 bytes behind the proxy's head",
     OPENED "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", LIBHTTP_E_TUNNEL_FAILED, 200},
    {"T-45 bytes behind the head that another receive would bring", filling,
     LIBHTTP_E_TUNNEL_FAILED, 200},
};

static void check_refused(struct client *k, const struct reply *reply)
{
    libhttp_response *r = NULL;
    libhttp_headers *secret;
    int32_t status;

    libhttp_headers_new(&secret);
    libhttp_headers_add(secret, "Authorization", -1, "secret", -1);
    status = client_request(k, "GET", "/", secret, NULL, LIBHTTP_NO_BODY);
    libhttp_headers_free(secret);
    client_failed(k, status, reply->error, "%s", reply->name);
    is(libhttp_connection_tunnel_status(k->c), reply->status, "%s: the status, %s", reply->name,
       k->name);
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "%s: C-23 idle, %s", reply->name,
       k->name);
    is(libhttp_connection_is_open(k->c), 0, "%s: closed, %s", reply->name, k->name);
    ok(client_getresponse(k, &r) < 0 && r == NULL, "%s: no response, %s", reply->name, k->name);
    if (reply->status == 407) {
        is_str(libhttp_connection_tunnel_reason(k->c), "Proxy Authentication Required",
               "C-60 its reason, %s", k->name);
        ok(libhttp_headers_contains(libhttp_connection_tunnel_headers(k->c), "Proxy-Authenticate",
                                    -1),
           "C-62 its fields, %s", k->name);
    }
}

static void test_replies(enum drive_mode mode)
{
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        const struct reply *reply = &replies[i];
        bool opens = reply->error == LIBHTTP_OK;
        /* Refused: nothing more arrives on that connection, and the next one works. */
        struct peer_step opened[] = {
            PEER_EXPECT(CONNECT_T), PEER_SEND_BYTES(reply->bytes, strlen(reply->bytes)),
            PEER_EXPECT(GET_T),     PEER_SEND(OK_BODY),
            PEER_EXPECT_CLOSE,      PEER_END,
        };
        struct peer_step refused[] = {
            PEER_EXPECT(CONNECT_T), PEER_SEND_BYTES(reply->bytes, strlen(reply->bytes)),
            PEER_EXPECT_CLOSE,      PEER_ACCEPT,
            PEER_EXPECT(CONNECT_T), PEER_SEND(OPENED),
            PEER_EXPECT(GET_T),     PEER_SEND(OK_BODY),
            PEER_EXPECT_CLOSE,      PEER_END,
        };
        struct peer *peer = client_peer(opens ? opened : refused);
        struct client *k = tunnelled(mode, peer, "t.example", LIBHTTP_PORT_DEFAULT, NULL);

        if (!opens) {
            check_refused(k, reply);
            client_renew(k);
        }
        client_get(k, "/", 200, "ok", "%s%s", reply->name,
                   opens ? "" : ": T-30 then tunnelled again");
        if (opens)
            is(libhttp_connection_tunnel_status(k->c), reply->status, "%s: C-62 its status, %s",
               reply->name, k->name);
        client_free(k);
        peer_finish(peer, "%s: nothing of the inner request went to the proxy, %s", reply->name,
                    drive_mode_name(mode));
    }
}

/* The proxy's head cut at every byte. */
static void test_cut(enum drive_mode mode)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nVia: x\r\n\r\n";
    enum { LENGTH = sizeof head - 1 };
    static struct peer_step steps[LENGTH * 4 + 6];
    struct peer *peer;
    struct client *k;
    int n = 0;
    int errors = 0;

    for (int i = 0; i < LENGTH; i++) {
        steps[n++] = (struct peer_step)PEER_EXPECT(CONNECT_T);
        steps[n++] = (struct peer_step)PEER_SEND_BYTES(head, i);
        steps[n++] = (struct peer_step)PEER_CLOSE;
        steps[n++] = (struct peer_step)PEER_ACCEPT;
    }
    steps[n++] = (struct peer_step)PEER_EXPECT(CONNECT_T);
    steps[n++] = (struct peer_step)PEER_SEND(OPENED);
    steps[n++] = (struct peer_step)PEER_EXPECT(GET_T);
    steps[n++] = (struct peer_step)PEER_SEND(OK_BODY);
    steps[n++] = (struct peer_step)PEER_EXPECT_CLOSE;
    steps[n] = (struct peer_step)PEER_END;
    peer = client_peer(steps);
    k = tunnelled(mode, peer, "t.example", LIBHTTP_PORT_DEFAULT, NULL);
    for (int i = 0; i < LENGTH; i++) {
        int32_t status = client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);

        errors += status < 0 && libhttp_connection_state(k->c) == LIBHTTP_STATE_IDLE &&
                  libhttp_connection_tunnel_headers(k->c) == NULL;
        if (status == LIBHTTP_OK)
            diag("no error when cut at byte %d", i);
        client_renew(k);
    }
    is(errors, LENGTH, "T-30 T-19 an error wherever the proxy's head is cut, %s", k->name);
    client_get(k, "/", 200, "ok", "T-30 then tunnelled again");
    client_free(k);
    peer_finish(peer, "T-30 the peer's side, %s", drive_mode_name(mode));
}

static void test_bad_arguments(enum drive_mode mode)
{
    static const struct {
        const char *host;
        int64_t length;
        int32_t port;
    } bad[] = {
        {"", 0, 80},      {"a b", 3, 80},       {"a\r\nX: y", 7, 80}, {"a\n", 2, 80},
        {"a\0b", 3, 80},  {"a\x7f", 2, 80},     {"user@a", -1, 80},   {"a/b", -1, 80},
        {"a:x", -1, -1},  {"a:", -1, -1},       {"[::1", -1, 80},     {"a:99999", -1, -1},
        {"a%0d", -1, 80}, {"a?b", -1, 80},      {"a#b", -1, 80},      {"a", -1, 65536},
        {"a", -1, -2},    {"http://a", -1, -1}, {"a\\b", -1, 80},     {"a]", -1, 80},
        {"a\t", -1, 80},  {"a\x1f", -1, 80},
    };
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT("GET / HTTP/1.1\r\nHost: proxy.example\r\nAccept-Encoding: identity\r\n\r\n"),
        PEER_SEND(OK_BODY),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "proxy.example");
    libhttp_headers *headers;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int32_t status =
            libhttp_connection_set_tunnel(k->c, bad[i].host, bad[i].length, bad[i].port, NULL);

        ok(status == LIBHTTP_E_INVALID_URL || status == LIBHTTP_E_INVALID_ARGUMENT,
           "C-59 T-4 T-3 T-6 bad tunnel host %zu (%s), %s: %s", i,
           bad[i].host[0] < '!' ? "" : "printable", k->name, libhttp_error_name(status));
    }
    libhttp_headers_new(&headers);
    is(libhttp_headers_add(headers, "X", 1, "a\r\nb", 4), LIBHTTP_E_INVALID_ARGUMENT,
       "C-59 T-4 a tunnel's field, %s", k->name);
    libhttp_headers_free(headers);
    is(libhttp_connection_set_tunnel(k->c, "t.example", -1, 80, NULL), LIBHTTP_OK,
       "C-55 a good one, %s", k->name);
    is(libhttp_connection_set_tunnel(k->c, NULL, 0, -1, NULL), LIBHTTP_OK, "C-55 taken back, %s",
       k->name);
    ok(libhttp_connection_tunnel_host(k->c, NULL) == NULL, "C-55 there is none, %s", k->name);
    client_get(k, "/", 200, "ok", "C-55 straight to the host then");
    client_free(k);
    peer_finish(peer, "T-4 nothing else was sent, %s", drive_mode_name(mode));
}

/* The proxy's side speaks through the open tunnel before we do: at once, and long before. */
static void test_speaks_first(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(CONNECT_T),
        PEER_SEND(OPENED),
        PEER_GATE,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
        PEER_EXPECT_CLOSE,
        PEER_ACCEPT,
        PEER_EXPECT(CONNECT_T),
        PEER_SEND(OPENED),
        PEER_EXPECT(GET_T),
        PEER_SEND(OK_BODY),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = tunnelled(mode, peer, "t.example", LIBHTTP_PORT_DEFAULT, NULL);
    char bytes[100];
    int64_t taken;
    int fd;

    is(client_connect(k), LIBHTTP_OK, "T-45 the tunnel is open, %s", k->name);
    peer_open(peer);
    fd = mode == DRIVE_CARRIED ? k->socket : libhttp_connection_fileno(k->c);
    poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, PATIENCE_MS);
    if (mode == DRIVE_CARRIED) {
        libhttp_connection_feed(k->c, bytes, recv(fd, bytes, sizeof bytes, 0), &taken);
        client_failed(k, client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY),
                      LIBHTTP_E_NOT_CONNECTED, "T-45 what came through it before is an end of it");
        client_renew(k);
    }
    client_get(k, "/", 200, "ok", "T-45 what came through it before is never the answer");
    client_free(k);
    peer_finish(peer, "T-45 the peer's side, %s", drive_mode_name(mode));
}

int main(void)
{
    fill_receive();
    in_each_mode(test_who_sees_what);
    in_each_mode(test_heads);
    in_each_mode(test_replies);
    in_each_mode(test_cut);
    in_each_mode(test_bad_arguments);
    in_each_mode(test_speaks_first);
    return done_testing();
}
