/* SPDX-License-Identifier: MIT */
/*
 * watch: an epoll descriptor for those phases in which one socket isn't enough to wait on: it holds
 * the descriptors of a look-up, a race, a timer or an adopted socket, and the eventfd that a cancel
 * writes.
 */
#ifndef LIBHTTP_NET_WATCH_H
#define LIBHTTP_NET_WATCH_H

#include "net/transport.h"

/* The tag of the cancel's eventfd. */
#define WATCH_CANCEL UINT32_MAX

/* A new one with the point's eventfd in it, O_NONBLOCK as all that is handed out; -1 and errno. */
int watch_open(struct cancel_point *cancel);

/* Watches one more descriptor for WANT_…, level-triggered; false and errno. */
bool watch_add(int watch, int fd, int32_t wants, uint32_t tag);
bool watch_change(int watch, int fd, int32_t wants, uint32_t tag);
void watch_remove(int watch, int fd);

/* The tags of some descriptors that are ready now, at most `most`; how many. Doesn't wait. */
int watch_ready(int watch, uint32_t *tags, int most);

#endif
