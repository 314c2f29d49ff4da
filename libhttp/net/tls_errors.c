/* SPDX-License-Identifier: MIT */
/* tls_errors: see the header. */
#include "net/tls_errors.h"

#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct host_error {
    unsigned long code;
    int line;
    char *file, *function, *data; /* NULL: none */
};

struct host_errors {
    size_t count;
    struct host_error errors[ERR_NUM_ERRORS];
};

/*
 * Stands for a queue that there was no memory to copy: marked, so that at least nothing of ours
 * stays in it.
 */
static const struct host_errors marked;

static char *copy_text(const char *text)
{
    return text && text[0] ? strdup(text) : NULL;
}

static bool take_one(struct host_error *ret)
{
    const char *file, *function, *data;
    int line, flags;
    unsigned long code = ERR_get_error_all(&file, &line, &function, &data, &flags);

    if (code == 0)
        return false;
    *ret = (struct host_error){.code = code, .line = line};
    ret->file = copy_text(file);
    ret->function = copy_text(function);
    ret->data = (flags & ERR_TXT_STRING) ? copy_text(data) : NULL;
    return true;
}

struct host_errors *host_errors_hide(void)
{
    struct host_errors *hidden;

    /* It says whether there is an error, for less than what looking at one costs. */
    if (ERR_set_mark() == 0)
        return NULL;
    hidden = calloc(1, sizeof *hidden);
    if (!hidden)
        return (struct host_errors *)(uintptr_t)&marked;
    ERR_clear_last_mark();
    while (hidden->count < ERR_NUM_ERRORS && take_one(&hidden->errors[hidden->count]))
        hidden->count++;
    return hidden;
}

static void put_back(const struct host_error *error)
{
    ERR_new();
    ERR_set_debug(error->file ? error->file : "", error->line,
                  error->function ? error->function : "");
    ERR_set_error(ERR_GET_LIB(error->code), ERR_GET_REASON(error->code), NULL);
    if (error->data)
        ERR_add_error_data(1, error->data);
}

static void release(struct host_error *error)
{
    free(error->file);
    free(error->function);
    free(error->data);
}

void host_errors_restore(struct host_errors *hidden)
{
    if (hidden == &marked) {
        ERR_pop_to_mark();
        return;
    }
    if (ERR_peek_error() != 0)
        ERR_clear_error();
    if (!hidden)
        return;
    for (size_t i = 0; i < hidden->count; i++) {
        put_back(&hidden->errors[i]);
        release(&hidden->errors[i]);
    }
    free(hidden);
}

int32_t fail_reason(struct failure *failure, unsigned long reason, const char *what)
{
    const char *text = reason ? ERR_reason_error_string(reason) : NULL;

    if (ERR_GET_REASON(reason) == ERR_R_MALLOC_FAILURE)
        return fail_memory(failure);
    if (text)
        fail(failure, LIBHTTP_E_TLS, "%s: %s", what, text);
    else
        fail(failure, LIBHTTP_E_TLS, "%s: TLS error 0x%lx", what, reason);
    failure->tls_reason = (int64_t)reason;
    return LIBHTTP_E_TLS;
}

int32_t fail_openssl(struct failure *failure, const char *format, ...)
{
    char what[768];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return fail_reason(failure, ERR_peek_error(), what);
}
