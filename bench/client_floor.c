/* SPDX-License-Identifier: MIT */
/* The floor: writes a fixed request, reads a known number of bytes, parses nothing. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

struct client {
    int fd;
    SSL *ssl;
};

static SSL_CTX *context;
static SSL_SESSION *session;
static char request[512];
static size_t request_length;
static long answer_length; /* of the whole answer; 0: not known yet */
static long body_length;

static int keep_session(SSL *ssl, SSL_SESSION *given)
{
    (void)ssl;
    SSL_SESSION_free(session);
    session = given;
    return 1;
}

static void start_tls(struct client *c, const struct work *w)
{
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    c->ssl = SSL_new(context);
    SSL_set_fd(c->ssl, c->fd);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(c->ssl), w->host);
    if (session)
        SSL_set_session(c->ssl, session);
    if (SSL_connect(c->ssl) != 1)
        client_fail("handshake");
}

static void connect_it(struct client *c, const struct work *w)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)w->port),
                            .sin_addr.s_addr = inet_addr(w->host)};

    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c->fd, (struct sockaddr *)&a, sizeof a) < 0)
        client_fail("connect");
    if (w->tls)
        start_tls(c, w);
}

static void disconnect(struct client *c)
{
    if (c->ssl)
        SSL_shutdown(c->ssl);
    SSL_free(c->ssl);
    close(c->fd);
    *c = (struct client){.fd = -1};
}

void client_start(const struct work *w)
{
    char length[64] = "Accept-Encoding: identity";

    if (w->tls) {
        context = SSL_CTX_new(TLS_client_method());
        SSL_CTX_load_verify_locations(context, w->ca_file, NULL);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
        SSL_CTX_set_read_ahead(context, 1);
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(context, keep_session);
    }
    if (w->upload)
        snprintf(length, sizeof length, "Content-Length: %ld", w->upload_length);
    request_length =
        (size_t)snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: %s:%d\r\n%s\r\n\r\n",
                         w->upload ? "PUT" : "GET", w->path, w->host, w->port, length);
}

struct client *client_open(const struct work *w)
{
    struct client *c = calloc(1, sizeof *c);

    if (!c)
        client_fail("no memory");
    c->fd = -1;
    if (!w->each_anew)
        connect_it(c, w);
    return c;
}

static void put(const struct client *c, const void *data, size_t length)
{
    ssize_t n = c->ssl ? SSL_write(c->ssl, data, (int)length) : send(c->fd, data, length, 0);

    if (n != (ssize_t)length)
        client_fail("write");
}

static ssize_t take(const struct client *c, void *room, size_t length)
{
    return c->ssl ? SSL_read(c->ssl, room, (int)length) : recv(c->fd, room, length, 0);
}

static void put_file(const struct client *c, const struct work *w)
{
    static char buffer[BUFFER];
    int file = open(w->upload, O_RDONLY | O_CLOEXEC);
    long left = w->upload_length;
    ssize_t n = 0;

    while (left > 0) {
        if (c->ssl) {
            n = read(file, buffer, sizeof buffer);
            put(c, buffer, (size_t)n);
        } else {
            n = sendfile(c->fd, file, NULL, 1 << 20);
        }
        if (n <= 0)
            client_fail("sendfile");
        left -= n;
    }
    close(file);
}

/* How long the answer is, from the first; the floor knows it from then on. */
static void learn_length(const struct work *w, const char *first, ssize_t got)
{
    const char *end = memmem(first, (size_t)got, "\r\n\r\n", 4);
    const char *length = memmem(first, (size_t)got, "Content-Length: ", 16);
    unsigned long size, count;

    if (!end)
        client_fail("no head");
    answer_length = (long)(end + 4 - first);
    if (length) {
        body_length = strtol(length + 16, NULL, 10);
        answer_length += body_length;
    } else if (sscanf(w->path, "/c/%lu/%lu", &size, &count) == 2) {
        int chunk = snprintf(NULL, 0, "%lx\r\n\r\n", size);

        body_length = (long)(size * count);
        answer_length += body_length + (long)count * chunk + 5;
    } else {
        client_fail("no length");
    }
}

static void take_answer(const struct client *c, const struct work *w)
{
    static char buffer[BUFFER];
    size_t got = 0;

    while (answer_length == 0 || got < (size_t)answer_length) {
        ssize_t n =
            take(c, buffer + (answer_length ? 0 : got), sizeof buffer - (answer_length ? 0 : got));

        if (n <= 0)
            client_fail("read");
        got += (size_t)n;
        if (answer_length == 0)
            learn_length(w, buffer, (ssize_t)got);
    }
}

long client_do(struct client *c, const struct work *w)
{
    if (w->each_anew)
        connect_it(c, w);
    put(c, request, request_length);
    if (w->upload)
        put_file(c, w);
    take_answer(c, w);
    if (w->each_anew)
        disconnect(c);
    return body_length;
}

const char *client_field(struct client *c, const char *name)
{
    (void)c;
    (void)name;
    client_cannot();
}

void client_trim(struct client *c)
{
    (void)c;
}

void client_close(struct client *c)
{
    if (c->fd >= 0)
        disconnect(c);
    free(c);
}
