/* SPDX-License-Identifier: MIT */
/*
 * A small HTTP/1.1 server for the examples: loopback only, on ports that the kernel chooses.
 *
 *     server CA-FILE
 *
 * Makes itself a certificate, writes it to CA-FILE for clients to trust, prints "http PORT" and
 * "https PORT", and serves until its standard input ends. A thread for each connection: meant for
 * demonstrations and tests, not for the Internet.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "server_stream.h"

enum { FORM_MAX = 1000, DOWNLOAD_LENGTH = 10000000 };

struct listener {
    int fd;
    int port;
    bool encrypted;
    SSL_CTX *tls;
};

struct request {
    char method[16];
    char target[1024];
    long long length; /* of the body; -1: chunked */
    bool keep_alive;
    bool expects_continue;
};

struct visitor {
    struct stream stream;
    struct listener *listener;
};

static bool answer(struct stream *stream, const struct request *request, const char *status,
                   const char *body)
{
    bool head_only = strcmp(request->method, "HEAD") == 0;

    return stream_print(stream,
                        "HTTP/1.1 %s\r\nServer: libhttp-example\r\nContent-Type: text/html\r\n"
                        "Content-Length: %zu\r\nConnection: %s\r\n\r\n%s",
                        status, strlen(body), request->keep_alive ? "keep-alive" : "close",
                        head_only ? "" : body);
}

static void apply_field(struct request *request, const char *line)
{
    if (strncasecmp(line, "Content-Length:", 15) == 0)
        request->length = strtoll(line + 15, NULL, 10);
    else if (strncasecmp(line, "Transfer-Encoding:", 18) == 0 && strstr(line, "chunked") != NULL)
        request->length = -1;
    else if (strncasecmp(line, "Connection:", 11) == 0)
        request->keep_alive = strstr(line, "close") == NULL;
    else if (strncasecmp(line, "Expect:", 7) == 0)
        request->expects_continue = strstr(line, "100-continue") != NULL;
}

static bool read_head(struct stream *stream, struct request *request)
{
    char line[8192];
    int minor = 1;

    *request = (struct request){.length = 0};
    if (!stream_line(stream, line, sizeof line) ||
        sscanf(line, "%15s %1023s HTTP/1.%d", request->method, request->target, &minor) != 3)
        return false;
    request->keep_alive = minor >= 1;
    while (stream_line(stream, line, sizeof line)) {
        if (line[0] == '\0')
            return true;
        apply_field(request, line);
    }
    return false;
}

/* Takes n bytes of the body, keeping the first ones in kept. */
static bool take(struct stream *stream, long long n, char *kept, size_t *used)
{
    char piece[65536];

    while (n > 0) {
        size_t got =
            stream_read(stream, piece, n < (long long)sizeof piece ? (size_t)n : sizeof piece);

        if (got == 0)
            return false;
        n -= (long long)got;
        for (size_t i = 0; i < got && *used < FORM_MAX; i++)
            kept[(*used)++] = piece[i];
    }
    return true;
}

/* The whole body's length, or -1 when the client has gone. What fits of it is left in kept, as
 * text. */
static long long read_body(struct stream *stream, const struct request *request, char *kept)
{
    long long total = request->length, size;
    size_t used = 0;
    char line[256];
    bool whole;

    if (request->length >= 0) {
        whole = take(stream, request->length, kept, &used);
    } else {
        total = 0;
        do {
            whole = stream_line(stream, line, sizeof line);
            size = whole ? strtoll(line, NULL, 16) : 0;
            total += size;
            whole = whole && size >= 0 && take(stream, size, kept, &used);
        } while (whole && size > 0 && (whole = stream_line(stream, line, sizeof line)));
        while (whole && (whole = stream_line(stream, line, sizeof line)) && line[0] != '\0')
            continue;
    }
    kept[used] = '\0';
    return whole ? total : -1;
}

static bool serve_form(struct stream *stream, const struct request *request, const char *form)
{
    char page[FORM_MAX + 100];

    snprintf(page, sizeof page, "<p>You asked: %s</p>\n", form);
    return answer(stream, request, "200 OK", page);
}

static bool serve_chunks(struct stream *stream, const struct request *request)
{
    if (!stream_print(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                              "Trailer: X-Count\r\n\r\n"))
        return false;
    if (strcmp(request->method, "HEAD") == 0)
        return true;
    for (int i = 1; i <= 5; i++) {
        char text[64];
        int length = snprintf(text, sizeof text, "piece %d of 5\n", i);

        if (!stream_print(stream, "%x\r\n%s\r\n", (unsigned)length, text))
            return false;
    }
    return stream_print(stream, "0\r\nX-Count: 5\r\n\r\n");
}

static bool serve_download(struct stream *stream, const struct request *request)
{
    static const char line[] = "All work and no play makes Jack a dull boy, said the parrot.  \n";
    char block[64 * 1024];
    size_t left = strcmp(request->method, "HEAD") == 0 ? 0 : DOWNLOAD_LENGTH;

    for (size_t i = 0; i < sizeof block; i++)
        block[i] = line[i % (sizeof line - 1)];
    if (!stream_print(stream,
                      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n",
                      DOWNLOAD_LENGTH))
        return false;
    for (size_t piece; left > 0; left -= piece) {
        piece = left < sizeof block ? left : sizeof block;
        if (!stream_write(stream, block, piece))
            return false;
    }
    return true;
}

static bool serve_slowly(struct stream *stream, const struct request *request)
{
    const char *ms = strstr(request->target, "ms=");
    long wait = ms != NULL ? strtol(ms + 3, NULL, 10) : 1000;

    if (wait > 0)
        nanosleep(&(struct timespec){.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000},
                  NULL);
    return answer(stream, request, "200 OK", "Sorry to have kept you waiting.\n");
}

static bool serve_upload(struct stream *stream, const struct request *request, long long length)
{
    char page[100];

    snprintf(page, sizeof page, "received %lld bytes\n", length);
    return answer(stream, request, "201 Created", page);
}

static bool path_is(const struct request *request, const char *path)
{
    size_t length = strlen(path);

    return strncmp(request->target, path, length) == 0 &&
           (request->target[length] == '\0' || request->target[length] == '?');
}

static bool route(struct stream *stream, const struct request *request, const char *form,
                  long long length)
{
    if (strcmp(request->method, "PUT") == 0)
        return serve_upload(stream, request, length);
    if (strcmp(request->method, "POST") == 0 && path_is(request, "/cgi-bin/query"))
        return serve_form(stream, request, form);
    if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
        return answer(stream, request, "405 Method Not Allowed", "<p>Not like this.</p>\n");
    if (path_is(request, "/index.html") || path_is(request, "/"))
        return answer(stream, request, "200 OK",
                      "<html><p>Hello from the example server.</p></html>\n");
    if (path_is(request, "/chunked"))
        return serve_chunks(stream, request);
    if (path_is(request, "/download"))
        return serve_download(stream, request);
    if (path_is(request, "/slow"))
        return serve_slowly(stream, request);
    return answer(stream, request, "404 Not Found", "<p>This parrot is no more.</p>\n");
}

/* A proxy that opens a tunnel to nobody but itself: what comes through it is TLS for this server.
 */
static bool open_tunnel(struct visitor *visitor)
{
    struct stream *stream = &visitor->stream;

    return stream->ssl == NULL &&
           stream_print(stream, "HTTP/1.1 200 Connection established\r\n\r\n") &&
           stream_start_tls(stream, visitor->listener->tls);
}

static bool serve_one(struct visitor *visitor)
{
    struct stream *stream = &visitor->stream;
    struct request request;
    char form[FORM_MAX + 1];
    long long length;

    if (!read_head(stream, &request))
        return false;
    if (strcmp(request.method, "CONNECT") == 0)
        return open_tunnel(visitor);
    if (request.expects_continue && !stream_print(stream, "HTTP/1.1 100 Continue\r\n\r\n"))
        return false;
    length = read_body(stream, &request, form);
    return length >= 0 && route(stream, &request, form, length) && request.keep_alive;
}

static void *serve_visitor(void *argument)
{
    struct visitor *visitor = argument;

    if (!visitor->listener->encrypted || stream_start_tls(&visitor->stream, visitor->listener->tls))
        while (serve_one(visitor))
            continue;
    stream_close(&visitor->stream);
    free(visitor);
    return NULL;
}

static void *accept_visitors(void *argument)
{
    struct listener *listener = argument;
    int one = 1;

    for (;;) {
        struct visitor *visitor = calloc(1, sizeof *visitor);
        pthread_t thread;

        if (visitor == NULL)
            return NULL;
        visitor->listener = listener;
        visitor->stream.fd = accept(listener->fd, NULL, NULL);
        if (visitor->stream.fd < 0) {
            free(visitor);
            continue;
        }
        setsockopt(visitor->stream.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        /* The visitor is the thread's from here on. */
        if (pthread_create(&thread, NULL, serve_visitor, visitor) != 0) {
            close(visitor->stream.fd);
            free(visitor);
            continue;
        }
        pthread_detach(thread);
    }
}

static bool start_listener(struct listener *listener)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    pthread_t thread;

    listener->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener->fd < 0 || bind(listener->fd, (struct sockaddr *)&address, length) != 0 ||
        listen(listener->fd, 128) != 0 ||
        getsockname(listener->fd, (struct sockaddr *)&address, &length) != 0)
        return false;
    listener->port = ntohs(address.sin_port);
    return pthread_create(&thread, NULL, accept_visitors, listener) == 0;
}

int main(int argc, char **argv)
{
    static struct listener plain, encrypted = {.encrypted = true};
    char ignored[256];

    if (argc != 2) {
        fprintf(stderr, "usage: server CA-FILE\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    plain.tls = encrypted.tls = server_tls_new(argv[1]);
    if (plain.tls == NULL || !start_listener(&plain) || !start_listener(&encrypted)) {
        perror("server");
        return 1;
    }
    printf("http %d\nhttps %d\n", plain.port, encrypted.port);
    fflush(stdout);
    while (read(STDIN_FILENO, ignored, sizeof ignored) > 0)
        continue;
    /* At once: threads may still be at work. */
    _exit(0);
}
