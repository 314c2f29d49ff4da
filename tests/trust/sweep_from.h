/* SPDX-License-Identifier: MIT */
/* Whether a call comes from libhttp.so itself, for sweeps that strike functions of others. */
#ifndef TESTS_TRUST_SWEEP_FROM_H
#define TESTS_TRUST_SWEEP_FROM_H

#include <stdbool.h>

/* First of all; false where it isn't there as a library of its own. */
bool sweep_find_library(void);
bool sweep_from_library(const void *return_address);

#endif
