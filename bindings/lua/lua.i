/* SPDX-License-Identifier: MIT */
/*
 * How Lua takes and gives the shapes that ../libhttp.i names. Misuse (a wrong type, a number that
 * doesn't fit) is error(); what C says is a number, for libhttp.lua to look at.
 */
%{
#include "bindings/lua/exchange.h"
%}

/* Constants come from libhttp_constant_count and its like, when the module is loaded. */
%rename("$ignore", regextarget=1) "^LIBHTTP_";

/* SWIG takes any userdata for one of its own and looks into it: a file would be a crash. */
%typemap(in) SWIGTYPE * "$1 = ($1_ltype)libhttp_lua_handle(L, $input, $descriptor);"

%typemap(in) int32_t "$1 = (int32_t)libhttp_lua_integer(L, $input, INT32_MIN, INT32_MAX);"
%typemap(in) int64_t "$1 = libhttp_lua_integer(L, $input, INT64_MIN, INT64_MAX);"
%typemap(out) int32_t, int64_t "libhttp_lua_push(L, $1); SWIG_arg++;"

%typemap(in) (const char *text, int64_t text_length) "$1 = ($1_ltype)libhttp_lua_bytes(L, $input, &$2);"
%typemap(in) (const void *data, int64_t length) "$1 = ($1_ltype)libhttp_lua_bytes(L, $input, &$2);"
%typemap(in) (const void *body, int64_t body_length) %{
  $1 = ($1_ltype)libhttp_lua_bytes(L, $input, &$2);
  if ($1 == NULL)
    $2 = LIBHTTP_NO_BODY;
%}

%typemap(in) (void *buffer, int64_t capacity, int64_t *ret_got) (int64_t got = 0) %{
  $2 = libhttp_lua_integer(L, $input, 0, LIBHTTP_LUA_READ_MAX);
  $1 = libhttp_lua_room(L, $2);
  $3 = &got;
%}
%typemap(argout) (void *buffer, int64_t capacity, int64_t *ret_got)
  "libhttp_lua_push_room(L, $1, *$3); SWIG_arg++;"
%typemap(in) (char *room, int64_t capacity, int64_t *ret_length) (int64_t got = 0) %{
  $2 = libhttp_lua_integer(L, $input, 0, INT64_MAX);
  $1 = libhttp_lua_room(L, $2);
  $3 = &got;
%}
/* Where the room was too small, *ret_length may be more than there is. */
%typemap(argout) (char *room, int64_t capacity, int64_t *ret_length)
  "libhttp_lua_push_room(L, $1, result < 0 ? 0 : *$3); SWIG_arg++;"

%typemap(in, numinputs=0) (const void **ret_data, int64_t *ret_length)
  ($*1_ltype data = NULL, int64_t got = 0) "$1 = &data; $2 = &got;"
%typemap(argout) (const void **ret_data, int64_t *ret_length)
  "libhttp_lua_push_bytes(L, *$1, *$2); SWIG_arg++;"

/* The function's own result is the text: pushed at the end, if not by its length before. */
%typemap(in, numinputs=0) int64_t *ret_length (int64_t got = 0) "$1 = &got;"
%typemap(argout) int64_t *ret_length
  "lua_pop(L, 1); libhttp_lua_push_bytes(L, result, *$1);"
%typemap(out) const char * "lua_pushnil(L); SWIG_arg++;"
%typemap(ret) const char * %{
  if ($1 != NULL && lua_isnil(L, -SWIG_arg)) {
    libhttp_lua_push_copy(L, $1, strlen($1));
    lua_replace(L, -SWIG_arg - 1);
  }
%}
/* Always with its length. */
%typemap(out) const void * "lua_pushnil(L); SWIG_arg++;"

%typemap(in, numinputs=0) int32_t *ret (int32_t number = 0) "$1 = &number;"
%typemap(in, numinputs=0) int64_t *ret (int64_t number = 0) "$1 = &number;"
%typemap(argout) int32_t *ret, int64_t *ret "libhttp_lua_push(L, *$1); SWIG_arg++;"

%typemap(in, numinputs=0) SWIGTYPE **ret ($*1_ltype handle = NULL) "$1 = &handle;"
%typemap(argout) SWIGTYPE **ret "SWIG_NewPointerObj(L, *$1, $*1_descriptor, 1); SWIG_arg++;"

/* What C has no function for; see core.h and exchange.h. */
%native(exchange) int libhttp_lua_exchange(lua_State *L);
%native(reading) int libhttp_lua_reading(lua_State *L);
%native(is_alive) int libhttp_lua_is_alive(lua_State *L);
%native(poll) int libhttp_lua_poll(lua_State *L);
%native(file_descriptor) int libhttp_lua_file_descriptor(lua_State *L);
%native(file_moved) int libhttp_lua_file_moved(lua_State *L);
/* send and write from an offset on: what is left of a long string needs no copy. */
%inline %{
static int32_t connection_send_from(libhttp_connection *c, const void *data, int64_t length,
                                    int64_t offset, int64_t *ret)
{
    if (offset < 0 || offset > length)
        return LIBHTTP_E_INVALID_ARGUMENT;
    return libhttp_connection_send(c, (const char *)data + offset, length - offset, ret);
}

static int32_t stream_write_from(libhttp_stream *s, const void *data, int64_t length,
                                 int64_t offset, int64_t *ret)
{
    if (offset < 0 || offset > length)
        return LIBHTTP_E_INVALID_ARGUMENT;
    return libhttp_stream_write(s, (const char *)data + offset, length - offset, ret);
}
%}

%init %{
libhttp_lua_seal(L);
%}
