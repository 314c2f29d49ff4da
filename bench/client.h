/* SPDX-License-Identifier: MIT */
/*
 * What the clients of the bench share: the rows, and a main that runs one of them
 *     client ROW TIMES PLAIN-PORT TLS-PORT CA-FILE FILE
 * and prints the seconds that it took. Each client is a file that fills in the functions below; a
 * row that it can't do ends it with 3.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

enum { PAGE = 1024, BIG = 16 << 20, BUFFER = 64 << 10 };

struct work {
    bool tls;
    bool each_anew;     /* a connection for each */
    const char *path;   /* "/k" … */
    long expected;      /* bytes of body */
    const char *upload; /* a file of BIG bytes to PUT, or NULL */
    int port;
    const char *ca_file; /* to verify by, where tls is */
};

/* Opens what stays for all. */
void client_start(const struct work *w);
/* One exchange; how many bytes of body came. */
long client_do(const struct work *w);
void client_end(void);

/* Ends the program with a message. */
_Noreturn void client_fail(const char *why);

#endif
