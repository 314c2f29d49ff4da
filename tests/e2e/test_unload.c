/* SPDX-License-Identifier: MIT */
/* The library unloaded while a look-up of its own is still running (T-39). This program isn't
 * linked with it. */
#include <dlfcn.h>
#include <libhttp/http.h>
#include <stdlib.h>
#include <string.h>

#include "support/counts.h"
#include "support/patience.h"
#include "support/resolver.h"
#include "tap.h"

/* What is used of it. */
struct library {
    void *handle;
    int32_t (*new)(libhttp_connection **ret);
    void (*free)(libhttp_connection *c);
    int32_t (*set_host)(libhttp_connection *c, const char *host, int64_t length, int32_t port);
    int32_t (*set_mode)(libhttp_connection *c, int32_t mode);
    int32_t (*connect)(libhttp_connection *c);
    int32_t (*cancel)(libhttp_connection *c);
};

static void find(const struct library *library, const char *name, void *ret_function)
{
    void *found = dlsym(library->handle, name);

    if (found == NULL)
        bail_out("no %s", name);
    memcpy(ret_function, &found, sizeof found);
}

static void load(struct library *library)
{
    const char *path = getenv("LIBHTTP_SO");

    library->handle = path != NULL ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    if (library->handle == NULL)
        bail_out("dlopen: %s", path != NULL ? dlerror() : "LIBHTTP_SO isn't set");
    find(library, "libhttp_connection_new", &library->new);
    find(library, "libhttp_connection_free", &library->free);
    find(library, "libhttp_connection_set_host", &library->set_host);
    find(library, "libhttp_connection_set_mode", &library->set_mode);
    find(library, "libhttp_connection_connect", &library->connect);
    find(library, "libhttp_connection_cancel", &library->cancel);
}

int main(void)
{
    int descriptors;
    struct library library;
    libhttp_connection *c;

    load(&library);
    descriptors = count_descriptors();
    for (int round = 0; round < 2; round++) {
        resolver_hang(true);
        is(library.new(&c), LIBHTTP_OK, "T-39 a connection by dlopen alone");
        library.set_mode(c, LIBHTTP_MODE_NONBLOCKING);
        library.set_host(c, "hangs.example", -1, 80);
        is(library.connect(c), LIBHTTP_AGAIN, "T-39 a look-up is started");
        ok(comes_to(resolver_hanging, 1), "T-39 and hangs");
        library.cancel(c);
        is(library.connect(c), LIBHTTP_E_CANCELLED, "T-39 cancelled");
        library.free(c);
        is(dlclose(library.handle), 0, "T-39 the library is unloaded");
        is(resolver_threads(), 1, "T-39 while the look-up's thread goes on");
        resolver_hang(false);
        ok(resolver_threads_end(), "T-39 the thread ends, and nothing crashes");
        is(count_descriptors(), descriptors, "T-33 T-39 and leaves no descriptor");
        load(&library);
    }
    return done_testing();
}
