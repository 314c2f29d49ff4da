/* SPDX-License-Identifier: MIT */
/*
 * The raw layer of every binding, made by SWIG from the public headers themselves: a function that
 * is added there is in Lua, Ruby and Go at the next build. Run it with -I of the source tree:
 *     swig -lua -module core -I$(srcdir) -o core.c $(srcdir)/bindings/libhttp.i
 *
 * It is an honest mirror: functions keep their C names without "libhttp_" (connection_request),
 * constants theirs without "LIBHTTP_", statuses come out as numbers with the results behind them.
 * What makes of this a library that people like stands beside it by hand, in bindings/<language>/.
 *
 * Here stand, once, the shapes in which C passes things:
 *
 *     TEXT      (const char *text, int64_t text_length): text in; nothing (nil) is NULL, 0
 *     DATA      (const void *data, int64_t length): bytes in; nothing is NULL, 0
 *     BODY      (const void *body, int64_t body_length): bytes in; nothing is LIBHTTP_NO_BODY
 *     READ      (void *buffer, int64_t capacity, int64_t *ret_got): a number in, bytes out
 *     ROOM      (char *room, int64_t capacity, int64_t *ret_length): a number in, bytes out
 *     BORROWED  (const void **ret_data, int64_t *ret_length): bytes out, copied at once
 *     LENGTH    int64_t *ret_length alone: the length of the text that the function returns
 *     INT32     int32_t *ret, INT64 int64_t *ret: a number out
 *     HANDLE    libhttp_connection **ret and its like: a handle out, the caller's to free
 *
 * <language>.i defines typemaps for exactly these, by those parameter names, and what follows gives
 * them to every function. A language that has no use for one of them defines what suits it.
 *
 * Ownership: a handle that came through HANDLE, or out of a class's constructor, belongs to the
 * language; its destructor calls the _free function, which therefore is not among the functions.
 * A `const libhttp_headers *` that is returned is borrowed: keep its parent alive beside it, and copy
 * (headers_copy) what C lends only for a while.
 */
%module(docstring="The C functions of libhttp, as they are") libhttp

%{
#include <libhttp/http.h>
%}

%include <stdint.i>

#if defined(SWIGLUA)
%include "bindings/lua/lua.i"
#elif defined(SWIGRUBY)
%include "bindings/ruby/ruby.i"
#elif defined(SWIGGO)
%include "bindings/go/go.i"
#endif

/* Names: connection_request, AGAIN, and the classes connection, response, ... */
%rename("%(regex:/^(libhttp|LIBHTTP)_(.*)/\\2/)s") "";
%rename("$ignore", regextarget=1, fullname=1) "^libhttp_[a-z_]+_free$";
/* Constructors stand in the classes. */
%rename("$ignore", regextarget=1, fullname=1) "^libhttp_[a-z_]+_new$";

/* Handles. The constructor gives NULL without memory, and can't fail otherwise (design: so that there is a handle to ask). */
%nodefaultctor;
%nodefaultdtor;
%define LIBHTTP_HANDLE(type)
struct type {
    %extend {
        ~type()
        {
            type##_free($self);
        }
    }
};
%enddef
%define LIBHTTP_HANDLE_NEW(type)
struct type {
    %extend {
        type()
        {
            struct type *made = NULL;

            return type##_new(&made) < 0 ? NULL : made;
        }
        ~type()
        {
            type##_free($self);
        }
    }
};
%enddef
LIBHTTP_HANDLE_NEW(libhttp_connection)
LIBHTTP_HANDLE_NEW(libhttp_form)
LIBHTTP_HANDLE_NEW(libhttp_headers)
LIBHTTP_HANDLE_NEW(libhttp_media)
LIBHTTP_HANDLE_NEW(libhttp_tls_config)
LIBHTTP_HANDLE_NEW(libhttp_url)
LIBHTTP_HANDLE(libhttp_response)
LIBHTTP_HANDLE(libhttp_stream)

/* TEXT */
%apply (const char *text, int64_t text_length) {
    (const char *address, int64_t address_length),
    (const char *certificate, int64_t certificate_length),
    (const char *fallback, int64_t fallback_length),
    (const char *host, int64_t host_length),
    (const char *key, int64_t key_length),
    (const char *list, int64_t list_length),
    (const char *method, int64_t method_length),
    (const char *name, int64_t length),
    (const char *name, int64_t name_length),
    (const char *passphrase, int64_t passphrase_length),
    (const char *password, int64_t password_length),
    (const char *path, int64_t path_length),
    (const char *safe, int64_t safe_length),
    (const char *target, int64_t target_length),
    (const char *text, int64_t length),
    (const char *user, int64_t user_length),
    (const char *value, int64_t length),
    (const char *value, int64_t value_length)
};
/* DATA */
%apply (const void *data, int64_t length) {
    (const void *certificate, int64_t certificate_length),
    (const void *key, int64_t key_length)
};
/* BORROWED */
%apply (const void **ret_data, int64_t *ret_length) {
    (const char **ret, int64_t *ret_length),
    (const char **ret_data, int64_t *ret_length),
    (const char **ret_text, int64_t *ret_length),
    (const char **ret_value, int64_t *ret_length)
};
/* INT32, INT64 */
%apply int32_t *ret { int32_t *ret_events, int32_t *ret_fd, int32_t *ret_port };
%apply int64_t *ret {
    int64_t *ret_generation,
    int64_t *ret_ms,
    int64_t *ret_sent,
    int64_t *ret_taken
};

%include <libhttp/api.h>
%include <libhttp/constants.h>
%include <libhttp/error.h>
%include <libhttp/status.h>
%include <libhttp/version.h>
%include <libhttp/headers.h>
%include <libhttp/tls_config.h>
%include <libhttp/connection.h>
%include <libhttp/stream.h>
%include <libhttp/response.h>
%include <libhttp/options.h>
%include <libhttp/wait.h>
%include <libhttp/info.h>
%include <libhttp/form.h>
%include <libhttp/media.h>
%include <libhttp/url.h>
