# SPDX-License-Identifier: MIT
# The examples are built with the library and run by the tests, but not installed.

# examples/<name>.c, linked with libhttp.so as a user's program is.
examples =

noinst_PROGRAMS += $(examples)
