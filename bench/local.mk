# SPDX-License-Identifier: MIT
# make bench: libhttp beside its peers, as counts and as ratios to the floor. Debian's names of what it compares with:
#     apt install libcurl4-openssl-dev libneon27-dev strace valgrind
# A peer that isn't there is left out. The counting test (tests/e2e/instructions.sh) needs only server and client-libhttp.

bench_programs = bench/server bench/client-floor bench/client-libhttp
bench_peers = bench/client-curl bench/client-neon
noinst_PROGRAMS += $(bench_programs)
EXTRA_PROGRAMS = $(bench_peers)
CLEANFILES += $(bench_peers) bench/results.txt bench/results.svg bench/peer.log
EXTRA_DIST += bench/run bench/NOTES bench/instructions

$(bench_programs) $(bench_peers): AM_LDFLAGS += -no-install
bench_client = bench/client.c bench/client.h
bench_server_LDADD = $(OPENSSL_LIBS)
bench_server_SOURCES = bench/server.c
bench_client_floor_SOURCES = bench/client_floor.c $(bench_client)
bench_client_floor_LDADD = $(OPENSSL_LIBS)
bench_client_libhttp_SOURCES = bench/client_libhttp.c $(bench_client)
bench_client_libhttp_LDADD = libhttp.la
bench_client_curl_SOURCES = bench/client_curl.c $(bench_client)
bench_client_curl_LDADD = -lcurl
bench_client_neon_SOURCES = bench/client_neon.c $(bench_client)
bench_client_neon_CPPFLAGS = $(AM_CPPFLAGS) -I/usr/include/neon
bench_client_neon_LDADD = -lneon

.PHONY: bench
bench: $(bench_programs)
	-@for peer in $(bench_peers); do $(MAKE) $(AM_MAKEFLAGS) $$peer >bench/peer.log 2>&1 || echo "left out: $$peer"; done
	$(srcdir)/bench/run bench
