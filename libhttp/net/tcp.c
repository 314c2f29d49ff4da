/* SPDX-License-Identifier: MIT */
/*
 * tcp: leads to a host and port. A literal is connected to directly, a name is resolved, several
 * addresses race. Each phase is a function, and the one that is due stands in `step`.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/address.h"
#include "net/link.h"
#include "net/race.h"
#include "net/resolve.h"
#include "net/socket.h"
#include "net/unix.h"
#include "net/watch.h"

/* The look-up's tag in the watch. */
#define TAG_LOOKUP 0

struct tcp {
    struct socket_link link; /* info.peer is the address that is, or was, connected to */
    struct endpoint *to;     /* a copy, until it is open */
    const char *name;        /* the host, where it is no literal; for errors */
    struct lookup *lookup;
    struct race *race;
    /* OK: it is done, and step is the next one, or NULL: open. */
    int32_t (*step)(struct tcp *tcp, int64_t now, struct failure *failure);
};

static int32_t fail_connect(const struct tcp *tcp, const char *call, int error,
                            struct failure *failure)
{
    struct reasons reasons = {.length = 0};

    reasons_add(&reasons, &tcp->link.info.peer, call, error);
    return fail_reasons(failure, &reasons, tcp->name);
}

static int32_t opened(struct tcp *tcp, struct failure *failure)
{
    tcp->step = NULL;
    free(tcp->to);
    tcp->to = NULL;
    return link_opened(&tcp->link, failure);
}

/* The only address's connect is under way. */
static int32_t step_connecting(struct tcp *tcp, int64_t now, struct failure *failure)
{
    int error = socket_connected(tcp->link.fd);

    (void)now;
    if (error == EINPROGRESS)
        return LIBHTTP_AGAIN;
    if (error != 0 && link_was_cancelled(&tcp->link))
        return fail_cancelled(failure);
    if (error != 0)
        return fail_connect(tcp, NULL, error, failure);
    return opened(tcp, failure);
}

/* With `sleep` for a slice, or as long as it takes where there is none. */
static int connect_socket(struct tcp *tcp, bool sleep)
{
    struct cancel_point *cancel = &tcp->link.base.io->cancel;
    int error;

    if (!sleep)
        return socket_connect(tcp->link.fd, &tcp->link.info.peer);
    cancel_point_connecting(cancel, true);
    error = cancel_point_cancelled(cancel) ? EINPROGRESS
                                           : socket_connect(tcp->link.fd, &tcp->link.info.peer);
    cancel_point_connecting(cancel, false);
    return error;
}

/* There is one address, info.peer. */
static int32_t step_connect(struct tcp *tcp, int64_t now, struct failure *failure)
{
    struct io *io = tcp->link.base.io;
    bool sleep = io->may_sleep && !io->nonblocking;
    const char *call;
    int error;

    (void)now;
    tcp->link.fd = socket_open(tcp->to, &tcp->link.info.peer, !sleep, &call);
    if (tcp->link.fd < 0)
        return fail_connect(tcp, call, errno, failure);
    tcp->link.nonblocking = !sleep;
    link_publish(&tcp->link);
    if (sleep && link_set_slice(&tcp->link, failure) < 0)
        return failure->code;
    error = connect_socket(tcp, sleep);
    /* A shutdown before connect is lost: one after it wakes. */
    if (link_was_cancelled(&tcp->link))
        return fail_cancelled(failure);
    tcp->step = step_connecting;
    if (error == EINPROGRESS)
        return LIBHTTP_AGAIN;
    if (error != 0)
        return fail_connect(tcp, NULL, error, failure);
    return opened(tcp, failure);
}

static int32_t step_race(struct tcp *tcp, int64_t now, struct failure *failure)
{
    struct socket_link *link = &tcp->link;
    int32_t status = race_step(tcp->race, now, &link->fd, &link->info.peer);

    link->call_at = race_next_at(tcp->race);
    if (status == LIBHTTP_AGAIN)
        return status;
    if (status < 0)
        return fail_reasons(failure, race_reasons(tcp->race), tcp->name);
    link->nonblocking = true;
    race_free(tcp->race);
    tcp->race = NULL;
    return opened(tcp, failure);
}

/* Takes the list. */
static int32_t choose(struct tcp *tcp, struct address_list *list, struct failure *failure)
{
    int32_t status;

    if (list->count == 1) {
        tcp->link.info.peer = list->items[0];
        address_list_done(list);
        link_close_watch(&tcp->link);
        tcp->step = step_connect;
        return LIBHTTP_OK;
    }
    status = link_open_watch(&tcp->link, failure);
    if (status == LIBHTTP_OK) {
        tcp->race = race_new(tcp->to, list, tcp->link.watch);
        status = tcp->race ? LIBHTTP_OK : fail_memory(failure);
    }
    address_list_done(list);
    tcp->step = step_race;
    return status;
}

static int32_t step_lookup(struct tcp *tcp, int64_t now, struct failure *failure)
{
    struct address_list list;
    int32_t status = lookup_result(tcp->lookup, tcp->to->source.any.sa_family, &list, failure);

    (void)now;
    if (status != LIBHTTP_OK)
        return status;
    tcp->link.info.resolved_at = clock_now();
    watch_remove(tcp->link.watch, lookup_event(tcp->lookup));
    lookup_free(tcp->lookup);
    tcp->lookup = NULL;
    return choose(tcp, &list, failure);
}

static int32_t start_lookup(struct tcp *tcp, struct failure *failure)
{
    int32_t status = link_open_watch(&tcp->link, failure);

    if (status == LIBHTTP_OK)
        status = lookup_start(tcp->to->host, tcp->to->port, &tcp->lookup, failure);
    if (status < 0)
        return status;
    if (!watch_add(tcp->link.watch, lookup_event(tcp->lookup), WANT_READ, TAG_LOOKUP))
        return fail_os(failure, LIBHTTP_E_OS, errno, "no descriptor to wait on");
    tcp->step = step_lookup;
    return LIBHTTP_OK;
}

/* Addresses given in advance are tried in the caller's order. */
static int32_t take_given(struct tcp *tcp, struct failure *failure)
{
    struct address_list list;

    if (!address_list_init(&list, tcp->to->address_count))
        return fail_memory(failure);
    for (uint32_t i = 0; i < tcp->to->address_count; i++)
        address_list_add(&list, &tcp->to->addresses[i].any, tcp->to->source.any.sa_family);
    if (list.count == 0) {
        address_list_done(&list);
        return fail_os(failure, LIBHTTP_E_OS, EAFNOSUPPORT, "connect to %.255s", tcp->to->host);
    }
    return choose(tcp, &list, failure);
}

static int32_t step_start(struct tcp *tcp, int64_t now, struct failure *failure)
{
    const struct endpoint *to = tcp->to;

    (void)now;
    if (to->address_count > 0) {
        tcp->name = to->host;
        return take_given(tcp, failure);
    }
    if (address_parse(to->host, to->port, &tcp->link.info.peer)) {
        tcp->step = step_connect;
        return LIBHTTP_OK;
    }
    tcp->name = to->host;
    return start_lookup(tcp, failure);
}

static int32_t tcp_advance(struct transport *t, int64_t now, struct failure *failure)
{
    struct tcp *tcp = (struct tcp *)t;
    int32_t status = LIBHTTP_OK;

    while (tcp->step && status == LIBHTTP_OK) {
        if (cancel_point_cancelled(&t->io->cancel))
            return fail_cancelled(failure);
        status = tcp->step(tcp, now, failure);
    }
    return status;
}

static void tcp_free(struct transport *t, bool silent)
{
    struct tcp *tcp = (struct tcp *)t;

    lookup_free(tcp->lookup);
    race_free(tcp->race);
    link_close(&tcp->link, silent);
    free(tcp->to);
    free(tcp);
}

static const struct transport_ops tcp_ops = {
    .name = "tcp",
    .advance = tcp_advance,
    .read = link_read,
    .write = link_write,
    .send_file = link_send_file,
    .shutdown_write = link_shutdown_write,
    .look = link_look,
    .wait = link_wait,
    .set_mode = link_set_mode,
    .free = tcp_free,
    .fileno = link_fileno,
    .detach = link_detach,
};

int32_t tcp_new(const struct endpoint *to, struct io *io, struct transport **ret,
                struct failure *failure)
{
    struct tcp *tcp;

    if (to->unix_path)
        return unix_new(to, io, ret, failure);
    tcp = calloc(1, sizeof *tcp);
    if (tcp)
        tcp->to = malloc(sizeof *to);
    if (!tcp || !tcp->to) {
        free(tcp);
        return fail_memory(failure);
    }
    link_init(&tcp->link, &tcp_ops, io);
    *tcp->to = *to;
    tcp->step = step_start;
    *ret = &tcp->link.base;
    return LIBHTTP_OK;
}

void tcp_info(const struct transport *tcp, struct endpoint_info *ret)
{
    *ret = ((const struct socket_link *)tcp)->info;
}
