/* SPDX-License-Identifier: MIT */
/**
 * @file http.h
 * libhttp: an HTTP/1.1 client with the semantics of CPython's http.client. <libhttp/http.h>
 * includes all the others.
 *
 * What holds for every function:
 *
 * - Status. A function that can fail returns an int32_t: LIBHTTP_OK (0), LIBHTTP_AGAIN (1, only
 *   where it says so) or a negative error (error.h). Test for `< 0`. Results leave through the last
 *   parameters, named `ret` or `ret_…`; they are untouched on failure and on AGAIN. The sentence
 *   that says what happened is kept on the handle: libhttp_connection_error() and its like. Getters
 *   that can't fail return their value.
 * - Errors. Comments name those that tell something. Beside them INVALID_ARGUMENT (NULL, a length
 *   that can't be) and NO_MEMORY can come from any function that can fail, and FORKED from any that
 *   moves bytes.
 * - Integers. int64_t for every length, size and time in milliseconds; int32_t for everything else.
 * - Text. What goes in is a pointer and a length, `length` or, of a parameter `host`,
 *   `host_length`; -1 says that it ends at its NUL. It has 16 MiB at the most. With a length, a NUL
 *   inside is refused, never cut at. Data in (bodies, fed bytes, DER) takes no -1. NULL where none
 *   is allowed is LIBHTTP_E_INVALID_ARGUMENT. No pointer is kept after the call. What comes out is
 *   NUL-terminated, and has its length where it can hold any byte. Where a getter gives NULL for a
 *   text, the length is 0.
 * - NULL as handle. A function that can fail gives LIBHTTP_E_INVALID_ARGUMENT, a getter 0, -1, NULL
 *   or an empty text.
 * - Ownership. A function's first parameter is its handle. A returned pointer is borrowed from it;
 *   its comment says until when. What comes through a `**ret` handle parameter is the caller's to
 *   free; every _free takes NULL. Handles may be freed in any order.
 * - Waiting. In blocking mode (the default) calls wait, up to their timeouts (options.h), where
 *   their comments say so; what gives no status never does. In non-blocking mode they never do:
 *   LIBHTTP_AGAIN says that nothing could move, libhttp_connection_wait() says what to wait for
 *   (wait.h).
 * - Threads. One thread at a time uses a connection with its responses and streams. Different
 *   connections need no lock. A TLS configuration is set up by one thread, and shared by any from
 *   its first use on. Cancelling is for any thread at any time.
 * - Processes. There is nothing to initialise, and nothing to clean up. After a fork, the child may
 *   use what it inherited: only an exchange that was under way is lost to it (LIBHTTP_E_FORKED).
 * - After an error. A connection is never left where only close() helps: what breaks an exchange
 *   closes the transport by itself, and the next request connects anew. Two states last until the
 *   caller ends them: an open stream, and a cancel that was not reset.
 */
#ifndef LIBHTTP_HTTP_H
#define LIBHTTP_HTTP_H

#include <libhttp/api.h>
#include <libhttp/connection.h>
#include <libhttp/constants.h>
#include <libhttp/error.h>
#include <libhttp/form.h>
#include <libhttp/headers.h>
#include <libhttp/info.h>
#include <libhttp/media.h>
#include <libhttp/options.h>
#include <libhttp/response.h>
#include <libhttp/status.h>
#include <libhttp/stream.h>
#include <libhttp/tls_config.h>
#include <libhttp/url.h>
#include <libhttp/version.h>
#include <libhttp/wait.h>

#endif
