# SPDX-License-Identifier: MIT
# The library: a file a line, sorted, in the layers' order.

public_headers =

public_sources =

client_sources =

wire_sources =

net_sources =

base_sources = \
	libhttp/base/buf.c \
	libhttp/base/buf.h \
	libhttp/base/clock.c \
	libhttp/base/clock.h \
	libhttp/base/failure.c \
	libhttp/base/failure.h \
	libhttp/base/limits.h \
	libhttp/base/process.c \
	libhttp/base/process.h \
	libhttp/base/span.c \
	libhttp/base/span.h

nobase_include_HEADERS = $(public_headers)

# All objects, for tests of what the library hides.
noinst_LTLIBRARIES += libhttp/libcore.la
libhttp_libcore_la_SOURCES = $(public_sources) $(client_sources) $(wire_sources) $(net_sources) $(base_sources)
libhttp_libcore_la_CFLAGS = $(AM_CFLAGS) $(STRICT_CFLAGS)
libhttp_libcore_la_LIBADD = $(OPENSSL_LIBS) -ldl

lib_LTLIBRARIES += libhttp.la
libhttp_la_SOURCES =
libhttp_la_LIBADD = libhttp/libcore.la
libhttp_la_LDFLAGS = $(AM_LDFLAGS) $(STRICT_LDFLAGS) -no-undefined -version-info $(ABI_VERSION) \
	-Wl,--version-script=$(srcdir)/libhttp/libhttp.map -Wl,--no-undefined-version \
	-Wl,-z,now -Wl,-z,relro -Wl,-z,nodelete -Wl,-Bsymbolic-functions
EXTRA_libhttp_la_DEPENDENCIES = libhttp/libhttp.map
EXTRA_DIST += libhttp/libhttp.map
