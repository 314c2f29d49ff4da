/* SPDX-License-Identifier: MIT */
/* sessions HOST: a GET, a POST and an error: sessions.py, in C. */
#include <libhttp/http.h>
#include <stdio.h>

static int complain(const char *sentence)
{
    fprintf(stderr, "%s\n", sentence);
    return 1;
}

static int get(libhttp_connection *conn)
{
    libhttp_response *response = NULL;
    const char *type;
    const void *body;
    int64_t length;
    int failed = 0;

    if (libhttp_connection_request(conn, "GET", -1, "/index.html", -1, NULL,
                                   NULL, LIBHTTP_NO_BODY) < 0 ||
        libhttp_connection_getresponse(conn, &response) < 0)
        return complain(libhttp_connection_error(conn));
    printf("%d %s\n", (int)libhttp_response_status(response),
           libhttp_response_reason(response));
    if (libhttp_response_getheader(response, "Content-Type", -1, "none", -1,
                                   &type, NULL) < 0)
        failed = complain(libhttp_response_error(response));
    else
        printf("%s\n", type);
    if (libhttp_response_read_all(response, 1000000, &body, &length) < 0)
        failed = complain(libhttp_response_error(response));
    else
        fwrite(body, 1, (size_t)length, stdout);
    libhttp_response_free(response);
    return failed;
}

static int print_body(libhttp_response *response)
{
    char block[200];
    int64_t got = 1;
    int32_t status = LIBHTTP_OK;

    while (status == LIBHTTP_OK && got > 0) {
        status = libhttp_response_read(response, block, sizeof block, &got);
        if (status == LIBHTTP_OK)
            fwrite(block, 1, (size_t)got, stdout);
    }
    return status < 0 ? complain(libhttp_response_error(response)) : 0;
}

static int post(libhttp_connection *conn, libhttp_form *form,
                libhttp_headers *headers)
{
    libhttp_response *response = NULL;
    const char *body;
    int64_t length;
    int failed;

    if (libhttp_form_add(form, "spam", -1, "1", -1) < 0 ||
        libhttp_form_add(form, "eggs", -1, "2 or 3", -1) < 0 ||
        libhttp_headers_add(headers, "Content-Type", -1,
                            "application/x-www-form-urlencoded", -1) < 0)
        return complain("out of memory");
    body = libhttp_form_text(form, &length);
    if (libhttp_connection_request(conn, "POST", -1, "/cgi-bin/query", -1,
                                   headers, body, length) < 0 ||
        libhttp_connection_getresponse(conn, &response) < 0)
        return complain(libhttp_connection_error(conn));
    failed = print_body(response);
    libhttp_response_free(response);
    return failed;
}

static int misspell(libhttp_connection *conn)
{
    int32_t status;

    status = libhttp_connection_request(conn, "GET", -1, "/a page", -1, NULL,
                                        NULL, LIBHTTP_NO_BODY);
    if (status != LIBHTTP_E_INVALID_URL)
        return 1;
    printf("%s\n", libhttp_error_name(status));
    return 0;
}

int main(int argc, char **argv)
{
    libhttp_connection *conn = NULL;
    libhttp_form *form = NULL;
    libhttp_headers *headers = NULL;
    int failed = 1;

    if (argc != 2)
        return 2;
    if (libhttp_connection_new(&conn) < 0 || libhttp_form_new(&form) < 0 ||
        libhttp_headers_new(&headers) < 0)
        complain("out of memory");
    else if (libhttp_connection_set_host(conn, argv[1], -1,
                                         LIBHTTP_PORT_DEFAULT) < 0 ||
             libhttp_connection_set_tls(conn, libhttp_tls_config_default()) <
                 0 ||
             libhttp_connection_set_timeout(conn, 10000) < 0)
        complain(libhttp_connection_error(conn));
    else
        failed = get(conn) || post(conn, form, headers) || misspell(conn);
    libhttp_headers_free(headers);
    libhttp_form_free(form);
    libhttp_connection_free(conn);
    return failed;
}
