/* SPDX-License-Identifier: MIT */
/* The table of errors, compared with the header and with http.client's tree. */
#include <libhttp/error.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

static FILE *open_source(const char *path)
{
    const char *srcdir = getenv("srcdir");
    char full[4096];
    FILE *file;

    snprintf(full, sizeof full, "%s/%s", srcdir ? srcdir : ".", path);
    file = fopen(full, "r");
    if (!file)
        bail_out("no %s", full);
    return file;
}

static bool has_code(int code)
{
    for (int32_t i = 0; i < libhttp_error_count(); i++) {
        if (libhttp_error_at(i) == code)
            return true;
    }
    return false;
}

static void compare_with_header(void)
{
    FILE *file = open_source("libhttp/error.h");
    char line[512], name[128];
    int32_t defined = 0;
    int code;

    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "#define LIBHTTP_E_%127s (%d)", name, &code) != 2)
            continue;
        defined++;
        ok(has_code(code), "C-108 LIBHTTP_E_%s has a row", name);
    }
    fclose(file);
    is(libhttp_error_count(), defined, "every row has a code");
    ok(defined > 30, "the header was read");
}

static void compare_rows(void)
{
    for (int32_t i = 0; i < libhttp_error_count(); i++) {
        int32_t code = libhttp_error_at(i), parent = libhttp_error_parent(code);
        bool parent_before = parent == 0, unique = true;

        for (int32_t j = 0; j < i; j++) {
            parent_before = parent_before || libhttp_error_at(j) == parent;
            unique = unique && libhttp_error_at(j) != code &&
                     strcmp(libhttp_error_name(libhttp_error_at(j)), libhttp_error_name(code)) != 0;
        }
        ok(code < 0 && parent_before && unique, "%s: unique, behind its parent",
           libhttp_error_name(code));
        ok(strlen(libhttp_error_description(code)) > 5, "it has a description");
        ok(libhttp_error_is(code, code) && (parent == 0 || libhttp_error_is(code, parent)),
           "it is itself, and its parent");
        ok(parent == 0 || !libhttp_error_is(parent, code), "its parent isn't it");
    }
}

struct relation {
    const char *name;
    int32_t code;
    int32_t parent;
};

static const struct relation relations[] = {
    {"HTTPException", LIBHTTP_E_HTTP_EXCEPTION, 0},
    {"NotConnected", LIBHTTP_E_NOT_CONNECTED, LIBHTTP_E_HTTP_EXCEPTION},
    {"InvalidURL", LIBHTTP_E_INVALID_URL, LIBHTTP_E_HTTP_EXCEPTION},
    {"UnknownProtocol", LIBHTTP_E_UNKNOWN_PROTOCOL, LIBHTTP_E_HTTP_EXCEPTION},
    {"UnknownTransferEncoding", LIBHTTP_E_UNKNOWN_TRANSFER_ENCODING, LIBHTTP_E_HTTP_EXCEPTION},
    {"UnimplementedFileMode", LIBHTTP_E_UNIMPLEMENTED_FILE_MODE, LIBHTTP_E_HTTP_EXCEPTION},
    {"IncompleteRead", LIBHTTP_E_INCOMPLETE_READ, LIBHTTP_E_HTTP_EXCEPTION},
    {"ImproperConnectionState", LIBHTTP_E_IMPROPER_CONNECTION_STATE, LIBHTTP_E_HTTP_EXCEPTION},
    {"CannotSendRequest", LIBHTTP_E_CANNOT_SEND_REQUEST, LIBHTTP_E_IMPROPER_CONNECTION_STATE},
    {"CannotSendHeader", LIBHTTP_E_CANNOT_SEND_HEADER, LIBHTTP_E_IMPROPER_CONNECTION_STATE},
    {"ResponseNotReady", LIBHTTP_E_RESPONSE_NOT_READY, LIBHTTP_E_IMPROPER_CONNECTION_STATE},
    {"BadStatusLine", LIBHTTP_E_BAD_STATUS_LINE, LIBHTTP_E_HTTP_EXCEPTION},
    {"LineTooLong", LIBHTTP_E_LINE_TOO_LONG, LIBHTTP_E_HTTP_EXCEPTION},
    {"RemoteDisconnected", LIBHTTP_E_REMOTE_DISCONNECTED, LIBHTTP_E_BAD_STATUS_LINE},
    {"OSError", LIBHTTP_E_OS, 0},
    {"NameResolutionError", LIBHTTP_E_NAME_RESOLUTION, 0},
    {"TLSError", LIBHTTP_E_TLS, 0},
    {"CertificateError", LIBHTTP_E_CERTIFICATE, LIBHTTP_E_TLS},
    {"Timeout", LIBHTTP_E_TIMEOUT, 0},
    {"Cancelled", LIBHTTP_E_CANCELLED, 0},
    {"NoMemory", LIBHTTP_E_NO_MEMORY, 0},
    {"InvalidArgument", LIBHTTP_E_INVALID_ARGUMENT, 0},
    {"BadChunk", LIBHTTP_E_BAD_CHUNK, LIBHTTP_E_INCOMPLETE_READ},
    {"Closed", LIBHTTP_E_CLOSED, LIBHTTP_E_INCOMPLETE_READ},
};

static void compare_tree(void)
{
    for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++) {
        const struct relation *r = &relations[i];

        is_str(libhttp_error_name(r->code), r->name, "C-107, C-108 %s has its name", r->name);
        is(libhttp_error_parent(r->code), r->parent, "C-107, C-108 %s has its parent", r->name);
    }
    ok(libhttp_error_is(LIBHTTP_E_REMOTE_DISCONNECTED, LIBHTTP_E_HTTP_EXCEPTION),
       "C-108 RemoteDisconnected is an HTTPException");
    ok(!libhttp_error_is(LIBHTTP_E_CERTIFICATE, LIBHTTP_E_HTTP_EXCEPTION),
       "CertificateError isn't");
}

int main(void)
{
    compare_with_header();
    compare_rows();
    compare_tree();
    is(libhttp_error_at(-1), 0, "outside the table: below");
    is(libhttp_error_at(libhttp_error_count()), 0, "outside the table: above");
    is_str(libhttp_error_name(LIBHTTP_OK), "OK", "OK has a name");
    is_str(libhttp_error_name(LIBHTTP_AGAIN), "AGAIN", "AGAIN has one");
    is_str(libhttp_error_name(-1000), NULL, "what is no code has none");
    ok(libhttp_error_description(-1000) && libhttp_error_description(0) &&
           libhttp_error_description(1),
       "everything has a description");
    is(libhttp_error_parent(-1000), 0, "what is no code has no parent");
    ok(!libhttp_error_is(-1000, -1000) && !libhttp_error_is(0, 0), "and is nothing");
    return done_testing();
}
