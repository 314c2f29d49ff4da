# SPDX-License-Identifier: MIT
# make bench: libhttp beside its peers, as counts and as ratios to the floor: bench/NOTES. What it compares with, by Debian's names:
#     apt-get install libcurl4-openssl-dev libneon27-dev lua-curl lua-sec lua-socket luajit nginx-light python3 strace valgrind
# A peer that isn't there is left out. make bench-quick tries each row shortly; the tests do it too, and compare the counts.

bench_programs = bench/server bench/client-floor bench/client-libhttp bench/many-floor
bench_peers = bench/client-curl bench/client-neon bench/client-go bench/calls.so
noinst_PROGRAMS += $(bench_programs)
EXTRA_PROGRAMS = bench/client-curl bench/client-neon
CLEANFILES += $(bench_peers) bench/results.txt bench/ratios.svg bench/linear.svg bench/peer.log
EXTRA_DIST += $(bench_scripts) bench/calls.c bench/NOTES bench/README bench/RESULTS bench/instructions bench/linear.svg bench/ratios.svg

bench_scripts = \
	bench/client.go \
	bench/client.lua \
	bench/client.rb \
	bench/client_luacurl.lua \
	bench/client_luasocket.lua \
	bench/client_net_http.rb \
	bench/client_http_client.py \
	bench/draw.py \
	bench/measure.py \
	bench/rows.py \
	bench/run \
	bench/servers.py

$(bench_programs) $(EXTRA_PROGRAMS): AM_LDFLAGS += -no-install
bench_client = bench/client.c bench/client.h
bench_server_LDADD = $(OPENSSL_LIBS)
bench_server_SOURCES = bench/server.c bench/server.h bench/server_answer.c bench/server_crowd.c
bench_client_floor_SOURCES = bench/client_floor.c $(bench_client)
bench_client_floor_LDADD = $(OPENSSL_LIBS)
bench_client_libhttp_SOURCES = bench/client_libhttp.c $(bench_client)
bench_client_libhttp_LDADD = libhttp.la
bench_client_curl_SOURCES = bench/client_curl.c $(bench_client)
bench_client_curl_LDADD = -lcurl
bench_client_neon_SOURCES = bench/client_neon.c $(bench_client)
bench_client_neon_CPPFLAGS = $(AM_CPPFLAGS) -I/usr/include/neon
bench_client_neon_LDADD = -lneon
bench_many_floor_SOURCES = bench/many_floor.c
bench_many_floor_LDADD =

# Not libtool's business: it is preloaded from here, and linked with nothing.
bench/calls.so: bench/calls.c
	$(AM_V_GEN)$(CC) $(CPPFLAGS) $(CFLAGS) -fPIC -shared -o $@ $(srcdir)/bench/calls.c

# Built against the module that the binding's make leaves.
bench/client-go: bench/client.go bindings-all
	@rm -rf bench/go && $(MKDIR_P) bench/go && cp $(srcdir)/bench/client.go bench/go/main.go && printf '%s\n' 'module bench' \
		'go 1.19' 'require libhttp.dev/go/libhttp v0.0.0' \
		'replace libhttp.dev/go/libhttp => $(abs_builddir)/bindings/go/module' >bench/go/go.mod
	cd bench/go && { test -w "$$HOME" || export GOCACHE="$(abs_builddir)/bindings/go/cache"; } && \
		PKG_CONFIG_PATH="$(abs_builddir)/bindings/go/pkgconfig" GOFLAGS=-mod=mod GOPROXY=off \
		$(GO) build -ldflags '-r $(abs_builddir)/.libs' -o ../client-go .
	@rm -rf bench/go

.PHONY: bench bench-quick bench-peers
bench-peers: $(bench_programs) bindings-all
	-@for peer in $(bench_peers); do $(MAKE) $(AM_MAKEFLAGS) $$peer >bench/peer.log 2>&1 || echo "left out: $$peer"; done
bench: bench-peers
	$(tests_environment) $(srcdir)/bench/run full
bench-quick: bench-peers
	$(tests_environment) $(srcdir)/bench/run quick
