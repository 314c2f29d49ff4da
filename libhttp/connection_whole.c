/* SPDX-License-Identifier: MIT */
/* connection_whole: whole requests in one call: head and body. */
#include <errno.h>
#include <fcntl.h>
#include <libhttp/connection.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "client/debug.h"
#include "client/deliver.h"
#include "client/headers_private.h"
#include "client/request_head.h"
#include "client/upload.h"

/* A request to be made: the parts that its three forms share. */
struct whole {
    struct span method, target;
    const struct fields *fields; /* or NULL */
    int64_t length; /* of the body, LIBHTTP_NO_BODY, _LENGTH_UNKNOWN or _LENGTH_CHUNKED */
};

static bool is_length(int64_t length)
{
    return length >= 0 || length == LIBHTTP_NO_BODY;
}

static bool has_field(const struct fields *fields, const char *name)
{
    return fields && fields_find(fields, span_text(name), 0) >= 0;
}

/* The framing field that the caller's own don't make needless (C-43 to C-48); *ret_flags is for
 * endheaders. */
static int32_t put_framing(struct libhttp_connection *c, const struct whole *w, int32_t *ret_flags)
{
    char digits[20];
    struct span value = span_text("chunked");

    *ret_flags = w->length == LIBHTTP_LENGTH_CHUNKED ? LIBHTTP_ENCODE_CHUNKED : 0;
    if ((w->length == LIBHTTP_NO_BODY && !c->exchange->request.wants_length) ||
        has_field(w->fields, "content-length") || has_field(w->fields, "transfer-encoding"))
        return LIBHTTP_OK;
    if (!is_length(w->length)) {
        *ret_flags = LIBHTTP_ENCODE_CHUNKED;
        return request_framing(&c->exchange->request, &c->exchange->output,
                               span_text("Transfer-Encoding"), value, &c->failure);
    }
    value = span_of_decimal(digits, w->length == LIBHTTP_NO_BODY ? 0 : (uint64_t)w->length);
    return request_framing(&c->exchange->request, &c->exchange->output, span_text("Content-Length"),
                           value, &c->failure);
}

static int32_t put_fields(struct libhttp_connection *c, const struct fields *fields)
{
    for (uint32_t i = 0; fields && i < fields->count; i++) {
        int32_t status =
            request_field(&c->exchange->request, &c->exchange->output, fields_name(fields, i),
                          fields_value(fields, i), &c->failure);

        if (status < 0)
            return status;
    }
    return LIBHTTP_OK;
}

/* The caller's own Content-Length must be the body's (C-47). */
static int32_t check_length(struct libhttp_connection *c, const struct whole *w)
{
    int64_t given = w->length == LIBHTTP_NO_BODY ? 0 : w->length;

    if (c->exchange->upload.kind != UPLOAD_LENGTH || !is_length(w->length) ||
        c->exchange->upload.left == given)
        return LIBHTTP_OK;
    return fail(&c->failure, LIBHTTP_E_BODY_LENGTH,
                "Content-Length says %lld, the body has %lld bytes",
                (long long)c->exchange->upload.left, (long long)given);
}

/* All or nothing: after an error nothing is begun. */
static int32_t put_head(struct libhttp_connection *c, const struct whole *w)
{
    int32_t flags;
    int32_t status = request_head_begin(c, w->method, w->target, 0);

    if (status < 0)
        return status;
    status = put_framing(c, w, &flags);
    if (status == LIBHTTP_OK)
        status = put_fields(c, w->fields);
    if (status == LIBHTTP_OK)
        status = request_head_end(c, flags);
    if (status == LIBHTTP_OK)
        status = check_length(c, w);
    if (status < 0)
        request_head_abandon(c);
    return status;
}

static int32_t whole_in(struct libhttp_connection *c, struct whole *w, const char *method,
                        int64_t method_length, const char *target, int64_t target_length,
                        const libhttp_headers *headers)
{
    if (text_in(&w->method, method, method_length, "method", &c->failure) < 0 ||
        text_any_in(&w->target, target, target_length, "target", &c->failure) < 0)
        return c->failure.code;
    w->fields = headers ? &headers->fields : NULL;
    return LIBHTTP_OK;
}

static int32_t body_in(struct libhttp_connection *c, struct span *ret, const void *body,
                       int64_t length)
{
    *ret = span_of("", 0);
    if (length == LIBHTTP_NO_BODY && body)
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                    "body is given, and body_length says that there is none");
    if (length == LIBHTTP_NO_BODY)
        return LIBHTTP_OK;
    if (data_in(ret, body, length, "body", &c->failure) < 0)
        return c->failure.code;
    if (delivers_in_parts(c) && length > LIBHTTP_OUTPUT_MAX)
        return fail(&c->failure, LIBHTTP_E_TOO_LARGE,
                    "body is over %d bytes: outside blocking mode use request_pieces and send",
                    LIBHTTP_OUTPUT_MAX);
    return LIBHTTP_OK;
}

/* The body behind its head: at once in blocking mode, else into the output. */
static int32_t give_body(struct libhttp_connection *c, struct span body)
{
    int64_t put = 0;
    int32_t status;

    if (delivers_in_parts(c)) {
        status = upload_put(c, body);
        if (status < 0)
            request_head_abandon(c);
        return status;
    }
    c->at_once = true;
    status = body.length > 0 ? deliver_data(c, body, &put) : LIBHTTP_OK;
    if (debug_is_on(c) && put > 0)
        debug_body(c, span_of(body.data, (size_t)put));
    if (status == LIBHTTP_OK)
        status = deliver_output(c);
    return early_is_ok(status);
}

int32_t libhttp_connection_request(libhttp_connection *c, const char *method, int64_t method_length,
                                   const char *target, int64_t target_length,
                                   const libhttp_headers *headers, const void *body,
                                   int64_t body_length)
{
    struct whole whole = {.length = body_length};
    struct span span;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (whole_in(c, &whole, method, method_length, target, target_length, headers) < 0 ||
        body_in(c, &span, body, body_length) < 0 || put_head(c, &whole) < 0)
        return c->failure.code;
    return give_body(c, span);
}

int32_t libhttp_connection_request_pieces(libhttp_connection *c, const char *method,
                                          int64_t method_length, const char *target,
                                          int64_t target_length, const libhttp_headers *headers,
                                          int64_t length)
{
    struct whole whole = {.length = length};

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (length < 0 && length != LIBHTTP_LENGTH_UNKNOWN && length != LIBHTTP_LENGTH_CHUNKED)
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT, "length is negative: %lld",
                    (long long)length);
    if (whole_in(c, &whole, method, method_length, target, target_length, headers) < 0)
        return c->failure.code;
    return put_head(c, &whole);
}

/* What a descriptor is, as a body: its length, or that nobody knows. */
static int32_t file_length(struct libhttp_connection *c, int32_t fd, int64_t *length)
{
    struct stat st;
    off_t offset;
    int flags = fcntl(fd, F_GETFL);

    /* Seen here, before anything is begun: read would tell when the head has left. */
    if (flags < 0 || fstat(fd, &st) < 0)
        return fail_os(&c->failure, LIBHTTP_E_UNIMPLEMENTED_FILE_MODE, errno,
                       "fd can't be read from");
    if ((flags & O_ACCMODE) == O_WRONLY)
        return fail(&c->failure, LIBHTTP_E_UNIMPLEMENTED_FILE_MODE, "fd is open for writing only");
    if (S_ISDIR(st.st_mode))
        return fail(&c->failure, LIBHTTP_E_UNIMPLEMENTED_FILE_MODE, "fd is a directory");
    offset = S_ISREG(st.st_mode) ? lseek(fd, 0, SEEK_CUR) : -1;
    /* Files under /proc say that they are empty: their length shows only when they are read (C-46).
     */
    if (*length == LIBHTTP_LENGTH_UNKNOWN && offset >= 0 && st.st_size > 0)
        *length = st.st_size > offset ? st.st_size - offset : 0;
    return LIBHTTP_OK;
}

/* A regular file that says it is empty: it is read, and if it ends at once the body is empty and
 * said to be. */
static bool is_really_empty(int32_t fd)
{
    char byte;
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
           pread(fd, &byte, 1, lseek(fd, 0, SEEK_CUR)) == 0;
}

int32_t libhttp_connection_request_fd(libhttp_connection *c, const char *method,
                                      int64_t method_length, const char *target,
                                      int64_t target_length, const libhttp_headers *headers,
                                      int32_t fd, int64_t length)
{
    struct whole whole = {.length = length};
    int64_t put;
    int32_t status;

    if (!c)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (fd < 0 || (length < 0 && length != LIBHTTP_LENGTH_UNKNOWN))
        return fail(&c->failure, LIBHTTP_E_INVALID_ARGUMENT,
                    fd < 0 ? "fd is negative" : "length is negative");
    if (file_length(c, fd, &whole.length) < 0 ||
        whole_in(c, &whole, method, method_length, target, target_length, headers) < 0)
        return c->failure.code;
    if (whole.length == LIBHTTP_LENGTH_UNKNOWN && is_really_empty(fd))
        whole.length = 0;
    status = put_head(c, &whole);
    if (status == LIBHTTP_OK)
        c->exchange->upload.whole_fd = whole.length == LIBHTTP_LENGTH_UNKNOWN;
    if (status < 0 || delivers_in_parts(c))
        return status;
    status = deliver_fd(c, fd, LIBHTTP_LENGTH_UNKNOWN, &put);
    if (status == LIBHTTP_OK && !c->exchange->upload.early)
        status = upload_finish(c, NULL);
    if (status == LIBHTTP_OK)
        status = deliver_if_blocking(c);
    return early_is_ok(status);
}
