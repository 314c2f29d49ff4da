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

static ne_session *session;

static void open_session(const struct work *w)
{
    session = ne_session_create(w->tls ? "https" : "http", w->tls ? "localhost" : "127.0.0.1",
                                (unsigned)w->port);
    ne_set_read_timeout(session, 300);
    ne_set_connect_timeout(session, 30);
    if (w->tls) {
        ne_ssl_certificate *ca = ne_ssl_cert_read(w->ca_file);

        ne_ssl_trust_cert(session, ca);
        ne_ssl_cert_free(ca);
    }
}

void client_start(const struct work *w)
{
    ne_sock_init();
    open_session(w);
}

long client_do(const struct work *w)
{
    static char buffer[BUFFER];
    ne_request *request = ne_request_create(session, w->upload ? "PUT" : "GET", w->path);
    int fd = w->upload ? open(w->upload, O_RDONLY | O_CLOEXEC) : -1;
    long all = 0;
    ssize_t got;

    if (fd >= 0)
        ne_set_request_body_fd(request, fd, 0, BIG);
    if (ne_begin_request(request) != NE_OK)
        client_fail(ne_get_error(session));
    while ((got = ne_read_response_block(request, buffer, sizeof buffer)) > 0)
        all += (long)got;
    if (got < 0 || ne_end_request(request) != NE_OK)
        client_fail(ne_get_error(session));
    ne_request_destroy(request);
    if (fd >= 0)
        close(fd);
    if (w->each_anew)
        ne_close_connection(session);
    return all;
}

void client_end(void)
{
    ne_session_destroy(session);
}
