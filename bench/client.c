/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

void client_fail(const char *why)
{
    fprintf(stderr, "%s\n", why ? why : "it failed");
    exit(1);
}

void client_cannot(void)
{
    exit(3);
}

static long size_of(const char *path)
{
    struct stat s;

    return stat(path, &s) == 0 ? (long)s.st_size : 0;
}

static struct work work_of(char **argv)
{
    static char host[64], path[256];
    struct work w = {.host = host, .path = path, .url = argv[2], .ca_file = argv[4]};
    const char *how = argv[1], *authority = strstr(w.url, "://");

    w.tls = strncmp(w.url, "https:", 6) == 0;
    w.each_anew = strcmp(how, "new") == 0;
    w.holds_response = strcmp(how, "call") == 0;
    if (strcmp(how, "put") == 0) {
        w.upload = argv[5];
        w.upload_length = size_of(argv[5]);
    }
    if (!authority || sscanf(authority, "://%63[^:]:%d%255s", host, &w.port, path) != 3)
        client_fail("no such URL");
    return w;
}

static double seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void exchange(struct client *c, const struct work *w, long times)
{
    static long expected = -1;

    for (long i = 0; i < times; i++) {
        long got = client_do(c, w);

        if (expected >= 0 && got != expected)
            client_fail("the body has another length");
        expected = got;
    }
}

/* So many connections at once, with one exchange each. */
static void hold(const struct work *w, long times, bool trims)
{
    for (long i = 0; i < times; i++) {
        struct client *c = client_open(w);

        exchange(c, w, 1);
        if (trims)
            client_trim(c);
    }
}

static void run(const char *how, const struct work *w, long times)
{
    struct client *c;

    if (strcmp(how, "busy") == 0 || strcmp(how, "idle") == 0) {
        hold(w, times, strcmp(how, "idle") == 0);
        return;
    }
    c = client_open(w);
    exchange(c, w, w->holds_response ? 1 : times);
    for (long i = 0; w->holds_response && i < times; i++) {
        const char *value = client_field(c, "ETag");

        if (!value || value[0] != '"')
            client_fail("another field");
    }
    client_close(c);
}

int main(int argc, char **argv)
{
    struct work w;
    double begun, used;

    if (argc != 6)
        client_fail("client HOW URL TIMES CA-FILE FILE");
    w = work_of(argv);
    client_start(&w);
    begun = seconds(CLOCK_MONOTONIC);
    used = seconds(CLOCK_PROCESS_CPUTIME_ID);
    run(argv[1], &w, strtol(argv[3], NULL, 10));
    begun = seconds(CLOCK_MONOTONIC) - begun;
    used = seconds(CLOCK_PROCESS_CPUTIME_ID) - used;
    printf("%.6f %.6f %zu\n", begun, used, mallinfo2().uordblks);
    return 0;
}
