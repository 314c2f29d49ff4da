/* SPDX-License-Identifier: MIT */
/* What a process holds and uses, for tests of leaks and of the steady state. */
#ifndef TESTS_SUPPORT_COUNTS_H
#define TESTS_SUPPORT_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether this is built for ThreadSanitizer, which has a thread of its own, that sleeps. */
#if defined(__SANITIZE_THREAD__)
#define IS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define IS_TSAN 1
#endif
#endif
#ifndef IS_TSAN
#define IS_TSAN 0
#endif

/* Open descriptors and running threads of this process. */
int count_descriptors(void);
int count_threads(void);
/* The highest resident memory so far, in KiB; where it can, resident_reset starts over. */
long resident_peak_kb(void);
void resident_reset(void);

/*
 * A test that calls one of these has malloc, calloc, realloc, free and their kin replaced in the
 * whole process, libhttp.so and OpenSSL included. Under valgrind and ThreadSanitizer nothing
 * is counted: malloc_is_counted says whether it is.
 */
bool malloc_is_counted(void);
/* Whether it is the C library's as well: AddressSanitizer counts, but has its own heap and system
 * calls. */
bool malloc_is_plain(void);
/* Allocations made so far (a realloc is one), by all threads. */
int64_t malloc_count(void);
/* Bytes that are allocated now, and the most so far since malloc_peak_reset. */
int64_t malloc_in_use(void);
int64_t malloc_peak(void);
void malloc_peak_reset(void);
/* The n-th allocation from now on fails, 1 being the next, and all later ones too where ever after;
 * 0 stops it. */
void malloc_fail_at(int64_t n, bool ever_after);
/* How many allocations were refused since malloc_fail_at. */
int64_t malloc_refused(void);

#endif
