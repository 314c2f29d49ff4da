# SPDX-License-Identifier: MIT
# The library: a file a line, sorted, in the layers' order.

public_headers = \
	libhttp/api.h \
	libhttp/connection.h \
	libhttp/constants.h \
	libhttp/error.h \
	libhttp/form.h \
	libhttp/headers.h \
	libhttp/http.h \
	libhttp/info.h \
	libhttp/media.h \
	libhttp/options.h \
	libhttp/response.h \
	libhttp/status.h \
	libhttp/stream.h \
	libhttp/tls_config.h \
	libhttp/url.h \
	libhttp/version.h \
	libhttp/wait.h

public_sources = \
	libhttp/basic.c \
	libhttp/connection.c \
	libhttp/connection_request.c \
	libhttp/connection_response.c \
	libhttp/connection_send.c \
	libhttp/connection_where.c \
	libhttp/connection_whole.c \
	libhttp/constants.c \
	libhttp/error.c \
	libhttp/form.c \
	libhttp/headers.c \
	libhttp/headers_read.c \
	libhttp/info.c \
	libhttp/media.c \
	libhttp/options.c \
	libhttp/options_where.c \
	libhttp/percent.c \
	libhttp/response.c \
	libhttp/response_read.c \
	libhttp/response_wait.c \
	libhttp/status.c \
	libhttp/stream.c \
	libhttp/tls_config.c \
	libhttp/tls_config_get.c \
	libhttp/url.c \
	libhttp/version.c \
	libhttp/wait.c

client_sources = \
	libhttp/client/debug.c \
	libhttp/client/debug.h \
	libhttp/client/deliver.c \
	libhttp/client/deliver.h \
	libhttp/client/destination.c \
	libhttp/client/destination.h \
	libhttp/client/drive.c \
	libhttp/client/drive.h \
	libhttp/client/exchange.c \
	libhttp/client/exchange.h \
	libhttp/client/handles.h \
	libhttp/client/headers_private.h \
	libhttp/client/media_parts.c \
	libhttp/client/media_parts.h \
	libhttp/client/message.c \
	libhttp/client/message.h \
	libhttp/client/open.c \
	libhttp/client/open.h \
	libhttp/client/read.c \
	libhttp/client/read.h \
	libhttp/client/ready.c \
	libhttp/client/receive.c \
	libhttp/client/receive.h \
	libhttp/client/request_head.h \
	libhttp/client/session.c \
	libhttp/client/session.h \
	libhttp/client/settings.c \
	libhttp/client/settings.h \
	libhttp/client/tls_access.h \
	libhttp/client/tunnel.c \
	libhttp/client/tunnel.h \
	libhttp/client/upload.c \
	libhttp/client/upload.h \
	libhttp/client/upload_fd.c \
	libhttp/client/waiting.c \
	libhttp/client/waiting.h \
	libhttp/client/where.h

wire_sources = \
	libhttp/wire/body.c \
	libhttp/wire/body.h \
	libhttp/wire/chars.c \
	libhttp/wire/chars.h \
	libhttp/wire/chunked.c \
	libhttp/wire/chunked.h \
	libhttp/wire/fields.c \
	libhttp/wire/fields.h \
	libhttp/wire/framing.c \
	libhttp/wire/framing.h \
	libhttp/wire/head.c \
	libhttp/wire/head.h \
	libhttp/wire/head_line.h \
	libhttp/wire/head_text.c \
	libhttp/wire/head_usual.c \
	libhttp/wire/parameters.c \
	libhttp/wire/parameters.h \
	libhttp/wire/request.c \
	libhttp/wire/request.h \
	libhttp/wire/request_notes.c \
	libhttp/wire/request_notes.h \
	libhttp/wire/scan.h \
	libhttp/wire/target.c \
	libhttp/wire/target.h

net_sources = \
	libhttp/net/address.c \
	libhttp/net/address.h \
	libhttp/net/cancel.c \
	libhttp/net/cancel.h \
	libhttp/net/descriptor.c \
	libhttp/net/descriptor.h \
	libhttp/net/endpoint.h \
	libhttp/net/fd.c \
	libhttp/net/link.c \
	libhttp/net/link.h \
	libhttp/net/link_io.c \
	libhttp/net/memory.c \
	libhttp/net/race.c \
	libhttp/net/race.h \
	libhttp/net/reasons.c \
	libhttp/net/reasons.h \
	libhttp/net/resolve.c \
	libhttp/net/resolve.h \
	libhttp/net/sendfile.c \
	libhttp/net/socket.c \
	libhttp/net/socket.h \
	libhttp/net/tcp.c \
	libhttp/net/tls.c \
	libhttp/net/tls.h \
	libhttp/net/tls_alpn.c \
	libhttp/net/tls_alpn.h \
	libhttp/net/tls_bio.c \
	libhttp/net/tls_context.c \
	libhttp/net/tls_context.h \
	libhttp/net/tls_engine.c \
	libhttp/net/tls_engine.h \
	libhttp/net/tls_errors.c \
	libhttp/net/tls_errors.h \
	libhttp/net/tls_files.c \
	libhttp/net/tls_handshake.c \
	libhttp/net/tls_identity.c \
	libhttp/net/tls_info.c \
	libhttp/net/tls_link.h \
	libhttp/net/tls_read.c \
	libhttp/net/tls_sessions.c \
	libhttp/net/tls_sessions.h \
	libhttp/net/tls_settings.c \
	libhttp/net/tls_trust.c \
	libhttp/net/tls_verify.c \
	libhttp/net/tls_write.c \
	libhttp/net/transport.c \
	libhttp/net/transport.h \
	libhttp/net/unix.c \
	libhttp/net/unix.h \
	libhttp/net/watch.c \
	libhttp/net/watch.h

base_sources = \
	libhttp/base/buf.c \
	libhttp/base/buf.h \
	libhttp/base/clock.c \
	libhttp/base/clock.h \
	libhttp/base/failure.c \
	libhttp/base/failure.h \
	libhttp/base/host.c \
	libhttp/base/host.h \
	libhttp/base/idna.c \
	libhttp/base/idna.h \
	libhttp/base/limits.h \
	libhttp/base/literal.c \
	libhttp/base/literal.h \
	libhttp/base/percent.c \
	libhttp/base/percent.h \
	libhttp/base/process.c \
	libhttp/base/process.h \
	libhttp/base/sigpipe.c \
	libhttp/base/sigpipe.h \
	libhttp/base/room.h \
	libhttp/base/span.c \
	libhttp/base/span.h \
	libhttp/base/text.c \
	libhttp/base/text.h \
	libhttp/base/url_split.c \
	libhttp/base/url_split.h \
	libhttp/base/utf8.c \
	libhttp/base/utf8.h \
	libhttp/base/wipe.h

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
