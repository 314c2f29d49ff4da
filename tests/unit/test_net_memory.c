/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "support/counts.h"
#include "support/net.h"
#include "tap.h"

static struct transport *make(struct net *net)
{
    struct transport *t = NULL;

    net_init(net, true);
    is(memory_new(&net->io, &t, &net->failure), LIBHTTP_OK, "C-127 a transport in memory");
    return t;
}

static void feed(struct net *net, struct transport *t, const char *text)
{
    size_t taken = 0;

    is(memory_feed(t, text, strlen(text), &taken, &net->failure), LIBHTTP_OK,
       "C-127 bytes are fed");
    is(taken, strlen(text), "all of it");
}

static void test_reading(void)
{
    struct net net;
    struct transport *t = make(&net);
    char one[3] = "x", two[8];
    struct iovec areas[2] = {{one, sizeof one}, {two, sizeof two}};
    size_t got = 99;
    struct wait wait;

    is(transport_advance(t, 0, &net.failure), LIBHTTP_OK, "C-127 it is open from the start");
    is(net_read(&net, t, one, 3, &got), LIBHTTP_AGAIN, "C-127 nothing has been fed");
    is(got, 99, "AGAIN leaves no trace");
    transport_wait(t, WANT_READ, &wait);
    is(wait.fd, -1, "C-127 there is no descriptor");
    is(wait.events, WANT_READ, "C-127 but what is needed");
    transport_write(t, &(struct iovec){one, 1}, 1, &got, &net.failure);
    transport_wait(t, WANT_READ, &wait);
    is(wait.events, WANT_READ | WANT_WRITE, "C-127 and that there are bytes to take");
    transport_wait(t, 0, &wait);
    is(wait.events, 0, "C-127 where nothing is pending nobody has to wait for them");
    memory_took(t, 1);
    ok(!transport_has_input(t), "no input");
    is(transport_look(t, &net.failure), LIBHTTP_OK, "C-105 nothing came while idle");
    feed(&net, t, "abcdefg");
    ok(transport_has_input(t), "input");
    is(transport_look(t, &net.failure), LIBHTTP_E_REMOTE_DISCONNECTED, "C-105 bytes while idle");
    is(net.failure.os_error, ECONNRESET, "C-108 with its errno");
    is(net_read(&net, t, one, 0, &got), LIBHTTP_E_INVALID_ARGUMENT, "no room is no end");
    is(transport_read(t, areas, 2, &got, &net.failure), LIBHTTP_OK, "C-127 what is fed is read");
    is(got, 7, "all that is there");
    is_mem(one, 3, "abc", 3, "into the first area");
    is_mem(two, 4, "defg", 4, "and the second");
    memory_feed_eof(t);
    is(net_read(&net, t, one, 3, &got), LIBHTTP_OK, "C-127 the end");
    is(got, 0, "is OK with 0");
    is(memory_feed(t, "x", 1, &got, &net.failure), LIBHTTP_E_STATE, "nothing is fed behind it");
    is(transport_look(t, &net.failure), LIBHTTP_E_REMOTE_DISCONNECTED, "C-105 an end while idle");
    transport_free(t, false);
    net_done(&net);
}

static void test_bounds(void)
{
    static char block[100000];
    struct net net;
    struct transport *t = make(&net);
    size_t got = 0, put = 0;
    struct span output;

    is(memory_feed(t, block, sizeof block, &got, &net.failure), LIBHTTP_OK, "T-20 too much input");
    is(got, LIMIT_CARRIED, "T-20 is taken up to the bound");
    is(memory_feed(t, block, 1, &got, &net.failure), LIBHTTP_OK, "T-20 full");
    is(got, 0, "T-20 takes nothing");
    is(net_read(&net, t, block, 100, &got), LIBHTTP_OK, "a read makes room");
    is(memory_feed(t, block, sizeof block, &got, &net.failure), LIBHTTP_OK, "fed again");
    is(got, 100, "just that much");
    is(net_write(&net, t, block, sizeof block, &put), LIBHTTP_OK, "T-20 too much output");
    is(put, LIMIT_CARRIED, "T-20 is taken up to the bound");
    is(net_write(&net, t, block, 1, &put), LIBHTTP_AGAIN, "T-20 then AGAIN");
    is(transport_flush(t, &net.failure), LIBHTTP_OK, "there is nothing below to flush to");
    memory_took(t, 10);
    memory_take(t, &output);
    is(output.length, LIMIT_CARRIED - 10, "what was taken is gone");
    memory_took(t, SIZE_MAX);
    memory_take(t, &output);
    is(output.length, 0, "more than there is is all");
    transport_trim(t);
    transport_free(t, false);
    net_done(&net);
}

static void test_writing(void)
{
    struct net net;
    struct transport *t = make(&net);
    struct iovec areas[2] = {{(char[]){"head "}, 5}, {(char[]){"body"}, 4}};
    struct span output;
    int64_t sent = 0;
    size_t put = 0;
    char path[] = "/tmp/memory-XXXXXX";
    int file = mkstemp(path);

    unlink(path);
    memory_take(t, &output);
    is(output.length, 0, "nothing to take");
    is(transport_write(t, areas, 2, &put, &net.failure), LIBHTTP_OK, "C-27 two areas");
    is(put, 9, "are taken whole");
    if (write(file, "0123456789", 10) != 10 || lseek(file, 4, SEEK_SET) != 4)
        bail_out("no file");
    is(transport_send_file(t, file, 3, &sent, &net.failure), LIBHTTP_OK, "C-46 a file");
    is(sent, 3, "as much as wanted");
    is(lseek(file, 0, SEEK_CUR), 7, "C-46 moves its offset");
    is(transport_send_file(t, file, 100, &sent, &net.failure), LIBHTTP_OK, "C-46 the rest");
    is(sent, 3, "as much as there is");
    is(transport_send_file(t, file, 100, &sent, &net.failure), LIBHTTP_OK, "C-46 at its end");
    is(sent, 0, "nothing");
    memory_take(t, &output);
    is_mem(output.data, output.length, "head body456789", 15, "C-127 what was written is taken");
    is(transport_send_file(t, -1, 1, &sent, &net.failure), LIBHTTP_E_OS, "no file");
    is(net.failure.os_error, EBADF, "has its errno");
    is(transport_shutdown_write(t, &net.failure), LIBHTTP_OK, "the end of sending");
    is(net_write(&net, t, "x", 1, &put), LIBHTTP_E_OS, "nothing is sent behind it");
    close(file);
    transport_free(t, false);
    net_done(&net);
}

static void test_cancel(void)
{
    struct net net;
    struct transport *t = make(&net);
    size_t moved = 0;
    int64_t sent;
    char byte;

    feed(&net, t, "x");
    canceller_cancel(net.canceller);
    is(net_read(&net, t, &byte, 1, &moved), LIBHTTP_E_CANCELLED, "C-121 reading");
    is(net_write(&net, t, "x", 1, &moved), LIBHTTP_E_CANCELLED, "C-121 writing");
    is(transport_send_file(t, 0, 1, &sent, &net.failure), LIBHTTP_E_CANCELLED, "C-121 a file");
    is(transport_look(t, &net.failure), LIBHTTP_E_CANCELLED, "C-121 looking");
    is(transport_shutdown_write(t, &net.failure), LIBHTTP_E_CANCELLED, "C-121 ending");
    canceller_reset(net.canceller);
    is(net_read(&net, t, &byte, 1, &moved), LIBHTTP_OK, "C-121 until it is reset");
    transport_free(t, true);
    net_done(&net);
}

static void test_no_memory(void)
{
    struct net net;
    struct transport *t = make(&net);
    size_t moved = 0;
    int32_t status[3];

    if (malloc_is_counted()) {
        malloc_fail_at(1, true);
        status[0] = memory_feed(t, "x", 1, &moved, &net.failure);
        status[1] = net_write(&net, t, "x", 1, &moved);
        status[2] = memory_new(&net.io, &t, &net.failure);
        malloc_fail_at(0, false);
        is(status[0], LIBHTTP_E_NO_MEMORY, "T-36 no memory to feed into");
        is(status[1], LIBHTTP_E_NO_MEMORY, "T-36 no memory to write into");
        is(status[2], LIBHTTP_E_NO_MEMORY, "T-36 no memory for the transport");
        is(net_write(&net, t, "x", 1, &moved), LIBHTTP_OK, "T-36 a second try works");
        feed(&net, t, "x");
    }
    transport_free(t, false);
    net_done(&net);
}

int main(void)
{
    test_reading();
    test_bounds();
    test_writing();
    test_cancel();
    test_no_memory();
    return done_testing();
}
