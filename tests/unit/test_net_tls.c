/* SPDX-License-Identifier: MIT */
/* The link as a whole: handshake, exchange, end; what it tells; what is wrong with a handshake. */
#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "client/tls_access.h"
#include "support/fewer.h"
#include "support/tls_pair.h"
#include "tap.h"

static struct cert *ca, *leaf;
static const struct tls_pair_options any = {.version = 0};

/* A pair with its handshake done. */
static libhttp_tls_config *open_pair(struct tls_pair *pair, const struct tls_pair_options *options)
{
    libhttp_tls_config *config = tls_pair_config(ca);

    tls_pair_init(pair, leaf, options);
    if (!is(tls_pair_open(pair, config, "a.example", "a 443"), LIBHTTP_OK, "the handshake"))
        bail_out("%s", failure_text(&pair->net.failure));
    return config;
}

static void close_pair(struct tls_pair *pair, libhttp_tls_config *config)
{
    tls_pair_done(pair);
    libhttp_tls_config_free(config);
}

static void test_exchange(int version, size_t step)
{
    struct tls_pair pair;
    libhttp_tls_config *config =
        open_pair(&pair, &(struct tls_pair_options){.version = version, .step = step});
    char room[64];
    size_t n = 0;
    struct tls_info info;

    is(net_write(&pair.net, pair.tls, "ping", 4, &n), LIBHTTP_OK, "something is sent");
    is(n, 4, "all of it");
    n = tls_pair_hear(&pair, room, sizeof room);
    is_mem(room, n, "ping", 4, "and arrives");
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_AGAIN, "no answer yet");
    is(n, 4, "AGAIN leaves no trace");
    tls_pair_say(&pair, "pong", 4);
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_OK, "the answer");
    is_mem(room, n, "pong", 4, "arrives");
    tls_info(pair.tls, &info);
    is_str(info.version, version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3", "C-129 the version");
    ok(strlen(info.cipher) > 5, "C-129 the cipher: %s", info.cipher);
    ok(!info.resumed, "C-129 nothing was resumed");
    ok(info.handshaken_at > 0, "C-132 when the handshake was complete");
    is_str(SSL_get_servername(pair.server, TLSEXT_NAMETYPE_host_name), "a.example", "C-12 SNI");
    close_pair(&pair, config);
}

static void test_certificate(void)
{
    struct tls_pair pair;
    libhttp_tls_config *config = tls_pair_config(ca);
    struct span der;
    size_t length;
    const unsigned char *want = cert_der(leaf, &length);
    struct tls_peer peer = {.name = "a.example"};
    struct tls_info info;

    tls_pair_init(&pair, leaf, &any);
    is(tls_new(pair.memory, tls_config_context(config), &peer, &pair.net.io, &pair.tls,
               &pair.net.failure),
       LIBHTTP_OK, "a link");
    is(tls_peer_certificate(pair.tls).length, 0, "C-129 no certificate before the handshake");
    tls_info(pair.tls, &info);
    is_str(info.version, "", "C-129 nor a version");
    is_str(info.cipher, "", "C-129 nor a cipher");
    is(tls_pair_shake_hands(&pair), LIBHTTP_OK, "the handshake");
    der = tls_peer_certificate(pair.tls);
    is_mem(der.data, der.length, want, length, "C-129 the peer's certificate in DER");
    ok(tls_peer_certificate(pair.tls).data == der.data, "C-129 made once");
    close_pair(&pair, config);
}

static void test_alpn(void)
{
    static const struct {
        const char *offer, *choice, *chosen;
    } rows[] = {
        {NULL, "http/1.1", "http/1.1"}, {NULL, NULL, ""}, {"h2, http/1.1", "h2", "h2"},
        {"h2,http/1.1", NULL, ""},      {"", "h2", ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tls_pair pair;
        libhttp_tls_config *config = tls_pair_config(ca);
        struct tls_info info;

        if (rows[i].offer)
            libhttp_tls_config_set_alpn(config, rows[i].offer, -1);
        tls_pair_init(&pair, leaf, &(struct tls_pair_options){.alpn = rows[i].choice});
        is(tls_pair_open(&pair, config, "a.example", NULL), LIBHTTP_OK, "C-13 with ALPN");
        tls_info(pair.tls, &info);
        is_mem(info.alpn.data, info.alpn.length, rows[i].chosen, strlen(rows[i].chosen),
               "C-138 C-129 what ALPN ended in");
        close_pair(&pair, config);
    }
}

/* The server's end: close_notify, with bytes before it or without. */
static void test_end(int version)
{
    struct tls_pair pair;
    libhttp_tls_config *config = open_pair(&pair, &(struct tls_pair_options){.version = version});
    char room[64];
    size_t n = 99;

    SSL_write(pair.server, "last", 4);
    SSL_shutdown(pair.server);
    tls_pair_to_client(&pair, 0);
    memory_feed_eof(pair.memory);
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_OK, "T-46 bytes");
    is_mem(room, n, "last", 4, "T-46 that came before close_notify");
    ok(transport_has_input(pair.tls), "T-46 the end can be read");
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_OK, "T-46 close_notify");
    is(n, 0, "T-46 is an orderly end");
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_OK, "T-46 and stays one");
    is(transport_look(pair.tls, &pair.net.failure), LIBHTTP_E_REMOTE_DISCONNECTED,
       "C-105 close_notify while idle");
    is(pair.net.failure.os_error, ECONNRESET, "C-108 with its errno");
    close_pair(&pair, config);
}

/* EOF after each number of bytes: never an orderly end, never a handshake that succeeds. */
static void test_truncation(int version)
{
    libhttp_tls_config *config = tls_pair_config(ca);
    bool done = false;
    int wrong = 0, handshakes = 0, reads = 0;

    for (size_t cut = 0; !done; cut += (size_t)fewer()) {
        struct tls_pair pair;
        struct tls_pair_options options = {.version = version, .cut = true, .cut_after = cut};
        char room[64];
        size_t n = 0;
        int32_t status;

        tls_pair_init(&pair, leaf, &options);
        status = tls_pair_open(&pair, config, "a.example", NULL);
        if (status != LIBHTTP_OK) {
            handshakes++;
        } else {
            SSL_write(pair.server, "all", 3);
            tls_pair_to_client(&pair, 0);
            status = net_read(&pair.net, pair.tls, room, sizeof room, &n);
            if (status == LIBHTTP_OK && n == 3) {
                memory_feed_eof(pair.memory);
                status = net_read(&pair.net, pair.tls, room, sizeof room, &n);
                done = true;
            }
            reads++;
        }
        if (status != LIBHTTP_E_TLS || !tls_is_truncation(&pair.net.failure)) {
            diag("cut after %zu: %d %s", cut, (int)status, failure_text(&pair.net.failure));
            wrong++;
        }
        tls_pair_done(&pair);
    }
    is(wrong, 0, "T-46 T-19 cut %d times in the handshake and %d times behind it: an error each",
       handshakes, reads);
    libhttp_tls_config_free(config);
}

static void test_truncation_sentence(void)
{
    struct tls_pair pair;
    libhttp_tls_config *config = open_pair(&pair, &any);
    char room[64];
    size_t n = 0;

    memory_feed_eof(pair.memory);
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_E_TLS, "T-46 an error");
    is_str(failure_text(&pair.net.failure),
           "receiving over TLS: 'a.example' closed the connection without close_notify",
           "T-46 whose sentence says so");
    is(ERR_GET_REASON((unsigned long)pair.net.failure.tls_reason),
       SSL_R_UNEXPECTED_EOF_WHILE_READING, "T-46 OpenSSL's reason");
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_E_TLS, "T-46 each time");
    ok(tls_is_truncation(&pair.net.failure), "T-46 the same");
    is(transport_look(pair.tls, &pair.net.failure), LIBHTTP_E_REMOTE_DISCONNECTED,
       "C-105 a cut while idle");
    close_pair(&pair, config);
}

static void test_goodbye(bool silent)
{
    struct tls_pair pair;
    libhttp_tls_config *config = open_pair(&pair, &any);
    struct transport *tls = pair.tls;
    size_t length;
    struct span sent;
    char copy[256];

    tls_pair_to_server(&pair, 0);
    /* What is sent last is seen in place of the memory below, which goes with the link. */
    tls->next = NULL;
    memory_take(pair.memory, &sent);
    is(sent.length, 0, "nothing waits");
    tls->next = pair.memory;
    pair.tls = NULL;
    pair.memory = NULL;
    memory_new(&pair.net.io, &pair.memory, &pair.net.failure);
    transport_free(tls->next, true);
    tls->next = pair.memory;
    tls->ops->shutdown_write(tls, &pair.net.failure);
    memory_take(pair.memory, &sent);
    length = sent.length < sizeof copy ? sent.length : sizeof copy;
    memcpy(copy, sent.data, length);
    BIO_write(pair.to_server, copy, (int)length);
    is(SSL_read(pair.server, copy, 1), 0, "the server reads no byte");
    is(SSL_get_shutdown(pair.server), SSL_RECEIVED_SHUTDOWN, "but close_notify");
    ERR_clear_error();
    memory_took(pair.memory, sent.length);
    is(tls->ops->shutdown_write(tls, &pair.net.failure), LIBHTTP_OK, "it is said once");
    memory_take(pair.memory, &sent);
    is(sent.length, 0, "only");
    transport_free(tls, silent);
    pair.memory = NULL;
    close_pair(&pair, config);
}

/* Handshakes that fail for other reasons than a certificate. */
static void test_bad_handshakes(void)
{
    struct tls_pair pair;
    libhttp_tls_config *config = tls_pair_config(ca);
    struct tls_peer peer = {.name = "a.example"};
    static const char plain[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    size_t taken;

    tls_pair_init(&pair, leaf, &any);
    tls_new(pair.memory, tls_config_context(config), &peer, &pair.net.io, &pair.tls,
            &pair.net.failure);
    memory_feed(pair.memory, plain, sizeof plain - 1, &taken, &pair.net.failure);
    is(transport_advance(pair.tls, 1, &pair.net.failure), LIBHTTP_E_TLS,
       "T-45 bytes in the clear are no handshake");
    contains(failure_text(&pair.net.failure), "TLS handshake with 'a.example'",
             "and it says where");
    tls_pair_done(&pair);
    libhttp_tls_config_free(config);

    config = tls_pair_config(ca);
    libhttp_tls_config_set_minimum_version(config, LIBHTTP_TLS_1_3);
    tls_pair_init(&pair, leaf, &(struct tls_pair_options){.version = TLS1_2_VERSION});
    is(tls_pair_open(&pair, config, "a.example", NULL), LIBHTTP_E_TLS, "C-129 the minimum version");
    contains(failure_text(&pair.net.failure), "protocol version", "the reason is the peer's alert");
    close_pair(&pair, config);

    config = tls_pair_config(ca);
    libhttp_tls_config_set_maximum_version(config, LIBHTTP_TLS_1_2);
    tls_pair_init(&pair, leaf, &(struct tls_pair_options){.version = TLS1_3_VERSION});
    is(tls_pair_open(&pair, config, "a.example", NULL), LIBHTTP_E_TLS, "C-129 the maximum version");
    close_pair(&pair, config);

    config = tls_pair_config(ca);
    libhttp_tls_config_set_ciphers(config, "ECDHE-ECDSA-AES128-GCM-SHA256", -1);
    tls_pair_init(&pair, leaf,
                  &(struct tls_pair_options){.version = TLS1_2_VERSION,
                                             .ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384"});
    is(tls_pair_open(&pair, config, "a.example", NULL), LIBHTTP_E_TLS, "C-129 the ciphers");
    close_pair(&pair, config);

    tls_pair_init(&pair, leaf, &(struct tls_pair_options){.version = TLS1_1_VERSION});
    is(tls_pair_open(&pair, libhttp_tls_config_default(), "a.example", NULL), LIBHTTP_E_TLS,
       "C-129 TLS 1.1 is not spoken");
    tls_pair_done(&pair);
}

static void test_client_certificate(void)
{
    struct cert *mine = cert_make(
        ca, &(struct cert_spec){.cn = "me", .passphrase = "open sesame", .own_key = true});
    struct tls_pair_options options = {.client_ca = ca};
    libhttp_tls_config *config = tls_pair_config(ca);
    struct tls_pair pair;
    char byte;
    size_t n;

    is(libhttp_tls_config_set_client_certificate(config, cert_file(mine), -1, cert_key_file(mine),
                                                 -1, "open sesame", -1),
       LIBHTTP_OK, "C-129 a client certificate");
    tls_pair_init(&pair, leaf, &options);
    is(tls_pair_open(&pair, config, "a.example", NULL), LIBHTTP_OK, "C-129 is shown");
    is(SSL_get_verify_result(pair.server), X509_V_OK, "C-129 and accepted");
    ok(SSL_get0_peer_certificate(pair.server) != NULL, "C-129 there is one");
    close_pair(&pair, config);

    config = tls_pair_config(ca);
    tls_pair_init(&pair, leaf, &options);
    tls_pair_open(&pair, config, "a.example", NULL);
    tls_pair_move(&pair);
    is(net_read(&pair.net, pair.tls, &byte, 1, &n), LIBHTTP_E_TLS, "C-129 without one: refused");
    contains(failure_text(&pair.net.failure), "certificate required", "and the sentence says why");
    close_pair(&pair, config);
}

static void test_cancel(void)
{
    struct tls_pair pair;
    libhttp_tls_config *config = open_pair(&pair, &any);
    struct failure *failure = &pair.net.failure;
    char room[8];
    size_t n;
    int64_t put;

    tls_pair_say(&pair, "there", 5);
    net_read(&pair.net, pair.tls, room, 1, &n);
    canceller_cancel(pair.net.canceller);
    is(net_read(&pair.net, pair.tls, room, sizeof room, &n), LIBHTTP_E_CANCELLED, "C-121 reading");
    is(net_write(&pair.net, pair.tls, "x", 1, &n), LIBHTTP_E_CANCELLED, "C-121 writing");
    is(transport_flush(pair.tls, failure), LIBHTTP_E_CANCELLED, "C-121 flushing");
    is(transport_send_file(pair.tls, 0, 1, &put, failure), LIBHTTP_E_CANCELLED, "C-121 a file");
    is(transport_shutdown_write(pair.tls, failure), LIBHTTP_E_CANCELLED, "C-121 ending");
    close_pair(&pair, config);

    config = tls_pair_config(ca);
    tls_pair_init(&pair, leaf, &any);
    canceller_cancel(pair.net.canceller);
    is(tls_pair_open(&pair, config, "a.example", NULL), LIBHTTP_E_CANCELLED, "C-121 shaking hands");
    close_pair(&pair, config);
}

/* The configuration may be given up while connections use it; what is shared goes last (T-32). */
static void test_free_order(void)
{
    struct tls_pair one, two;
    libhttp_tls_config *config = tls_pair_config(ca);
    char room[8];
    size_t n = 0;

    tls_pair_init(&one, leaf, &any);
    tls_pair_init(&two, leaf, &any);
    is(tls_pair_open(&one, config, "a.example", "a"), LIBHTTP_OK, "T-32 one connection");
    is(tls_pair_open(&two, config, "a.example", "a"), LIBHTTP_OK, "T-32 another");
    libhttp_tls_config_free(config);
    tls_pair_done(&one);
    tls_pair_say(&two, "still", 5);
    is(net_read(&two.net, two.tls, room, sizeof room, &n), LIBHTTP_OK,
       "T-32 the second works without configuration and first");
    is_mem(room, n, "still", 5, "T-32 as ever");
    tls_pair_done(&two);
}

int main(void)
{
    static const int versions[] = {TLS1_3_VERSION, TLS1_2_VERSION};

    ca = cert_make_ca("test authority");
    leaf = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("a.example"), SAN_IP("127.0.0.1")}});
    for (int i = 0; i < 2; i++) {
        test_exchange(versions[i], 0);
        test_exchange(versions[i], 1);
        test_exchange(versions[i], 7);
        test_end(versions[i]);
        test_truncation(versions[i]);
    }
    test_certificate();
    test_alpn();
    test_truncation_sentence();
    test_goodbye(false);
    test_goodbye(true);
    test_bad_handshakes();
    test_client_certificate();
    test_cancel();
    test_free_order();
    return done_testing();
}
