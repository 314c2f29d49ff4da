/* SPDX-License-Identifier: MIT */
/*
 * A fuzz target as an ordinary test: each file of tests/corpus under each first byte, which chooses
 * the request and the end, and some second ones, which choose pieces and reading.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "tap.h"

enum { FIRSTS = 32, ROOM = 1 << 20 };

static const uint8_t seconds[] = {0, 1, 1 << 2 | 2, 7 << 2 | 3};

static bool is_seed(const char *name)
{
    size_t length = strlen(name);

    return length > 5 && strcmp(name + length - 5, ".http") == 0;
}

static size_t load(const char *folder, const char *name, uint8_t *room)
{
    char path[4096];
    size_t length;
    FILE *in;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    in = fopen(path, "rb");
    if (in == NULL)
        bail_out("cannot read %s", path);
    length = fread(room, 1, ROOM, in);
    fclose(in);
    return length;
}

/* An input of its own size, so that a sanitizer sees each byte read beyond it. */
static void run(const uint8_t *seed, size_t length, uint8_t first, uint8_t second)
{
    uint8_t *input = malloc(length + 2);

    if (input == NULL)
        bail_out("no memory");
    input[0] = first;
    input[1] = second;
    memcpy(input + 2, seed, length);
    LLVMFuzzerTestOneInput(input, length + 2);
    free(input);
}

int main(void)
{
    const char *srcdir = getenv("srcdir");
    uint8_t *room = malloc(ROOM);
    char folder[4000];
    long runs = 0;
    DIR *files;

    snprintf(folder, sizeof folder, "%s/tests/corpus", srcdir ? srcdir : ".");
    files = opendir(folder);
    if (files == NULL || room == NULL)
        bail_out("no corpus in %s", folder);
    for (struct dirent *file; (file = readdir(files)) != NULL;) {
        size_t length;

        if (!is_seed(file->d_name))
            continue;
        length = load(folder, file->d_name, room);
        for (int first = 0; first < FIRSTS; first++)
            for (size_t i = 0; i < sizeof seconds; i++, runs++)
                run(room, length, (uint8_t)first, seconds[i]);
    }
    closedir(files);
    free(room);
    ok(runs > 1000, "T-10 T-19 %ld runs of the fuzz target over the corpus", runs);
    return done_testing();
}
