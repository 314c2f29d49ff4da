# SPDX-License-Identifier: MIT
# Builds the fuzz targets with the whole library in them, by a compiler that knows -fsanitize=fuzzer: clang, afl-clang-fast.
#     make -f SOURCES/tests/fuzz/fuzz.mk top=SOURCES CC=clang fuzz_response fuzz_url
targets := $(patsubst $(top)/tests/fuzz/%.c,%,$(wildcard $(top)/tests/fuzz/fuzz_*.c))
library := $(patsubst $(top)/%.c,%.o,$(wildcard $(top)/libhttp/*.c $(top)/libhttp/*/*.c))
shared := $(patsubst %,tests/fuzz/%.o,api api_ops api_text_ops api_tls_ops fuzz message server)
flags = -O1 -g -std=c11 -D_GNU_SOURCE -pthread -I$(top) -iquote $(top)/libhttp -iquote $(top)/tests \
	-fsanitize=address,undefined -fno-sanitize-recover=undefined

$(targets): %: tests/fuzz/%.o $(shared) $(library)
	@$(CC) $(flags) -fsanitize=fuzzer $^ -lssl -lcrypto -ldl -o $@
$(targets:%=tests/fuzz/%.o) $(shared) $(library): %.o: $(top)/%.c
	@mkdir -p $(@D)
	@$(CC) $(flags) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@
-include $(targets:%=tests/fuzz/%.d) $(library:.o=.d) $(shared:.o=.d)
