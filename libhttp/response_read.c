/* SPDX-License-Identifier: MIT */
/* response_read: the body in the ways that a caller wants it (C-87 to C-96). */
#include <libhttp/response.h>

#include "base/text.h"
#include "client/drive.h"
#include "client/read.h"

/* read_all's memory grows with what came, never with what was announced (T-21). */
#define ALL_STEP 65536

static bool blocks(const struct libhttp_response *r)
{
    return r->session && !r->session->settings->nonblocking && !r->session->carried;
}

static int32_t bad_room(struct libhttp_response *r, int64_t capacity, const int64_t *ret)
{
    if (capacity < 0)
        return fail(&r->failure, LIBHTTP_E_INVALID_ARGUMENT, "capacity is negative: %lld",
                    (long long)capacity);
    return fail(&r->failure, LIBHTTP_E_INVALID_ARGUMENT,
                ret ? "buffer is NULL" : "ret_got is NULL");
}

static inline int32_t check_room(struct libhttp_response *r, const void *buffer, int64_t capacity,
                                 const int64_t *ret)
{
    bool is_fine = capacity >= 0 && ret && (buffer || capacity == 0);

    return is_fine ? LIBHTTP_OK : bad_room(r, capacity, ret);
}

/* Once the caller knows that the body was cut off, the response is closed, as http.client's. */
static int32_t tell(struct libhttp_response *r, int32_t status)
{
    if (status < 0 && status == r->broken)
        r->told = true;
    return status;
}

static int32_t driven_step(struct libhttp_response *r, char *buffer, size_t capacity,
                           size_t *ret_got)
{
    int32_t status;

    do
        status = read_step(r, buffer, capacity, false, ret_got);
    while (drive_again(r->session, &status, &r->failure));
    return status;
}

int32_t libhttp_response_read1(libhttp_response *r, void *buffer, int64_t capacity,
                               int64_t *ret_got)
{
    size_t got = 0;
    int32_t status;

    if (!r)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (check_room(r, buffer, capacity, ret_got) < 0)
        return r->failure.code;
    status = capacity > 0 ? driven_step(r, buffer, (size_t)capacity, &got) : LIBHTTP_OK;
    if (status == LIBHTTP_OK)
        *ret_got = (int64_t)got;
    return tell(r, status);
}

/* Received already: it costs no system call to take it too. */
static bool is_more_here(const struct libhttp_response *r)
{
    return buf_length(&r->ahead) > 0 || r->came_left > 0 ||
           (r->session && buf_length(&r->session->input) > 0);
}

/* Whether read is to ask for more behind the first `total` bytes. */
static bool goes_on(const struct libhttp_response *r, int64_t total)
{
    return !response_is_read(r) && (total == 0 || blocks(r) || is_more_here(r));
}

/* Until the room is full, or as far as the mode allows. */
static int32_t fill(struct libhttp_response *r, char *at, int64_t capacity, int64_t *ret_got)
{
    int64_t total = 0;
    size_t got = 1;
    int32_t status = LIBHTTP_OK;

    r->filling = true;
    while (total < capacity && got > 0 && goes_on(r, total)) {
        got = 0;
        status = driven_step(r, at + total, (size_t)(capacity - total), &got);
        if (status != LIBHTTP_OK)
            break;
        total += (int64_t)got;
    }
    r->filling = false;
    if (status != LIBHTTP_OK && total == 0)
        return status;
    *ret_got = total;
    return LIBHTTP_OK;
}

int32_t libhttp_response_read(libhttp_response *r, void *buffer, int64_t capacity, int64_t *ret_got)
{
    if (!r)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (check_room(r, buffer, capacity, ret_got) < 0)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!response_is_read(r))
        return tell(r, fill(r, buffer, capacity, ret_got));
    *ret_got = 0;
    return LIBHTTP_OK;
}

/* Makes sure that something is ahead, unless the body has ended. */
static int32_t driven_ahead(struct libhttp_response *r, size_t most)
{
    size_t got;
    int32_t status;

    do
        status = read_ahead(r, most, &got);
    while (drive_again(r->session, &status, &r->failure));
    return status;
}

static size_t block_size(const struct libhttp_response *r)
{
    return r->connection->settings->block_size;
}

int32_t libhttp_response_peek(libhttp_response *r, const void **ret_data, int64_t *ret_length)
{
    int32_t status = LIBHTTP_OK;

    if (!r)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!ret_data || !ret_length)
        return fail(&r->failure, LIBHTTP_E_INVALID_ARGUMENT, "ret_data or ret_length is NULL");
    if (buf_length(&r->ahead) == 0 || r->closed)
        status = driven_ahead(r, block_size(r));
    if (status != LIBHTTP_OK)
        return tell(r, status);
    *ret_data = buf_span(&r->ahead).data;
    *ret_length = (int64_t)buf_length(&r->ahead);
    return LIBHTTP_OK;
}

/* The length of the line ahead with its LF, or 0 where it isn't whole yet. */
static size_t line_ahead(struct libhttp_response *r)
{
    struct span ahead = buf_span(&r->ahead);
    const char *from = ahead.data + r->line_searched;
    const char *end = memchr(from, '\n', ahead.length - r->line_searched);

    r->line_searched = ahead.length;
    return end ? (size_t)(end - ahead.data) + 1 : 0;
}

int32_t libhttp_response_readline(libhttp_response *r, void *buffer, int64_t capacity,
                                  int64_t *ret_got)
{
    size_t line;
    size_t got = 0;
    int32_t status = LIBHTTP_OK;

    if (!r)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (check_room(r, buffer, capacity, ret_got) < 0)
        return r->failure.code;
    while ((line = r->closed ? 0 : line_ahead(r)) == 0 &&
           buf_length(&r->ahead) < (size_t)capacity) {
        size_t before = buf_length(&r->ahead);

        status = driven_ahead(r, block_size(r));
        if (status != LIBHTTP_OK || buf_length(&r->ahead) == before)
            break;
    }
    /* The last line of a body that was cut off is given before the error. */
    if (status == LIBHTTP_AGAIN || (status < 0 && (buf_length(&r->ahead) == 0 || r->closed)))
        return tell(r, status);
    if (line == 0 || line > (size_t)capacity)
        line = (size_t)capacity;
    if (line > 0 && buf_length(&r->ahead) > 0)
        (void)read_step(r, buffer, line, true, &got);
    *ret_got = (int64_t)got;
    return LIBHTTP_OK;
}

static size_t next_room(const struct libhttp_response *r, int64_t left)
{
    int64_t room = ALL_STEP;

    if (room < (int64_t)buf_length(&r->all))
        room = (int64_t)buf_length(&r->all);
    if (r->body.kind == BODY_LENGTH && !r->ended && room > r->body.left && r->body.left > 0)
        room = r->body.left + (int64_t)buf_length(&r->ahead);
    return (size_t)(room < left ? room : left);
}

/*
 * The maximum is reached: whether that is the end, one look ahead tells. An earlier call with a
 * larger one may have got beyond it already.
 */
static int32_t check_end(struct libhttp_response *r, int64_t maximum)
{
    bool over = (int64_t)buf_length(&r->all) > maximum;
    int32_t status =
        over || buf_length(&r->ahead) > 0 ? LIBHTTP_OK : driven_ahead(r, block_size(r));

    if (status == LIBHTTP_OK && (over || buf_length(&r->ahead) > 0))
        return fail(&r->failure, LIBHTTP_E_TOO_LARGE,
                    "the body is larger than the maximum of %lld bytes", (long long)maximum);
    return status;
}

static int32_t collect(struct libhttp_response *r, int64_t maximum)
{
    for (;;) {
        int64_t left = maximum - (int64_t)buf_length(&r->all);
        size_t got = 0;
        char *room;
        int32_t status;

        if (left <= 0)
            return check_end(r, maximum);
        room = buf_reserve(&r->all, next_room(r, left));
        if (!room)
            return fail_memory(&r->failure);
        status = driven_step(r, room, next_room(r, left), &got);
        if (status != LIBHTTP_OK || got == 0)
            return status;
        buf_commit(&r->all, got);
    }
}

int32_t libhttp_response_read_all(libhttp_response *r, int64_t maximum, const void **ret_data,
                                  int64_t *ret_length)
{
    int32_t status;

    if (!r)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!ret_data || !ret_length)
        return fail(&r->failure, LIBHTTP_E_INVALID_ARGUMENT, "ret_data or ret_length is NULL");
    if (maximum < 0)
        return fail(&r->failure, LIBHTTP_E_INVALID_ARGUMENT, "maximum is negative: %lld",
                    (long long)maximum);
    if (r->all_given)
        buf_clear(&r->all);
    r->all_given = false;
    status = collect(r, maximum);
    if (status != LIBHTTP_OK)
        return tell(r, status);
    r->all_given = true;
    *ret_data = buf_span(&r->all).data;
    *ret_length = (int64_t)buf_length(&r->all);
    return LIBHTTP_OK;
}

int32_t libhttp_response_partial(libhttp_response *r, const void **ret_data, int64_t *ret_length)
{
    if (!r)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!ret_data || !ret_length)
        return fail(&r->failure, LIBHTTP_E_INVALID_ARGUMENT, "ret_data or ret_length is NULL");
    *ret_data = buf_span(&r->all).data;
    *ret_length = (int64_t)buf_length(&r->all);
    return LIBHTTP_OK;
}
