/* SPDX-License-Identifier: MIT */
/*
 * deliver: an upload's steps, driven as the mode wants it: in blocking mode until all has left,
 * elsewhere as far as it goes.
 */
#ifndef LIBHTTP_CLIENT_DELIVER_H
#define LIBHTTP_CLIENT_DELIVER_H

#include "client/handles.h"

/* Outside blocking mode a call may do a part of its work: the caller must be able to tell how much.
 */
static inline bool delivers_in_parts(const struct libhttp_connection *c)
{
    return c->settings->nonblocking || (c->session && c->session->carried);
}

/* *ret_put is what was taken. AGAIN: nothing was. */
int32_t deliver_data(struct libhttp_connection *c, struct span data, int64_t *ret_put);

/* From a descriptor; outside blocking mode one piece. */
int32_t deliver_fd(struct libhttp_connection *c, int32_t fd, int64_t length, int64_t *ret_put);

/* Until the output is empty. */
int32_t deliver_output(struct libhttp_connection *c);

/* The same in blocking mode only. */
int32_t deliver_if_blocking(struct libhttp_connection *c);

/* An upload that an early answer has stopped is done: getresponse gives the answer. */
static inline int32_t early_is_ok(int32_t status)
{
    return status == LIBHTTP_E_EARLY_RESPONSE ? LIBHTTP_OK : status;
}

#endif
