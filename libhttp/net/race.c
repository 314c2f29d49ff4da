/* SPDX-License-Identifier: MIT */
/* race: see race.h. */
#include "net/race.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "net/socket.h"
#include "net/watch.h"

/* Ready attempts that are looked at in one go. */
#define READY_AT_ONCE 16

struct race {
    const struct endpoint *to;
    struct address_list addresses;
    int watch;
    uint32_t begun;  /* attempts that have been made, in the order of the addresses */
    uint32_t going;  /* … and are under way */
    int64_t next_at; /* when the next one is made even if these go on */
    struct reasons reasons;
    int sockets[]; /* an address's attempt; -1: not begun, or over */
};

struct race *race_new(const struct endpoint *to, struct address_list *addresses, int watch)
{
    struct race *r = calloc(1, sizeof *r + addresses->count * sizeof r->sockets[0]);

    if (!r)
        return NULL;
    r->to = to;
    r->addresses = *addresses;
    r->watch = watch;
    for (uint32_t i = 0; i < addresses->count; i++)
        r->sockets[i] = -1;
    *addresses = (struct address_list){0};
    return r;
}

void race_free(struct race *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; i < r->begun; i++) {
        if (r->sockets[i] >= 0)
            close(r->sockets[i]);
    }
    address_list_done(&r->addresses);
    free(r);
}

/* The next address needn't wait for its turn then. */
static void attempt_failed(struct race *r, uint32_t i, const char *call, int error)
{
    reasons_add(&r->reasons, &r->addresses.items[i], call, error);
    r->next_at = 0;
    if (r->sockets[i] < 0)
        return;
    close(r->sockets[i]);
    r->sockets[i] = -1;
    r->going--;
}

/* Hands the winner's socket out. */
static int32_t attempt_won(struct race *r, uint32_t i, int *ret_socket, union address *ret_peer)
{
    *ret_socket = r->sockets[i];
    *ret_peer = r->addresses.items[i];
    r->sockets[i] = -1;
    r->going--;
    return LIBHTTP_OK;
}

/* Looks at an attempt: 0: connected. EINPROGRESS: it goes on. Anything else: it has failed, and
 * that has been noted. */
static int settle(struct race *r, uint32_t i, int error)
{
    if (error != 0 && error != EINPROGRESS)
        attempt_failed(r, i, NULL, error);
    return error;
}

/* Makes the next attempt. */
static int begin(struct race *r, uint32_t i, int64_t now)
{
    const union address *address = &r->addresses.items[i];
    const char *call;
    int fd = socket_open(r->to, address, true, &call);

    r->next_at = clock_after(now, LIMIT_ATTEMPT_DELAY_MS);
    if (fd < 0) {
        int error = errno;

        attempt_failed(r, i, call, error);
        return error;
    }
    r->sockets[i] = fd;
    r->going++;
    if (!watch_add(r->watch, fd, WANT_WRITE, i)) {
        int error = errno;

        attempt_failed(r, i, "epoll_ctl", error);
        return error;
    }
    return settle(r, i, socket_connect(fd, address));
}

static bool is_due(const struct race *r, int64_t now)
{
    return r->begun < r->addresses.count && (r->going == 0 || now >= r->next_at);
}

/* The watch also holds the cancel's eventfd, whose tag is no attempt's. */
static int32_t look_at_ready(struct race *r, int *ret_socket, union address *ret_peer)
{
    uint32_t ready[READY_AT_ONCE];
    int count = watch_ready(r->watch, ready, READY_AT_ONCE);

    for (int i = 0; i < count; i++) {
        uint32_t at = ready[i];

        if (at < r->begun && r->sockets[at] >= 0 &&
            settle(r, at, socket_connected(r->sockets[at])) == 0)
            return attempt_won(r, at, ret_socket, ret_peer);
    }
    return LIBHTTP_AGAIN;
}

int32_t race_step(struct race *r, int64_t now, int *ret_socket, union address *ret_peer)
{
    if (r->going > 0 && look_at_ready(r, ret_socket, ret_peer) == LIBHTTP_OK)
        return LIBHTTP_OK;
    while (is_due(r, now)) {
        uint32_t i = r->begun++;

        if (begin(r, i, now) == 0)
            return attempt_won(r, i, ret_socket, ret_peer);
    }
    return r->going > 0 ? LIBHTTP_AGAIN : LIBHTTP_E_OS;
}

int64_t race_next_at(const struct race *r)
{
    return r->begun < r->addresses.count ? r->next_at : CLOCK_NEVER;
}

const struct reasons *race_reasons(const struct race *r)
{
    return &r->reasons;
}
