/* SPDX-License-Identifier: MIT */
/* The table of constants, compared with every public header. */
#include <libhttp/constants.h>

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libhttp/error.h>
#include <libhttp/version.h>

#include "tap.h"

static int found;

/* Macros without a value, and those that are texts, are no constants. */
static bool is_number(const char *value)
{
    return *value &&
           (isdigit((unsigned char)*value) || *value == '(' || *value == '-' || *value == '\\');
}

static bool is_in_table(const char *name)
{
    for (int32_t i = 0; i < libhttp_constant_count(); i++) {
        if (strcmp(libhttp_constant_name(i), name) == 0)
            return true;
    }
    return false;
}

static void compare_line(const char *path, const char *line)
{
    char name[8 + 128], value[128] = "";
    const char *base = strrchr(path, '/') + 1;

    if (sscanf(line, "#define LIBHTTP_%127[A-Z0-9_] %127s", name + 8, value) < 1 ||
        !is_number(value))
        return;
    memcpy(name, "LIBHTTP_", 8);
    found++;
    if (!is_in_table(name))
        fail("%s: %s is in the table of constants.c", base, name);
    else
        pass("%s: %s is in the table", base, name);
}

static void compare_headers(void)
{
    const char *srcdir = getenv("srcdir");
    char pattern[4096], line[512];
    glob_t paths;

    snprintf(pattern, sizeof pattern, "%s/libhttp/*.h", srcdir ? srcdir : ".");
    if (glob(pattern, 0, NULL, &paths) != 0)
        bail_out("no headers at %s", pattern);
    for (size_t i = 0; i < paths.gl_pathc; i++) {
        FILE *file = fopen(paths.gl_pathv[i], "r");

        if (!file)
            bail_out("no %s", paths.gl_pathv[i]);
        while (fgets(line, sizeof line, file))
            compare_line(paths.gl_pathv[i], line);
        fclose(file);
    }
    globfree(&paths);
}

static void find(void)
{
    int64_t value = 42;

    is(libhttp_constant_find("LIBHTTP_AGAIN", -1, &value), LIBHTTP_OK, "a constant by its name");
    is(value, LIBHTTP_AGAIN, "its value");
    is(libhttp_constant_find("LIBHTTP_E_STATE, and more", 15, &value), LIBHTTP_OK, "and a length");
    is(value, LIBHTTP_E_STATE, "its value");
    value = 42;
    is(libhttp_constant_find("LIBHTTP_NONE_SUCH", -1, &value), LIBHTTP_E_INVALID_ARGUMENT,
       "one that is none");
    is(libhttp_constant_find(NULL, -1, &value), LIBHTTP_E_INVALID_ARGUMENT, "NULL");
    is(libhttp_constant_find("LIBHTTP_OK", -1, NULL), LIBHTTP_E_INVALID_ARGUMENT,
       "nowhere to put it");
    is(libhttp_constant_find("LIBHTTP_OK\0", 11, &value), LIBHTTP_E_INVALID_ARGUMENT,
       "T-6 a NUL in the name");
    is(value, 42, "ret is untouched");
}

int main(void)
{
    compare_headers();
    ok(found > 100, "the headers were read: %d constants", found);
    is(libhttp_constant_count(), found, "the table has no others");
    for (int32_t i = 0; i < libhttp_constant_count(); i++) {
        int64_t value = INT64_MIN;

        libhttp_constant_find(libhttp_constant_name(i), -1, &value);
        is(value, libhttp_constant_value(i), "%s is there once", libhttp_constant_name(i));
    }
    find();
    is_str(libhttp_constant_name(-1), NULL, "outside the table: below");
    is_str(libhttp_constant_name(libhttp_constant_count()), NULL, "outside the table: above");
    is(libhttp_constant_value(-1), 0, "no value there");
    return done_testing();
}
