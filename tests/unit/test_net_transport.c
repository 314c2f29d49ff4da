/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "net/endpoint.h"
#include "net/transport.h"
#include "tap.h"

static int calls;

static int32_t count_advance(struct transport *t, int64_t now, struct failure *failure)
{
    (void)t;
    (void)failure;
    calls++;
    return now == 7 ? LIBHTTP_AGAIN : LIBHTTP_OK;
}

static bool yes(const struct transport *t)
{
    (void)t;
    return true;
}

static int forty_two(const struct transport *t)
{
    (void)t;
    return 42;
}

static int taken_out(struct transport *t)
{
    (void)t;
    return 43;
}

static const struct transport_ops empty_ops = {.name = "empty"};
static const struct transport_ops bottom_ops = {.name = "bottom",
                                                .advance = count_advance,
                                                .has_input = yes,
                                                .fileno = forty_two,
                                                .detach = taken_out};

static void test_passing(void)
{
    struct transport bottom = {.ops = &bottom_ops};
    struct transport middle = {.ops = &empty_ops, .next = &bottom};
    struct transport top = {.ops = &empty_ops, .next = &middle};
    struct failure failure;

    failure_init(&failure);
    is(transport_advance(&top, 7, &failure), LIBHTTP_AGAIN, "an empty slot passes down");
    is(calls, 1, "once");
    ok(transport_has_input(&top), "any slot does");
    is(transport_fileno(&top), 42, "C-98 the descriptor is the bottom's");
    is(transport_detach(&bottom), 43, "C-125 the bottom gives it away");
    is(transport_detach(&top), -1, "C-125 but not from below another link");
    failure_done(&failure);
}

static void test_nobody(void)
{
    struct transport only = {.ops = &empty_ops};
    struct failure failure;
    struct wait wait = {3, 3, 3};
    int64_t sent;
    size_t moved;

    failure_init(&failure);
    is(transport_advance(&only, 0, &failure), LIBHTTP_OK, "nothing to open");
    is(transport_read(&only, NULL, 0, &moved, &failure), LIBHTTP_E_NOT_CONNECTED, "to read");
    is(transport_write(&only, NULL, 0, &moved, &failure), LIBHTTP_E_NOT_CONNECTED, "to write");
    is(transport_send_file(&only, 0, 0, &sent, &failure), LIBHTTP_E_NOT_CONNECTED, "for a file");
    is(transport_flush(NULL, &failure), LIBHTTP_E_NOT_CONNECTED, "to flush");
    is(transport_shutdown_write(&only, &failure), LIBHTTP_OK, "to end");
    is(transport_look(&only, &failure), LIBHTTP_OK, "to look at");
    is(transport_set_mode(&only, &failure), LIBHTTP_OK, "to switch");
    ok(!transport_has_input(&only), "to have input");
    transport_wait(&only, WANT_READ, &wait);
    ok(wait.fd == -1 && wait.events == 0 && wait.deadline == CLOCK_NEVER, "to wait for");
    transport_trim(&only);
    transport_free(NULL, false);
    is(transport_fileno(&only), -1, "C-98 no descriptor");
    failure_done(&failure);
}

int main(void)
{
    test_passing();
    test_nobody();
    return done_testing();
}
