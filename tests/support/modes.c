/* SPDX-License-Identifier: MIT */
#include "support/modes.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/modes_wait.h"
#include "support/patience.h"
#include "tap.h"

static const char *const names[DRIVE_MODES] = {"blocking", "non-blocking", "carried"};

const char *drive_mode_name(enum drive_mode mode)
{
    return names[mode];
}

void in_each_mode(void (*test)(enum drive_mode mode))
{
    for (int mode = 0; mode < DRIVE_MODES; mode++)
        test((enum drive_mode)mode);
}

struct peer *client_peer(const struct peer_step *steps)
{
    return peer_start_with(&(struct peer_options){.kind = PEER_UNIX}, steps);
}

static void check(const struct client *k, int32_t status, const char *what)
{
    if (status < 0)
        bail_out("%s: %s: %s", k->name, what, libhttp_connection_error(k->c));
}

static struct client *client_make(enum drive_mode mode, const char *host, int port)
{
    struct client *k = calloc(1, sizeof *k);

    if (k == NULL || libhttp_connection_new(&k->c) < 0)
        bail_out("no memory for a client");
    k->mode = mode;
    k->name = names[mode];
    k->registered = k->socket = k->epoll = -1;
    k->port = port;
    check(k, libhttp_connection_set_host(k->c, host, -1, port > 0 ? port : LIBHTTP_PORT_DEFAULT),
          "set_host");
    if (mode == DRIVE_NONBLOCKING) {
        check(k, libhttp_connection_set_mode(k->c, LIBHTTP_MODE_NONBLOCKING), "set_mode");
        k->epoll = epoll_create1(EPOLL_CLOEXEC);
    }
    return k;
}

struct client *client_new_port(enum drive_mode mode, int port, const char *host)
{
    struct client *k = client_make(mode, host, port);

    if (mode != DRIVE_CARRIED)
        check(k, libhttp_connection_add_address(k->c, "127.0.0.1", -1), "add_address");
    return k;
}

struct client *client_new(enum drive_mode mode, const struct peer *peer, const char *host)
{
    struct client *k;

    if (peer_port(peer) > 0)
        return client_new_port(mode, peer_port(peer), host);
    k = client_make(mode, host, 0);
    k->path = peer_path(peer);
    if (mode != DRIVE_CARRIED)
        check(k, libhttp_connection_set_unix(k->c, k->path, -1), "set_unix");
    return k;
}

void client_ready(struct client *k)
{
    if (k->mode != DRIVE_CARRIED || k->carried)
        return;
    check(k, libhttp_connection_set_carried(k->c), "set_carried");
    k->carried = true;
}

void client_renew(struct client *k)
{
    if (k->mode != DRIVE_CARRIED)
        return;
    client_carry(k);
    modes_close_socket(k);
    k->carried = false;
    client_ready(k);
}

void client_free(struct client *k)
{
    client_carry(k);
    libhttp_connection_free(k->c);
    modes_close_socket(k);
    if (k->epoll >= 0)
        close(k->epoll);
    free(k->received);
    free(k);
}

/* Waits by what was awaited: true where the call is to be made again. */
static bool go_on(struct client *k, const struct awaited *w)
{
    k->agains++;
    if (k->mode == DRIVE_NONBLOCKING)
        return modes_wait_poll(k, w);
    if (k->mode == DRIVE_CARRIED)
        return modes_wait_carried(k, w);
    return fail("blocking: AGAIN, with fd %d and events %d", w->fd, w->events);
}

static bool settled(struct client *k, int32_t status)
{
    if (status == LIBHTTP_AGAIN)
        return false;
    k->idle_wakes = 0;
    client_carry(k);
    return true;
}

bool client_again(struct client *k, int32_t status)
{
    struct awaited w;

    if (settled(k, status))
        return false;
    libhttp_connection_wait(k->c, &w.fd, &w.events, &w.ms, &w.generation);
    return go_on(k, &w);
}

bool client_again_response(struct client *k, libhttp_response *r, int32_t status)
{
    struct awaited w;

    if (settled(k, status))
        return false;
    libhttp_response_wait(r, &w.fd, &w.events, &w.ms, &w.generation);
    return go_on(k, &w);
}

bool client_again_stream(struct client *k, libhttp_stream *s, int32_t status)
{
    struct awaited w;

    if (settled(k, status))
        return false;
    libhttp_stream_wait(s, &w.fd, &w.events, &w.ms, &w.generation);
    return go_on(k, &w);
}

bool client_again_fd(struct client *k, int fd, int32_t status)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};
    int32_t events = 0;

    libhttp_connection_wait(k->c, NULL, &events, NULL, NULL);
    if (status != LIBHTTP_AGAIN || events != 0)
        return client_again(k, status);
    client_carry(k);
    return poll(&pollfd, 1, PATIENCE_MS) > 0 ||
           fail("%s: the body's descriptor stays silent", k->name);
}

/* The calls. */

int32_t client_connect(struct client *k)
{
    int32_t status;

    client_ready(k);
    do
        status = libhttp_connection_connect(k->c);
    while (client_again(k, status));
    return status;
}

int32_t client_putrequest(struct client *k, const char *method, const char *target, int32_t skip)
{
    client_ready(k);
    return libhttp_connection_putrequest(k->c, method, -1, target, -1, skip);
}

int32_t client_putheader(struct client *k, const char *name, const char *value)
{
    return libhttp_connection_putheader(k->c, name, -1, value, -1);
}

int32_t client_flush(struct client *k)
{
    int32_t status;

    client_ready(k);
    do
        status = libhttp_connection_flush(k->c);
    while (client_again(k, status));
    return status;
}

static int32_t early_is_fine(int32_t status)
{
    return status == LIBHTTP_E_EARLY_RESPONSE ? LIBHTTP_OK : status;
}

/* What blocking mode has done by itself when request() returns. */
static int32_t flush_whole(struct client *k, int32_t status)
{
    if (status < 0 || k->mode == DRIVE_BLOCKING)
        return status;
    return early_is_fine(client_flush(k));
}

static int32_t request_in_pieces(struct client *k, const char *method, const char *target,
                                 const libhttp_headers *headers, const void *body, int64_t length)
{
    int32_t status =
        libhttp_connection_request_pieces(k->c, method, -1, target, -1, headers, length);

    if (status == LIBHTTP_OK)
        status = client_send(k, body, length, NULL);
    if (status == LIBHTTP_OK)
        status = client_finish(k, NULL);
    return flush_whole(k, early_is_fine(status));
}

int32_t client_request(struct client *k, const char *method, const char *target,
                       const libhttp_headers *headers, const void *body, int64_t length)
{
    client_ready(k);
    if (k->mode != DRIVE_BLOCKING && length > LIBHTTP_OUTPUT_MAX)
        return request_in_pieces(k, method, target, headers, body, length);
    return flush_whole(
        k, libhttp_connection_request(k->c, method, -1, target, -1, headers, body, length));
}

int32_t client_request_fd(struct client *k, const char *method, const char *target,
                          const libhttp_headers *headers, int fd, int64_t length)
{
    int32_t status;

    client_ready(k);
    status = libhttp_connection_request_fd(k->c, method, -1, target, -1, headers, fd, length);
    if (status < 0 || k->mode == DRIVE_BLOCKING)
        return status;
    status = client_send_fd(k, fd, LIBHTTP_LENGTH_UNKNOWN, NULL);
    if (status == LIBHTTP_OK)
        status = client_finish(k, NULL);
    return status == LIBHTTP_OK ? flush_whole(k, status) : early_is_fine(status);
}

/* What one call may say that it moved: all in blocking mode, elsewhere something. */
static bool moved_well(const struct client *k, const char *call, int64_t moved, int64_t length)
{
    if (length == 0
            ? moved == 0
            : moved <= length && moved > 0 && (k->mode != DRIVE_BLOCKING || moved == length))
        return true;
    return fail("%s: %s moved %lld of %lld bytes", k->name, call, (long long)moved,
                (long long)length);
}

int32_t client_send(struct client *k, const void *data, int64_t length, int64_t *ret_sent)
{
    int64_t all = 0;
    int64_t sent;
    int32_t status;

    client_ready(k);
    do {
        do
            status = libhttp_connection_send(k->c, (const char *)data + all, length - all, &sent);
        while (client_again(k, status));
        if (status != LIBHTTP_OK || !moved_well(k, "send", sent, length - all))
            break;
        all += sent;
    } while (all < length);
    if (ret_sent != NULL)
        *ret_sent = all;
    return status;
}

int32_t client_send_fd(struct client *k, int fd, int64_t length, int64_t *ret_sent)
{
    int64_t all = 0;
    int64_t sent = 0;
    int32_t status;

    client_ready(k);
    do {
        int64_t left = length < 0 ? length : length - all;

        do
            status = libhttp_connection_send_fd(k->c, fd, left, &sent);
        while (client_again_fd(k, fd, status));
        if (status == LIBHTTP_OK)
            all += sent;
    } while (status == LIBHTTP_OK && sent > 0 && all != length);
    if (ret_sent != NULL)
        *ret_sent = all;
    return status;
}

int32_t client_finish(struct client *k, const libhttp_headers *trailers)
{
    int32_t status = libhttp_connection_finish(k->c, trailers);

    if (status == LIBHTTP_AGAIN)
        fail("%s: finish gave AGAIN", k->name);
    return flush_whole(k, status);
}

int32_t client_getresponse(struct client *k, libhttp_response **ret)
{
    int32_t status;

    client_ready(k);
    do
        status = libhttp_connection_getresponse(k->c, ret);
    while (client_again(k, status));
    return status;
}

int32_t client_read1(struct client *k, libhttp_response *r, void *buffer, int64_t capacity,
                     int64_t *ret_got)
{
    int32_t status;

    do
        status = libhttp_response_read1(r, buffer, capacity, ret_got);
    while (client_again_response(k, r, status));
    return status;
}

int32_t client_read(struct client *k, libhttp_response *r, void *buffer, int64_t capacity,
                    int64_t *ret_got)
{
    int64_t all = 0;
    int64_t got = 0;
    int32_t status;

    do {
        do
            status = libhttp_response_read(r, (char *)buffer + all, capacity - all, &got);
        while (client_again_response(k, r, status));
        if (status == LIBHTTP_OK)
            all += got;
    } while (status == LIBHTTP_OK && got > 0 && all < capacity && k->mode != DRIVE_BLOCKING);
    /* As in blocking mode: what came first, the error at the next call. */
    if (status == LIBHTTP_OK || all > 0) {
        *ret_got = all;
        return LIBHTTP_OK;
    }
    return status;
}

int32_t client_peek(struct client *k, libhttp_response *r, const void **ret_data,
                    int64_t *ret_length)
{
    int32_t status;

    do
        status = libhttp_response_peek(r, ret_data, ret_length);
    while (client_again_response(k, r, status));
    return status;
}

int32_t client_readline(struct client *k, libhttp_response *r, void *buffer, int64_t capacity,
                        int64_t *ret_got)
{
    int32_t status;

    do
        status = libhttp_response_readline(r, buffer, capacity, ret_got);
    while (client_again_response(k, r, status));
    return status;
}

int32_t client_read_all(struct client *k, libhttp_response *r, int64_t maximum,
                        const void **ret_data, int64_t *ret_length)
{
    int32_t status;

    do
        status = libhttp_response_read_all(r, maximum, ret_data, ret_length);
    while (client_again_response(k, r, status));
    return status;
}

int32_t client_stream_read(struct client *k, libhttp_stream *s, void *buffer, int64_t capacity,
                           int64_t *ret_got)
{
    int32_t status;

    do
        status = libhttp_stream_read(s, buffer, capacity, ret_got);
    while (client_again_stream(k, s, status));
    return status;
}

int32_t client_stream_write(struct client *k, libhttp_stream *s, const void *data, int64_t length,
                            int64_t *ret_sent)
{
    int64_t all = 0;
    int64_t sent;
    int32_t status;

    do {
        do
            status = libhttp_stream_write(s, (const char *)data + all, length - all, &sent);
        while (client_again_stream(k, s, status));
        if (status != LIBHTTP_OK || !moved_well(k, "write", sent, length - all))
            break;
        all += sent;
    } while (all < length);
    if (ret_sent != NULL)
        *ret_sent = all;
    return status;
}

int32_t client_stream_shutdown_write(struct client *k, libhttp_stream *s)
{
    int32_t status;

    do
        status = libhttp_stream_shutdown_write(s);
    while (client_again_stream(k, s, status));
    if (status == LIBHTTP_OK && k->mode == DRIVE_CARRIED && k->socket >= 0)
        shutdown(k->socket, SHUT_WR); /* the carrier's part */
    return status;
}
