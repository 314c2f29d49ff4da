/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "net/race.h"
#include "net/watch.h"
#include "support/counts.h"
#include "support/net.h"
#include "support/patience.h"
#include "support/sockets.h"
#include "tap.h"

#define DELAY (LIMIT_ATTEMPT_DELAY_MS * 1000)

/* A race whose time is told by the test. */
struct fixture {
    struct net net;
    struct endpoint to;
    struct race *race;
    int watch;
    int socket;
    union address peer;
};

static void begin(struct fixture *f, const union address *addresses, uint32_t count)
{
    struct address_list list;

    *f = (struct fixture){.socket = -1};
    net_init(&f->net, true);
    f->watch = watch_open(&f->net.io.cancel);
    if (f->watch < 0 || !address_list_init(&list, count))
        bail_out("no race");
    for (uint32_t i = 0; i < count; i++)
        address_list_add(&list, &addresses[i].any, AF_UNSPEC);
    f->race = race_new(&f->to, &list, f->watch);
    is(list.items == NULL, f->race != NULL, "the race takes the list over");
}

static int32_t step(struct fixture *f, int64_t now)
{
    return race_step(f->race, now, &f->socket, &f->peer);
}

static void end(struct fixture *f)
{
    if (f->socket >= 0)
        close(f->socket);
    race_free(f->race);
    close(f->watch);
    net_done(&f->net);
}

static void test_staggering(void)
{
    struct full_backlog *full[3];
    union address addresses[3];
    struct fixture f;
    int descriptors;

    for (int i = 0; i < 3; i++) {
        int port;

        full[i] = full_backlog_tcp(&port);
        addresses[i] = net_address("127.0.0.1", port);
    }
    begin(&f, addresses, 3);
    descriptors = count_descriptors();
    is(step(&f, 1000), LIBHTTP_AGAIN, "C-126 the first attempt hangs");
    is(count_descriptors() - descriptors, 1, "C-126 it is alone");
    is(race_next_at(f.race), 1000 + DELAY, "C-126 the next is due after the delay");
    is(step(&f, 999 + DELAY), LIBHTTP_AGAIN, "C-126 a moment before");
    is(count_descriptors() - descriptors, 1, "C-126 it isn't made");
    is(step(&f, 1000 + DELAY), LIBHTTP_AGAIN, "C-126 at its time");
    is(count_descriptors() - descriptors, 2, "C-126 it is");
    is(race_next_at(f.race), 1000 + 2 * DELAY, "C-126 and the third has its own delay");
    is(step(&f, 1000 + 5 * DELAY), LIBHTTP_AGAIN, "C-126 a late step");
    is(count_descriptors() - descriptors, 3, "C-126 makes it");
    is(race_next_at(f.race), CLOCK_NEVER, "C-126 then there are no more");
    end(&f);
    for (int i = 0; i < 3; i++)
        full_backlog_free(full[i]);
}

static void test_failing_at_once(void)
{
    int port, closed = closed_port(), listener = listen_loopback(5, &port);
    union address addresses[3] = {net_address("127.0.0.1", closed),
                                  net_address("127.0.0.2", closed), net_address("127.0.0.1", port)};
    struct fixture f;
    int64_t start = clock_now();
    int32_t status;

    begin(&f, addresses, 3);
    while ((status = step(&f, start)) == LIBHTTP_AGAIN &&
           clock_now() - start < PATIENCE_MS * INT64_C(1000))
        continue;
    is(status, LIBHTTP_OK,
       "C-126 two refuse, the third is connected at once: the race's time "
       "stood still");
    ok(address_equal(&f.peer, &addresses[2]), "C-126 the winner's address is told");
    ok(fcntl(f.socket, F_GETFL) & O_NONBLOCK, "its socket is non-blocking");
    contains(race_reasons(f.race)->text, "127.0.0.1:", "C-126 and why the first failed");
    contains(race_reasons(f.race)->text, "; 127.0.0.2:", "C-126 and the second");
    end(&f);
    close(listener);
}

/* One that fails while another still hangs: the next doesn't wait for its turn. */
static void test_failing_beside_one(void)
{
    int port, full_port, listener = listen_loopback(5, &port);
    struct full_backlog *full = full_backlog_tcp(&full_port);
    union address addresses[3] = {net_address("127.0.0.1", full_port),
                                  net_address("127.0.0.1", closed_port()),
                                  net_address("127.0.0.1", port)};
    int64_t start = clock_now();
    struct fixture f;
    int32_t status;

    begin(&f, addresses, 3);
    is(step(&f, 1000), LIBHTTP_AGAIN, "C-126 the first hangs");
    while ((status = step(&f, 1000 + DELAY)) == LIBHTTP_AGAIN &&
           clock_now() - start < PATIENCE_MS * INT64_C(1000))
        continue;
    is(status, LIBHTTP_OK, "C-126 the second refuses, the third comes at once");
    ok(address_equal(&f.peer, &addresses[2]), "C-126 and wins");
    end(&f);
    full_backlog_free(full);
    close(listener);
}

static void test_hang_then_win(bool nonblocking)
{
    int port, full_port, listener = listen_loopback(5, &port);
    struct full_backlog *full = full_backlog_tcp(&full_port);
    union address addresses[2] = {net_address("127.0.0.1", full_port),
                                  net_address("127.0.0.1", port)};
    struct endpoint to = {.host = "example.test", .addresses = addresses, .address_count = 2};
    int descriptors = count_descriptors();
    int64_t start = clock_now();
    struct endpoint_info info;
    struct transport *t;
    struct net net;
    int ms;

    net_init(&net, nonblocking);
    net.io.may_sleep = !nonblocking;
    net.io.slice_ms = 240;
    t = net_connect(&net, &to, PATIENCE_MS);
    ms = (int)((clock_now() - start) / 1000);
    ok(t != NULL, "C-126 the first address hangs, the second is connected");
    ok(ms >= LIMIT_ATTEMPT_DELAY_MS - 10 && ms < LIMIT_ATTEMPT_DELAY_MS + PATIENCE_MS,
       "C-126 after one delay: %d ms", ms);
    tcp_info(t, &info);
    is(ntohs(info.peer.in.sin_port), port, "C-126 the address connected to can be told");
    is((fcntl(transport_fileno(t), F_GETFL) & O_NONBLOCK) != 0, nonblocking,
       "the winner has the session's mode");
    transport_free(t, false);
    net_done(&net);
    is(count_descriptors(), descriptors, "T-33 nothing stays open");
    full_backlog_free(full);
    close(listener);
}

static void test_all_fail(void)
{
    int port = closed_port();
    union address addresses[2] = {net_address("127.0.0.1", port), net_address("127.0.0.2", port)};
    struct endpoint to = {.host = "example.test", .addresses = addresses, .address_count = 2};
    char sentence[160];
    struct net net;

    net_init(&net, true);
    ok(net_connect(&net, &to, PATIENCE_MS) == NULL, "C-126 all addresses refuse");
    is(net.failure.code, LIBHTTP_E_OS, "C-126 an error of the system");
    is(net.failure.os_error, ECONNREFUSED, "C-126 the last one");
    snprintf(sentence, sizeof sentence,
             "connect to example.test: 127.0.0.1:%d: Connection refused; 127.0.0.2:%d: Connection "
             "refused",
             port, port);
    is_str(failure_text(&net.failure), sentence, "C-126 the sentence has each reason");
    to.source = net_address("::1", 0);
    ok(net_connect(&net, &to, PATIENCE_MS) == NULL, "C-8 none has the source address's family");
    is(net.failure.os_error, EAFNOSUPPORT, "C-8 which is an error of its own");
    net_done(&net);
}

static void test_cancel(bool nonblocking)
{
    int port, other, descriptors = count_descriptors(), ms;
    struct full_backlog *full[2] = {full_backlog_tcp(&port), full_backlog_tcp(&other)};
    union address addresses[2] = {net_address("127.0.0.1", port), net_address("127.0.0.1", other)};
    struct endpoint to = {.host = "example.test", .addresses = addresses, .address_count = 2};
    struct later *later;
    struct net net;

    net_init(&net, nonblocking);
    net.io.may_sleep = !nonblocking;
    later = cancel_later(net.canceller, 350);
    ok(net_connect(&net, &to, PATIENCE_MS) == NULL, "C-121 a race is cancelled");
    ms = later_done(later);
    is(net.failure.code, LIBHTTP_E_CANCELLED, "C-121 with that error");
    ok(ms < PATIENCE_MS, "C-121 at once, in %d ms", ms);
    net_done(&net);
    for (int i = 0; i < 2; i++)
        full_backlog_free(full[i]);
    is(count_descriptors(), descriptors, "T-33 nothing stays open");
}

static void test_many(void)
{
    int closed = closed_port();
    union address addresses[LIMIT_ADDRESSES];
    struct endpoint to = {.host = "example.test", .addresses = addresses};
    char literal[32];
    struct net net;

    for (unsigned i = 0; i < LIMIT_ADDRESSES; i++) {
        snprintf(literal, sizeof literal, "127.0.0.%u", i + 1);
        addresses[i] = net_address(literal, closed);
    }
    to.address_count = LIMIT_ADDRESSES;
    net_init(&net, true);
    ok(net_connect(&net, &to, PATIENCE_MS) == NULL, "C-126 many addresses refuse");
    ok(strlen(failure_text(&net.failure)) < 1024, "C-126 a sentence has its end");
    net_done(&net);
}

int main(void)
{
    int descriptors = count_descriptors();

    test_staggering();
    test_failing_at_once();
    test_failing_beside_one();
    test_hang_then_win(false);
    test_hang_then_win(true);
    test_all_fail();
    test_cancel(false);
    test_cancel(true);
    test_many();
    race_free(NULL);
    is(count_descriptors(), descriptors, "T-33 no descriptor is left open");
    return done_testing();
}
