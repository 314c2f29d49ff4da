/* SPDX-License-Identifier: MIT */
/* upload FILE URL [CA-FILE]: puts a file, "-" for standard input, without holding it in memory. */
#include <errno.h>
#include <fcntl.h>
#include <libhttp/http.h>
#include <string.h>
#include <unistd.h>

#include "common.h"

/*
 * A regular file gets a Content-Length and is sent by the kernel; a pipe goes in chunks. Over TLS
 * the library reads it piece by piece.
 */
static int upload(libhttp_connection *conn, const libhttp_url *url, int fd)
{
    libhttp_response *response = NULL;

    if (libhttp_connection_request_fd(conn, "PUT", -1, libhttp_url_target(url, NULL), -1, NULL, fd,
                                      LIBHTTP_LENGTH_UNKNOWN) < 0 ||
        libhttp_connection_getresponse(conn, &response) < 0)
        return complain(libhttp_connection_error(conn));
    return print_response(response);
}

int main(int argc, char **argv)
{
    libhttp_url *url;
    libhttp_connection *conn;
    int failed, fd;

    if (argc < 3 || argc > 4)
        return usage("upload FILE URL [CA-FILE]");
    fd = strcmp(argv[1], "-") == 0 ? STDIN_FILENO : open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return complain(strerror(errno));
    url = parse_url(argv[2]);
    conn = connection_to(url, argv[3]);
    failed = upload(conn, url, fd);
    libhttp_connection_free(conn);
    libhttp_url_free(url);
    close(fd);
    return failed;
}
