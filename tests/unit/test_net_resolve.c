/* SPDX-License-Identifier: MIT */
/*
 * The resolver is ours here: a program's own getaddrinfo goes before the C library's. What it
 * answers is told by the name that is asked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/process.h"
#include "net/resolve.h"
#include "support/counts.h"
#include "support/net.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/sockets.h"
#include "tap.h"

int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                struct addrinfo **ret);
void freeaddrinfo(struct addrinfo *list);

static pthread_mutex_t door = PTHREAD_MUTEX_INITIALIZER;
static atomic_int asked, hanging, freed, unblocked_signals;
static atomic_size_t stack_size;
static struct addrinfo seen_hints;
static char seen_port[16];

struct answer {
    struct addrinfo info;
    union address address;
};

static struct addrinfo *answer(const char *literal, int port, struct addrinfo *next)
{
    struct answer *a = calloc(1, sizeof *a);

    if (!a || !address_parse(literal, port, &a->address))
        abort();
    a->info.ai_family = a->address.any.sa_family;
    a->info.ai_addr = &a->address.any;
    a->info.ai_addrlen = address_length(&a->address);
    a->info.ai_next = next;
    return &a->info;
}

void freeaddrinfo(struct addrinfo *list)
{
    while (list) {
        struct addrinfo *next = list->ai_next;

        free(list);
        list = next;
        atomic_fetch_add(&freed, 1);
    }
}

static void note_thread(void)
{
    pthread_attr_t attributes;
    sigset_t blocked;
    size_t size = 0;

    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    for (int i = 1; i < 32; i++) {
        if (i != SIGKILL && i != SIGSTOP && !sigismember(&blocked, i))
            atomic_fetch_add(&unblocked_signals, 1);
    }
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstacksize(&attributes, &size);
    pthread_attr_destroy(&attributes);
    atomic_store(&stack_size, size);
}

int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                struct addrinfo **ret)
{
    int number = atoi(port);

    if (strcmp(host, "quiet.test") == 0) /* asked while there is no memory: allocates nothing */
        return EAI_NONAME;
    note_thread();
    atomic_fetch_add(&asked, 1);
    if (strcmp(host, "none.test") == 0)
        return EAI_NONAME;
    if (strcmp(host, "memory.test") == 0)
        return EAI_MEMORY;
    if (strcmp(host, "system.test") == 0) {
        errno = EMFILE;
        return EAI_SYSTEM;
    }
    if (strcmp(host, "hang.test") == 0) {
        atomic_fetch_add(&hanging, 1);
        pthread_mutex_lock(&door);
        pthread_mutex_unlock(&door);
        atomic_fetch_sub(&hanging, 1);
    }
    if (strcmp(host, "two.test") == 0) {
        seen_hints = *hints;
        memcpy(seen_port, port, strlen(port) + 1);
        *ret = answer("127.0.0.2", number, answer("127.0.0.1", number, NULL));
    } else if (strcmp(host, "mixed.test") == 0) {
        *ret = answer("::1", 1, answer("::2", 1, answer("127.0.0.1", 1, NULL)));
    } else if (strcmp(host, "empty.test") == 0) {
        *ret = NULL;
    } else {
        *ret = answer("127.0.0.1", number, NULL);
    }
    return 0;
}

/* Threads that end and descriptors that are closed by them take a moment. */
static bool settles(int threads, int descriptors)
{
    if (comes_to(count_threads, threads) && comes_to(count_descriptors, descriptors))
        return true;
    diag("%d threads, %d descriptors", count_threads(), count_descriptors());
    return false;
}

static struct lookup *start(const char *host, struct failure *failure)
{
    struct lookup *l = NULL;

    is(lookup_start(host, 80, &l, failure), LIBHTTP_OK, "a look-up of %s begins", host);
    return l;
}

static int32_t finish(struct lookup *l, sa_family_t family, struct address_list *ret,
                      struct failure *failure)
{
    struct pollfd pollfd = {.fd = lookup_event(l), .events = POLLIN};
    int32_t status;

    ok(poll(&pollfd, 1, PATIENCE_MS) == 1, "its end is told by a descriptor");
    status = lookup_result(l, family, ret, failure);
    lookup_free(l);
    return status;
}

static void test_results(void)
{
    struct address_list list = {0};
    struct failure failure;

    failure_init(&failure);
    is(finish(start("two.test", &failure), AF_UNSPEC, &list, &failure), LIBHTTP_OK, "C-126 two");
    is(list.count, 2, "C-126 addresses");
    ok(address_equal(&list.items[0],
                     &(union address){.in = {.sin_family = AF_INET,
                                             .sin_port = htons(80),
                                             .sin_addr.s_addr = htonl(0x7f000002)}}),
       "C-126 in the resolver's order, with their port");
    address_list_done(&list);
    is_str(seen_port, "80", "C-126 the port is a number");
    is(seen_hints.ai_socktype, SOCK_STREAM, "C-126 of streams");
    is(seen_hints.ai_family, AF_UNSPEC, "C-126 of any family");
    is(seen_hints.ai_flags, AI_NUMERICSERV, "C-126 localhost also where nothing else is");
    is(unblocked_signals, 0, "T-39 the thread has all signals blocked");
    ok(stack_size <= LIMIT_LOOKUP_STACK || !malloc_is_counted(), "C-126 and a small stack: %zu",
       (size_t)stack_size);
    is(finish(start("mixed.test", &failure), AF_UNSPEC, &list, &failure), LIBHTTP_OK, "C-126");
    ok(list.items[1].any.sa_family == AF_INET, "C-126 families come by turns");
    address_list_done(&list);
    is(finish(start("mixed.test", &failure), AF_INET6, &list, &failure), LIBHTTP_OK, "C-8");
    is(list.count, 2, "C-8 only the source address's family counts");
    address_list_done(&list);
    failure_done(&failure);
}

static void fails(const char *host, sa_family_t family, int32_t code, int os_error,
                  const char *sentence)
{
    struct address_list list = {0};
    struct failure failure;

    failure_init(&failure);
    is(finish(start(host, &failure), family, &list, &failure), code, "C-126 %s fails", host);
    is(failure.os_error, os_error, "with its errno");
    contains(failure_text(&failure), sentence, "and a sentence: %s", failure_text(&failure));
    failure_done(&failure);
}

static void test_errors(void)
{
    fails("none.test", AF_UNSPEC, LIBHTTP_E_NAME_RESOLUTION, 0,
          "resolve none.test: Name or service not known");
    fails("system.test", AF_UNSPEC, LIBHTTP_E_NAME_RESOLUTION, EMFILE,
          "resolve system.test: Too many open files");
    fails("memory.test", AF_UNSPEC, LIBHTTP_E_NO_MEMORY, 0, "memory");
    fails("empty.test", AF_UNSPEC, LIBHTTP_E_NAME_RESOLUTION, 0, "resolve empty.test: no address");
    fails("two.test", AF_INET6, LIBHTTP_E_NAME_RESOLUTION, 0,
          "resolve two.test: no address of the source address's family");
}

static bool a_lookup_hangs(void)
{
    return atomic_load(&hanging) > 0;
}

/* Cancelled while the resolver hangs: at once, and the thread cleans up when it is let go. */
static void test_hanging(bool nonblocking)
{
    int threads = count_threads(), descriptors = count_descriptors(), ms;
    struct endpoint to = {.host = "hang.test", .port = 1};
    struct later *later;
    struct net net;

    pthread_mutex_lock(&door);
    net_init(&net, nonblocking);
    net.io.may_sleep = !nonblocking;
    later = cancel_later_when(net.canceller, 50, a_lookup_hangs);
    ok(net_connect(&net, &to, PATIENCE_MS) == NULL, "C-121 a look-up that hangs is cancelled");
    ms = later_done(later);
    is(net.failure.code, LIBHTTP_E_CANCELLED, "C-121 with that error");
    ok(ms < PATIENCE_MS, "C-121 at once, in %d ms", ms);
    net_done(&net);
    is(process_lookups(), 1, "C-121 its thread is abandoned");
    pthread_mutex_unlock(&door);
    ok(settles(threads, descriptors), "T-33 and ends with the look-up, leaving nothing");
    is(process_lookups(), 0, "C-121 it doesn't count any more");
}

static void test_limit(void)
{
    int threads = count_threads(), descriptors = count_descriptors();
    struct lookup *l[LIMIT_ABANDONED_LOOKUPS + 4];
    struct lookup *one = NULL;
    struct failure failure;

    failure_init(&failure);
    pthread_mutex_lock(&door);
    for (int i = 0; i < LIMIT_ABANDONED_LOOKUPS + 4; i++)
        l[i] = start("hang.test", &failure);
    is(process_lookups(), 0, "C-126 look-ups that are waited for don't count");
    for (int i = 0; i < LIMIT_ABANDONED_LOOKUPS; i++)
        lookup_free(l[i]);
    is(process_lookups(), LIMIT_ABANDONED_LOOKUPS, "T-20 abandoned ones do");
    is(lookup_start("two.test", 80, &one, &failure), LIBHTTP_E_NAME_RESOLUTION,
       "T-20 too many of them: no further look-up");
    contains(failure_text(&failure), "resolve two.test: 16 abandoned look-ups",
             "T-20 and the sentence says why");
    pthread_mutex_unlock(&door);
    for (int i = LIMIT_ABANDONED_LOOKUPS; i < LIMIT_ABANDONED_LOOKUPS + 4; i++) {
        struct address_list list = {0};

        is(finish(l[i], AF_UNSPEC, &list, &failure), LIBHTTP_OK, "T-20 those that began go on");
        address_list_done(&list);
    }
    ok(settles(threads, descriptors), "T-33 all threads end");
    is(process_lookups(), 0, "T-20 there is room again");
    one = start("two.test", &failure);
    ok(one != NULL, "T-20 and the next look-up works");
    lookup_free(one);
    lookup_free(NULL);
    ok(settles(threads, descriptors), "T-33 one that has just ended is no leak");
    failure_done(&failure);
}

static void test_fork(void)
{
    struct failure failure;
    struct lookup *running, *ended;
    int status = -1;
    pid_t child;

    failure_init(&failure);
    pthread_mutex_lock(&door);
    running = start("hang.test", &failure);
    ended = start("one.test", &failure);
    poll(NULL, 0, 50);
    child = fork();
    if (child == 0) {
        alarm(PATIENCE_S);
        lookup_free(running);
        lookup_free(ended);
        process_leave(process_lookups() == 0 ? 0 : 1);
    }
    waitpid(child, &status, 0);
    is(status, 0, "T-39 a child of fork lets go of its parent's look-ups");
    pthread_mutex_unlock(&door);
    lookup_free(running);
    lookup_free(ended);
    failure_done(&failure);
}

static void test_generation(void)
{
    int port, listener = listen_loopback(5, &port);
    struct endpoint to = {.host = "hang.test", .port = port};
    struct transport *t = NULL;
    struct wait wait;
    struct net net;
    uint64_t generation;

    net_init(&net, true);
    tcp_new(&to, &net.io, &t, &net.failure);
    transport_wait(t, 0, &wait);
    ok(wait.fd == -1 && wait.deadline == 0, "nothing is under way: call now");
    generation = net.io.generation;
    pthread_mutex_lock(&door);
    is(transport_advance(t, clock_now(), &net.failure), LIBHTTP_AGAIN, "resolving");
    transport_wait(t, 0, &wait);
    ok(wait.fd >= 0 && wait.events == WANT_READ, "is waited for by reading");
    ok(fcntl(wait.fd, F_GETFL) & O_NONBLOCK, "a descriptor with O_NONBLOCK");
    is(fcntl(wait.fd, F_GETFD), FD_CLOEXEC, "T-33 and close-on-exec");
    ok(net.io.generation != generation, "the generation has changed");
    generation = net.io.generation;
    pthread_mutex_unlock(&door);
    is(net_open(&net, t, PATIENCE_MS), LIBHTTP_OK, "C-126 a slow name: %s",
       failure_text(&net.failure));
    transport_wait(t, WANT_READ | WANT_WRITE, &wait);
    is(wait.fd, transport_fileno(t), "open, it is the socket");
    is(wait.events, WANT_READ | WANT_WRITE, "for what is needed");
    ok(net.io.generation != generation, "the generation has changed");
    transport_wait(t, 0, &wait);
    is(wait.fd, -1, "no needs, no descriptor");
    transport_free(t, false);
    net_done(&net);
    close(listener);
}

static void test_literals_bypass(void)
{
    int port, listener = listen_loopback(5, &port), before = asked;
    struct endpoint to = net_loopback(port);
    union address given = net_address("127.0.0.1", port);
    struct endpoint_info info;
    struct transport *t;
    struct net net;

    net_init(&net, true);
    t = net_connect(&net, &to, PATIENCE_MS);
    ok(t != NULL, "C-126 a literal");
    transport_free(t, false);
    to.host = "hang.test";
    to.addresses = &given;
    to.address_count = 1;
    t = net_connect(&net, &to, PATIENCE_MS);
    ok(t != NULL, "C-137 an address in advance");
    transport_free(t, false);
    is(asked, before, "C-126 C-137 neither asks the resolver");
    to = (struct endpoint){.host = "one.test", .port = port};
    t = net_connect(&net, &to, PATIENCE_MS);
    ok(t != NULL, "C-126 a name");
    tcp_info(t, &info);
    is(asked, before + 1, "C-126 does");
    ok(info.resolved_at > 0 && info.connected_at >= info.resolved_at, "C-132 and tells when");
    transport_free(t, false);
    to.port = closed_port();
    ok(net_connect(&net, &to, PATIENCE_MS) == NULL, "C-126 a name where nobody listens");
    contains(failure_text(&net.failure), "connect to one.test: 127.0.0.1:", "C-126 is named");
    net_done(&net);
    close(listener);
}

/* A single address needs no race: its socket itself is waited for. */
static void test_one_address(void)
{
    int port;
    struct full_backlog *full = full_backlog_tcp(&port);
    struct endpoint to = {.host = "one.test", .port = port};
    struct transport *t = NULL;
    struct wait wait;
    struct net net;

    net_init(&net, true);
    tcp_new(&to, &net.io, &t, &net.failure);
    is(net_open(&net, t, 200), LIBHTTP_E_TIMEOUT, "C-126 one address that hangs");
    transport_wait(t, 0, &wait);
    ok(wait.fd >= 0 && wait.fd == transport_fileno(t), "C-126 its socket is waited for");
    is(wait.events, WANT_WRITE, "C-126 until it can be written");
    transport_free(t, false);
    net_done(&net);
    full_backlog_free(full);
}

static void test_no_memory(void)
{
    int threads = count_threads(), descriptors = count_descriptors();
    struct lookup *l = NULL;
    struct failure failure;
    int32_t status;

    failure_init(&failure);
    if (malloc_is_counted()) {
        malloc_fail_at(1, true);
        status = lookup_start("two.test", 80, &l, &failure);
        malloc_fail_at(0, false);
        is(status, LIBHTTP_E_NO_MEMORY, "T-36 a look-up without memory");
        malloc_fail_at(2, true);
        status = lookup_start("quiet.test", 80, &l, &failure);
        malloc_fail_at(0, false);
        if (status == LIBHTTP_OK)
            lookup_free(l);
        else
            is(status, LIBHTTP_E_NAME_RESOLUTION, "T-36 or a thread without it");
    }
    ok(settles(threads, descriptors), "T-36 leaves nothing");
    failure_done(&failure);
}

/* When the first look-ups have ended: ThreadSanitizer has one of its own by now. */
static int threads_of_its_own(void)
{
    comes_to(count_threads, 1 + IS_TSAN);
    return count_threads();
}

int main(void)
{
    int threads, descriptors = count_descriptors();

    test_results();
    test_errors();
    threads = threads_of_its_own();
    test_hanging(false);
    test_hanging(true);
    test_limit();
    test_fork();
    ok(settles(threads, descriptors), "T-33 nothing is left of them");
    test_generation();
    test_literals_bypass();
    test_one_address();
    test_no_memory();
    ok(settles(threads, descriptors), "T-33 no thread and no descriptor is left");
    return done_testing();
}
