/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/epoll.h>

#include "server.h"

static void add(int epoll, int fd, void *what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        server_fail("epoll_ctl");
}

static void serve_one(struct side *s)
{
    if (answer_one(s))
        return;
    side_close(s);
    free(s);
}

static void welcome(int epoll, int listener, SSL_CTX *context)
{
    struct side *s = malloc(sizeof *s);

    if (!s || !side_accept(s, listener, context)) {
        free(s);
        return;
    }
    add(epoll, s->fd, s);
    /* The end of the handshake may have brought the first request along: epoll won't tell. */
    if (s->ssl && SSL_has_pending(s->ssl))
        serve_one(s);
}

_Noreturn void crowd_serve(int listener, SSL_CTX *context)
{
    struct epoll_event events[256];
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    add(epoll, listener, NULL);
    for (;;) {
        int ready = epoll_wait(epoll, events, 256, -1);

        for (int i = 0; i < ready; i++) {
            struct side *s = events[i].data.ptr;

            if (s)
                serve_one(s);
            else
                welcome(epoll, listener, context);
        }
    }
}
