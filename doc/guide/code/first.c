/* SPDX-License-Identifier: MIT */
/* first HOST: prints the front page of a host, by https. */
#include <libhttp/http.h>
#include <stdio.h>

/* Fetches the page and gives the response; NULL where that failed. */
static libhttp_response *fetch(libhttp_connection *conn, const char *host)
{
    libhttp_response *response = NULL;

    if (libhttp_connection_set_host(conn, host, -1, LIBHTTP_PORT_DEFAULT) < 0 ||
        libhttp_connection_set_tls(conn, libhttp_tls_config_default()) < 0 ||
        libhttp_connection_request(conn, "GET", -1, "/", -1, NULL, NULL,
                                   LIBHTTP_NO_BODY) < 0 ||
        libhttp_connection_getresponse(conn, &response) < 0)
        fprintf(stderr, "%s\n", libhttp_connection_error(conn));
    return response;
}

static int32_t print_body(libhttp_response *response)
{
    char block[65536];
    int64_t got = 1;
    int32_t status = LIBHTTP_OK;

    while (status == LIBHTTP_OK && got > 0) {
        status = libhttp_response_read(response, block, sizeof block, &got);
        if (status == LIBHTTP_OK)
            fwrite(block, 1, (size_t)got, stdout);
    }
    if (status < 0)
        fprintf(stderr, "%s\n", libhttp_response_error(response));
    return status;
}

int main(int argc, char **argv)
{
    libhttp_connection *conn = NULL;
    libhttp_response *response;
    int failed;

    if (argc != 2 || libhttp_connection_new(&conn) < 0)
        return 2;
    response = fetch(conn, argv[1]);
    failed = !response || print_body(response) < 0;
    libhttp_response_free(response);
    libhttp_connection_free(conn);
    return failed;
}
