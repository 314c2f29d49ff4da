/* SPDX-License-Identifier: MIT */
/* head URL [CA-FILE]: the head of a page without the page: http.client's second session. */
#include <libhttp/http.h>
#include <stdio.h>

#include "common.h"

/* A response to HEAD never has a body, whatever its Content-Length says: reading gives nothing. */
static int show(libhttp_connection *conn, const libhttp_url *url)
{
    libhttp_response *response = NULL;
    const void *body;
    int64_t length;
    int failed = 0;

    if (libhttp_connection_request(conn, "HEAD", -1, libhttp_url_target(url, NULL), -1, NULL, NULL,
                                   LIBHTTP_NO_BODY) < 0 ||
        libhttp_connection_getresponse(conn, &response) < 0)
        return complain(libhttp_connection_error(conn));
    print_head(response);
    if (libhttp_response_read_all(response, 1000, &body, &length) == LIBHTTP_OK)
        printf("The body has %lld bytes.\n", (long long)length);
    else
        failed = complain(libhttp_response_error(response));
    libhttp_response_free(response);
    return finish_printing() || failed;
}

int main(int argc, char **argv)
{
    libhttp_url *url;
    libhttp_connection *conn;
    int failed;

    if (argc < 2 || argc > 3)
        return usage("head URL [CA-FILE]");
    url = parse_url(argv[1]);
    conn = connection_to(url, argv[2]);
    failed = show(conn, url);
    libhttp_connection_free(conn);
    libhttp_url_free(url);
    return failed;
}
