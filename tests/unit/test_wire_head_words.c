/* SPDX-License-Identifier: MIT */
/* The same checks for the reader of usual lines on processors without vectors that we know. */
#define SCAN_WORDS
#include "wire/head_usual.c"

#include "test_wire_head.c"
