/* SPDX-License-Identifier: MIT */
/* Where a connection goes, as it is said: host and port, and the settings of the seed's
 * constructor. */
#include <arpa/inet.h>
#include <libhttp/http.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/modes.h"
#include "support/syscalls.h"
#include "tap.h"

struct good {
    const char *id;
    const char *text;
    int32_t port; /* given, or LIBHTTP_PORT_DEFAULT */
    bool tls;
    const char *host;
    int32_t want;
};

static const struct good goods[] = {
    {"C-1", "h", -1, false, "h", 80},
    {"C-1", "h:81", -1, false, "h", 81},
    {"C-1", "h", 81, false, "h", 81},
    {"C-1", "h", -1, true, "h", 443},
    {"C-1", "h:444", -1, true, "h", 444},
    {"C-3", "[::1]:81", -1, false, "::1", 81},
    {"C-3", "[::1]", -1, false, "::1", 80},
    {"C-3", "[::1]", 81, false, "::1", 81},
    {"C-5", "::1", -1, false, "::1", 80},
    {"C-5", "2001:db8::1:80", -1, false, "2001:db8::1:80", 80},
    {"C-5", "::1", 81, false, "::1", 81},
    {"C-6", "h:0", -1, false, "h", 0},
    {"C-6", "h:65535", -1, false, "h", 65535},
    {"C-6", "h:00080", -1, false, "h", 80},
    {"C-6", "h", 0, false, "h", 0},
    {"C-36", "my_service", -1, false, "my_service", 80},
    {"C-1", "192.0.2.1:8080", -1, false, "192.0.2.1", 8080},
};

static void test_good(void)
{
    for (size_t i = 0; i < sizeof goods / sizeof goods[0]; i++) {
        const struct good *g = &goods[i];
        libhttp_connection *c;

        libhttp_connection_new(&c);
        if (g->tls)
            libhttp_connection_set_tls(c, libhttp_tls_config_default());
        is(libhttp_connection_set_host(c, g->text, -1, g->port), LIBHTTP_OK, "%s (\"%s\", %d)",
           g->id, g->text, g->port);
        is_str(libhttp_connection_host(c), g->host, "%s its host", g->id);
        is(libhttp_connection_port(c), g->want, "%s its port", g->id);
        libhttp_connection_free(c);
    }
}

struct bad {
    const char *id;
    const char *text;
    int64_t length;
    int32_t port;
};

#define BAD(id, text, port)                                                                        \
    {                                                                                              \
        id, "" text, sizeof(text) - 1, port                                                        \
    }

static const struct bad bads[] = {
    BAD("C-2", "h:", -1),
    BAD("C-2", "h:x", -1),
    BAD("C-2", "user:password@host", -1),
    BAD("C-2", "http://a", -1),
    BAD("C-2", "h:80x", -1),
    BAD("C-4", "h:80", 81),
    BAD("C-5", "[::1", -1),
    BAD("C-5", "::1]", -1),
    BAD("C-5", "[::1]x", -1),
    BAD("C-5", "[", -1),
    BAD("C-5", "[]", -1),
    BAD("C-5", "[h]", -1),
    BAD("C-6", "h:+80", -1),
    BAD("C-6", "h: 80", -1),
    BAD("C-6", "h:8_0", -1),
    BAD("C-6", "h:-1", -1),
    BAD("C-6", "h:99999", -1),
    BAD("C-6", "h:65536", -1),
    BAD("C-6", "h:80 ", -1),
    BAD("C-6", "[::1]:", -1),
    BAD("C-6", "h:99999999999999999999", -1),
    BAD("C-7", "", -1),
    BAD("C-7", "h\r\nX: y", -1),
    BAD("C-7", "h ", -1),
    BAD("C-7", " h", -1),
    BAD("C-7", "h\x7f", -1),
    BAD("C-7 T-3", "a@b", -1),
    BAD("C-7 T-3", "a/b", -1),
    BAD("C-7 T-3", "a?b", -1),
    BAD("C-7 T-3", "a#b", -1),
    BAD("C-7 T-3", "a\\b", -1),
    BAD("C-7 T-3", "a%2fb", -1),
    BAD("C-7 T-3", "a%00", -1),
    BAD("C-7 T-3", "[::1%]", -1),
    BAD("C-7 T-3", "a]b", -1),
    BAD("C-7 T-3", "a[b", -1),
    BAD("C-7 T-3", "192.0.2.1%eth0", -1),
};

static void refuse(const struct bad *b)
{
    libhttp_connection *c;
    libhttp_response *r = NULL;

    libhttp_connection_new(&c);
    libhttp_connection_set_host(c, "good.example", -1, -1);
    is(libhttp_connection_set_host(c, b->text, b->length, b->port), LIBHTTP_E_INVALID_URL,
       "%s \"%.20s\" is refused", b->id, b->text[0] > ' ' ? b->text : "(unprintable)");
    ok(libhttp_connection_error(c)[0] != '\0', "%s with a sentence", b->id);
    is(libhttp_connection_putrequest(c, "GET", -1, "/", -1, 0), LIBHTTP_E_NOT_CONNECTED,
       "%s and nothing goes to the host before", b->id);
    ok(libhttp_connection_connect(c) < 0 && libhttp_connection_getresponse(c, &r) < 0,
       "%s nor connects", b->id);
    is(libhttp_connection_set_host(c, "good.example", -1, -1), LIBHTTP_OK,
       "%s until it is set right", b->id);
    is(libhttp_connection_putrequest(c, "GET", -1, "/", -1, 0), LIBHTTP_OK, "%s then it is fine",
       b->id);
    libhttp_connection_free(c);
}

static void test_bad(void)
{
    libhttp_connection *c;

    for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++)
        refuse(&bads[i]);
    for (int byte = 1; byte <= 0x21; byte++) {
        char text[] = "h?x";
        struct bad b = {"C-7 T-3 (each control byte)", text, 3, -1};

        text[1] = (char)(byte == 0x21 ? 0x7f : byte);
        refuse(&b);
    }
    libhttp_connection_new(&c);
    is(libhttp_connection_set_host(c, "h\0x", 3, -1), LIBHTTP_E_INVALID_URL,
       "T-6 C-7 NUL in a host");
    is(libhttp_connection_set_host(c, "user:password@host", -1, -1), LIBHTTP_E_INVALID_URL, "C-2");
    contains(libhttp_connection_error(c), "'password@host'",
             "C-2 the offending text is in the message");
    is(libhttp_connection_set_host(c, "h:x", -1, -1), LIBHTTP_E_INVALID_URL, "C-2");
    contains(libhttp_connection_error(c), "x", "C-2 a bad port too");
    ok(libhttp_connection_set_host(c, "h", -1, 65536) < 0, "C-6 port 65536 by number");
    ok(libhttp_connection_set_host(c, "h", -1, -2) < 0, "C-6 port -2 by number");
    libhttp_connection_free(c);
}

static void test_settings(void)
{
    libhttp_connection *c;
    int32_t port = 0;

    libhttp_connection_new(&c);
    is(libhttp_connection_connect_timeout(c), 30000, "C-8 the default connect timeout");
    is(libhttp_connection_idle_timeout(c), 300000, "C-8 the default idle timeout");
    is(libhttp_connection_total_timeout(c), -1, "C-8 C-120 no total timeout by default");
    is(libhttp_connection_set_timeout(c, 1500), LIBHTTP_OK, "C-8 one timeout");
    is(libhttp_connection_connect_timeout(c), 1500, "C-8 sets connect");
    is(libhttp_connection_idle_timeout(c), 1500, "C-8 and idle");
    is(libhttp_connection_set_timeout(c, LIBHTTP_TIMEOUT_NONE), LIBHTTP_OK, "C-8 none");
    is(libhttp_connection_set_timeout(c, 0), LIBHTTP_E_INVALID_ARGUMENT, "C-8 0 is an error");
    is(libhttp_connection_set_timeout(c, -2), LIBHTTP_E_INVALID_ARGUMENT, "C-8 below -1 too");
    is(libhttp_connection_idle_timeout(c), -1, "C-8 a failure changes nothing");
    is(libhttp_connection_set_block_size(c, 100), LIBHTTP_OK, "C-10 block size");
    is(libhttp_connection_block_size(c), 100, "C-10 as set");
    is(libhttp_connection_set_block_size(c, 0), LIBHTTP_E_INVALID_ARGUMENT, "C-10 at least 1");
    is(libhttp_connection_max_headers(c), 100, "C-11 100 fields by default");
    is(libhttp_connection_set_max_headers(c, 5), LIBHTTP_OK, "C-11 settable");
    is(libhttp_connection_max_headers(c), 5, "C-11 as set");
    is(libhttp_connection_set_source_address(c, "127.0.0.1", -1, 0), LIBHTTP_OK,
       "C-8 source address");
    is_str(libhttp_connection_source_address(c, &port), "127.0.0.1", "C-8 as set");
    is(libhttp_connection_set_source_address(c, "localhost", -1, 0), LIBHTTP_E_INVALID_ARGUMENT,
       "C-8 no literal");
    is(libhttp_connection_fileno(c), -1, "C-98 no descriptor yet");
    libhttp_connection_free(c);
}

static void construct(void *context)
{
    libhttp_connection *c;

    (void)context;
    syscalls_begin();
    if (libhttp_connection_new(&c) < 0)
        _exit(1);
    libhttp_connection_set_tls(c, libhttp_tls_config_default());
    libhttp_connection_set_host(c, "h.example", -1, 443);
    libhttp_connection_set_tunnel(c, "t.example", -1, 443, NULL);
    libhttp_connection_putrequest(c, "GET", -1, "/", -1, 0);
    libhttp_connection_endheaders(c, 0);
    syscalls_end();
}

static void test_no_io(void)
{
    static struct syscalls calls;

    if (!syscalls_can_be_seen()) {
        skip("C-9 system calls can't be seen here");
        return;
    }
    is(syscalls_of(construct, NULL, &calls), 0, "C-9 a connection is made");
    is(syscalls_count(&calls, SYS_socket) + syscalls_count(&calls, SYS_connect) +
           syscalls_count(&calls, SYS_openat) + syscalls_count(&calls, SYS_sendto) +
           syscalls_count(&calls, SYS_write),
       0, "C-9 without input or output");
}

#define OK_BODY "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/* Over TCP: the options of the socket, and the address it comes from. */
static void test_socket(enum drive_mode mode)
{
    struct peer *peer = peer_start((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND(OK_BODY),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    struct sockaddr_in from = {0};
    socklen_t length = sizeof from, size = sizeof(int);
    int nodelay = 0, probes = 0;

    if (mode != DRIVE_CARRIED) {
        is(libhttp_connection_set_source_address(k->c, "127.0.0.3", -1, 0), LIBHTTP_OK,
           "C-8 a source, %s", k->name);
        is(libhttp_connection_set_keep_alive_probes(k->c, 1), LIBHTTP_OK, "C-137 probes on, %s",
           k->name);
    }
    client_get(k, "/", 200, "ok", "C-9 C-8 over TCP");
    if (mode != DRIVE_CARRIED) {
        int fd = libhttp_connection_fileno(k->c);

        getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &nodelay, &size);
        ok(nodelay != 0, "C-9 TCP_NODELAY is set, %s", k->name);
        getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &probes, &size);
        ok(probes != 0, "C-137 SO_KEEPALIVE is set, %s", k->name);
        getsockname(fd, (struct sockaddr *)&from, &length);
        is(ntohl(from.sin_addr.s_addr), 0x7f000003, "C-8 it comes from the source address, %s",
           k->name);
        contains(libhttp_connection_peer_address(k->c),
                 "127.0.0.1:", "C-137 C-126 the address given in advance, %s", k->name);
    }
    client_free(k);
    peer_finish(peer, "C-9 the peer's side, %s", drive_mode_name(mode));
}

/* Exactly as many fields as the limit says. */
static void test_max_headers(enum drive_mode mode)
{
    static char head[2][4000];
    struct peer *peer;
    struct client *k;
    libhttp_response *r = NULL;

    for (int i = 0; i < 2; i++) {
        size_t n =
            (size_t)snprintf(head[i], sizeof head[i], "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");

        for (int field = 0; field < 99 + i; field++)
            n += (size_t)snprintf(head[i] + n, sizeof head[i] - n, "X-%d: y\r\n", field);
        snprintf(head[i] + n, sizeof head[i] - n, "\r\n");
    }
    peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND_BYTES(head[0], strlen(head[0])),
        PEER_READ_HEAD,
        PEER_SEND_BYTES(head[1], strlen(head[1])),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    k = client_new(mode, peer, "h.example");
    client_get(k, "/", 200, "", "C-11 100 fields pass");
    client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    client_failed(k, client_getresponse(k, &r), LIBHTTP_E_TOO_MANY_HEADERS, "C-11 the 101st fails");
    client_free(k);
    peer_finish(peer, "C-11 the peer's side, %s", drive_mode_name(mode));
}

/* Verification is on by default; what was configured is trusted, ALPN and SNI are sent. */
static void test_tls(enum drive_mode mode)
{
    struct cert *ca = cert_make_ca("construction authority");
    struct cert *leaf = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("h.example")}});
    struct peer_tls tls = {
        .certificate = cert_file(leaf), .key = cert_key_file(leaf), .alpn = "http/1.1"};
    struct peer_options options = {.kind = PEER_UNIX, .tls = &tls};
    struct peer_tls later = tls;
    struct peer *peer;
    struct client *k;
    libhttp_tls_config *config;

    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_ca_file(config, cert_file(ca), -1);
    peer = peer_start_with(&options, (struct peer_step[]){
                                         PEER_EXPECT("GET / HTTP/1.1\r\nHost: h.example\r\n"
                                                     "Accept-Encoding: identity\r\n\r\n"),
                                         PEER_SEND(OK_BODY),
                                         PEER_EXPECT_CLOSE,
                                         PEER_END,
                                     });
    k = client_new(mode, peer, "h.example");
    libhttp_connection_set_tls(k->c, config);
    client_get(k, "/", 200, "ok", "C-13 C-35 over TLS, without a port in Host");
    is_str(peer_sni(peer), "h.example", "C-12 SNI is sent, %s", k->name);
    is_str(peer_alpn_offered(peer), "http/1.1", "C-13 ALPN is offered, %s", k->name);
    is_str(libhttp_connection_tls_alpn(k->c), "http/1.1", "C-13 and its choice readable, %s",
           k->name);
    client_free(k);
    peer_finish(peer, "C-13 the peer's side, %s", drive_mode_name(mode));
    libhttp_tls_config_free(config);

    later.later = true;
    options.tls = &later;
    peer = peer_start_with(&options, (struct peer_step[]){
                                         PEER_NO_TLS,
                                         PEER_END,
                                     });
    k = client_new(mode, peer, "h.example");
    libhttp_connection_set_tls(k->c, libhttp_tls_config_default());
    client_failed(k, client_connect(k), LIBHTTP_E_CERTIFICATE,
                  "C-13 T-40 the default configuration verifies");
    client_free(k);
    peer_finish(peer, "C-13 the handshake fails, %s", drive_mode_name(mode));
}

/* A request, and what becomes of it where `chosen` is what ALPN ends in. */
static void ask_by(enum drive_mode mode, const char *chosen, bool spoken)
{
    struct cert *ca = cert_make_ca("construction authority");
    struct cert *leaf = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("h.example")}});
    /* Told before the handshake's last bytes are carried. */
    bool told = mode == DRIVE_CARRIED && !spoken;
    struct peer_tls tls = {
        .certificate = cert_file(leaf), .key = cert_key_file(leaf), .alpn = chosen, .later = told};
    struct peer_options options = {.kind = PEER_UNIX, .tls = &tls};
    struct peer *peer = peer_start_with(
        &options, told     ? (struct peer_step[]){PEER_NO_TLS, PEER_END}
                  : spoken ? (struct peer_step[]){PEER_READ_HEAD, PEER_SEND(OK_BODY),
                                                  PEER_EXPECT_CLOSE, PEER_END}
                           : (struct peer_step[]){PEER_EXPECT_CLOSE, PEER_END});
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_tls_config *config;
    libhttp_response *r = NULL;
    int32_t status;

    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_ca_file(config, cert_file(ca), -1);
    libhttp_tls_config_set_alpn(config, "h2,http/1.0,http/1.1", -1);
    libhttp_connection_set_tls(k->c, config);
    status = client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    if (status == LIBHTTP_OK)
        status = client_getresponse(k, &r);
    is(status, spoken ? LIBHTTP_OK : LIBHTTP_E_UNSUPPORTED_PROTOCOL,
       "C-138 ALPN ended in \"%s\", %s", chosen, k->name);
    if (!spoken) {
        contains(libhttp_connection_error(k->c), chosen, "C-138 the sentence names it");
        is_str(libhttp_connection_error_detail(k->c, NULL), chosen, "C-138 and it is the detail");
        is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-138 C-23 and all is over");
    }
    libhttp_response_free(r);
    libhttp_tls_config_free(config);
    client_free(k);
    peer_finish(peer, "C-138 the peer of \"%s\", %s", chosen, drive_mode_name(mode));
}

static void test_alpn(enum drive_mode mode)
{
    ask_by(mode, "h2", false);
    ask_by(mode, "http/1.0", true);
    ask_by(mode, "http/1.1", true);
}

static void test_versions(void)
{
    char room[100];
    char number[50];
    int64_t length = 0;
    libhttp_connection *c;
    int ends[2];

    is_str(libhttp_version(), LIBHTTP_VERSION_STRING, "C-137 the version as string");
    is(libhttp_version_number(), LIBHTTP_VERSION_NUMBER, "C-137 as number");
    snprintf(number, sizeof number, "%d.%d.%d", LIBHTTP_VERSION_NUMBER >> 16,
             (LIBHTTP_VERSION_NUMBER >> 8) & 255, LIBHTTP_VERSION_NUMBER & 255);
    is_str(number, LIBHTTP_VERSION, "C-137 as macros");
    contains(libhttp_tls_library(), "OpenSSL 3", "C-137 the TLS library's name");
    is(libhttp_basic_credentials("Aladdin", -1, "open sesame", -1, room, sizeof room, &length),
       LIBHTTP_OK, "C-137 Basic credentials");
    is_mem(room, length, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", 34, "C-137 as a field's value");
    ok(libhttp_basic_credentials("a:b", -1, "c", -1, room, sizeof room, &length) < 0,
       "C-137 no colon in a user");
    libhttp_connection_new(&c);
    is(libhttp_connection_add_address(c, "127.0.0.1", -1), LIBHTTP_OK,
       "C-137 an address in advance");
    is(libhttp_connection_add_address(c, "::1", -1), LIBHTTP_OK, "C-137 another");
    is(libhttp_connection_add_address(c, "localhost", -1), LIBHTTP_E_INVALID_ARGUMENT,
       "C-137 names are none");
    is(libhttp_connection_address_count(c), 2, "C-137 both are kept");
    is(libhttp_connection_clear_addresses(c), LIBHTTP_OK, "C-137 and cleared");
    is(libhttp_connection_address_count(c), 0, "C-137 none is left");
    if (pipe(ends) != 0)
        bail_out("no pipe");
    is(libhttp_connection_set_fd(c, ends[0]), LIBHTTP_E_INVALID_ARGUMENT,
       "C-137 a pipe can't be adopted");
    is(libhttp_connection_set_fd(c, -1), LIBHTTP_E_INVALID_ARGUMENT, "C-137 nor -1");
    is(libhttp_connection_set_fd(c, 987654), LIBHTTP_E_INVALID_ARGUMENT,
       "C-137 nor what isn't open");
    is(close(ends[0]), 0, "C-137 T-33 it stays the caller's");
    close(ends[1]);
    libhttp_connection_free(c);
}

int main(void)
{
    test_good();
    test_bad();
    test_settings();
    test_no_io();
    test_versions();
    in_each_mode(test_socket);
    in_each_mode(test_max_headers);
    in_each_mode(test_tls);
    in_each_mode(test_alpn);
    return done_testing();
}
