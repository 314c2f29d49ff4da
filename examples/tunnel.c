/* SPDX-License-Identifier: MIT */
/* tunnel PROXY-URL URL [CA-FILE]: fetches an https page through a proxy, which sees only that. */
#include <libhttp/http.h>
#include <stdio.h>

#include "common.h"

/*
 * The connection's host is the proxy; TLS is spoken inside the tunnel, and the certificate has to
 * be the target's.
 */
static void lead_through(libhttp_connection *conn, const libhttp_url *url, const char *ca_file)
{
    if (libhttp_connection_set_tunnel(conn, libhttp_url_host(url, NULL), -1, libhttp_url_port(url),
                                      NULL) == LIBHTTP_OK)
        speak_tls(conn, ca_file);
}

static int fetch(libhttp_connection *conn, const libhttp_url *url)
{
    libhttp_response *response = NULL;

    if (libhttp_connection_request(conn, "GET", -1, libhttp_url_target(url, NULL), -1, NULL, NULL,
                                   LIBHTTP_NO_BODY) < 0 ||
        libhttp_connection_getresponse(conn, &response) < 0)
        return complain(libhttp_connection_error(conn));
    printf("Through %s:%d, which said %d %s:\n\n", libhttp_connection_host(conn),
           (int)libhttp_connection_port(conn), (int)libhttp_connection_tunnel_status(conn),
           libhttp_connection_tunnel_reason(conn));
    return print_response(response);
}

int main(int argc, char **argv)
{
    libhttp_url *proxy, *url;
    libhttp_connection *conn;
    int failed;

    if (argc < 3 || argc > 4)
        return usage("tunnel PROXY-URL URL [CA-FILE]");
    proxy = parse_url(argv[1]);
    url = parse_url(argv[2]);
    if (libhttp_url_is_tls(proxy) || !libhttp_url_is_tls(url))
        return usage("tunnel http://PROXY https://TARGET [CA-FILE]");
    conn = connection_to(proxy, NULL);
    lead_through(conn, url, argv[3]);
    failed = fetch(conn, url);
    libhttp_connection_free(conn);
    libhttp_url_free(url);
    libhttp_url_free(proxy);
    return failed;
}
