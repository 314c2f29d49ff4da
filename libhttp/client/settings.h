/* SPDX-License-Identifier: MIT */
/*
 * settings: what options.h sets. One object is shared by a connection and its sessions, so that a
 * change acts at once on all of them, also on a response that took its transport along.
 */
#ifndef LIBHTTP_CLIENT_SETTINGS_H
#define LIBHTTP_CLIENT_SETTINGS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "wire/head.h"

struct settings {
    atomic_int references;
    bool nonblocking;
    bool auto_open;
    bool strict_reuse;
    int64_t connect_ms; /* -1: none, as the three below */
    int64_t idle_ms;
    int64_t total_ms;
    int64_t continue_ms;
    struct head_limits limits;
    uint32_t max_interim;
    uint32_t max_drain;
    uint32_t block_size;
    uint32_t sessions; /* made so far: no two of a connection's descriptors share a generation */
};

/* With the defaults of options.h; NULL: out of memory. */
struct settings *settings_new(void);
struct settings *settings_ref(struct settings *s);
void settings_unref(struct settings *s);

/* The longest that one system call may wait by itself: a slice of every deadline that is set, 0
 * where none is. */
int32_t settings_slice(const struct settings *s);

#endif
