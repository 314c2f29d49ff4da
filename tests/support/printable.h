/* SPDX-License-Identifier: MIT */
/* Bytes as a person can read them: "GET / HTTP/1.1\r\n\x00". */
#ifndef TESTS_SUPPORT_PRINTABLE_H
#define TESTS_SUPPORT_PRINTABLE_H

#include <stddef.h>

/* Writes at most size bytes, NUL included, "..." at the end where something was left out. Returns
 * out. */
const char *printable(char *out, size_t size, const void *data, size_t length);

#endif
