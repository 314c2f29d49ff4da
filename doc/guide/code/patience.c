/* SPDX-License-Identifier: MIT */
/* patience MILLISECONDS HOST TARGET: a page, in time or not at all. */
#include <libhttp/http.h>
#include <stdio.h>
#include <stdlib.h>

static int32_t fetch(libhttp_connection *conn, const char *target)
{
    libhttp_response *response = NULL;
    const void *body;
    int64_t length;
    int32_t status;

    status = libhttp_connection_request(conn, "GET", -1, target, -1, NULL, NULL,
                                        LIBHTTP_NO_BODY);
    if (status == LIBHTTP_OK)
        status = libhttp_connection_getresponse(conn, &response);
    if (status == LIBHTTP_OK)
        status = libhttp_response_read_all(response, 1000000, &body, &length);
    if (status == LIBHTTP_OK)
        fwrite(body, 1, (size_t)length, stdout);
    else
        fprintf(stderr, "%s: %s\n", libhttp_error_name(status),
                response ? libhttp_response_error(response)
                         : libhttp_connection_error(conn));
    libhttp_response_free(response);
    return status;
}

/* A GET may be made again where the server or the net was at fault. */
static int worth_another_try(int32_t status)
{
    return libhttp_error_is(status, LIBHTTP_E_REMOTE_DISCONNECTED) ||
           libhttp_error_is(status, LIBHTTP_E_TIMEOUT);
}

int main(int argc, char **argv)
{
    libhttp_connection *conn = NULL;
    int32_t status;

    if (argc != 4 || libhttp_connection_new(&conn) < 0)
        return 2;
    if ((status = libhttp_connection_set_host(conn, argv[2], -1,
                                              LIBHTTP_PORT_DEFAULT)) < 0 ||
        (status = libhttp_connection_set_tls(
             conn, libhttp_tls_config_default())) < 0 ||
        (status = libhttp_connection_set_total_timeout(
             conn, strtoll(argv[1], NULL, 10))) < 0)
        fprintf(stderr, "%s\n", libhttp_connection_error(conn));
    else if ((status = fetch(conn, argv[3])) < 0 && worth_another_try(status))
        status = fetch(conn, argv[3]);
    libhttp_connection_free(conn);
    return status < 0;
}
