/* SPDX-License-Identifier: MIT */
/* libidn2 there, missing, too old, and out of memory. */
#include "base/idna.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "base/host.h"
#include "support/no_memory.h"

static enum { THERE, MISSING, TOO_OLD } library;
static int opened, closed;

/* In place of the C library's. */
void *dlopen(const char *name, int flags)
{
    void *(*next)(const char *, int);
    void *address = dlsym(RTLD_NEXT, "dlopen");
    void *handle;

    memcpy(&next, &address, sizeof next);
    if (library == MISSING)
        return NULL;
    handle = next(library == TOO_OLD ? NULL : name, flags);
    opened += handle != NULL;
    return handle;
}

int dlclose(void *handle)
{
    int (*next)(void *);
    void *address = dlsym(RTLD_NEXT, "dlclose");

    memcpy(&next, &address, sizeof next);
    closed++;
    return next(handle);
}

static const char name[] = "b\xc3\xbc"
                           "cher.example";

static void without(const char *how)
{
    struct failure failure;
    char *ascii = NULL;

    failure_init(&failure);
    is(idna_encode(span_text(name), &ascii, &failure), LIBHTTP_E_INVALID_URL, "C-36 %s", how);
    ok(!ascii, "ret is untouched");
    contains(failure_text(&failure), "libidn2.so.0", "the sentence says what is missing");
    failure_done(&failure);
}

static bool parse(void)
{
    struct failure failure;
    struct host host;
    bool good;

    failure_init(&failure);
    host_init(&host);
    good = AGAIN_IF_NO_MEMORY(host_parse(span_text("[fe80::1%lo]:80"), -1, &host, &failure)) &&
           AGAIN_IF_NO_MEMORY(host_parse(span_text("example.org:80"), -1, &host, &failure));
    host_done(&host);
    failure_done(&failure);
    return good;
}

/* What libidn2 and the loader report for lack of memory isn't always that; but it is an error. */
static void encode_without_memory(void)
{
    bool good = true;

    for (int n = 1; n < 40 && malloc_is_counted(); n++) {
        struct failure failure;
        struct host host;
        int32_t status;

        failure_init(&failure);
        host_init(&host);
        malloc_fail_at(n, true);
        status = host_parse(span_text(name), -1, &host, &failure);
        malloc_fail_at(0, false);
        good = good && (status == LIBHTTP_OK) == (host.name != NULL) && status <= 0 &&
               host_parse(span_text(name), -1, &host, &failure) == LIBHTTP_OK;
        host_done(&host);
        failure_done(&failure);
    }
    ok(good, "T-36 IDNA without memory gives an error, and a second try a host");
}

int main(void)
{
    struct failure failure;
    char *ascii = NULL;
    char many[IDNA_INPUT_MAX + 1];

    failure_init(&failure);
    is(idna_encode(span_text(name), &ascii, &failure), LIBHTTP_OK, "C-36 a name is encoded");
    is_str(ascii, "xn--bcher-kva.example", "in its A-label form");
    free(ascii);
    memset(many, 0xbc, sizeof many);
    is(idna_encode(span_of(many, sizeof many), &ascii, &failure), LIBHTTP_E_INVALID_URL,
       "T-31 one that is too long is refused");
    is(idna_encode(span_of(many, sizeof many - 1), &ascii, &failure), LIBHTTP_E_INVALID_URL,
       "and one of bytes that are no text");
    failure_done(&failure);
    library = MISSING;
    without("no libidn2");
    library = TOO_OLD;
    without("a libidn2 without the functions");
    library = THERE;
    is(opened, closed, "what is opened is closed");
    no_memory_each(parse, "ASCII hosts");
    encode_without_memory();
    return done_testing();
}
