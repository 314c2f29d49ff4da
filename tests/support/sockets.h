/* SPDX-License-Identifier: MIT */
/* Listeners and ports with a fault or without, for tests of connecting. */
#ifndef TESTS_SUPPORT_SOCKETS_H
#define TESTS_SUPPORT_SOCKETS_H

#include <stdbool.h>

/* A listening socket on 127.0.0.1 and the port that the kernel chose. */
int listen_loopback(int backlog, int *ret_port);

/* A port of 127.0.0.0/8 where connecting is refused, as long as this process lives. */
int closed_port(void);

/* A port that is free at this moment. */
int free_port(void);

/* A port that nobody else is given before the descriptor is closed, but that a server, which sets
 * SO_REUSEADDR, can listen on meanwhile. Returns the descriptor. */
int reserve_port(int *ret_port);

/*
 * Listeners whose backlog is full, so that connecting hangs: on 127.0.0.1, and on a Unix socket's
 * path (in tempdir()). Each returns a handle that keeps it so; full_backlog_free lets go of it.
 * full_backlog_accept makes room for those who wait.
 */
struct full_backlog;
struct full_backlog *full_backlog_tcp(int *ret_port);
struct full_backlog *full_backlog_unix(const char **ret_path);
void full_backlog_accept(struct full_backlog *full);
void full_backlog_free(struct full_backlog *full);

/* Whether ::1 is there. */
bool has_ipv6_loopback(void);

/* A blocking connection to 127.0.0.1, or -1. */
int connect_loopback(int port);
bool port_answers(int port);

#endif
