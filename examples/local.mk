# SPDX-License-Identifier: MIT
# The examples are built with the library and run by the tests, but not installed.

# examples/<name>.c, a line each, sorted, and below what it is linked with: libhttp.so, as a user's program is.
examples =

noinst_PROGRAMS += $(examples)
$(examples): AM_LDFLAGS += -no-install -pthread
EXTRA_DIST += examples/demo

# What the examples talk to; it knows nothing of libhttp.
noinst_PROGRAMS += examples/server
examples_server_SOURCES = examples/server.c examples/server_stream.c examples/server_stream.h
examples_server_CPPFLAGS = $(AM_CPPFLAGS) -iquote $(srcdir)/examples
examples_server_LDADD = $(OPENSSL_LIBS)

.PHONY: demo
demo: $(noinst_PROGRAMS)
	$(SHELL) $(srcdir)/examples/demo examples
