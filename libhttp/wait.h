/* SPDX-License-Identifier: MIT */
/**
 * @file wait.h
 * Driving a connection from an event loop, carrying its bytes oneself, and cancelling it.
 *
 * For all of them: none of these functions blocks.
 */
#ifndef LIBHTTP_WAIT_H
#define LIBHTTP_WAIT_H

#include <libhttp/connection.h>

LIBHTTP_BEGIN_DECLS

/** Wait until the descriptor can be read from; in carried mode: bytes should be fed. */
#define LIBHTTP_WAIT_READ 1
/** Wait until the descriptor can be written to; in carried mode: there are bytes to take. */
#define LIBHTTP_WAIT_WRITE 2

/**
 * Says what to wait for after LIBHTTP_AGAIN: the descriptor *ret_fd (level-triggered, O_NONBLOCK,
 * the library's: don't read, write or close it), *ret_events, LIBHTTP_WAIT_READ and
 * LIBHTTP_WAIT_WRITE or-ed, and *ret_ms, the milliseconds after which to call again whatever
 * happens (-1: no limit; 0: call now). The events are the union of what all calls that gave AGAIN
 * still need. Nothing pending: fd -1, events 0, ms -1; so it is where send_fd() gave AGAIN for want
 * of input: wait for that descriptor too, beside this one. In carried mode fd is -1.
 * *ret_generation changes whenever the descriptor is another object, even under the same number:
 * register it anew then (the old one is closed, and epoll has forgotten it: EPOLL_CTL_ADD). Any of
 * the ret pointers may be NULL. Errors: INVALID_ARGUMENT (c is NULL).
 */
LIBHTTP_API int32_t libhttp_connection_wait(const libhttp_connection *c, int32_t *ret_fd,
                                            int32_t *ret_events, int64_t *ret_ms,
                                            int64_t *ret_generation);

/**
 * Cancels, from any thread: whoever waits in a call on this connection, its responses or streams,
 * returns with CANCELLED at once, and so does every later call that would move bytes, until
 * cancel_reset(). An exchange under way is lost, the connection usable after the reset. Not for
 * signal handlers: it takes a lock. Errors: INVALID_ARGUMENT (NULL).
 */
LIBHTTP_API int32_t libhttp_connection_cancel(libhttp_connection *c);

/** Takes a cancel back; by the thread that uses the connection. Errors: INVALID_ARGUMENT (NULL). */
LIBHTTP_API int32_t libhttp_connection_cancel_reset(libhttp_connection *c);

/** 1 where a cancel is in force, else 0. From any thread. */
LIBHTTP_API int32_t libhttp_connection_cancelled(const libhttp_connection *c);

/**
 * Frees what an idle connection can do without (buffers, TLS's too); they come back at need. A pool
 * calls it. Does nothing during an exchange. Errors: INVALID_ARGUMENT (NULL).
 */
LIBHTTP_API int32_t libhttp_connection_trim(libhttp_connection *c);

/**
 * Hands over received bytes in carried mode: `length` of them at `data`, which are copied;
 * *ret_taken is how many fitted (0 to length): feed the rest after the next read or getresponse.
 * Errors: STATE (not carried, closed, or after feed_eof), NO_MEMORY, INVALID_ARGUMENT.
 */
LIBHTTP_API int32_t libhttp_connection_feed(libhttp_connection *c, const void *data, int64_t length,
                                            int64_t *ret_taken);

/** Says in carried mode that the peer has closed. Errors: STATE, INVALID_ARGUMENT. */
LIBHTTP_API int32_t libhttp_connection_feed_eof(libhttp_connection *c);

/**
 * Gives the bytes to send next in carried mode: *ret_data, borrowed until the next call on the
 * connection; length 0: none. They stay there until took() says how many have left. What was only
 * put, by request(), endheaders() or finish(), is among them after the next flush(), send() or
 * getresponse(). Errors: STATE, INVALID_ARGUMENT.
 */
LIBHTTP_API int32_t libhttp_connection_take(libhttp_connection *c, const void **ret_data,
                                            int64_t *ret_length);

/**
 * Says in carried mode how much has been sent: the first `length` of the bytes that take() gave.
 * Errors: STATE, INVALID_ARGUMENT (more than there are).
 */
LIBHTTP_API int32_t libhttp_connection_took(libhttp_connection *c, int64_t length);

LIBHTTP_END_DECLS

#endif
