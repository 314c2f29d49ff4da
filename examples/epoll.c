/* SPDX-License-Identifier: MIT */
/* epoll COUNT URL [CA-FILE]: fetches a page over COUNT connections at once, in one thread that
 * never blocks but in epoll_wait. */
#include <errno.h>
#include <libhttp/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

struct fetch {
    libhttp_connection *conn; /* NULL: over */
    libhttp_response *response;
    int64_t bytes;
    int64_t call_at;    /* by now_ms(): to be called then whatever its descriptor says; -1: never */
    int64_t generation; /* of the descriptor that epoll knows; -1: none */
    int32_t events;     /* that it is registered for */
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* As far as it goes without waiting: OK where it is done, AGAIN where it has to wait, or an error.
 */
static int32_t advance(struct fetch *fetch)
{
    char block[65536];
    int64_t got;
    int32_t status = LIBHTTP_OK;

    if (!fetch->response)
        status = libhttp_connection_getresponse(fetch->conn, &fetch->response);
    while (status == LIBHTTP_OK) {
        status = libhttp_response_read(fetch->response, block, sizeof block, &got);
        if (status != LIBHTTP_OK || got == 0)
            break;
        fetch->bytes += got;
    }
    return status;
}

/*
 * Tells epoll what the fetch waits for. The generation rule: a descriptor may be replaced by
 * another one of the same number (names resolved, a race won, a reconnect). The old one is closed
 * then and epoll has forgotten it, so the new one has to be added, however familiar its number
 * looks.
 */
static int watch(int epoll, struct fetch *fetch)
{
    struct epoll_event event = {.data.ptr = fetch};
    int32_t fd, events;
    int64_t ms, generation;

    libhttp_connection_wait(fetch->conn, &fd, &events, &ms, &generation);
    fetch->call_at = ms < 0 ? -1 : now_ms() + ms;
    if (fd < 0 || (generation == fetch->generation && events == fetch->events))
        return 0;
    if (events & LIBHTTP_WAIT_READ)
        event.events |= EPOLLIN;
    if (events & LIBHTTP_WAIT_WRITE)
        event.events |= EPOLLOUT;
    if (epoll_ctl(epoll, generation == fetch->generation ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd,
                  &event) < 0)
        return complain(strerror(errno));
    fetch->generation = generation;
    fetch->events = events;
    return 0;
}

static void end(struct fetch *fetch)
{
    libhttp_response_free(fetch->response);
    libhttp_connection_free(fetch->conn);
    fetch->response = NULL;
    fetch->conn = NULL;
}

/* Moves one fetch on; 1 where it has failed. */
static int step(int epoll, struct fetch *fetch, int *running)
{
    int32_t status = advance(fetch);
    int failed = status < 0;

    if (status == LIBHTTP_AGAIN)
        failed = watch(epoll, fetch);
    else if (failed)
        complain(fetch->response ? libhttp_response_error(fetch->response)
                                 : libhttp_connection_error(fetch->conn));
    if (status == LIBHTTP_AGAIN && !failed)
        return 0;
    end(fetch);
    --*running;
    return failed;
}

static int is_due(const struct fetch *fetch)
{
    return fetch->conn && fetch->call_at >= 0 && fetch->call_at <= now_ms();
}

/* Milliseconds until the first of them has to be called; -1: none has. */
static int time_left(const struct fetch *fetches, int count)
{
    int64_t first = -1, left;

    for (int i = 0; i < count; i++)
        if (fetches[i].conn && fetches[i].call_at >= 0 && (first < 0 || fetches[i].call_at < first))
            first = fetches[i].call_at;
    if (first < 0)
        return -1;
    left = first - now_ms();
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static int run(int epoll, struct fetch *fetches, int count)
{
    struct epoll_event events[64];
    int failures = 0, running = count;

    for (int i = 0; i < count; i++)
        failures += step(epoll, &fetches[i], &running);
    while (running > 0) {
        int ready = epoll_wait(epoll, events, 64, time_left(fetches, count));

        if (ready < 0 && errno != EINTR)
            return complain(strerror(errno));
        for (int i = 0; i < ready; i++)
            ((struct fetch *)events[i].data.ptr)->call_at = 0;
        for (int i = 0; i < count; i++)
            if (is_due(&fetches[i]))
                failures += step(epoll, &fetches[i], &running);
    }
    return failures;
}

/* Outside blocking mode request() only puts the request: nothing has happened on the net yet. */
static int begin(struct fetch *fetch, const libhttp_url *url, const char *ca_file)
{
    *fetch = (struct fetch){.conn = connection_to(url, ca_file), .generation = -1};
    if (libhttp_connection_set_mode(fetch->conn, LIBHTTP_MODE_NONBLOCKING) < 0 ||
        libhttp_connection_request(fetch->conn, "GET", -1, libhttp_url_target(url, NULL), -1, NULL,
                                   NULL, LIBHTTP_NO_BODY) < 0)
        return complain(libhttp_connection_error(fetch->conn));
    return 0;
}

int main(int argc, char **argv)
{
    struct fetch *fetches;
    libhttp_url *url;
    int64_t bytes = 0;
    int count, epoll, failures = 0;

    count = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
    if (argc < 3 || argc > 4 || count < 1 || count > 10000)
        return usage("epoll COUNT URL [CA-FILE]");
    url = parse_url(argv[2]);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    fetches = calloc((size_t)count, sizeof *fetches);
    if (epoll < 0 || !fetches)
        return complain(strerror(errno));
    for (int i = 0; i < count; i++)
        failures += begin(&fetches[i], url, argv[3]);
    if (failures == 0)
        failures = run(epoll, fetches, count);
    for (int i = 0; i < count; i++) {
        bytes += fetches[i].bytes;
        end(&fetches[i]);
    }
    printf("%d pages of %d, %lld bytes\n", count - failures, count, (long long)bytes);
    free(fetches);
    close(epoll);
    libhttp_url_free(url);
    return failures > 0;
}
