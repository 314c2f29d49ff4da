/* SPDX-License-Identifier: MIT */
/*
 * What the clients of the bench share. Each, in whatever language, is called
 *     client HOW URL TIMES CA-FILE FILE
 * and prints the seconds and the processor's seconds that its exchanges took, and the bytes of
 * heap in use (C only). HOW is
 *     keep    TIMES exchanges on one connection      put     TIMES uploads of FILE on one
 *     new     a connection for each                  call    TIMES times a field's value
 *     busy    TIMES connections held after GETs      idle    the same, trimmed
 * The first exchange, which opens the connection and reads what is to be trusted, comes before
 * that. A client ends with 3 where it can't do that. A client in C is a file that fills in the
 * functions below, for client.c's main.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

enum { BUFFER = 64 << 10 };

struct work {
    bool tls;
    bool each_anew;      /* a connection for each exchange */
    bool holds_response; /* for client_field() */
    const char *host;    /* an address */
    int port;
    const char *path;   /* "/k" … */
    const char *url;    /* all of it */
    const char *upload; /* a file to PUT, or NULL */
    long upload_length;
    const char *ca_file; /* to verify by, where tls is */
};

/* What all connections share. */
void client_start(const struct work *w);
struct client *client_open(const struct work *w);
/* One exchange; how many bytes of body came. */
long client_do(struct client *c, const struct work *w);
/* The value of the last response's field of that name, by a call of the client's. */
const char *client_field(struct client *c, const char *name);
/* Gives back what an idle connection can do without. */
void client_trim(struct client *c);
void client_close(struct client *c);

/* Ends the program with a message. */
_Noreturn void client_fail(const char *why);
/* Ends the program: it can't do what it is asked for. */
_Noreturn void client_cannot(void);

#endif
