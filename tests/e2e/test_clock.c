/* SPDX-License-Identifier: MIT */
/* Deadlines to the point, with a clock that goes as the test says (C-120, T-22). Carried, so that
 * nobody waits. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "support/carry.h"
#include "tap.h"

enum { TOTAL_MS = 50000, IDLE_MS = 20000 };

static int64_t now_ms; /* since 10,000 s */

/* libhttp's clock too. */
__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *ret)
{
    if (clock != CLOCK_MONOTONIC)
        return (int)syscall(SYS_clock_gettime, clock, ret);
    *ret = (struct timespec){.tv_sec = 10000 + now_ms / 1000, .tv_nsec = now_ms % 1000 * 1000000};
    return 0;
}

static struct carry opened(const char *data, size_t length)
{
    struct carry x = {.data = data, .length = length};

    carry_open(&x);
    libhttp_connection_set_idle_timeout(x.c, IDLE_MS);
    libhttp_connection_set_total_timeout(x.c, TOTAL_MS);
    return x;
}

#define HEAD "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"

/* So much of the response is there when it is asked for; the rest comes when its time is up. */
static void check_body(size_t before, bool late)
{
    static const char all[] = HEAD "0123456789";
    struct carry x = opened(all, sizeof all - 1);
    libhttp_response *r = NULL;
    char body[10];
    int64_t got;
    int32_t status;

    x.first = before;
    carry_request(&x, "GET", "/", NULL);
    carry_feed(&x);
    is(carry_getresponse(&x, &r), LIBHTTP_OK, "C-120 a response whose body is under way");
    now_ms += TOTAL_MS - !late;
    carry_feed_all(&x);
    do
        status = libhttp_response_read(r, body, sizeof body, &got);
    while (status == LIBHTTP_OK && got > 0);
    is(status, late ? LIBHTTP_E_TIMEOUT : LIBHTTP_OK,
       "C-120 T-22 the rest of it, %s, with %zu bytes before", late ? "too late" : "just in time",
       before);
    libhttp_response_free(r);
    carry_close(&x);
}

/* A request whose head is made in time, and sent in time or not. */
static void check_head(bool late)
{
    struct carry x = opened("", 0);
    char out[100];
    int32_t status;

    libhttp_connection_putrequest(x.c, "GET", -1, "/", -1, 0);
    now_ms += TOTAL_MS - !late;
    status = libhttp_connection_endheaders(x.c, 0);
    if (status == LIBHTTP_OK)
        status = libhttp_connection_flush(x.c);
    is(status, late ? LIBHTTP_E_TIMEOUT : LIBHTTP_OK, "C-120 a head, %s",
       late ? "too late" : "just in time");
    is(carry_take(&x, out, sizeof out) > 0, !late, "C-120 and what has left of it");
    carry_close(&x);
}

/* Nothing comes: what is left of the time is told, to the millisecond, and then it is up. */
static void check_idle(void)
{
    struct carry x = opened("", 0);
    libhttp_response *r = NULL;
    int64_t ms = 0;

    carry_request(&x, "GET", "/", NULL);
    is(libhttp_connection_getresponse(x.c, &r), LIBHTTP_AGAIN, "C-120 nothing is there");
    libhttp_connection_wait(x.c, NULL, NULL, &ms, NULL);
    is(ms, IDLE_MS, "C-120 all of the idle timeout is left");
    now_ms += IDLE_MS - 1;
    libhttp_connection_wait(x.c, NULL, NULL, &ms, NULL);
    is(ms, 1, "C-120 a millisecond is left");
    is(libhttp_connection_getresponse(x.c, &r), LIBHTTP_AGAIN, "C-120 in which nothing ends");
    now_ms++;
    is(libhttp_connection_getresponse(x.c, &r), LIBHTTP_E_TIMEOUT, "C-120 and then it is up");
    carry_close(&x);
}

int main(void)
{
    for (int late = 0; late < 2; late++) {
        check_body(sizeof HEAD - 1, late);
        check_body(sizeof HEAD + 3, late);
        check_head(late);
    }
    check_idle();
    return done_testing();
}
