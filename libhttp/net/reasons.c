/* SPDX-License-Identifier: MIT */
/* reasons: see reasons.h. */
#include "net/reasons.h"

#include <stdio.h>

#include "net/address.h"

/* The longest reason: an address, a call and a system error. */
#define REASON_TEXT (ADDRESS_TEXT + 96)

void reasons_add(struct reasons *r, const union address *a, const char *call, int os_error)
{
    char address[ADDRESS_TEXT];
    char system_text[64];
    char reason[REASON_TEXT];
    int length;

    r->os_error = os_error;
    address_format(a, address, sizeof address);
    length = snprintf(reason, sizeof reason, "%s%s%s%s: %s", r->length > 0 ? "; " : "", address,
                      call ? ": " : "", call ? call : "",
                      os_error_text(os_error, system_text, sizeof system_text));
    if (length < 0 || (size_t)length >= sizeof reason)
        return;
    if (r->length + (size_t)length < sizeof r->text) {
        memcpy(r->text + r->length, reason, (size_t)length + 1);
        r->length += (size_t)length;
    }
}

int32_t fail_reasons(struct failure *failure, const struct reasons *r, const char *name)
{
    fail(failure, LIBHTTP_E_OS, "connect to %.255s%s%s", name ? name : "", name ? ": " : "",
         r->text);
    failure->os_error = r->os_error;
    return failure->code;
}
