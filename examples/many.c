/* SPDX-License-Identifier: MIT */
/* many COUNT ROUNDS URL [CA-FILE]: COUNT connections in one thread that never blocks but in
 * epoll_wait; each fetches the page once, rests, and fetches it ROUNDS times more. */
#include <errno.h>
#include <libhttp/http.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

enum { OPENING = 256, EVENTS = 256, TICK_MS = 100, LOOK_MS = 1000 };

struct visitor {
    libhttp_connection *conn;
    libhttp_response *response;
    int rounds;         /* pages still to fetch; 0: it rests */
    int64_t call_at;    /* by now_ms(), whatever its descriptor says; -1: never */
    int64_t generation; /* of the descriptor that epoll knows; -1: none */
    int32_t events;     /* that it is registered for */
};

struct crowd {
    struct visitor *all;
    int count;
    int epoll;
    int busy; /* visitors that don't rest */
    int failures;
    int64_t looked_at; /* by now_ms(): when the times were last looked at */
    long long bytes;
    const char *target;
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* As far as it goes without waiting: OK where the page is whole, AGAIN, or an error. */
static int32_t advance(struct crowd *crowd, struct visitor *v)
{
    char block[16384];
    int64_t got = 1;
    int32_t status = LIBHTTP_OK;

    if (!v->response)
        status = libhttp_connection_getresponse(v->conn, &v->response);
    while (status == LIBHTTP_OK && got > 0) {
        status = libhttp_response_read(v->response, block, sizeof block, &got);
        if (status == LIBHTTP_OK)
            crowd->bytes += got;
    }
    return status;
}

/* Tells epoll what the visitor waits for; another generation is another descriptor, and epoll has
 * forgotten the one before. Most often nothing has changed. */
static int32_t watch(struct crowd *crowd, struct visitor *v)
{
    struct epoll_event event = {.data.ptr = v};
    int32_t fd, events;
    int64_t ms, generation;

    libhttp_connection_wait(v->conn, &fd, &events, &ms, &generation);
    v->call_at = ms < 0 ? -1 : now_ms() + ms;
    if (fd < 0 || (generation == v->generation && events == v->events))
        return LIBHTTP_OK;
    event.events = (events & LIBHTTP_WAIT_READ ? (uint32_t)EPOLLIN : 0) |
                   (events & LIBHTTP_WAIT_WRITE ? (uint32_t)EPOLLOUT : 0);
    if (epoll_ctl(crowd->epoll, generation == v->generation ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd,
                  &event) < 0)
        return LIBHTTP_E_OS;
    v->generation = generation;
    v->events = events;
    return LIBHTTP_OK;
}

static int32_t ask(struct crowd *crowd, struct visitor *v)
{
    int32_t status = libhttp_connection_request(v->conn, "GET", -1, crowd->target, -1, NULL, NULL,
                                                LIBHTTP_NO_BODY);

    return status == LIBHTTP_OK ? libhttp_connection_flush(v->conn) : status;
}

/* The request has left; no answer can be there yet, so that looking for it would be a system call
 * in vain. Not where it went by another descriptor than epoll knows. */
static bool epoll_will_tell(struct visitor *v)
{
    int64_t generation;

    libhttp_connection_wait(v->conn, NULL, NULL, NULL, &generation);
    if (generation != v->generation || !(v->events & LIBHTTP_WAIT_READ))
        return false;
    v->call_at = now_ms() + LOOK_MS; /* for the deadlines' sake */
    return true;
}

static void fail(struct crowd *crowd, struct visitor *v)
{
    complain(v->response ? libhttp_response_error(v->response) : libhttp_connection_error(v->conn));
    crowd->failures++;
    v->rounds = 0;
}

/* Fetches as many pages as it can without waiting. */
static void step(struct crowd *crowd, struct visitor *v)
{
    int32_t status;

    while ((status = advance(crowd, v)) == LIBHTTP_OK) {
        libhttp_response_free(v->response);
        v->response = NULL;
        v->call_at = -1;
        if (--v->rounds == 0 || (status = ask(crowd, v)) != LIBHTTP_OK || epoll_will_tell(v))
            break;
    }
    if (status == LIBHTTP_AGAIN)
        status = watch(crowd, v);
    if (status < 0)
        fail(crowd, v);
    if (v->rounds == 0)
        crowd->busy--;
}

static void begin(struct crowd *crowd, struct visitor *v, int rounds)
{
    int32_t status = ask(crowd, v);

    v->rounds = rounds;
    crowd->busy++;
    if (status < 0) {
        fail(crowd, v);
        crowd->busy--;
    } else if (status == LIBHTTP_AGAIN || !epoll_will_tell(v)) {
        step(crowd, v);
    }
}

/* Deadlines needn't be kept to the millisecond: ten looks a second at all of them cost nothing. */
static void look_at_times(struct crowd *crowd)
{
    int64_t now = now_ms();

    if (now - crowd->looked_at < TICK_MS)
        return;
    crowd->looked_at = now;
    for (int i = 0; i < crowd->count; i++) {
        struct visitor *v = &crowd->all[i];

        if (v->rounds > 0 && v->call_at >= 0 && v->call_at <= now)
            step(crowd, v);
    }
}

/* Until no more than so many are busy. */
static void serve(struct crowd *crowd, int busy)
{
    struct epoll_event events[EVENTS];

    while (crowd->busy > busy) {
        int ready = epoll_wait(crowd->epoll, events, EVENTS, TICK_MS);

        for (int i = 0; i < ready; i++) {
            struct visitor *v = events[i].data.ptr;

            if (v->rounds > 0)
                step(crowd, v);
        }
        look_at_times(crowd);
    }
}

/* No more than some at a time, so that the server's queue doesn't overflow. */
static void open_all(struct crowd *crowd, const libhttp_url *url, const char *ca_file)
{
    for (int i = 0; i < crowd->count; i++) {
        struct visitor *v = &crowd->all[i];

        *v = (struct visitor){.conn = connection_to(url, ca_file), .generation = -1};
        libhttp_connection_set_mode(v->conn, LIBHTTP_MODE_NONBLOCKING);
        begin(crowd, v, 1);
        serve(crowd, OPENING - 1);
    }
    serve(crowd, 0);
}

static size_t heap_of_each(const struct crowd *crowd, size_t before)
{
    return (mallinfo2().uordblks - before) / (size_t)crowd->count;
}

static void rest(struct crowd *crowd, size_t before)
{
    printf("%d connections, %zu bytes of heap each", crowd->count, heap_of_each(crowd, before));
    for (int i = 0; i < crowd->count; i++)
        libhttp_connection_trim(crowd->all[i].conn);
    printf(", %zu at rest\n", heap_of_each(crowd, before));
}

static void fetch(struct crowd *crowd, int rounds)
{
    struct timespec from, to;

    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < crowd->count; i++)
        begin(crowd, &crowd->all[i], rounds);
    serve(crowd, 0);
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%d pages each, %.6f s\n", rounds,
           (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9);
}

/* A descriptor for each connection: more than a process may have unless it asks. */
static int allow_descriptors(int count)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return complain(strerror(errno));
    if (limit.rlim_max < (rlim_t)count + 16)
        return complain("fewer open files are allowed than there are connections: ulimit -Hn");
    if (limit.rlim_cur < (rlim_t)count + 16)
        limit.rlim_cur = (rlim_t)count + 16;
    return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? complain(strerror(errno)) : 0;
}

static int run(struct crowd *crowd, int rounds, const libhttp_url *url, const char *ca_file)
{
    size_t before;

    crowd->epoll = epoll_create1(EPOLL_CLOEXEC);
    crowd->all = calloc((size_t)crowd->count, sizeof *crowd->all);
    if (crowd->epoll < 0 || !crowd->all)
        return complain(strerror(errno));
    before = mallinfo2().uordblks;
    open_all(crowd, url, ca_file);
    rest(crowd, before);
    if (rounds > 0)
        fetch(crowd, rounds);
    for (int i = 0; i < crowd->count; i++) {
        libhttp_response_free(crowd->all[i].response);
        libhttp_connection_free(crowd->all[i].conn);
    }
    free(crowd->all);
    close(crowd->epoll);
    printf("%lld bytes, %d failures\n", crowd->bytes, crowd->failures);
    return crowd->failures > 0;
}

int main(int argc, char **argv)
{
    struct crowd crowd = {0};
    libhttp_url *url;
    int rounds, status;

    crowd.count = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
    rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : -1;
    if (argc < 4 || argc > 5 || crowd.count < 1 || rounds < 0)
        return usage("many COUNT ROUNDS URL [CA-FILE]");
    if (allow_descriptors(crowd.count) > 0)
        return 1;
    url = parse_url(argv[3]);
    crowd.target = libhttp_url_target(url, NULL);
    status = run(&crowd, rounds, url, argv[4]);
    libhttp_url_free(url);
    return status;
}
