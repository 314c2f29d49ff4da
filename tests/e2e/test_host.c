/* SPDX-License-Identifier: MIT */
/*
 * What a host program may have done to itself: standard descriptors closed, limits set, signals
 * ignored, blocked or caught. Everything is tried in a forked child, whose exit status tells.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/counts.h"
#include "support/modes.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/sockets.h"
#include "support/tempdir.h"
#include "tap.h"

#define REQUEST "GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: identity\r\n\r\n"
#define HEAD    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"

static libhttp_tls_config *config;
static struct peer_tls tls;

/* One way of getting there. */
struct way {
    enum drive_mode mode;
    bool with_tls;
};

static const struct peer_step one_answer[] = {PEER_EXPECT(REQUEST), PEER_SEND(HEAD "hi"),
                                              PEER_EXPECT_CLOSE, PEER_END};

static struct peer *start(const struct way *way, const struct peer_step *steps)
{
    return peer_start_with(
        &(struct peer_options){.kind = PEER_UNIX, .tls = way->with_tls ? &tls : NULL}, steps);
}

static struct client *client_by(const struct way *way, const struct peer *peer)
{
    struct client *k = client_new(way->mode, peer, "h");

    if (way->with_tls)
        libhttp_connection_set_tls(k->c, config);
    return k;
}

/* The status of an exchange, without a check, as children can't make any. */
static int32_t exchange(struct client *k)
{
    libhttp_response *r = NULL;
    const void *data;
    int64_t length = 0;
    int32_t status = client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);

    if (status == LIBHTTP_OK)
        status = client_getresponse(k, &r);
    if (status == LIBHTTP_OK)
        status = client_read_all(k, r, 100, &data, &length);
    libhttp_response_free(r);
    return status == LIBHTTP_OK && length != 2 ? 1 : status;
}

/* -1: a signal ended it, or it could not be made. */
static int in_child(int (*body)(const struct way *way, struct peer *peer), const struct way *way,
                    struct peer *peer)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        alarm(PATIENCE_S);
        process_leave(body(way, peer));
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    if (WIFSIGNALED(status))
        diag("ended by signal %d", WTERMSIG(status));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *tls_name(const struct way *way)
{
    return way->with_tls ? ", over TLS" : "";
}

/* What the host says on 1 and 2, and our own debug lines, must not reach the peer. */
static int exchange_with_nothing(const struct way *way, struct peer *peer)
{
    struct client *k = client_by(way, peer);
    libhttp_response *r = NULL;
    int32_t status;

    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    libhttp_connection_set_debuglevel(k->c, 1);
    status = client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && way->mode != DRIVE_CARRIED; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            return 2;
    if (status == LIBHTTP_OK)
        status = client_getresponse(k, &r);
    libhttp_response_free(r);
    client_free(k);
    return status == LIBHTTP_OK ? 0 : 1;
}

static void test_closed_standard(const struct way *way)
{
    static const struct peer_step any_answer[] = {PEER_READ_HEAD, PEER_SEND(HEAD "hi"),
                                                  PEER_EXPECT_CLOSE, PEER_END};
    struct peer *peer = start(way, one_answer);

    is(in_child(exchange_with_nothing, way, peer), 0,
       "T-33 with 0, 1 and 2 closed none of ours gets their numbers, %s%s",
       drive_mode_name(way->mode), tls_name(way));
    peer_finish(peer, "T-33 nor do debug lines reach the peer");
    peer = way->with_tls ? peer_start_tls(&tls, any_answer) : peer_start(any_answer);
    is(in_child(exchange_with_nothing, way, peer), 0, "T-33 nor over TCP, %s%s",
       drive_mode_name(way->mode), tls_name(way));
    peer_finish(peer, "T-33 the peer");
}

/* What we write besides: to a pipe that nobody reads, and over the limit of a file's size. */
enum { BY_DEBUG, BY_KEY_LOG };
static int written_by;
static char written_to[300];

static int debug_fd = -1;

static void write_to_file(struct client *k)
{
    libhttp_tls_config *own;

    if (written_by == BY_DEBUG) {
        libhttp_connection_set_debuglevel(k->c, 1);
        debug_fd = open(written_to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        libhttp_connection_set_debug_fd(k->c, debug_fd);
        return;
    }
    libhttp_tls_config_new(&own);
    libhttp_tls_config_set_verify_peer(own, 0);
    libhttp_tls_config_set_verify_host(own, 0);
    libhttp_tls_config_set_key_log_file(own, written_to, -1);
    libhttp_connection_set_tls(k->c, own);
    libhttp_tls_config_free(own);
}

static int exchange_over_limit(const struct way *way, struct peer *peer)
{
    struct client *k = client_by(way, peer);
    struct rlimit before, low;
    int32_t status;

    write_to_file(k);
    getrlimit(RLIMIT_FSIZE, &before);
    low = (struct rlimit){.rlim_cur = 4, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &low);
    status = exchange(k);
    setrlimit(RLIMIT_FSIZE, &before);
    client_free(k);
    close(debug_fd);
    return status == LIBHTTP_OK ? 0 : 1;
}

static int exchange_without_reader(const struct way *way, struct peer *peer)
{
    struct client *k = client_by(way, peer);
    int reader = open(written_to, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int32_t status;

    write_to_file(k);
    close(reader);
    status = exchange(k);
    client_free(k);
    close(debug_fd);
    return status == LIBHTTP_OK ? 0 : 1;
}

static void test_written_besides(const struct way *way)
{
    static const char *const names[] = {"debug lines", "a key log"};

    for (written_by = BY_DEBUG; written_by <= (way->with_tls ? BY_KEY_LOG : BY_DEBUG);
         written_by++) {
        struct peer *peer = start(way, one_answer);

        snprintf(written_to, sizeof written_to, "%.200s/log", tempdir());
        is(in_child(exchange_over_limit, way, peer), 0,
           "T-38 %s over the limit of a file's size raise no signal, %s%s", names[written_by],
           drive_mode_name(way->mode), tls_name(way));
        peer_finish(peer, "T-38 the exchange goes well");
        unlink(written_to);
        if (mkfifo(written_to, 0600) != 0)
            bail_out("no pipe");
        peer = start(way, one_answer);
        is(in_child(exchange_without_reader, way, peer), 0,
           "T-38 %s to a pipe that nobody reads raise no signal, %s%s", names[written_by],
           drive_mode_name(way->mode), tls_name(way));
        peer_finish(peer, "T-38 the exchange goes well");
        unlink(written_to);
    }
}

/* What the host has done about SIGPIPE, while lines to a closed pipe raise it again and again. */
enum { DEFAULT, IGNORED, CAUGHT, BLOCKED, PENDING, DISPOSITIONS };
static int disposition;
static volatile sig_atomic_t caught;

static void catch (int number)
{
    (void)number;
    caught = 1;
}

static void set_disposition(void)
{
    struct sigaction action = {.sa_handler = disposition == IGNORED  ? SIG_IGN
                                             : disposition == CAUGHT ? catch
                                                                     : SIG_DFL};
    sigset_t only;

    sigaction(SIGPIPE, &action, NULL);
    sigemptyset(&only);
    sigaddset(&only, SIGPIPE);
    if (disposition >= BLOCKED)
        sigprocmask(SIG_BLOCK, &only, NULL);
    if (disposition == PENDING)
        raise(SIGPIPE);
}

static bool disposition_stays(void)
{
    struct sigaction action;
    sigset_t blocked, pending;

    sigaction(SIGPIPE, NULL, &action);
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    sigpending(&pending);
    return !caught && sigismember(&blocked, SIGPIPE) == (disposition >= BLOCKED) &&
           sigismember(&pending, SIGPIPE) == (disposition == PENDING) &&
           action.sa_handler == (disposition == IGNORED  ? SIG_IGN
                                 : disposition == CAUGHT ? catch
                                                         : SIG_DFL);
}

static int exchange_with_disposition(const struct way *way, struct peer *peer)
{
    struct client *k = client_by(way, peer);
    int ends[2];
    int32_t status;

    if (pipe(ends) != 0)
        return 3;
    close(ends[0]);
    set_disposition();
    libhttp_connection_set_debuglevel(k->c, 1);
    libhttp_connection_set_debug_fd(k->c, ends[1]);
    status = exchange(k);
    client_free(k);
    close(ends[1]);
    return status == LIBHTTP_OK && disposition_stays() ? 0 : 1;
}

static void test_dispositions(const struct way *way)
{
    static const char *const names[DISPOSITIONS] = {"as it was", "ignored", "caught", "blocked",
                                                    "pending"};

    for (disposition = DEFAULT; disposition < DISPOSITIONS; disposition++) {
        struct peer *peer = start(way, one_answer);

        is(in_child(exchange_with_disposition, way, peer), 0,
           "T-38 SIGPIPE %s stays so, and none comes, %s%s", names[disposition],
           drive_mode_name(way->mode), tls_name(way));
        peer_finish(peer, "T-38 the peer");
    }
}

/* The host closes our socket: an error, or another connection, and then all is well. */
enum { IDLE, REQUESTED, IN_BODY, MOMENTS };
static int moment;

static int exchange_behind_our_back(const struct way *way, struct peer *peer)
{
    struct client *k = client_by(way, peer);
    libhttp_response *r = NULL;
    int32_t status;
    int64_t got;
    char byte;

    if (moment == IDLE && exchange(k) != LIBHTTP_OK)
        return 2;
    if (moment != IDLE)
        client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    if (moment == IN_BODY &&
        (client_getresponse(k, &r) < 0 || client_read(k, r, &byte, 1, &got) < 0))
        return 3;
    close(libhttp_connection_fileno(k->c));
    if (moment == IDLE)
        status = exchange(k);
    else if (moment == REQUESTED)
        status = client_getresponse(k, &r);
    else
        status = client_read(k, r, &byte, 1, &got);
    if (status != LIBHTTP_E_OS && (moment != IDLE || status != LIBHTTP_OK))
        return 4;
    libhttp_response_free(r);
    if (status != LIBHTTP_OK && exchange(k) != LIBHTTP_OK)
        return 5;
    client_free(k);
    return 0;
}

static void test_closed_behind(const struct way *way)
{
    static const struct peer_step scripts[MOMENTS][8] = {
        {PEER_EXPECT(REQUEST), PEER_SEND(HEAD "hi"), PEER_ACCEPT, PEER_EXPECT(REQUEST),
         PEER_SEND(HEAD "hi"), PEER_EXPECT_CLOSE, PEER_END},
        {PEER_EXPECT(REQUEST), PEER_ACCEPT, PEER_EXPECT(REQUEST), PEER_SEND(HEAD "hi"),
         PEER_EXPECT_CLOSE, PEER_END},
        {PEER_EXPECT(REQUEST), PEER_SEND(HEAD "h"), PEER_ACCEPT, PEER_EXPECT(REQUEST),
         PEER_SEND(HEAD "hi"), PEER_EXPECT_CLOSE, PEER_END}};
    static const char *const names[MOMENTS] = {"idle", "waiting for a head", "in a body"};

    for (moment = IDLE; moment < MOMENTS; moment++) {
        struct peer *peer = start(way, scripts[moment]);

        is(in_child(exchange_behind_our_back, way, peer), 0,
           "T-33 the socket closed by the host, %s, %s%s", names[moment],
           drive_mode_name(way->mode), tls_name(way));
        peer_finish(peer, "T-33 the peer");
    }
}

/* Descriptors that a program started by the host would inherit, of those opened since. */
enum { NUMBERS = 256 };
static bool was_open[NUMBERS];

static void note_open(void)
{
    for (int fd = 0; fd < NUMBERS; fd++)
        was_open[fd] = fcntl(fd, F_GETFD) >= 0;
}

static bool all_close_on_exec(int at_least)
{
    int opened = 0;

    for (int fd = 0; fd < NUMBERS; fd++) {
        int flags = was_open[fd] ? -1 : fcntl(fd, F_GETFD);

        if (flags >= 0 && !(flags & FD_CLOEXEC))
            return false;
        opened += flags >= 0;
    }
    return opened >= at_least;
}

/* A socket, what waits for it, what cancelling wakes, a timer, a key log. */
static void test_close_on_exec(void)
{
    libhttp_connection *c = NULL;
    libhttp_tls_config *own = NULL;
    libhttp_response *r = NULL;
    const char *path;
    struct full_backlog *full = full_backlog_unix(&path);
    int ends[2], port, listener = listen_loopback(4, &port);

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        bail_out("no pair of sockets");
    libhttp_connection_new(&c);
    libhttp_connection_set_mode(c, LIBHTTP_MODE_NONBLOCKING);
    libhttp_tls_config_new(&own);
    note_open();
    snprintf(written_to, sizeof written_to, "%.200s/keys", tempdir());
    libhttp_tls_config_set_key_log_file(own, written_to, -1);
    ok(all_close_on_exec(1), "T-33 a key log is closed by exec");
    note_open();
    libhttp_connection_set_unix(c, path, -1);
    is(libhttp_connection_connect(c), LIBHTTP_AGAIN, "a Unix socket that has no room");
    ok(all_close_on_exec(4), "T-33 its timer, and what it is waited by, are closed by exec");
    libhttp_connection_close(c);
    full_backlog_free(full);
    note_open();
    libhttp_connection_set_fd(c, fcntl(ends[0], F_DUPFD_CLOEXEC, 0));
    libhttp_connection_request(c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY);
    is(libhttp_connection_getresponse(c, &r), LIBHTTP_AGAIN, "an adopted socket");
    libhttp_connection_wait(c, NULL, NULL, NULL, NULL);
    ok(all_close_on_exec(2), "T-33 what it is waited by is closed by exec");
    libhttp_connection_free(c);
    libhttp_connection_new(&c);
    libhttp_connection_set_mode(c, LIBHTTP_MODE_NONBLOCKING);
    note_open();
    libhttp_connection_set_host(c, "localhost", -1, port);
    is(libhttp_connection_connect(c), LIBHTTP_AGAIN, "a name");
    ok(all_close_on_exec(2), "T-33 what its look-up is waited by is closed by exec");
    libhttp_connection_free(c);
    /* The look-up goes on by itself: we don't end before it does. */
    comes_to(count_threads, 1 + IS_TSAN);
    libhttp_tls_config_free(own);
    close(ends[0]);
    close(ends[1]);
    close(listener);
}

int main(void)
{
    struct cert *ca = cert_make_ca("authority");
    struct cert *leaf = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("h")}});

    tls = (struct peer_tls){.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_ca_file(config, cert_file(ca), -1);
    tempdir();
    for (int mode = DRIVE_BLOCKING; mode < DRIVE_MODES; mode++) {
        for (int with_tls = 0; with_tls < 2; with_tls++) {
            struct way way = {(enum drive_mode)mode, with_tls};

            test_closed_standard(&way);
            test_written_besides(&way);
            test_dispositions(&way);
            if (mode != DRIVE_CARRIED)
                test_closed_behind(&way);
        }
    }
    test_close_on_exec();
    libhttp_tls_config_free(config);
    return done_testing();
}
