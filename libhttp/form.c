/* SPDX-License-Identifier: MIT */
/* form: application/x-www-form-urlencoded, as urllib.parse.urlencode writes it (C-135). */
#include <libhttp/form.h>

#include <stdlib.h>

#include "base/percent.h"
#include "base/text.h"

/* A form often holds a password: memory is wiped before it is freed (T-53). */
struct libhttp_form {
    char *text; /* NUL-terminated; NULL: nothing was added */
    size_t length;
    size_t capacity; /* the NUL included */
    struct failure failure;
};

int32_t libhttp_form_new(libhttp_form **ret)
{
    struct libhttp_form *form;

    if (!ret)
        return LIBHTTP_E_INVALID_ARGUMENT;
    form = calloc(1, sizeof *form);
    if (!form)
        return LIBHTTP_E_NO_MEMORY;
    failure_init(&form->failure);
    *ret = form;
    return LIBHTTP_OK;
}

static void wipe(char *text, size_t length)
{
    if (text)
        explicit_bzero(text, length);
    free(text);
}

void libhttp_form_free(libhttp_form *form)
{
    if (!form)
        return;
    wipe(form->text, form->length);
    failure_done(&form->failure);
    free(form);
}

/* The size of a block for `needed` bytes: doubled, so that appending stays linear. */
static size_t grown(size_t capacity, size_t needed)
{
    size_t size = capacity ? capacity : 256;

    while (size < needed)
        size *= 2;
    return size;
}

/* Writes the pair where there is room for it, and its NUL. */
static void put(char *at, bool first, const struct percent_set *set, struct span name,
                struct span value)
{
    if (!first)
        *at++ = '&';
    percent_encode(at, set, name, true);
    at += percent_encoded_length(set, name, true);
    *at++ = '=';
    percent_encode(at, set, value, true);
    at[percent_encoded_length(set, value, true)] = '\0';
}

/* The old block goes last: what is added may lie in it. */
static int32_t append(struct libhttp_form *form, struct span name, struct span value)
{
    struct percent_set set;
    char *text = form->text, *old = NULL;
    size_t length, added;

    percent_set_init(&set, span_of("", 0));
    added = percent_encoded_length(&set, name, true) + percent_encoded_length(&set, value, true) +
            (form->length > 0 ? 2 : 1);
    length = form->length + added;
    if (length > LIBHTTP_FORM_MAX)
        return fail(&form->failure, LIBHTTP_E_TOO_LARGE, "a form over LIBHTTP_FORM_MAX bytes");
    if (length + 1 > form->capacity) {
        size_t capacity = grown(form->capacity, length + 1);

        text = malloc(capacity);
        if (!text)
            return fail_memory(&form->failure);
        if (form->length > 0)
            memcpy(text, form->text, form->length);
        old = form->text;
        form->capacity = capacity;
    }
    put(text + form->length, form->length == 0, &set, name, value);
    wipe(old, form->length);
    form->text = text;
    form->length = length;
    return LIBHTTP_OK;
}

int32_t libhttp_form_add(libhttp_form *form, const char *name, int64_t name_length,
                         const char *value, int64_t value_length)
{
    struct span value_span;
    int32_t status;

    if (!form)
        return LIBHTTP_E_INVALID_ARGUMENT;
    status = text_in(&value_span, value, value_length, "value", &form->failure);
    if (status != LIBHTTP_OK)
        return status;
    return libhttp_form_add_data(form, name, name_length, value_span.data,
                                 (int64_t)value_span.length);
}

int32_t libhttp_form_add_data(libhttp_form *form, const char *name, int64_t name_length,
                              const void *data, int64_t length)
{
    struct span name_span, value_span;
    int32_t status;

    if (!form)
        return LIBHTTP_E_INVALID_ARGUMENT;
    status = text_in(&name_span, name, name_length, "name", &form->failure);
    if (status == LIBHTTP_OK)
        status = data_in(&value_span, data, length, "data", &form->failure);
    if (status == LIBHTTP_OK)
        status = append(form, name_span, value_span);
    return status;
}

int32_t libhttp_form_clear(libhttp_form *form)
{
    if (!form)
        return LIBHTTP_E_INVALID_ARGUMENT;
    wipe(form->text, form->length);
    form->text = NULL;
    form->length = form->capacity = 0;
    return LIBHTTP_OK;
}

const char *libhttp_form_text(const libhttp_form *form, int64_t *ret_length)
{
    if (!form)
        return no_text(ret_length);
    return text_out(span_of(form->text ? form->text : "", form->length), ret_length);
}

const char *libhttp_form_error(const libhttp_form *form)
{
    return form ? failure_text(&form->failure) : "";
}

int32_t libhttp_form_error_code(const libhttp_form *form)
{
    return form ? form->failure.code : 0;
}
