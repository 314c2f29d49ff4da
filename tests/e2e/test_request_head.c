/* SPDX-License-Identifier: MIT */
/* What a request's head is, byte by byte, in all three modes and put in both ways. */
#include <libhttp/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/modes.h"
#include "tap.h"

enum { FIELDS_MAX = 8, IN_STEPS = 1, WHOLE = 2, BOTH = 3 };

struct row {
    const char *name;
    const char *host; /* NULL: "h.example" */
    int32_t port;     /* 0: the default */
    const char *method;
    const char *target;
    int32_t skip;
    const char *fields[FIELDS_MAX]; /* name and value in turn */
    const char *want;
    int ways;
};

#define HOST     "Host: h.example\r\n"
#define IDENTITY "Accept-Encoding: identity\r\n"
#define ANSWER   "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"

static const struct row rows[] = {
    {"C-28 C-37 C-38 method, selector, version; Host, Accept-Encoding and nothing else",
     NULL,
     0,
     "GET",
     "/index.html",
     0,
     {NULL},
     "GET /index.html HTTP/1.1\r\n" HOST IDENTITY "\r\n",
     BOTH},
    {"C-28 an empty selector is \"/\"",
     NULL,
     0,
     "GET",
     "",
     0,
     {NULL},
     "GET / HTTP/1.1\r\n" HOST IDENTITY "\r\n",
     BOTH},
    {"C-28 a query, escapes and the asterisk pass",
     NULL,
     0,
     "OPTIONS",
     "*",
     0,
     {NULL},
     "OPTIONS * HTTP/1.1\r\n" HOST IDENTITY "\r\n",
     BOTH},
    {"C-30 percent escapes pass as they are",
     NULL,
     0,
     "GET",
     "/a%20b%00?x=%0d%0a&y='\"<>[]|\\^`{}",
     0,
     {NULL},
     "GET /a%20b%00?x=%0d%0a&y='\"<>[]|\\^`{} HTTP/1.1\r\n" HOST IDENTITY "\r\n",
     BOTH},
    {"C-31 the method's case is preserved",
     NULL,
     0,
     "gEt",
     "/",
     0,
     {NULL},
     "gEt / HTTP/1.1\r\n" HOST IDENTITY "\r\n",
     BOTH},
    {"C-29 any token is a method",
     NULL,
     0,
     "M-SEARCH!#$%&'*+.^_`|~1",
     "/",
     0,
     {NULL},
     "M-SEARCH!#$%&'*+.^_`|~1 / HTTP/1.1\r\n" HOST IDENTITY "\r\n",
     BOTH},
    {"C-33 skip_host",
     NULL,
     0,
     "GET",
     "/",
     LIBHTTP_SKIP_HOST,
     {NULL},
     "GET / HTTP/1.1\r\n" IDENTITY "\r\n",
     IN_STEPS},
    {"C-37 skip_accept_encoding",
     NULL,
     0,
     "GET",
     "/",
     LIBHTTP_SKIP_ACCEPT_ENCODING,
     {NULL},
     "GET / HTTP/1.1\r\n" HOST "\r\n",
     IN_STEPS},
    {"C-33 C-37 both skipped",
     NULL,
     0,
     "GET",
     "/",
     LIBHTTP_SKIP_HOST | LIBHTTP_SKIP_ACCEPT_ENCODING,
     {"X-A", "1"},
     "GET / HTTP/1.1\r\nX-A: 1\r\n\r\n",
     IN_STEPS},
    {"C-33 the caller's Host replaces the automatic one in its place",
     NULL,
     0,
     "GET",
     "/",
     0,
     {"X-A", "1", "hOsT", "x.example:8080"},
     "GET / HTTP/1.1\r\nhOsT: x.example:8080\r\n" IDENTITY "X-A: 1\r\n\r\n",
     BOTH},
    {"C-33 a skipped Host put by the caller stands where it was put",
     NULL,
     0,
     "GET",
     "/",
     LIBHTTP_SKIP_HOST,
     {"X-A", "1", "Host", "x.example"},
     "GET / HTTP/1.1\r\n" IDENTITY "X-A: 1\r\nHost: x.example\r\n\r\n",
     IN_STEPS},
    {"C-37 the caller's Accept-Encoding replaces the automatic one",
     NULL,
     0,
     "GET",
     "/",
     0,
     {"X-A", "1", "accept-ENCODING", "gzip"},
     "GET / HTTP/1.1\r\n" HOST "accept-ENCODING: gzip\r\nX-A: 1\r\n\r\n",
     BOTH},
    {"C-33 C-37 both replaced, the shorter and the longer",
     NULL,
     0,
     "GET",
     "/",
     0,
     {"Accept-Encoding", "x", "Host", "a-much-longer-name.example"},
     "GET / HTTP/1.1\r\nHost: a-much-longer-name.example\r\nAccept-Encoding: x\r\n\r\n",
     BOTH},
    {"C-34 an absolute-form selector gives Host",
     NULL,
     0,
     "GET",
     "http://other.example:81/x?y",
     0,
     {NULL},
     "GET http://other.example:81/x?y HTTP/1.1\r\nHost: other.example:81\r\n" IDENTITY "\r\n",
     BOTH},
    {"C-34 C-128 an absolute-form selector without a path",
     NULL,
     0,
     "GET",
     "http://other.example",
     0,
     {NULL},
     "GET http://other.example HTTP/1.1\r\nHost: other.example\r\n" IDENTITY "\r\n",
     BOTH},
    {"C-34 CONNECT's authority-form gives Host",
     NULL,
     0,
     "CONNECT",
     "t.example:443",
     0,
     {NULL},
     "CONNECT t.example:443 HTTP/1.1\r\nHost: t.example:443\r\n" IDENTITY "\r\n",
     BOTH},
    {"C-35 another port than the default is appended",
     NULL,
     8080,
     "GET",
     "/",
     0,
     {NULL},
     "GET / HTTP/1.1\r\nHost: h.example:8080\r\n" IDENTITY "\r\n",
     BOTH},
    {"C-35 443 is not plain HTTP's default",
     NULL,
     443,
     "GET",
     "/",
     0,
     {NULL},
     "GET / HTTP/1.1\r\nHost: h.example:443\r\n" IDENTITY "\r\n",
     BOTH},
    {"C-35 the default port given is not appended",
     "h.example:80",
     0,
     "GET",
     "/",
     0,
     {NULL},
     "GET / HTTP/1.1\r\n" HOST IDENTITY "\r\n",
     BOTH},
    {"C-35 C-1 a port from the host's text is appended",
     "h.example:81",
     0,
     "GET",
     "/",
     0,
     {NULL},
     "GET / HTTP/1.1\r\nHost: h.example:81\r\n" IDENTITY "\r\n",
     BOTH},
    {"C-36 C-3 IPv6 is bracketed",
     "[2001:db8::1]:8080",
     0,
     "GET",
     "/",
     0,
     {NULL},
     "GET / HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n" IDENTITY "\r\n",
     BOTH},
    {"C-36 C-5 an unbracketed IPv6 literal too",
     "2001:db8::1",
     0,
     "GET",
     "/",
     0,
     {NULL},
     "GET / HTTP/1.1\r\nHost: [2001:db8::1]\r\n" IDENTITY "\r\n",
     BOTH},
    {"C-36 the zone id is stripped",
     "[fe80::1%lo]",
     0,
     "GET",
     "/",
     0,
     {NULL},
     "GET / HTTP/1.1\r\nHost: [fe80::1]\r\n" IDENTITY "\r\n",
     BOTH},
    {"C-36 a non-ASCII host by IDNA",
     "b\xc3\xbc"
     "cher.example",
     0,
     "GET",
     "/",
     0,
     {NULL},
     "GET / HTTP/1.1\r\nHost: xn--bcher-kva.example\r\n" IDENTITY "\r\n",
     BOTH},
    {"C-36 an underscore passes",
     "my_service",
     0,
     "GET",
     "/",
     0,
     {NULL},
     "GET / HTTP/1.1\r\nHost: my_service\r\n" IDENTITY "\r\n",
     BOTH},
    {"C-42 blanks around a value are trimmed, HTAB and blanks inside are not",
     NULL,
     0,
     "GET",
     "/",
     0,
     {"X-A", " \t v\t w \t", "X-B", "  "},
     "GET / HTTP/1.1\r\n" HOST IDENTITY "X-A: v\t w\r\nX-B: \r\n\r\n",
     BOTH},
    {"C-42 bytes above 0x7f pass unchanged",
     NULL,
     0,
     "GET",
     "/",
     0,
     {"X-A", "\x80\xe4\xff"},
     "GET / HTTP/1.1\r\n" HOST IDENTITY "X-A: \x80\xe4\xff\r\n\r\n",
     BOTH},
    {"C-41 any token is a name; C-43 the caller's order and duplicates stay",
     NULL,
     0,
     "GET",
     "/",
     0,
     {"X-1!#$%&'*+.^_`|~", "1", "b", "2", "B", "3", "a", ""},
     "GET / HTTP/1.1\r\n" HOST IDENTITY "X-1!#$%&'*+.^_`|~: 1\r\nb: 2\r\nB: 3\r\na: \r\n\r\n",
     BOTH},
    {"C-44 POST without a body",
     NULL,
     0,
     "POST",
     "/",
     0,
     {NULL},
     "POST / HTTP/1.1\r\n" HOST IDENTITY "Content-Length: 0\r\n\r\n",
     BOTH},
    {"C-44 PUT without a body",
     NULL,
     0,
     "PUT",
     "/",
     0,
     {NULL},
     "PUT / HTTP/1.1\r\n" HOST IDENTITY "Content-Length: 0\r\n\r\n",
     BOTH},
    {"C-44 PATCH without a body",
     NULL,
     0,
     "PATCH",
     "/",
     0,
     {NULL},
     "PATCH / HTTP/1.1\r\n" HOST IDENTITY "Content-Length: 0\r\n\r\n",
     BOTH},
    {"C-43 C-44 which comes before the caller's fields, as all framing does",
     NULL,
     0,
     "POST",
     "/",
     0,
     {"X", "1"},
     "POST / HTTP/1.1\r\n" HOST IDENTITY "Content-Length: 0\r\nX: 1\r\n\r\n",
     BOTH},
    {"C-43 C-33 behind those in the place of an automatic one",
     NULL,
     0,
     "PUT",
     "/",
     0,
     {"X", "1", "accept-encoding", "br", "host", "other.example:8080", "Accept-Encoding", "gzip"},
     "PUT / HTTP/1.1\r\nhost: other.example:8080\r\naccept-encoding: br\r\n"
     "Content-Length: 0\r\nX: 1\r\nAccept-Encoding: gzip\r\n\r\n",
     BOTH},
    {"C-43 C-33 and where those were skipped before all",
     NULL,
     0,
     "PUT",
     "/",
     LIBHTTP_SKIP_HOST | LIBHTTP_SKIP_ACCEPT_ENCODING,
     {"X", "1", "host", "other.example"},
     "PUT / HTTP/1.1\r\nContent-Length: 0\r\nX: 1\r\nhost: other.example\r\n\r\n",
     IN_STEPS},
    {"C-44 DELETE without a body has no Content-Length",
     NULL,
     0,
     "DELETE",
     "/",
     0,
     {NULL},
     "DELETE / HTTP/1.1\r\n" HOST IDENTITY "\r\n",
     BOTH},
    {"C-44 nor has any other method",
     NULL,
     0,
     "POSTED",
     "/",
     0,
     {NULL},
     "POSTED / HTTP/1.1\r\n" HOST IDENTITY "\r\n",
     BOTH},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static int32_t put_in_steps(struct client *k, const struct row *row)
{
    int32_t status = client_putrequest(k, row->method, row->target, row->skip);

    for (int i = 0; i + 1 < FIELDS_MAX && row->fields[i] != NULL && status == LIBHTTP_OK; i += 2)
        status = client_putheader(k, row->fields[i], row->fields[i + 1]);
    return status == LIBHTTP_OK ? libhttp_connection_endheaders(k->c, 0) : status;
}

static int32_t put_whole(struct client *k, const struct row *row)
{
    libhttp_headers *headers = NULL;
    int32_t status = libhttp_headers_new(&headers);

    for (int i = 0; i + 1 < FIELDS_MAX && row->fields[i] != NULL && status == LIBHTTP_OK; i += 2)
        status = libhttp_headers_add(headers, row->fields[i], -1, row->fields[i + 1], -1);
    if (status == LIBHTTP_OK)
        status = client_request(k, row->method, row->target, headers, NULL, LIBHTTP_NO_BODY);
    libhttp_headers_free(headers);
    return status;
}

static void run_row(enum drive_mode mode, const struct peer *peer, const struct row *row, int way)
{
    struct client *k = client_new(mode, peer, "h.example");
    int32_t status;

    if (row->host != NULL || row->port != 0)
        is(libhttp_connection_set_host(k->c, row->host ? row->host : "h.example", -1,
                                       row->port ? row->port : LIBHTTP_PORT_DEFAULT),
           LIBHTTP_OK, "%s: the host, %s", row->name, k->name);
    status = way == WHOLE ? put_whole(k, row) : put_in_steps(k, row);
    if (is(status, LIBHTTP_OK, "%s, %s, %s", row->name, k->name,
           way == WHOLE ? "whole" : "in steps"))
        client_answer(k, 400, "", "%s", row->name);
    else
        diag("%s", libhttp_connection_error(k->c));
    client_free(k);
}

static void compare(const struct peer *peer, int at, const struct row *row, const char *mode)
{
    size_t length;
    const char *got = peer_received_on(peer, at, &length);

    is_mem(got, length, row->want, strlen(row->want), "%s: the bytes, %s", row->name, mode);
}

static void test_rows(enum drive_mode mode)
{
    static struct peer_step steps[2 * ROWS * 4 + 1];
    const struct row *sent[2 * ROWS];
    int runs = 0;
    int n = 0;
    struct peer *peer;

    for (int i = 0; i < ROWS; i++) {
        for (int way = IN_STEPS; way <= WHOLE; way++)
            runs += (rows[i].ways & way) != 0;
    }
    for (int i = 0; i < runs; i++) {
        if (i > 0)
            steps[n++] = (struct peer_step)PEER_ACCEPT;
        steps[n++] = (struct peer_step)PEER_READ_HEAD;
        steps[n++] = (struct peer_step)PEER_SEND(ANSWER);
        steps[n++] = (struct peer_step)PEER_EXPECT_CLOSE;
    }
    steps[n] = (struct peer_step)PEER_END;
    peer = client_peer(steps);
    runs = 0;
    for (int i = 0; i < ROWS; i++) {
        for (int way = IN_STEPS; way <= WHOLE; way++) {
            if (!(rows[i].ways & way))
                continue;
            sent[runs++] = &rows[i];
            run_row(mode, peer, &rows[i], way);
        }
    }
    for (int i = 0; i < runs; i++)
        compare(peer, i, sent[i], drive_mode_name(mode));
    peer_finish(peer, "C-28 to C-44 nothing but those heads, %s", drive_mode_name(mode));
}

static void test_continuation(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT("GET / HTTP/1.1\r\n" HOST IDENTITY "X-A: 1\r\n\t2\r\n\t3\r\nX-B: 4\r\n\r\n"),
        PEER_SEND(ANSWER),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");

    client_putrequest(k, "GET", "/", 0);
    client_failed(k, libhttp_connection_putheader_continue(k->c, "0", -1),
                  LIBHTTP_E_INVALID_ARGUMENT, "C-39 nothing is there to be continued");
    client_putheader(k, "X-A", "1");
    is(libhttp_connection_putheader_continue(k->c, " 2 ", -1), LIBHTTP_OK,
       "C-39 a second value, %s", k->name);
    is(libhttp_connection_putheader_continue(k->c, "3", 1), LIBHTTP_OK, "C-39 a third, %s",
       k->name);
    client_failed(k, libhttp_connection_putheader_continue(k->c, "4\r\nX: y", -1),
                  LIBHTTP_E_INVALID_ARGUMENT, "C-39 T-1 a line break in a continuation");
    client_putheader(k, "X-B", "4");
    libhttp_connection_endheaders(k->c, 0);
    client_answer(k, 400, "", "C-39 continuation lines are sent");
    client_failed(k, libhttp_connection_putheader_continue(k->c, "5", -1),
                  LIBHTTP_E_CANNOT_SEND_HEADER, "C-39 C-17 no continuation outside a request");
    client_free(k);
    peer_finish(peer, "C-39 CRLF and HTAB, %s", drive_mode_name(mode));
}

int main(void)
{
    in_each_mode(test_rows);
    in_each_mode(test_continuation);
    return done_testing();
}
