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

static SSL_CTX *context;
static SSL *ssl;
static int fd;
static char request[256];
static size_t request_length;
static long answer_length; /* of the whole answer; 0: not known yet */

static void start_tls(void)
{
    ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    SSL_set1_host(ssl, "localhost");
    if (SSL_connect(ssl) != 1)
        client_fail("handshake");
}

static void open_connection(const struct work *w)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)w->port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0)
        client_fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (w->tls)
        start_tls();
}

static void close_connection(void)
{
    SSL_free(ssl);
    ssl = NULL;
    close(fd);
}

void client_start(const struct work *w)
{
    if (w->tls) {
        context = SSL_CTX_new(TLS_client_method());
        SSL_CTX_load_verify_locations(context, w->ca_file, NULL);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
        SSL_CTX_set_read_ahead(context, 1);
    }
    request_length = (size_t)snprintf(
        request, sizeof request, "%s %s HTTP/1.1\r\nHost: localhost:%d\r\n%s\r\n",
        w->upload ? "PUT" : "GET", w->path, w->port,
        w->upload ? "Content-Length: 16777216\r\n" : "Accept-Encoding: identity\r\n");
    if (!w->each_anew)
        open_connection(w);
}

static void put(const void *data, size_t length)
{
    ssize_t n = ssl ? SSL_write(ssl, data, (int)length) : send(fd, data, length, 0);

    if (n != (ssize_t)length)
        client_fail("write");
}

static ssize_t take(void *room, size_t length)
{
    return ssl ? SSL_read(ssl, room, (int)length) : recv(fd, room, length, 0);
}

static void put_file(const struct work *w)
{
    static char buffer[BUFFER];
    int file = open(w->upload, O_RDONLY | O_CLOEXEC);
    long left = BIG;
    ssize_t n = 0;

    while (left > 0) {
        if (ssl) {
            n = read(file, buffer, sizeof buffer);
            put(buffer, (size_t)n);
        } else {
            n = sendfile(fd, file, NULL, 1 << 20);
        }
        if (n <= 0)
            client_fail("sendfile");
        left -= n;
    }
    close(file);
}

/* How long the answer is, from the first; the floor knows it from then on. */
static long length_of(const struct work *w, const char *first, ssize_t got)
{
    const char *end = memmem(first, (size_t)got, "\r\n\r\n", 4);
    long chunks = strcmp(w->path, "/c") == 0 ? BIG / (16 << 10) * 8 + 5 : 0; /* "4000" and CRLFs */

    if (!end)
        client_fail("no head");
    return (long)(end + 4 - first) + w->expected + chunks;
}

long client_do(const struct work *w)
{
    static char buffer[BUFFER];
    long got = 0;

    if (w->each_anew)
        open_connection(w);
    put(request, request_length);
    if (w->upload)
        put_file(w);
    while (got == 0 || got < answer_length) {
        ssize_t n = take(buffer, sizeof buffer);

        if (n <= 0)
            client_fail("read");
        if (answer_length == 0)
            answer_length = length_of(w, buffer, n);
        got += n;
    }
    if (w->each_anew)
        close_connection();
    return w->expected;
}

void client_end(void)
{
    SSL_CTX_free(context);
}
