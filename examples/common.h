/* SPDX-License-Identifier: MIT */
/* What the examples share: a connection to where a URL points, errors, a head on the screen. */
#ifndef EXAMPLES_COMMON_H
#define EXAMPLES_COMMON_H

#include <libhttp/http.h>

/* The URL taken apart; complains and exits where it can't be. */
libhttp_url *parse_url(const char *text);

/* A connection to it, not opened yet; over TLS it trusts the authority in ca_file, or the system's where that is NULL. */
libhttp_connection *connection_to(const libhttp_url *url, const char *ca_file);

/* Prints the status line and the fields. */
void print_head(const libhttp_response *response);

/* Prints the sentence to standard error; 1, for main. */
int complain(const char *sentence);

#endif
