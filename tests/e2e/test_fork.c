/* SPDX-License-Identifier: MIT */
/* The four cases of fork (T-39): nothing connected, idle, an exchange in flight, other threads. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/conn.h"
#include "support/counts.h"
#include "support/patience.h"
#include "support/peer.h"
#include "support/process.h"
#include "support/sockets.h"
#include "tap.h"

static libhttp_tls_config *config;
static struct peer_tls tls;

#define ANSWER PEER_READ_HEAD, PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

/* The child's exit status, or -1. */
static int in_child(int (*body)(libhttp_connection *c, libhttp_response *r), libhttp_connection *c,
                    libhttp_response *r)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        alarm(PATIENCE_S);
        process_leave(body(c, r));
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int get_in_child(libhttp_connection *c, libhttp_response *r)
{
    char body[8];

    (void)r;
    if (conn_get(c, "/child", body, sizeof body) != 2)
        return fprintf(stderr, "# %s\n", libhttp_connection_error(c)), 2;
    libhttp_connection_free(c);
    return 0;
}

/* First case: nothing is connected, configurations included. */
static void test_fork_unconnected(bool with_tls, int32_t mode)
{
    static const struct peer_step steps[] = {ANSWER, PEER_WAIT_CLOSE, PEER_ACCEPT,
                                             ANSWER, PEER_WAIT_CLOSE, PEER_END};
    struct peer *peer = with_tls ? peer_start_tls(&tls, steps) : peer_start(steps);
    libhttp_connection *c = conn_new(peer_port(peer), mode);
    char body[8];

    if (with_tls)
        libhttp_connection_set_tls(c, config);
    is(in_child(get_in_child, c, NULL), 0, "T-39 an unconnected handle works in a child%s",
       with_tls ? ", over TLS" : "");
    is(conn_get(c, "/parent", body, sizeof body), 2, "T-39 and in the parent: %s",
       libhttp_connection_error(c));
    libhttp_connection_free(c);
    peer_finish(peer, "T-39 the peer of both");
}

/* Second: an idle connection. The child drops it without a word and connects anew. */
static void test_fork_idle(bool with_tls, int32_t mode)
{
    static const struct peer_step steps[] = {ANSWER, ANSWER, PEER_WAIT_CLOSE, PEER_END};
    struct peer *mine = with_tls ? peer_start_tls(&tls, steps) : peer_start(steps);
    libhttp_connection *c = conn_new(peer_port(mine), mode);
    pid_t child;
    char body[8];
    int status;

    if (with_tls)
        libhttp_connection_set_tls(c, config);
    is(conn_get(c, "/parent", body, sizeof body), 2, "T-39 a connection becomes idle");
    child = fork();
    if (child == 0) {
        /* Given up and freed: not a byte to the peer, no close_notify, no shutdown. */
        libhttp_connection_close(c);
        libhttp_connection_free(c);
        process_leave(0);
    }
    waitpid(child, &status, 0);
    is(status, 0, "T-39 a child closes and frees it");
    is(conn_get(c, "/parent/again", body, sizeof body), 2,
       "T-39 the parent's connection is as it was%s: %s", with_tls ? ", over TLS" : "",
       libhttp_connection_error(c));
    libhttp_connection_free(c);
    peer_finish(mine, "T-39 the peer saw one connection and both requests");
}

static void test_fork_reconnects(bool with_tls, int32_t mode)
{
    static const struct peer_step steps[] = {ANSWER, PEER_ACCEPT, ANSWER, PEER_WAIT_CLOSE,
                                             PEER_END};
    struct peer *peer = with_tls ? peer_start_tls(&tls, steps) : peer_start(steps);
    libhttp_connection *c = conn_new(peer_port(peer), mode);
    char body[8];

    if (with_tls)
        libhttp_connection_set_tls(c, config);
    is(conn_get(c, "/parent", body, sizeof body), 2, "T-39 a connection becomes idle");
    is(in_child(get_in_child, c, NULL), 0, "T-39 in a child it connects anew%s",
       with_tls ? ", over TLS" : "");
    ok(libhttp_connection_is_open(c), "T-39 the parent's is still open");
    libhttp_connection_free(c);
    peer_finish(peer, "T-39 the peer of two connections");
}

/*
 * Third: an exchange in flight is an error in the child, which may go on afterwards, elsewhere. The
 * parent's goes on as if nothing had been: the child sends nothing, and ends nothing.
 */
enum moment { SENT, IN_BODY, IN_UPLOAD, IN_STREAM, OPENING, MOMENTS };

#define HEAD "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"

static const struct flight {
    const char *name;
    struct peer_step steps[10];
} flights[MOMENTS] = {
    {"before the head",
     {PEER_READ_HEAD, PEER_GATE, PEER_SEND(HEAD "hi"), ANSWER, PEER_EXPECT_CLOSE, PEER_END}},
    {"in the body",
     {PEER_READ_HEAD, PEER_SEND(HEAD "h"), PEER_GATE, PEER_SEND("i"), ANSWER, PEER_EXPECT_CLOSE,
      PEER_END}},
    {"in an upload",
     {PEER_READ_HEAD, PEER_EXPECT("ab"), PEER_GATE, PEER_EXPECT("cd"), PEER_SEND(HEAD "hi"), ANSWER,
      PEER_EXPECT_CLOSE, PEER_END}},
    {"in a stream",
     {PEER_READ_HEAD, PEER_SEND("HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n"), PEER_EXPECT("ab"),
      PEER_SEND("h"), PEER_GATE, PEER_EXPECT("cd"), PEER_SEND("i"), PEER_EXPECT_CLOSE, PEER_END}},
    {"in a proxy's silence",
     {PEER_READ_HEAD, PEER_GATE, PEER_SEND("HTTP/1.1 200 OK\r\n\r\n"), ANSWER, ANSWER,
      PEER_EXPECT_CLOSE, PEER_END}},
};

struct exchange {
    enum moment moment;
    libhttp_connection *c;
    libhttp_response *r;
    libhttp_stream *s;
    char got[8];
    int elsewhere; /* the port of the child's peer */
};

static int32_t upload(const struct exchange *x, const char *piece)
{
    int32_t status;
    int64_t put;

    UNTIL_DONE(x->c, status, libhttp_connection_send(x->c, piece, 2, &put));
    return status;
}

static int32_t write_stream(const struct exchange *x, const char *piece)
{
    int32_t status;
    int64_t put;

    UNTIL_DONE(x->c, status, libhttp_stream_write(x->s, piece, 2, &put));
    return status;
}

static int32_t read_one(struct exchange *x, int at)
{
    int32_t status;
    int64_t got;

    if (x->s)
        UNTIL_DONE(x->c, status, libhttp_stream_read(x->s, x->got + at, 1, &got));
    else
        UNTIL_DONE(x->c, status, libhttp_response_read(x->r, x->got + at, 1, &got));
    return status;
}

static int32_t open_stream(struct exchange *x)
{
    int32_t status;

    libhttp_connection_putrequest(x->c, "GET", -1, "/", -1, 0);
    libhttp_connection_putheader(x->c, "Connection", -1, "upgrade", -1);
    libhttp_connection_putheader(x->c, "Upgrade", -1, "x", -1);
    libhttp_connection_endheaders(x->c, 0);
    status = conn_respond(x->c, &x->r);
    return status < 0 ? status : libhttp_response_stream(x->r, &x->s);
}

/* Gets as far as the moment says. */
static int32_t begin(struct exchange *x)
{
    int32_t status;

    switch (x->moment) {
    case IN_UPLOAD:
        libhttp_connection_request_pieces(x->c, "PUT", -1, "/", -1, NULL, 4);
        return upload(x, "ab");
    case IN_STREAM:
        if (open_stream(x) < 0 || write_stream(x, "ab") < 0)
            return -1;
        return read_one(x, 0);
    case OPENING:
        if (libhttp_connection_state(x->c) == LIBHTTP_STATE_IDLE)
            libhttp_connection_request(x->c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY);
        return libhttp_connection_flush(x->c);
    default:
        libhttp_connection_request(x->c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY);
        if (x->moment == IN_BODY)
            return conn_respond(x->c, &x->r) < 0 ? -1 : read_one(x, 0);
        UNTIL_DONE(x->c, status, libhttp_connection_flush(x->c));
        return status;
    }
}

/* What the child gets for each call that it might make next. */
static int32_t go_on_in_child(struct exchange *x)
{
    switch (x->moment) {
    case SENT:
        return libhttp_connection_getresponse(x->c, &x->r);
    case IN_UPLOAD:
        return libhttp_connection_send(x->c, "cd", 2, &(int64_t){0});
    case OPENING:
        return libhttp_connection_flush(x->c);
    default:
        if (x->s && libhttp_stream_write(x->s, "cd", 2, &(int64_t){0}) != LIBHTTP_E_FORKED)
            return -1;
        return read_one(x, 1);
    }
}

static int fork_in_flight(struct exchange *x)
{
    int32_t status = go_on_in_child(x);
    char body[8];

    if (status != LIBHTTP_E_FORKED)
        return fprintf(stderr, "# %s\n", libhttp_error_name(status)), 2;
    libhttp_stream_free(x->s);
    libhttp_response_free(x->r);
    if (x->s)
        libhttp_connection_close(x->c);
    if (libhttp_connection_set_host(x->c, "127.0.0.1", -1, x->elsewhere) < 0 ||
        libhttp_connection_set_tunnel(x->c, NULL, 0, -1, NULL) < 0 ||
        conn_get(x->c, "/child", body, sizeof body) != 2)
        return fprintf(stderr, "# %s\n", libhttp_connection_error(x->c)), 3;
    libhttp_connection_free(x->c);
    return 0;
}

/* The parent's exchange ends well, and there is another one, but for a stream. */
static void go_on_in_parent(struct exchange *x)
{
    int32_t status = LIBHTTP_OK;
    int at = x->moment == IN_BODY || x->moment == IN_STREAM;

    if (x->moment == IN_UPLOAD)
        status = upload(x, "cd");
    if (x->moment == IN_STREAM)
        status = write_stream(x, "cd");
    if (status == LIBHTTP_OK && !x->r)
        status = conn_respond(x->c, &x->r);
    for (; status == LIBHTTP_OK && at < 2; at++)
        status = read_one(x, at);
    is(status, LIBHTTP_OK, "T-39 the parent goes on: %s", libhttp_connection_error(x->c));
    is_str(x->got, "hi", "T-39 it has all of its answer");
    libhttp_stream_free(x->s);
    libhttp_response_free(x->r);
    if (!x->s)
        is(conn_get(x->c, "/parent/again", x->got, sizeof x->got), 2,
           "T-39 and another over the same connection: %s", libhttp_connection_error(x->c));
}

static void test_fork_in_flight(enum moment moment, bool with_tls, int32_t mode)
{
    static const struct peer_step answer[] = {ANSWER, PEER_WAIT_CLOSE, PEER_END};
    const struct peer_step *steps = flights[moment].steps;
    bool tls_now = with_tls && moment != OPENING;
    struct peer *peer = tls_now ? peer_start_tls(&tls, steps) : peer_start(steps);
    struct peer *other = tls_now ? peer_start_tls(&tls, answer) : peer_start(answer);
    struct exchange x = {.moment = moment, .elsewhere = peer_port(other)};
    pid_t child;
    int status = -1;

    x.c = conn_new(peer_port(peer), mode);
    if (tls_now)
        libhttp_connection_set_tls(x.c, config);
    if (moment == OPENING)
        libhttp_connection_set_tunnel(x.c, "t.example", -1, 80, NULL);
    do
        status = begin(&x);
    while (status == LIBHTTP_AGAIN && !peer_wait_received(peer, 1, 10));
    ok(status == (moment == OPENING ? LIBHTTP_AGAIN : LIBHTTP_OK), "T-39 %s: %s",
       flights[moment].name, libhttp_connection_error(x.c));
    child = fork();
    if (child == 0) {
        alarm(PATIENCE_S);
        process_leave(fork_in_flight(&x));
    }
    waitpid(child, &status, 0);
    is(status, 0, "T-39 a fork %s: FORKED in the child, which can go on, %s%s",
       flights[moment].name, conn_mode_name(mode), tls_now ? ", over TLS" : "");
    peer_open(peer);
    go_on_in_parent(&x);
    libhttp_connection_free(x.c);
    peer_finish(peer, "T-39 the peer saw one connection, and all of it");
    peer_finish(other, "T-39 the child's peer");
}

/* Fourth: while another thread uses a handle, whose lock may be held; the child uses its own. */
static atomic_bool stop;

static void *cancel_for_ever(void *c)
{
    while (!atomic_load(&stop)) {
        libhttp_connection_cancel(c);
        libhttp_connection_cancelled(c);
    }
    return NULL;
}

static int use_in_child(libhttp_connection *c, libhttp_response *r)
{
    (void)r;
    libhttp_connection_cancel(c);
    libhttp_connection_cancel_reset(c);
    libhttp_connection_close(c);
    libhttp_connection_free(c);
    return 0;
}

static void test_fork_with_threads(void)
{
    int port, listener = listen_loopback(16, &port), failed = 0;
    libhttp_connection *c = conn_new(port, LIBHTTP_MODE_BLOCKING);
    pthread_t thread;

    libhttp_connection_connect(c);
    if (pthread_create(&thread, NULL, cancel_for_ever, c) != 0)
        bail_out("no thread");
    for (int i = 0; i < 100; i++)
        failed += in_child(use_in_child, c, NULL) != 0;
    atomic_store(&stop, true);
    pthread_join(thread, NULL);
    is(failed, 0, "T-39 100 forks while another thread holds the handle's lock now and then");
    libhttp_connection_free(c);
    close(listener);
}

int main(void)
{
    struct cert *ca = cert_make_ca("authority"), *leaf = cert_make_local(ca);
    int descriptors = count_descriptors();

    tls = (struct peer_tls){.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_ca_file(config, cert_file(ca), -1);
    for (int with_tls = 0; with_tls < 2; with_tls++) {
        for (int32_t mode = LIBHTTP_MODE_BLOCKING; mode <= LIBHTTP_MODE_NONBLOCKING; mode++) {
            test_fork_unconnected(with_tls, mode);
            test_fork_idle(with_tls, mode);
            test_fork_reconnects(with_tls, mode);
            for (int moment = SENT; moment < OPENING; moment++)
                test_fork_in_flight((enum moment)moment, with_tls, mode);
        }
    }
    test_fork_in_flight(OPENING, false, LIBHTTP_MODE_NONBLOCKING);
    test_fork_with_threads();
    libhttp_tls_config_free(config);
    is(count_descriptors(), descriptors, "T-33 no descriptor is left open");
    return done_testing();
}
