/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "support/modes.h"
#include "tap.h"

enum { ANSWER_MAX = 1 << 20 };

static bool answer(struct client *k, int32_t want, const char *body, const char *name)
{
    libhttp_response *r = NULL;
    const void *data = "";
    int64_t length = 0;
    int32_t status = client_getresponse(k, &r);
    bool well;

    if (status != LIBHTTP_OK)
        return fail("%s, %s: getresponse gives %s: %s", name, k->name, libhttp_error_name(status),
                    libhttp_connection_error(k->c));
    status = client_read_all(k, r, ANSWER_MAX, &data, &length);
    if (status != LIBHTTP_OK)
        well = fail("%s, %s: read_all gives %s: %s", name, k->name, libhttp_error_name(status),
                    libhttp_response_error(r));
    else if (libhttp_response_status(r) != want)
        well = is(libhttp_response_status(r), want, "%s, %s: the status", name, k->name);
    else
        well = is_mem(data, length, body, strlen(body), "%s, %s: %d and its body", name, k->name,
                      want);
    libhttp_response_free(r);
    return well;
}

bool client_answer(struct client *k, int32_t status, const char *body, const char *format, ...)
{
    char name[300];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    return answer(k, status, body, name);
}

bool client_get(struct client *k, const char *target, int32_t status, const char *body,
                const char *format, ...)
{
    char name[300];
    va_list arguments;
    int32_t sent = client_request(k, "GET", target, NULL, NULL, LIBHTTP_NO_BODY);

    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    if (sent != LIBHTTP_OK)
        return fail("%s, %s: request gives %s: %s", name, k->name, libhttp_error_name(sent),
                    libhttp_connection_error(k->c));
    return answer(k, status, body, name);
}

bool client_failed(struct client *k, int32_t status, int32_t want, const char *format, ...)
{
    char name[300];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    if (status != want)
        diag("the sentence: %s", libhttp_connection_error(k->c));
    return ok(status == want && libhttp_connection_error_code(k->c) == want &&
                  libhttp_connection_error(k->c)[0] != '\0',
              "%s, %s: %s%s%s", name, k->name, libhttp_error_name(want),
              status == want ? "" : ", not ", status == want ? "" : libhttp_error_name(status));
}
