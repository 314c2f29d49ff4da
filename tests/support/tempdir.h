/* SPDX-License-Identifier: MIT */
/* A folder of this test's own, removed with all that is in it when the test ends, by exit or by
 * return. */
#ifndef TESTS_SUPPORT_TEMPDIR_H
#define TESTS_SUPPORT_TEMPDIR_H

#include <stddef.h>

/* Made at the first call. The path is short enough for the name of a Unix socket in it. */
const char *tempdir(void);

/* Writes a file there and returns its path, which the caller frees. */
char *tempdir_write(const char *name, const void *data, size_t length);

#endif
