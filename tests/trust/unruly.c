/* SPDX-License-Identifier: MIT */
#include "trust/unruly.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/sockets.h"
#include "tap.h"

enum mischief { KILL, RESET, CUT, LOSE_REQUEST, THROTTLE, DELAY, MISCHIEFS };

enum { PIECE = 65536, FEW_DELAYS = 5, DELAY_MS = 2, THROTTLED_BYTES = 4000 };

struct counts {
    atomic_int connections, ended;
};

struct unruly {
    pid_t pid;
    int port;
    struct counts *counts;
};

/* One connection: bytes go from the client, side 0, to the server, side 1, and back. */
struct passing {
    int fds[2];
    bool fair;
    enum mischief mischief;
    long left; /* bytes until it strikes, from the server; from the client for LOSE_REQUEST */
    int delays;
    struct counts *counts;
};

unsigned unruly_draw(unsigned *state, unsigned below)
{
    unsigned x = *state += 0x9e3779b9u;

    x = (x ^ x >> 16) * 0x85ebca6bu;
    x = (x ^ x >> 13) * 0xc2b2ae35u;
    return (x ^ x >> 16) % below;
}

static void choose(struct passing *p, unsigned state)
{
    p->fair = unruly_draw(&state, 2) == 0;
    p->mischief = (enum mischief)unruly_draw(&state, MISCHIEFS);
    /* Half of it in or near a head. */
    p->left = unruly_draw(&state, 2) == 0 ? unruly_draw(&state, 600) : unruly_draw(&state, 300000);
}

static bool is_its_side(const struct passing *p, int from)
{
    return !p->fair && from == (p->mischief == LOSE_REQUEST ? 0 : 1);
}

static bool send_all(int fd, const char *data, ssize_t length)
{
    while (length > 0) {
        ssize_t n = send(fd, data, (size_t)length, MSG_NOSIGNAL);

        if (n < 0)
            return false;
        data += n;
        length -= n;
    }
    return true;
}

static bool is_ending(const struct passing *p)
{
    return p->mischief <= LOSE_REQUEST;
}

/* How much may be read at once. */
static size_t room(struct passing *p, int from)
{
    if (!is_its_side(p, from))
        return PIECE;
    if (p->mischief == THROTTLE)
        return p->left-- > 0 && p->left < THROTTLED_BYTES ? 1 : PIECE;
    if (p->mischief == DELAY) {
        if (p->delays++ < FEW_DELAYS)
            poll(NULL, 0, DELAY_MS);
        return PIECE;
    }
    return p->left < PIECE ? (size_t)p->left : PIECE;
}

static void strike(struct passing *p)
{
    struct linger none = {1, 0};
    char away[4096];

    atomic_fetch_add(&p->counts->ended, 1);
    if (p->mischief == RESET)
        setsockopt(p->fds[0], SOL_SOCKET, SO_LINGER, &none, sizeof none);
    if (p->mischief != CUT)
        return;
    /* Its end, as if the server had said all; what the client still says is taken. */
    shutdown(p->fds[0], SHUT_WR);
    while (recv(p->fds[0], away, sizeof away, 0) > 0)
        continue;
}

/* False where the connection is over. */
static bool pass_on(struct passing *p, int from, char *block)
{
    size_t most = room(p, from);
    ssize_t n = 0;

    if (most > 0) {
        n = recv(p->fds[from], block, most, 0);
        if (n <= 0 || !send_all(p->fds[!from], block, n))
            return false;
    }
    if (!is_its_side(p, from) || !is_ending(p))
        return true;
    p->left -= n;
    if (p->left > 0)
        return true;
    strike(p);
    return false;
}

static void *serve(void *context)
{
    struct passing *p = context;
    char *block = malloc(PIECE);
    bool going = block != NULL && p->fds[1] >= 0;

    while (going) {
        struct pollfd fds[2] = {{p->fds[0], POLLIN, 0}, {p->fds[1], POLLIN, 0}};

        if (poll(fds, 2, -1) < 0)
            continue;
        for (int i = 0; i < 2 && going; i++)
            going = fds[i].revents == 0 || pass_on(p, i, block);
    }
    close(p->fds[0]);
    if (p->fds[1] >= 0)
        close(p->fds[1]);
    free(block);
    free(p);
    return NULL;
}

static _Noreturn void be_the_proxy(int listener, int port, unsigned seed, struct counts *counts)
{
    pthread_attr_t detached;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    for (unsigned n = 0;; n++) {
        struct passing *p = calloc(1, sizeof *p);
        pthread_t thread;

        if (p == NULL)
            _exit(1);
        p->fds[0] = accept(listener, NULL, NULL);
        p->fds[1] = connect_loopback(port);
        p->counts = counts;
        atomic_fetch_add(&counts->connections, 1);
        choose(p, seed * 1000003u + n);
        if (p->fds[0] < 0 || pthread_create(&thread, &detached, serve, p) != 0)
            _exit(1);
    }
}

struct unruly *unruly_start(int port, unsigned seed)
{
    struct unruly *proxy = calloc(1, sizeof *proxy);
    int listener;

    if (proxy == NULL)
        bail_out("no memory for a proxy");
    proxy->counts = mmap(NULL, sizeof *proxy->counts, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    listener = listen_loopback(128, &proxy->port);
    proxy->pid = fork();
    if (proxy->pid < 0)
        bail_out("fork: %d", errno);
    if (proxy->pid == 0)
        be_the_proxy(listener, port, seed, proxy->counts);
    close(listener);
    return proxy;
}

int unruly_port(const struct unruly *proxy)
{
    return proxy->port;
}

int unruly_connections(const struct unruly *proxy)
{
    return atomic_load(&proxy->counts->connections);
}

int unruly_ended(const struct unruly *proxy)
{
    return atomic_load(&proxy->counts->ended);
}

void unruly_stop(struct unruly *proxy)
{
    kill(proxy->pid, SIGKILL);
    waitpid(proxy->pid, NULL, 0);
    munmap(proxy->counts, sizeof *proxy->counts);
    free(proxy);
}
