/* SPDX-License-Identifier: MIT */
/* cancel MILLISECONDS URL [CA-FILE]: asks for a page, and gives up after so long from a thread. */
#include <libhttp/http.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common.h"

struct impatience {
    libhttp_connection *conn;
    long milliseconds;
};

/* libhttp_connection_cancel() is for any thread at any time: whoever waits in a call returns. */
static void *lose_patience(void *argument)
{
    struct impatience *impatience = argument;
    long ms = impatience->milliseconds;

    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
    libhttp_connection_cancel(impatience->conn);
    return NULL;
}

static int ask(libhttp_connection *conn, const libhttp_url *url)
{
    libhttp_response *response = NULL;

    if (libhttp_connection_request(conn, "GET", -1, libhttp_url_target(url, NULL), -1, NULL, NULL,
                                   LIBHTTP_NO_BODY) == LIBHTTP_OK &&
        libhttp_connection_getresponse(conn, &response) == LIBHTTP_OK)
        return print_response(response);
    if (libhttp_connection_error_code(conn) != LIBHTTP_E_CANCELLED)
        return complain(libhttp_connection_error(conn));
    printf("%s\n", libhttp_connection_error(conn));
    return 0;
}

int main(int argc, char **argv)
{
    struct impatience impatience;
    libhttp_url *url;
    pthread_t thread;
    int failed;

    if (argc < 3 || argc > 4)
        return usage("cancel MILLISECONDS URL [CA-FILE]");
    url = parse_url(argv[2]);
    impatience.milliseconds = strtol(argv[1], NULL, 10);
    impatience.conn = connection_to(url, argv[3]);
    if (pthread_create(&thread, NULL, lose_patience, &impatience) != 0)
        return complain("no thread");
    failed = ask(impatience.conn, url);
    pthread_join(thread, NULL);
    /* After cancel_reset() the connection would be good for the next request. */
    libhttp_connection_free(impatience.conn);
    libhttp_url_free(url);
    return failed;
}
