/* SPDX-License-Identifier: MIT */
/* TLS in a tunnel: under the target's name, and never before the proxy has opened it. */
#include <libhttp/http.h>
#include <string.h>

#include "support/certs.h"
#include "support/modes.h"
#include "tap.h"

#define TO_PROXY                                                                                   \
    "CONNECT t.example:443 HTTP/1.1\r\nHost: t.example:443\r\n"                                    \
    "Proxy-Authorization: Basic cHJveHk6cHc=\r\n\r\n"
#define TO_TARGET                                                                                  \
    "GET / HTTP/1.1\r\nHost: t.example\r\nAccept-Encoding: identity\r\n"                           \
    "Authorization: Basic dGFyZ2V0\r\n\r\n"
#define OPENED   "HTTP/1.1 200 Connection established\r\n\r\n"
#define OK_BODY  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define OK_CLOSE "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"

static libhttp_tls_config *config;
static struct peer_tls target, proxy; /* with the certificates of either */
static libhttp_headers *for_target;

static struct peer *start(const struct peer_tls *tls, const struct peer_step *steps)
{
    return peer_start_with(&(struct peer_options){.kind = PEER_UNIX, .tls = tls}, steps);
}

static struct client *tunnelled(enum drive_mode mode, const struct peer *peer)
{
    struct client *k = client_new(mode, peer, "proxy.example");
    libhttp_headers *for_proxy;

    libhttp_headers_new(&for_proxy);
    libhttp_headers_add(for_proxy, "Proxy-Authorization", -1, "Basic cHJveHk6cHc=", -1);
    if (libhttp_connection_set_tunnel(k->c, "t.example", -1, LIBHTTP_PORT_DEFAULT, for_proxy) < 0 ||
        libhttp_connection_set_tls(k->c, config) < 0)
        bail_out("no tunnel: %s", libhttp_connection_error(k->c));
    libhttp_headers_free(for_proxy);
    return k;
}

static int32_t get(struct client *k)
{
    return client_request(k, "GET", "/", for_target, NULL, LIBHTTP_NO_BODY);
}

/* Who is asked for, who sees what, and all again after a reconnection. */
static void test_inside(enum drive_mode mode)
{
    struct peer *peer = start(&target, (struct peer_step[]){
                                           PEER_EXPECT(TO_PROXY),
                                           PEER_SEND(OPENED),
                                           PEER_TLS,
                                           PEER_EXPECT(TO_TARGET),
                                           PEER_SEND(OK_CLOSE),
                                           PEER_EXPECT_CLOSE,
                                           PEER_ACCEPT,
                                           PEER_EXPECT(TO_PROXY),
                                           PEER_SEND(OPENED),
                                           PEER_TLS,
                                           PEER_EXPECT(TO_TARGET),
                                           PEER_SEND(OK_BODY),
                                           PEER_EXPECT_CLOSE,
                                           PEER_END,
                                       });
    struct client *k = tunnelled(mode, peer);

    get(k);
    client_answer(k, 200, "ok", "T-44 C-13 TLS inside a tunnel");
    is_str(peer_sni(peer), "t.example", "C-12 SNI is the tunnel's host, %s", k->name);
    client_renew(k);
    get(k);
    client_answer(k, 200, "ok", "T-50 and after a reconnection");
    client_free(k);
    peer_finish(peer, "T-44 T-50 each sees its own, %s", drive_mode_name(mode));
}

static void test_proxys_name(enum drive_mode mode)
{
    struct peer *peer = start(&proxy, (struct peer_step[]){
                                          PEER_EXPECT(TO_PROXY),
                                          PEER_SEND(OPENED),
                                          PEER_NO_TLS,
                                          PEER_END,
                                      });
    struct client *k = tunnelled(mode, peer);

    client_failed(k, get(k), LIBHTTP_E_CERTIFICATE,
                  "T-44 the proxy's name does not do for the target");
    client_free(k);
    peer_finish(peer, "T-44 the handshake fails, %s", drive_mode_name(mode));
}

/* What opens no tunnel: the proxy sees neither a handshake nor a request. */
static const struct refusal {
    const char *name;
    const char *bytes;
    size_t length;
    int32_t error;
} refusals[] = {
#define ANSWER(bytes) bytes, sizeof(bytes) - 1
    {"T-30 407",
     ANSWER("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 4\r\n\r\nauth"),
     LIBHTTP_E_TUNNEL_FAILED},
    {"T-30 502 that ends with the connection", ANSWER("HTTP/1.0 502 Bad Gateway\r\n\r\nno"),
     LIBHTTP_E_TUNNEL_FAILED},
    {"T-30 garbage", ANSWER("220 mail.example ESMTP\r\n\r\n"), LIBHTTP_E_BAD_STATUS_LINE},
    {"T-30 a handshake instead of an answer",
     ANSWER("\x16\x03\x03\x00\x7a\x02\x00\x00\x76\r\n\r\n"), LIBHTTP_E_BAD_STATUS_LINE},
    {"T-45 an answer behind the head", ANSWER(OPENED OK_BODY), LIBHTTP_E_TUNNEL_FAILED},
    {"T-45 a handshake behind the head", ANSWER(OPENED "\x16\x03\x03\x00\x7a\x02\x00\x00\x76"),
     LIBHTTP_E_TUNNEL_FAILED},
    {"T-45 an alert behind the head", ANSWER(OPENED "\x15\x03\x03\x00\x02\x02\x28"),
     LIBHTTP_E_TUNNEL_FAILED},
};

static void test_refused(enum drive_mode mode)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal *refusal = &refusals[i];
        struct peer *peer = start(&target, (struct peer_step[]){
                                               PEER_EXPECT(TO_PROXY),
                                               PEER_SEND_BYTES(refusal->bytes, refusal->length),
                                               PEER_EXPECT_CLOSE,
                                               PEER_ACCEPT,
                                               PEER_EXPECT(TO_PROXY),
                                               PEER_SEND(OPENED),
                                               PEER_TLS,
                                               PEER_EXPECT(TO_TARGET),
                                               PEER_SEND(OK_BODY),
                                               PEER_EXPECT_CLOSE,
                                               PEER_END,
                                           });
        struct client *k = tunnelled(mode, peer);
        libhttp_response *r = NULL;

        client_failed(k, get(k), refusal->error, "%s, TLS inside", refusal->name);
        ok(client_getresponse(k, &r) < 0 && r == NULL, "%s is no answer, %s", refusal->name,
           k->name);
        client_renew(k);
        get(k);
        client_answer(k, 200, "ok", "T-30 then tunnelled again");
        client_free(k);
        peer_finish(peer, "%s: nothing else went to the proxy, %s", refusal->name,
                    drive_mode_name(mode));
    }
}

/* The proxy may cut what it carries. */
static void test_cut(enum drive_mode mode)
{
    for (int notify = 0; notify < 2; notify++) {
        struct peer_step last = notify ? (struct peer_step)PEER_CLOSE : (struct peer_step)PEER_CUT;
        struct peer *peer = start(&target, (struct peer_step[]){
                                               PEER_EXPECT(TO_PROXY),
                                               PEER_SEND(OPENED),
                                               PEER_TLS,
                                               PEER_EXPECT(TO_TARGET),
                                               PEER_SEND("HTTP/1.1 200 OK\r\n\r\nok"),
                                               last,
                                               PEER_END,
                                           });
        struct client *k = tunnelled(mode, peer);
        libhttp_response *r = NULL;
        const void *data;
        int64_t length;

        get(k);
        is(client_getresponse(k, &r), LIBHTTP_OK, "T-46 a body until close, %s", k->name);
        is(client_read_all(k, r, 100, &data, &length),
           notify ? LIBHTTP_OK : LIBHTTP_E_INCOMPLETE_READ,
           "T-46 in a tunnel it ends by close_notify alone: %s, %s", notify ? "told" : "cut",
           k->name);
        libhttp_response_free(r);
        client_free(k);
        peer_finish(peer, "T-46 the peer's side, %s", drive_mode_name(mode));
    }
}

int main(void)
{
    struct cert *ca = cert_make_ca("tunnel authority");
    struct cert *of_target = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("t.example")}});
    struct cert *of_proxy = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("proxy.example")}});

    target = (struct peer_tls){
        .certificate = cert_file(of_target), .key = cert_key_file(of_target), .later = true};
    proxy = (struct peer_tls){
        .certificate = cert_file(of_proxy), .key = cert_key_file(of_proxy), .later = true};
    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_ca_file(config, cert_file(ca), -1);
    libhttp_headers_new(&for_target);
    libhttp_headers_add(for_target, "Authorization", -1, "Basic dGFyZ2V0", -1);
    in_each_mode(test_inside);
    in_each_mode(test_proxys_name);
    in_each_mode(test_refused);
    in_each_mode(test_cut);
    libhttp_headers_free(for_target);
    libhttp_tls_config_free(config);
    return done_testing();
}
