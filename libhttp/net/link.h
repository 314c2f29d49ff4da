/* SPDX-License-Identifier: MIT */
/*
 * link: what the transports over a socket have in common, whether it was connected by us (tcp,
 * unix) or adopted (fd). They begin with a struct socket_link, and take its functions for their
 * slots.
 */
#ifndef LIBHTTP_NET_LINK_H
#define LIBHTTP_NET_LINK_H

#include "net/endpoint.h"

struct socket_link {
    struct transport base;
    int fd;           /* -1: none (yet, or any more) */
    int watch;        /* an epoll descriptor to wait on instead, or -1 */
    int64_t call_at;  /* when opening goes on by itself: wait's deadline */
    int flags;        /* file status flags of an adopted socket, as it came; 0 for ours */
    int32_t slice_ms; /* the socket's timeouts as they are */
    bool opening;     /* not connected yet */
    bool adopted;     /* never shut down, never slept in, always waited on through `watch` */
    bool published;   /* a cancel shuts the socket down */
    bool nonblocking; /* O_NONBLOCK as it is */
    struct endpoint_info info;
};

void link_init(struct socket_link *link, const struct transport_ops *ops, struct io *io);

/* The watch, made where there is none. An error: OS. */
int32_t link_open_watch(struct socket_link *link, struct failure *failure);
void link_close_watch(struct socket_link *link);

/* Lets a cancel shut the socket down from now on; it is also the descriptor to wait on where there
 * is no watch. */
void link_publish(struct socket_link *link);

/* SO_RCVTIMEO and SO_SNDTIMEO as io->slice_ms says. An error: OS. */
int32_t link_set_slice(struct socket_link *link, struct failure *failure);

/* The socket is connected: gives it the session's mode. CANCELLED where a cancel has shut it down.
 */
int32_t link_opened(struct socket_link *link, struct failure *failure);

/* Cancelled now, or the socket was shut down by a cancel that has been reset since. For where a
 * call has failed. */
bool link_was_cancelled(const struct socket_link *link);

/* O_NONBLOCK, off or on; false and errno. */
bool link_set_nonblocking(struct socket_link *link, bool on);

/* Closes socket and watch; silent: in the child of a fork, whose parent goes on using them. */
void link_close(struct socket_link *link, bool silent);

/* Slots of struct transport_ops. */
int32_t link_read(struct transport *t, const struct iovec *areas, int count, size_t *ret_got,
                  struct failure *failure);
int32_t link_write(struct transport *t, const struct iovec *areas, int count, size_t *ret_put,
                   struct failure *failure);
int32_t link_send_file(struct transport *t, int fd, int64_t length, int64_t *ret_put,
                       struct failure *failure);
int32_t link_shutdown_write(struct transport *t, struct failure *failure);
int32_t link_look(struct transport *t, struct failure *failure);
void link_wait(const struct transport *t, int32_t needs, struct wait *ret);
int32_t link_set_mode(struct transport *t, struct failure *failure);
int link_fileno(const struct transport *t);
int link_detach(struct transport *t);

#endif
