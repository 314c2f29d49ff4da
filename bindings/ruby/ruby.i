/* SPDX-License-Identifier: MIT */
/*
 * How Ruby takes and gives the shapes that ../libhttp.i names. Misuse (a wrong type, a number that
 * doesn't fit) raises TypeError or RangeError; what C says is a number, for lib/libhttp to look at.
 * With results behind it, the answer is an array: the status first.
 *
 * rb_raise jumps past everything, so nothing is held here that Ruby doesn't know of.
 */
%{
#include "bindings/ruby/core.h"
%}

/* A class begins with a capital letter. */
%rename(Connection) libhttp_connection;
%rename(Form) libhttp_form;
%rename(Headers) libhttp_headers;
%rename(Media) libhttp_media;
%rename(Response) libhttp_response;
%rename(Stream) libhttp_stream;
%rename(TLSConfig) libhttp_tls_config;
%rename(URL) libhttp_url;

%typemap(in) SWIGTYPE * "$1 = ($1_ltype)libhttp_ruby_pointer($input, $1_descriptor);"
%typemap(out) SWIGTYPE * "$result = libhttp_ruby_object($1, $1_descriptor, 0);"

%typemap(in) int32_t "$1 = (int32_t)NUM2INT($input);"
%typemap(in) int64_t "$1 = (int64_t)NUM2LL($input);"
%typemap(out) int32_t "$result = INT2NUM($1);"
%typemap(out) int64_t "$result = LL2NUM($1);"

%typemap(in) (const char *text, int64_t text_length) "$1 = ($1_ltype)libhttp_ruby_bytes($input, &$2);"
%typemap(in) (const void *data, int64_t length) "$1 = ($1_ltype)libhttp_ruby_bytes($input, &$2);"
%typemap(in) (const void *body, int64_t body_length) %{
  $1 = ($1_ltype)libhttp_ruby_bytes($input, &$2);
  if ($1 == NULL)
    $2 = LIBHTTP_NO_BODY;
%}

%typemap(in) (void *buffer, int64_t capacity, int64_t *ret_got) (int64_t got = 0) %{
  $2 = libhttp_ruby_capacity($input);
  $1 = libhttp_ruby_scratch;
  $3 = &got;
%}
%typemap(argout) (void *buffer, int64_t capacity, int64_t *ret_got)
  "$result = libhttp_ruby_and($result, libhttp_ruby_string($1, result < 0 ? 0 : *$3));"
/* Where the room was too small, *ret_length may be more than there is. */
%typemap(in) (char *room, int64_t capacity, int64_t *ret_length) (VALUE string = Qnil, int64_t got = 0) %{
  $2 = libhttp_ruby_length($input);
  string = libhttp_ruby_room($2);
  $1 = RSTRING_PTR(string);
  $3 = &got;
%}
%typemap(argout) (char *room, int64_t capacity, int64_t *ret_length) %{
  rb_str_set_len(string$argnum, result < 0 ? 0 : (long)*$3);
  $result = libhttp_ruby_and($result, string$argnum);
%}

%typemap(in, numinputs=0) (const void **ret_data, int64_t *ret_length)
  ($*1_ltype data = NULL, int64_t got = 0) "$1 = &data; $2 = &got;"
%typemap(argout) (const void **ret_data, int64_t *ret_length)
  "$result = libhttp_ruby_and($result, libhttp_ruby_string(*$1, *$2));"

/* The function's own result is the text: it is made anew, with its length. */
%typemap(in, numinputs=0) int64_t *ret_length (int64_t got = 0) "$1 = &got;"
%typemap(argout) int64_t *ret_length "$result = libhttp_ruby_string(result, *$1);"
%typemap(out) const char * "$result = $1 == NULL ? Qnil : rb_str_new_cstr($1);"
/* Always with its length. */
%typemap(out) const void * "$result = Qnil;"

%typemap(in, numinputs=0) int32_t *ret (int32_t number = 0) "$1 = &number;"
%typemap(in, numinputs=0) int64_t *ret (int64_t number = 0) "$1 = &number;"
%typemap(argout) int32_t *ret "$result = libhttp_ruby_and($result, INT2NUM(*$1));"
%typemap(argout) int64_t *ret "$result = libhttp_ruby_and($result, LL2NUM(*$1));"

%typemap(in, numinputs=0) SWIGTYPE **ret ($*1_ltype handle = NULL) "$1 = &handle;"
%typemap(argout) SWIGTYPE **ret
  "$result = libhttp_ruby_and($result, libhttp_ruby_object(*$1, $*1_descriptor, 1));"

/* What Ruby needs besides. */
%rename(connection_ask) libhttp_ruby_ask;
%apply (const char *text, int64_t text_length) {
    (const char *method, int64_t method_length),
    (const char *target, int64_t target_length)
};
VALUE libhttp_ruby_ask(libhttp_connection *connection, const char *method, int64_t method_length,
                       const char *target, int64_t target_length, const libhttp_headers *headers,
                       const void *body, int64_t body_length);
%rename(response_read_onto) libhttp_ruby_read_onto;
%rename(connection_send_fd) libhttp_ruby_send_fd;
%rename(connection_needs) libhttp_ruby_connection_needs;
%rename(response_needs) libhttp_ruby_response_needs;
%rename(stream_needs) libhttp_ruby_stream_needs;
%ignore libhttp_connection_send_fd;
VALUE libhttp_ruby_read_onto(libhttp_response *response, VALUE string, int64_t capacity);
VALUE libhttp_ruby_send_fd(libhttp_connection *connection, int32_t fd, int64_t length);
VALUE libhttp_ruby_connection_needs(const libhttp_connection *connection);
VALUE libhttp_ruby_response_needs(const libhttp_response *response);
VALUE libhttp_ruby_stream_needs(const libhttp_stream *stream);
