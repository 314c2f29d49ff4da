/* SPDX-License-Identifier: MIT */
#include "tap.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/printable.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int count;
static int failed;

/* One write for a line: nothing of it is left in a buffer that a forked child would print again. */
static void __attribute__((format(printf, 2, 0)))
put_line(const char *start, const char *format, va_list args)
{
    char line[2048];
    int used = snprintf(line, sizeof line, "%s", start);

    vsnprintf(line + used, sizeof line - (size_t)used, format, args);
    for (char *p = line + used; *p != '\0'; p++)
        if (*p == '\n' || *p == '\r' || *p == '#')
            *p = ' ';
    printf("%s\n", line);
    fflush(stdout);
}

static bool __attribute__((format(printf, 3, 0)))
report(struct tap_place place, bool held, const char *format, va_list args)
{
    char start[32];

    pthread_mutex_lock(&lock);
    count++;
    failed += !held;
    snprintf(start, sizeof start, "%sok %d - ", held ? "" : "not ", count);
    put_line(start, format, args);
    pthread_mutex_unlock(&lock);
    if (!held)
        diag("  failed in %s, line %d", place.file, place.line);
    if (!held && getenv("TEST_FIRST_FAILURE") != NULL)
        exit(1);
    return held;
}

#define REPORT(held)                                                                               \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        report(place, held, format, args);                                                         \
        va_end(args);                                                                              \
    } while (0)

bool tap_ok(struct tap_place place, bool held, const char *format, ...)
{
    REPORT(held);
    return held;
}

bool tap_is(struct tap_place place, intmax_t got, intmax_t want, const char *format, ...)
{
    REPORT(got == want);
    if (got != want)
        diag("  got %jd, wanted %jd", got, want);
    return got == want;
}

bool tap_is_str(struct tap_place place, const char *got, const char *want, const char *format, ...)
{
    bool held = got == NULL || want == NULL ? got == want : strcmp(got, want) == 0;

    REPORT(held);
    if (!held) {
        char room[700];

        diag("  got    \"%s\"", printable(room, sizeof room, got, got ? strlen(got) : 0));
        diag("  wanted \"%s\"", printable(room, sizeof room, want, want ? strlen(want) : 0));
        if (got == NULL || want == NULL)
            diag("  (%s is NULL)", got == NULL ? "got" : "wanted");
    }
    return held;
}

static size_t first_difference(const char *a, const char *b, size_t length)
{
    size_t i = 0;

    while (i < length && a[i] == b[i])
        i++;
    return i;
}

bool tap_is_mem(struct tap_place place, const void *got, size_t got_length, const void *want,
                size_t want_length, const char *format, ...)
{
    bool held =
        got_length == want_length && (got_length == 0 || memcmp(got, want, got_length) == 0);

    REPORT(held);
    if (!held) {
        char room[700];
        size_t shorter = got_length < want_length ? got_length : want_length;
        size_t at = first_difference(got, want, shorter);
        size_t from = at < 40 ? 0 : at - 40;

        diag("  %zu bytes, wanted %zu; they differ at %zu; from %zu on:", got_length, want_length,
             at, from);
        printable(room, sizeof room, (const char *)got + from, got_length - from);
        diag("  got    \"%s\"", room);
        printable(room, sizeof room, (const char *)want + from, want_length - from);
        diag("  wanted \"%s\"", room);
    }
    return held;
}

bool tap_contains(struct tap_place place, const char *text, const char *part, const char *format,
                  ...)
{
    bool held = text != NULL && strstr(text, part) != NULL;

    REPORT(held);
    if (!held)
        diag("  \"%s\" isn't in \"%s\"", part, text ? text : "(NULL)");
    return held;
}

void diag(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    pthread_mutex_lock(&lock);
    put_line("# ", format, args);
    pthread_mutex_unlock(&lock);
    va_end(args);
}

void skip(const char *format, ...)
{
    char start[32];
    va_list args;

    va_start(args, format);
    pthread_mutex_lock(&lock);
    snprintf(start, sizeof start, "ok %d # SKIP ", ++count);
    put_line(start, format, args);
    pthread_mutex_unlock(&lock);
    va_end(args);
}

void skip_all(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put_line("1..0 # SKIP ", format, args);
    va_end(args);
    exit(0);
}

void bail_out(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put_line("Bail out! ", format, args);
    va_end(args);
    exit(1);
}

int done_testing(void)
{
    printf("1..%d\n", count);
    fflush(stdout);
    return failed != 0 || count == 0;
}

int tap_failures(void)
{
    return failed;
}
