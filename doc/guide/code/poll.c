/* SPDX-License-Identifier: MIT */
/* poll HOST TARGET: a page, by calls that never wait; poll(2) does. */
#include <libhttp/http.h>
#include <poll.h>
#include <stdio.h>

static void wait_for(const libhttp_connection *conn)
{
    struct pollfd one = {0};
    int32_t fd, events;
    int64_t ms;

    libhttp_connection_wait(conn, &fd, &events, &ms, NULL);
    one.fd = fd;
    if (events & LIBHTTP_WAIT_READ)
        one.events |= POLLIN;
    if (events & LIBHTTP_WAIT_WRITE)
        one.events |= POLLOUT;
    poll(&one, 1, ms > 60000 ? 60000 : (int)ms);
}

static int32_t begin(libhttp_connection *conn, const char *host,
                     const char *target)
{
    int32_t status;

    if ((status = libhttp_connection_set_host(conn, host, -1,
                                              LIBHTTP_PORT_DEFAULT)) < 0 ||
        (status = libhttp_connection_set_tls(
             conn, libhttp_tls_config_default())) < 0 ||
        (status = libhttp_connection_set_mode(conn, LIBHTTP_MODE_NONBLOCKING)) <
            0)
        return status;
    return libhttp_connection_request(conn, "GET", -1, target, -1, NULL, NULL,
                                      LIBHTTP_NO_BODY);
}

static int32_t print_body(libhttp_connection *conn, libhttp_response *response)
{
    char block[65536];
    int64_t got = 1;
    int32_t status = LIBHTTP_OK;

    while (status >= 0 && got > 0) {
        status = libhttp_response_read(response, block, sizeof block, &got);
        if (status == LIBHTTP_AGAIN)
            wait_for(conn);
        else if (status == LIBHTTP_OK)
            fwrite(block, 1, (size_t)got, stdout);
    }
    if (status < 0)
        fprintf(stderr, "%s\n", libhttp_response_error(response));
    return status;
}

int main(int argc, char **argv)
{
    libhttp_connection *conn = NULL;
    libhttp_response *response = NULL;
    int32_t status;

    if (argc != 3 || libhttp_connection_new(&conn) < 0)
        return 2;
    status = begin(conn, argv[1], argv[2]);
    while (status >= 0 && (status = libhttp_connection_getresponse(
                               conn, &response)) == LIBHTTP_AGAIN)
        wait_for(conn);
    if (status < 0)
        fprintf(stderr, "%s\n", libhttp_connection_error(conn));
    else
        status = print_body(conn, response);
    libhttp_response_free(response);
    libhttp_connection_free(conn);
    return status < 0;
}
