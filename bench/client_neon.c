/* SPDX-License-Identifier: MIT */
/* neon: a session, timeouts set, TLS verified. */
#include <fcntl.h>
#include <ne_request.h>
#include <ne_session.h>
#include <ne_socket.h>
#include <ne_ssl.h>
#include <stdlib.h>
#include <unistd.h>

#include "client.h"

/* neon's own handle is the client. */
struct client;

static ne_ssl_certificate *authority;
static ne_request *last; /* where responses are held */

static ne_session *handle(struct client *c)
{
    return (ne_session *)(void *)c;
}

void client_start(const struct work *w)
{
    ne_sock_init();
    if (w->tls)
        authority = ne_ssl_cert_read(w->ca_file);
}

struct client *client_open(const struct work *w)
{
    ne_session *session = ne_session_create(w->tls ? "https" : "http", w->host, (unsigned)w->port);

    ne_set_read_timeout(session, 300);
    ne_set_connect_timeout(session, 30);
    if (w->tls)
        ne_ssl_trust_cert(session, authority);
    return (struct client *)(void *)session;
}

long client_do(struct client *c, const struct work *w)
{
    static char buffer[BUFFER];
    ne_session *session = handle(c);
    ne_request *request = ne_request_create(session, w->upload ? "PUT" : "GET", w->path);
    int fd = w->upload ? open(w->upload, O_RDONLY | O_CLOEXEC) : -1;
    long all = 0;
    ssize_t got;

    if (fd >= 0)
        ne_set_request_body_fd(request, fd, 0, w->upload_length);
    if (ne_begin_request(request) != NE_OK)
        client_fail(ne_get_error(session));
    while ((got = ne_read_response_block(request, buffer, sizeof buffer)) > 0)
        all += (long)got;
    if (got < 0 || ne_end_request(request) != NE_OK)
        client_fail(ne_get_error(session));
    if (w->holds_response)
        last = request;
    else
        ne_request_destroy(request);
    if (fd >= 0)
        close(fd);
    if (w->each_anew)
        ne_close_connection(session);
    return all;
}

const char *client_field(struct client *c, const char *name)
{
    (void)c;
    return ne_get_response_header(last, name);
}

/* There is no such thing in neon. */
void client_trim(struct client *c)
{
    (void)c;
}

void client_close(struct client *c)
{
    if (last)
        ne_request_destroy(last);
    ne_session_destroy(handle(c));
}
