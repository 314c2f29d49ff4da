/* SPDX-License-Identifier: MIT */
/* The scripted peer: what it sends and sees, and that it notices what is not as written. */
#include <errno.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/patience.h"
#include "support/peer.h"
#include "support/sockets.h"
#include "tap.h"

static void say(int fd, const char *text)
{
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        diag("send: %s", strerror(errno));
}

/* Everything until the end, or -1 for a reset. */
static ssize_t hear(int fd, char *out, size_t size)
{
    size_t used = 0;
    ssize_t got;

    while ((got = recv(fd, out + used, size - 1 - used, 0)) > 0)
        used += (size_t)got;
    out[used] = '\0';
    return got < 0 ? -1 : (ssize_t)used;
}

static void check_exchange(void)
{
    char answer[100];
    size_t length;
    struct peer *peer = peer_start((struct peer_step[]){
        PEER_EXPECT("GET / HTTP/1.1\r\n"), PEER_READ_HEAD, PEER_READ(2), PEER_NOTHING_ARRIVES(20),
        PEER_SEND("one\0"), PEER_SEND_SLOWLY("two", 1), PEER_SHUTDOWN, PEER_EXPECT_CLOSE,
        PEER_ACCEPT, PEER_READ(1), PEER_END});
    int fd = connect_loopback(peer_port(peer));

    say(fd, "GET / HTTP/1.1\r\nHost: h\r\n\r\nhi");
    is(hear(fd, answer, sizeof answer), 7, "all bytes come, and the end");
    is_mem(answer, 7, "one\0two", 7, "as they were sent");
    close(fd);
    fd = connect_loopback(peer_port(peer));
    say(fd, "2");
    ok(peer_wait_received(peer, 30, PATIENCE_MS), "what was sent is recorded");
    is(peer_connections(peer), 2, "two connections");
    is_mem(peer_received(peer, NULL), 30, "GET / HTTP/1.1\r\nHost: h\r\n\r\nhi2", 30, "all in one");
    is_mem(peer_received_on(peer, 1, &length), 1, "2", 1, "and of one");
    close(fd);
    peer_finish(peer, "an exchange");
}

static void check_gate(void)
{
    char answer[10] = "";
    struct peer *peer = peer_start(
        (struct peer_step[]){PEER_GATE, PEER_SEND("a"), PEER_GATE, PEER_SEND("b"), PEER_END});
    int fd = connect_loopback(peer_port(peer));

    is(recv(fd, answer, sizeof answer, MSG_DONTWAIT), -1, "nothing comes while the gate is shut");
    peer_open(peer);
    is(recv(fd, answer, sizeof answer, 0), 1, "it is opened, and something does");
    is(recv(fd, answer, sizeof answer, MSG_DONTWAIT), -1, "once: the next is shut");
    peer_open(peer);
    is(hear(fd, answer, sizeof answer), 1, "until it is opened, too");
    close(fd);
    peer_finish(peer, "two gates");
}

static void check_reset(void)
{
    char answer[10];
    struct peer *peer = peer_start((struct peer_step[]){PEER_READ(1), PEER_RESET, PEER_END});
    int fd = connect_loopback(peer_port(peer));

    say(fd, "x");
    is(hear(fd, answer, sizeof answer), -1, "a reset is one");
    is(errno, ECONNRESET, "by its number");
    close(fd);
    peer_finish(peer, "a reset");
}

static void check_other_kinds(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char answer[10];
    struct peer_step script[] = {PEER_EXPECT("a"), PEER_SEND("b"), PEER_END};
    struct peer *local = peer_start_with(&(struct peer_options){.kind = PEER_UNIX}, script);
    struct peer *pair = peer_start_with(&(struct peer_options){.kind = PEER_SOCKETPAIR}, script);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", peer_path(local));
    is(connect(fd, (struct sockaddr *)&address, sizeof address), 0, "a Unix socket");
    say(fd, "a");
    hear(fd, answer, sizeof answer);
    is_str(answer, "b", "talks");
    close(fd);
    fd = peer_take_fd(pair);
    say(fd, "a");
    hear(fd, answer, sizeof answer);
    is_str(answer, "b", "and a pair of sockets");
    close(fd);
    peer_finish(local, "a Unix socket");
    peer_finish(pair, "a pair of sockets");
}

static void check_fill(void)
{
    static char data[300001];
    char want[300000];
    struct peer *peer =
        peer_start((struct peer_step[]){PEER_SEND_FILL(300000), PEER_READ_FILL(100000), PEER_END});
    int fd = connect_loopback(peer_port(peer));

    is(recv(fd, data, 300000, MSG_WAITALL), 300000, "a lot of bytes");
    peer_fill(want, 0, sizeof want);
    is_mem(data, 300000, want, 300000, "of the pattern");
    is(send(fd, want, 100000, 0), 100000, "and back");
    close(fd);
    peer_finish(peer, "the pattern both ways");
}

/* How long a script waits for what never comes. */
enum { IN_VAIN_MS = 1000 };

/* A script that fails, in a process of its own so that its failure isn't ours. */
static void failing(const struct peer_step *steps, const char *said, const char *complaint)
{
    char out[3000] = "";
    int ends[2];
    pid_t child;

    if (pipe(ends) != 0 || (child = fork()) < 0)
        bail_out("no process");
    if (child == 0) {
        struct peer *peer = peer_start_with(&(struct peer_options){.wait_ms = IN_VAIN_MS}, steps);
        int fd = connect_loopback(peer_port(peer));

        dup2(ends[1], STDOUT_FILENO);
        say(fd, said);
        peer_finish(peer, "x");
        close(fd);
        _exit(0);
    }
    close(ends[1]);
    for (ssize_t got, used = 0;
         (got = read(ends[0], out + used, sizeof out - 1 - (size_t)used)) > 0;)
        used += got;
    close(ends[0]);
    waitpid(child, NULL, 0);
    contains(out, complaint, "the peer complains: %s", complaint);
}

static void check_complaints(void)
{
    failing((struct peer_step[]){PEER_EXPECT("hallo"), PEER_END}, "hello",
            "step 1: EXPECT: at byte 1 got \"hello\", wanted \"hallo\"");
    failing((struct peer_step[]){PEER_EXPECT("hello"), PEER_END}, "hell",
            "nothing more came in time after 4 of 5 bytes: \"hell\"");
    failing((struct peer_step[]){PEER_READ(1), PEER_NOTHING_ARRIVES(50), PEER_END}, "hi",
            "step 2: NOTHING_ARRIVES: but \"i\" came");
    failing((struct peer_step[]){PEER_ACCEPT, PEER_ACCEPT, PEER_END}, "",
            "step 2: nobody connected");
    failing((struct peer_step[]){PEER_EXPECT_CLOSE, PEER_END}, "\r",
            "EXPECT_CLOSE: \"\\r\" came before it");
    failing((struct peer_step[]){PEER_NO_CONNECTION(PATIENCE_MS), PEER_END}, "",
            "but somebody connected");
    failing((struct peer_step[]){PEER_GATE, PEER_END}, "",
            "step 1: GATE: the test did not open it in time");
}

struct tls_client {
    SSL_CTX *ctx;
    SSL_SESSION *session;
};

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    struct tls_client *client = SSL_get_app_data(ssl);

    SSL_SESSION_free(client->session);
    client->session = session;
    return 1;
}

static void tls_exchange(struct tls_client *client, int port, const char *want, int want_error)
{
    SSL *ssl = SSL_new(client->ctx);
    int fd = connect_loopback(port);
    char answer[10] = "";
    int got;

    SSL_set_app_data(ssl, (char *)client);
    SSL_set_fd(ssl, fd);
    SSL_set_tlsext_host_name(ssl, "a.example");
    SSL_set_alpn_protos(ssl, (const unsigned char *)"\x08http/1.1", 9);
    if (client->session != NULL)
        SSL_set_session(ssl, client->session);
    is(SSL_connect(ssl), 1, "a TLS handshake");
    SSL_write(ssl, "a", 1);
    SSL_read(ssl, answer, sizeof answer);
    is_str(answer, want, "bytes over TLS");
    got = SSL_read(ssl, answer, sizeof answer);
    is(SSL_get_error(ssl, got), want_error, "the end is as asked for");
    SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(ssl);
    close(fd);
}

static void check_tls(int version)
{
    struct cert *leaf = cert_make_local(cert_make_ca("ca"));
    struct tls_client client = {.ctx = SSL_CTX_new(TLS_client_method())};
    struct peer_tls tls = {.certificate = cert_file(leaf),
                           .key = cert_key_file(leaf),
                           .alpn = "http/1.1",
                           .min_version = version,
                           .max_version = version};
    struct peer *peer = peer_start_tls(
        &tls, (struct peer_step[]){PEER_EXPECT("a"), PEER_SEND("b"), PEER_CLOSE, PEER_ACCEPT,
                                   PEER_EXPECT("a"), PEER_SEND("c"), PEER_CUT, PEER_END});

    SSL_CTX_set_session_cache_mode(client.ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(client.ctx, keep_session);
    tls_exchange(&client, peer_port(peer), "b", SSL_ERROR_ZERO_RETURN);
    tls_exchange(&client, peer_port(peer), "c", SSL_ERROR_SSL);
    is(peer_handshakes(peer), 2, "two handshakes");
    is(peer_resumptions(peer), 1, "the second resumed the first's session");
    is_str(peer_sni(peer), "a.example", "the server name is known");
    is_str(peer_alpn_offered(peer), "http/1.1", "and the protocol offered");
    peer_finish(peer, "TLS");
    SSL_SESSION_free(client.session);
    SSL_CTX_free(client.ctx);
}

static void check_tls_later(void)
{
    struct cert *leaf = cert_make_local(cert_make_ca("ca"));
    struct peer_tls tls = {
        .certificate = cert_file(leaf), .key = cert_key_file(leaf), .later = true};
    struct peer *peer =
        peer_start_tls(&tls, (struct peer_step[]){PEER_EXPECT("clear"), PEER_NO_TLS, PEER_END});
    int fd = connect_loopback(peer_port(peer));

    say(fd, "clearthis is no TLS");
    shutdown(fd, SHUT_WR);
    peer_finish(peer, "a handshake that must fail");
    close(fd);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    check_exchange();
    check_gate();
    check_reset();
    check_other_kinds();
    check_fill();
    check_complaints();
    check_tls(TLS1_2_VERSION);
    check_tls(TLS1_3_VERSION);
    check_tls_later();
    return done_testing();
}
