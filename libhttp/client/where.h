/* SPDX-License-Identifier: MIT */
#ifndef LIBHTTP_CLIENT_WHERE_H
#define LIBHTTP_CLIENT_WHERE_H

#include "client/handles.h"

/* STATE while connected: where and how to connect can't be changed then (C-127, T-48). */
int32_t where_check(struct libhttp_connection *c);

#endif
