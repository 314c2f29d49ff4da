# SPDX-License-Identifier: MIT
# The one list of tests: a test a line, sorted. "make check" runs it through automake's TAP driver, tests/run through prove.

# tests/unit/test_<layer>_<file>.c: linked with all objects, hidden ones too.
unit_tests = \
	tests/unit/test_base_buf \
	tests/unit/test_base_clock \
	tests/unit/test_base_failure \
	tests/unit/test_base_host \
	tests/unit/test_base_idna \
	tests/unit/test_base_literal \
	tests/unit/test_base_process \
	tests/unit/test_base_span \
	tests/unit/test_base_text \
	tests/unit/test_client_destination \
	tests/unit/test_constants \
	tests/unit/test_error \
	tests/unit/test_form \
	tests/unit/test_headers \
	tests/unit/test_media \
	tests/unit/test_net_address \
	tests/unit/test_net_cancel \
	tests/unit/test_net_faults \
	tests/unit/test_net_fd \
	tests/unit/test_net_link_io \
	tests/unit/test_net_memory \
	tests/unit/test_net_race \
	tests/unit/test_net_resolve \
	tests/unit/test_net_sendfile \
	tests/unit/test_net_tcp \
	tests/unit/test_net_tls \
	tests/unit/test_net_tls_cost \
	tests/unit/test_net_tls_errors \
	tests/unit/test_net_tls_memory \
	tests/unit/test_net_tls_read \
	tests/unit/test_net_tls_sessions \
	tests/unit/test_net_tls_verify \
	tests/unit/test_net_tls_write \
	tests/unit/test_net_transport \
	tests/unit/test_net_unix \
	tests/unit/test_status \
	tests/unit/test_support_certs \
	tests/unit/test_support_counts \
	tests/unit/test_support_peer \
	tests/unit/test_support_servers \
	tests/unit/test_support_syscalls \
	tests/unit/test_support_tap \
	tests/unit/test_tls_config \
	tests/unit/test_url \
	tests/unit/test_version \
	tests/unit/test_wire_body \
	tests/unit/test_wire_chars \
	tests/unit/test_wire_chunked \
	tests/unit/test_wire_fields \
	tests/unit/test_wire_framing \
	tests/unit/test_wire_head \
	tests/unit/test_wire_head_text \
	tests/unit/test_wire_head_words \
	tests/unit/test_wire_linear \
	tests/unit/test_wire_request \
	tests/unit/test_wire_scan \
	tests/unit/test_wire_scan_words \
	tests/unit/test_wire_target

# tests/e2e/test_<topic>.c: linked with libhttp.so, as users are.
e2e_tests = \
	tests/e2e/test_bad_input \
	tests/e2e/test_bad_numbers \
	tests/e2e/test_bodies \
	tests/e2e/test_cancel \
	tests/e2e/test_cancel_open \
	tests/e2e/test_cancel_race \
	tests/e2e/test_clock \
	tests/e2e/test_construction \
	tests/e2e/test_corpus \
	tests/e2e/test_counts \
	tests/e2e/test_debug \
	tests/e2e/test_early \
	tests/e2e/test_expect \
	tests/e2e/test_files \
	tests/e2e/test_fork \
	tests/e2e/test_freeing \
	tests/e2e/test_exhaustion \
	tests/e2e/test_head \
	tests/e2e/test_host \
	tests/e2e/test_in_flight \
	tests/e2e/test_leftovers \
	tests/e2e/test_limits \
	tests/e2e/test_linear \
	tests/e2e/test_modes \
	tests/e2e/test_names \
	tests/e2e/test_nonblocking \
	tests/e2e/test_next_request \
	tests/e2e/test_not_offered \
	tests/e2e/test_mixture \
	tests/e2e/test_one_host \
	tests/e2e/test_persistence \
	tests/e2e/test_promises \
	tests/e2e/test_process \
	tests/e2e/test_reading \
	tests/e2e/test_request_head \
	tests/e2e/test_request_refused \
	tests/e2e/test_secrets \
	tests/e2e/test_set_right \
	tests/e2e/test_sleeps \
	tests/e2e/test_states \
	tests/e2e/test_streams \
	tests/e2e/test_timeouts \
	tests/e2e/test_tinyproxy \
	tests/e2e/test_tls_end \
	tests/e2e/test_trickle \
	tests/e2e/test_tunnel \
	tests/e2e/test_tunnel_tls \
	tests/e2e/test_unload \
	tests/e2e/test_wait

# tests/trust/test_sweep_<fault>.c: fault sweeps, in their short form; "make sweep" runs them whole.
trust_tests = \
	tests/trust/test_load_many \
	tests/trust/test_load_unruly \
	tests/trust/test_sweep_calls \
	tests/trust/test_sweep_memory \
	tests/trust/test_sweep_openssl \
	tests/trust/test_sweep_peer

# tests/fuzz/fuzz_<what>.c: a target of libFuzzer's, here over its corpus; "make fuzz" fuzzes it.
fuzz_tests = \
	tests/fuzz/fuzz_api \
	tests/fuzz/fuzz_connect \
	tests/fuzz/fuzz_identity \
	tests/fuzz/fuzz_request \
	tests/fuzz/fuzz_response \
	tests/fuzz/fuzz_url

# Executable scripts that print TAP; a script finds its surroundings in $srcdir, $builddir, $CC and $LIBHTTP_SO.
script_tests = \
	tests/abi/breaks.sh \
	tests/abi/check.sh \
	tests/checks/format.sh \
	tests/checks/headers.sh \
	tests/checks/ids.sh \
	tests/checks/includes.sh \
	tests/checks/install.sh \
	tests/checks/launch.sh \
	tests/checks/memcheck.sh \
	tests/checks/style.sh \
	tests/checks/symbols.sh \
	tests/doc/guide.sh \
	tests/doc/guide_code.sh \
	tests/doc/man.sh \
	tests/differential/requests.sh \
	tests/differential/responses.sh \
	tests/e2e/bench.sh \
	tests/e2e/examples.sh \
	tests/e2e/instructions.sh \
	tests/e2e/linear.sh \
	tests/e2e/readme.sh \
	tests/ffi/bad_input.sh \
	tests/ffi/luajit.sh \
	tests/ffi/python.sh \
	tests/ffi/ruby.sh \
	tests/go/examples.sh \
	tests/go/package.sh \
	tests/go/race.sh \
	tests/lua/examples.sh \
	tests/lua/lua5.1.sh \
	tests/lua/lua5.3.sh \
	tests/lua/lua5.4.sh \
	tests/lua/luajit.sh \
	tests/ruby/examples.sh \
	tests/ruby/memory.sh \
	tests/ruby/native.sh \
	tests/ruby/reach.sh \
	tests/ruby/reading.sh \
	tests/ruby/requests.sh \
	tests/ruby/waiting.sh

lua_tests = \
	tests/lua/all.lua \
	tests/lua/run \
	tests/lua/support.lua \
	tests/lua/test_carried.lua \
	tests/lua/test_docs.lua \
	tests/lua/test_errors.lua \
	tests/lua/test_memory.lua \
	tests/lua/test_messages.lua \
	tests/lua/test_misuse.lua \
	tests/lua/test_reach.lua \
	tests/lua/test_reading.lua \
	tests/lua/test_requests.lua \
	tests/lua/test_sessions.lua \
	tests/lua/test_settings.lua \
	tests/lua/test_waiting.lua
EXTRA_DIST += $(lua_tests)

ruby_tests = \
	tests/ruby/run \
	tests/ruby/support.rb \
	tests/ruby/tap_reporter.rb \
	tests/ruby/test_carried.rb \
	tests/ruby/test_docs.rb \
	tests/ruby/test_errors.rb \
	tests/ruby/test_examples.rb \
	tests/ruby/test_fibers.rb \
	tests/ruby/test_memory.rb \
	tests/ruby/test_messages.rb \
	tests/ruby/test_misuse.rb \
	tests/ruby/test_native.rb \
	tests/ruby/test_reach.rb \
	tests/ruby/test_reading.rb \
	tests/ruby/test_requests.rb \
	tests/ruby/test_sessions.rb \
	tests/ruby/test_settings.rb \
	tests/ruby/test_stream.rb \
	tests/ruby/test_waiting.rb
EXTRA_DIST += $(ruby_tests)
EXTRA_DIST += tests/go/examples_run tests/go/run

# The same through CPython's http.client.
EXTRA_DIST += tests/support/preload \
	tests/differential/calls.py \
	tests/differential/causes.py \
	tests/differential/cases.py \
	tests/differential/differences.txt \
	tests/differential/ours.py \
	tests/differential/requests.py \
	tests/differential/requests.txt \
	tests/differential/responses.py \
	tests/differential/theirs.py

# The ABI's baseline: doc/ABI.md.
abi_baseline = \
	tests/abi/include/libhttp/api.h \
	tests/abi/include/libhttp/connection.h \
	tests/abi/include/libhttp/constants.h \
	tests/abi/include/libhttp/error.h \
	tests/abi/include/libhttp/form.h \
	tests/abi/include/libhttp/headers.h \
	tests/abi/include/libhttp/http.h \
	tests/abi/include/libhttp/info.h \
	tests/abi/include/libhttp/media.h \
	tests/abi/include/libhttp/options.h \
	tests/abi/include/libhttp/response.h \
	tests/abi/include/libhttp/status.h \
	tests/abi/include/libhttp/stream.h \
	tests/abi/include/libhttp/tls_config.h \
	tests/abi/include/libhttp/url.h \
	tests/abi/include/libhttp/version.h \
	tests/abi/include/libhttp/wait.h \
	tests/abi/libhttp.abi \
	tests/abi/old_program.c \
	tests/abi/pinned.c
EXTRA_DIST += $(abi_baseline) doc/ABI.md doc/TRUST.md tests/abi/baseline tests/abi/pins \
	tests/packages/autopkgtest tests/packages/build tests/packages/check tests/packages/release \
	tests/packages/reproducible

.PHONY: abi-baseline abi-check package-check release-check
abi-check: libhttp.la
	$(srcdir)/tests/run -v tests/abi/check.sh
abi-baseline: libhttp.la
	$(tests_environment) $(srcdir)/tests/abi/baseline
# The Debian packages of this tree: built, compared and tried.
package-check: dist
	$(srcdir)/tests/packages/check $(distdir).tar.xz
# All that has to hold before a release: distcheck, the ABI, the packages, NEWS, one version everywhere.
release-check:
	$(tests_environment) $(srcdir)/tests/packages/release

# What the tests share.
check_LTLIBRARIES += tests/support/libsupport.la
tests_support_libsupport_la_SOURCES = \
	tests/support/carry.c \
	tests/support/carry.h \
	tests/support/certs.c \
	tests/support/certs.h \
	tests/support/certs_files.c \
	tests/support/certs_inside.h \
	tests/support/conn.c \
	tests/support/conn.h \
	tests/support/count_malloc.c \
	tests/support/counts.c \
	tests/support/counts.h \
	tests/support/fewer.c \
	tests/support/fewer.h \
	tests/support/guard.c \
	tests/support/guard.h \
	tests/support/heap.c \
	tests/support/heap.h \
	tests/support/modes.c \
	tests/support/modes.h \
	tests/support/modes_answer.c \
	tests/support/modes_wait.c \
	tests/support/modes_wait.h \
	tests/support/net.c \
	tests/support/net.h \
	tests/support/no_memory.h \
	tests/support/patience.c \
	tests/support/patience.h \
	tests/support/peer.c \
	tests/support/peer.h \
	tests/support/peer_io.c \
	tests/support/peer_side.c \
	tests/support/peer_side.h \
	tests/support/peer_tls.c \
	tests/support/printable.c \
	tests/support/printable.h \
	tests/support/process.c \
	tests/support/process.h \
	tests/support/resolver.c \
	tests/support/resolver.h \
	tests/support/servers.c \
	tests/support/servers.h \
	tests/support/sockets.c \
	tests/support/sockets.h \
	tests/support/syscalls.c \
	tests/support/syscalls.h \
	tests/support/tap.c \
	tests/support/tempdir.c \
	tests/support/tempdir.h \
	tests/support/tls_pair.c \
	tests/support/tls_pair.h \
	tests/support/unwatched.c \
	tests/support/unwatched.h \
	tests/tap.h
tests_support_libsupport_la_LIBADD = $(OPENSSL_LIBS)

# What the fault sweeps share.
check_LTLIBRARIES += tests/trust/libsweep.la
tests_trust_libsweep_la_SOURCES = \
	tests/trust/sweep.h \
	tests/trust/sweep_exchanges.c \
	tests/trust/sweep_from.c \
	tests/trust/sweep_from.h \
	tests/trust/sweep_peer.c \
	tests/trust/sweep_run.c
SWEEP_LDADD = tests/trust/libsweep.la $(LDADD)
tests_trust_test_load_unruly_SOURCES = tests/trust/test_load_unruly.c tests/trust/unruly.c tests/trust/unruly.h
tests_trust_test_sweep_calls_LDADD = $(SWEEP_LDADD)
tests_trust_test_sweep_memory_LDADD = $(SWEEP_LDADD)
tests_trust_test_sweep_openssl_LDADD = $(SWEEP_LDADD)
tests_trust_test_sweep_peer_LDADD = $(SWEEP_LDADD)

# What the fuzz targets share, and what makes a test of each.
check_LTLIBRARIES += tests/fuzz/libreplay.la
tests_fuzz_libreplay_la_SOURCES = \
	tests/fuzz/api.c \
	tests/fuzz/api.h \
	tests/fuzz/api_ops.c \
	tests/fuzz/api_text_ops.c \
	tests/fuzz/api_tls_ops.c \
	tests/fuzz/fuzz.c \
	tests/fuzz/fuzz.h \
	tests/fuzz/message.c \
	tests/fuzz/message.h \
	tests/fuzz/replay.c \
	tests/fuzz/server.c \
	tests/fuzz/server.h
FUZZ_LDADD = tests/fuzz/libreplay.la $(LDADD)
tests_fuzz_fuzz_api_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_connect_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_identity_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_request_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_response_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_url_LDADD = $(FUZZ_LDADD)
EXTRA_DIST += tests/fuzz/README tests/fuzz/corpus tests/fuzz/fuzz.mk tests/fuzz/http.dict tests/fuzz/keep

tests_programs = $(unit_tests) $(e2e_tests) $(trust_tests) $(fuzz_tests)
check_PROGRAMS += $(tests_programs)
TESTS = $(tests_programs) $(script_tests)
EXTRA_DIST += $(script_tests) tests/corpus tests/checks/ids.txt tests/checks/lib.sh tests/run \
	tests/doc/guide_pages.py tests/support/failures tests/support/launch tests/ports/run tests/fuzz/run \
	tests/ffi/run tests/ffi/with_ctypes.py tests/ffi/with_fiddle.rb tests/ffi/with_luajit.lua tests/ffi/with_nothing.py

# A program's source is its name with .c behind it.
AM_DEFAULT_SOURCE_EXT = .c
tested_library = libhttp/libcore.la
LDADD = tests/support/libsupport.la $(tested_library) $(OPENSSL_LIBS) -ldl
# It loads the library itself.
tests_e2e_test_unload_LDADD = tests/support/libsupport.la $(OPENSSL_LIBS) -ldl
$(e2e_tests) $(trust_tests) $(fuzz_tests): tested_library = libhttp.la
$(e2e_tests) $(trust_tests) $(fuzz_tests): libhttp.la
$(tests_programs): AM_LDFLAGS += -no-install -pthread

tests_environment = srcdir='$(abs_srcdir)'; builddir='$(abs_builddir)'; CC='$(CC)'; \
	LIBHTTP_SO='$(abs_builddir)/.libs/libhttp.so.1'; export srcdir builddir CC LIBHTTP_SO;
AM_TESTS_ENVIRONMENT = $(tests_environment)
LOG_DRIVER = AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_COMPILER = $(SHELL) $(srcdir)/tests/support/launch
TEST_EXTENSIONS =

# Hours rather than seconds: each point of each sweep.
.PHONY: sweep
sweep:
	SWEEP_ALL=1 TEST_TIMEOUT=86400 $(srcdir)/tests/run -v $(trust_tests) tests/e2e/test_corpus \
		tests/differential/requests.sh tests/differential/responses.sh

# For other processors, musl, clang and link-time optimisation; tests/ports/run says what it needs.
.PHONY: check-ports
check-ports:
	$(srcdir)/tests/ports/run

# 100,000 connections in each language instead of some: what a leak run is.
.PHONY: check-long
check-long:
	LIBHTTP_LONG=1 TEST_TIMEOUT=86400 $(srcdir)/tests/run -v \
		tests/go/package.sh tests/lua/lua5.4.sh tests/ruby/memory.sh

# By clang with libFuzzer: make fuzz FUZZ_SECONDS=3600. What is found stays in fuzz-found/: tests/fuzz/README.
FUZZ_SECONDS = 60
.PHONY: fuzz fuzz-afl fuzz-keep
fuzz:
	$(SHELL) $(srcdir)/tests/fuzz/run $(FUZZ_SECONDS) $(fuzz_tests)
fuzz-afl:
	FUZZ_WITH=afl $(SHELL) $(srcdir)/tests/fuzz/run $(FUZZ_SECONDS) $(fuzz_tests)
fuzz-keep:
	$(SHELL) $(srcdir)/tests/fuzz/keep $(fuzz_tests)

# Each with all its warnings as errors, in build directories of their own.
WARNING_COMPILERS = gcc clang
EXTRA_DIST += tests/support/warnings
.PHONY: check-warnings
check-warnings:
	$(SHELL) $(srcdir)/tests/support/warnings $(WARNING_COMPILERS)

clean-local: clean-tests
.PHONY: clean-tests
clean-tests:
	rm -rf asan coverage fuzz-afl fuzz-clang ports tests/logs tsan warnings

# valgrind sees reads of what was never written, which no sanitizer of gcc's does.
.PHONY: check-valgrind sanitize-flags tests-environment tests-list tests-programs
sanitize-flags:
	@echo $(SANITIZE_FLAGS)
tests-programs: $(check_PROGRAMS)
tests-list:
	@echo $(TESTS)
tests-environment:
	@echo "$(tests_environment)"

check-valgrind:
	TEST_TIMEOUT=$${TEST_TIMEOUT:-3600} TEST_FEWER=$${TEST_FEWER:-20} TEST_WRAPPER='$(abs_srcdir)/tests/trust/memcheck' \
		$(srcdir)/tests/trust/under valgrind $(or $(ONLY),$(TESTS))

# Minutes rather than seconds: 10,000 connections at once, and many exchanges through a proxy that misbehaves.
.PHONY: load
LOAD_CALLS = 20000
load:
	LOAD_CONNECTIONS=10000 LOAD_CALLS=$(LOAD_CALLS) TEST_TIMEOUT=86400 $(srcdir)/tests/run -v \
		tests/trust/test_load_many tests/trust/test_load_unruly

# Which lines and branches no test has been at; fails under the floors of coverage_report.py.
.PHONY: coverage
coverage:
	$(srcdir)/tests/trust/coverage

# The findings of gcc -fanalyzer, clang-tidy and cppcheck; none that tests/trust/analyze.txt doesn't explain.
.PHONY: analyze
analyze:
	$(srcdir)/tests/trust/analyze $(srcdir)

# Whether the tests of wire/ notice each change of an operator, a border, a constant; half an hour. MUTATION_PART=1/8: a part.
# MUTATION_AREA=base: of another area, as tests/trust/mutate names them.
.PHONY: mutation
MUTATION_PART = 1/1
MUTATION_AREA = wire
mutation:
	$(MKDIR_P) mutation && cd mutation && \
		$(abs_srcdir)/tests/trust/mutate $(abs_srcdir) $(MUTATION_PART) $(MUTATION_AREA)

# All tests in a build of its own: with ASan and UBSan, the bindings too; the library's with TSan. What is left out, and why,
# says left_out.txt. Some of them, here and under valgrind: make check-asan ONLY='tests/unit/test_url tests/e2e/test_tunnel'
.PHONY: check-asan check-tsan
check-asan:
	ONLY='$(ONLY)' $(srcdir)/tests/trust/sanitized address,undefined asan
check-tsan:
	ONLY='$(ONLY)' $(srcdir)/tests/trust/sanitized thread tsan --without-lua --without-ruby --without-go

EXTRA_DIST += .clang-tidy tests/trust/analyze tests/trust/analyze.txt tests/trust/coverage tests/trust/coverage_report.py \
	tests/trust/left_out.txt tests/trust/memcheck tests/trust/mutate tests/trust/mutate.txt tests/trust/sanitized \
	tests/trust/under tests/trust/valgrind.supp
