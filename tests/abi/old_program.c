/* SPDX-License-Identifier: MIT */
/*
 * A program that was compiled with the baseline's headers. It makes an exchange in carried mode,
 * and compares the numbers inside it with those that the library gives. check.sh adds a table of
 * all functions, so that the linker asks for each.
 */
#include <libhttp/http.h>

#include <stdio.h>
#include <string.h>

typedef void function(void);
extern function *const all_functions[];

static int failed;

static void check(int held, const char *what)
{
    if (held)
        return;
    fprintf(stderr, "failed: %s\n", what);
    failed = 1;
}

static void check_constant(const char *name, int64_t value)
{
    int64_t found = 0;

    check(libhttp_constant_find(name, -1, &found) == LIBHTTP_OK && found == value, name);
}

static void exchange(libhttp_connection *conn)
{
    static const char answer[] = "HTTP/1.1 200 Fine\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello";
    libhttp_response *response = NULL;
    const void *sent = NULL;
    int64_t length = 0, taken = 0, got = 0;
    char body[16] = "";

    check(libhttp_connection_set_host(conn, "example.com", -1, LIBHTTP_PORT_DEFAULT) == LIBHTTP_OK,
          "set_host");
    check(libhttp_connection_set_carried(conn) == LIBHTTP_OK, "set_carried");
    check(libhttp_connection_request(conn, "GET", -1, "/a", -1, NULL, NULL, LIBHTTP_NO_BODY) ==
              LIBHTTP_OK,
          "request");
    check(libhttp_connection_flush(conn) >= LIBHTTP_OK, "flush");
    check(libhttp_connection_take(conn, &sent, &length) == LIBHTTP_OK && length > 15 &&
              memcmp(sent, "GET /a HTTP/1.1", 15) == 0,
          "take");
    check(libhttp_connection_took(conn, length) == LIBHTTP_OK, "took");
    check(libhttp_connection_getresponse(conn, &response) == LIBHTTP_AGAIN, "getresponse waits");
    check(libhttp_connection_feed(conn, answer, sizeof answer - 1, &taken) == LIBHTTP_OK &&
              taken == sizeof answer - 1,
          "feed");
    check(libhttp_connection_getresponse(conn, &response) == LIBHTTP_OK, "getresponse");
    check(libhttp_response_status(response) == LIBHTTP_STATUS_OK, "status");
    check(libhttp_response_read(response, body, sizeof body, &got) == LIBHTTP_OK && got == 5 &&
              memcmp(body, "hello", 5) == 0,
          "read");
    libhttp_response_free(response);
}

int main(void)
{
    libhttp_connection *conn = NULL;
    int count = 0;

    while (all_functions[count])
        count++;
    check(count > 200, "the baseline has its functions");
    check(libhttp_version_number() >= LIBHTTP_VERSION_NUMBER, "the library isn't the older one");
    check_constant("LIBHTTP_AGAIN", LIBHTTP_AGAIN);
    check_constant("LIBHTTP_E_TIMEOUT", LIBHTTP_E_TIMEOUT);
    check_constant("LIBHTTP_STATUS_NOT_FOUND", LIBHTTP_STATUS_NOT_FOUND);
    check(libhttp_connection_new(&conn) == LIBHTTP_OK, "new");
    exchange(conn);
    libhttp_connection_free(conn);
    return failed;
}
