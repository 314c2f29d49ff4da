/* SPDX-License-Identifier: MIT */
/*
 * Test Anything Protocol for tests in C.
 *
 *     int main(void)
 *     {
 *         ok(buf_init(&buf, 10) == 0, "C-71 a buffer has a limit");
 *         is(buf.length, 0, "it begins empty");
 *         is_str(name, "host", "field %d has a name", i);
 *         return done_testing();
 *     }
 *
 * Each check returns whether it held; the first that doesn't ends the program where
 * TEST_FIRST_FAILURE is set. The plan is printed by done_testing, so a test that crashes,
 * exits or returns early has no plan and fails. Checks may be made from several threads, but not
 * from a forked child.
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tap_place {
    const char *file;
    int line;
};

#define TAP_HERE      ((struct tap_place){__FILE__, __LINE__})
#define TAP_FORMAT(n) __attribute__((format(printf, n, n + 1)))

/* Whether the condition holds; everything behind it is the description, as for printf. */
#define ok(condition, ...) tap_ok(TAP_HERE, !!(condition), __VA_ARGS__)
#define pass(...)          tap_ok(TAP_HERE, true, __VA_ARGS__)
#define fail(...)          tap_ok(TAP_HERE, false, __VA_ARGS__)

/* Two numbers, two strings (NULL is one like another), two pieces of memory: got, then wanted. */
#define is(got, want, ...)     tap_is(TAP_HERE, (intmax_t)(got), (intmax_t)(want), __VA_ARGS__)
#define is_str(got, want, ...) tap_is_str(TAP_HERE, got, want, __VA_ARGS__)
#define is_mem(got, got_length, want, want_length, ...)                                            \
    tap_is_mem(TAP_HERE, got, (size_t)(got_length), want, (size_t)(want_length), __VA_ARGS__)

/* The text contains the part. */
#define contains(text, part, ...) tap_contains(TAP_HERE, text, part, __VA_ARGS__)

/* A line of explanation. */
void diag(const char *format, ...) TAP_FORMAT(1);

/* One check that cannot be made here, and why. In .ci/run nothing may be skipped. */
void skip(const char *format, ...) TAP_FORMAT(1);

/* The whole program cannot run here: says so and exits with success. */
_Noreturn void skip_all(const char *format, ...) TAP_FORMAT(1);

/* Nothing further makes sense: stops this program and the whole run. */
_Noreturn void bail_out(const char *format, ...) TAP_FORMAT(1);

/* Prints the plan and returns main's status. */
int done_testing(void);

/* How many checks have failed so far. */
int tap_failures(void);

bool tap_ok(struct tap_place place, bool held, const char *format, ...) TAP_FORMAT(3);
bool tap_is(struct tap_place place, intmax_t got, intmax_t want, const char *format, ...)
    TAP_FORMAT(4);
bool tap_is_str(struct tap_place place, const char *got, const char *want, const char *format, ...)
    TAP_FORMAT(4);
bool tap_is_mem(struct tap_place place, const void *got, size_t got_length, const void *want,
                size_t want_length, const char *format, ...) TAP_FORMAT(6);
bool tap_contains(struct tap_place place, const char *text, const char *part, const char *format,
                  ...) TAP_FORMAT(4);

#endif
