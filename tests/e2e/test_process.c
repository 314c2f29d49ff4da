/* SPDX-License-Identifier: MIT */
/* The process around the library: signals, locales, descriptors, OpenSSL's error queue. */
#include <fcntl.h>
#include <locale.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <wctype.h>

#include "support/certs.h"
#include "support/conn.h"
#include "support/counts.h"
#include "support/peer.h"
#include "support/tempdir.h"
#include "tap.h"

static libhttp_tls_config *config;
static struct peer_tls tls;

#define ANSWER PEER_READ_HEAD, PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

static atomic_int sigpipes;

static void on_sigpipe(int number)
{
    (void)number;
    atomic_fetch_add(&sigpipes, 1);
}

/* How a body leaves for a peer that has gone. */
enum by { BY_SEND, BY_FILE };

static void test_sigpipe(bool with_tls, enum by by)
{
    /* A reset behind a FIN is EPIPE to whoever sends, with a signal where it isn't kept away. */
    static const struct peer_step steps[] = {PEER_READ_HEAD, PEER_SHUTDOWN, PEER_DELAY(20),
                                             PEER_RESET, PEER_END};
    static char data[1 << 16];
    struct peer *peer = with_tls ? peer_start_tls(&tls, steps) : peer_start(steps);
    libhttp_connection *c = conn_new(peer_port(peer), LIBHTTP_MODE_BLOCKING);
    char *path = tempdir_write("data", data, sizeof data);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int32_t status;

    if (with_tls)
        libhttp_connection_set_tls(c, config);
    status = libhttp_connection_request_pieces(c, "PUT", -1, "/", -1, NULL, 1 << 30);
    for (int i = 0; i < 1000 && status >= 0; i++) {
        lseek(fd, 0, SEEK_SET);
        status = by == BY_FILE ? libhttp_connection_send_fd(c, fd, sizeof data, NULL)
                               : libhttp_connection_send(c, data, sizeof data, NULL);
    }
    ok(status == LIBHTTP_E_OS || status == LIBHTTP_E_TLS,
       "T-38 a %s to a peer that has gone fails%s: %s", by == BY_FILE ? "file" : "body",
       with_tls ? " over TLS" : "", libhttp_connection_error(c));
    is(atomic_load(&sigpipes), 0, "T-38 and raises no signal");
    libhttp_connection_free(c);
    close(fd);
    free(path);
    peer_kill(peer);
}

/* Made here where the machine has none. */
static bool turkish(void)
{
    char command[400];

    if (setlocale(LC_ALL, "tr_TR.UTF-8"))
        return true;
    snprintf(command, sizeof command,
             "localedef -i tr_TR -f UTF-8 '%.200s/tr_TR.UTF-8' >/dev/null 2>&1", tempdir());
    if (system(command) == 0)
        setenv("LOCPATH", tempdir(), 1);
    return setlocale(LC_ALL, "tr_TR.UTF-8");
}

/* Letters that a locale sees otherwise: in Turkish "I" is no capital "i". */
static void test_locale(void)
{
    static const struct peer_step steps[] = {
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 2\r\nCONNECTION: KEEP-ALIVE\r\n"
                  "X-I: 1\r\n\r\nhi"),
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: CHUNKED\r\n\r\n2\r\nhi\r\n0\r\n\r\n"),
        PEER_WAIT_CLOSE,
        PEER_END,
    };
    bool there = turkish(); /* which may take longer than a peer waits */
    struct peer *peer;
    libhttp_connection *c;
    libhttp_response *r = NULL;
    const char *value;
    char body[8];

    if (!there) {
        skip("T-39 there is no Turkish locale, nor the package locales to make it of");
        return;
    }
    ok(towlower(L'I') != L'i', "T-39 in a Turkish locale i isn't the small I");
    peer = peer_start(steps);
    c = conn_new(peer_port(peer), LIBHTTP_MODE_BLOCKING);
    is(conn_ask(c, "GET", "/", &r), LIBHTTP_OK, "T-39 there a response");
    libhttp_response_getheader(r, "x-i", -1, NULL, 0, &value, NULL);
    is_str(value, "1", "T-39 names are compared without case, and without a locale");
    is(conn_read(c, r, body, sizeof body), 2, "T-39 Content-Length is known");
    ok(libhttp_connection_is_open(c), "T-39 keep-alive too");
    libhttp_response_free(r);
    is(conn_get(c, "/", body, sizeof body), 2, "T-39 chunked too");
    setlocale(LC_ALL, "C");
    libhttp_connection_free(c);
    peer_finish(peer, "T-39 the peer");
}

/* Numbers over 1,024, which select could not stand. */
static void test_many_descriptors(bool with_tls, int32_t mode)
{
    static const struct peer_step steps[] = {ANSWER, PEER_WAIT_CLOSE, PEER_END};
    struct peer *peer = with_tls ? peer_start_tls(&tls, steps) : peer_start(steps);
    libhttp_connection *c = conn_new(0, mode);
    int fds[1100], count = 0;
    char body[8];

    libhttp_connection_set_host(c, "127.0.0.1", -1, peer_port(peer));
    libhttp_connection_add_address(c, "127.0.0.2", -1);
    libhttp_connection_add_address(c, "127.0.0.1", -1);
    if (with_tls)
        libhttp_connection_set_tls(c, config);
    while (count < 1100 && (fds[count] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
        count++;
    is(count, 1100, "1,100 descriptors are open");
    is(conn_get(c, "/", body, sizeof body), 2, "T-33 a GET with descriptors over 1,024, %s%s: %s",
       conn_mode_name(mode), with_tls ? ", over TLS" : "", libhttp_connection_error(c));
    ok(libhttp_connection_fileno(c) > 1024, "T-33 it is number %d",
       (int)libhttp_connection_fileno(c));
    ok(fcntl(libhttp_connection_fileno(c), F_GETFD) & FD_CLOEXEC, "T-33 and has O_CLOEXEC");
    libhttp_connection_free(c);
    while (count > 0)
        close(fds[--count]);
    peer_finish(peer, "T-33 the peer");
}

/* The host's own errors wait in the queue, and stay. */
static void test_error_queue(bool works)
{
    static const struct peer_step good[] = {ANSWER, PEER_WAIT_CLOSE, PEER_END};
    static const struct peer_step bad[] = {PEER_NO_TLS, PEER_END};
    struct peer_tls later = tls;
    struct peer *peer;
    libhttp_connection *c;
    char body[8];
    unsigned long error;

    later.later = true;
    peer = peer_start_tls(works ? &tls : &later, works ? good : bad);
    c = conn_new(peer_port(peer), LIBHTTP_MODE_BLOCKING);
    libhttp_connection_set_tls(c, works ? config : libhttp_tls_config_default());
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 77);
    is(conn_get(c, "/", body, sizeof body), works ? 2 : LIBHTTP_E_CERTIFICATE,
       "T-54 an exchange %s: %s", works ? "goes well" : "fails", libhttp_connection_error(c));
    libhttp_connection_free(c);
    error = ERR_get_error();
    ok(ERR_GET_LIB(error) == ERR_LIB_USER && ERR_GET_REASON(error) == 77,
       "T-54 the host's error is still the first in the queue");
    is((intmax_t)ERR_get_error(), 0, "T-54 and the only one");
    peer_finish(peer, "T-54 the peer");
}

/* Settings of a live connection don't change behind its back (T-48). */
static void test_settings_of_the_living(void)
{
    static const struct peer_step steps[] = {ANSWER, ANSWER, PEER_WAIT_CLOSE, PEER_END};
    struct peer *peer = peer_start_tls(&tls, steps);
    libhttp_connection *c = conn_new(peer_port(peer), LIBHTTP_MODE_BLOCKING);
    libhttp_tls_config *other;
    char body[8];

    libhttp_tls_config_new(&other);
    libhttp_connection_set_tls(c, config);
    is(conn_get(c, "/", body, sizeof body), 2, "T-48 a connection over TLS");
    is(libhttp_connection_set_tls(c, other), LIBHTTP_E_STATE, "T-48 another configuration");
    is(libhttp_tls_config_set_verify_peer(config, 0), LIBHTTP_E_STATE,
       "T-48 a setting of the one that is in use");
    is(libhttp_tls_config_verify_peer(config), 1, "T-48 which stays");
    ok(libhttp_connection_tls(c) == config, "T-48 as the configuration does");
    is(conn_get(c, "/", body, sizeof body), 2, "T-48 the connection goes on");
    libhttp_connection_free(c);
    libhttp_tls_config_free(other);
    peer_finish(peer, "T-48 one connection");
}

int main(void)
{
    struct cert *ca = cert_make_ca("authority"), *leaf = cert_make_local(ca);
    struct sigaction action = {.sa_handler = on_sigpipe};
    struct rlimit files;
    int descriptors = count_descriptors();

    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < 4096 ? files.rlim_max : 4096;
    setrlimit(RLIMIT_NOFILE, &files);
    sigaction(SIGPIPE, &action, NULL);
    tls = (struct peer_tls){.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_ca_file(config, cert_file(ca), -1);
    for (int with_tls = 0; with_tls < 2; with_tls++) {
        test_sigpipe(with_tls, BY_SEND);
        test_sigpipe(with_tls, BY_FILE);
        test_many_descriptors(with_tls, LIBHTTP_MODE_BLOCKING);
        test_many_descriptors(with_tls, LIBHTTP_MODE_NONBLOCKING);
        test_error_queue(with_tls);
    }
    test_locale();
    test_settings_of_the_living();
    libhttp_tls_config_free(config);
    is(count_descriptors(), descriptors, "T-33 no descriptor is left open");
    return done_testing();
}
