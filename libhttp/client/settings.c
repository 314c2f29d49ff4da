/* SPDX-License-Identifier: MIT */
#include "client/settings.h"

#include <libhttp/options.h>
#include <stdlib.h>

#include "base/limits.h"

struct settings *settings_new(void)
{
    struct settings *s = malloc(sizeof *s);

    if (!s)
        return NULL;
    *s = (struct settings){
        .references = 1,
        .auto_open = true,
        .connect_ms = LIBHTTP_CONNECT_TIMEOUT_DEFAULT,
        .idle_ms = LIBHTTP_IDLE_TIMEOUT_DEFAULT,
        .total_ms = LIBHTTP_TOTAL_TIMEOUT_DEFAULT,
        .continue_ms = LIBHTTP_CONTINUE_TIMEOUT_DEFAULT,
        .limits = {.line = LIBHTTP_MAX_LINE_DEFAULT,
                   .fields = LIBHTTP_MAX_HEADERS_DEFAULT,
                   .total = LIBHTTP_MAX_HEAD_DEFAULT},
        .max_interim = LIBHTTP_MAX_INTERIM_DEFAULT,
        .max_drain = LIBHTTP_MAX_DRAIN_DEFAULT,
        .block_size = LIBHTTP_BLOCK_SIZE_DEFAULT,
    };
    return s;
}

struct settings *settings_ref(struct settings *s)
{
    atomic_fetch_add_explicit(&s->references, 1, memory_order_relaxed);
    return s;
}

void settings_unref(struct settings *s)
{
    if (s && atomic_fetch_sub_explicit(&s->references, 1, memory_order_acq_rel) == 1)
        free(s);
}

static int64_t shorter(int64_t slice, int64_t timeout)
{
    return timeout >= 0 && timeout < slice ? timeout : slice;
}

int32_t settings_slice(const struct settings *s)
{
    int64_t slice = LIMIT_SLICE_MS;

    if (s->connect_ms < 0 && s->idle_ms < 0 && s->total_ms < 0)
        return 0;
    slice = shorter(slice, s->connect_ms);
    slice = shorter(slice, s->idle_ms);
    return (int32_t)shorter(slice, s->total_ms < 0 ? -1 : s->total_ms - s->total_ms / 2);
}
