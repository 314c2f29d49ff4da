/* SPDX-License-Identifier: MIT */
/* What an exchange costs: system calls, allocations, copies (speed.md). Counts, so that they hold
 * on any machine. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/conn.h"
#include "support/counts.h"
#include "support/patience.h"
#include "support/peer_side.h"
#include "support/syscalls.h"
#include "support/tempdir.h"
#include "tap.h"

enum { GETS = 10, BODY = 1024, BIG = 1 << 20, FILE_SIZE = 3 << 20 };

static struct syscalls calls;
static libhttp_tls_config *config; /* trusts the peers' authority */
static struct peer_tls tls;

#define HEAD(length)                                                                               \
    "HTTP/1.1 200 OK\r\nServer: peer\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n"                   \
    "Content-Type: text/html\r\nContent-Length: " length "\r\nConnection: keep-alive\r\n"          \
    "ETag: \"0123456789abcdef\"\r\nCache-Control: max-age=60\r\nAccept-Ranges: bytes\r\n\r\n"

/* Answers every request on this connection with a head of eight fields and a body of 1 KiB. */
static void serve(struct peer_side *side, const void *context)
{
    static char answer[sizeof HEAD("1024") - 1 + BODY] = HEAD("1024");

    (void)context;
    memset(answer + sizeof HEAD("1024") - 1, 'b', BODY);
    for (;;) {
        while (side->pending_length < 4 ||
               memmem(side->pending, side->pending_length, "\r\n\r\n", 4) == NULL) {
            if (peer_read_more(side, PATIENCE_MS) <= 0)
                return;
        }
        side->pending_length = 0;
        if (!peer_write(side, answer, sizeof answer))
            return;
    }
}

/* A peer for up to eight connections, one after the other. */
static struct peer *serving(bool with_tls)
{
    static const struct peer_step steps[] = {
        PEER_CALL(serve, NULL), PEER_ACCEPT, PEER_CALL(serve, NULL), PEER_ACCEPT,
        PEER_CALL(serve, NULL), PEER_ACCEPT, PEER_CALL(serve, NULL), PEER_ACCEPT,
        PEER_CALL(serve, NULL), PEER_ACCEPT, PEER_CALL(serve, NULL), PEER_ACCEPT,
        PEER_CALL(serve, NULL), PEER_END,
    };

    return with_tls ? peer_start_tls(&tls, steps) : peer_start(steps);
}

struct job {
    libhttp_connection *c;
    int gets;
    int pause_ms;
    bool connects; /* each GET on a connection of its own */
};

static void get(libhttp_connection *c)
{
    char body[BODY + 1];

    if (conn_get(c, "/index.html", body, sizeof body) != BODY)
        _exit(2);
}

static void gets(void *context)
{
    struct job *job = context;

    for (int i = 0; i < 3 && !job->connects; i++)
        get(job->c);
    for (int i = 0; i < job->gets; i++) {
        if (job->pause_ms > 0)
            poll(NULL, 0, job->pause_ms);
        syscalls_begin();
        get(job->c);
        if (job->connects)
            libhttp_connection_close(job->c);
        syscalls_end();
    }
}

/* All three deadlines are set, and a cancel is possible at any time. */
static libhttp_connection *connection(const struct peer *peer, bool with_tls)
{
    libhttp_connection *c = conn_new(peer_port(peer), LIBHTTP_MODE_BLOCKING);

    libhttp_connection_set_timeout(c, PATIENCE_MS);
    libhttp_connection_set_total_timeout(c, 2 * PATIENCE_MS);
    if (with_tls)
        libhttp_connection_set_tls(c, config);
    return c;
}

static void calls_of(struct job job, bool with_tls)
{
    struct peer *peer = serving(with_tls);
    int status;

    job.c = connection(peer, with_tls);
    status = syscalls_of(gets, &job, &calls);
    is(status, 0, "the exchanges go well");
    libhttp_connection_free(job.c);
    peer_kill(peer);
}

/* Of what was seen: receives that took nothing away, which only a busy machine adds. A look where
 * we came back late; one that gave up after a slice of time where the peer did. */
static int receives(bool look)
{
    int count = 0;

    for (int i = 0; i < calls.count && i < SYSCALLS_MAX; i++) {
        const struct syscall_seen *seen = &calls.seen[i];
        bool peeks = seen->arguments[3] & MSG_PEEK;

        if (seen->number == SYS_recvfrom && peeks == look)
            count += look || seen->result == -EAGAIN;
    }
    return count;
}

static void test_keep_alive(bool with_tls)
{
    const char *name = with_tls ? "TLS 1.3" : "plain";

    calls_of((struct job){.gets = GETS}, with_tls);
    is(calls.count - receives(true) - receives(false), 2 * GETS,
       "C-27 %d keep-alive GETs over %s take two system calls each: %s", GETS, name,
       syscalls_text(&calls));
    for (int i = 0; i < 20 && receives(true) > 0; i++)
        calls_of((struct job){.gets = GETS}, with_tls);
    is(receives(true), 0, "C-105 without a pause over %s no look", name);
    calls_of((struct job){.gets = 1, .pause_ms = 20}, with_tls);
    is(calls.count - receives(false), 3,
       "C-105 after a pause of 20 ms over %s exactly one look: %s", name, syscalls_text(&calls));
    is(receives(true), 1, "C-105 which takes nothing");
}

static void without_timeouts(void *context)
{
    struct job *job = context;

    libhttp_connection_set_timeout(job->c, LIBHTTP_TIMEOUT_NONE);
    libhttp_connection_set_total_timeout(job->c, LIBHTTP_TIMEOUT_NONE);
    gets(job);
}

static void test_connect(void)
{
    struct peer *peer = serving(false);
    struct job job = {.c = connection(peer, false), .gets = 1, .connects = true};

    calls_of(job, false);
    is(calls.count - receives(false), 8,
       "C-9 connect, GET and close with timeouts take 8 system calls: %s", syscalls_text(&calls));
    is(syscalls_of(without_timeouts, &job, &calls), 0, "the same goes without");
    is(calls.count, 6, "C-9 and 6 without timeouts: %s", syscalls_text(&calls));
    libhttp_connection_free(job.c);
    peer_kill(peer);
}

static void test_allocations(bool with_tls)
{
    struct peer *peer = serving(with_tls);
    libhttp_connection *c = connection(peer, with_tls);
    char body[BODY + 1];
    int64_t count;

    for (int i = 0; i < 3; i++)
        conn_get(c, "/index.html", body, sizeof body);
    count = malloc_count();
    for (int i = 0; i < GETS; i++)
        conn_get(c, "/index.html", body, sizeof body);
    count = malloc_count() - count;
    ok(count <= (with_tls ? 4 * GETS : 0), "%d keep-alive GETs over %s allocate %lld times", GETS,
       with_tls ? "TLS (at most four each, OpenSSL's own)" : "plain TCP (never)", (long long)count);
    libhttp_connection_free(c);
    peer_kill(peer);
}

struct heap {
    int64_t once;    /* of a connection after one exchange: nobody knows whether another follows */
    int64_t trimmed; /* idle, after libhttp_connection_trim */
    int64_t steady;  /* after several: what the next one needs is there */
};

static void holds(int64_t bytes, int64_t most, const char *when, const char *name)
{
    ok(bytes <= most, "a connection over %s %s holds at most %lld bytes: %lld", name, when,
       (long long)most, (long long)bytes);
}

/* A larger one would be felt by who keeps thousands. */
static void test_memory(bool with_tls, struct heap most)
{
    struct peer *peer = serving(with_tls);
    const char *name = with_tls ? "TLS" : "plain TCP";
    int64_t before;
    libhttp_connection *c;
    char body[BODY + 1];

    /* The process's own, OpenSSL's tables and the configuration, come with the first. */
    c = connection(peer, with_tls);
    conn_get(c, "/", body, sizeof body);
    libhttp_connection_free(c);
    before = malloc_in_use();
    c = connection(peer, with_tls);
    conn_get(c, "/", body, sizeof body);
    holds(malloc_in_use() - before, most.once, "after one exchange", name);
    libhttp_connection_trim(c);
    holds(malloc_in_use() - before, most.trimmed, "trimmed", name);
    for (int i = 0; i < 3; i++)
        is(conn_get(c, "/", body, sizeof body), BODY, "and goes on");
    holds(malloc_in_use() - before, most.steady, "after several exchanges", name);
    libhttp_connection_free(c);
    peer_kill(peer);
}

static char *big;

static void read_big(void *context)
{
    libhttp_response *r = NULL;

    if (conn_ask(context, "GET", "/big", &r) < 0)
        _exit(2);
    syscalls_begin();
    if (conn_read(context, r, big, BIG) != BIG)
        _exit(3);
    syscalls_end();
    libhttp_response_free(r);
}

/* Where the kernel was told to put them. */
static void test_straight_into_memory(void)
{
    static const struct peer_step steps[] = {
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n"),
        PEER_SEND_FILL(BIG),
        PEER_WAIT_CLOSE,
        PEER_END,
    };
    struct peer *peer = peer_start(steps);
    libhttp_connection *c = connection(peer, false);
    int64_t direct = 0;

    big = malloc(BIG);
    is(syscalls_of(read_big, c, &calls), 0, "a body of 1 MiB is read");
    for (int i = 0; i < calls.count && i < SYSCALLS_MAX; i++) {
        uint64_t to = calls.seen[i].arguments[1];

        if (calls.seen[i].number == SYS_recvfrom && calls.seen[i].result > 0 &&
            to >= (uintptr_t)big && to < (uintptr_t)big + BIG)
            direct += calls.seen[i].result;
    }
    for (int i = 0; i < calls.count && i < SYSCALLS_MAX; i++) {
        if (calls.seen[i].number == SYS_recvfrom && !(calls.seen[i].arguments[3] & MSG_WAITALL))
            fail("C-89 a receive for read() that doesn't wait for all: %s", syscalls_text(&calls));
    }
    ok(direct >= BIG - 17000,
       "C-91 all but what came with the head is received into the caller's "
       "memory: %lld of %d",
       (long long)direct, BIG);
    free(big);
    libhttp_connection_free(c);
    peer_kill(peer);
}

struct upload {
    libhttp_connection *c;
    int fd;
};

static void put_file(void *context)
{
    struct upload *upload = context;
    libhttp_response *r = NULL;

    syscalls_begin();
    if (libhttp_connection_request_fd(upload->c, "PUT", -1, "/", -1, NULL, upload->fd,
                                      LIBHTTP_LENGTH_UNKNOWN) < 0 ||
        conn_respond(upload->c, &r) < 0)
        _exit(2);
    syscalls_end();
    libhttp_response_free(r);
}

/* Of what was seen: the one send before the files'. */
static bool head_says_more(void)
{
    for (int i = 0; i < calls.count && i < SYSCALLS_MAX; i++) {
        const struct syscall_seen *seen = &calls.seen[i];

        if (seen->number == SYS_sendto)
            return seen->arguments[3] & MSG_MORE;
        if (seen->number == SYS_sendmsg)
            return seen->arguments[2] & MSG_MORE;
    }
    return false;
}

static void test_sendfile(void)
{
    static const struct peer_step steps[] = {
        PEER_READ_HEAD,
        PEER_READ_FILL(FILE_SIZE),
        PEER_SEND("HTTP/1.1 204 No Content\r\n\r\n"),
        PEER_WAIT_CLOSE,
        PEER_END,
    };
    struct peer *peer = peer_start(steps);
    char *data = malloc(FILE_SIZE), *path;
    FILE *file;
    struct upload upload;

    peer_fill(data, 0, FILE_SIZE);
    path = tempdir_write("upload", data, FILE_SIZE);
    file = fopen(path, "rb");
    upload = (struct upload){connection(peer, false), fileno(file)};
    is(syscalls_of(put_file, &upload, &calls), 0, "C-46 a file is sent");
    ok(syscalls_count(&calls, SYS_sendfile) >= 3, "C-46 by sendfile, in pieces of at most 1 MiB");
    for (int i = 0; i < calls.count && i < SYSCALLS_MAX; i++) {
        if (calls.seen[i].number == SYS_sendfile && calls.seen[i].arguments[3] > 1 << 20)
            fail("C-120 a sendfile of %llu bytes", (unsigned long long)calls.seen[i].arguments[3]);
    }
    is(syscalls_count(&calls, SYS_read) + syscalls_count(&calls, SYS_pread64), 0,
       "C-46 and never read: %s", syscalls_text(&calls));
    ok(syscalls_count(&calls, SYS_fstat) + syscalls_count(&calls, SYS_newfstatat) <= 2,
       "C-46 looked at once to know its length, once to know the way: %s", syscalls_text(&calls));
    ok(head_says_more(), "C-27 the head shares its packet with the file's beginning");
    libhttp_connection_free(upload.c);
    peer_finish(peer, "C-46 the file arrives whole");
    fclose(file);
    free(path);
    free(data);
}

/* Tickets come with the first read (TLS 1.3). */
static void test_resumption(void)
{
    struct peer *peer = serving(true);
    char body[BODY + 1];

    for (int i = 0; i < 5; i++) {
        libhttp_connection *c = connection(peer, true);

        is(conn_get(c, "/", body, sizeof body), BODY, "connection %d", i + 1);
        is(libhttp_connection_tls_resumed(c), i > 0, "C-129 connection %d %s a session", i + 1,
           i > 0 ? "resumes" : "cannot resume");
        libhttp_connection_free(c);
    }
    is(peer_resumptions(peer), 4, "C-129 all but the first of 5 connections are resumed");
    peer_kill(peer);
}

static void connect_once(void *context)
{
    syscalls_begin();
    if (libhttp_connection_connect(context) < 0)
        _exit(2);
    syscalls_end();
}

/* The second connection of a configuration opens no file: the roots are there. */
static void test_trust_store(void)
{
    struct peer *peer = serving(true);
    libhttp_connection *first = connection(peer, true), *second;

    is(libhttp_connection_connect(first), LIBHTTP_OK, "a first connection");
    libhttp_connection_free(first);
    second = connection(peer, true);
    is(syscalls_of(connect_once, second, &calls), 0, "a second one");
    is(syscalls_count(&calls, SYS_openat) + syscalls_count(&calls, SYS_open), 0,
       "C-129 the trust store is read once for a configuration: %s", syscalls_text(&calls));
    libhttp_connection_free(second);
    peer_kill(peer);
}

int main(void)
{
    struct cert *ca = cert_make_ca("authority"), *leaf = cert_make_local(ca);
    bool traced = syscalls_can_be_seen(), counted = malloc_is_counted();

    tls = (struct peer_tls){.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_ca_file(config, cert_file(ca), -1);
    test_resumption();
    if (counted) {
        for (int with_tls = 0; with_tls < 2; with_tls++)
            test_allocations(with_tls);
        test_memory(false, (struct heap){1024, 1024, 3600});
        test_memory(true, (struct heap){16 * 1024, 16 * 1024, 56 * 1024});
    }
    if (traced) {
        for (int with_tls = 0; with_tls < 2; with_tls++)
            test_keep_alive(with_tls);
        test_connect();
        test_straight_into_memory();
        test_sendfile();
        test_trust_store();
    }
    libhttp_tls_config_free(config);
    return done_testing();
}
