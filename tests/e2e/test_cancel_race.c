/* SPDX-License-Identifier: MIT */
/* Thousands of cancels against connect, exchange, reuse and close; two connections in two threads.
 * To be run under ThreadSanitizer too. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support/conn.h"
#include "support/fewer.h"
#include "support/patience.h"
#include "support/sockets.h"
#include "tap.h"

/* So many cancels, and so many that hit; on a slow machine less than that, but not none. */
enum { CANCELS = 4000, HITS = 100, WORKERS = 2, MOST_MS = 8000 };

static int port;
static atomic_int cancels, exchanges, cancelled, wrong, foreign_hit;
static atomic_bool over;

/* A server of one thread a connection: answers whatever comes, until the client closes. */
static void *serve_one(void *argument)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    int fd = (int)(intptr_t)argument;
    char room[4096];

    while (recv(fd, room, sizeof room, 0) > 0 &&
           send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL) > 0)
        continue;
    close(fd);
    return NULL;
}

static void *serve(void *argument)
{
    int listener = *(const int *)argument;

    for (;;) {
        int fd = accept(listener, NULL, NULL);
        pthread_t thread;

        if (fd < 0)
            return NULL;
        if (pthread_create(&thread, NULL, serve_one, (void *)(intptr_t)fd) != 0)
            bail_out("no thread");
        pthread_detach(thread);
    }
}

/* Sockets that come and go under the numbers that the library has just closed: none of them may
 * ever be shut down. */
static void *be_foreign(void *argument)
{
    char byte;
    int fds[2];

    while (!atomic_load(&over)) {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
            continue;
        for (int i = 0; i < 20; i++) {
            if (recv(fds[0], &byte, 1, MSG_DONTWAIT) == 0 ||
                recv(fds[1], &byte, 1, MSG_DONTWAIT) == 0)
                atomic_fetch_add(&foreign_hit, 1);
        }
        close(fds[0]);
        close(fds[1]);
    }
    return argument;
}

struct worker {
    libhttp_connection *c;
    pthread_t thread, canceller;
    atomic_bool done;
    atomic_int served;
    int32_t mode;
    unsigned seed;
};

static void exchange(struct worker *w, unsigned turn)
{
    char body[8];
    int64_t got = conn_get(w->c, "/", body, sizeof body);

    if (got == 2) {
        atomic_fetch_add(&exchanges, 1);
        atomic_fetch_add(&w->served, 1);
    } else if (got == LIBHTTP_E_CANCELLED)
        atomic_fetch_add(&cancelled, 1);
    else if (atomic_fetch_add(&wrong, 1) < 5)
        diag("%lld: %s", (long long)got, libhttp_connection_error(w->c));
    if (got < 0)
        libhttp_connection_cancel_reset(w->c);
    if (turn % 4 == 0)
        libhttp_connection_close(w->c);
}

static void *work(void *argument)
{
    struct worker *w = argument;

    for (unsigned turn = 0; !atomic_load(&over); turn++)
        exchange(w, turn);
    atomic_store(&w->done, true);
    return NULL;
}

/* However slow the machine is: now and then nobody cancels before an exchange has gone well. */
static void let_one_through(struct worker *w)
{
    int before = atomic_load(&w->served);

    while (atomic_load(&w->served) == before && !atomic_load(&w->done))
        poll(NULL, 0, 1);
}

static void *cancel(void *argument)
{
    struct worker *w = argument;

    for (unsigned turn = 1; !atomic_load(&w->done); turn++) {
        if (turn % 50 == 0)
            let_one_through(w);
        w->seed = w->seed * 1103515245 + 12345;
        nanosleep(&(struct timespec){.tv_nsec = (w->seed >> 8) % 200000 * fewer()}, NULL);
        libhttp_connection_cancel(w->c);
        atomic_fetch_add(&cancels, 1);
    }
    return NULL;
}

static void start(struct worker *w, int32_t mode)
{
    w->mode = mode;
    w->seed = (unsigned)mode + 1;
    w->c = conn_new(port, mode);
    libhttp_connection_set_timeout(w->c, PATIENCE_MS);
    if (pthread_create(&w->thread, NULL, work, w) != 0 ||
        pthread_create(&w->canceller, NULL, cancel, w) != 0)
        bail_out("no thread");
}

static void finish(struct worker *w)
{
    char body[8];

    pthread_join(w->thread, NULL);
    pthread_join(w->canceller, NULL);
    libhttp_connection_cancel_reset(w->c);
    is(conn_get(w->c, "/", body, sizeof body), 2, "C-121 after all that %s mode serves: %s",
       conn_mode_name(w->mode), libhttp_connection_error(w->c));
    libhttp_connection_free(w->c);
}

/* Whoever holds the handle's last reference may be the one that waits. */
static void test_free_after_cancel(void)
{
    for (int i = 0; i < 300; i++) {
        libhttp_connection *c = conn_new(port, LIBHTTP_MODE_BLOCKING);
        struct cancel_later *later = connection_cancel_later(c, 0);
        char body[8];
        int64_t got = conn_get(c, "/", body, sizeof body);

        if (got != 2 && got != LIBHTTP_E_CANCELLED)
            fail("C-121 cancelled at some moment: %s", libhttp_connection_error(c));
        cancel_later_done(later);
        libhttp_connection_free(c);
    }
    pass("C-121 300 connections cancelled at some moment and freed");
}

static bool enough(int64_t ms)
{
    bool hits = atomic_load(&cancelled) > HITS && atomic_load(&exchanges) > 0;

    return ms >= PATIENCE_MS || (hits && (ms >= MOST_MS || atomic_load(&cancels) >= CANCELS));
}

int main(void)
{
    static struct worker workers[WORKERS];
    pthread_t server, foreign;
    int64_t from = milliseconds();
    int listener = listen_loopback(64, &port);

    if (pthread_create(&server, NULL, serve, &listener) != 0 ||
        pthread_create(&foreign, NULL, be_foreign, NULL) != 0)
        bail_out("no thread");
    for (int i = 0; i < WORKERS; i++)
        start(&workers[i], i);
    while (!enough(milliseconds() - from))
        poll(NULL, 0, 5);
    atomic_store(&over, true);
    for (int i = 0; i < WORKERS; i++)
        finish(&workers[i]);
    pthread_join(foreign, NULL);
    diag("%d cancels, %d exchanges, %d of them cancelled", atomic_load(&cancels),
         atomic_load(&exchanges), atomic_load(&cancelled));
    ok(atomic_load(&cancelled) > HITS, "C-121 cancels hit: %d", atomic_load(&cancelled));
    ok(atomic_load(&exchanges) > 0, "C-121 and exchanges go well: %d", atomic_load(&exchanges));
    is(atomic_load(&wrong), 0,
       "C-121 T-39 two handles, two threads: whatever fails says that it was cancelled");
    is(atomic_load(&foreign_hit), 0, "T-33 no descriptor of somebody else was shut down");
    test_free_after_cancel();
    shutdown(listener, SHUT_RDWR);
    pthread_join(server, NULL);
    close(listener);
    return done_testing();
}
