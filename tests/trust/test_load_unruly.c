/* SPDX-License-Identifier: MIT */
/*
 * Thousands of exchanges with nginx through a proxy that kills, resets, cuts, throttles and delays
 * connections: what is delivered is what nginx has, to the last byte or with an error; no request
 * is made twice by one call; nothing grows. LOAD_CALLS=100000 for a long run, LOAD_SEED for other
 * mischief.
 */
#include <libhttp/http.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/certs.h"
#include "support/counts.h"
#include "support/fewer.h"
#include "support/peer.h"
#include "support/servers.h"
#include "support/tempdir.h"
#include "tap.h"
#include "trust/unruly.h"

enum { THREADS = 4, SHORT_CALLS = 100, BIG = 10000000, RANGE_MAX = 100000, POST_MAX = 30000 };

struct worker {
    pthread_t thread;
    int number;
    int port;
    int calls;
    unsigned state;
    libhttp_tls_config *tls;
    libhttp_connection *c;
    char *answered; /* by post: its call said OK */
    int posts, good, errors, wrong;
};

static unsigned draw(struct worker *w, unsigned below)
{
    return unruly_draw(&w->state, below);
}

static void wrong(struct worker *w, const char *what)
{
    if (w->wrong++ < 5)
        diag("%s: %s", what, libhttp_connection_error(w->c));
}

/* What a connection that was lost gives, wherever that happens. */
static bool is_loss(int32_t status)
{
    return status == LIBHTTP_E_REMOTE_DISCONNECTED || status == LIBHTTP_E_INCOMPLETE_READ ||
           status == LIBHTTP_E_BAD_STATUS_LINE || status == LIBHTTP_E_OS || status == LIBHTTP_E_TLS;
}

static void count(struct worker *w, int32_t status, const char *what)
{
    w->good += status == LIBHTTP_OK;
    w->errors += status != LIBHTTP_OK;
    if (status != LIBHTTP_OK && !is_loss(status))
        wrong(w, what);
}

/* Each byte that is read is the one at its place in the file. */
static int32_t read_range(struct worker *w, libhttp_response *r, uint64_t from, int64_t length)
{
    static _Thread_local char got_block[16384], block[16384];
    int64_t got, all = 0;
    int32_t status;

    while ((status = libhttp_response_read(r, got_block, (int64_t)sizeof got_block, &got)) ==
               LIBHTTP_OK &&
           got > 0) {
        peer_fill(block, from + (uint64_t)all, (size_t)got);
        if (memcmp(block, got_block, (size_t)got) != 0)
            wrong(w, "other bytes than nginx has");
        all += got;
    }
    if (all > length || (status == LIBHTTP_OK && all != length))
        wrong(w, "a success of the wrong length");
    return status;
}

static void get(struct worker *w)
{
    uint64_t from = draw(w, BIG - RANGE_MAX);
    int64_t length = 1 + draw(w, RANGE_MAX);
    libhttp_headers *fields;
    libhttp_response *r = NULL;
    char range[80];
    int32_t status;

    snprintf(range, sizeof range, "bytes=%llu-%llu", (unsigned long long)from,
             (unsigned long long)from + (unsigned long long)length - 1);
    if (libhttp_headers_new(&fields) != LIBHTTP_OK ||
        libhttp_headers_add(fields, "Range", -1, range, -1) != LIBHTTP_OK)
        bail_out("no fields");
    status = libhttp_connection_request(w->c, "GET", -1, "/big", -1, fields, NULL, LIBHTTP_NO_BODY);
    if (status == LIBHTTP_OK)
        status = libhttp_connection_getresponse(w->c, &r);
    if (status == LIBHTTP_OK && libhttp_response_status(r) != 206)
        wrong(w, "no part of the file");
    if (status == LIBHTTP_OK)
        status = read_range(w, r, from, length);
    count(w, status, "GET");
    libhttp_response_free(r);
    libhttp_headers_free(fields);
}

static void post(struct worker *w)
{
    static const char body[POST_MAX];
    libhttp_response *r = NULL;
    const void *data;
    char target[80];
    int64_t length;
    int32_t status;

    snprintf(target, sizeof target, "/count/%d/%d", w->number, w->posts);
    status = libhttp_connection_request(w->c, "POST", -1, target, -1, NULL, body,
                                        (int64_t)draw(w, POST_MAX));
    if (status == LIBHTTP_OK)
        status = libhttp_connection_getresponse(w->c, &r);
    if (status == LIBHTTP_OK)
        status = libhttp_response_read_all(r, 1000, &data, &length);
    if (status == LIBHTTP_OK && (length != 8 || memcmp(data, "counted\n", 8) != 0))
        wrong(w, "another answer to POST");
    count(w, status, "POST");
    w->answered[w->posts++] = status == LIBHTTP_OK;
    libhttp_response_free(r);
}

static void *work(void *context)
{
    struct worker *w = context;

    for (int i = 0; i < w->calls; i++) {
        (draw(w, 3) == 0 ? post : get)(w);
        /* Else the fair connections are soon all that is left. */
        if (draw(w, 3) == 0)
            libhttp_connection_close(w->c);
    }
    return NULL;
}

static void prepare(struct worker *w, int calls)
{
    w->calls = calls;
    w->answered = calloc((size_t)calls * 2, 1);
    if (w->answered == NULL || libhttp_connection_new(&w->c) != LIBHTTP_OK ||
        libhttp_connection_set_host(w->c, "127.0.0.1", -1, w->port) != LIBHTTP_OK ||
        (w->tls && libhttp_connection_set_tls(w->c, w->tls) != LIBHTTP_OK))
        bail_out("no connection");
}

static void run(struct worker *workers)
{
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            bail_out("no thread");
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        libhttp_connection_close(workers[i].c);
    }
}

/* How often nginx has seen each POST. */
static void check_posts(const struct worker *workers, const char *log)
{
    char *counts[THREADS];
    int twice = 0, lost = 0, seen = 0, number, post_number;
    char line[1000];
    FILE *in = fopen(log, "r");

    for (int i = 0; i < THREADS; i++)
        counts[i] = calloc((size_t)workers[i].posts + 1, 1);
    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        const char *at = strstr(line, "POST /count/");

        if (at && sscanf(at, "POST /count/%d/%d", &number, &post_number) == 2 && ++seen)
            twice += counts[number][post_number]++ != 0;
    }
    for (int i = 0; i < THREADS; i++) {
        for (int n = 0; n < workers[i].posts; n++)
            lost += workers[i].answered[n] && !counts[i][n];
        free(counts[i]);
    }
    if (in != NULL)
        fclose(in);
    ok(seen > 0, "C-105 nginx has seen %d POSTs", seen);
    is(twice, 0, "C-105 none of them twice from one call");
    is(lost, 0, "and each that was answered");
}

static void check_workers(const struct worker *workers)
{
    int good = 0, errors = 0, wrong_ones = 0;

    for (int i = 0; i < THREADS; i++) {
        good += workers[i].good;
        errors += workers[i].errors;
        wrong_ones += workers[i].wrong;
    }
    ok(good > 0 && errors > 0, "%d exchanges went well, %d gave an error", good, errors);
    is(wrong_ones, 0, "C-88 T-46 each byte is right, each error that of a lost connection");
}

int main(void)
{
    const char *calls = getenv("LOAD_CALLS"), *seed = getenv("LOAD_SEED");
    int count_of_calls = calls ? (int)strtol(calls, NULL, 10) / THREADS / 2 : SHORT_CALLS / fewer();
    unsigned first_seed = seed ? (unsigned)strtoul(seed, NULL, 10) : 1;
    struct cert *authority = cert_make_ca("load");
    struct cert *leaf = cert_make(authority, &(struct cert_spec){.san = {SAN_IP("127.0.0.1")}});
    struct worker workers[THREADS] = {{0}};
    struct unruly *plain, *tls;
    struct server *nginx;
    libhttp_tls_config *config;
    char log[200], extra[500];
    int64_t memory;
    int descriptors;

    snprintf(log, sizeof log, "%s/counted.log", tempdir());
    snprintf(extra, sizeof extra, "location /count/ { access_log %s; return 200 \"counted\\n\"; }",
             log);
    nginx = nginx_start(&(struct nginx_options){
        .certificate = cert_file(leaf), .key = cert_key_file(leaf), .extra = extra});
    plain = unruly_start(nginx_port(nginx), first_seed);
    tls = unruly_start(nginx_tls13_port(nginx), first_seed + 1);
    if (libhttp_tls_config_new(&config) != LIBHTTP_OK ||
        libhttp_tls_config_set_ca_file(config, cert_file(authority), -1) != LIBHTTP_OK)
        bail_out("no TLS");
    for (int i = 0; i < THREADS; i++) {
        workers[i].number = i;
        workers[i].state = first_seed + (unsigned)i;
        workers[i].tls = i % 2 ? config : NULL;
        workers[i].port = unruly_port(i % 2 ? tls : plain);
        prepare(&workers[i], count_of_calls);
    }
    run(workers); /* what is made once is there after it */
    memory = malloc_in_use();
    descriptors = count_descriptors();
    run(workers);
    ok(malloc_in_use() - memory < 65536, "memory stays: %lld bytes more",
       (long long)(malloc_in_use() - memory));
    is(count_descriptors(), descriptors, "T-33 descriptors stay");
    diag("%d and %d connections, %d and %d of them ended", unruly_connections(plain),
         unruly_connections(tls), unruly_ended(plain), unruly_ended(tls));
    server_stop(nginx);
    check_workers(workers);
    check_posts(workers, log);
    for (int i = 0; i < THREADS; i++) {
        libhttp_connection_free(workers[i].c);
        free(workers[i].answered);
    }
    libhttp_tls_config_free(config);
    unruly_stop(plain);
    unruly_stop(tls);
    return done_testing();
}
