/* SPDX-License-Identifier: MIT */
/* Shorter forms for runs in which each instruction costs many: under valgrind. */
#ifndef TESTS_SUPPORT_FEWER_H
#define TESTS_SUPPORT_FEWER_H

/* One in how many shall be done of what a test does over and over: TEST_FEWER, else 1. */
int fewer(void);

#endif
