/* SPDX-License-Identifier: MIT */
/* post URL [CA-FILE]: posts a form and prints the answer: http.client's third session. */
#include <libhttp/http.h>
#include <stdio.h>

#include "common.h"

/* "spam=1&eggs=2&bacon=0"; NULL where memory is short. */
static libhttp_form *make_form(void)
{
    libhttp_form *form = NULL;

    if (libhttp_form_new(&form) == LIBHTTP_OK &&
        libhttp_form_add(form, "spam", -1, "1", -1) == LIBHTTP_OK &&
        libhttp_form_add(form, "eggs", -1, "2", -1) == LIBHTTP_OK &&
        libhttp_form_add(form, "bacon", -1, "0", -1) == LIBHTTP_OK)
        return form;
    libhttp_form_free(form);
    return NULL;
}

static libhttp_headers *make_fields(void)
{
    libhttp_headers *fields = NULL;

    if (libhttp_headers_new(&fields) == LIBHTTP_OK &&
        libhttp_headers_add(fields, "Content-type", -1, "application/x-www-form-urlencoded", -1) ==
            LIBHTTP_OK &&
        libhttp_headers_add(fields, "Accept", -1, "text/plain", -1) == LIBHTTP_OK)
        return fields;
    libhttp_headers_free(fields);
    return NULL;
}

static int post(libhttp_connection *conn, const libhttp_url *url, const libhttp_form *form,
                const libhttp_headers *fields)
{
    libhttp_response *response = NULL;
    int64_t length;
    const char *body = libhttp_form_text(form, &length);

    if (libhttp_connection_request(conn, "POST", -1, libhttp_url_target(url, NULL), -1, fields,
                                   body, length) < 0 ||
        libhttp_connection_getresponse(conn, &response) < 0)
        return complain(libhttp_connection_error(conn));
    return print_response(response);
}

int main(int argc, char **argv)
{
    libhttp_url *url;
    libhttp_connection *conn;
    libhttp_form *form;
    libhttp_headers *fields;
    int failed;

    if (argc < 2 || argc > 3)
        return usage("post URL [CA-FILE]");
    url = parse_url(argv[1]);
    conn = connection_to(url, argv[2]);
    form = make_form();
    fields = make_fields();
    failed = form && fields ? post(conn, url, form, fields) : complain("out of memory");
    libhttp_headers_free(fields);
    libhttp_form_free(form);
    libhttp_connection_free(conn);
    libhttp_url_free(url);
    return failed;
}
