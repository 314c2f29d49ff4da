/* SPDX-License-Identifier: MIT */
/* The version as text, number and macro. */
#include <libhttp/version.h>

#include <stdio.h>

#include "tap.h"

int main(void)
{
    char text[32];

    snprintf(text, sizeof text, "%d.%d.%d", LIBHTTP_VERSION_MAJOR, LIBHTTP_VERSION_MINOR,
             LIBHTTP_VERSION_PATCH);
    is_str(LIBHTTP_VERSION, text, "C-137 the macros agree");
    is_str(LIBHTTP_VERSION_STRING, text, "C-137 under both names");
    is_str(libhttp_version(), text, "C-137 the library says so by call");
    is(libhttp_version_number(), LIBHTTP_VERSION_NUMBER, "C-137 and as a number");
    is(LIBHTTP_VERSION_NUMBER,
       LIBHTTP_VERSION_MAJOR << 16 | LIBHTTP_VERSION_MINOR << 8 | LIBHTTP_VERSION_PATCH,
       "C-137 of which each part has a byte");
    return done_testing();
}
