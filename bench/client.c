/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void client_fail(const char *why)
{
    fprintf(stderr, "%s\n", why ? why : "it failed");
    exit(1);
}

static const struct {
    const char *name;
    struct work work;
} rows[] = {
    {"get", {.path = "/k", .expected = PAGE}},
    {"get-tls", {.path = "/k", .expected = PAGE, .tls = true}},
    {"head", {.path = "/h"}},
    {"down", {.path = "/d", .expected = BIG}},
    {"down-tls", {.path = "/d", .expected = BIG, .tls = true}},
    {"chunked", {.path = "/c", .expected = BIG}},
    {"upload", {.path = "/u", .upload = ""}},
    {"upload-tls", {.path = "/u", .upload = "", .tls = true}},
    {"connect", {.path = "/k", .expected = PAGE, .each_anew = true}},
    {"connect-tls", {.path = "/k", .expected = PAGE, .each_anew = true, .tls = true}},
};

static struct work work_of(char **argv)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct work w = rows[i].work;

        if (strcmp(rows[i].name, argv[1]) != 0)
            continue;
        w.port = (int)strtol(argv[w.tls ? 4 : 3], NULL, 10);
        w.ca_file = argv[5];
        if (w.upload)
            w.upload = argv[6];
        return w;
    }
    client_fail("no such row");
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct work w;
    long times;
    double begun;

    if (argc != 7)
        client_fail("client ROW TIMES PLAIN-PORT TLS-PORT CA-FILE FILE");
    w = work_of(argv);
    times = strtol(argv[2], NULL, 10);
    client_start(&w);
    begun = seconds();
    for (long i = 0; i < times; i++) {
        if (client_do(&w) != w.expected)
            client_fail("the body has another length");
    }
    printf("%.6f\n", seconds() - begun);
    client_end();
    return 0;
}
