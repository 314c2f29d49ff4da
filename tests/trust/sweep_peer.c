/* SPDX-License-Identifier: MIT */
/* A peer that answers the turns of one exchange, on one connection after the other, in a process of
 * its own, and fails where it was told to. */
#include <errno.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/sockets.h"
#include "support/tempdir.h"
#include "tap.h"
#include "trust/sweep.h"

struct shared {
    atomic_int run;
    atomic_int cut;
    atomic_llong limit;
    atomic_llong sent;
    atomic_int other; /* bytes that no turn wants */
};

struct sweep_peer {
    pid_t pid;
    int port;
    char path[108];
    struct shared *shared;
};

/* The peer's process. */
struct side {
    const struct sweep_exchange *exchange;
    struct shared *shared;
    SSL_CTX *context;
    int listener;
    int run;
    /* one connection */
    int fd;
    SSL *ssl;
    bool tunnelled;
    char got[4096];
    size_t length;
};

/* Waits for input: false where the client has connected anew, and this connection is history. */
static bool wait_input(struct side *p)
{
    struct pollfd fds[2] = {{p->fd, POLLIN, 0}, {p->listener, POLLIN, 0}};

    while (poll(fds, 2, -1) < 0)
        continue;
    return fds[0].revents != 0;
}

/* Reads away what comes, until the client closes. */
static void drain(struct side *p)
{
    char room[4096];

    while (wait_input(p) && recv(p->fd, room, sizeof room, 0) > 0)
        continue;
}

static bool cut_here(struct side *p)
{
    struct linger none = {1, 0};

    switch (atomic_load(&p->shared->cut)) {
    case CUT_CLOSE:
        shutdown(p->fd, SHUT_WR);
        drain(p);
        break;
    case CUT_RESET:
        setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
        break;
    default:
        drain(p);
    }
    return false;
}

static bool send_limited(struct side *p, const char *data, size_t length)
{
    long long room = atomic_load(&p->shared->limit) - atomic_load(&p->shared->sent);
    bool cut = atomic_load(&p->shared->cut) != CUT_NEVER && (long long)length > room;

    if (cut)
        length = room > 0 ? (size_t)room : 0;
    atomic_fetch_add(&p->shared->sent, (long long)length);
    while (length > 0) {
        ssize_t n = send(p->fd, data, length, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data += n;
        length -= (size_t)n;
    }
    return !cut || cut_here(p);
}

/* What OpenSSL has to send. */
static bool send_records(struct side *p)
{
    char *data;
    long length = p->ssl ? BIO_get_mem_data(SSL_get_wbio(p->ssl), &data) : 0;
    bool good = length <= 0 || send_limited(p, data, (size_t)length);

    if (p->ssl != NULL)
        (void)BIO_reset(SSL_get_wbio(p->ssl));
    return good;
}

static bool read_records(struct side *p)
{
    char room[4096];
    ssize_t n = wait_input(p) ? recv(p->fd, room, sizeof room, 0) : 0;

    return n > 0 && BIO_write(SSL_get_rbio(p->ssl), room, (int)n) == n;
}

static bool begin_tls(struct side *p)
{
    int status;

    p->ssl = SSL_new(p->context);
    SSL_set_bio(p->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    while ((status = SSL_accept(p->ssl)) != 1) {
        int error = SSL_get_error(p->ssl, status);

        if (!send_records(p) || error != SSL_ERROR_WANT_READ || !read_records(p))
            return false;
    }
    return send_records(p);
}

/* More bytes into got; 0 and less: the end. */
static long receive(struct side *p)
{
    char *into = p->got + p->length;
    size_t room = sizeof p->got - p->length;
    int n;

    if (p->ssl == NULL)
        return wait_input(p) ? recv(p->fd, into, room, 0) : 0;
    while ((n = SSL_read(p->ssl, into, (int)room)) <= 0) {
        if (SSL_get_error(p->ssl, n) != SSL_ERROR_WANT_READ || !send_records(p) || !read_records(p))
            return 0;
    }
    return n;
}

static bool answer(struct side *p, const struct sweep_turn *turn)
{
    size_t length = strlen(turn->answer);

    if (p->ssl != NULL)
        SSL_write(p->ssl, turn->answer, (int)length);
    if (turn->then == TURN_CLOSES && p->ssl != NULL)
        SSL_shutdown(p->ssl);
    if (p->ssl ? !send_records(p) : !send_limited(p, turn->answer, length))
        return false;
    if (turn->then == TURN_CLOSES) {
        shutdown(p->fd, SHUT_WR);
        drain(p);
        return false;
    }
    if (turn->then == TURN_OPENS_TUNNEL) {
        p->tunnelled = true;
        return !p->exchange->tls || begin_tls(p);
    }
    return true;
}

/* Answers what is there: -1 where the connection has ended, 0 where more has to come. */
static int take_turn(struct side *p)
{
    for (const struct sweep_turn *turn = p->exchange->turns; turn->want; turn++) {
        size_t want = strlen(turn->want);

        if (turn->in_tunnel != p->tunnelled ||
            memcmp(turn->want, p->got, p->length < want ? p->length : want) != 0)
            continue;
        if (p->length < want)
            return 0;
        p->length -= want;
        memmove(p->got, p->got + want, p->length);
        return answer(p, turn) ? 1 : -1;
    }
    atomic_store(&p->shared->other, 1);
    return -1;
}

static void serve(struct side *p)
{
    long n;
    int turn = 1;

    if (p->exchange->tls && !p->exchange->tunnel && !begin_tls(p))
        return;
    while (turn >= 0 && (n = receive(p)) > 0) {
        p->length += (size_t)n;
        while (p->length > 0 && (turn = take_turn(p)) > 0)
            continue;
    }
}

static _Noreturn void be_the_peer(struct side *p)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        p->fd = accept(p->listener, NULL, NULL);
        if (p->fd < 0)
            continue;
        if (p->run != atomic_load(&p->shared->run)) {
            p->run = atomic_load(&p->shared->run);
            atomic_store(&p->shared->sent, 0);
        }
        serve(p);
        SSL_free(p->ssl);
        close(p->fd);
        p->ssl = NULL;
        p->tunnelled = false;
        p->length = 0;
    }
}

static SSL_CTX *make_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    if (context == NULL ||
        SSL_CTX_use_certificate_chain_file(context, cert_file(sweep_leaf())) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, cert_key_file(sweep_leaf()), SSL_FILETYPE_PEM) != 1)
        bail_out("no TLS for the peer");
    return context;
}

static int listen_unix(struct sweep_peer *peer)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(name.sun_path, sizeof name.sun_path, "%s/sweep", tempdir());
    snprintf(peer->path, sizeof peer->path, "%s", name.sun_path);
    unlink(peer->path);
    if (bind(fd, (struct sockaddr *)&name, sizeof name) != 0 || listen(fd, 128) != 0)
        bail_out("no Unix socket: %d", errno);
    return fd;
}

struct sweep_peer *sweep_peer_start(const struct sweep_exchange *exchange)
{
    struct sweep_peer *peer = calloc(1, sizeof *peer);
    struct side *side = calloc(1, sizeof *side);

    if (peer == NULL || side == NULL)
        bail_out("no memory for a peer");
    peer->shared =
        mmap(NULL, sizeof *peer->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    side->exchange = exchange;
    side->shared = peer->shared;
    side->context = exchange->tls ? make_context() : NULL;
    side->listener =
        exchange->way == BY_UNIX ? listen_unix(peer) : listen_loopback(128, &peer->port);
    peer->pid = fork();
    if (peer->pid < 0)
        bail_out("fork: %d", errno);
    if (peer->pid == 0)
        be_the_peer(side);
    close(side->listener);
    SSL_CTX_free(side->context);
    free(side);
    return peer;
}

int sweep_peer_port(const struct sweep_peer *peer)
{
    return peer->port;
}

const char *sweep_peer_path(const struct sweep_peer *peer)
{
    return peer->path[0] != '\0' ? peer->path : NULL;
}

void sweep_peer_begin(struct sweep_peer *peer, enum sweep_cut cut, int64_t limit)
{
    atomic_store(&peer->shared->cut, (int)cut);
    atomic_store(&peer->shared->limit, limit);
    atomic_store(&peer->shared->sent, 0);
    atomic_fetch_add(&peer->shared->run, 1);
}

bool sweep_peer_is_content(struct sweep_peer *peer)
{
    return atomic_exchange(&peer->shared->other, 0) == 0;
}

int64_t sweep_peer_sent(const struct sweep_peer *peer)
{
    return atomic_load(&peer->shared->sent);
}

void sweep_peer_stop(struct sweep_peer *peer)
{
    kill(peer->pid, SIGKILL);
    waitpid(peer->pid, NULL, 0);
    munmap(peer->shared, sizeof *peer->shared);
    free(peer);
}
