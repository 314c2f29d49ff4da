/* SPDX-License-Identifier: MIT */
/* malloc and its kin, counting and failing as told. A static library's member: only tests that ask
 * for it get it. */
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "support/counts.h"

static atomic_llong calls, in_use, peak, refused;
static atomic_llong until_failure;
static atomic_bool keeps_failing;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define REPLACED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define REPLACED 0
#endif
#endif
#ifndef REPLACED
#define REPLACED 1
#endif

#if REPLACED
#define EXPORTED __attribute__((visibility("default")))

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

static bool refuse(void)
{
    long long left;

    atomic_fetch_add(&calls, 1);
    if (atomic_load(&until_failure) == 0)
        return false;
    left = atomic_fetch_sub(&until_failure, 1);
    if (left > 1)
        return false;
    if (!atomic_load(&keeps_failing))
        atomic_store(&until_failure, 0);
    else
        atomic_store(&until_failure, 1);
    atomic_fetch_add(&refused, 1);
    errno = ENOMEM;
    return true;
}

static void *add(void *memory)
{
    long long size, now, highest;

    if (memory == NULL)
        return NULL;
    size = (long long)malloc_usable_size(memory);
    now = atomic_fetch_add(&in_use, size) + size;
    highest = atomic_load(&peak);
    while (now > highest && !atomic_compare_exchange_weak(&peak, &highest, now))
        continue;
    return memory;
}

static void subtract(void *memory)
{
    if (memory != NULL)
        atomic_fetch_sub(&in_use, (long long)malloc_usable_size(memory));
}

EXPORTED void *malloc(size_t size)
{
    return refuse() ? NULL : add(__libc_malloc(size));
}

EXPORTED void *calloc(size_t count, size_t size)
{
    return refuse() ? NULL : add(__libc_calloc(count, size));
}

EXPORTED void *realloc(void *old, size_t size)
{
    void *memory;

    if (refuse())
        return NULL;
    subtract(old);
    memory = __libc_realloc(old, size);
    if (memory == NULL && size > 0)
        return add(old), NULL;
    return add(memory);
}

EXPORTED void *memalign(size_t alignment, size_t size)
{
    return refuse() ? NULL : add(__libc_memalign(alignment, size));
}

EXPORTED void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

EXPORTED int posix_memalign(void **ret_memory, size_t alignment, size_t size)
{
    void *memory = memalign(alignment, size);

    if (memory == NULL)
        return ENOMEM;
    *ret_memory = memory;
    return 0;
}

EXPORTED void free(void *memory)
{
    int saved = errno;

    subtract(memory);
    __libc_free(memory);
    errno = saved;
}
#endif

bool malloc_is_counted(void)
{
    long long before = atomic_load(&calls);
    /* Through pointers: our own malloc would be inlined here, where valgrind can't replace it. */
    void *(*volatile allocate)(size_t) = malloc;
    void (*volatile release)(void *) = free;

    release(allocate(1));
    return atomic_load(&calls) > before;
}

int64_t malloc_count(void)
{
    return atomic_load(&calls);
}

int64_t malloc_in_use(void)
{
    return atomic_load(&in_use);
}

int64_t malloc_peak(void)
{
    return atomic_load(&peak);
}

void malloc_peak_reset(void)
{
    atomic_store(&peak, atomic_load(&in_use));
}

void malloc_fail_at(int64_t n, bool ever_after)
{
    atomic_store(&until_failure, 0);
    atomic_store(&keeps_failing, ever_after);
    atomic_store(&refused, 0);
    atomic_store(&until_failure, n);
}

int64_t malloc_refused(void)
{
    return atomic_load(&refused);
}
