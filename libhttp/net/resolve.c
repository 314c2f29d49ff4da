/* SPDX-License-Identifier: MIT */
/* resolve: see resolve.h. What is shared with the thread is the job, which the last of the two
 * frees. */
#include "net/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/process.h"
#include "net/descriptor.h"

enum { RUNNING, DONE, ABANDONED };

struct lookup {
    atomic_int references; /* the caller's and the thread's */
    atomic_int state;
    uint32_t process; /* process_generation(): a fork's child has the job, but no thread */
    int event;        /* open as long as the job: the thread writes it whatever happens */
    /* The thread's until DONE. */
    int status;   /* getaddrinfo's */
    int os_error; /* errno where status is EAI_SYSTEM */
    struct addrinfo *found;
    char port[8];
    char host[]; /* NUL-terminated */
};

static void unref(struct lookup *l)
{
    if (atomic_fetch_sub_explicit(&l->references, 1, memory_order_acq_rel) != 1)
        return;
    if (l->found)
        freeaddrinfo(l->found);
    if (l->event >= 0)
        close(l->event);
    free(l);
}

static void tell(const struct lookup *l)
{
    while (write(l->event, &(uint64_t){1}, sizeof(uint64_t)) < 0 && errno == EINTR)
        continue;
}

/*
 * Without AI_ADDRCONFIG: it leaves nothing of "localhost" on a machine that has no other address,
 * and glibc asks for A and AAAA at once anyway. An address that can't be reached fails at once in
 * the race.
 */
static void *run(void *argument)
{
    static const struct addrinfo hints = {
        .ai_flags = AI_NUMERICSERV, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct lookup *l = argument;

    l->status = getaddrinfo(l->host, l->port, &hints, &l->found);
    l->os_error = errno;
    if (l->status != 0)
        l->found = NULL;
    if (atomic_exchange(&l->state, DONE) == ABANDONED)
        process_lookup_ended();
    tell(l);
    unref(l);
    return NULL;
}

/* A host program's thread-local data may take more than our small stack: then one of the usual
 * size. */
static int create(struct lookup *l)
{
    pthread_attr_t attributes;
    pthread_t thread;
    int error = pthread_attr_init(&attributes);

    if (error)
        return error;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, LIMIT_LOOKUP_STACK);
    error = pthread_create(&thread, &attributes, run, l);
    pthread_attr_destroy(&attributes);
    if (error == EINVAL) {
        error = pthread_create(&thread, NULL, run, l);
        if (error == 0)
            pthread_detach(thread);
    }
    return error;
}

/* The thread must never run one of the program's signal handlers. */
static int start_thread(struct lookup *l)
{
    sigset_t all, before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    error = create(l);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

static struct lookup *new_job(const char *host, int32_t port)
{
    size_t length = strlen(host) + 1;
    struct lookup *l = calloc(1, sizeof *l + length);

    if (!l)
        return NULL;
    process_watch_forks();
    atomic_init(&l->references, 2);
    atomic_init(&l->state, RUNNING);
    l->process = process_generation();
    l->event = descriptor_apart(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    snprintf(l->port, sizeof l->port, "%u", (uint16_t)port);
    memcpy(l->host, host, length);
    return l;
}

/* There is no thread (any more): its reference goes, too. What it had not told may be half there.
 */
static void discard(struct lookup *l)
{
    if (atomic_load(&l->state) != DONE)
        l->found = NULL;
    atomic_store(&l->references, 1);
    unref(l);
}

int32_t lookup_start(const char *host, int32_t port, struct lookup **ret, struct failure *failure)
{
    struct lookup *l;
    int error;

    if (process_lookups() >= LIMIT_ABANDONED_LOOKUPS)
        return fail(failure, LIBHTTP_E_NAME_RESOLUTION,
                    "resolve %.255s: %d abandoned look-ups still hang in the resolver", host,
                    process_lookups());
    l = new_job(host, port);
    if (!l)
        return fail_memory(failure);
    error = l->event < 0 ? errno : start_thread(l);
    if (error == 0) {
        *ret = l;
        return LIBHTTP_OK;
    }
    discard(l);
    return fail_os(failure, LIBHTTP_E_NAME_RESOLUTION, error, "resolve %.255s: no thread", host);
}

int lookup_event(const struct lookup *l)
{
    return l->event;
}

static int32_t fail_lookup(const struct lookup *l, struct failure *failure)
{
    if (l->status == EAI_MEMORY)
        return fail_memory(failure);
    if (l->status == EAI_SYSTEM)
        return fail_os(failure, LIBHTTP_E_NAME_RESOLUTION, l->os_error, "resolve %.255s", l->host);
    return fail(failure, LIBHTTP_E_NAME_RESOLUTION, "resolve %.255s: %s", l->host,
                gai_strerror(l->status));
}

static uint32_t length_of(const struct addrinfo *found)
{
    uint32_t length = 0;

    for (; found && length < UINT32_MAX; found = found->ai_next)
        length++;
    return length;
}

int32_t lookup_result(struct lookup *l, sa_family_t family, struct address_list *ret,
                      struct failure *failure)
{
    struct address_list list;

    if (atomic_load(&l->state) != DONE)
        return LIBHTTP_AGAIN;
    if (l->status != 0)
        return fail_lookup(l, failure);
    if (!address_list_init(&list, length_of(l->found)))
        return fail_memory(failure);
    for (const struct addrinfo *a = l->found; a; a = a->ai_next)
        address_list_add(&list, a->ai_addr, family);
    if (list.count == 0) {
        address_list_done(&list);
        return fail(failure, LIBHTTP_E_NAME_RESOLUTION, "resolve %.255s: no address%s", l->host,
                    family != AF_UNSPEC ? " of the source address's family" : "");
    }
    address_list_interleave(&list);
    *ret = list;
    return LIBHTTP_OK;
}

void lookup_free(struct lookup *l)
{
    if (!l)
        return;
    if (l->process != process_generation()) {
        discard(l);
        return;
    }
    if (atomic_exchange(&l->state, ABANDONED) == RUNNING)
        process_lookup_abandoned();
    unref(l);
}
