/* SPDX-License-Identifier: MIT */
#include "support/conn.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "support/patience.h"
#include "support/peer.h"
#include "tap.h"

static int64_t slowest;

libhttp_connection *conn_new(int port, int32_t mode)
{
    libhttp_connection *c;

    if (libhttp_connection_new(&c) < 0 || libhttp_connection_set_mode(c, mode) < 0 ||
        (port && libhttp_connection_set_host(c, "127.0.0.1", -1, port) < 0))
        bail_out("no connection can be made");
    return c;
}

static bool fault(const char *what, int32_t fd, int32_t events, int64_t ms)
{
    return fail("to wait for: %s (descriptor %d, events %d, %lld ms)", what, (int)fd, (int)events,
                (long long)ms);
}

bool conn_wait(const libhttp_connection *c)
{
    struct pollfd pollfd;
    int32_t fd, events;
    int64_t ms;

    if (libhttp_connection_wait(c, &fd, &events, &ms, NULL) < 0)
        return fault("an error", -1, 0, 0);
    if (fd < 0 && ms < 0)
        return fault("nothing", fd, events, ms);
    if (fd >= 0 && !(fcntl(fd, F_GETFL) & O_NONBLOCK))
        return fault("a descriptor that may block", fd, events, ms);
    if (fd >= 0 && !events)
        return fault("no events", fd, events, ms);
    pollfd = (struct pollfd){.fd = fd};
    pollfd.events = (short)(((events & LIBHTTP_WAIT_READ) ? POLLIN : 0) |
                            ((events & LIBHTTP_WAIT_WRITE) ? POLLOUT : 0));
    if (poll(&pollfd, 1, ms < 0 || ms > PATIENCE_MS ? PATIENCE_MS : (int)ms) == 0 &&
        (ms < 0 || ms > PATIENCE_MS))
        return fault("nothing comes", fd, events, ms);
    return true;
}

int32_t conn_respond(libhttp_connection *c, libhttp_response **ret)
{
    int32_t status;

    UNTIL_DONE(c, status, libhttp_connection_getresponse(c, ret));
    return status;
}

int32_t conn_ask(libhttp_connection *c, const char *method, const char *target,
                 libhttp_response **ret)
{
    int32_t status =
        libhttp_connection_request(c, method, -1, target, -1, NULL, NULL, LIBHTTP_NO_BODY);

    return status < 0 ? status : conn_respond(c, ret);
}

int64_t conn_read(libhttp_connection *c, libhttp_response *r, char *body, int64_t size)
{
    int64_t total = 0, got = 0;
    int32_t status;

    (void)c;
    do {
        while ((status = libhttp_response_read(r, body + total, size - total, &got)) ==
               LIBHTTP_AGAIN) {
            int32_t fd, events;
            int64_t ms;
            struct pollfd pollfd;

            libhttp_response_wait(r, &fd, &events, &ms, NULL);
            pollfd = (struct pollfd){.fd = fd, .events = POLLIN};
            if (fd < 0 || events != LIBHTTP_WAIT_READ)
                return fault("a body", fd, events, ms), LIBHTTP_AGAIN;
            poll(&pollfd, 1, ms < 0 || ms > PATIENCE_MS ? PATIENCE_MS : (int)ms);
        }
        total += got;
    } while (status == LIBHTTP_OK && got > 0 && total < size);
    return status < 0 ? status : total;
}

int64_t conn_get(libhttp_connection *c, const char *target, char *body, int64_t size)
{
    libhttp_response *r = NULL;
    int64_t got = conn_ask(c, "GET", target, &r);

    if (got == LIBHTTP_OK)
        got = conn_read(c, r, body, size);
    libhttp_response_free(r);
    return got;
}

int64_t milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct cancel_later {
    pthread_t thread;
    libhttp_connection *connection;
    libhttp_response *response;
    libhttp_stream *stream;
    int ms;
    int64_t at;
};

static void *cancel_thread(void *argument)
{
    struct cancel_later *later = argument;

    poll(NULL, 0, later->ms);
    later->at = milliseconds();
    if (later->connection)
        libhttp_connection_cancel(later->connection);
    if (later->response)
        libhttp_response_cancel(later->response);
    if (later->stream)
        libhttp_stream_cancel(later->stream);
    return NULL;
}

static struct cancel_later *start(struct cancel_later how)
{
    struct cancel_later *later = malloc(sizeof *later);

    if (later == NULL)
        bail_out("no memory");
    *later = how;
    if (pthread_create(&later->thread, NULL, cancel_thread, later) != 0)
        bail_out("no thread");
    return later;
}

struct cancel_later *connection_cancel_later(libhttp_connection *c, int ms)
{
    return start((struct cancel_later){.connection = c, .ms = ms});
}

struct cancel_later *response_cancel_later(libhttp_response *r, int ms)
{
    return start((struct cancel_later){.response = r, .ms = ms});
}

struct cancel_later *stream_cancel_later(libhttp_stream *s, int ms)
{
    return start((struct cancel_later){.stream = s, .ms = ms});
}

int64_t cancel_later_done(struct cancel_later *later)
{
    int64_t returned = milliseconds();

    pthread_join(later->thread, NULL);
    returned -= later->at;
    free(later);
    return returned < 0 ? 0 : returned;
}

const char *conn_mode_name(int32_t mode)
{
    return mode == LIBHTTP_MODE_BLOCKING ? "blocking" : "non-blocking";
}

int64_t conn_slowest_cancel(void)
{
    return slowest;
}

void conn_was_cancelled(struct cancel_later *later, int64_t status, const char *what)
{
    int64_t ms = cancel_later_done(later);

    if (ms > slowest)
        slowest = ms;
    is(status, LIBHTTP_E_CANCELLED, "C-121 %s: cancelled", what);
    ok(ms < PATIENCE_MS, "C-121 %s: at once (%lld ms)", what, (long long)ms);
}

void conn_serves_again(libhttp_connection *c, const char *what)
{
    static const struct peer_step steps[] = {
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
        PEER_WAIT_CLOSE,
        PEER_END,
    };
    struct peer *peer = peer_start(steps);
    char body[8];

    libhttp_connection_set_unix(c, NULL, 0);
    libhttp_connection_set_tunnel(c, NULL, 0, 0, NULL);
    is(libhttp_connection_set_host(c, "127.0.0.1", -1, peer_port(peer)), LIBHTTP_OK,
       "C-121 %s: not connected any more: %s", what, libhttp_connection_error(c));
    libhttp_connection_clear_addresses(c);
    is(libhttp_connection_cancelled(c), 1, "C-121 %s: a cancel stays", what);
    is(conn_get(c, "/", body, sizeof body), LIBHTTP_E_CANCELLED, "C-121 %s: it is sticky", what);
    libhttp_connection_cancel_reset(c);
    is(libhttp_connection_cancelled(c), 0, "C-121 %s: until it is reset", what);
    is(conn_get(c, "/", body, sizeof body), 2, "C-121 C-23 %s: usable afterwards: %s", what,
       libhttp_connection_error(c));
    libhttp_connection_free(c);
    peer_finish(peer, "C-121 %s: the next peer", what);
}
