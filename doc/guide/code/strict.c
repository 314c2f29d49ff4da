/* SPDX-License-Identifier: MIT */
/* strict URL CA-FILE: a page for a program that is given URLs by others. */
#include <libhttp/http.h>
#include <stdio.h>

/* Our own authority and no other, and TLS 1.3 at least. */
static libhttp_tls_config *trust(const char *ca_file)
{
    libhttp_tls_config *config = NULL;

    if (libhttp_tls_config_new(&config) == LIBHTTP_OK &&
        libhttp_tls_config_set_ca_file(config, ca_file, -1) == LIBHTTP_OK &&
        libhttp_tls_config_set_minimum_version(config, LIBHTTP_TLS_1_3) ==
            LIBHTTP_OK)
        return config;
    if (config)
        fprintf(stderr, "%s\n", libhttp_tls_config_error(config));
    libhttp_tls_config_free(config);
    return NULL;
}

/* Less of everything than by default: time, fields, bytes of a head. */
static int32_t restrain(libhttp_connection *conn)
{
    int32_t status;

    if ((status = libhttp_connection_set_timeout(conn, 5000)) < 0 ||
        (status = libhttp_connection_set_total_timeout(conn, 20000)) < 0 ||
        (status = libhttp_connection_set_max_headers(conn, 50)) < 0 ||
        (status = libhttp_connection_set_max_head(conn, 16384)) < 0)
        return status;
    return libhttp_connection_set_strict_reuse(conn, 1);
}

static int32_t fetch(libhttp_connection *conn, const libhttp_url *url)
{
    libhttp_response *response = NULL;
    const void *body;
    int64_t length;
    int32_t status;

    if ((status = libhttp_connection_request(
             conn, "GET", -1, libhttp_url_target(url, NULL), -1, NULL, NULL,
             LIBHTTP_NO_BODY)) < 0 ||
        (status = libhttp_connection_getresponse(conn, &response)) < 0) {
        fprintf(stderr, "%s\n", libhttp_connection_error(conn));
        return status;
    }
    status = libhttp_response_read_all(response, 100000, &body, &length);
    if (status == LIBHTTP_OK)
        fwrite(body, 1, (size_t)length, stdout);
    else
        fprintf(stderr, "%s\n", libhttp_response_error(response));
    libhttp_response_free(response);
    return status;
}

static int32_t visit(libhttp_connection *conn, libhttp_url *url,
                     libhttp_tls_config *config)
{
    int32_t status;

    if ((status = libhttp_connection_set_host(conn, libhttp_url_host(url, NULL),
                                              -1, libhttp_url_port(url))) < 0 ||
        (status = libhttp_connection_set_tls(conn, config)) < 0 ||
        (status = restrain(conn)) < 0) {
        fprintf(stderr, "%s\n", libhttp_connection_error(conn));
        return status;
    }
    return fetch(conn, url);
}

int main(int argc, char **argv)
{
    libhttp_connection *conn = NULL;
    libhttp_url *url = NULL;
    libhttp_tls_config *config;
    int failed = 1;

    if (argc != 3 || libhttp_connection_new(&conn) < 0 ||
        libhttp_url_new(&url) < 0)
        return 2;
    config = trust(argv[2]);
    if (libhttp_url_parse(url, argv[1], -1, 0) < 0)
        fprintf(stderr, "%s\n", libhttp_url_error(url));
    else if (!libhttp_url_is_tls(url))
        fprintf(stderr, "https URLs only\n");
    else if (config)
        failed = visit(conn, url, config) < 0;
    libhttp_tls_config_free(config);
    libhttp_url_free(url);
    libhttp_connection_free(conn);
    return failed;
}
