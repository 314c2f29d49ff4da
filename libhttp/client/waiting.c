/* SPDX-License-Identifier: MIT */
#include "client/waiting.h"

#include "base/text.h"

int32_t waiting_describe(const struct session *s, int32_t *ret_fd, int32_t *ret_events,
                         int64_t *ret_ms, int64_t *ret_generation)
{
    struct wait wait = {.fd = -1, .deadline = CLOCK_NEVER};

    if (s)
        session_wait(s, &wait);
    if (ret_fd)
        *ret_fd = wait.fd;
    if (ret_events)
        *ret_events = wait.events;
    if (ret_ms)
        *ret_ms = clock_left(clock_now(), wait.deadline);
    if (ret_generation)
        *ret_generation = s ? (int64_t)s->io.generation : 0;
    return LIBHTTP_OK;
}

int32_t waiting_fileno(const struct session *s)
{
    return s && s->bottom ? transport_fileno(s->bottom) : -1;
}

const char *waiting_detail(const struct failure *f, int64_t *ret_length)
{
    return f->detail ? text_out(span_of(f->detail, f->detail_length), ret_length)
                     : no_text(ret_length);
}
