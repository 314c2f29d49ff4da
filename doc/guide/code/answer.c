/* SPDX-License-Identifier: MIT */
/* answer HOST TARGET...: tells of several pages, all over one connection. */
#include <libhttp/http.h>
#include <stdio.h>

static void print_fields(const libhttp_headers *fields)
{
    for (int32_t i = 0; i < libhttp_headers_count(fields); i++)
        printf("  %s: %s\n", libhttp_headers_name(fields, i, NULL),
               libhttp_headers_value(fields, i, NULL));
}

static int32_t print_answer(libhttp_response *response)
{
    const char *type;
    const void *body;
    int64_t length;
    int32_t status;

    printf("%s: %d %s\n", libhttp_response_url(response),
           (int)libhttp_response_status(response),
           libhttp_response_reason(response));
    print_fields(libhttp_response_headers(response));
    status = libhttp_response_getheader(response, "content-type", -1, "unknown",
                                        -1, &type, NULL);
    if (status == LIBHTTP_OK)
        status = libhttp_response_read_all(response, 1000000, &body, &length);
    if (status == LIBHTTP_OK)
        printf("  %lld bytes of type %s\n", (long long)length, type);
    else
        fprintf(stderr, "%s\n", libhttp_response_error(response));
    return status;
}

static int32_t ask(libhttp_connection *conn, const char *target)
{
    libhttp_response *response = NULL;
    int32_t status;

    status = libhttp_connection_request(conn, "GET", -1, target, -1, NULL, NULL,
                                        LIBHTTP_NO_BODY);
    if (status == LIBHTTP_OK)
        status = libhttp_connection_getresponse(conn, &response);
    if (status < 0)
        fprintf(stderr, "%s\n", libhttp_connection_error(conn));
    else
        status = print_answer(response);
    libhttp_response_free(response);
    return status;
}

int main(int argc, char **argv)
{
    libhttp_connection *conn = NULL;
    int failed = 0;

    if (argc < 3 || libhttp_connection_new(&conn) < 0)
        return 2;
    if (libhttp_connection_set_host(conn, argv[1], -1, LIBHTTP_PORT_DEFAULT) <
            0 ||
        libhttp_connection_set_tls(conn, libhttp_tls_config_default()) < 0) {
        fprintf(stderr, "%s\n", libhttp_connection_error(conn));
        failed = 1;
    }
    for (int i = 2; i < argc && !failed; i++)
        failed = ask(conn, argv[i]) < 0;
    libhttp_connection_free(conn);
    return failed;
}
