/* SPDX-License-Identifier: MIT */
/*
 * Each allocation of a TLS connection's life fails, once and from then on (T-36). Only those of our
 * side: the server, in the same process, has all the memory it wants.
 */
#include <libhttp/error.h>
#include <libhttp/tls_config.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tls_access.h"
#include "support/counts.h"
#include "support/tls_pair.h"
#include "tap.h"

static struct cert *ca, *leaf;
static char *pem;
static size_t pem_length;

/* Allocations of ours until one fails; 0: none will. */
static int64_t left;
static bool ever_after, refused;

static int64_t made_before;

static void our_side(void)
{
    made_before = malloc_count();
    if (left > 0)
        malloc_fail_at(left, ever_after);
}

static void their_side(void)
{
    if (left == 0)
        return;
    if (malloc_refused() > 0) {
        refused = true;
        left = ever_after ? 1 : 0;
    } else {
        left -= malloc_count() - made_before;
    }
    malloc_fail_at(0, false);
}

#define OURS(status, call)                                                                         \
    do {                                                                                           \
        our_side();                                                                                \
        status = (call);                                                                           \
        their_side();                                                                              \
    } while (0)

static char last[1024];

static int32_t shake_hands(struct tls_pair *pair)
{
    int32_t status;

    for (int i = 0; i < 10; i++) {
        OURS(status, transport_advance(pair->tls, 1, &pair->net.failure));
        if (status != LIBHTTP_AGAIN)
            break;
        tls_pair_to_server(pair, 0);
        SSL_do_handshake(pair->server);
        ERR_clear_error();
        tls_pair_to_client(pair, 0);
    }
    tls_pair_to_server(pair, 0);
    SSL_do_handshake(pair->server);
    ERR_clear_error();
    return status;
}

static int32_t talk(struct tls_pair *pair)
{
    char room[64];
    size_t n = 0;
    int32_t status;

    OURS(status, net_write(&pair->net, pair->tls, "ping", 4, &n));
    if (status != LIBHTTP_OK)
        return status;
    if (tls_pair_hear(pair, room, sizeof room) != 4)
        return 99;
    if (SSL_write(pair->server, "pong", 4) != 4)
        return 98;
    tls_pair_to_client(pair, 0);
    OURS(status, net_read(&pair->net, pair->tls, room, sizeof room, &n));
    if (status != LIBHTTP_OK)
        return status;
    return n == 4 && memcmp(room, "pong", 4) == 0 ? LIBHTTP_OK : 97;
}

static int32_t linger(struct tls_pair *pair)
{
    int32_t status;
    struct span der;

    OURS(status, transport_look(pair->tls, &pair->net.failure));
    our_side();
    transport_trim(pair->tls);
    der = tls_peer_certificate(pair->tls);
    (void)der;
    their_side();
    return status;
}

/* The whole life; the first status that isn't OK. */
static int32_t connect_and_talk(libhttp_tls_config *config)
{
    struct tls_pair pair;
    struct tls_peer peer = {.name = "a.example", .session_key = "a"};
    int32_t status;

    tls_pair_init(&pair, leaf, &(struct tls_pair_options){.version = 0});
    OURS(status, tls_new(pair.memory, tls_config_context(config), &peer, &pair.net.io, &pair.tls,
                         &pair.net.failure));
    if (status == LIBHTTP_OK)
        status = shake_hands(&pair);
    if (status == LIBHTTP_OK)
        status = talk(&pair);
    if (status == LIBHTTP_OK)
        status = linger(&pair);
    snprintf(last, sizeof last, "%s", failure_text(&pair.net.failure));
    our_side();
    if (pair.tls)
        transport_free(pair.tls, false);
    their_side();
    if (pair.tls)
        pair.tls = pair.memory = NULL;
    tls_pair_done(&pair);
    return status;
}

/* Configurations that had no second try: SSL_CTX_new's, see below. */
static int spoilt;

static void must(int32_t status)
{
    if (status != LIBHTTP_OK)
        bail_out("with all the memory: %s", libhttp_error_name(status));
}

/* Setting up: every setter that allocates; each may fail, and is made again then. */
static int32_t set_up(void)
{
    libhttp_tls_config *config = NULL;
    int32_t worst, status;

    OURS(worst, libhttp_tls_config_new(&config));
    if (worst != LIBHTTP_OK)
        return worst;
#define SETTER(call)                                                                               \
    do {                                                                                           \
        OURS(status, call);                                                                        \
        if (status != LIBHTTP_OK) {                                                                \
            worst = status;                                                                        \
            left = 0;                                                                              \
            must(call);                                                                            \
        }                                                                                          \
    } while (0)
    SETTER(libhttp_tls_config_add_ca_data(config, pem, (int64_t)pem_length));
    SETTER(libhttp_tls_config_set_ca_file(config, cert_file(ca), -1));
    SETTER(libhttp_tls_config_set_ca_directory(config, "/", -1));
    SETTER(libhttp_tls_config_set_alpn(config, "a,b", -1));
    SETTER(libhttp_tls_config_set_key_log_file(config, "/dev/null", -1));
    SETTER(libhttp_tls_config_set_client_certificate(config, cert_file(leaf), -1,
                                                     cert_key_file(leaf), -1, NULL, 0));
    libhttp_tls_config_free(config);
    return worst;
}

/* Using it: the engine is made, a connection opened, used and closed; a second one works. */
static int32_t use(void)
{
    libhttp_tls_config *config = NULL;
    int32_t status;

    must(libhttp_tls_config_new(&config));
    must(libhttp_tls_config_add_ca_data(config, pem, (int64_t)pem_length));
    status = connect_and_talk(config);
    left = 0;
    if (status != LIBHTTP_OK && connect_and_talk(config) != LIBHTTP_OK) {
        diag("the second try: %s", last);
        if (spoilt++ > 0)
            status = 96;
    }
    libhttp_tls_config_free(config);
    return status;
}

/*
 * OpenSSL itself leaks a few bytes at some points where one allocation fails and the next succeed
 * (ASN1_item_d2i, SSL_read, EVP_CIPHER_fetch), and SSL_CTX_new makes do with fewer ciphers at one.
 * Ours would leak at each point behind it, and when all later ones fail too.
 */
#define OPENSSL_LEAK  512
#define OPENSSL_LEAKS 60

static void sweep(int32_t (*work)(void), const char *what, int stride, bool from_then_on)
{
    int points = 0, survived = 0, no_memory = 0, others = 0, wrong = 0, leaks = 0;

    ever_after = from_then_on;
    must(work());
    for (int64_t n = 1;; n += stride) {
        int64_t before = malloc_in_use();
        int32_t status;

        left = n;
        refused = false;
        status = work();
        left = 0;
        malloc_fail_at(0, false);
        if (!refused)
            break;
        points++;
        survived += status == LIBHTTP_OK;
        no_memory += status == LIBHTTP_E_NO_MEMORY;
        others += status < 0 && status != LIBHTTP_E_NO_MEMORY;
        wrong += status > 0;
        if (status > 0)
            diag("allocation %d: %d", (int)n, (int)status);
        /* What OpenSSL hadn't put into its caches may be there now. */
        must(work());
        leaks += malloc_in_use() > before;
        if (malloc_in_use() > before + OPENSSL_LEAK) {
            diag("allocation %d, status %d: %d bytes", (int)n, (int)status,
                 (int)(malloc_in_use() - before));
            wrong++;
        }
    }
    diag("%s: %d points: %d NO_MEMORY, %d other errors, %d went well", what, points, no_memory,
         others, survived);
    ok(points > 50, "T-36 %s: %d allocations of ours fail %s", what, points,
       from_then_on ? "from then on" : "once");
    is(wrong, 0, "T-36 %s: each is an error or does no harm, and a second try works", what);
    ok(leaks <= (from_then_on ? 0 : OPENSSL_LEAKS), "T-36 %s: nothing of ours leaks (%d)", what,
       leaks);
}

int main(void)
{
    const char *text;

    ca = cert_make_ca("test authority");
    leaf = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("a.example")}});
    text = cert_pem(ca, &pem_length);
    pem = malloc(pem_length);
    memcpy(pem, text, pem_length);
    if (!malloc_is_counted())
        skip_all("malloc can't be made to fail here");
    sweep(set_up, "setting up", 11, false);
    sweep(set_up, "setting up", 23, true);
    sweep(use, "using", 3, false);
    sweep(use, "using", 5, true);
    free(pem);
    return done_testing();
}
