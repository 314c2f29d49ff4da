/* SPDX-License-Identifier: MIT */
/*
 * request: writes a request's head (RFC 9112 3, 5) into a buf, checks everything before it writes
 * anything, and notes what the head says about framing. After a failed call the buffer and the
 * notes are as they were.
 */
#ifndef LIBHTTP_WIRE_REQUEST_H
#define LIBHTTP_WIRE_REQUEST_H

#include "wire/fields.h"
#include "wire/target.h"

struct request {
    int flags;         /* REQUEST_IS_HEAD … of framing.h */
    bool wants_length; /* PUT, POST, PATCH: Content-Length: 0 where there is no body (C-44) */
    bool absolute;     /* the target is in absolute form */
    bool has_host;     /* a Host is there: the caller's */
    bool has_length;   /* the caller's Content-Length … */
    bool has_coding;   /* … or Transfer-Encoding is there */
    bool chunked_last; /* its last coding is chunked; always, where there is one */
    bool has_encoding; /* the caller's Accept-Encoding is there */
    bool has_expect;   /* Expect: 100-continue */
    uint8_t last;      /* which of the fields above was put last, for a continuation */
    int64_t length;    /* the caller's Content-Length */
    size_t auto_host;  /* offset and length in the buffer of the automatic Host line, CRLF included;
                          length 0: none */
    size_t auto_host_length;
    size_t auto_encoding; /* the same of Accept-Encoding */
    size_t auto_encoding_length;
    size_t auto_end; /* where the request line and the automatic fields end, or what took their
                        place */
    size_t last_field_end; /* where the last field put ends (before its CRLF), for a continuation;
                              0: none */
};

/* Where a Host field comes from when neither the target nor the caller gives it. */
struct request_host {
    struct span host;   /* without brackets, IDNA already done, no zone id */
    int32_t port;       /* or -1: not appended, it is the scheme's default (C-35) */
    bool ipv6;          /* in brackets (C-36) */
    struct span lines;  /* both automatic fields as they were written before; empty: not yet */
    size_t host_length; /* of the first of them, Host, with its CRLF */
};

enum { REQUEST_SKIP_HOST = 1, REQUEST_SKIP_ACCEPT_ENCODING = 2 };

/*
 * The request line and the automatic fields (C-28 to C-38). An empty target is "/". An
 * absolute-form target (a scheme and
 * "://") and CONNECT's authority-form (host:port) give Host from their authority; user information
 * there is INVALID_URL. The buffer is empty. `host` may be NULL where it isn't needed. Errors:
 * INVALID_ARGUMENT (method is no token, host missing), INVALID_URL (target, the offending byte is
 * named; host), HEAD_TOO_LARGE (the buffer's maximum), NO_MEMORY.
 */
int32_t request_begin(struct request *r, struct buf *out, struct span method, struct span target,
                      int skip, const struct request_host *host, struct failure *failure);

/*
 * One field (C-33, C-39 to C-43, C-47): a Host or Accept-Encoding takes the automatic one's place;
 * a second Host, Content-Length or Transfer-Encoding, both of the latter, a Host that isn't
 * host[:port] (T-5), a Content-Length that isn't a number, a Transfer-Encoding that isn't a list of
 * codings with chunked last and once (RFC 9112 6.1: nobody could tell where the body ends):
 * INVALID_ARGUMENT.
 */
int32_t request_field(struct request *r, struct buf *out, struct span name, struct span value,
                      struct failure *failure);

/*
 * The field that frames the body, where the caller didn't put one: behind the automatic ones,
 * before all of the caller's (C-43). Errors as of request_field.
 */
int32_t request_framing(struct request *r, struct buf *out, struct span name, struct span value,
                        struct failure *failure);

/* CRLF HTAB value: continues the field last put (C-39), but Host or a framing field. */
int32_t request_continue(struct request *r, struct buf *out, struct span value,
                         struct failure *failure);

/* Why a head found no room in the buffer, which may be tried again: with less. */
int32_t request_no_room(struct buf *out, struct failure *failure);

/* The blank line. */
static inline int32_t request_end(struct buf *out, struct failure *failure)
{
    buf_append_text(out, "\r\n");
    return buf_failed(out) ? request_no_room(out, failure) : LIBHTTP_OK;
}

#endif
