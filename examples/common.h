/* SPDX-License-Identifier: MIT */
/* What the examples share: a connection to where a URL points, errors, a response on the screen. */
#ifndef EXAMPLES_COMMON_H
#define EXAMPLES_COMMON_H

#include <libhttp/http.h>

/* The URL taken apart; complains and exits where it can't be. */
libhttp_url *parse_url(const char *text);

/* A connection to it, not opened yet; over TLS it trusts the authority in ca_file, or the system's
 * where that is NULL. */
libhttp_connection *connection_to(const libhttp_url *url, const char *ca_file);

/* Has the connection speak TLS; ca_file as above. */
void speak_tls(libhttp_connection *conn, const char *ca_file);

/* Prints the status line and the fields. */
void print_head(const libhttp_response *response);

/* 0 if all that was printed has left; otherwise 1, after complaining. */
int finish_printing(void);

/* Prints head and body and frees the response; 0, or 1 after complaining. */
int print_response(libhttp_response *response);

/* Prints the sentence to standard error; 1, for main. */
int complain(const char *sentence);

/* The same, with "usage: " before it; 2, for main. */
int usage(const char *arguments);

#endif
