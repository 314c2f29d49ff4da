/* SPDX-License-Identifier: MIT */
/*
 * T-7: whatever a URL looks like, the name that is looked up, the Host field, the name told to the
 * TLS server and the one that its certificate must have are one and the same; through a tunnel the
 * one that the proxy is told, too. The server's certificate has that name and no other.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "support/certs.h"
#include "support/conn.h"
#include "support/peer.h"
#include "support/sockets.h"
#include "tap.h"

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static char asked[300];

/* Every name is this machine; which was asked for is kept. */
__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **ret)
{
    int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    void *address = dlsym(RTLD_NEXT, "getaddrinfo");

    memcpy(&next, &address, sizeof next);
    snprintf(asked, sizeof asked, "%s", name);
    return next("127.0.0.1", service, hints, ret);
}

struct url {
    const char *before, *behind; /* the port stands between */
    const char *host;            /* as in Host; without brackets and a last dot it is the rest */
    const char *target;
};

static const struct url urls[] = {
    {"https://h.example:", "/a?b#c", "h.example", "/a?b"},
    {"HTTPS://H.Example:", "", "H.Example", "/"},
    {"https://h.example.:", "/", "h.example.", "/"},
    {"https://b\xc3\xbc\x63her.example:", "/", "xn--bcher-kva.example", "/"},
    {"https://B\xc3\x9c\x43HER.example:", "/", "xn--bcher-kva.example", "/"},
    {"https://bu\xcc\x88\x63her.example:", "/", "xn--bcher-kva.example", "/"},
    {"https://\xe2\x93\x97.example:", "/", "h.example", "/"},
    {"https://h\xe3\x80\x82\x65xample:", "/", "h.example", "/"},
    {"https://h\xc2\xad.example:", "/", "h.example", "/"},
    {"https://xn--bcher-kva.example:", "/", "xn--bcher-kva.example", "/"},
    {"https://h.example:", "?q=@evil.example/", "h.example", "/?q=@evil.example/"},
    {"https://h.example:", "/@evil.example:80/", "h.example", "/@evil.example:80/"},
    {"https://h.example:", "#@evil.example/", "h.example", "/"},
    {"https://h.example:", "/..//evil.example", "h.example", "/..//evil.example"},
    {"https://evil.example@h.example:", "/", "h.example", "/"},
    {"https://evil.example:443@h.example:", "/", "h.example", "/"},
    {"https://evil.example%2f@h.example:", "/", "h.example", "/"},
    {"https://127.0.0.1:", "/", "127.0.0.1", "/"},
    {"https://[::1]:", "/", "[::1]", "/"},
    {"https://[0:0:0:0:0:0:0:1]:", "/", "[0:0:0:0:0:0:0:1]", "/"},
};

static struct cert *ca;

/* Host as a certificate, a resolver and TLS know it. */
static void bare(const char *host, char *room)
{
    size_t length = strlen(host);

    if (host[0] == '[')
        memmove(room, host + 1, length -= 2);
    else
        memcpy(room, host, length);
    room[length] = '\0';
    if (length > 0 && room[length - 1] == '.')
        room[length - 1] = '\0';
}

static bool is_literal(const char *name)
{
    return strchr(name, ':') || strspn(name, "0123456789.") == strlen(name);
}

static struct peer *start(const char *name, bool tunnel)
{
    const struct peer_step direct[] = {PEER_READ_HEAD, PEER_SEND(ANSWER), PEER_WAIT_CLOSE,
                                       PEER_END};
    const struct peer_step proxied[] = {PEER_READ_HEAD,    PEER_SEND("HTTP/1.1 200 Opened\r\n\r\n"),
                                        PEER_TLS,          PEER_READ_HEAD,
                                        PEER_SEND(ANSWER), PEER_WAIT_CLOSE,
                                        PEER_END};
    struct cert_spec spec = {.san = {{is_literal(name) ? SAN_KIND_IP : SAN_KIND_DNS, name,
                                      (int)strlen(name), !is_literal(name)}}};
    struct cert *leaf = cert_make(ca, &spec);
    struct peer_tls tls = {
        .certificate = cert_file(leaf), .key = cert_key_file(leaf), .later = tunnel};
    struct peer_options options = {.kind = strchr(name, ':') && !tunnel ? PEER_TCP6 : PEER_TCP,
                                   .tls = &tls};

    return peer_start_with(&options, tunnel ? proxied : direct);
}

/* To the URL's host, straight or through the peer as a proxy. */
static libhttp_connection *connection_for(const libhttp_url *url, const struct peer *peer,
                                          bool tunnel)
{
    libhttp_connection *c = conn_new(0, LIBHTTP_MODE_BLOCKING);
    const char *host = libhttp_url_host(url, NULL);
    int32_t port = libhttp_url_port(url);

    is(tunnel ? libhttp_connection_set_host(c, "proxy.example", -1, peer_port(peer))
              : libhttp_connection_set_host(c, host, -1, port),
       LIBHTTP_OK, "T-7 a host");
    if (tunnel)
        is(libhttp_connection_set_tunnel(c, host, -1, port, NULL), LIBHTTP_OK, "T-7 a tunnel");
    return c;
}

static void check_sent(struct peer *peer, const struct url *u, bool tunnel, const char *name)
{
    char wanted[1000];
    size_t length;
    const char *got = peer_received(peer, &length);
    int port = peer_port(peer), n = 0;

    if (tunnel)
        n = snprintf(wanted, sizeof wanted, "CONNECT %s:%d HTTP/1.1\r\nHost: %s:%d\r\n\r\n",
                     u->host, port, u->host, port);
    snprintf(wanted + n, sizeof wanted - (size_t)n,
             "GET %s HTTP/1.1\r\nHost: %s:%d\r\nAccept-Encoding: identity\r\n\r\n", u->target,
             u->host, port);
    is_mem(got, length, wanted, strlen(wanted), "T-7 %s: Host is it", u->host);
    is_str(peer_sni(peer), is_literal(name) ? "" : name, "T-7 T-42 %s: the server is told it",
           u->host);
}

static void check(const struct url *u, bool tunnel)
{
    char name[300], text[300], body[8];
    struct peer *peer;
    libhttp_url *url = NULL;
    libhttp_tls_config *config = NULL;
    libhttp_connection *c;

    bare(u->host, name);
    peer = start(name, tunnel);
    snprintf(text, sizeof text, "%s%d%s", u->before, peer_port(peer), u->behind);
    libhttp_url_new(&url);
    is(libhttp_url_parse(url, text, -1, LIBHTTP_URL_ALLOW_USER), LIBHTTP_OK, "T-7 %s", u->host);
    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_ca_file(config, cert_file(ca), -1);
    c = connection_for(url, peer, tunnel);
    libhttp_connection_set_tls(c, config);
    asked[0] = '\0';
    is(conn_get(c, libhttp_url_target(url, NULL), body, sizeof body), 2,
       "T-7 %s: the certificate has it: %s", u->host, libhttp_connection_error(c));
    check_sent(peer, u, tunnel, name);
    if (tunnel)
        is_str(asked, "proxy.example", "T-7 only the proxy is looked up");
    else
        is_str(asked, is_literal(name) ? "" : u->host, "T-7 %s: it is looked up", u->host);
    libhttp_connection_free(c);
    libhttp_tls_config_free(config);
    libhttp_url_free(url);
    peer_finish(peer, "T-7 %s: the server's side", u->host);
}

int main(void)
{
    ca = cert_make_ca("one authority");
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        if (urls[i].host[0] != '[' || has_ipv6_loopback())
            check(&urls[i], false);
        check(&urls[i], true);
    }
    return done_testing();
}
