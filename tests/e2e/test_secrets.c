/* SPDX-License-Identifier: MIT */
/*
 * T-53: credentials don't stay in memory that was freed, sent or received. Each way is gone in a
 * child of its own, as what one leaves behind would be found after all later ones.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/counts.h"
#include "support/heap.h"
#include "support/modes.h"
#include "support/process.h"
#include "tap.h"

#define RECEIVED "received=c2VjcmV0bHkgcmVjZWl2ZWQ-9876543210"
#define ANSWER   "HTTP/1.1 200 OK\r\nSet-Cookie: " RECEIVED "\r\n"

static char secret[] = "Basic c2VjcmV0OnNlY3JldA==-0123456789";
static char received[] = RECEIVED;
static char passphrase[] = "the-passphrase-that-nobody-may-find";
static libhttp_tls_config *config;
static struct peer_tls tls;

/* The buffer of the head grows while the secret is in it: no copy may stay behind. */
static void add_many(libhttp_headers *h)
{
    for (int i = 0; i < 90; i++)
        libhttp_headers_add(h, "X-Field", -1, "a value that takes some room in the buffer", -1);
}

static void by_headers(struct client *k)
{
    libhttp_headers *h = NULL;

    libhttp_headers_new(&h);
    libhttp_headers_add(h, "Authorization", -1, secret, -1);
    add_many(h);
    client_request(k, "GET", "/", h, NULL, LIBHTTP_NO_BODY);
    libhttp_headers_free(h);
}

static void put_secrets(struct client *k)
{
    client_putrequest(k, "GET", "/", 0);
    client_putheader(k, "Authorization", secret);
    for (int i = 0; i < 90; i++)
        client_putheader(k, "X-Field", "a value that takes some room in the buffer");
    client_putheader(k, "Cookie", "a=b");
    libhttp_connection_putheader_continue(k->c, secret, -1);
}

static void by_putheader(struct client *k)
{
    put_secrets(k);
    libhttp_connection_endheaders(k->c, 0);
}

static void given_up(struct client *k)
{
    put_secrets(k);
    libhttp_connection_close(k->c);
}

static void in_a_form(struct client *k)
{
    libhttp_form *form = NULL;
    const char *text;
    int64_t length;

    libhttp_form_new(&form);
    libhttp_form_add(form, "user", -1, "me", -1);
    libhttp_form_add(form, "password", -1, secret, -1);
    libhttp_form_add(form, "of/it", -1, "c2VjcmV0OnNlY3JldA-0123456789", -1);
    text = libhttp_form_text(form, &length);
    client_request(k, "POST", "/", NULL, text, length);
    libhttp_form_free(form);
}

static void in_pieces(struct client *k)
{
    client_ready(k);
    libhttp_connection_request_pieces(k->c, "POST", -1, "/", -1, NULL, LIBHTTP_LENGTH_UNKNOWN);
    client_send(k, secret, sizeof secret - 1, NULL);
    client_finish(k, NULL);
}

static void told_to_debug(struct client *k)
{
    libhttp_connection_set_debug_fd(k->c, -1);
    libhttp_connection_set_debuglevel(k->c, 1 | LIBHTTP_DEBUG_SECRETS);
    by_putheader(k);
}

static void by_tunnel(struct client *k)
{
    libhttp_headers *h = NULL;

    libhttp_headers_new(&h);
    libhttp_headers_add(h, "Proxy-Authorization", -1, secret, -1);
    add_many(h);
    libhttp_connection_set_tunnel(k->c, "other.example", -1, 80, h);
    libhttp_connection_set_tunnel(k->c, "t.example", -1, 80, h);
    libhttp_headers_free(h);
    client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
}

/* What is refused is quoted by no sentence, and what a handle keeps of it is wiped. */
static void in_errors(struct client *k)
{
    static const char *const texts[] = {
        "http://u:c2VjcmV0OnNlY3JldA-0123456789@h/",  "u:c2VjcmV0OnNlY3JldA-0123456789@h",
        "http://u:c2VjcmV0OnNlY3JldA-0123456789@h x", "http://u:c2VjcmV0OnNlY3JldA-0123456789/@h",
        "http://u:c2VjcmV0OnNlY3JldA-0123456789@h\n", "ftp://u:c2VjcmV0OnNlY3JldA-0123456789@h"};
    libhttp_url *url = NULL;

    libhttp_url_new(&url);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        libhttp_url_parse(url, texts[i], -1, 0);
        libhttp_url_parse(url, texts[i], -1, LIBHTTP_URL_ALLOW_USER);
        libhttp_connection_set_host(k->c, texts[i], -1, LIBHTTP_PORT_DEFAULT);
        libhttp_connection_set_tunnel(k->c, texts[i], -1, LIBHTTP_PORT_DEFAULT, NULL);
        libhttp_connection_putrequest(k->c, "GET", -1, texts[i], -1, 0);
        libhttp_connection_putrequest(k->c, "GET", -1, "/", -1, 0);
        libhttp_connection_putheader(k->c, "Host", -1, texts[i], -1);
        libhttp_connection_close(k->c);
    }
    libhttp_url_free(url);
}

static void by_certificate(struct client *k)
{
    struct cert *own = cert_make(
        NULL, &(struct cert_spec){.cn = "own", .passphrase = passphrase, .own_key = true});
    libhttp_tls_config *other = NULL;

    (void)k;
    libhttp_tls_config_new(&other);
    libhttp_tls_config_set_client_certificate(other, cert_file(own), -1, cert_key_file(own), -1,
                                              passphrase, -1);
    libhttp_tls_config_free(other);
}

static const struct way {
    const char *name;
    void (*go)(struct client *k);
    bool answered;
    const char *left; /* what must not be: instead of `secret` */
} ways[] = {
    {"in fields", by_headers, true, NULL},
    {"in fields put one by one", by_putheader, true, NULL},
    {"in a request given up", given_up, false, NULL},
    {"in a form", in_a_form, true, "c2VjcmV0OnNlY3JldA-0123456789"},
    {"in a body sent in pieces", in_pieces, true, NULL},
    {"told to debug", told_to_debug, true, NULL},
    {"for a proxy", by_tunnel, true, NULL},
    {"in what was refused", in_errors, false, "c2VjcmV0OnNlY3JldA-0123456789"},
    {"a key's passphrase", by_certificate, false, passphrase},
};

/* The answer, and what is left when all is freed. */
static int go(const struct way *way, struct client *k)
{
    const char *left = way->left ? way->left : secret;
    libhttp_response *r = NULL;
    const void *data;
    const char *text;
    int64_t length;
    bool good = true;

    if (heap_holds(left, strlen(left)) || heap_holds(received, sizeof received - 1))
        return 4; /* one that is there before */
    way->go(k);
    if (way->answered)
        good = client_getresponse(k, &r) == LIBHTTP_OK &&
               client_read_all(k, r, 100, &data, &length) == LIBHTTP_OK &&
               libhttp_response_getheader(r, "Set-Cookie", -1, NULL, 0, &text, &length) ==
                   LIBHTTP_OK &&
               libhttp_response_raw_head(r, &text, &length) == LIBHTTP_OK;
    libhttp_response_free(r);
    if (way->go == told_to_debug)
        libhttp_connection_debug_take(k->c, &text, &length);
    client_free(k);
    if (!good)
        return 3;
    return (heap_holds(left, strlen(left)) ? 1 : 0) +
           (heap_holds(received, sizeof received - 1) ? 2 : 0);
}

static void test_way(const struct way *way, enum drive_mode mode, bool with_tls)
{
    static const struct peer_step direct[] = {
        PEER_READ_HEAD, PEER_SEND(ANSWER "Content-Length: 2\r\n\r\nhi"), PEER_WAIT_CLOSE, PEER_END};
    static const struct peer_step proxied[] = {
        PEER_READ_HEAD,  PEER_SEND(ANSWER "\r\n"),
        PEER_READ_HEAD,  PEER_SEND(ANSWER "Content-Length: 2\r\n\r\nhi"),
        PEER_WAIT_CLOSE, PEER_END};
    const struct peer_step *steps = way->go == by_tunnel ? proxied : direct;
    struct peer *peer = with_tls ? peer_start_tls(&tls, steps) : peer_start(steps);
    struct client *k = client_new_port(mode, peer_port(peer), "127.0.0.1");
    pid_t child;
    int status = -1;

    if (with_tls)
        libhttp_connection_set_tls(k->c, config);
    child = fork();
    if (child == 0)
        process_leave(go(way, k));
    waitpid(child, &status, 0);
    is(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0,
       "T-53 %s: nothing sent (1) nor received (2) is left, %s%s", way->name, drive_mode_name(mode),
       with_tls ? ", over TLS" : "");
    client_free(k);
    peer_kill(peer);
}

int main(void)
{
    struct cert *ca = cert_make_ca("authority"), *leaf = cert_make_local(ca);
    char *copy = strdup(secret);

    if (!malloc_is_plain())
        skip_all("the heap isn't malloc's own here (sanitizer or valgrind)");
    ok(heap_holds(secret, sizeof secret - 1), "a copy would be found");
    explicit_bzero(copy, sizeof secret);
    free(copy);
    ok(!heap_holds(secret, sizeof secret - 1), "there is none");
    tls = (struct peer_tls){.certificate = cert_file(leaf), .key = cert_key_file(leaf)};
    libhttp_tls_config_new(&config);
    libhttp_tls_config_set_ca_file(config, cert_file(ca), -1);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        for (int mode = DRIVE_BLOCKING; mode < DRIVE_MODES; mode++) {
            test_way(&ways[i], (enum drive_mode)mode, false);
            if (ways[i].answered && ways[i].go != by_tunnel)
                test_way(&ways[i], (enum drive_mode)mode, true);
        }
    }
    libhttp_tls_config_free(config);
    return done_testing();
}
