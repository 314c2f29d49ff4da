# SPDX-License-Identifier: MIT
# The examples are built with the library and run by the tests, but not installed.

# examples/<name>.c, a line each, sorted, and below what it is linked with: libhttp.so, as a user's program is.
examples = \
	examples/cancel \
	examples/download \
	examples/epoll \
	examples/get \
	examples/head \
	examples/many \
	examples/post \
	examples/tunnel \
	examples/upload

noinst_PROGRAMS += $(examples)
$(examples): AM_LDFLAGS += -no-install -pthread
EXTRA_DIST += examples/demo examples/serve

# What they share, and the library.
noinst_LTLIBRARIES += examples/libcommon.la
examples_libcommon_la_SOURCES = examples/common.c examples/common.h
examples_libcommon_la_CFLAGS = $(AM_CFLAGS)
examples_cancel_LDADD = examples/libcommon.la libhttp.la
examples_download_LDADD = examples/libcommon.la libhttp.la
examples_epoll_LDADD = examples/libcommon.la libhttp.la
examples_get_LDADD = examples/libcommon.la libhttp.la
examples_head_LDADD = examples/libcommon.la libhttp.la
examples_many_LDADD = examples/libcommon.la libhttp.la
examples_post_LDADD = examples/libcommon.la libhttp.la
examples_tunnel_LDADD = examples/libcommon.la libhttp.la
examples_upload_LDADD = examples/libcommon.la libhttp.la

# What the examples talk to; it knows nothing of libhttp.
noinst_PROGRAMS += examples/server
examples_server_SOURCES = examples/server.c examples/server_stream.c examples/server_stream.h
examples_server_CPPFLAGS = $(AM_CPPFLAGS) -iquote $(srcdir)/examples
examples_server_LDADD = $(OPENSSL_LIBS)

.PHONY: demo
demo: $(noinst_PROGRAMS)
	$(SHELL) $(srcdir)/examples/demo examples
