/* SPDX-License-Identifier: MIT */
/* get URL [CA-FILE]: fetches a page and prints its status, its fields and its body: http.client's
 * first session. */
#include <libhttp/http.h>
#include <stdio.h>

#include "common.h"

static int fetch(libhttp_connection *conn, const libhttp_url *url)
{
    libhttp_response *response = NULL;
    char block[65536];
    int64_t got;
    int32_t status;

    if (libhttp_connection_request(conn, "GET", -1, libhttp_url_target(url, NULL), -1, NULL, NULL,
                                   LIBHTTP_NO_BODY) < 0 ||
        libhttp_connection_getresponse(conn, &response) < 0)
        return complain(libhttp_connection_error(conn));
    print_head(response);
    while ((status = libhttp_response_read(response, block, sizeof block, &got)) == LIBHTTP_OK &&
           got > 0)
        fwrite(block, 1, (size_t)got, stdout);
    if (status < 0)
        complain(libhttp_response_error(response));
    libhttp_response_free(response);
    return finish_printing() || status < 0;
}

int main(int argc, char **argv)
{
    libhttp_url *url;
    libhttp_connection *conn;
    int failed;

    if (argc < 2 || argc > 3)
        return usage("get URL [CA-FILE]");
    url = parse_url(argv[1]);
    conn = connection_to(url, argv[2]);
    failed = fetch(conn, url);
    libhttp_connection_free(conn);
    libhttp_url_free(url);
    return failed;
}
