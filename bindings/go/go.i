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
// Head is what Connection_answer tells of a response; the reason is lent, as a Span is.
type Head struct {
	Reason                                 Span
	Status, Version, IsComplete, WillClose int32
}

// Facts is what Response_learn tells of a response.
type Facts struct {
	Head
	Remaining                int64
	Packed                   int64
	InterimCount, FieldCount int32
}
%}
%ignore response_facts;
%ignore response_head;
%typemap(gotype) struct response_head * "*Head"
%typemap(in) struct response_head * "$1 = ($1_ltype)$input;"
%apply (const char *text, int64_t text_length) {
    (const char *method, int64_t method_length),
    (const char *target, int64_t target_length)
};
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

struct response_head {
    struct libhttp_go_span reason;
    int32_t status, version, is_complete, will_close;
};

struct response_facts {
    struct response_head head;
    int64_t remaining;
    int64_t packed; /* what headers_pack() gives */
    int32_t interim_count, field_count;
};

static void libhttp_go_head(const libhttp_response *r, struct response_head *head)
{
    head->reason.p = libhttp_response_reason(r);
    head->reason.n = libhttp_response_reason_length(r);
    head->status = libhttp_response_status(r);
    head->version = libhttp_response_version(r);
    head->is_complete = libhttp_response_is_complete(r);
    head->will_close = libhttp_response_will_close(r);
}

/* request and flush; *ret is whether the request was taken, so that a flush may have to go on. */
static int32_t connection_ask(libhttp_connection *c, const char *method, int64_t method_length,
                              const char *target, int64_t target_length,
                              const libhttp_headers *headers, const void *body,
                              int64_t body_length, int32_t *ret)
{
    int32_t status = libhttp_connection_request(c, method, method_length, target, target_length,
                                                headers, body, body_length);

    *ret = status == LIBHTTP_OK;
    return status == LIBHTTP_OK ? libhttp_connection_flush(c) : status;
}

/* getresponse, and its head. */
static int32_t connection_answer(libhttp_connection *c, libhttp_response **ret,
                                 struct response_head *head)
{
    int32_t status = libhttp_connection_getresponse(c, ret);

    if (status == LIBHTTP_OK)
        libhttp_go_head(*ret, head);
    return status;
}

/* read, and whether that was the end; there it is 1. */
static int32_t response_read_on(libhttp_response *r, void *buffer, int64_t capacity,
                                int64_t *ret_got, int32_t *ret)
{
    int32_t status = libhttp_response_read(r, buffer, capacity, ret_got);

    *ret = libhttp_response_is_complete(r);
    return status;
}

/* Whether another exchange can follow. */
static int32_t connection_is_reusable(libhttp_connection *c)
{
    return libhttp_connection_is_open(c) && !libhttp_connection_cancelled(c);
}

/* What is known of a response with its head. */
static void response_learn(const libhttp_response *r, void *buffer, int64_t capacity,
                           struct response_facts *facts)
{
    const libhttp_headers *h = libhttp_response_headers(r);

    libhttp_go_head(r, &facts->head);
    facts->remaining = libhttp_response_remaining(r);
    facts->packed = headers_pack(h, buffer, capacity);
    facts->interim_count = libhttp_response_interim_count(r);
    facts->field_count = libhttp_headers_count(h);
}
%}
