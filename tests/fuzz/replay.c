/* SPDX-License-Identifier: MIT */
/*
 * A fuzz target as an ordinary test: each file of its corpus, tests/fuzz/corpus/<name>/; and where
 * it takes what a server sends, each of tests/corpus/ behind two bytes that choose how.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "support/fewer.h"
#include "tap.h"

enum { ROOM = 1 << 20 };

static const uint8_t seconds[] = {0, 1, 1 << 2 | 2, 7 << 2 | 3};

static uint8_t room[ROOM];

/* The folder under the sources; *ret is its path. */
static DIR *open_folder(const char *name, char *ret, size_t size)
{
    const char *srcdir = getenv("srcdir");
    DIR *folder;

    snprintf(ret, size, "%s/tests/%s", srcdir ? srcdir : ".", name);
    folder = opendir(ret);
    if (folder == NULL)
        bail_out("no folder %s", ret);
    return folder;
}

static size_t load(const char *folder, const char *name)
{
    char path[4096];
    size_t length;
    FILE *in;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    in = fopen(path, "rb");
    if (in == NULL)
        bail_out("cannot read %s", path);
    length = fread(room, 1, sizeof room, in);
    fclose(in);
    return length;
}

/* An input of its own size, so that a sanitizer sees each byte read beyond it. */
static void run(const uint8_t *before, size_t before_length, size_t length)
{
    uint8_t *input = malloc(before_length + length + 1);

    if (input == NULL)
        bail_out("no memory");
    input = realloc(input, before_length + length ? before_length + length : 1);
    if (before_length > 0)
        memcpy(input, before, before_length);
    memcpy(input + before_length, room, length);
    LLVMFuzzerTestOneInput(input, before_length + length);
    free(input);
}

static long run_each_way(size_t length)
{
    static long turn;
    long runs = 0, stride = 1 + fewer() / 4;

    for (int first = 0; first < fuzz_target.firsts; first++)
        for (size_t i = 0; i < sizeof seconds; i++)
            if (turn++ % stride == 0) {
                run((const uint8_t[]){(uint8_t)first, seconds[i]}, 2, length);
                runs++;
            }
    return runs;
}

static bool is_response(const char *name)
{
    size_t length = strlen(name);

    return length > 5 && strcmp(name + length - 5, ".http") == 0;
}

static long run_responses(void)
{
    char path[4000];
    DIR *folder = open_folder("corpus", path, sizeof path);
    long runs = 0;

    for (struct dirent *file; (file = readdir(folder)) != NULL;)
        if (is_response(file->d_name))
            runs += run_each_way(load(path, file->d_name));
    closedir(folder);
    return runs;
}

static long run_corpus(void)
{
    char name[100], path[4000];
    DIR *folder;
    long runs = 0;

    snprintf(name, sizeof name, "fuzz/corpus/%s", fuzz_target.name);
    folder = open_folder(name, path, sizeof path);
    for (struct dirent *file; (file = readdir(folder)) != NULL;)
        if (file->d_name[0] != '.') {
            run(NULL, 0, load(path, file->d_name));
            runs++;
        }
    closedir(folder);
    return runs;
}

int main(void)
{
    long runs = run_corpus();

    ok(runs > 10, "%s: %ld inputs of the corpus", fuzz_target.claims, runs);
    if (fuzz_target.firsts > 0) {
        runs = run_responses();
        ok(runs > 1000, "%s: %ld runs over the responses", fuzz_target.claims, runs);
    }
    return done_testing();
}
