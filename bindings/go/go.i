/* SPDX-License-Identifier: MIT */
/*
 * How Go takes and gives the shapes that ../libhttp.i names.
 *
 * Text is a string, "" standing for NULL only in the few functions written out below. Data is a
 * []byte, nil standing for NULL (of a body: for none). Handles are uintptr: they point to C's memory
 * and are nothing to Go's collector; package libhttp owns them. Numbers come out through *int32 and
 * *int64, borrowed bytes through a *Span, which the package copies at once. Nothing that Go passes
 * is kept by C, and none of it holds a pointer, as cgo wants it.
 */
%insert(cgo_comment_typedefs) %{
#cgo pkg-config: libhttp
%}

%insert(go_header) %{
// Span is a piece of C's memory: copy it before the next call on the handle that lent it.
type Span struct {
	P *byte
	N int64
}
%}

%{
#include <stdlib.h>
#include <string.h>

struct libhttp_go_span {
    const void *p;
    int64_t n;
};

static const char *libhttp_go_text(_gostring_ s)
{
    return s.n ? s.p : "";
}
%}


%typemap(gotype) int32_t "int32"
%typemap(gotype) int64_t "int64"
%typemap(in) int32_t, int64_t "$1 = ($1_ltype)$input;"
%typemap(out) int32_t, int64_t "$result = $1;"

%typemap(gotype) SWIGTYPE * "uintptr"
%typemap(in) SWIGTYPE * "$1 = *($&1_ltype)&$input;"
%typemap(out) SWIGTYPE * "*($&1_ltype)&$result = ($1_ltype)$1;"

%typemap(gotype) const char * "*byte"
/* Constants keep Go's type. */
%typemap(gotype) const char *VERSION, const char *VERSION_STRING, char *VERSION, char *VERSION_STRING,
  const char *LIBHTTP_VERSION_STRING, const char *LIBHTTP_VERSION "string"
%typemap(out) const char * "$result = (void *)(uintptr_t)$1;"
%typemap(goout) const char * ""
%typemap(freearg) const char * ""
%typemap(gotype) const void * "*byte"
%typemap(out) const void * "*(const void **)&$result = $1;"
%typemap(goout) const void * ""

%typemap(gotype) (const char *text, int64_t text_length) "string"
%typemap(in) (const char *text, int64_t text_length) "$1 = ($1_ltype)libhttp_go_text($input); $2 = $input.n;"
%typemap(freearg) (const char *text, int64_t text_length) ""
%typemap(gotype) (const void *data, int64_t length) "[]byte"
%typemap(in) (const void *data, int64_t length) "$1 = $input.array; $2 = $input.len;"
%typemap(gotype) (const void *body, int64_t body_length) "[]byte"
%typemap(in) (const void *body, int64_t body_length)
  "$1 = $input.array; $2 = $input.array ? $input.len : LIBHTTP_NO_BODY;"

/* READ and ROOM: what is to be filled is a []byte. */
%typemap(gotype) (void *buffer, int64_t capacity), (char *room, int64_t capacity) "[]byte"
%typemap(in) (void *buffer, int64_t capacity), (char *room, int64_t capacity)
  "$1 = ($1_ltype)$input.array; $2 = $input.len;"

/* "" is NULL here. */
%typemap(gotype) (const char *fallback, int64_t fallback_length),
  (const char *key, int64_t key_length), (const char *passphrase, int64_t passphrase_length) "string"
%typemap(in) (const char *fallback, int64_t fallback_length),
  (const char *key, int64_t key_length), (const char *passphrase, int64_t passphrase_length)
  "$1 = $input.n ? ($1_ltype)$input.p : NULL; $2 = $input.n;"

%typemap(gotype) int32_t *ret "*int32"
%typemap(gotype) int64_t *ret, int64_t *ret_length, int64_t *ret_got "*int64"
%typemap(in) int32_t *ret, int64_t *ret, int64_t *ret_length, int64_t *ret_got "$1 = ($1_ltype)$input;"

%typemap(gotype) (const void **ret_data, int64_t *ret_length) "*Span"
%typemap(in) (const void **ret_data, int64_t *ret_length) %{
  $1 = ($1_ltype)&((struct libhttp_go_span *)$input)->p;
  $2 = &((struct libhttp_go_span *)$input)->n;
%}

%typemap(gotype) SWIGTYPE **ret "*uintptr"
%typemap(in) SWIGTYPE **ret "$1 = ($1_ltype)$input;"

%insert(go_header) %{
// Facts is what Response_learn tells of a response.
type Facts struct {
	Remaining                                                         int64
	Packed                                                            int64
	Status, Version, InterimCount, IsComplete, WillClose, FieldCount int32
}
%}
%ignore response_facts;
%typemap(gotype) struct response_facts * "*Facts"
%typemap(in) struct response_facts * "$1 = ($1_ltype)$input;"

/* What NULL means, said by name; and what takes one call for what would be many. */
%inline %{
static int32_t connection_clear_unix(libhttp_connection *c)
{
    return libhttp_connection_set_unix(c, NULL, 0);
}

static int32_t connection_clear_tunnel(libhttp_connection *c)
{
    return libhttp_connection_set_tunnel(c, NULL, 0, LIBHTTP_PORT_DEFAULT, NULL);
}

static int32_t connection_clear_source_address(libhttp_connection *c)
{
    return libhttp_connection_set_source_address(c, NULL, 0, 0);
}

/* Every field: name, NUL, value, NUL, ... Gives the length; too little room: nothing is written. */
static int64_t headers_pack(const libhttp_headers *h, void *buffer, int64_t capacity)
{
    int32_t count = libhttp_headers_count(h);
    int64_t used = 0;
    char *to = (char *)buffer;

    for (int32_t i = 0; i < count * 2; i++) {
        int64_t length = 0;
        const char *text = i % 2 ? libhttp_headers_value(h, i / 2, &length)
                                 : libhttp_headers_name(h, i / 2, &length);

        if (used + length + 1 <= capacity)
            memcpy(to + used, text, (size_t)length + 1);
        used += length + 1;
    }
    return used;
}

/* The same the other way round, with lengths instead of NULs, so that one inside is seen: two
 * uint32_t, name, value, ... What was there is cleared. */
static int32_t headers_unpack(libhttp_headers *h, const void *data, int64_t length)
{
    const char *at = (const char *)data;
    const char *end = at + length;
    int32_t status = libhttp_headers_clear(h);

    while (status == LIBHTTP_OK && at < end) {
        uint32_t lengths[2];

        memcpy(lengths, at, sizeof lengths);
        at += sizeof lengths;
        status = libhttp_headers_add(h, at, lengths[0], at + lengths[0], lengths[1]);
        at += lengths[0] + lengths[1];
    }
    return status;
}

struct response_facts {
    int64_t remaining;
    int64_t packed; /* what headers_pack() gives */
    int32_t status, version, interim_count, is_complete, will_close, field_count;
};

/* What is known of a response with its head. */
static void response_learn(const libhttp_response *r, void *buffer, int64_t capacity,
                           struct response_facts *facts)
{
    const libhttp_headers *h = libhttp_response_headers(r);

    facts->remaining = libhttp_response_remaining(r);
    facts->packed = headers_pack(h, buffer, capacity);
    facts->status = libhttp_response_status(r);
    facts->version = libhttp_response_version(r);
    facts->interim_count = libhttp_response_interim_count(r);
    facts->is_complete = libhttp_response_is_complete(r);
    facts->will_close = libhttp_response_will_close(r);
    facts->field_count = libhttp_headers_count(h);
}
%}
