/* SPDX-License-Identifier: MIT */
#include "client/read.h"

#include "base/limits.h"

/* Smaller reads go through the session's input: one system call then serves many of them. */
#define DIRECT_FROM 4096u

void read_done(struct libhttp_response *r, bool persists)
{
    struct session *s = r->session;

    if (!s || r->is_stream)
        return;
    connection_measure(r->connection, s, r->ended);
    if (r->detached) {
        /* The reference stays until the response is freed: another thread may be cancelling it. */
        session_close(s);
        return;
    }
    r->session = NULL;
    /* Else its connection was closed meanwhile, and may be in the middle of something else. */
    if (r->connection->unread == r)
        connection_exchange_done(r->connection, s, persists);
    session_unref(s);
}

/* The body can't be had any further: this error, now and at each later call. */
static int32_t break_off(struct libhttp_response *r, int32_t code)
{
    r->broken = code;
    read_done(r, false);
    return code;
}

static int32_t broken_before(struct libhttp_response *r)
{
    if (r->failure.code == r->broken)
        return r->broken;
    return fail(&r->failure, r->broken, "the body was cut off before: %s",
                libhttp_error_description(r->broken));
}

static int32_t complete(struct libhttp_response *r)
{
    struct chunked *chunked = &r->body.chunked;

    if (r->body.kind == BODY_CHUNKED && chunked->trailers &&
        chunked->trailers->phase == HEAD_COMPLETE &&
        message_take(&r->trailers, chunked->trailers,
                     span_of(buf_data(&chunked->trailer_bytes), chunked->trailers->length), 0,
                     &r->failure) < 0)
        return break_off(r, LIBHTTP_E_NO_MEMORY);
    r->ended = true;
    read_done(r, r->persists && r->body.complete);
    return LIBHTTP_OK;
}

/* What came before an error is given first, the error at the next call. */
static int32_t give_first(struct libhttp_response *r, int32_t status, size_t got)
{
    if (status >= 0 || got == 0)
        return status;
    break_off(r, status);
    return LIBHTTP_OK;
}

static void consume(struct libhttp_response *r, size_t used)
{
    struct session *s = r->session;

    buf_consume(&s->input, used);
    s->stale -= used < s->stale ? used : s->stale;
}

static int32_t from_input(struct libhttp_response *r, char *buffer, size_t capacity,
                          size_t *ret_got)
{
    struct buf *input = &r->session->input;
    size_t length = buf_length(input) < capacity ? buf_length(input) : capacity;
    size_t used = 0;
    int32_t status;

    memcpy(buffer, buf_data(input), length);
    status = body_decode(&r->body, buffer, length, &r->session->settings->limits, &used, ret_got,
                         &r->failure);
    consume(r, used);
    return give_first(r, status, *ret_got);
}

static int32_t at_eof(struct libhttp_response *r)
{
    bool tells_its_end = r->body.kind != BODY_UNTIL_CLOSE;
    int32_t status = LIBHTTP_OK;

    if (!tells_its_end)
        status = session_end(r->session, LIBHTTP_E_INCOMPLETE_READ, &r->failure);
    if (status == LIBHTTP_OK)
        status = body_at_eof(&r->body, &r->failure);
    if (status < 0)
        return status;
    r->persists = false;
    return complete(r);
}

/* Framing is received along; of a body of known length nothing beyond its end is. */
static int32_t into_input(struct libhttp_response *r, bool nowait)
{
    struct session *s = r->session;
    bool bounded = r->body.kind == BODY_LENGTH && r->body.left < (int64_t)LIMIT_RECEIVE;
    size_t most = bounded ? (size_t)r->body.left : LIMIT_RECEIVE;
    struct iovec area = {.iov_base = buf_reserve(&s->input, most), .iov_len = most};
    size_t got = 0;
    int32_t status;

    if (!area.iov_base)
        return fail_memory(&r->failure);
    status = session_receive(s, &area, 1, nowait, &got, &r->failure);
    if (status == LIBHTTP_OK && got == 0)
        return at_eof(r);
    if (status == LIBHTTP_OK)
        buf_commit(&s->input, got);
    return status;
}

static int32_t keep_rest(struct libhttp_response *r, const char *data, size_t length)
{
    buf_append(&r->session->input, data, length);
    return buf_failed(&r->session->input) ? fail_memory(&r->failure) : LIBHTTP_OK;
}

/* How many slices the idle timeout must have, as a receive that fills may take one more. */
#define SLICES_TO_FILL 4

/*
 * read() wants all of it anyway: one receive waits for it, where nothing but the body can come. Not
 * over TLS, whose receives ask for more than that.
 */
static bool may_fill(const struct libhttp_response *r, bool framed)
{
    const struct session *s = r->session;
    int64_t idle = s->settings->idle_ms;

    return r->filling && !framed && !s->tls &&
           (idle < 0 || idle >= SLICES_TO_FILL * s->io.slice_ms);
}

/*
 * Receives into the caller's memory and decodes it there. Where framing may come behind it, a
 * second area takes a little more, so that the last bytes of a chunk don't cost a call of their
 * own.
 */
static int32_t direct(struct libhttp_response *r, char *buffer, size_t capacity, bool nowait,
                      size_t *ret_got)
{
    char overflow[LIMIT_CHUNK_OVERFLOW];
    int64_t straight = body_straight(&r->body);
    bool whole = straight >= (int64_t)capacity;
    bool framed = r->body.kind == BODY_CHUNKED && !whole;
    size_t first = whole || framed ? capacity : (size_t)straight;
    struct iovec areas[2] = {{.iov_base = buffer, .iov_len = first},
                             {.iov_base = overflow, .iov_len = sizeof overflow}};
    size_t got = 0;
    size_t used = 0;
    size_t here;
    int32_t status;

    r->session->io.fills = may_fill(r, framed);
    status = session_receive(r->session, areas, framed ? 2 : 1, nowait, &got, &r->failure);
    r->session->io.fills = false;
    if (status != LIBHTTP_OK)
        return status;
    if (got == 0)
        return at_eof(r);
    here = got < first ? got : first;
    status = body_decode(&r->body, buffer, here, &r->session->settings->limits, &used, ret_got,
                         &r->failure);
    if (status == LIBHTTP_OK && used < here)
        status = keep_rest(r, buffer + used, here - used);
    if (status == LIBHTTP_OK && got > first)
        status = keep_rest(r, overflow, got - first);
    return give_first(r, status, *ret_got);
}

/* What must be seen to before bytes move. OK: go on. */
static int32_t check(struct libhttp_response *r)
{
    if (r->closed)
        return fail(&r->failure, LIBHTTP_E_CLOSED,
                    "the response was closed before its body was read");
    if (r->broken)
        return broken_before(r);
    if (r->session->phase == SESSION_CLOSED)
        return break_off(r, fail(&r->failure, LIBHTTP_E_CLOSED,
                                 "the connection was closed before the body was read"));
    if (session_is_foreign(r->session))
        return break_off(r, fail(&r->failure, LIBHTTP_E_FORKED,
                                 "the exchange was begun before a fork, by the parent"));
    if (session_check_cancel(r->session, &r->failure) < 0)
        return break_off(r, LIBHTTP_E_CANCELLED);
    return LIBHTTP_OK;
}

static int32_t move(struct libhttp_response *r, char *buffer, size_t capacity, bool nowait,
                    size_t *ret_got)
{
    if (buf_length(&r->session->input) > 0)
        return from_input(r, buffer, capacity, ret_got);
    if (capacity >= DIRECT_FROM)
        return direct(r, buffer, capacity, nowait, ret_got);
    return into_input(r, nowait);
}

/* What came with the head, out of the response's own block. */
static int32_t from_block(struct libhttp_response *r, char *buffer, size_t capacity,
                          size_t *ret_got)
{
    size_t length = r->came_left < capacity ? r->came_left : capacity;
    int32_t status = check(r);

    if (status < 0)
        return status;
    memcpy(buffer, r->came, length);
    r->came += length;
    r->came_left -= (uint32_t)length;
    body_took(&r->body, length);
    *ret_got = length;
    return r->body.complete ? complete(r) : LIBHTTP_OK;
}

/* Bytes that peek or readline hold. */
static size_t from_ahead(struct libhttp_response *r, char *buffer, size_t capacity)
{
    size_t length = buf_length(&r->ahead) < capacity ? buf_length(&r->ahead) : capacity;

    memcpy(buffer, buf_data(&r->ahead), length);
    buf_consume(&r->ahead, length);
    r->line_searched = 0;
    return length;
}

void read_framing(struct libhttp_response *r)
{
    struct buf *input;
    size_t used;
    int32_t status;

    if (r->body.kind != BODY_CHUNKED || r->ended || r->broken)
        return;
    input = &r->session->input;
    if (buf_length(input) == 0)
        return;
    status = body_skip_framing(&r->body, buf_data(input), buf_length(input),
                               &r->session->settings->limits, &used, &r->failure);
    consume(r, used);
    if (status < 0)
        break_off(r, status);
    else if (r->body.complete)
        (void)complete(r);
}

static int32_t receive(struct libhttp_response *r, char *buffer, size_t capacity, bool nowait,
                       size_t *ret_got)
{
    size_t got = 0;

    while (!r->ended && got == 0) {
        int32_t status = check(r);

        if (status == LIBHTTP_OK)
            status = move(r, buffer, capacity, nowait, &got);
        if (status == LIBHTTP_OK && r->body.complete && !r->ended && !r->broken)
            status = complete(r);
        if (status < 0)
            return r->broken || r->closed ? status : break_off(r, status);
        if (status == LIBHTTP_AGAIN)
            return status;
    }
    read_framing(r);
    *ret_got = got;
    return LIBHTTP_OK;
}

static inline int32_t fresh(struct libhttp_response *r, char *buffer, size_t capacity, bool nowait,
                            size_t *ret_got)
{
    return r->came_left > 0 ? from_block(r, buffer, capacity, ret_got)
                            : receive(r, buffer, capacity, nowait, ret_got);
}

int32_t read_step(struct libhttp_response *r, char *buffer, size_t capacity, bool nowait,
                  size_t *ret_got)
{
    if (buf_length(&r->ahead) > 0 && !r->closed) {
        *ret_got = from_ahead(r, buffer, capacity);
        return LIBHTTP_OK;
    }
    return fresh(r, buffer, capacity, nowait, ret_got);
}

int32_t read_ahead(struct libhttp_response *r, size_t most, size_t *ret_got)
{
    char *room = buf_reserve(&r->ahead, most);
    int32_t status;

    if (!room)
        return fail_memory(&r->failure);
    status = fresh(r, room, most, false, ret_got);
    if (status == LIBHTTP_OK)
        buf_commit(&r->ahead, *ret_got);
    return status;
}
