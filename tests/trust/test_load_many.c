/* SPDX-License-Identifier: MIT */
/*
 * Thousands of connections at once in one thread, behind one epoll: each makes its requests while
 * all the others are open too. LOAD_CONNECTIONS=10000 for as many.
 */
#include <errno.h>
#include <libhttp/http.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/counts.h"
#include "support/fewer.h"
#include "support/patience.h"
#include "support/servers.h"
#include "tap.h"

enum { USUALLY = 1000, ROUNDS = 2, BEGUN_AT_ONCE = 200, KB_EACH_MAX = 32 };

static const char want[] = "Hello from nginx\n";

struct fetch {
    libhttp_connection *c;
    libhttp_response *r;
    int64_t generation;
    int32_t events;
    int64_t length;
    char body[sizeof want];
    bool running;
};

static struct fetch *fetches;
static int count, epoll, running, bad;

/* As far as it goes without waiting. */
static int32_t advance(struct fetch *f)
{
    int32_t status = LIBHTTP_OK;
    int64_t got = 1;

    if (!f->r)
        status = libhttp_connection_getresponse(f->c, &f->r);
    while (status == LIBHTTP_OK && got > 0 && f->length < (int64_t)sizeof f->body) {
        status = libhttp_response_read(f->r, f->body + f->length,
                                       (int64_t)sizeof f->body - f->length, &got);
        if (status == LIBHTTP_OK)
            f->length += got;
    }
    return status;
}

static void watch(struct fetch *f)
{
    struct epoll_event event = {.data.ptr = f};
    int32_t fd, events;
    int64_t ms, generation;

    libhttp_connection_wait(f->c, &fd, &events, &ms, &generation);
    if (generation == f->generation && events == f->events)
        return;
    event.events = (events & LIBHTTP_WAIT_READ ? (uint32_t)EPOLLIN : 0) |
                   (events & LIBHTTP_WAIT_WRITE ? (uint32_t)EPOLLOUT : 0);
    if (epoll_ctl(epoll, generation == f->generation ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) !=
        0)
        bail_out("epoll_ctl: %d", errno);
    f->generation = generation;
    f->events = events;
}

static void end(struct fetch *f, int32_t status)
{
    if (status != LIBHTTP_OK || f->length != (int64_t)sizeof want - 1 ||
        memcmp(f->body, want, sizeof want - 1) != 0 || !libhttp_connection_is_open(f->c)) {
        if (bad++ < 5)
            diag("%lld bytes: %s", (long long)f->length, libhttp_connection_error(f->c));
    }
    libhttp_response_free(f->r);
    f->r = NULL;
    f->running = false;
    running--;
}

static void step(struct fetch *f)
{
    int32_t status = advance(f);

    if (status == LIBHTTP_AGAIN)
        watch(f);
    else
        end(f, status);
}

static void begin(struct fetch *f)
{
    f->length = 0;
    f->running = true;
    running++;
    if (libhttp_connection_request(f->c, "GET", -1, "/index.html", -1, NULL, NULL,
                                   LIBHTTP_NO_BODY) != LIBHTTP_OK)
        bail_out("request: %s", libhttp_connection_error(f->c));
    step(f);
}

/* One request on each; no more under way at once than the server's backlog holds. */
static void run_round(void)
{
    struct epoll_event ready[64];
    int begun = 0;

    while (begun < count || running > 0) {
        int n;

        while (begun < count && running < BEGUN_AT_ONCE)
            begin(&fetches[begun++]);
        n = running > 0 ? epoll_wait(epoll, ready, 64, PATIENCE_MS) : 0;
        if (n == 0 && running > 0)
            bail_out("nothing has come for %d connections", running);
        for (int i = 0; i < n; i++)
            if (((struct fetch *)ready[i].data.ptr)->running)
                step(ready[i].data.ptr);
    }
}

static int open_ones(void)
{
    int open = 0;

    for (int i = 0; i < count; i++)
        open += libhttp_connection_is_open(fetches[i].c);
    return open;
}

static void make(int port)
{
    fetches = calloc((size_t)count, sizeof *fetches);
    for (int i = 0; i < count; i++) {
        fetches[i].generation = -1;
        if (libhttp_connection_new(&fetches[i].c) != LIBHTTP_OK ||
            libhttp_connection_set_host(fetches[i].c, "127.0.0.1", -1, port) != LIBHTTP_OK ||
            libhttp_connection_set_mode(fetches[i].c, LIBHTTP_MODE_NONBLOCKING) != LIBHTTP_OK)
            bail_out("no connection");
    }
}

int main(void)
{
    const char *many = getenv("LOAD_CONNECTIONS");
    struct server *nginx = nginx_start(&(struct nginx_options){0});
    struct rlimit limit;
    int64_t memory, each;
    int descriptors;

    count = many ? (int)strtol(many, NULL, 10) : USUALLY / fewer();
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < (rlim_t)count + 100)
        bail_out("%d connections need more descriptors than the limit of %lld", count,
                 (long long)limit.rlim_cur);
    diag("%d connections", count); /* from here on the output has its memory */
    memory = malloc_in_use();
    descriptors = count_descriptors();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    make(nginx_port(nginx));
    for (int i = 0; i < ROUNDS; i++) {
        run_round();
        is(open_ones(), count, "T-33 round %d: %d connections are open at once", i + 1, count);
    }
    is(bad, 0, "each answer is whole and right");
    each = (malloc_in_use() - memory) / count;
    ok(each < KB_EACH_MAX * 1024, "T-20 %lld bytes of memory for each", (long long)each);
    for (int i = 0; i < count; i++)
        libhttp_connection_free(fetches[i].c);
    free(fetches);
    close(epoll);
    is(malloc_in_use() - memory, 0, "T-32 nothing of it is left");
    is(count_descriptors(), descriptors, "T-33 nor a descriptor");
    server_stop(nginx);
    return done_testing();
}
