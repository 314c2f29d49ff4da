/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "net/cancel.h"
#include "support/counts.h"
#include "support/patience.h"
#include "support/sockets.h"
#include "tap.h"

#define CANCELS 100000
#define SOCKETS 20000

static void pair(int fds[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        bail_out("socketpair");
}

static bool has_ended(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static bool is_readable(int fd)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};

    return poll(&pollfd, 1, 0) == 1;
}

static void test_a_point(void)
{
    struct canceller *c = canceller_new();
    struct cancel_point p;
    int fds[2], event;

    pair(fds);
    cancel_point_init(&p, c);
    ok(!cancel_point_cancelled(&p), "C-121 a point begins without a cancel");
    cancel_point_publish(&p, fds[0]);
    event = cancel_point_event(&p);
    ok(!is_readable(event) && !has_ended(fds[1]), "C-121 nobody is woken before");
    canceller_cancel(c);
    ok(cancel_point_cancelled(&p), "C-121 a cancel is seen");
    ok(has_ended(fds[1]), "C-121 the socket is shut down");
    ok(cancel_point_woken(&p), "C-121 and known not to be used again");
    ok(is_readable(event), "C-121 the eventfd is readable");
    canceller_reset(c);
    ok(!cancel_point_cancelled(&p), "C-121 a reset takes the cancel back");
    ok(!is_readable(event), "C-121 and empties the eventfd");
    ok(cancel_point_woken(&p), "C-121 but the socket stays as it is");
    is(cancel_point_event(&p), event, "there is one eventfd a point");
    close(fds[1]);
    cancel_point_done(&p);
    ok(fcntl(fds[0], F_GETFD) < 0 && fcntl(event, F_GETFD) < 0, "T-33 the point closes both");
    canceller_unref(c);
}

static void test_order(void)
{
    struct canceller *c = canceller_new();
    struct cancel_point p;
    int fds[2];

    canceller_cancel(c);
    canceller_cancel(c);
    cancel_point_init(&p, c);
    ok(cancel_point_cancelled(&p), "C-121 a cancel is sticky: a later point has it");
    ok(is_readable(cancel_point_event(&p)), "C-121 its eventfd, too");
    pair(fds);
    cancel_point_publish(&p, fds[0]);
    ok(has_ended(fds[1]), "C-121 a socket that is published later is shut down at once");
    is(cancel_point_withdraw(&p), fds[0], "a socket can be withdrawn");
    is(cancel_point_withdraw(&p), -1, "once");
    ok(!cancel_point_woken(&p), "and is nobody's then");
    cancel_point_close(&p);
    ok(fcntl(fds[0], F_GETFD) >= 0, "T-33 a withdrawn socket is not closed");
    close(fds[0]);
    close(fds[1]);
    cancel_point_done(&p);
    cancel_point_done(&p);
    canceller_unref(c);
    canceller_unref(NULL);
}

static void test_one_of_three(void)
{
    struct canceller *c = canceller_new();
    struct cancel_point p[3];
    int fds[3][2];

    for (int i = 0; i < 3; i++) {
        pair(fds[i]);
        cancel_point_init(&p[i], c);
        cancel_point_publish(&p[i], fds[i][0]);
    }
    cancel_point_cancel(&p[1]);
    ok(has_ended(fds[1][1]), "C-21 a session of its own can be cancelled");
    ok(!has_ended(fds[0][1]) && !has_ended(fds[2][1]), "C-21 without the connection's others");
    canceller_reset(c);
    ok(cancel_point_cancelled(&p[1]), "C-21 that cancel isn't taken back");
    cancel_point_done(&p[1]);
    canceller_cancel(c);
    ok(has_ended(fds[0][1]) && has_ended(fds[2][1]), "C-121 all points of a canceller are woken");
    cancel_point_done(&p[0]);
    canceller_unref(c);
    cancel_point_done(&p[2]);
    for (int i = 0; i < 3; i++)
        close(fds[i][1]);
}

static atomic_bool cancel_is_over;

static void *cancel(void *c)
{
    canceller_cancel(c);
    atomic_store(&cancel_is_over, true);
    return NULL;
}

/* How often somebody has paused, and by how many seconds the clock is ahead since the first time.
 */
static atomic_int naps, stood_still;

__attribute__((visibility("default"))) int nanosleep(const struct timespec *time,
                                                     struct timespec *left)
{
    int status = clock_nanosleep(CLOCK_MONOTONIC, 0, time, left);

    atomic_fetch_add(&naps, 1);
    errno = status;
    return status == 0 ? 0 : -1;
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *ret)
{
    int status = (int)syscall(SYS_clock_gettime, clock, ret);

    if (atomic_load(&naps) > 0)
        ret->tv_sec += atomic_load(&stood_still);
    return status;
}

/* A connect that hangs for want of a timeout, and a cancel that may come too early for it. */
struct hanging {
    int socket;
    struct sockaddr_in to;
    struct full_backlog *full;
    struct canceller *canceller;
    struct cancel_point point;
    pthread_t thread; /* the one that cancels */
};

static void hanging_init(struct hanging *h)
{
    int port;

    h->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    h->full = full_backlog_tcp(&port);
    h->to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    h->to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    h->canceller = canceller_new();
    cancel_point_init(&h->point, h->canceller);
    cancel_point_publish(&h->point, h->socket);
    cancel_point_connecting(&h->point, true);
}

static void hanging_cancel(struct hanging *h)
{
    if (pthread_create(&h->thread, NULL, cancel, h->canceller))
        bail_out("no thread");
}

static bool hanging_connect_fails(const struct hanging *h)
{
    return connect(h->socket, (const struct sockaddr *)&h->to, sizeof h->to) < 0;
}

/* The connect is over, and so is the cancel. */
static void hanging_join(struct hanging *h)
{
    cancel_point_connecting(&h->point, false);
    pthread_join(h->thread, NULL);
}

static void hanging_done(struct hanging *h)
{
    cancel_point_done(&h->point);
    canceller_unref(h->canceller);
    full_backlog_free(h->full);
}

/*
 * A cancel between publish and connect: its shutdown is lost, and nothing but another one wakes a
 * connect that has no timeout.
 */
static void test_connecting(void)
{
    struct hanging h;
    int64_t start;

    hanging_init(&h);
    hanging_cancel(&h);
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    start = clock_now();
    ok(hanging_connect_fails(&h), "C-121 a connect behind a cancel");
    ok(clock_now() - start < PATIENCE_MS * INT64_C(1000), "C-121 is woken, too");
    hanging_join(&h);
    cancel_point_connecting(&h.point, true);
    start = clock_now();
    canceller_cancel(h.canceller);
    ok(clock_now() - start < PATIENCE_MS * INT64_C(1000),
       "C-121 a cancel doesn't wait for ever for that");
    hanging_done(&h);
}

/* The whole process stands still meanwhile: the connect is still awaited afterwards. */
static void test_standing_still(void)
{
    struct hanging h;

    hanging_init(&h);
    atomic_store(&naps, 0);
    atomic_store(&stood_still, 3600);
    atomic_store(&cancel_is_over, false);
    hanging_cancel(&h);
    while (atomic_load(&naps) < 2 && !atomic_load(&cancel_is_over))
        poll(NULL, 0, 1);
    if (ok(!atomic_load(&cancel_is_over), "C-121 a cancel goes on after an hour's pause"))
        ok(hanging_connect_fails(&h), "C-121 and wakes the connect");
    hanging_join(&h);
    atomic_store(&stood_still, 0);
    hanging_done(&h);
}

static void in_child(struct canceller *c, struct cancel_point *p, int socket, int event)
{
    int fds[2];

    alarm(PATIENCE_S);
    canceller_cancel(c);
    canceller_reset(c);
    cancel_point_close(p);
    if (fcntl(socket, F_GETFD) >= 0)
        _exit(2);
    pair(fds);
    cancel_point_publish(p, fds[0]);
    if (cancel_point_event(p) < 0)
        _exit(3);
    canceller_cancel(c);
    cancel_point_done(p);
    canceller_unref(c);
    (void)event;
    _exit(has_ended(fds[1]) ? 0 : 4);
}

static void test_fork(void)
{
    struct canceller *c = canceller_new();
    struct cancel_point p;
    int fds[2], event, status = -1;
    pid_t child;

    pair(fds);
    cancel_point_init(&p, c);
    cancel_point_publish(&p, fds[0]);
    event = cancel_point_event(&p);
    /* Another thread is in the middle of a cancel. */
    atomic_store(&c->lock, process_generation() * 2 + 1);
    child = fork();
    if (child == 0)
        in_child(c, &p, fds[0], event);
    atomic_store(&c->lock, process_generation() * 2);
    waitpid(child, &status, 0);
    is(status, 0, "T-39 a fork in the middle of a cancel: the child goes on");
    ok(!has_ended(fds[1]), "T-39 the child's cancel leaves the parent's socket alone");
    ok(!is_readable(event), "T-39 and its eventfd");
    ok(!cancel_point_cancelled(&p), "T-39 and its flag");
    close(fds[1]);
    cancel_point_done(&p);
    canceller_unref(c);
}

struct storm {
    struct canceller *canceller;
    atomic_bool over;
    atomic_int hit;
    atomic_int opened;
};

/* Sockets come and go under a point that is being cancelled all the time. */
static void *reuse(void *argument)
{
    struct storm *storm = argument;
    struct cancel_point p;
    int fds[2];

    cancel_point_init(&p, storm->canceller);
    while (!atomic_load(&storm->over)) {
        pair(fds);
        cancel_point_publish(&p, fds[0]);
        cancel_point_close(&p);
        close(fds[1]);
        /* Where threads run one at a time the cancels would hardly ever have the lock. */
        if (atomic_fetch_add(&storm->opened, 1) % 16 == 0)
            nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
    }
    cancel_point_done(&p);
    return NULL;
}

/* Somebody else's sockets, under the numbers that have just become free. */
static void *bystander(void *argument)
{
    struct storm *storm = argument;
    int fds[2];
    char byte;

    while (!atomic_load(&storm->over)) {
        pair(fds);
        for (int i = 0; i < 2; i++) {
            if (send(fds[i], "x", 1, MSG_NOSIGNAL) != 1 || recv(fds[1 - i], &byte, 1, 0) != 1)
                atomic_fetch_add(&storm->hit, 1);
        }
        close(fds[0]);
        close(fds[1]);
    }
    return NULL;
}

static void test_storm(void)
{
    struct storm storm = {.canceller = canceller_new()};
    pthread_t threads[3];
    int64_t enough = clock_after(clock_now(), 5000);
    int count = 0;

    for (int i = 0; i < 3; i++) {
        if (pthread_create(&threads[i], NULL, i == 2 ? bystander : reuse, &storm))
            bail_out("no thread");
    }
    /* On a slow machine less than that, but not none. */
    while (count == 0 ||
           (clock_now() < enough && (count < CANCELS || atomic_load(&storm.opened) < SOCKETS))) {
        canceller_cancel(storm.canceller);
        if (count++ % 3 == 0)
            canceller_reset(storm.canceller);
        if (count % 16 == 0)
            sched_yield();
    }
    atomic_store(&storm.over, true);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    is(storm.hit, 0, "T-33 C-121 %d cancels against %d sockets hit nobody else", count,
       atomic_load(&storm.opened));
    canceller_unref(storm.canceller);
}

int main(void)
{
    int descriptors = count_descriptors();

    test_a_point();
    test_order();
    test_one_of_three();
    test_connecting();
    test_standing_still();
    test_fork();
    test_storm();
    is(count_descriptors(), descriptors, "T-33 no descriptor is left open");
    return done_testing();
}
