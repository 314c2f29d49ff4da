/* SPDX-License-Identifier: MIT */
/* libhttp as its users have it: its defaults, all deadlines set, TLS verified. */
#include <fcntl.h>
#include <libhttp/http.h>
#include <unistd.h>

#include "client.h"

static libhttp_connection *connection;

static void check(int32_t status)
{
    if (status < 0)
        client_fail(libhttp_connection_error(connection));
}

static void set_tls(const struct work *w)
{
    libhttp_tls_config *config;

    if (libhttp_tls_config_new(&config) < 0 ||
        libhttp_tls_config_set_ca_file(config, w->ca_file, -1) < 0)
        client_fail("tls_config");
    check(libhttp_connection_set_tls(connection, config));
    libhttp_tls_config_free(config);
}

void client_start(const struct work *w)
{
    if (libhttp_connection_new(&connection) < 0)
        client_fail("no memory");
    check(libhttp_connection_set_host(connection, w->tls ? "localhost" : "127.0.0.1", -1, w->port));
    check(libhttp_connection_add_address(connection, "127.0.0.1", -1));
    check(libhttp_connection_set_total_timeout(connection, 600000));
    if (w->tls)
        set_tls(w);
}

static void put(const struct work *w)
{
    int fd = open(w->upload, O_RDONLY | O_CLOEXEC);

    check(libhttp_connection_request_fd(connection, "PUT", -1, w->path, -1, NULL, fd,
                                        LIBHTTP_LENGTH_UNKNOWN));
    close(fd);
}

long client_do(const struct work *w)
{
    static char buffer[BUFFER];
    libhttp_response *response;
    int64_t got;
    long all = 0;
    int32_t status;

    if (w->upload)
        put(w);
    else
        check(libhttp_connection_request(connection, "GET", -1, w->path, -1, NULL, NULL,
                                         LIBHTTP_NO_BODY));
    check(libhttp_connection_getresponse(connection, &response));
    while ((status = libhttp_response_read(response, buffer, sizeof buffer, &got)) == 0 && got > 0)
        all += (long)got;
    if (status < 0)
        client_fail(libhttp_response_error(response));
    libhttp_response_free(response);
    if (w->each_anew)
        check(libhttp_connection_close(connection));
    return all;
}

void client_end(void)
{
    libhttp_connection_free(connection);
}
