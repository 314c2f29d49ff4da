/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server.h"

enum { PIECE = 1 << 20, FIRST_FIELDS = 7, ROOM = 64 << 10 };

static const char first_fields[] =
    "HTTP/1.1 200 OK\r\nServer: bench/1\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n"
    "Content-Type: text/html; charset=utf-8\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n"
    "ETag: \"0123456789abcdef\"\r\nAccept-Ranges: bytes\r\nConnection: keep-alive\r\n";
static char piece[PIECE], page[4096];
static size_t page_length;
static long resumed; /* handshakes since somebody asked */

void answer_prepare(void)
{
    memset(piece, 'x', sizeof piece);
    page_length = (size_t)snprintf(page, sizeof page, "%sContent-Length: 1024\r\n\r\n%.1024s",
                                   first_fields, piece);
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

/* `count` times what lies at `unit`, of which there are `units` in a row. */
static bool put_units(const struct side *s, const char *unit, size_t length, long units, long count)
{
    while (count > 0) {
        long now = count < units ? count : units;

        if (!put(s, unit, length * (size_t)now))
            return false;
        count -= now;
    }
    return true;
}

/* A head of so many fields, without a body. */
static bool put_fields(const struct side *s, long count)
{
    static char *head;
    static size_t length;
    static long made;

    if (made != count) {
        FILE *out;

        free(head);
        out = open_memstream(&head, &length);
        fputs(first_fields, out);
        for (long i = 0; i < count - FIRST_FIELDS - 1; i++)
            fprintf(out, "X-Field-Number-%02ld: %.66s\r\n", i, piece);
        fputs("Content-Length: 0\r\n\r\n", out);
        fclose(out);
        made = count;
    }
    return put(s, head, length);
}

static bool put_bytes(const struct side *s, long count)
{
    char head[128];

    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %ld\r\n\r\n", count);
    return put(s, head, strlen(head)) && put_units(s, piece, 1, PIECE, count);
}

static bool put_chunks(const struct side *s, long size, long count)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    static char chunks[PIECE + (64 << 10)];
    static long made, units;
    static size_t length; /* of a chunk */

    if (made != size) {
        units = 0;
        length = (size_t)snprintf(chunks, sizeof chunks, "%lx\r\n%.*s\r\n", (unsigned long)size,
                                  (int)size, piece);
        for (; (size_t)(units + 1) * length <= sizeof chunks; units++)
            memcpy(chunks + (size_t)units * length, chunks, length);
        made = size;
    }
    return put(s, head, sizeof head - 1) && put_units(s, chunks, length, units, count) &&
           put(s, "0\r\n\r\n", 5);
}

static bool put_number(const struct side *s, long number)
{
    char answer[128];

    snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n%08ld", number);
    return put(s, answer, strlen(answer));
}

/* The rest of a body of which `here` bytes have come with the head. */
static bool take_body(const struct side *s, const char *head, long here)
{
    static char room[256 << 10];
    const char *length = strcasestr(head, "\r\ncontent-length:");
    long left = length ? strtol(length + 17, NULL, 10) - here : 0;

    if (strcasestr(head, "\r\nexpect: 100-continue") && !put(s, "HTTP/1.1 100 \r\n\r\n", 17))
        return false;
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
    const char *path = strchr(request, ' ') + 1;
    char *rest;
    long number = path[1] && path[2] == '/' ? strtol(path + 3, &rest, 10) : 0;

    if (request[0] == 'P')
        return take_body(s, request, here);
    switch (path[1]) {
    case 'f':
        return put_fields(s, number);
    case 'd':
        return put_bytes(s, number);
    case 'c':
        return put_chunks(s, number, strtol(rest + 1, NULL, 10));
    case 'r':
        number = resumed;
        resumed = 0;
        return put_number(s, number);
    default:
        return put(s, page, page_length);
    }
}

bool answer_one(const struct side *s)
{
    static char room[ROOM + 1];
    size_t length = 0;
    ssize_t n;

    while (length < ROOM && (n = take(s, room + length, ROOM - length)) > 0) {
        char *end;

        length += (size_t)n;
        room[length] = '\0';
        end = strstr(room, "\r\n\r\n");
        if (end)
            return answer(s, room, room + length - (end + 4));
    }
    return false;
}

bool side_accept(struct side *s, int listener, SSL_CTX *context)
{
    *s = (struct side){.fd = accept(listener, NULL, NULL)};
    if (s->fd < 0)
        return false;
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (!context)
        return true;
    s->ssl = SSL_new(context);
    SSL_set_fd(s->ssl, s->fd);
    if (SSL_accept(s->ssl) != 1) {
        side_close(s);
        return false;
    }
    resumed += SSL_session_reused(s->ssl);
    return true;
}

void side_close(struct side *s)
{
    if (s->ssl)
        SSL_shutdown(s->ssl);
    SSL_free(s->ssl);
    close(s->fd);
}
