/* SPDX-License-Identifier: MIT */
/* libhttp as its users have it: its defaults, all deadlines set, TLS verified. */
#include <fcntl.h>
#include <libhttp/http.h>
#include <unistd.h>

#include "client.h"

/* The library's own handle is the client. */
struct client;

static libhttp_tls_config *tls;
static libhttp_response *last; /* where responses are held */

static libhttp_connection *handle(struct client *c)
{
    return (libhttp_connection *)(void *)c;
}

static void check(libhttp_connection *connection, int32_t status)
{
    if (status < 0)
        client_fail(libhttp_connection_error(connection));
}

void client_start(const struct work *w)
{
    if (w->tls && (libhttp_tls_config_new(&tls) < 0 ||
                   libhttp_tls_config_set_ca_file(tls, w->ca_file, -1) < 0))
        client_fail("tls_config");
}

struct client *client_open(const struct work *w)
{
    libhttp_connection *c;

    if (libhttp_connection_new(&c) < 0)
        client_fail("no memory");
    check(c, libhttp_connection_set_host(c, w->host, -1, w->port));
    check(c, libhttp_connection_set_total_timeout(c, 600000));
    if (w->path[1] == 'f')
        check(c, libhttp_connection_set_max_headers(c, 100000));
    if (w->tls)
        check(c, libhttp_connection_set_tls(c, tls));
    return (struct client *)(void *)c;
}

static void put(libhttp_connection *c, const struct work *w)
{
    int fd = open(w->upload, O_RDONLY | O_CLOEXEC);

    check(c, libhttp_connection_request_fd(c, "PUT", -1, w->path, -1, NULL, fd,
                                           LIBHTTP_LENGTH_UNKNOWN));
    close(fd);
}

long client_do(struct client *client, const struct work *w)
{
    static char buffer[BUFFER];
    libhttp_connection *c = handle(client);
    libhttp_response *response;
    int64_t got;
    long all = 0;
    int32_t status;

    if (w->upload)
        put(c, w);
    else
        check(c,
              libhttp_connection_request(c, "GET", -1, w->path, -1, NULL, NULL, LIBHTTP_NO_BODY));
    check(c, libhttp_connection_getresponse(c, &response));
    while ((status = libhttp_response_read(response, buffer, sizeof buffer, &got)) == 0 && got > 0)
        all += (long)got;
    if (status < 0)
        client_fail(libhttp_response_error(response));
    if (w->holds_response)
        last = response;
    else
        libhttp_response_free(response);
    if (w->each_anew)
        check(c, libhttp_connection_close(c));
    return all;
}

const char *client_field(struct client *c, const char *name)
{
    const char *value;

    (void)c;
    if (libhttp_response_getheader(last, name, -1, NULL, 0, &value, NULL) < 0)
        client_fail(libhttp_response_error(last));
    return value;
}

void client_trim(struct client *c)
{
    check(handle(c), libhttp_connection_trim(handle(c)));
}

void client_close(struct client *c)
{
    libhttp_response_free(last);
    libhttp_connection_free(handle(c));
}
