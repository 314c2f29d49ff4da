/* SPDX-License-Identifier: MIT */
/* malloc and its kin, counting and failing as told. A static library's member: only tests that ask
 * for it get it. */
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "support/counts.h"

static atomic_llong calls, in_use, peak, refused;
static atomic_llong until_failure;
static atomic_bool keeps_failing;

#define EXPORTED UNCHECKED __attribute__((visibility("default")))

/* AddressSanitizer's own functions are called for what it replaces, so that both do their work. */
#if defined(__SANITIZE_ADDRESS__)
#define REPLACED       1
#define NEXT(function) __interceptor_##function
/* It allocates before its shadow memory is there. */
#define UNCHECKED __attribute__((no_sanitize("address", "undefined")))
int __sanitizer_get_ownership(const volatile void *memory);
size_t __sanitizer_get_allocated_size(const volatile void *memory);
const char *__asan_default_options(void);
static bool ready;
static _Thread_local bool spared;

/* More than there can be is refused, as malloc does. */
EXPORTED const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

__attribute__((constructor)) static void be_ready(void)
{
    ready = true;
}

/* What was allocated before it was there itself it doesn't know. */
UNCHECKED static size_t usable_size(void *memory)
{
    return ready && __sanitizer_get_ownership(memory) ? __sanitizer_get_allocated_size(memory) : 0;
}

/* It asks this in each new thread, and ends the process where there is no memory for the answer. */
EXPORTED int pthread_getattr_np(pthread_t thread, pthread_attr_t *ret_attributes)
{
    int (*next)(pthread_t, pthread_attr_t *);
    int failed;

    *(void **)&next = dlsym(RTLD_NEXT, "pthread_getattr_np");
    spared = true;
    failed = next(thread, ret_attributes);
    spared = false;
    return failed;
}
#elif defined(__SANITIZE_THREAD__)
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
#ifndef NEXT
#define NEXT(function) __libc_##function
#define UNCHECKED
#define usable_size malloc_usable_size
#define spared      false
#endif

#if REPLACED
void *NEXT(malloc)(size_t size);
void *NEXT(calloc)(size_t count, size_t size);
void *NEXT(realloc)(void *old, size_t size);
void *NEXT(memalign)(size_t alignment, size_t size);
void NEXT(free)(void *memory);

UNCHECKED static bool refuse(void)
{
    long long left;

    atomic_fetch_add(&calls, 1);
    if (spared || atomic_load(&until_failure) == 0)
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

UNCHECKED static void *add(void *memory)
{
    long long size, now, highest;

    if (memory == NULL)
        return NULL;
    size = (long long)usable_size(memory);
    now = atomic_fetch_add(&in_use, size) + size;
    highest = atomic_load(&peak);
    while (now > highest && !atomic_compare_exchange_weak(&peak, &highest, now))
        continue;
    return memory;
}

UNCHECKED static void subtract(void *memory)
{
    if (memory != NULL)
        atomic_fetch_sub(&in_use, (long long)usable_size(memory));
}

EXPORTED void *malloc(size_t size)
{
    return refuse() ? NULL : add(NEXT(malloc)(size));
}

EXPORTED void *calloc(size_t count, size_t size)
{
    return refuse() ? NULL : add(NEXT(calloc)(count, size));
}

EXPORTED void *realloc(void *old, size_t size)
{
    void *memory;

    if (refuse())
        return NULL;
    subtract(old);
    memory = NEXT(realloc)(old, size);
    if (memory == NULL && size > 0)
        return add(old), NULL;
    return add(memory);
}

EXPORTED void *memalign(size_t alignment, size_t size)
{
    return refuse() ? NULL : add(NEXT(memalign)(alignment, size));
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
    NEXT(free)(memory);
    errno = saved;
}

#if defined(__SANITIZE_ADDRESS__)
/* Its own functions of these names would not come by here. */
EXPORTED void *reallocarray(void *old, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, count * size);
}

EXPORTED char *strndup(const char *text, size_t limit)
{
    size_t length = strnlen(text, limit);
    char *copy = malloc(length + 1);

    if (copy != NULL) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

EXPORTED char *strdup(const char *text)
{
    return strndup(text, SIZE_MAX - 1);
}
#endif
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

bool malloc_is_plain(void)
{
#if defined(__SANITIZE_ADDRESS__)
    return false;
#else
    return malloc_is_counted();
#endif
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
