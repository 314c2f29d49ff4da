/* SPDX-License-Identifier: MIT */
/* waiting: what the wait, fileno and error functions of the three handles share. */
#ifndef LIBHTTP_CLIENT_WAITING_H
#define LIBHTTP_CLIENT_WAITING_H

#include "client/handles.h"

/* What libhttp_connection_wait and its like tell; a session of NULL: nothing is pending. */
int32_t waiting_describe(const struct session *s, int32_t *ret_fd, int32_t *ret_events,
                         int64_t *ret_ms, int64_t *ret_generation);

/* The socket's descriptor, or -1. */
int32_t waiting_fileno(const struct session *s);

/* The offending bytes of an error; NULL where there are none. */
const char *waiting_detail(const struct failure *f, int64_t *ret_length);

#endif
