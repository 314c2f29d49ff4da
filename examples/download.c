/* SPDX-License-Identifier: MIT */
/* download URL FILE [CA-FILE]: a body of any size into a file, with a bar where a person looks on.
 */
#include <errno.h>
#include <libhttp/http.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common.h"

/* On standard error, where that is a terminal; without a total (chunked) only the bytes. */
static void show_progress(int64_t done, int64_t total)
{
    static const char bar[] = "########################################";
    const int64_t width = sizeof bar - 1;

    if (!isatty(STDERR_FILENO))
        return;
    if (total > 0)
        fprintf(stderr, "\r[%-*.*s] %3d%%", (int)width, (int)(done * width / total), bar,
                (int)(done * 100 / total));
    else
        fprintf(stderr, "\r%lld bytes", (long long)done);
}

static void end_progress(void)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\n");
}

/* read1 gives what has come, so that the bar moves as the bytes do. */
static int save(libhttp_response *response, FILE *file, int64_t *ret_bytes)
{
    int64_t total = libhttp_response_remaining(response);
    char block[65536];
    int64_t got, done = 0;
    int32_t status;

    while ((status = libhttp_response_read1(response, block, sizeof block, &got)) == LIBHTTP_OK &&
           got > 0) {
        if (fwrite(block, 1, (size_t)got, file) != (size_t)got) {
            end_progress();
            return complain(strerror(errno));
        }
        done += got;
        show_progress(done, total);
    }
    end_progress();
    *ret_bytes = done;
    return status < 0 ? complain(libhttp_response_error(response)) : 0;
}

/* What is there already is not touched; a file that isn't whole is not left behind. */
static int save_as(libhttp_response *response, const char *name)
{
    FILE *file = fopen(name, "wbx");
    int64_t bytes = 0;
    int failed;

    if (!file)
        return complain(strerror(errno));
    failed = save(response, file, &bytes);
    if (fclose(file) != 0 && !failed)
        failed = complain(strerror(errno));
    if (failed)
        unlink(name);
    else
        printf("%s: %lld bytes\n", name, (long long)bytes);
    return failed;
}

static int download(libhttp_connection *conn, const libhttp_url *url, const char *name)
{
    libhttp_response *response = NULL;
    int failed;

    if (libhttp_connection_request(conn, "GET", -1, libhttp_url_target(url, NULL), -1, NULL, NULL,
                                   LIBHTTP_NO_BODY) < 0 ||
        libhttp_connection_getresponse(conn, &response) < 0)
        return complain(libhttp_connection_error(conn));
    if (libhttp_response_status(response) == LIBHTTP_STATUS_OK)
        failed = save_as(response, name);
    else
        failed = complain(libhttp_response_reason(response));
    libhttp_response_free(response);
    return failed;
}

int main(int argc, char **argv)
{
    libhttp_url *url;
    libhttp_connection *conn;
    int failed;

    if (argc < 3 || argc > 4)
        return usage("download URL FILE [CA-FILE]");
    url = parse_url(argv[1]);
    conn = connection_to(url, argv[3]);
    failed = download(conn, url, argv[2]);
    libhttp_connection_free(conn);
    libhttp_url_free(url);
    return failed;
}
