/* SPDX-License-Identifier: MIT */
/*
 * A server that costs next to nothing: fixed answers, one connection after the other, blocking; a
 * process for plain TCP and one for TLS. It knows nothing of libhttp.
 *     server CERTIFICATE KEY
 * prints both ports, and ends with its standard input.
 *     GET /k    eight fields and 1 KiB      GET /h    99 fields, 8 KiB
 *     GET /d    16 MiB of known length      GET /c    16 MiB in chunks of 16 KiB
 *     PUT       takes what comes
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BIG = 16 << 20, PIECE = 1 << 20, CHUNK = 16 << 10 };

struct side {
    int fd;
    SSL *ssl; /* NULL: plain */
};

static char piece[PIECE], page[4096], many[16384], chunks[PIECE + PIECE / CHUNK * 16];
static size_t page_length, many_length, chunks_length;

static const char first_fields[] =
    "HTTP/1.1 200 OK\r\nServer: bench/1\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n"
    "Content-Type: text/html; charset=utf-8\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n"
    "ETag: \"0123456789abcdef\"\r\nAccept-Ranges: bytes\r\nConnection: keep-alive\r\n";

static void prepare(void)
{
    memset(piece, 'x', sizeof piece);
    page_length = (size_t)snprintf(page, sizeof page, "%sContent-Length: 1024\r\n\r\n%.1024s",
                                   first_fields, piece);
    many_length = (size_t)snprintf(many, sizeof many, "%s", first_fields);
    for (int i = 0; i < 91; i++)
        many_length += (size_t)snprintf(many + many_length, sizeof many - many_length,
                                        "X-Field-Number-%02d: %.66s\r\n", i, piece);
    many_length += (size_t)snprintf(many + many_length, sizeof many - many_length,
                                    "Content-Length: 0\r\n\r\n");
    for (int i = 0; i < PIECE / CHUNK; i++) {
        chunks_length += (size_t)sprintf(chunks + chunks_length, "%x\r\n", CHUNK);
        memcpy(chunks + chunks_length, piece, CHUNK);
        memcpy(chunks + chunks_length + CHUNK, "\r\n", 2);
        chunks_length += CHUNK + 2;
    }
}

static bool put(const struct side *s, const void *data, size_t length)
{
    const char *at = data;

    while (length > 0) {
        ssize_t n = s->ssl ? SSL_write(s->ssl, at, (int)length) : write(s->fd, at, length);

        if (n <= 0)
            return false;
        at += n;
        length -= (size_t)n;
    }
    return true;
}

static ssize_t take(const struct side *s, void *room, size_t length)
{
    return s->ssl ? SSL_read(s->ssl, room, (int)length) : read(s->fd, room, length);
}

static bool put_times(const struct side *s, const char *head, const void *data, size_t length,
                      const char *end)
{
    if (!put(s, head, strlen(head)))
        return false;
    for (int i = 0; i < BIG / PIECE; i++) {
        if (!put(s, data, length))
            return false;
    }
    return put(s, end, strlen(end));
}

/* The rest of a body of which `here` bytes have come with the head. */
static bool take_body(const struct side *s, const char *head, long here)
{
    static char room[256 << 10];
    const char *length = strcasestr(head, "\r\ncontent-length:");
    long left = length ? strtol(length + 17, NULL, 10) - here : 0;

    while (left > 0) {
        ssize_t n = take(s, room, sizeof room);

        if (n <= 0)
            return false;
        left -= n;
    }
    return put(s, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 38);
}

static bool answer(const struct side *s, const char *request, long here)
{
    if (request[0] == 'P')
        return take_body(s, request, here);
    switch (request[5]) {
    case 'h':
        return put(s, many, many_length);
    case 'd':
        return put_times(s, "HTTP/1.1 200 OK\r\nContent-Length: 16777216\r\n\r\n", piece, PIECE,
                         "");
    case 'c':
        return put_times(s, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunks,
                         chunks_length, "0\r\n\r\n");
    default:
        return put(s, page, page_length);
    }
}

static void serve(const struct side *s)
{
    static char room[65537];
    size_t length = 0;
    ssize_t n;

    while ((n = take(s, room + length, sizeof room - 1 - length)) > 0) {
        char *end;

        length += (size_t)n;
        room[length] = '\0';
        end = strstr(room, "\r\n\r\n");
        if (!end)
            continue;
        if (!answer(s, room, room + length - (end + 4)))
            return;
        length = 0;
    }
}

static void serve_all(int listener, SSL_CTX *context)
{
    for (;;) {
        struct side s = {.fd = accept(listener, NULL, NULL)};

        setsockopt(s.fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        if (context) {
            s.ssl = SSL_new(context);
            SSL_set_fd(s.ssl, s.fd);
        }
        if (!s.ssl || SSL_accept(s.ssl) == 1)
            serve(&s);
        if (s.ssl)
            SSL_shutdown(s.ssl);
        SSL_free(s.ssl);
        close(s.fd);
    }
}

static int listen_here(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(listener, (struct sockaddr *)&a, sizeof a) < 0 || listen(listener, 128) < 0 ||
        getsockname(listener, (struct sockaddr *)&a, &(socklen_t){sizeof a}) < 0) {
        perror("listen");
        exit(1);
    }
    printf("%d ", ntohs(a.sin_port));
    return listener;
}

static SSL_CTX *tls_context(char **argv)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    SSL_CTX_set_read_ahead(context, 1);
    if (SSL_CTX_use_certificate_chain_file(context, argv[1]) == 1 &&
        SSL_CTX_use_PrivateKey_file(context, argv[2], SSL_FILETYPE_PEM) == 1)
        return context;
    fputs("no certificate\n", stderr);
    exit(1);
}

static pid_t start(SSL_CTX *context)
{
    int listener = listen_here();
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        close(STDIN_FILENO);
        serve_all(listener, context);
    }
    close(listener);
    return child;
}

int main(int argc, char **argv)
{
    pid_t children[2];
    char byte;

    if (argc != 3)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    prepare();
    children[0] = start(NULL);
    children[1] = start(tls_context(argv));
    puts("");
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    for (int i = 0; i < 2; i++) {
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
    return 0;
}
