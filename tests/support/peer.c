/* SPDX-License-Identifier: MIT */
/* The test's side of a scripted peer: starts its process, looks at the shared record, and judges at
 * the end. */
#include "support/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/patience.h"
#include "support/peer_side.h"
#include "support/tempdir.h"
#include "support/unwatched.h"
#include "tap.h"

struct peer {
    pid_t process;
    int port;
    int client; /* PEER_SOCKETPAIR */
    char path[108];
    struct peer_shared *shared;
};

static int listen_tcp(struct peer *peer, const struct peer_options *options)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    bool six = options->kind == PEER_TCP6;
    struct sockaddr *address = six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
    socklen_t length = six ? sizeof v6 : sizeof v4;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (options->receive_buffer > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &options->receive_buffer, sizeof(int));
    if (fd < 0 || bind(fd, address, length) != 0 || listen(fd, 128) != 0 ||
        getsockname(fd, address, &length) != 0)
        bail_out("peer: cannot listen: %s", strerror(errno));
    peer->port = ntohs(six ? v6.sin6_port : v4.sin_port);
    return fd;
}

static int listen_unix(struct peer *peer)
{
    static int number;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(peer->path, sizeof peer->path, "%s/peer%d", tempdir(), number++);
    memcpy(address.sun_path, peer->path, sizeof address.sun_path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, 128) != 0)
        bail_out("peer: cannot listen on %s: %s", peer->path, strerror(errno));
    return fd;
}

static void open_sockets(struct peer *peer, struct peer_side *side)
{
    int ends[2];

    switch (side->options.kind) {
    case PEER_UNIX:
        side->listener = listen_unix(peer);
        break;
    case PEER_SOCKETPAIR:
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            bail_out("peer: no socketpair: %s", strerror(errno));
        peer->client = ends[0];
        side->fd = ends[1];
        break;
    default:
        side->listener = listen_tcp(peer, &side->options);
    }
}

static struct peer_shared *map_shared(void)
{
    struct peer_shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (shared == MAP_FAILED || sem_init(&shared->gates, 1, 0) != 0)
        bail_out("peer: no memory");
    return shared;
}

static _Noreturn void child(struct peer *peer, struct peer_side *side,
                            const struct peer_step *steps, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    signal(SIGPIPE, SIG_IGN);
    if (peer->client >= 0)
        close(peer->client);
    peer_side_run(side, steps);
    leave_unwatched(0);
}

struct peer *peer_start_with(const struct peer_options *options, const struct peer_step *steps)
{
    struct peer *peer = calloc(1, sizeof *peer);
    struct peer_side side = {.options = *options, .listener = -1, .fd = -1};
    pid_t parent = getpid();

    if (peer == NULL)
        bail_out("peer: no memory");
    peer->client = -1;
    peer->shared = side.shared = map_shared();
    side.wait_ms = options->wait_ms > 0 ? options->wait_ms : PATIENCE_MS;
    open_sockets(peer, &side);
    peer->process = fork();
    if (peer->process < 0)
        bail_out("peer: no process: %s", strerror(errno));
    if (peer->process == 0)
        child(peer, &side, steps, parent);
    close(side.listener >= 0 ? side.listener : side.fd);
    return peer;
}

struct peer *peer_start(const struct peer_step *steps)
{
    return peer_start_with(&(struct peer_options){.kind = PEER_TCP}, steps);
}

struct peer *peer_start_tls(const struct peer_tls *tls, const struct peer_step *steps)
{
    return peer_start_with(&(struct peer_options){.kind = PEER_TCP, .tls = tls}, steps);
}

static void peer_free(struct peer *peer)
{
    if (peer->client >= 0)
        close(peer->client);
    if (peer->path[0] != '\0')
        unlink(peer->path);
    munmap(peer->shared, sizeof *peer->shared);
    free(peer);
}

bool peer_finish(struct peer *peer, const char *format, ...)
{
    char name[300];
    int status = 0, complaints;
    bool well;
    va_list args;

    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    if (peer->client >= 0)
        close(peer->client);
    peer->client = -1;
    while (waitpid(peer->process, &status, 0) < 0 && errno == EINTR)
        continue;
    complaints = atomic_load(&peer->shared->complaints);
    well = ok(status == 0 && complaints == 0, "%s (the peer's side)", name);
    if (status != 0)
        diag("  the peer ended with status 0x%x", (unsigned)status);
    for (int i = 0; i < complaints && i < PEER_COMPLAINTS_MAX; i++)
        diag("  %s", peer->shared->complaint[i]);
    peer_free(peer);
    return well;
}

void peer_kill(struct peer *peer)
{
    kill(peer->process, SIGKILL);
    while (waitpid(peer->process, NULL, 0) < 0 && errno == EINTR)
        continue;
    peer_free(peer);
}

void peer_open(const struct peer *peer)
{
    sem_post(&peer->shared->gates);
}

int peer_port(const struct peer *peer)
{
    return peer->port;
}

const char *peer_path(const struct peer *peer)
{
    return peer->path;
}

int peer_take_fd(struct peer *peer)
{
    int fd = peer->client;

    peer->client = -1;
    return fd;
}

const char *peer_received(const struct peer *peer, size_t *ret_length)
{
    if (ret_length != NULL)
        *ret_length = atomic_load(&peer->shared->received);
    return peer->shared->record;
}

const char *peer_received_on(const struct peer *peer, int connection, size_t *ret_length)
{
    int connections = atomic_load(&peer->shared->connections);
    size_t from, until = atomic_load(&peer->shared->received);

    if (connection >= connections) {
        *ret_length = 0;
        return "";
    }
    from = peer->shared->connection_start[connection];
    if (connection + 1 < connections)
        until = peer->shared->connection_start[connection + 1];
    *ret_length = until - from;
    return peer->shared->record + from;
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

bool peer_wait_received(const struct peer *peer, size_t length, int ms)
{
    for (int waited = 0; atomic_load(&peer->shared->received) < length; waited += 2) {
        if (waited >= ms)
            return false;
        nap();
    }
    return true;
}

bool peer_wait_connections(const struct peer *peer, int connections, int ms)
{
    for (int waited = 0; atomic_load(&peer->shared->connections) < connections; waited += 2) {
        if (waited >= ms)
            return false;
        nap();
    }
    return true;
}

int peer_connections(const struct peer *peer)
{
    return atomic_load(&peer->shared->connections);
}

int peer_handshakes(const struct peer *peer)
{
    return atomic_load(&peer->shared->handshakes);
}

int peer_resumptions(const struct peer *peer)
{
    return atomic_load(&peer->shared->resumptions);
}

const char *peer_sni(const struct peer *peer)
{
    return peer->shared->sni;
}

const char *peer_alpn_offered(const struct peer *peer)
{
    return peer->shared->alpn;
}

void peer_fill(char *out, uint64_t offset, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t at = offset + i;

        out[i] = (char)('a' + (at + at / 26 + at / 9973) % 26);
    }
}
