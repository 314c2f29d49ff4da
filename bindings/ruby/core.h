/* SPDX-License-Identifier: MIT */
/*
 * What SWIG's code calls (see ruby.i). rb_raise and everything that allocates may jump out, so
 * nothing is held here that Ruby doesn't know of.
 */
#ifndef LIBHTTP_RUBY_CORE_H
#define LIBHTTP_RUBY_CORE_H

#include <libhttp/http.h>
#include <ruby.h>
#include <ruby/thread.h>
#include <stddef.h>
#include <stdint.h>

enum { LIBHTTP_RUBY_SCRATCH = 65536 };

/**
 * Where short reads go before they become a string of just their length. One for all threads:
 * nothing that runs between the read and the copy gives up Ruby's lock.
 */
static char libhttp_ruby_scratch[LIBHTTP_RUBY_SCRATCH];

/** A string's bytes, NUL and all; NULL and 0 for nil. */
static inline const char *libhttp_ruby_bytes(VALUE string, int64_t *ret_length)
{
    *ret_length = 0;
    if (NIL_P(string))
        return NULL;
    Check_Type(string, T_STRING);
    *ret_length = (int64_t)RSTRING_LEN(string);
    return RSTRING_PTR(string);
}

/** A string of bytes; nil for NULL. */
static inline VALUE libhttp_ruby_string(const void *bytes, int64_t length)
{
    return bytes == NULL ? Qnil : rb_str_new((const char *)bytes, (long)length);
}

static inline int64_t libhttp_ruby_length(VALUE number)
{
    int64_t length = NUM2LL(number);

    if (length < 0 || length > LONG_MAX)
        rb_raise(rb_eArgError, "a length can't be %lld", (long long)length);
    return length;
}

/** How much to read into the scratch: no more than it holds. */
static inline int64_t libhttp_ruby_capacity(VALUE number)
{
    int64_t capacity = libhttp_ruby_length(number);

    return capacity < LIBHTTP_RUBY_SCRATCH ? capacity : LIBHTTP_RUBY_SCRATCH;
}

/** An empty string with room for that many bytes. */
static inline VALUE libhttp_ruby_room(int64_t capacity)
{
    return rb_str_buf_new((long)capacity);
}

/**
 * Reads up to `capacity` bytes of the body onto the end of `string`, without a copy between: how
 * many came (0: the end), nil for AGAIN, a negative error.
 */
static inline VALUE libhttp_ruby_read_onto(libhttp_response *response, VALUE string,
                                           int64_t capacity)
{
    int64_t got = 0;
    int32_t status;
    long length;

    Check_Type(string, T_STRING);
    if (capacity < 0 || capacity > LONG_MAX - RSTRING_LEN(string))
        rb_raise(rb_eArgError, "a length can't be %lld", (long long)capacity);
    length = RSTRING_LEN(string);
    rb_str_modify_expand(string, (long)capacity);
    status = libhttp_response_read(response, RSTRING_PTR(string) + length, capacity, &got);
    if (status == LIBHTTP_AGAIN)
        return Qnil;
    if (status < 0)
        return INT2NUM(status);
    rb_str_set_len(string, length + (long)got);
    return LL2NUM(got);
}

struct libhttp_ruby_send_fd {
    libhttp_connection *connection;
    int64_t length;
    int64_t sent;
    int32_t fd;
    int32_t status;
};

static inline void *libhttp_ruby_send_fd_alone(void *argument)
{
    struct libhttp_ruby_send_fd *call = (struct libhttp_ruby_send_fd *)argument;

    call->status =
        libhttp_connection_send_fd(call->connection, call->fd, call->length, &call->sent);
    return NULL;
}

/**
 * A file's disk may be slow: other threads run meanwhile. The caller sees to it that none of them
 * uses the connection, and holds it.
 */
static inline VALUE libhttp_ruby_send_fd(libhttp_connection *connection, int32_t fd, int64_t length)
{
    struct libhttp_ruby_send_fd call = {connection, length, 0, fd, 0};

    rb_thread_call_without_gvl(libhttp_ruby_send_fd_alone, &call, NULL, NULL);
    return rb_assoc_new(INT2NUM(call.status), LL2NUM(call.sent));
}

#endif
