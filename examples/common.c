/* SPDX-License-Identifier: MIT */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

int complain(const char *sentence)
{
    fprintf(stderr, "%s\n", sentence);
    return 1;
}

int usage(const char *arguments)
{
    fprintf(stderr, "usage: %s\n", arguments);
    return 2;
}

static void die(const char *sentence)
{
    exit(complain(sentence));
}

libhttp_url *parse_url(const char *text)
{
    libhttp_url *url = NULL;

    if (libhttp_url_new(&url) < 0)
        die("out of memory");
    if (libhttp_url_parse(url, text, -1, 0) < 0)
        die(libhttp_url_error(url));
    return url;
}

void speak_tls(libhttp_connection *conn, const char *ca_file)
{
    /* One for all connections: they share the authorities, read once, and the sessions. */
    static libhttp_tls_config *config;

    if (!ca_file) {
        libhttp_connection_set_tls(conn, libhttp_tls_config_default());
        return;
    }
    if (!config) {
        if (libhttp_tls_config_new(&config) < 0)
            die("out of memory");
        if (libhttp_tls_config_set_ca_file(config, ca_file, -1) < 0)
            die(libhttp_tls_config_error(config));
    }
    libhttp_connection_set_tls(conn, config);
}

libhttp_connection *connection_to(const libhttp_url *url, const char *ca_file)
{
    libhttp_connection *conn = NULL;

    if (libhttp_connection_new(&conn) < 0)
        die("out of memory");
    if (libhttp_connection_set_host(conn, libhttp_url_host(url, NULL), -1, libhttp_url_port(url)) <
        0)
        die(libhttp_connection_error(conn));
    if (libhttp_url_is_tls(url))
        speak_tls(conn, ca_file);
    return conn;
}

void print_head(const libhttp_response *response)
{
    const libhttp_headers *headers = libhttp_response_headers(response);

    printf("%d %s\n", (int)libhttp_response_status(response), libhttp_response_reason(response));
    for (int32_t i = 0; i < libhttp_headers_count(headers); i++)
        printf("%s: %s\n", libhttp_headers_name(headers, i, NULL),
               libhttp_headers_value(headers, i, NULL));
    printf("\n");
}

int finish_printing(void)
{
    return fflush(stdout) != 0 || ferror(stdout) ? complain("not all of it could be written") : 0;
}

int print_response(libhttp_response *response)
{
    char block[65536];
    int64_t got;
    int32_t status;

    print_head(response);
    while ((status = libhttp_response_read(response, block, sizeof block, &got)) == LIBHTTP_OK &&
           got > 0)
        fwrite(block, 1, (size_t)got, stdout);
    if (status < 0)
        complain(libhttp_response_error(response));
    libhttp_response_free(response);
    return finish_printing() || status < 0;
}
