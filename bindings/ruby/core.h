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

/*
 * SWIG looks its handles' types up by name at each call, which costs more than what is called. A
 * handle's class says the same: nothing else is made of it.
 */

/** A handle's pointer; NULL for nil. */
static inline void *libhttp_ruby_pointer(VALUE object, swig_type_info *type)
{
    VALUE klass = ((swig_class *)type->clientdata)->klass;

    if (NIL_P(object))
        return NULL;
    if (!RB_TYPE_P(object, T_DATA) || RTYPEDDATA_P(object) ||
        (RBASIC_CLASS(object) != klass && !RTEST(rb_obj_is_kind_of(object, klass))))
        rb_raise(rb_eTypeError, "a %" PRIsVALUE " is wanted, not %" PRIsVALUE, klass,
                 rb_obj_class(object));
    if (DATA_PTR(object) == NULL)
        rb_raise(rb_eTypeError, "a %" PRIsVALUE " that was never made", klass);
    return DATA_PTR(object);
}

/*
 * Handles that the collector found while a file was sent without Ruby's lock (see
 * libhttp_ruby_send_fd). They may have a part in that connection, so they wait until the lock is
 * back, under which all of this is.
 */
struct libhttp_ruby_found {
    struct libhttp_ruby_found *next;
    void (*destroy)(void *handle);
    void *handle;
};
static struct libhttp_ruby_found *libhttp_ruby_waiting;
static int libhttp_ruby_sending;

/** Frees a handle, later where that could be under a call. Without memory to note it: never. */
static inline void libhttp_ruby_free(void *handle, void (*destroy)(void *))
{
    struct libhttp_ruby_found *found;

    if (libhttp_ruby_sending == 0) {
        destroy(handle);
        return;
    }
    found = (struct libhttp_ruby_found *)malloc(sizeof *found);
    if (found == NULL)
        return;
    found->handle = handle;
    found->destroy = destroy;
    found->next = libhttp_ruby_waiting;
    libhttp_ruby_waiting = found;
}

static inline void libhttp_ruby_free_waiting(void)
{
    while (libhttp_ruby_sending == 0 && libhttp_ruby_waiting != NULL) {
        struct libhttp_ruby_found *found = libhttp_ruby_waiting;

        libhttp_ruby_waiting = found->next;
        found->destroy(found->handle);
        free(found);
    }
}

static void libhttp_ruby_destroy_response(void *handle)
{
    libhttp_response_free((libhttp_response *)handle);
}

static void libhttp_ruby_destroy_stream(void *handle)
{
    libhttp_stream_free((libhttp_stream *)handle);
}

static void libhttp_ruby_free_response(void *handle)
{
    libhttp_ruby_free(handle, libhttp_ruby_destroy_response);
}

static void libhttp_ruby_free_stream(void *handle)
{
    libhttp_ruby_free(handle, libhttp_ruby_destroy_stream);
}

/** An object for a handle, nil for NULL; owned: it is freed with the object. */
static inline VALUE libhttp_ruby_object(const void *handle, swig_type_info *type, int owned)
{
    swig_class *of = (swig_class *)type->clientdata;
    void (*freeing)(void *) = owned ? of->destroy : NULL;

    if (handle == NULL)
        return Qnil;
    if (owned && type == SWIGTYPE_p_libhttp_response)
        freeing = libhttp_ruby_free_response;
    if (owned && type == SWIGTYPE_p_libhttp_stream)
        freeing = libhttp_ruby_free_stream;
    return rb_data_object_wrap(of->klass, (void *)(uintptr_t)handle, NULL, freeing);
}

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

/** A status with another result behind it; two of them need no memory but the array's own. */
static inline VALUE libhttp_ruby_and(VALUE results, VALUE another)
{
    return RB_TYPE_P(results, T_ARRAY) ? rb_ary_push(results, another)
                                       : rb_assoc_new(results, another);
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

/**
 * Request and flush in one: a status, or nil where the request was taken and has to be flushed yet
 * (always where the caller carries the bytes, who asks for them).
 */
static inline VALUE libhttp_ruby_ask(libhttp_connection *connection, const char *method,
                                     int64_t method_length, const char *target,
                                     int64_t target_length, const libhttp_headers *headers,
                                     const void *body, int64_t body_length)
{
    int32_t status = libhttp_connection_request(connection, method, method_length, target,
                                                target_length, headers, body, body_length);

    if (status == LIBHTTP_OK)
        status = libhttp_connection_flush(connection);
    else if (status == LIBHTTP_AGAIN)
        return INT2NUM(status);
    return status == LIBHTTP_AGAIN ? Qnil : INT2NUM(status);
}

/* What to wait for, in an array that needs no memory of its own: descriptor and events in one. */
static inline VALUE libhttp_ruby_needs(int32_t fd, int32_t events, int64_t ms, int64_t generation)
{
    VALUE needs[3];

    needs[0] = LL2NUM((int64_t)fd * 4 + events);
    needs[1] = LL2NUM(ms);
    needs[2] = LL2NUM(generation);
    return rb_ary_new_from_values(3, needs);
}

static inline VALUE libhttp_ruby_connection_needs(const libhttp_connection *connection)
{
    int32_t fd = -1, events = 0;
    int64_t ms = 0, generation = 0;

    libhttp_connection_wait(connection, &fd, &events, &ms, &generation);
    return libhttp_ruby_needs(fd, events, ms, generation);
}

static inline VALUE libhttp_ruby_response_needs(const libhttp_response *response)
{
    int32_t fd = -1, events = 0;
    int64_t ms = 0, generation = 0;

    libhttp_response_wait(response, &fd, &events, &ms, &generation);
    return libhttp_ruby_needs(fd, events, ms, generation);
}

static inline VALUE libhttp_ruby_stream_needs(const libhttp_stream *stream)
{
    int32_t fd = -1, events = 0;
    int64_t ms = 0, generation = 0;

    libhttp_stream_wait(stream, &fd, &events, &ms, &generation);
    return libhttp_ruby_needs(fd, events, ms, generation);
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
 * uses the connection, and holds it. Where the thread is to be interrupted nothing is sent, and
 * what comes behind raises.
 */
static inline VALUE libhttp_ruby_send_fd(libhttp_connection *connection, int32_t fd, int64_t length)
{
    struct libhttp_ruby_send_fd call = {connection, length, 0, fd, LIBHTTP_AGAIN};

    libhttp_ruby_sending++;
    rb_thread_call_without_gvl2(libhttp_ruby_send_fd_alone, &call, NULL, NULL);
    libhttp_ruby_sending--;
    libhttp_ruby_free_waiting();
    return rb_assoc_new(INT2NUM(call.status), LL2NUM(call.sent));
}

#endif
