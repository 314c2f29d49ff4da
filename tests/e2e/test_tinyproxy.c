/* SPDX-License-Identifier: MIT */
/* A tunnel through tinyproxy, with and without credentials, to nginx, plain and with TLS. */
#include <libhttp/http.h>
#include <stdio.h>

#include "support/certs.h"
#include "support/modes.h"
#include "support/servers.h"
#include "tap.h"

static struct server *nginx, *open_proxy, *closed_proxy;
static libhttp_tls_config *config;

static struct client *through(enum drive_mode mode, const struct server *proxy, int port,
                              const libhttp_headers *headers)
{
    struct client *k = client_new_port(mode, tinyproxy_port(proxy), "proxy.example");

    is(libhttp_connection_set_tunnel(k->c, "127.0.0.1", -1, port, headers), LIBHTTP_OK,
       "C-55 set_tunnel, %s", k->name);
    return k;
}

static void test_open(enum drive_mode mode)
{
    struct client *k = through(mode, open_proxy, nginx_port(nginx), NULL);

    client_get(k, "/index.html", 200, "Hello from nginx\n", "C-55 through tinyproxy");
    client_get(k, "/index.html", 200, "Hello from nginx\n", "C-55 and again");
    is(libhttp_connection_tunnel_status(k->c), 200, "C-62 its status, %s", k->name);
    client_free(k);
}

static void test_tls(enum drive_mode mode)
{
    struct client *k = through(mode, open_proxy, nginx_tls13_port(nginx), NULL);

    libhttp_connection_set_tls(k->c, config);
    client_get(k, "/index.html", 200, "Hello from nginx\n", "T-44 TLS through tinyproxy");
    is_str(libhttp_connection_tls_version(k->c), "TLSv1.3", "C-129 its version, %s", k->name);
    client_free(k);
}

static void test_credentials(enum drive_mode mode)
{
    struct client *k = through(mode, closed_proxy, nginx_port(nginx), NULL);
    libhttp_headers *headers;
    int32_t status = client_request(k, "GET", "/index.html", NULL, NULL, LIBHTTP_NO_BODY);

    client_failed(k, status, LIBHTTP_E_TUNNEL_FAILED, "C-60 without credentials");
    ok(libhttp_connection_tunnel_status(k->c) == 407 ||
           libhttp_connection_tunnel_status(k->c) == 401,
       "C-60 tinyproxy asks for them, %s: %d", k->name, libhttp_connection_tunnel_status(k->c));
    client_free(k);
    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "Proxy-Authorization", -1, "Basic dXNlcjpzZWNyZXQ=", -1);
    k = through(mode, closed_proxy, nginx_port(nginx), headers);
    client_get(k, "/index.html", 200, "Hello from nginx\n", "C-60 T-50 with credentials");
    libhttp_headers_free(headers);
    client_free(k);
}

/* Plain HTTP through a proxy needs no tunnel (C-128). */
static void test_absolute_form(enum drive_mode mode)
{
    struct client *k = client_new_port(mode, tinyproxy_port(open_proxy), "proxy.example");
    char target[100];

    snprintf(target, sizeof target, "http://127.0.0.1:%d/index.html", nginx_port(nginx));
    client_get(k, target, 200, "Hello from nginx\n", "C-128 C-34 the absolute form");
    client_free(k);
}

static void test_unreachable(enum drive_mode mode)
{
    struct client *k = through(mode, open_proxy, 1, NULL);
    int32_t status = client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);

    client_failed(k, status, LIBHTTP_E_TUNNEL_FAILED, "C-60 a target that can't be reached");
    ok(libhttp_connection_tunnel_status(k->c) >= 500, "C-60 the proxy's status, %s: %d", k->name,
       libhttp_connection_tunnel_status(k->c));
    client_free(k);
}

int main(void)
{
    struct cert *ca = cert_make_ca("tinyproxy authority");
    struct cert *leaf = cert_make_local(ca);

    nginx = nginx_start(
        &(struct nginx_options){.certificate = cert_file(leaf), .key = cert_key_file(leaf)});
    open_proxy = tinyproxy_start(NULL, NULL);
    closed_proxy = tinyproxy_start("user", "secret");
    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_ca_file(config, cert_file(ca), -1);
    in_each_mode(test_open);
    in_each_mode(test_tls);
    in_each_mode(test_credentials);
    in_each_mode(test_absolute_form);
    in_each_mode(test_unreachable);
    libhttp_tls_config_free(config);
    server_stop(closed_proxy);
    server_stop(open_proxy);
    server_stop(nginx);
    return done_testing();
}
