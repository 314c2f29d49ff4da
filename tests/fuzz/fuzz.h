/* SPDX-License-Identifier: MIT */
/*
 * Fuzz targets: each file defines libFuzzer's function and says what it is. Built by clang with
 * -fsanitize=fuzzer, or by AFL++, they are fuzzed ("make fuzz", "make fuzz-afl"); with
 * tests/fuzz/replay.c they run over their corpus as a test. README tells more.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct fuzz_target {
    const char *name;   /* its corpus is tests/fuzz/corpus/<name>/ */
    const char *claims; /* what it shows, for the test's description */
    int firsts;         /* tests/corpus/ is for it too, under so many first bytes */
};

extern const struct fuzz_target fuzz_target;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for any input. */
#define fuzz_require(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Bytes lent, of the input or of a literal. */
struct fuzz_text {
    const char *data;
    size_t length;
};

#define FUZZ_LITERAL(text) ((struct fuzz_text){text, sizeof(text) - 1})

bool fuzz_equal(struct fuzz_text a, struct fuzz_text b);
/* Compared without case, as names of fields are. */
bool fuzz_equal_nocase(struct fuzz_text a, struct fuzz_text b);
/* Without the blanks (SP, HTAB) around it. */
struct fuzz_text fuzz_trimmed(struct fuzz_text text);
/* Of bytes, to compare many of them by. */
uint64_t fuzz_hash(uint64_t before, const void *data, size_t length);
#define FUZZ_HASH_BEGIN UINT64_C(0xcbf29ce484222325)

/* What an input is drawn from; behind its end everything is 0 and empty. */
struct fuzz_input {
    const uint8_t *data;
    size_t left;
};

unsigned fuzz_byte(struct fuzz_input *in);
/*
 * A text behind its length: a byte, of which 252 and above stand for as many times 300 bytes of the
 * byte that follows, so that long ones are found too. Freed by the caller; exactly as long as it
 * says, so that a sanitizer sees a byte read behind it.
 */
struct fuzz_text fuzz_text(struct fuzz_input *in);
void fuzz_text_free(struct fuzz_text *text);
/* All that is left, as it stands there. */
struct fuzz_text fuzz_rest(struct fuzz_input *in);

/* A call that failed says so: a code of the table, kept on the handle, with a sentence. */
bool fuzz_is_error(int32_t status);
#define fuzz_require_told(status, handle_code, handle_text)                                        \
    do {                                                                                           \
        fuzz_require(fuzz_is_error(status));                                                       \
        fuzz_require((handle_code) == (status));                                                   \
        fuzz_require((handle_text)[0] != '\0');                                                    \
    } while (0)

#endif
