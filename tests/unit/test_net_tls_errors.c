/* SPDX-License-Identifier: MIT */
/* The host's OpenSSL error queue is the same before and after every call (T-54). */
#include "net/tls_errors.h"

#include <libhttp/tls_config.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "client/tls_access.h"
#include "net/tls_link.h"
#include "support/counts.h"
#include "support/tls_pair.h"
#include "tap.h"

static struct cert *ca, *leaf;

/* Puts n errors of all kinds into the queue. */
static void seed(int n)
{
    ERR_clear_error();
    for (int i = 0; i < n; i++) {
        ERR_new();
        ERR_set_debug("host.c", 100 + i, "host_function");
        if (i % 3 == 0)
            ERR_set_error(ERR_LIB_USER, 200 + i, "number %d of the host's", i);
        else if (i % 3 == 1)
            ERR_set_error(ERR_LIB_SSL, SSL_R_CERTIFICATE_VERIFY_FAILED, NULL);
        else
            ERR_set_error(ERR_LIB_SYS, 2, NULL);
    }
}

/* The queue as text; it is used up. */
static void drain(char *text, size_t size)
{
    const char *file, *function, *data;
    int line, flags;
    unsigned long code;
    size_t at = 0;

    text[0] = '\0';
    while ((code = ERR_get_error_all(&file, &line, &function, &data, &flags)) != 0)
        at += (size_t)snprintf(text + at, size - at, "%lx %s:%d %s '%s'\n", code, file, line,
                               function, flags & ERR_TXT_STRING ? data : "");
}

static char wanted[8192];
static int seeds = 5;

static void before(void)
{
    seed(seeds);
    drain(wanted, sizeof wanted);
    seed(seeds);
}

static void after(const char *what)
{
    char got[8192];

    drain(got, sizeof got);
    is_str(got, wanted, "T-54 %s leaves %d errors of the host's as they were", what, seeds);
}

static void test_hiding(void)
{
    struct host_errors *hidden;

    before();
    hidden = host_errors_hide();
    is(ERR_peek_error(), 0, "T-54 the queue is empty meanwhile");
    for (int i = 0; i < 40; i++)
        ERR_raise(ERR_LIB_USER, 300 + i);
    host_errors_restore(hidden);
    after("an overflow");
}

/* Without memory to copy them: ours go, the host's stay. */
static void test_no_memory(void)
{
    struct host_errors *hidden;

    if (!malloc_is_counted())
        return;
    before();
    malloc_fail_at(1, false);
    hidden = host_errors_hide();
    malloc_fail_at(0, false);
    for (int i = 0; i < 3; i++)
        ERR_raise(ERR_LIB_USER, 300 + i);
    host_errors_restore(hidden);
    after("no memory");
}

/* One call of each kind, with success and failure. */
static void test_link(int version)
{
    struct tls_pair pair;
    libhttp_tls_config *config = tls_pair_config(ca);
    struct tls_peer peer = {.name = "a.example", .session_key = "a"};
    struct tls_info info;
    char room[16];
    size_t n;
    int32_t status;

    tls_pair_init(&pair, leaf, &(struct tls_pair_options){.version = version});
    before();
    tls_new(pair.memory, tls_config_context(config), &peer, &pair.net.io, &pair.tls,
            &pair.net.failure);
    after("making a link");
    do {
        before();
        status = transport_advance(pair.tls, 1, &pair.net.failure);
        after("a step of the handshake");
        ERR_clear_error();
        tls_pair_to_server(&pair, 0);
        SSL_do_handshake(pair.server);
        tls_pair_to_client(&pair, 0);
    } while (status == LIBHTTP_AGAIN);
    is(status, LIBHTTP_OK, "the handshake succeeds with errors in the queue");
    before();
    status = net_write(&pair.net, pair.tls, "x", 1, &n);
    after("writing");
    is(status, LIBHTTP_OK, "which succeeds");
    before();
    status = net_read(&pair.net, pair.tls, room, sizeof room, &n);
    after("reading nothing");
    is(status, LIBHTTP_AGAIN, "T-54 the host's errors are not taken for one");
    ERR_clear_error();
    tls_pair_say(&pair, "xy", 2);
    before();
    status = net_read(&pair.net, pair.tls, room, 1, &n);
    after("reading");
    is(status, LIBHTTP_OK, "which succeeds");
    before();
    transport_has_input(pair.tls);
    tls_info(pair.tls, &info);
    tls_peer_certificate(pair.tls);
    transport_look(pair.tls, &pair.net.failure);
    transport_trim(pair.tls);
    after("asking and looking");
    memory_feed(pair.memory,
                "\x17\x03\x03\0\x20"
                "................................",
                37, &n, &pair.net.failure);
    before();
    net_read(&pair.net, pair.tls, room, sizeof room, &n);
    status = net_read(&pair.net, pair.tls, room, sizeof room, &n);
    after("a broken record");
    is(status, LIBHTTP_E_TLS, "which fails");
    before();
    transport_free(pair.tls, false);
    after("freeing");
    pair.tls = pair.memory = NULL;
    tls_pair_done(&pair);
    before();
    libhttp_tls_config_free(config);
    after("freeing the configuration");
}

/* As OpenSSL may do about a message that it understands all the same. */
static void leave_an_error(int sent, int version, int type, const void *data, size_t length,
                           SSL *ssl, void *what)
{
    (void)version;
    (void)data;
    (void)length;
    (void)ssl;
    (void)what;
    if (!sent && type == SSL3_RT_HANDSHAKE)
        ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
}

/* A key update comes with data: reading goes well, and so does writing, where it is answered. */
static void test_key_update(void)
{
    struct tls_pair pair;
    libhttp_tls_config *config = tls_pair_config(ca);
    char room[16];
    size_t n = 0;

    tls_pair_init(&pair, leaf, &(struct tls_pair_options){.version = TLS1_3_VERSION});
    tls_pair_open(&pair, config, "a.example", NULL);
    SSL_set_msg_callback(tls_of(pair.tls)->ssl, leave_an_error);
    is(SSL_key_update(pair.server, SSL_KEY_UPDATE_REQUESTED), 1, "the server wants new keys");
    tls_pair_say(&pair, "xyz", 3);
    before();
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_OK, "the data is read");
    after("a key update before data");
    is((intmax_t)n, 3, "all of it");
    before();
    is(net_write(&pair.net, pair.tls, "x", 1, &n), LIBHTTP_OK, "and answered");
    after("writing after it");
    ERR_clear_error();
    tls_pair_done(&pair);
    libhttp_tls_config_free(config);
}

static void test_refusal(void)
{
    struct tls_pair pair;
    libhttp_tls_config *config = NULL;
    struct tls_peer peer = {.name = "b.example"};
    int32_t status;

    libhttp_tls_config_new(&config);
    tls_pair_init(&pair, leaf, &(struct tls_pair_options){.version = 0});
    tls_new(pair.memory, tls_config_context(config), &peer, &pair.net.io, &pair.tls,
            &pair.net.failure);
    do {
        before();
        status = transport_advance(pair.tls, 1, &pair.net.failure);
        after("a handshake that is refused");
        ERR_clear_error();
        tls_pair_to_server(&pair, 0);
        SSL_do_handshake(pair.server);
        tls_pair_to_client(&pair, 0);
    } while (status == LIBHTTP_AGAIN);
    is(status, LIBHTTP_E_CERTIFICATE, "it is refused");
    tls_pair_done(&pair);
    libhttp_tls_config_free(config);
}

static void test_setters(void)
{
    libhttp_tls_config *config = NULL;

    libhttp_tls_config_new(&config);
    before();
    libhttp_tls_config_set_ca_file(config, "/nowhere", -1);
    libhttp_tls_config_set_ca_file(config, "/etc/passwd", -1);
    libhttp_tls_config_set_ca_file(config, cert_file(ca), -1);
    libhttp_tls_config_add_ca_data(config, "rubbish", 7);
    libhttp_tls_config_set_ciphers(config, "NOTHING", -1);
    libhttp_tls_config_set_ciphersuites(config, "NOTHING", -1);
    libhttp_tls_config_set_client_certificate(config, cert_file(leaf), -1, "/etc/passwd", -1, NULL,
                                              0);
    after("a setter that fails");
    libhttp_tls_config_free(config);
}

int main(void)
{
    ca = cert_make_ca("test authority");
    leaf = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("a.example")}});
    for (seeds = 0; seeds <= 15; seeds += 5) {
        test_hiding();
        test_link(TLS1_3_VERSION);
        test_link(TLS1_2_VERSION);
        test_key_update();
        test_refusal();
        test_setters();
    }
    seeds = 5;
    test_no_memory();
    return done_testing();
}
