/* SPDX-License-Identifier: MIT */
/* The exchanges that are swept. Each ends with OK, an error of the library's or SWEEP_WRONG. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"
#include "trust/sweep.h"

#define HEAD(method, target) method " " target " HTTP/1.1\r\n"
/* request() puts Host as the caller gave it, first. */
#define AUTOMATIC "Host: h.example\r\nAccept-Encoding: identity\r\n"

static int32_t wrong(const struct sweep_run *x, const char *what)
{
    diag("%s, %s: wrong %s", x->exchange->name, x->k->name, what);
    return SWEEP_WRONG;
}

static int32_t keep(struct sweep_failure *failure, int32_t code, int32_t number, const char *text)
{
    failure->code = code;
    failure->number = number;
    snprintf(failure->text, sizeof failure->text, "%s", text);
    return code;
}

/* In carried mode it was feeding that failed, for want of memory. */
static int32_t or_feed(const struct sweep_run *x, int32_t status)
{
    return status == LIBHTTP_AGAIN ? x->k->feed_status : status;
}

/* Passes the status on, with what the connection says of it. */
static int32_t of_connection(struct sweep_run *x, int32_t status)
{
    libhttp_connection *c = x->k->c;

    status = or_feed(x, status);
    if (status < 0)
        keep(&x->failure, libhttp_connection_error_code(c), libhttp_connection_errno(c),
             libhttp_connection_error(c));
    return status;
}

static int32_t of_response(struct sweep_run *x, libhttp_response *r, int32_t status)
{
    if (status == LIBHTTP_AGAIN)
        return of_connection(x, status);
    if (status < 0)
        keep(&x->failure, libhttp_response_error_code(r), libhttp_response_errno(r),
             libhttp_response_error(r));
    return status;
}

static int32_t of_stream(struct sweep_run *x, libhttp_stream *s, int32_t status)
{
    if (status == LIBHTTP_AGAIN)
        return of_connection(x, status);
    if (status < 0)
        keep(&x->failure, libhttp_stream_error_code(s), libhttp_stream_errno(s),
             libhttp_stream_error(s));
    return status;
}

static int32_t request(struct sweep_run *x, const char *method, const char *target,
                       const void *body, int64_t length)
{
    return of_connection(x, client_request(x->k, method, target, x->fields, body, length));
}

/* The rest of a body is these bytes. */
static int32_t body_is(struct sweep_run *x, libhttp_response *r, const char *want)
{
    const void *data;
    int64_t length, whole = (int64_t)strlen(want);
    int32_t status = of_response(x, r, client_read_all(x->k, r, 1 << 20, &data, &length));

    if (status < 0)
        return status;
    if (x->may_end_early && length < whole)
        whole = length;
    if (length != whole || memcmp(data, want, (size_t)whole) != 0)
        return wrong(x, "body");
    return libhttp_response_is_complete(r) ? LIBHTTP_OK : wrong(x, "end");
}

static int32_t answer(struct sweep_run *x, int32_t want, const char *body)
{
    libhttp_response *r = NULL;
    int32_t status = of_connection(x, client_getresponse(x->k, &r));

    if (status < 0)
        return status;
    status = libhttp_response_status(r) == want ? body_is(x, r, body) : wrong(x, "status");
    libhttp_response_free(r);
    return status;
}

static int32_t run_get(struct sweep_run *x)
{
    int32_t status = request(x, "GET", "/get", NULL, LIBHTTP_NO_BODY);

    return status < 0 ? status : answer(x, 200, "hello");
}

/* Interim response, chunks with extension, trailers, and all that is kept of them. */
static int32_t run_chunked(struct sweep_run *x)
{
    libhttp_response *r = NULL;
    const char *text;
    int64_t length;
    int32_t status = request(x, "GET", "/chunked", NULL, LIBHTTP_NO_BODY);

    if (status == LIBHTTP_OK)
        status = of_connection(x, client_getresponse(x->k, &r));
    if (status < 0)
        return status;
    status = of_response(x, r, libhttp_response_getheader(r, "via", -1, NULL, 0, &text, &length));
    if (status == LIBHTTP_OK && (text == NULL || strcmp(text, "a, b") != 0))
        status = wrong(x, "field");
    if (status == LIBHTTP_OK && libhttp_response_interim_count(r) != 1)
        status = wrong(x, "interim response");
    if (status == LIBHTTP_OK)
        status = body_is(x, r, "hello, world");
    if (status == LIBHTTP_OK &&
        libhttp_headers_find(libhttp_response_trailers(r), "x-sum", -1, 0) < 0)
        status = SWEEP_TRAILERS_LOST;
    libhttp_response_free(r);
    return status;
}

/* By lines; a line cut off is given out, and then the error, never an end. */
static int32_t run_lines(struct sweep_run *x)
{
    static const char want[] = "one\ntwo\nthree";
    libhttp_response *r = NULL;
    const void *data;
    char room[100];
    int64_t got = 0, all = 0;
    int32_t status = request(x, "GET", "/lines", NULL, LIBHTTP_NO_BODY);

    if (status == LIBHTTP_OK)
        status = of_connection(x, client_getresponse(x->k, &r));
    if (status < 0)
        return status;
    status = of_response(x, r, client_peek(x->k, r, &data, &got));
    while (status == LIBHTTP_OK && all < 50) {
        status = of_response(x, r, client_readline(x->k, r, room + all, 50, &got));
        if (status != LIBHTTP_OK || got == 0)
            break;
        all += got;
    }
    if (status == LIBHTTP_OK &&
        (all != sizeof want - 1 || memcmp(room, want, sizeof want - 1) != 0))
        status = wrong(x, "lines");
    libhttp_response_free(r);
    return status;
}

static int32_t run_until_close(struct sweep_run *x)
{
    int32_t status = request(x, "GET", "/close", NULL, LIBHTTP_NO_BODY);

    return status < 0 ? status : answer(x, 200, "until the end");
}

static int32_t run_post(struct sweep_run *x)
{
    int32_t status = request(x, "POST", "/post", "body in memory", 14);

    return status < 0 ? status : answer(x, 201, "ok");
}

static int32_t run_file(struct sweep_run *x)
{
    int32_t status;

    lseek(x->file, 0, SEEK_SET);
    status = of_connection(
        x, client_request_fd(x->k, "PUT", "/file", x->fields, x->file, LIBHTTP_LENGTH_UNKNOWN));
    return status < 0 ? status : answer(x, 201, "ok");
}

static int32_t run_pieces(struct sweep_run *x)
{
    struct client *k = x->k;
    int32_t status =
        of_connection(x, libhttp_connection_request_pieces(k->c, "POST", -1, "/pieces", -1,
                                                           x->fields, LIBHTTP_LENGTH_UNKNOWN));

    if (status == LIBHTTP_OK)
        status = of_connection(x, client_send(k, "one", 3, NULL));
    if (status == LIBHTTP_OK)
        status = of_connection(x, client_send(k, "four", 4, NULL));
    if (status == LIBHTTP_OK)
        status = of_connection(x, client_finish(k, x->trailers));
    if (status < 0 && status != LIBHTTP_E_EARLY_RESPONSE)
        return status;
    return answer(x, 201, "ok");
}

/* http.client's own way, with Expect: the body waits for 100. */
static int32_t run_expect(struct sweep_run *x)
{
    struct client *k = x->k;
    int32_t status = of_connection(x, client_putrequest(k, "POST", "/expect", 0));

    for (int32_t i = 0; i < libhttp_headers_count(x->fields) && status == LIBHTTP_OK; i++)
        status = of_connection(x, client_putheader(k, libhttp_headers_name(x->fields, i, NULL),
                                                   libhttp_headers_value(x->fields, i, NULL)));
    if (status == LIBHTTP_OK)
        status = of_connection(x, client_putheader(k, "Content-Length", "3"));
    if (status == LIBHTTP_OK)
        status = of_connection(x, libhttp_connection_endheaders(k->c, 0));
    if (status == LIBHTTP_OK)
        status = of_connection(x, client_send(k, "abc", 3, NULL));
    return status < 0 ? status : answer(x, 200, "ok");
}

/* Twice on one connection, then anew, as the peer has closed it. */
static int32_t run_reuse(struct sweep_run *x)
{
    int32_t status = request(x, "GET", "/first", NULL, LIBHTTP_NO_BODY);

    if (status == LIBHTTP_OK)
        status = answer(x, 200, "1");
    if (status == LIBHTTP_OK)
        status = request(x, "GET", "/second", NULL, LIBHTTP_NO_BODY);
    if (status == LIBHTTP_OK)
        status = answer(x, 200, "2");
    if (status != LIBHTTP_OK)
        return status;
    status = sweep_renew(x);
    if (status == LIBHTTP_OK)
        status = request(x, "GET", "/first", NULL, LIBHTTP_NO_BODY);
    return status < 0 ? status : answer(x, 200, "1");
}

static int32_t run_refused(struct sweep_run *x)
{
    int32_t status = request(x, "GET", "/inner", NULL, LIBHTTP_NO_BODY);

    if (status == LIBHTTP_OK)
        status = answer(x, 200, "");
    if (status == LIBHTTP_OK)
        return wrong(x, "success of a refused tunnel");
    if (status != LIBHTTP_E_TUNNEL_FAILED)
        return status;
    return libhttp_connection_tunnel_status(x->k->c) == 407 ? LIBHTTP_OK : wrong(x, "refusal");
}

static int32_t speak(struct sweep_run *x, libhttp_stream *s)
{
    char room[20];
    int64_t got = 0, all = 0;
    int32_t status = of_stream(x, s, client_stream_write(x->k, s, "ping\n", 5, NULL));

    while (status == LIBHTTP_OK && all < 10) {
        status = of_stream(x, s, client_stream_read(x->k, s, room + all, 10 - all, &got));
        if (status == LIBHTTP_OK && got == 0)
            return keep(&x->failure, LIBHTTP_E_CLOSED, 0, "the peer has ended its direction");
        all += status == LIBHTTP_OK ? got : 0;
    }
    if (status == LIBHTTP_OK && memcmp(room, "first\npong", 10) != 0)
        return wrong(x, "stream");
    return status < 0 ? status : of_stream(x, s, client_stream_shutdown_write(x->k, s));
}

static int32_t run_upgrade(struct sweep_run *x)
{
    libhttp_response *r = NULL;
    libhttp_stream *s = NULL;
    int32_t status = request(x, "GET", "/upgrade", NULL, LIBHTTP_NO_BODY);

    if (status == LIBHTTP_OK)
        status = of_connection(x, client_getresponse(x->k, &r));
    if (status < 0)
        return status;
    status = of_response(x, r, libhttp_response_stream(r, &s));
    if (status == LIBHTTP_OK)
        status = speak(x, s);
    libhttp_stream_free(s);
    libhttp_response_free(r);
    return status;
}

/* On two connections; over TLS the second resumes. */
static int32_t run_twice(struct sweep_run *x)
{
    int32_t status = run_get(x);

    if (status != LIBHTTP_OK)
        return status;
    libhttp_connection_close(x->k->c);
    status = sweep_renew(x);
    return status < 0 ? status : run_get(x);
}

/* Cancelled in the middle; then it goes on, anew. */
static int32_t run_cancel(struct sweep_run *x)
{
    libhttp_response *r = NULL;
    int32_t status = request(x, "GET", "/get", NULL, LIBHTTP_NO_BODY);

    libhttp_connection_cancel(x->k->c);
    if (status == LIBHTTP_OK)
        status = of_connection(x, client_getresponse(x->k, &r));
    libhttp_connection_cancel_reset(x->k->c);
    libhttp_response_free(r);
    if (status == LIBHTTP_OK)
        return wrong(x, "success of what was cancelled");
    if (status != LIBHTTP_E_CANCELLED)
        return status;
    status = sweep_renew(x);
    return status < 0 ? status : run_get(x);
}

/* Half read, closed, and the connection used again. */
static int32_t run_abandon(struct sweep_run *x)
{
    libhttp_response *r = NULL;
    char room[4];
    int64_t got;
    int32_t status = request(x, "GET", "/lines", NULL, LIBHTTP_NO_BODY);

    if (status == LIBHTTP_OK)
        status = of_connection(x, client_getresponse(x->k, &r));
    if (status < 0)
        return status;
    status = of_response(x, r, client_read(x->k, r, room, sizeof room, &got));
    libhttp_response_close(r);
    libhttp_response_free(r);
    if (status < 0)
        return status;
    if (!libhttp_connection_is_open(x->k->c))
        status = sweep_renew(x);
    return status < 0 ? status : run_get(x);
}

#define GET_TURN                                                                                   \
    {                                                                                              \
        HEAD("GET", "/get")                                                                        \
        AUTOMATIC "\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0, false            \
    }
#define CREATED "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"
#define POST_TURN                                                                                  \
    {                                                                                              \
        HEAD("POST", "/post")                                                                      \
        AUTOMATIC "Content-Length: 14\r\n\r\nbody in memory", CREATED, 0, false                    \
    }

const struct sweep_exchange sweep_exchanges[] = {
    {.name = "GET", .run = run_get, .turns = {GET_TURN}},
    {.name = "chunked, interim, trailers",
     .run = run_chunked,
     .turns = {{HEAD("GET", "/chunked") AUTOMATIC "\r\n",
                "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"
                "HTTP/1.1 200 OK\r\nVia: a\r\nTransfer-Encoding: chunked\r\nVia: b\r\n\r\n"
                "5;x=y\r\nhello\r\n7\r\n, world\r\n0\r\nX-Sum: 1\r\n\r\n",
                0, false}}},
    {.name = "lines",
     .run = run_lines,
     .turns = {{HEAD("GET", "/lines") AUTOMATIC "\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\none\ntwo\nthree", 0, false}}},
    {.name = "until close",
     .run = run_until_close,
     .closes_count = true,
     .turns = {{HEAD("GET", "/close") AUTOMATIC "\r\n", "HTTP/1.1 200 OK\r\n\r\nuntil the end",
                TURN_CLOSES, false}}},
    {.name = "POST from memory", .run = run_post, .turns = {POST_TURN}},
    {.name = "PUT of a file",
     .run = run_file,
     /* What can't be measured is sent chunked (C-46). */
     .turns = {{HEAD("PUT", "/file") AUTOMATIC "Content-Length: 14\r\n\r\nbody of a file", CREATED,
                0, false},
               {HEAD("PUT", "/file") AUTOMATIC "Transfer-Encoding: chunked\r\n\r\n"
                                               "e\r\nbody of a file\r\n0\r\n\r\n",
                CREATED, 0, false}}},
    {.name = "POST in pieces",
     .run = run_pieces,
     .turns = {{HEAD("POST", "/pieces") AUTOMATIC "Transfer-Encoding: chunked\r\n\r\n"
                                                  "3\r\none\r\n4\r\nfour\r\n0\r\nX-T: t\r\n\r\n",
                CREATED, 0, false}}},
    {.name = "Expect",
     .run = run_expect,
     .field = "Expect",
     .value = "100-continue",
     .turns = {{HEAD("POST", "/expect") AUTOMATIC
                "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\n", 0, false},
               {"abc", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 0, false}}},
    {.name = "reuse and reconnect",
     .run = run_reuse,
     .turns = {{HEAD("GET", "/first") AUTOMATIC "\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1", 0, false},
               {HEAD("GET", "/second") AUTOMATIC "\r\n",
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n2", TURN_CLOSES,
                false}}},
    {.name = "upgrade",
     .run = run_upgrade,
     .field = "Upgrade",
     .value = "x",
     .turns = {{HEAD("GET", "/upgrade") AUTOMATIC "Upgrade: x\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nfirst\n", 0, false},
               {"ping\n", "pong", 0, false}}},
    {.name = "cancel", .run = run_cancel, .turns = {GET_TURN}},
    {.name = "abandoned",
     .run = run_abandon,
     .turns = {GET_TURN,
               {HEAD("GET", "/lines") AUTOMATIC "\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\none\ntwo\nthree", 0, false}}},
    {.name = "tunnel",
     .run = run_get,
     .tunnel = true,
     .turns = {{"CONNECT t.example:80 HTTP/1.1\r\nHost: t.example:80\r\nX-Proxy: p\r\n\r\n",
                "HTTP/1.1 200 Fine\r\nVia: p\r\n\r\n", TURN_OPENS_TUNNEL, false},
               {HEAD("GET", "/get") AUTOMATIC "\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0, true}}},
    {.name = "refused tunnel",
     .run = run_refused,
     .tunnel = true,
     .turns = {{"CONNECT t.example:80 HTTP/1.1\r\nHost: t.example:80\r\nX-Proxy: p\r\n\r\n",
                "HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno", TURN_CLOSES, false}}},
    {.name = "TLS", .run = run_get, .tls = true, .turns = {GET_TURN}},
    {.name = "TLS POST", .run = run_post, .tls = true, .turns = {POST_TURN}},
    {.name = "TLS until close",
     .run = run_until_close,
     .tls = true,
     .turns = {{HEAD("GET", "/close") AUTOMATIC "\r\n", "HTTP/1.1 200 OK\r\n\r\nuntil the end",
                TURN_CLOSES, false}}},
    {.name = "TLS in a tunnel",
     .run = run_get,
     .tls = true,
     .tunnel = true,
     .turns = {{"CONNECT h.example:443 HTTP/1.1\r\nHost: h.example:443\r\nX-Proxy: p\r\n\r\n",
                "HTTP/1.1 200 Fine\r\n\r\n", TURN_OPENS_TUNNEL, false},
               {HEAD("GET", "/get") AUTOMATIC "\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0, true}}},
    {.name = "debugged", .run = run_post, .debugs = true, .turns = {POST_TURN}},
    {.name = "by name", .run = run_twice, .way = BY_NAME, .turns = {GET_TURN}},
    {.name = "Unix socket", .run = run_twice, .way = BY_UNIX, .turns = {GET_TURN}},
    {.name = "given descriptor", .run = run_twice, .way = BY_DESCRIPTOR, .turns = {GET_TURN}},
    {.name = "source address", .run = run_twice, .way = FROM_SOURCE, .turns = {GET_TURN}},
    {.name = "TLS resumed", .run = run_twice, .tls = true, .resumes = true, .turns = {GET_TURN}},
    {.name = NULL},
};
