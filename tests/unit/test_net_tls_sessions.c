/* SPDX-License-Identifier: MIT */
/* Sessions are resumed with the peer that they are from, under the same settings, and with nobody
 * else. */
#include "net/tls_sessions.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/fewer.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/tls_pair.h"
#include "tap.h"

static struct cert *ca, *leaf;

struct visit {
    libhttp_tls_config *config;
    SSL_CTX *server; /* the server's; NULL: a new one */
    const char *name, *key;
    int version;
    bool impolite; /* nobody says goodbye */
};

/* One connection with an exchange. -1: it failed; else whether it resumed. */
static int visit(const struct visit *v)
{
    struct tls_pair pair;
    struct tls_info info;
    char room[8];
    size_t n;
    int resumed = -1;

    tls_pair_init(&pair, leaf, &(struct tls_pair_options){.version = v->version, .ctx = v->server});
    if (tls_pair_open(&pair, v->config, v->name, v->key) == LIBHTTP_OK) {
        tls_pair_say(&pair, "x", 1);
        net_read(&pair.net, pair.tls, room, sizeof room, &n);
        tls_info(pair.tls, &info);
        resumed = info.resumed;
    }
    if (v->impolite && pair.tls) {
        transport_free(pair.tls, true);
        pair.tls = pair.memory = NULL;
    }
    tls_pair_done(&pair);
    return resumed;
}

/* A server whose tickets are good for several connections. */
static SSL_CTX *make_server(int version)
{
    struct tls_pair pair;
    SSL_CTX *ctx;

    tls_pair_init(&pair, leaf, &(struct tls_pair_options){.version = version});
    ctx = pair.ctx;
    SSL_CTX_up_ref(ctx);
    tls_pair_done(&pair);
    return ctx;
}

static void test_resumption(int version)
{
    struct visit v = {.config = tls_pair_config(ca),
                      .server = make_server(version),
                      .name = "a.example",
                      .key = "a 443",
                      .version = version};
    int resumed = 0;

    is(visit(&v), 0, "C-129 the first connection has nothing to resume");
    for (int i = 0; i < 20; i++) {
        v.impolite = i % 2;
        resumed += visit(&v) == 1;
    }
    is(resumed, 20, "C-129 all others resume, also where nobody said goodbye");
    v.key = "a 444";
    is(visit(&v), 0, "T-47 another port");
    v.key = "proxy a 443";
    is(visit(&v), 0, "T-47 another proxy");
    v.key = NULL;
    is(visit(&v), 0, "T-47 without a key nothing is resumed");
    v.key = "a 443";
    v.name = "b.example";
    is(visit(&v), 0, "T-47 another name under the same key");
    v.name = "a.example";
    is(visit(&v), 1, "T-47 the same peer again");
    libhttp_tls_config_free(v.config);

    v.config = tls_pair_config(ca);
    is(visit(&v), 0, "T-47 another configuration");
    libhttp_tls_config_free(v.config);

    v.config = tls_pair_config(ca);
    libhttp_tls_config_set_session_resumption(v.config, 0);
    is(visit(&v), 0, "C-129 resumption switched off");
    is(visit(&v), 0, "C-129 stays off");
    libhttp_tls_config_free(v.config);
    SSL_CTX_free(v.server);
}

/* A server that knows the session no more: a full handshake, no error. */
static void test_unknown(int version)
{
    struct visit v = {
        .config = tls_pair_config(ca), .name = "a.example", .key = "a 443", .version = version};

    is(visit(&v), 0, "the first connection");
    is(visit(&v), 0, "a server that has forgotten the session");
    libhttp_tls_config_free(v.config);
}

/* Without a name check the wrong name's session is kept; it is for that name under that key alone.
 */
static void test_refused_peer(int version)
{
    struct visit v = {.config = tls_pair_config(ca),
                      .server = make_server(version),
                      .name = "wrong.example",
                      .key = "a 443",
                      .version = version};

    libhttp_tls_config_set_verify_peer(v.config, 0);
    is(visit(&v), -1, "T-47 a peer that is refused");
    is(visit(&v), -1, "T-47 leaves nothing behind that would get it in");
    libhttp_tls_config_free(v.config);
    SSL_CTX_free(v.server);
}

/* Sessions of nobody that live. */
static atomic_int alive;
static int counted;

static void count_freed(void *parent, void *data, CRYPTO_EX_DATA *all, int index, long number,
                        void *argument)
{
    (void)parent, (void)all, (void)index, (void)number, (void)argument;
    if (data)
        alive--;
}

/* Sessions of nobody, to fill the cache with. */
static SSL_SESSION *make_session(int version, char mark)
{
    SSL_SESSION *session = SSL_SESSION_new();

    SSL_SESSION_set_ex_data(session, counted, &alive);
    alive++;
    SSL_SESSION_set_protocol_version(session, version);
    SSL_SESSION_set1_id(session, (unsigned char *)&mark, 1);
    return session;
}

static int mark_of(SSL_SESSION *session)
{
    unsigned int length = 0;
    const unsigned char *id = session ? SSL_SESSION_get_id(session, &length) : NULL;
    int mark = length > 0 ? id[0] : -1;

    SSL_SESSION_free(session);
    return mark;
}

static void test_cache(void)
{
    static struct tls_sessions s;
    char key[32];

    tls_sessions_init(&s);
    ok(!tls_sessions_take(&s, "a"), "T-47 an empty cache");
    for (char i = '0'; i < '6'; i++)
        tls_sessions_put(&s, "a", make_session(TLS1_3_VERSION, i));
    is(mark_of(tls_sessions_take(&s, "a")), '5', "C-129 the newest ticket first");
    ok(!tls_sessions_take(&s, "b"), "T-47 not for another key");
    for (char i = '4'; i > '1'; i--)
        is(mark_of(tls_sessions_take(&s, "a")), i, "C-129 each once");
    ok(!tls_sessions_take(&s, "a"), "C-129 four are kept");
    tls_sessions_put(&s, "a", make_session(TLS1_2_VERSION, '1'));
    tls_sessions_put(&s, "a", make_session(TLS1_2_VERSION, '2'));
    is(mark_of(tls_sessions_take(&s, "a")), '2', "C-129 before TLS 1.3 the newest");
    is(mark_of(tls_sessions_take(&s, "a")), '2', "C-129 again and again");
    is(alive, 1, "C-129 the one before it is not kept");
    for (int i = 0; i < TLS_SESSIONS_PEERS; i++) {
        snprintf(key, sizeof key, "peer %d", i);
        tls_sessions_put(&s, key, make_session(TLS1_2_VERSION, (char)i));
        if (i == TLS_SESSIONS_PEERS / 2)
            SSL_SESSION_free(tls_sessions_take(&s, "peer 0"));
    }
    ok(!tls_sessions_take(&s, "a"), "T-20 the cache is bounded: the oldest peer has gone");
    tls_sessions_put(&s, "one more", make_session(TLS1_2_VERSION, 'm'));
    is(mark_of(tls_sessions_take(&s, "peer 0")), 0, "one that was used stays");
    ok(!tls_sessions_take(&s, "peer 1"), "one that was not goes");
    is(mark_of(tls_sessions_take(&s, "one more")), 'm', "the newest is there");
    tls_sessions_done(&s);
    is(alive, 0, "T-32 no session outlives the cache");
}

/* Each of its places is used. */
static void test_places(void)
{
    static struct tls_sessions s;
    char key[32];
    int found = 0;

    tls_sessions_init(&s);
    for (int i = 0; i < TLS_SESSIONS_PEERS; i++) {
        snprintf(key, sizeof key, "peer %d", i);
        tls_sessions_put(&s, key, make_session(TLS1_3_VERSION, (char)i));
    }
    for (int i = 0; i < TLS_SESSIONS_PEERS; i++) {
        snprintf(key, sizeof key, "peer %d", i);
        found += mark_of(tls_sessions_take(&s, key)) == i;
    }
    is(found, TLS_SESSIONS_PEERS, "C-129 so many peers are remembered");
    tls_sessions_done(&s);
}

static void *use_cache(void *cache)
{
    char key[16];
    unsigned int seed = (unsigned int)(uintptr_t)&key;

    for (int i = 0; i < 5000 / fewer(); i++) {
        snprintf(key, sizeof key, "%d", rand_r(&seed) % 80);
        if (i % 2)
            tls_sessions_put(cache, key, make_session(TLS1_3_VERSION, 'x'));
        else
            SSL_SESSION_free(tls_sessions_take(cache, key));
    }
    return NULL;
}

static void test_threads(void)
{
    static struct tls_sessions s;
    pthread_t threads[4];

    tls_sessions_init(&s);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, use_cache, &s);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    pass("T-39 four threads with one cache");
    tls_sessions_done(&s);
}

/* A child whose parent held the lock at the fork. */
static void test_fork(void)
{
    static struct tls_sessions s;
    static void *volatile kept;
    int status = -1;
    pid_t child;

    tls_sessions_init(&s);
    tls_sessions_put(&s, "a", make_session(TLS1_3_VERSION, '1'));
    pthread_mutex_lock(&s.lock);
    child = fork();
    if (child == 0) {
        alarm(PATIENCE_S);
        /* What the child gives up unread is no leak to valgrind. */
        kept = memcpy(malloc(sizeof s), &s, sizeof s);
        (void)kept;
        tls_sessions_put(&s, "a", make_session(TLS1_3_VERSION, '2'));
        if (mark_of(tls_sessions_take(&s, "a")) != '2')
            process_leave(1);
        process_leave(tls_sessions_take(&s, "a") ? 2 : 0);
    }
    waitpid(child, &status, 0);
    is(status, 0, "T-39 a child of fork begins anew, whoever held the lock");
    pthread_mutex_unlock(&s.lock);
    is(mark_of(tls_sessions_take(&s, "a")), '1', "T-39 its parent keeps what it had");
    tls_sessions_done(&s);
}

/* While another thread of the child makes the cache anew: nothing is looked at, nothing kept. */
static void test_changing(void)
{
    static struct tls_sessions s;
    unsigned int generation;

    tls_sessions_init(&s);
    tls_sessions_put(&s, "a", make_session(TLS1_3_VERSION, '1'));
    generation = atomic_exchange(&s.generation, UINT32_MAX);
    tls_sessions_put(&s, "a", make_session(TLS1_3_VERSION, '2'));
    is(alive, 1, "T-39 what can't be kept is freed");
    ok(!tls_sessions_take(&s, "a"), "T-39 and none is given");
    atomic_store(&s.generation, generation);
    is(mark_of(tls_sessions_take(&s, "a")), '1', "T-39 what is there stays");
    tls_sessions_done(&s);
}

int main(void)
{
    static const int versions[] = {TLS1_3_VERSION, TLS1_2_VERSION};

    counted = SSL_SESSION_get_ex_new_index(0, NULL, NULL, NULL, count_freed);
    ca = cert_make_ca("test authority");
    leaf = cert_make(ca, &(struct cert_spec){.san = {SAN_DNS("a.example"), SAN_DNS("b.example")}});
    for (int i = 0; i < 2; i++) {
        test_resumption(versions[i]);
        test_unknown(versions[i]);
        test_refused_peer(versions[i]);
    }
    test_cache();
    test_places();
    test_threads();
    test_fork();
    test_changing();
    return done_testing();
}
