/* SPDX-License-Identifier: MIT */
#include "base/idna.h"

#include <dlfcn.h>
#include <stdlib.h>

/* Of <idn2.h>, which isn't needed to build. */
#define IDN2_NFC_INPUT       1
#define IDN2_NONTRANSITIONAL 8
#define IDN2_OK              0
#define IDN2_MALLOC          (-100)

struct idn2 {
    void *library;
    int (*lookup)(const uint8_t *name, uint8_t **ret, int flags);
    const char *(*error)(int code);
    void (*release)(void *name);
};

/* POSIX's way round ISO C, which doesn't convert an object's pointer to a function's. */
static bool find(void *library, const char *symbol, void *ret_function)
{
    void *address = dlsym(library, symbol);

    memcpy(ret_function, &address, sizeof address);
    return address != NULL;
}

/*
 * NODELETE: it stays once it is there, and yet each load is balanced by a close, so that there is
 * no state of ours.
 */
static bool load(struct idn2 *ret)
{
    static const char *const names[] = {"idn2_lookup_u8", "idn2_strerror", "idn2_free"};
    void *const functions[] = {&ret->lookup, &ret->error, &ret->release};

    ret->library = dlopen("libidn2.so.0", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!ret->library)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!find(ret->library, names[i], functions[i])) {
            dlclose(ret->library);
            return false;
        }
    }
    return true;
}

static int32_t encode(const struct idn2 *idn2, const char *name, char **ret,
                      struct failure *failure)
{
    uint8_t *ascii = NULL;
    char *copy;
    int code = idn2->lookup((const uint8_t *)name, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);

    if (code == IDN2_MALLOC)
        return fail_memory(failure);
    if (code != IDN2_OK)
        return fail(failure, LIBHTTP_E_INVALID_URL, "host %s can't be encoded by IDNA: %s",
                    QUOTE(span_text(name)), idn2->error(code));
    copy = strdup((const char *)ascii);
    idn2->release(ascii);
    if (!copy)
        return fail_memory(failure);
    *ret = copy;
    return LIBHTTP_OK;
}

int32_t idna_encode(struct span name, char **ret, struct failure *failure)
{
    char text[IDNA_INPUT_MAX + 1];
    struct idn2 idn2;
    int32_t status;

    if (name.length > IDNA_INPUT_MAX)
        return fail(failure, LIBHTTP_E_INVALID_URL, "host %s is too long", QUOTE(name));
    memcpy(text, name.data, name.length);
    text[name.length] = '\0';
    if (!load(&idn2))
        return fail(
            failure, LIBHTTP_E_INVALID_URL,
            "host %s is not ASCII, and libidn2.so.0, which would encode it, can't be loaded",
            QUOTE(name));
    status = encode(&idn2, text, ret, failure);
    dlclose(idn2.library);
    return status;
}
