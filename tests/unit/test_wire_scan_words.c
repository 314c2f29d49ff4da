/* SPDX-License-Identifier: MIT */
/* The same checks for the scanners of processors without vectors that we know. */
#define SCAN_WORDS
#include "test_wire_scan.c"
