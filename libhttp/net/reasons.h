/* SPDX-License-Identifier: MIT */
/* reasons: why each address could not be connected to, gathered for one sentence (C-126). */
#ifndef LIBHTTP_NET_REASONS_H
#define LIBHTTP_NET_REASONS_H

#include "net/endpoint.h"

/* Of a sentence's 1024 bytes, besides a name of 255. */
#define REASONS_TEXT 704

struct reasons {
    char text[REASONS_TEXT]; /* "127.0.0.1:1: Connection refused; [::1]:1: …" */
    size_t length;
    int os_error; /* the last one */
};

/* `call` names the system call where it wasn't connect; else NULL. Does nothing once there is no
 * more room. */
void reasons_add(struct reasons *r, const union address *a, const char *call, int os_error);

/* LIBHTTP_E_OS: "connect to NAME: …", or without the name where that is NULL. */
int32_t fail_reasons(struct failure *failure, const struct reasons *r, const char *name);

#endif
