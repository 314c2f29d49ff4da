/* SPDX-License-Identifier: MIT */
/* request_head: the steps of a request's head, for putrequest() and its like and for request(). */
#ifndef LIBHTTP_CLIENT_REQUEST_HEAD_H
#define LIBHTTP_CLIENT_REQUEST_HEAD_H

#include "client/handles.h"

int32_t request_head_begin(struct libhttp_connection *c, struct span method, struct span target,
                           int32_t skip);
int32_t request_head_end(struct libhttp_connection *c, int32_t flags);

/* Takes back what was put: the connection is idle, nothing has left. */
void request_head_abandon(struct libhttp_connection *c);

#endif
