/* SPDX-License-Identifier: MIT */
/*
 * head: the parser of a response's head (RFC 9112 4, 5) and of a trailer section (7.1.2).
 *
 * Fed with all the bytes received so far, again and again until the blank line is there. It looks
 * at each byte once where the head comes whole, and never more than a constant number of times
 * however it is split (T-24): complete lines are not parsed again, an incomplete line is not
 * searched again. It reads nothing outside data[0, length) (T-35), it writes nothing.
 */
#ifndef LIBHTTP_WIRE_HEAD_H
#define LIBHTTP_WIRE_HEAD_H

#include "base/failure.h"
#include "wire/fields.h"

/* Places for fields without an allocation: the default limit. */
#define HEAD_INLINE_FIELDS 100

struct head_limits {
    uint32_t line;   /* bytes of one line, its CRLF not counted; default 65,536 (C-68) */
    uint32_t fields; /* number of fields; default 100 (C-11) */
    uint32_t total;  /* bytes of the whole head; default 256 KiB (C-71) */
};

enum head_phase { HEAD_STATUS_LINE, HEAD_FIELDS, HEAD_COMPLETE };

/* Fields that framing and persistence look at, noticed while parsing. */
enum {
    HEAD_HAS_CONTENT_LENGTH = 1,
    HEAD_HAS_TRANSFER_ENCODING = 2,
    HEAD_HAS_CONNECTION = 4,
    HEAD_HAS_UPGRADE = 8,
    HEAD_IRREGULAR = 16, /* an obs-fold or a trailing blank: head_restore can't bring it back */
    HEAD_REPEATED = 32   /* one of the fields above is there more than once */
};

struct head {
    uint8_t phase; /* enum head_phase */
    bool trailers; /* a trailer section: no status line, sentences say "trailer line" */
    uint8_t known; /* HEAD_HAS_… */
    uint8_t minor; /* of HTTP/1.minor, 0 to 9 */
    int32_t status;
    uint32_t reason; /* offset, length, without blanks around it */
    uint32_t reason_length;
    uint32_t line;     /* offset of the first line that is not parsed yet */
    uint32_t searched; /* offset up to which that line was searched for its end */
    uint32_t length;   /* bytes of the head, blank line included, once complete */
    uint32_t count;
    uint32_t known_begin; /* among fields[known_begin, known_end) are all of HEAD_HAS_… */
    uint32_t known_end;
    uint32_t content_length; /* the index of the last Content-Length, where there is one … */
    uint32_t connection;     /* … and Connection: unless HEAD_REPEATED of the only one */
    uint32_t capacity;
    struct field *fields; /* offsets into data; inline_fields, or allocated for a raised limit */
    struct field inline_fields[HEAD_INLINE_FIELDS];
};

/* Does not touch the inline places: starting is cheap. */
static inline void head_init(struct head *h, bool trailers)
{
    h->phase = trailers ? HEAD_FIELDS : HEAD_STATUS_LINE;
    h->trailers = trailers;
    h->known = 0;
    h->minor = 0;
    h->status = 0;
    h->reason = h->reason_length = 0;
    h->line = h->searched = h->length = 0;
    h->count = h->known_begin = h->known_end = 0;
    h->capacity = HEAD_INLINE_FIELDS;
    h->fields = h->inline_fields;
}

/* Frees what it holds; it may be started again then. */
void head_release_fields(struct head *h);

static inline void head_done(struct head *h)
{
    if (h->fields != h->inline_fields)
        head_release_fields(h);
}

/* Moves the state of an incomplete head to another place (from a stack to a heap). */
void head_move(struct head *to, struct head *from);

/*
 * Looks at data. LIBHTTP_OK: the head is complete, h->length bytes of it. LIBHTTP_AGAIN: more is
 * needed. Or an error: BAD_STATUS_LINE, UNKNOWN_PROTOCOL (both with the detail), LINE_TOO_LONG,
 * BAD_HEADER (the line is the detail), TOO_MANY_HEADERS, HEAD_TOO_LARGE, NO_MEMORY. The outcome is
 * the same however the bytes are split. The bytes may have moved between two calls, but must be the
 * same from the start. Line limits hold for incomplete lines too: an endless line fails as soon as
 * it is over its limit (T-20). After an error the head is only good for head_done.
 */
int32_t head_parse(struct head *h, const char *data, size_t length,
                   const struct head_limits *limits, struct failure *failure);

/*
 * What EOF means now (C-64, C-72): nothing received: REMOTE_DISCONNECTED; in the status line:
 * BAD_STATUS_LINE; in the fields: INCOMPLETE_READ. For a head that is not complete.
 */
int32_t head_at_eof(const struct head *h, const char *data, size_t length, struct failure *failure);

/*
 * Finishes the text of a complete head for its readers, in a copy (`text`) of data[0, h->length):
 * writes a NUL behind each name, value and the reason, joins each obs-fold into one blank. After it
 * `items` (h->count of them) are the slices.
 */
void head_terminate(const struct head *h, char *text, struct field *items);

/*
 * The NULs alone, where no line was folded: items are those of the head, and reason_end is
 * h->reason
 * + h->reason_length, or 0 for trailers.
 */
void head_mark_ends(char *text, uint32_t reason_end, const struct field *items, uint32_t count);

/*
 * Undoes head_terminate in its text, for who wants the head as it arrived (C-131): puts back ':'
 * behind names, and CR or LF behind values and reason. reason_end is as above. Not where
 * HEAD_IRREGULAR: there the caller keeps a copy from before.
 */
void head_restore(char *text, size_t length, uint32_t reason_end, const struct field *items,
                  uint32_t count);

/* A value as it arrived: an obs-fold, CRLF and all, may be inside (framing.c looks through it). */
static inline struct span head_value(const struct head *h, const char *data, uint32_t i)
{
    return span_of(data + h->fields[i].value, h->fields[i].value_length);
}

#endif
