/* SPDX-License-Identifier: MIT */
/* fetch URL: prints a page and counts its bytes: fetch_curl.c, by libhttp. */
#include <libhttp/http.h>
#include <stdio.h>

static int32_t begin(libhttp_connection *conn, const libhttp_url *url)
{
    int32_t status;

    if ((status = libhttp_connection_set_host(conn, libhttp_url_host(url, NULL),
                                              -1, libhttp_url_port(url))) < 0 ||
        (status = libhttp_connection_set_connect_timeout(conn, 10000)) < 0 ||
        (status = libhttp_connection_set_total_timeout(conn, 60000)) < 0)
        return status;
    if (libhttp_url_is_tls(url) &&
        (status = libhttp_connection_set_tls(conn,
                                             libhttp_tls_config_default())) < 0)
        return status;
    return libhttp_connection_request(conn, "GET", -1,
                                      libhttp_url_target(url, NULL), -1, NULL,
                                      NULL, LIBHTTP_NO_BODY);
}

static int32_t print_body(libhttp_response *response)
{
    char block[65536];
    long long bytes = 0;
    int64_t got = 1;
    int32_t status = LIBHTTP_OK;

    while (status == LIBHTTP_OK && got > 0) {
        status = libhttp_response_read(response, block, sizeof block, &got);
        if (status == LIBHTTP_OK)
            bytes += (long long)fwrite(block, 1, (size_t)got, stdout);
    }
    if (status < 0)
        fprintf(stderr, "%s\n", libhttp_response_error(response));
    else
        fprintf(stderr, "%d, %lld bytes\n",
                (int)libhttp_response_status(response), bytes);
    return status;
}

int main(int argc, char **argv)
{
    libhttp_url *url = NULL;
    libhttp_connection *conn = NULL;
    libhttp_response *response = NULL;
    int32_t status = LIBHTTP_E_INVALID_URL;

    if (argc != 2 || libhttp_url_new(&url) < 0 ||
        libhttp_connection_new(&conn) < 0)
        return 2;
    if (libhttp_url_parse(url, argv[1], -1, 0) < 0)
        fprintf(stderr, "%s\n", libhttp_url_error(url));
    else if (begin(conn, url) < 0 ||
             libhttp_connection_getresponse(conn, &response) < 0)
        fprintf(stderr, "%s\n", libhttp_connection_error(conn));
    else
        status = print_body(response);
    libhttp_response_free(response);
    libhttp_connection_free(conn);
    libhttp_url_free(url);
    return status < 0;
}
