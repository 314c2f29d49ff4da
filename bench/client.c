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

/* So many connections at once; one that is in use has had more than one exchange. */
static void hold(const struct work *w, long times, bool trims)
{
    for (long i = 0; i < times; i++) {
        struct client *c = client_open(w);

        exchange(c, w, trims ? 1 : 3);
        if (trims)
            client_trim(c);
    }
}

static void look_up(struct client *c, long times)
{
    for (long i = 0; i < times; i++) {
        const char *value = client_field(c, "ETag");

        if (!value || value[0] != '"')
            client_fail("another field");
    }
}

static void run(const char *how, const struct work *w, long times)
{
    double begun, used;
    struct client *c = client_open(w);

    exchange(c, w, 1);
    begun = seconds(CLOCK_MONOTONIC);
    used = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (strcmp(how, "busy") == 0 || strcmp(how, "idle") == 0)
        hold(w, times, strcmp(how, "idle") == 0);
    else if (w->holds_response)
        look_up(c, times);
    else
        exchange(c, w, times);
    printf("%.6f %.6f %zu\n", seconds(CLOCK_MONOTONIC) - begun,
           seconds(CLOCK_PROCESS_CPUTIME_ID) - used, mallinfo2().uordblks);
    client_close(c);
}

int main(int argc, char **argv)
{
    struct work w;

    if (argc != 6)
        client_fail("client HOW URL TIMES CA-FILE FILE");
    w = work_of(argv);
    client_start(&w);
    run(argv[1], &w, strtol(argv[3], NULL, 10));
    return 0;
}
