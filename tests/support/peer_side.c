/* SPDX-License-Identifier: MIT */
/* The peer's side: the steps of a script. */
#include "support/peer_side.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support/printable.h"

static void sleep_ms(int64_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

static void do_gate(struct peer_side *side)
{
    struct timespec until;
    int passed;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += side->wait_ms / 1000;
    do
        passed = sem_timedwait(&side->shared->gates, &until);
    while (passed != 0 && errno == EINTR);
    if (passed != 0)
        peer_complain(side, "GATE: the test did not open it in time");
}

static const char *how_it_ended(int got)
{
    return got == -2  ? "nothing more came in time"
           : got == 0 ? "the client closed"
                      : "the connection broke";
}

/* Until n bytes are pending. */
static bool fill_pending(struct peer_side *side, size_t n, const char *what)
{
    while (side->pending_length < n) {
        int got = peer_read_more(side, side->wait_ms);

        if (got <= 0) {
            char room[300];

            printable(room, sizeof room, side->pending, side->pending_length);
            peer_complain(side, "%s: %s after %zu of %zu bytes: \"%s\"", what, how_it_ended(got),
                          side->pending_length, n, room);
            return false;
        }
    }
    return true;
}

static void do_expect(struct peer_side *side, const struct peer_step *step)
{
    char got[250], want[250];
    size_t at = 0;
    bool whole = fill_pending(side, step->length, "EXPECT");
    size_t length = whole ? step->length : side->pending_length;

    while (at < length && side->pending[at] == step->data[at])
        at++;
    if (at < length) {
        size_t from = at < 30 ? 0 : at - 30;

        printable(got, sizeof got, side->pending + from, length - from);
        printable(want, sizeof want, step->data + from, step->length - from);
        peer_complain(side, "EXPECT: at byte %zu got \"%s\", wanted \"%s\"", at, got, want);
    }
    peer_take(side, length, true);
}

static void do_read_head(struct peer_side *side)
{
    const char *end = NULL;

    while (side->pending_length < 4 ||
           (end = memmem(side->pending, side->pending_length, "\r\n\r\n", 4)) == NULL)
        if (!fill_pending(side, side->pending_length + 1, "READ_HEAD"))
            return;
    peer_take(side, (size_t)(end - side->pending) + 4, true);
}

static void do_read(struct peer_side *side, size_t n)
{
    while (n > 0 && (side->pending_length > 0 || fill_pending(side, 1, "READ"))) {
        size_t piece = n < side->pending_length ? n : side->pending_length;

        peer_take(side, piece, true);
        n -= piece;
    }
}

static void do_read_fill(struct peer_side *side, uint64_t n)
{
    char want[4096];

    for (uint64_t offset = 0; offset < n;) {
        size_t piece = n - offset < sizeof want ? (size_t)(n - offset) : sizeof want;

        if (side->pending_length == 0 && !fill_pending(side, 1, "READ_FILL"))
            return;
        piece = piece < side->pending_length ? piece : side->pending_length;
        peer_fill(want, offset, piece);
        if (memcmp(want, side->pending, piece) != 0) {
            peer_complain(side, "READ_FILL: other bytes between %llu and %llu",
                          (unsigned long long)offset, (unsigned long long)(offset + piece));
            return;
        }
        peer_take(side, piece, false);
        offset += piece;
    }
}

static void do_nothing_arrives(struct peer_side *side, int ms)
{
    int got = side->pending_length > 0 ? 1 : peer_read_more(side, ms);
    char room[300];

    if (got == -2)
        return;
    printable(room, sizeof room, side->pending, side->pending_length);
    if (got > 0)
        peer_complain(side, "NOTHING_ARRIVES: but \"%s\" came", room);
    else
        peer_complain(side, "NOTHING_ARRIVES: %s", how_it_ended(got));
}

static void do_wait_close(struct peer_side *side, bool silent)
{
    int got = 1;

    do {
        if (silent && side->pending_length > 0) {
            char room[300];

            printable(room, sizeof room, side->pending, side->pending_length);
            peer_complain(side, "EXPECT_CLOSE: \"%s\" came before it", room);
            silent = false;
        }
        peer_take(side, side->pending_length, true);
        got = peer_read_more(side, side->wait_ms);
    } while (got > 0);
    if (got == -2)
        peer_complain(side, "the client did not close in time");
}

static void do_send(struct peer_side *side, const struct peer_step *step)
{
    if (!peer_write(side, step->data, step->length))
        peer_complain(side, "SEND: the client has gone: %s", strerror(errno));
}

static void do_send_slowly(struct peer_side *side, const struct peer_step *step)
{
    for (size_t i = 0; i < step->length; i++) {
        if (i > 0)
            sleep_ms(step->number);
        if (!peer_write(side, step->data + i, 1))
            return;
    }
}

static void do_send_fill(struct peer_side *side, uint64_t n)
{
    static char piece[65536];

    for (uint64_t offset = 0; offset < n; offset += sizeof piece) {
        size_t length = n - offset < sizeof piece ? (size_t)(n - offset) : sizeof piece;

        peer_fill(piece, offset, length);
        if (!peer_write(side, piece, length))
            return;
    }
}

static void do_shutdown(struct peer_side *side)
{
    if (side->ssl != NULL)
        SSL_shutdown(side->ssl);
    shutdown(side->fd, SHUT_WR);
}

static void do_no_connection(struct peer_side *side, int ms)
{
    if (peer_poll(side->listener, ms))
        peer_complain(side, "NO_CONNECTION: but somebody connected");
}

static void do_listen_no_more(struct peer_side *side)
{
    if (side->listener >= 0)
        close(side->listener);
    side->listener = -1;
}

static bool input_step(struct peer_side *side, const struct peer_step *step)
{
    switch (step->action) {
    case PEER_DO_EXPECT:
        do_expect(side, step);
        return true;
    case PEER_DO_READ_HEAD:
        do_read_head(side);
        return true;
    case PEER_DO_READ:
        do_read(side, (size_t)step->number);
        return true;
    case PEER_DO_READ_FILL:
        do_read_fill(side, (uint64_t)step->number);
        return true;
    case PEER_DO_NOTHING_ARRIVES:
        do_nothing_arrives(side, (int)step->number);
        return true;
    case PEER_DO_WAIT_CLOSE:
    case PEER_DO_EXPECT_CLOSE:
        do_wait_close(side, step->action == PEER_DO_EXPECT_CLOSE);
        return true;
    default:
        return false;
    }
}

static bool output_step(struct peer_side *side, const struct peer_step *step)
{
    switch (step->action) {
    case PEER_DO_SEND:
        do_send(side, step);
        return true;
    case PEER_DO_SEND_SLOWLY:
        do_send_slowly(side, step);
        return true;
    case PEER_DO_SEND_FILL:
        do_send_fill(side, (uint64_t)step->number);
        return true;
    case PEER_DO_SHUTDOWN:
        do_shutdown(side);
        return true;
    case PEER_DO_CLOSE:
        peer_close(side, PEER_END_ORDERLY);
        return true;
    case PEER_DO_CUT:
        peer_close(side, PEER_END_CUT);
        return true;
    case PEER_DO_RESET:
        peer_close(side, PEER_END_RESET);
        return true;
    default:
        return false;
    }
}

static void other_step(struct peer_side *side, const struct peer_step *step)
{
    switch (step->action) {
    case PEER_DO_DELAY:
        sleep_ms(step->number);
        break;
    case PEER_DO_GATE:
        do_gate(side);
        break;
    case PEER_DO_NO_CONNECTION:
        do_no_connection(side, (int)step->number);
        break;
    case PEER_DO_LISTEN_NO_MORE:
        do_listen_no_more(side);
        break;
    case PEER_DO_CALL:
        step->call(side, step->context);
        break;
    default:
        peer_tls_step(side, step);
    }
}

/* Steps that need no connection, or make theirs. */
static bool stands_alone(const struct peer_side *side, const struct peer_step *step)
{
    return step->action == PEER_DO_NO_CONNECTION || step->action == PEER_DO_DELAY ||
           step->action == PEER_DO_GATE || step->action == PEER_DO_ACCEPT ||
           (step->action == PEER_DO_LISTEN_NO_MORE && atomic_load(&side->shared->connections) == 0);
}

void peer_side_run(struct peer_side *side, const struct peer_step *steps)
{
    bool begun = false;

    if (side->options.tls != NULL)
        peer_tls_setup(side);
    for (const struct peer_step *step = steps; step->action != PEER_DO_END; step++) {
        side->step = (int)(step - steps) + 1;
        if (step->action == PEER_DO_ACCEPT || (!begun && !stands_alone(side, step))) {
            begun = true;
            if (!peer_accept(side))
                break;
        }
        if (step->action == PEER_DO_ACCEPT)
            continue;
        if (!input_step(side, step) && !output_step(side, step))
            other_step(side, step);
        if (atomic_load(&side->shared->complaints) > 0)
            break;
    }
    /* A failed script must not look like a peer that waits. */
    peer_close(side, PEER_END_ORDERLY);
}
