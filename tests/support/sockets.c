/* SPDX-License-Identifier: MIT */
#include "support/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/patience.h"
#include "support/tempdir.h"
#include "tap.h"

enum { FILLERS = 8 };

struct full_backlog {
    int listener;
    int fillers[FILLERS];
    struct sockaddr_un path;
};

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons((uint16_t)port),
    };
}

static int bind_socket(struct sockaddr_in address, int *ret_port)
{
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        bail_out("no port: %s", strerror(errno));
    *ret_port = ntohs(address.sin_port);
    return fd;
}

int listen_loopback(int backlog, int *ret_port)
{
    int fd = bind_socket(loopback(0), ret_port);

    if (listen(fd, backlog) != 0)
        bail_out("cannot listen: %s", strerror(errno));
    return fd;
}

/* Bound and never listened on: so nobody else is given it meanwhile, and listens there. Its
 * descriptor is open from before main until after it, and no leak to who counts them. */
static int refusing_port, refusing;

static void __attribute__((constructor)) hold_refusing_port(void)
{
    refusing = bind_socket((struct sockaddr_in){.sin_family = AF_INET}, &refusing_port);
}

static void __attribute__((destructor)) release_refusing_port(void)
{
    close(refusing);
}

int closed_port(void)
{
    return refusing_port;
}

int reserve_port(int *ret_port)
{
    int one = 1, fd = bind_socket(loopback(0), ret_port);

    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0)
        bail_out("no port to reserve: %s", strerror(errno));
    return fd;
}

int free_port(void)
{
    int port, fd = bind_socket(loopback(0), &port);

    close(fd);
    return port;
}

/* A backlog of 0 has room for one, which the kernel moves there when it gets to it. */
static void await_full(int listener)
{
    struct pollfd one = {.fd = listener, .events = POLLIN};

    if (poll(&one, 1, PATIENCE_MS) != 1)
        bail_out("the backlog stays empty");
}

static void fill_backlog(struct full_backlog *full, int family, const struct sockaddr *address,
                         socklen_t length)
{
    for (int i = 0; i < FILLERS; i++) {
        full->fillers[i] = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        connect(full->fillers[i], address, length);
    }
    await_full(full->listener);
}

static struct full_backlog *full_backlog_new(void)
{
    struct full_backlog *full = calloc(1, sizeof *full);

    if (full == NULL)
        bail_out("no memory");
    return full;
}

struct full_backlog *full_backlog_tcp(int *ret_port)
{
    struct full_backlog *full = full_backlog_new();
    struct sockaddr_in address;

    full->listener = listen_loopback(0, ret_port);
    address = loopback(*ret_port);
    fill_backlog(full, AF_INET, (struct sockaddr *)&address, sizeof address);
    return full;
}

struct full_backlog *full_backlog_unix(const char **ret_path)
{
    static atomic_int number;
    struct full_backlog *full = full_backlog_new();

    full->path.sun_family = AF_UNIX;
    snprintf(full->path.sun_path, sizeof full->path.sun_path, "%.60s/full%d", tempdir(),
             atomic_fetch_add(&number, 1));
    full->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (full->listener < 0 ||
        bind(full->listener, (struct sockaddr *)&full->path, sizeof full->path) != 0 ||
        listen(full->listener, 0) != 0)
        bail_out("cannot listen on %s: %s", full->path.sun_path, strerror(errno));
    fill_backlog(full, AF_UNIX, (struct sockaddr *)&full->path, sizeof full->path);
    *ret_path = full->path.sun_path;
    return full;
}

void full_backlog_accept(struct full_backlog *full)
{
    struct pollfd wait = {.fd = full->listener, .events = POLLIN};

    while (poll(&wait, 1, 0) > 0)
        close(accept(full->listener, NULL, NULL));
}

void full_backlog_free(struct full_backlog *full)
{
    for (int i = 0; i < FILLERS; i++)
        close(full->fillers[i]);
    close(full->listener);
    if (full->path.sun_path[0] != '\0')
        unlink(full->path.sun_path);
    free(full);
}

int connect_loopback(int port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

bool port_answers(int port)
{
    int fd = connect_loopback(port);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

bool has_ipv6_loopback(void)
{
    struct sockaddr_in6 loopback = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int probe = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool there = probe >= 0 && bind(probe, (struct sockaddr *)&loopback, sizeof loopback) == 0;

    if (probe >= 0)
        close(probe);
    return there;
}
