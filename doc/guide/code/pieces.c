/* SPDX-License-Identifier: MIT */
/* pieces HOST TARGET: puts standard input, piece by piece, as it comes. */
#include <libhttp/http.h>
#include <stdio.h>

static int32_t put_head(libhttp_connection *conn, const char *target)
{
    int32_t status;

    status = libhttp_connection_putrequest(conn, "PUT", -1, target, -1, 0);
    if (status == LIBHTTP_OK)
        status = libhttp_connection_putheader(conn, "Content-Type", -1,
                                              "text/plain", -1);
    if (status == LIBHTTP_OK)
        status = libhttp_connection_endheaders(conn, LIBHTTP_ENCODE_CHUNKED);
    return status;
}

static int32_t send_body(libhttp_connection *conn)
{
    char block[4096];
    int32_t status = LIBHTTP_OK;
    size_t length;

    while (status == LIBHTTP_OK &&
           (length = fread(block, 1, sizeof block, stdin)) > 0)
        status = libhttp_connection_send(conn, block, (int64_t)length, NULL);
    if (status == LIBHTTP_OK)
        status = libhttp_connection_finish(conn, NULL);
    /* The server didn't want all of it: that is an answer, and no failure. */
    return status == LIBHTTP_E_EARLY_RESPONSE ? LIBHTTP_OK : status;
}

int main(int argc, char **argv)
{
    libhttp_connection *conn = NULL;
    libhttp_response *response = NULL;

    if (argc != 3 || libhttp_connection_new(&conn) < 0)
        return 2;
    if (libhttp_connection_set_host(conn, argv[1], -1, LIBHTTP_PORT_DEFAULT) <
            0 ||
        libhttp_connection_set_tls(conn, libhttp_tls_config_default()) < 0 ||
        put_head(conn, argv[2]) < 0 || send_body(conn) < 0 ||
        libhttp_connection_getresponse(conn, &response) < 0)
        fprintf(stderr, "%s\n", libhttp_connection_error(conn));
    else
        printf("%d %s\n", (int)libhttp_response_status(response),
               libhttp_response_reason(response));
    libhttp_response_free(response);
    libhttp_connection_free(conn);
    return !response;
}
