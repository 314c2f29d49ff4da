/* SPDX-License-Identifier: MIT */
/*
 * Numbers that can't be: ports, times, limits, modes, flags, versions, lengths of bodies and rooms.
 * Each is refused by name, leaves the setting as it was, and sends nothing. (T-6)
 */
#include <libhttp/http.h>
#include <string.h>

#include "tap.h"

static libhttp_connection *c;
static libhttp_tls_config *tls;
static const char data[] = "data";

/* The call was refused and the sentence has the word. */
static void refused(int32_t status, const char *sentence, const char *word, const char *what)
{
    is(status, LIBHTTP_E_INVALID_ARGUMENT, "T-6 %s is refused", what);
    contains(sentence, word, "T-6 %s: by name", what);
}

#define REFUSED(call, word)                                                                        \
    do {                                                                                           \
        int32_t status_ = call;                                                                    \
        refused(status_, libhttp_connection_error(c), word, #call);                                \
    } while (0)
#define REFUSED_TLS(call, word)                                                                    \
    do {                                                                                           \
        int32_t status_ = libhttp_tls_config_##call;                                               \
        refused(status_, libhttp_tls_config_error(tls), word, #call);                              \
    } while (0)

struct setting {
    const char *name;
    int32_t (*set)(libhttp_connection *c, int64_t value);
    int64_t (*get)(const libhttp_connection *c);
    int64_t initial, least, most;
    const char *word;
};

static const struct setting settings[] = {
    {"connect timeout", libhttp_connection_set_connect_timeout, libhttp_connection_connect_timeout,
     LIBHTTP_CONNECT_TIMEOUT_DEFAULT, 1, INT64_MAX, "connect timeout"},
    {"idle timeout", libhttp_connection_set_idle_timeout, libhttp_connection_idle_timeout,
     LIBHTTP_IDLE_TIMEOUT_DEFAULT, 1, INT64_MAX, "idle timeout"},
    {"total timeout", libhttp_connection_set_total_timeout, libhttp_connection_total_timeout,
     LIBHTTP_TOTAL_TIMEOUT_DEFAULT, 1, INT64_MAX, "total timeout"},
    {"continue timeout", libhttp_connection_set_continue_timeout,
     libhttp_connection_continue_timeout, LIBHTTP_CONTINUE_TIMEOUT_DEFAULT, 1, INT64_MAX,
     "continue timeout"},
    {"timeout", libhttp_connection_set_timeout, libhttp_connection_idle_timeout,
     LIBHTTP_IDLE_TIMEOUT_DEFAULT, 1, INT64_MAX, "timeout"},
    {"max_line", libhttp_connection_set_max_line, libhttp_connection_max_line,
     LIBHTTP_MAX_LINE_DEFAULT, 1, 1 << 30, "max_line"},
    {"max_headers", libhttp_connection_set_max_headers, libhttp_connection_max_headers,
     LIBHTTP_MAX_HEADERS_DEFAULT, 1, 1 << 30, "max_headers"},
    {"max_head", libhttp_connection_set_max_head, libhttp_connection_max_head,
     LIBHTTP_MAX_HEAD_DEFAULT, 1, 1 << 30, "max_head"},
    {"max_interim", libhttp_connection_set_max_interim, libhttp_connection_max_interim,
     LIBHTTP_MAX_INTERIM_DEFAULT, 1, 1 << 30, "max_interim"},
    {"max_drain", libhttp_connection_set_max_drain, libhttp_connection_max_drain,
     LIBHTTP_MAX_DRAIN_DEFAULT, 0, 1 << 30, "max_drain"},
    {"block_size", libhttp_connection_set_block_size, libhttp_connection_block_size,
     LIBHTTP_BLOCK_SIZE_DEFAULT, 1, 1 << 30, "block_size"},
};

static void test_settings(void)
{
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        const struct setting *s = &settings[i];
        int64_t bad[] = {s->least - 1, INT64_MIN, -2, s->most < INT64_MAX ? s->most + 1 : -3};

        is(s->get(c), s->initial, "C-8 C-10 C-11 C-71 %s has its default", s->name);
        for (size_t j = 0; j < 4; j++) {
            is(s->set(c, bad[j]), LIBHTTP_E_INVALID_ARGUMENT, "C-8 T-6 %s can't be %lld", s->name,
               (long long)bad[j]);
            contains(libhttp_connection_error(c), s->word, "T-6 %s: by name", s->name);
        }
        is(s->get(c), s->initial, "T-6 %s is as it was", s->name);
        is(s->set(c, s->most), LIBHTTP_OK, "C-11 %s can be its most", s->name);
        is(s->get(c), s->most, "C-11 %s is its most then", s->name);
        is(s->set(c, s->least), LIBHTTP_OK, "C-11 %s can be its least", s->name);
        is(s->set(c, s->initial), LIBHTTP_OK, "C-11 %s goes back", s->name);
    }
}

static void test_ports(void)
{
    static const int32_t ports[] = {-2, 65536, 99999, INT32_MAX, INT32_MIN};

    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        ok(libhttp_connection_set_host(c, "h", -1, ports[i]) < 0, "C-6 port %d is refused",
           (int)ports[i]);
        contains(libhttp_connection_error(c), "port", "C-6 by name");
        ok(libhttp_connection_set_tunnel(c, "h", -1, ports[i], NULL) < 0,
           "C-6 a tunnel's port %d is refused", (int)ports[i]);
        contains(libhttp_connection_error(c), "port", "C-6 by name");
        REFUSED(libhttp_connection_set_source_address(c, "127.0.0.1", -1, ports[i]), "port");
    }
    is(libhttp_connection_putrequest(c, "GET", -1, "/", -1, 0), LIBHTTP_E_NOT_CONNECTED,
       "T-3 after a refused host nothing begins");
    is(libhttp_connection_set_host(c, "h", -1, 0), LIBHTTP_OK, "C-6 port 0 is one");
    is(libhttp_connection_set_host(c, "h", -1, 65535), LIBHTTP_OK, "C-6 port 65535 is one");
}

static void test_switches(void)
{
    REFUSED(libhttp_connection_set_mode(c, 2), "mode");
    REFUSED(libhttp_connection_set_mode(c, -1), "mode");
    REFUSED(libhttp_connection_set_auto_open(c, 2), "on");
    REFUSED(libhttp_connection_set_strict_reuse(c, -1), "on");
    REFUSED(libhttp_connection_set_keep_alive_probes(c, 2), "on");
    REFUSED(libhttp_connection_set_debuglevel(c, -1), "level");
    REFUSED(libhttp_connection_set_debug_fd(c, -2), "fd");
    REFUSED(libhttp_connection_set_fd(c, -1), "descriptor");
    REFUSED(libhttp_connection_set_fd(c, 1000000), "descriptor");
    is(libhttp_connection_time(c, -1), -1, "T-6 no time -1");
    is(libhttp_connection_time(c, 6), -1, "T-6 no time 6");
    is(libhttp_connection_interim_status(c, INT32_MIN), 0, "T-6 no interim response -2^31");
    ok(!libhttp_connection_interim_headers(c, INT32_MAX), "T-6 nor 2^31 - 1");
    ok(!libhttp_constant_name(-1) && !libhttp_constant_name(INT32_MAX), "T-6 constants end");
    is(libhttp_error_at(-1), 0, "T-6 errors begin at 0");
    is(libhttp_status_at(INT32_MAX), 0, "T-6 and statuses end");
    REFUSED_TLS(set_minimum_version(tls, 0x0302), "version");
    REFUSED_TLS(set_maximum_version(tls, 0x0305), "version");
    REFUSED_TLS(set_verify_peer(tls, 2), "on");
    REFUSED_TLS(set_verify_host(tls, -1), "on");
    REFUSED_TLS(set_session_resumption(tls, 2), "on");
    REFUSED_TLS(set_system_store(tls, INT32_MIN), "on");
    is(libhttp_tls_config_verify_peer(tls), 1, "T-43 verification is as it was");
    is(libhttp_tls_config_verify_host(tls), 1, "T-43 that of the host too");
}

static void test_requests(void)
{
    int64_t sent;

    REFUSED(libhttp_connection_putrequest(c, "GET", -1, "/", -1, 4), "skip");
    REFUSED(libhttp_connection_putrequest(c, "GET", -1, "/", -1, -1), "skip");
    REFUSED(libhttp_connection_request(c, "PUT", -1, "/", -1, NULL, data, -1), "body");
    REFUSED(libhttp_connection_request(c, "PUT", -1, "/", -1, NULL, data, -4), "body");
    REFUSED(libhttp_connection_request(c, "PUT", -1, "/", -1, NULL, data, INT64_MIN), "body");
    REFUSED(libhttp_connection_request(c, "PUT", -1, "/", -1, NULL, NULL, 4), "body");
    REFUSED(libhttp_connection_request_pieces(c, "PUT", -1, "/", -1, NULL, -1), "length");
    REFUSED(libhttp_connection_request_pieces(c, "PUT", -1, "/", -1, NULL, INT64_MIN), "length");
    REFUSED(libhttp_connection_request_fd(c, "PUT", -1, "/", -1, NULL, 0, -1), "length");
    REFUSED(libhttp_connection_request_fd(c, "PUT", -1, "/", -1, NULL, 0, INT64_MIN), "length");
    ok(libhttp_connection_request_fd(c, "PUT", -1, "/", -1, NULL, -1, 4) < 0,
       "T-6 no descriptor -1");
    contains(libhttp_connection_error(c), "fd", "T-6 by name");
    is(libhttp_connection_state(c), LIBHTTP_STATE_IDLE, "T-6 no request has begun");
    libhttp_connection_putrequest(c, "PUT", -1, "/", -1, 0);
    libhttp_connection_putheader(c, "Content-Length", -1, "4", -1);
    REFUSED(libhttp_connection_endheaders(c, 2), "flags");
    is(libhttp_connection_state(c), LIBHTTP_STATE_REQUEST_STARTED, "T-6 the head isn't ended");
    is(libhttp_connection_endheaders(c, 0), LIBHTTP_OK, "T-6 it can be");
    REFUSED(libhttp_connection_send(c, data, -1, &sent), "data");
    REFUSED(libhttp_connection_send(c, NULL, 4, &sent), "data");
    REFUSED(libhttp_connection_send_fd(c, 0, -1, &sent), "length");
    REFUSED(libhttp_connection_send(c, data, 4, NULL), "ret_sent");
}

/* The head and the body, and nothing of what was refused. */
static void test_nothing_sent(void)
{
    static const char wanted[] = "PUT / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: identity\r\n"
                                 "Content-Length: 4\r\n\r\ndata";
    libhttp_response *response = NULL;
    const void *out;
    int64_t length, sent = 0;

    is(libhttp_connection_send(c, data, 4, &sent), LIBHTTP_OK, "T-6 the body can be sent after it");
    is(libhttp_connection_getresponse(c, &response), LIBHTTP_AGAIN, "T-6 its answer awaited");
    is(libhttp_connection_take(c, &out, &length), LIBHTTP_OK, "T-6 what was sent");
    is_mem(out, length, wanted, sizeof wanted - 1, "T-6 is the request and nothing else");
    REFUSED(libhttp_connection_took(c, length + 1), "length");
    REFUSED(libhttp_connection_took(c, -1), "length");
    REFUSED(libhttp_connection_feed(c, data, -1, &sent), "data");
}

int main(void)
{
    if (libhttp_connection_new(&c) < 0 || libhttp_tls_config_new(&tls) < 0)
        bail_out("no handles");
    test_settings();
    test_ports();
    test_switches();
    libhttp_connection_set_tunnel(c, NULL, 0, 0, NULL);
    libhttp_connection_set_host(c, "h", -1, 80);
    libhttp_connection_set_carried(c);
    test_requests();
    test_nothing_sent();
    libhttp_connection_free(c);
    libhttp_tls_config_free(tls);
    return done_testing();
}
