/* SPDX-License-Identifier: MIT */
/* unix: a transport to a Unix socket; tcp_new makes it where the endpoint has a path. */
#ifndef LIBHTTP_NET_UNIX_H
#define LIBHTTP_NET_UNIX_H

#include "net/endpoint.h"

int32_t unix_new(const struct endpoint *to, struct io *io, struct transport **ret,
                 struct failure *failure);

#endif
