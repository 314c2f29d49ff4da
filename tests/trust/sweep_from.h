/* SPDX-License-Identifier: MIT */
/* For sweeps that strike functions of others: calls from libhttp.so itself, counted until one is
 * struck. */
#ifndef TESTS_TRUST_SWEEP_FROM_H
#define TESTS_TRUST_SWEEP_FROM_H

#include <stdbool.h>

struct sweep_fault;

/* First of all; false where it isn't there as a library of its own. */
bool sweep_find_library(void);
/* A fault's begin and end. */
void sweep_arm(const struct sweep_fault *fault);
bool sweep_disarm(const struct sweep_fault *fault);
bool sweep_is_armed(void);
/* Counts a call that returns to this address, where it comes from libhttp.so; whether it fails. */
bool sweep_strikes(const void *return_address);

#endif
