/* SPDX-License-Identifier: MIT */
/* Who waits sleeps: a blocking call asks the system a few times until its time is up, and no more,
 * whatever it waits for. */
#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/conn.h"
#include "support/peer.h"
#include "support/syscalls.h"
#include "tap.h"

enum { IDLE_MS = 600, LARGE = 16 << 20 };

/* A pipe is looked at each 50 ms, beside the connection; a socket only when its time is up. */
enum { CALLS_MAX = 60 };

struct job {
    libhttp_connection *c;
    const void *body;
    int64_t length;
    int fd;    /* what the body comes from, or -1 */
    bool late; /* no time was limited yet when it was connected */
};

/* In a traced child: an exchange that ends in a timeout. */
static void wait_in_vain(void *context)
{
    const struct job *job = context;
    libhttp_response *r = NULL;
    int32_t status;

    if (job->late) {
        libhttp_connection_set_timeout(job->c, LIBHTTP_TIMEOUT_NONE);
        libhttp_connection_set_total_timeout(job->c, LIBHTTP_TIMEOUT_NONE);
    }
    if (libhttp_connection_connect(job->c) < 0)
        _exit(2);
    libhttp_connection_set_idle_timeout(job->c, IDLE_MS);
    syscalls_begin();
    if (job->fd >= 0)
        status = libhttp_connection_request_fd(job->c, "PUT", -1, "/", -1, NULL, job->fd,
                                               LIBHTTP_LENGTH_UNKNOWN);
    else
        status =
            libhttp_connection_request(job->c, "PUT", -1, "/", -1, NULL, job->body, job->length);
    if (status == LIBHTTP_OK)
        status = libhttp_connection_getresponse(job->c, &r);
    syscalls_end();
    _exit(status == LIBHTTP_E_TIMEOUT ? 0 : 3);
}

static void check(struct job job, const struct peer_step *steps, const char *what)
{
    struct peer *peer = peer_start_with(&(struct peer_options){.receive_buffer = 4096}, steps);
    static struct syscalls calls;
    int several = 0;

    job.c = conn_new(peer_port(peer), LIBHTTP_MODE_BLOCKING);
    is(syscalls_of(wait_in_vain, &job, &calls), 0, "C-120 a timeout, waiting for %s", what);
    ok(calls.count <= CALLS_MAX, "C-120 few system calls, %d, while waiting for %s", calls.count,
       what);
    for (int i = 0; i < calls.count && i < SYSCALLS_MAX; i++)
        several += calls.seen[i].number == SYS_poll && calls.seen[i].arguments[1] != 1;
    is(several, 0, "C-120 each poll is for one descriptor, waiting for %s", what);
    libhttp_connection_free(job.c);
    peer_kill(peer);
}

/* In a traced child: a pipe that has nothing yet is no reason to wait, where nobody may. */
static void send_nothing(void *context)
{
    const struct job *job = context;
    int64_t sent = 0;
    int32_t status;

    UNTIL_DONE(job->c, status, libhttp_connection_connect(job->c));
    libhttp_connection_request_pieces(job->c, "PUT", -1, "/", -1, NULL, LIBHTTP_LENGTH_UNKNOWN);
    UNTIL_DONE(job->c, status, libhttp_connection_flush(job->c));
    syscalls_begin();
    status = libhttp_connection_send_fd(job->c, job->fd, LIBHTTP_LENGTH_UNKNOWN, &sent);
    syscalls_end();
    _exit(status == LIBHTTP_AGAIN ? 0 : 3);
}

static void check_never_waits(const struct peer_step *steps, int fd)
{
    struct peer *peer = peer_start(steps);
    struct job job = {.c = conn_new(peer_port(peer), LIBHTTP_MODE_NONBLOCKING), .fd = fd};
    static struct syscalls calls;
    int waits = 0;

    is(syscalls_of(send_nothing, &job, &calls), 0, "C-121 non-blocking, an empty pipe: AGAIN");
    for (int i = 0; i < calls.count && i < SYSCALLS_MAX; i++)
        waits += calls.seen[i].number == SYS_poll && (int)calls.seen[i].arguments[2] != 0;
    is(waits, 0, "C-121 and no poll waits: %s", syscalls_text(&calls));
    libhttp_connection_free(job.c);
    peer_kill(peer);
}

int main(void)
{
    static const struct peer_step silent[] = {PEER_READ_HEAD, PEER_WAIT_CLOSE, PEER_END};
    static const struct peer_step deaf[] = {PEER_GATE, PEER_END};
    static const struct peer_step ended[] = {PEER_SHUTDOWN, PEER_GATE, PEER_END};
    char *body = calloc(1, LARGE);
    int ends[2];

    if (!syscalls_can_be_seen())
        skip_all("system calls can't be seen here");
    if (body == NULL || pipe(ends) != 0)
        bail_out("no memory, or no pipe");
    check((struct job){.fd = -1}, silent, "a response");
    check((struct job){.fd = -1, .late = true}, silent, "a response, limited late");
    check((struct job){.body = body, .length = LARGE, .fd = -1}, deaf, "room to send");
    check((struct job){.body = body, .length = LARGE, .fd = -1}, ended,
          "room to send, where the peer has nothing more to say");
    check((struct job){.fd = ends[0]}, silent, "a pipe");
    check_never_waits(silent, ends[0]);
    free(body);
    return done_testing();
}
