/* SPDX-License-Identifier: MIT */
/* carried HOST PORT: a page by https, over a socket that is the program's. */
#include <libhttp/http.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sends all that the library has to send; -1 where the socket is dead. */
static int carry_out(libhttp_connection *conn, int fd)
{
    const void *data;
    int64_t length;
    ssize_t sent;

    while (libhttp_connection_take(conn, &data, &length) == LIBHTTP_OK &&
           length > 0) {
        sent = send(fd, data, (size_t)length, MSG_NOSIGNAL);
        if (sent < 0 || libhttp_connection_took(conn, sent) < 0)
            return -1;
    }
    return 0;
}

/* Receives once, and hands it over. A call that gave AGAIN has used up what
 * was fed before, so that a piece as small as this always fits. */
static int carry_in(libhttp_connection *conn, int fd)
{
    char piece[16384];
    int64_t taken;
    ssize_t got = recv(fd, piece, sizeof piece, 0);

    if (got < 0)
        return -1;
    if (got == 0)
        return libhttp_connection_feed_eof(conn) < 0 ? -1 : 0;
    if (libhttp_connection_feed(conn, piece, got, &taken) < 0 || taken != got)
        return -1;
    return 0;
}

/* After AGAIN: moves bytes both ways; the library knows the time it has. */
static int carry(libhttp_connection *conn, int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};
    int32_t events;
    int64_t ms;

    if (carry_out(conn, fd) < 0)
        return -1;
    libhttp_connection_wait(conn, NULL, &events, &ms, NULL);
    if (events & LIBHTTP_WAIT_READ &&
        poll(&one, 1, ms > 60000 ? 60000 : (int)ms) > 0)
        return carry_in(conn, fd);
    return 0;
}

static int32_t fetch(libhttp_connection *conn, int fd, libhttp_response **ret)
{
    int32_t status;

    status = libhttp_connection_request(conn, "GET", -1, "/", -1, NULL, NULL,
                                        LIBHTTP_NO_BODY);
    while (status >= 0 && (status = libhttp_connection_getresponse(
                               conn, ret)) == LIBHTTP_AGAIN)
        if (carry(conn, fd) < 0)
            return LIBHTTP_E_OS;
    return status;
}

static int32_t print_body(libhttp_connection *conn, int fd,
                          libhttp_response *response)
{
    char block[65536];
    int64_t got = 1;
    int32_t status = LIBHTTP_OK;

    while (status >= 0 && got > 0) {
        status = libhttp_response_read(response, block, sizeof block, &got);
        if (status == LIBHTTP_OK)
            fwrite(block, 1, (size_t)got, stdout);
        else if (status == LIBHTTP_AGAIN && carry(conn, fd) < 0)
            status = LIBHTTP_E_OS;
    }
    return status;
}

/* Any way to get a socket will do: this is the shortest. */
static int dial(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all, *one;
    int fd = -1;

    if (getaddrinfo(host, port, &hints, &all) != 0)
        return -1;
    for (one = all; one && fd < 0; one = one->ai_next) {
        fd = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, one->ai_addr, one->ai_addrlen) < 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(all);
    return fd;
}

int main(int argc, char **argv)
{
    libhttp_connection *conn = NULL;
    libhttp_response *response = NULL;
    int fd;
    int32_t status;

    if (argc != 3 || libhttp_connection_new(&conn) < 0 ||
        (fd = dial(argv[1], argv[2])) < 0)
        return 2;
    if ((status = libhttp_connection_set_host(conn, argv[1], -1,
                                              LIBHTTP_PORT_DEFAULT)) < 0 ||
        (status = libhttp_connection_set_tls(
             conn, libhttp_tls_config_default())) < 0 ||
        (status = libhttp_connection_set_carried(conn)) < 0 ||
        (status = fetch(conn, fd, &response)) < 0)
        fprintf(stderr, "%s\n", libhttp_connection_error(conn));
    else if ((status = print_body(conn, fd, response)) < 0)
        fprintf(stderr, "%s\n", libhttp_response_error(response));
    libhttp_response_free(response);
    libhttp_connection_free(conn);
    close(fd);
    return status < 0;
}
