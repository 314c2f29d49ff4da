/* SPDX-License-Identifier: MIT */
/* What the tests of the net layer share: a session's side of a transport, without the session. */
#ifndef TESTS_SUPPORT_NET_H
#define TESTS_SUPPORT_NET_H

#include "net/endpoint.h"

/* What a session holds. The address must not change: the io is registered with the canceller. */
struct net {
    struct canceller *canceller;
    struct io io;
    struct failure failure;
};

void net_init(struct net *net, bool nonblocking);
void net_done(struct net *net);

/* A transport made, opened within ms milliseconds. NULL, with net->failure, where that fails. */
struct transport *net_connect(struct net *net, const struct endpoint *to, int ms);
struct transport *net_adopt(struct net *net, int fd);

/* Advances until it isn't AGAIN any more, waiting as `wait` says; LIBHTTP_E_TIMEOUT after ms. */
int32_t net_open(struct net *net, struct transport *t, int ms);

/* Waits for what `wait` gives, at most ms milliseconds; true where the descriptor is ready. */
bool net_wait(struct transport *t, int32_t needs, int ms);

/* One area each; the status. */
int32_t net_read(struct net *net, struct transport *t, void *data, size_t room, size_t *ret_got);
int32_t net_write(struct net *net, struct transport *t, const void *data, size_t length,
                  size_t *ret_put);

/* 127.0.0.1, or another address of 127.0.0.0/8. */
struct endpoint net_loopback(int port);
union address net_address(const char *literal, int port);

/* Cancels from a thread of its own, ms milliseconds from now. */
struct later;
struct later *cancel_later(struct canceller *canceller, int ms);
/* The same, but not before this is so. */
struct later *cancel_later_when(struct canceller *canceller, int ms, bool (*when)(void));
/* Joins it; how many milliseconds have passed since it cancelled. */
int later_done(struct later *later);

#endif
