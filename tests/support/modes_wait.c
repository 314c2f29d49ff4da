/* SPDX-License-Identifier: MIT */
#include "support/modes_wait.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/patience.h"
#include "support/sockets.h"
#include "tap.h"

enum {
    WAKES_MAX = 5000, /* for nothing, in a row: a loop that spins */
    PIECE = 16384,
};

static int patience(int64_t ms)
{
    return ms < 0 || ms > PATIENCE_MS ? PATIENCE_MS : (int)ms;
}

/* Non-blocking. */

static bool is_well_described(const struct client *k, const struct awaited *w)
{
    int flags = w->fd < 0 ? -1 : fcntl(w->fd, F_GETFL);

    if (w->fd >= 0 && flags >= 0 && (flags & O_NONBLOCK) && w->events >= 1 && w->events <= 3 &&
        w->ms >= -1)
        return true;
    return fail("%s: after AGAIN wait gives fd %d (flags 0x%x), events %d, ms %lld", k->name, w->fd,
                (unsigned)flags, w->events, (long long)w->ms);
}

/* As a caller's loop does it: anew only where the generation has changed. */
static bool watch(struct client *k, const struct awaited *w)
{
    struct epoll_event event = {.events = ((w->events & LIBHTTP_WAIT_READ) ? EPOLLIN : 0u) |
                                          ((w->events & LIBHTTP_WAIT_WRITE) ? EPOLLOUT : 0u)};

    if (k->registered >= 0 && w->generation == k->generation) {
        if (w->fd != k->registered)
            return fail("%s: fd %d became %d, and the generation %lld stayed", k->name,
                        k->registered, w->fd, (long long)w->generation);
        if (epoll_ctl(k->epoll, EPOLL_CTL_MOD, w->fd, &event) == 0)
            return true;
        return fail("%s: fd %d is another object, and the generation %lld stayed: %s", k->name,
                    w->fd, (long long)w->generation, strerror(errno));
    }
    if (k->registered >= 0)
        epoll_ctl(k->epoll, EPOLL_CTL_DEL, k->registered, NULL);
    k->registered = w->fd;
    k->generation = w->generation;
    if (epoll_ctl(k->epoll, EPOLL_CTL_ADD, w->fd, &event) == 0)
        return true;
    return fail("%s: fd %d can't be polled: %s", k->name, w->fd, strerror(errno));
}

/* Ready, and AGAIN all the same, is fine where bytes came meanwhile, for a head is no head yet. */
static bool spins(struct client *k)
{
    int64_t moved = libhttp_connection_bytes_received(k->c) + libhttp_connection_bytes_sent(k->c);

    k->idle_wakes = moved == k->moved ? k->idle_wakes + 1 : 0;
    k->moved = moved;
    return k->idle_wakes > WAKES_MAX;
}

bool modes_wait_poll(struct client *k, const struct awaited *w)
{
    struct epoll_event event;
    int ready;

    if (!is_well_described(k, w) || !watch(k, w))
        return false;
    do
        ready = epoll_wait(k->epoll, &event, 1, patience(w->ms));
    while (ready < 0 && errno == EINTR);
    if (ready == 0 && w->ms < 0)
        return fail("%s: hangs with fd %d, events %d", k->name, w->fd, w->events);
    if (spins(k))
        return fail("%s: ready again and again, and nothing moves: fd %d, events %d", k->name,
                    w->fd, w->events);
    return true;
}

/* Carried. */

static int open_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool open_socket(struct client *k)
{
    if (k->socket >= 0 || k->ended)
        return true;
    k->socket = k->path ? open_unix(k->path) : connect_loopback(k->port);
    if (k->socket < 0)
        return fail("%s: cannot connect: %s", k->name, strerror(errno));
    fcntl(k->socket, F_SETFL, O_NONBLOCK);
    return true;
}

void modes_close_socket(struct client *k)
{
    if (k->socket >= 0)
        close(k->socket);
    k->socket = -1;
    k->ended = k->broken = false;
    k->received_length = 0;
    k->feed_status = LIBHTTP_OK;
}

/* A socket that can't be written to swallows the rest: its reader will tell the library. */
static void give(struct client *k, const void *data, int64_t length)
{
    ssize_t sent =
        k->broken ? (ssize_t)length : send(k->socket, data, (size_t)length, MSG_NOSIGNAL);

    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (sent < 0)
        k->broken = true;
    else
        libhttp_connection_took(k->c, sent);
}

/* What did not fit into the library stays here; true where some did. */
static bool feed_rest(struct client *k)
{
    int64_t taken = 0;

    if (k->received_length == 0)
        return false;
    k->feed_status =
        libhttp_connection_feed(k->c, k->received, (int64_t)k->received_length, &taken);
    if (k->feed_status < 0)
        return false;
    memmove(k->received, k->received + taken, k->received_length - (size_t)taken);
    k->received_length -= (size_t)taken;
    /* For those who look for secrets. */
    explicit_bzero(k->received + k->received_length, (size_t)taken);
    return taken > 0;
}

static void receive(struct client *k)
{
    ssize_t got;

    if (k->received == NULL)
        k->received = malloc(PIECE);
    got = recv(k->socket, k->received, PIECE, 0);
    if (got > 0) {
        k->received_length = (size_t)got;
        feed_rest(k);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        k->ended = true;
        k->broken = k->broken || got < 0; /* after its end the peer may still be listening */
        libhttp_connection_feed_eof(k->c);
    }
}

static int64_t to_take(struct client *k, const void **ret)
{
    int64_t length = 0;

    *ret = NULL;
    return libhttp_connection_take(k->c, ret, &length) == LIBHTTP_OK ? length : 0;
}

/* One move in either direction, or the time has passed: then false. */
static bool carry_some(struct client *k, int ms)
{
    const void *data;
    int64_t length = to_take(k, &data);
    bool reads = !k->ended && k->received_length == 0;
    struct pollfd pollfd = {
        .fd = k->socket,
        .events = (short)((reads ? POLLIN : 0) | (length > 0 && !k->broken ? POLLOUT : 0)),
    };

    if (length > 0 && k->broken)
        give(k, data, length);
    if (pollfd.events == 0) {
        if (length == 0)
            poll(NULL, 0, ms);
        return length > 0;
    }
    if (poll(&pollfd, 1, ms) <= 0)
        return false;
    if (length > 0 && !k->broken && (pollfd.revents & (POLLOUT | POLLERR)))
        give(k, data, length);
    if (reads && (pollfd.revents & (POLLIN | POLLHUP | POLLERR)))
        receive(k);
    return true;
}

bool modes_wait_carried(struct client *k, const struct awaited *w)
{
    const void *data;
    int64_t length = to_take(k, &data);

    if (w->fd != -1 || w->events < 1 || w->events > 3 || w->ms < -1)
        return fail("%s: after AGAIN wait gives fd %d, events %d, ms %lld", k->name, w->fd,
                    w->events, (long long)w->ms);
    if ((w->events & LIBHTTP_WAIT_WRITE) && length == 0)
        return fail("%s: waits for bytes to be taken, and there are none", k->name);
    if (feed_rest(k))
        return true;
    if (k->feed_status == LIBHTTP_E_NO_MEMORY)
        return false; /* what the caller makes of it */
    if (k->received_length > 0 && length == 0)
        return fail("%s: AGAIN, and takes no more bytes", k->name);
    if (k->ended && length == 0 && w->ms < 0)
        return fail("%s: AGAIN after the end of input, with events %d", k->name, w->events);
    if (!open_socket(k))
        return false;
    if (!carry_some(k, patience(w->ms)) && w->ms < 0)
        return fail("%s: hangs with events %d", k->name, w->events);
    return true;
}

void client_carry(struct client *k)
{
    const void *data;
    int64_t length;

    /* A closed transport has nothing to take, and asking would overwrite the error it left. */
    if (k->mode != DRIVE_CARRIED || !libhttp_connection_is_open(k->c))
        return;
    while ((length = to_take(k, &data)) > 0 && k->received_length == 0) {
        if (!open_socket(k) || !carry_some(k, PATIENCE_MS))
            return;
    }
}
