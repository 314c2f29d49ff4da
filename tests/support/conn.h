/* SPDX-License-Identifier: MIT */
/*
 * What the tests of waiting have in common: a connection in either mode, driven to the end of a
 * call by one line.
 *
 *     libhttp_connection *c = conn_new(port, LIBHTTP_MODE_NONBLOCKING);
 *     is(conn_get(c, "/", body, sizeof body), 2, "a body of two bytes");
 *     UNTIL_DONE(c, status, libhttp_connection_connect(c));
 */
#ifndef TESTS_SUPPORT_CONN_H
#define TESTS_SUPPORT_CONN_H

#include <libhttp/http.h>
#include <stdbool.h>

/* To 127.0.0.1 and this port; 0: no host is set yet. Bails out where it can't be made. */
libhttp_connection *conn_new(int port, int32_t mode);

/* Makes the call until it is no longer AGAIN; between, waits as libhttp_connection_wait says. */
#define UNTIL_DONE(c, status, call)                                                                \
    do                                                                                             \
        (status) = (call);                                                                         \
    while ((status) == LIBHTTP_AGAIN && conn_wait(c))

/*
 * Waits once. A failing check where the descriptor may block, where there is nothing to wait for,
 * or where nothing comes: false then.
 */
bool conn_wait(const libhttp_connection *c);

/* A GET and all of its body, into `body`. The body's length, or what failed. */
int64_t conn_get(libhttp_connection *c, const char *target, char *body, int64_t size);
/* request() and getresponse(). */
int32_t conn_ask(libhttp_connection *c, const char *method, const char *target,
                 libhttp_response **ret);
int32_t conn_respond(libhttp_connection *c, libhttp_response **ret);
/* Reads to the end; as conn_get. */
int64_t conn_read(libhttp_connection *c, libhttp_response *r, char *body, int64_t size);

const char *conn_mode_name(int32_t mode);

/* Milliseconds of a clock that only goes forward. */
int64_t milliseconds(void);

/* The libhttp_<object>_cancel of a handle, in another thread, so many milliseconds from now. */
struct cancel_later;
struct cancel_later *connection_cancel_later(libhttp_connection *c, int ms);
struct cancel_later *response_cancel_later(libhttp_response *r, int ms);
struct cancel_later *stream_cancel_later(libhttp_stream *s, int ms);
/* Joins it, frees it; how many milliseconds have passed since it began to cancel. */
int64_t cancel_later_done(struct cancel_later *later);
/* The same, with checks: the call that waited gave CANCELLED, soon. */
void conn_was_cancelled(struct cancel_later *later, int64_t status, const char *what);
/* Milliseconds of the slowest so far. */
int64_t conn_slowest_cancel(void);
/* Checks that the cancel stays until it is reset, and a GET goes well then. Frees the connection.
 */
void conn_serves_again(libhttp_connection *c, const char *what);

#endif
