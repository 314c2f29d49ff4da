/* SPDX-License-Identifier: MIT */
/*
 * How long the tests wait for what has to come. A bound is there to end a hang, never to judge: a
 * machine may be thirty times slower than usual, and any process may stand still for seconds.
 */
#ifndef TESTS_SUPPORT_PATIENCE_H
#define TESTS_SUPPORT_PATIENCE_H

#include <stdbool.h>

/* What has not come by then never will. Shorter than TEST_TIMEOUT, so that the test tells of it. */
enum { PATIENCE_S = 120, PATIENCE_MS = PATIENCE_S * 1000 };

/* Waits until `count` gives this number; whether it did. */
bool comes_to(int (*count)(void), int wanted);

#endif
