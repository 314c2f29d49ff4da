/* SPDX-License-Identifier: MIT */
/* The peer's side: bytes in and out, over the bare descriptor or over TLS. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/peer_side.h"

void peer_complain(struct peer_side *side, const char *format, ...)
{
    int number = atomic_fetch_add(&side->shared->complaints, 1);
    char *out;
    int used;
    va_list args;

    if (number >= PEER_COMPLAINTS_MAX)
        return;
    out = side->shared->complaint[number];
    used = snprintf(out, sizeof side->shared->complaint[0], "step %d: ", side->step);
    va_start(args, format);
    vsnprintf(out + used, sizeof side->shared->complaint[0] - (size_t)used, format, args);
    va_end(args);
}

int peer_poll(int fd, int ms)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    int ready;

    do
        ready = poll(&wait, 1, ms);
    while (ready < 0 && errno == EINTR);
    return ready > 0;
}

static void connection_begins(struct peer_side *side)
{
    int number = atomic_load(&side->shared->connections);

    if (number < PEER_CONNECTIONS_MAX)
        side->shared->connection_start[number] = atomic_load(&side->shared->received);
    atomic_store(&side->shared->connections, number + 1);
    side->pending_length = 0;
}

bool peer_accept(struct peer_side *side)
{
    int one = 1;

    if (side->listener >= 0) {
        if (!peer_poll(side->listener, side->wait_ms)) {
            peer_complain(side, "nobody connected");
            return false;
        }
        SSL_free(side->ssl);
        side->ssl = NULL;
        side->fd = accept4(side->listener, NULL, NULL, SOCK_CLOEXEC);
        setsockopt(side->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    connection_begins(side);
    return side->tls == NULL || side->options.tls->later || peer_tls_accept(side);
}

static bool peer_write_tls(struct peer_side *side, const char *data, size_t length)
{
    size_t wrote;

    return length == 0 || SSL_write_ex(side->ssl, data, length, &wrote) == 1;
}

bool peer_write(struct peer_side *side, const void *data, size_t length)
{
    const char *rest = data;

    if (side->ssl != NULL)
        return peer_write_tls(side, data, length);
    while (length > 0) {
        ssize_t wrote = send(side->fd, rest, length, MSG_NOSIGNAL);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return false;
        rest += wrote;
        length -= (size_t)wrote;
    }
    return true;
}

static int read_some_tls(struct peer_side *side, char *out, int room)
{
    int got;

    do
        got = SSL_read(side->ssl, out, room);
    while (got <= 0 && peer_tls_interrupted(side, got));
    if (got > 0)
        return got;
    /* Without close_notify: the end all the same. */
    return SSL_get_error(side->ssl, got) == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

static int read_some(struct peer_side *side, char *out, int room)
{
    ssize_t got;

    if (side->ssl != NULL)
        return read_some_tls(side, out, room);
    do
        got = recv(side->fd, out, (size_t)room, 0);
    while (got < 0 && errno == EINTR);
    return (int)got;
}

int peer_read_more(struct peer_side *side, int ms)
{
    enum { PIECE = 65536 };
    int got;

    if (side->pending_room - side->pending_length < PIECE) {
        side->pending_room += 4 * PIECE;
        side->pending = realloc(side->pending, side->pending_room);
    }
    if (side->fd < 0)
        return -1;
    if (!(side->ssl != NULL && SSL_has_pending(side->ssl)) && !peer_poll(side->fd, ms))
        return -2;
    got = read_some(side, side->pending + side->pending_length, PIECE);
    if (got > 0)
        side->pending_length += (size_t)got;
    return got;
}

void peer_take(struct peer_side *side, size_t n, bool record)
{
    size_t at = atomic_load(&side->shared->received);

    if (n == 0)
        return;
    if (record && at + n > PEER_RECORD_MAX) {
        peer_complain(side, "more than %d bytes to record", PEER_RECORD_MAX);
        record = false;
    }
    if (record) {
        memcpy(side->shared->record + at, side->pending, n);
        atomic_store(&side->shared->received, at + n);
    }
    side->pending_length -= n;
    memmove(side->pending, side->pending + n, side->pending_length);
}

void peer_close(struct peer_side *side, enum peer_ending ending)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};

    if (side->fd < 0)
        return;
    if (side->ssl != NULL && ending == PEER_END_ORDERLY)
        SSL_shutdown(side->ssl);
    if (ending == PEER_END_RESET)
        setsockopt(side->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    /* Without this a session that ended rudely would not be resumed by later connections. */
    if (side->ssl != NULL)
        SSL_set_shutdown(side->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(side->ssl);
    side->ssl = NULL;
    close(side->fd);
    side->fd = -1;
}
