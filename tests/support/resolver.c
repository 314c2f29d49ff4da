/* SPDX-License-Identifier: MIT */
#include "support/resolver.h"
#include "support/patience.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))

/* One address of an answer; freed by our own freeaddrinfo. */
struct found {
    struct addrinfo info;
    struct sockaddr_storage address;
};

static atomic_int hangs, begun, hanging, threads;
static char answer[512];
static pthread_mutex_t answer_lock = PTHREAD_MUTEX_INITIALIZER;

void resolver_hang(bool hang)
{
    atomic_fetch_add(&hangs, hang ? 1 : -1);
}

void resolver_answer(const char *addresses)
{
    pthread_mutex_lock(&answer_lock);
    snprintf(answer, sizeof answer, "%s", addresses ? addresses : "");
    pthread_mutex_unlock(&answer_lock);
}

int resolver_begun(void)
{
    return atomic_load(&begun);
}

int resolver_hanging(void)
{
    return atomic_load(&hanging);
}

/* A thread's value under this key is destroyed when the thread ends. */
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void thread_ends(void *value)
{
    (void)value;
    atomic_fetch_sub(&threads, 1);
}

static void make_key(void)
{
    if (pthread_key_create(&key, thread_ends) != 0)
        abort();
}

static void count_this_thread(void)
{
    pthread_once(&once, make_key);
    if (pthread_getspecific(key) == NULL && pthread_setspecific(key, &threads) == 0)
        atomic_fetch_add(&threads, 1);
}

int resolver_threads(void)
{
    return atomic_load(&threads);
}

bool resolver_threads_end(void)
{
    return comes_to(resolver_threads, 0);
}

static struct addrinfo *one(const char *literal, int port)
{
    struct found *found = calloc(1, sizeof *found);
    struct sockaddr_in *in;
    struct sockaddr_in6 *in6;
    bool is_v6 = strchr(literal, ':') != NULL;

    if (found == NULL)
        return NULL;
    in = (struct sockaddr_in *)&found->address;
    in6 = (struct sockaddr_in6 *)&found->address;
    in->sin_port = htons((uint16_t)port);
    found->address.ss_family = is_v6 ? AF_INET6 : AF_INET;
    inet_pton(found->address.ss_family, literal,
              is_v6 ? (void *)&in6->sin6_addr : (void *)&in->sin_addr);
    found->info = (struct addrinfo){.ai_family = found->address.ss_family,
                                    .ai_socktype = SOCK_STREAM,
                                    .ai_addrlen = is_v6 ? sizeof *in6 : sizeof *in,
                                    .ai_addr = (struct sockaddr *)&found->address};
    return &found->info;
}

EXPORTED int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                         struct addrinfo **result)
{
    struct addrinfo **end = result;
    char text[sizeof answer], *rest = text;

    (void)node, (void)hints;
    count_this_thread();
    atomic_fetch_add(&begun, 1);
    atomic_fetch_add(&hanging, 1);
    while (atomic_load(&hangs) > 0)
        poll(NULL, 0, 5);
    atomic_fetch_sub(&hanging, 1);
    pthread_mutex_lock(&answer_lock);
    snprintf(text, sizeof text, "%s", answer);
    pthread_mutex_unlock(&answer_lock);
    *result = NULL;
    for (char *literal; (literal = strsep(&rest, " ")) != NULL;) {
        if (*literal != '\0') {
            *end = one(literal, atoi(service));
            if (*end == NULL) {
                freeaddrinfo(*result);
                return EAI_MEMORY;
            }
            end = &(*end)->ai_next;
        }
    }
    return *result != NULL ? 0 : EAI_NONAME;
}

EXPORTED void freeaddrinfo(struct addrinfo *found)
{
    while (found != NULL) {
        struct addrinfo *next = found->ai_next;

        free(found);
        found = next;
    }
}
