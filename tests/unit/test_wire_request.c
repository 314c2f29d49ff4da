/* SPDX-License-Identifier: MIT */
/* Request heads, byte for byte; what is refused leaves no trace. */
#include "wire/request.h"

#include <stdlib.h>

#include "wire/framing.h"

#include "support/counts.h"
#include "tap.h"

static struct failure failure_of_test;
static struct failure *const failure = &failure_of_test;
static struct buf out;
static struct request request;
static const struct request_host usual = {.host = {"example.org", 11}, .port = -1, .ipv6 = false};

static int32_t begin_with(const char *method, const char *target, int skip,
                          const struct request_host *host)
{
    buf_clear(&out);
    return request_begin(&request, &out, span_text(method), span_text(target), skip, host, failure);
}

static int32_t begin(const char *method, const char *target)
{
    return begin_with(method, target, 0, &usual);
}

static int32_t field(const char *name, const char *value)
{
    return request_field(&request, &out, span_text(name), span_text(value), failure);
}

static void is_out(const char *wanted, const char *name)
{
    is_mem(buf_span(&out).data, buf_length(&out), wanted, strlen(wanted), "%s", name);
}

#define AE    "Accept-Encoding: identity\r\n"
#define START "GET / HTTP/1.1\r\nHost: example.org\r\n" AE

static void check_line(void)
{
    is(begin("GET", "/a?b"), LIBHTTP_OK, "a request begins");
    is_out("GET /a?b HTTP/1.1\r\nHost: example.org\r\n" AE,
           "C-28 C-33 C-37 C-38 its head, no more");
    is(request_end(&out, failure), LIBHTTP_OK, "and ends");
    is_out("GET /a?b HTTP/1.1\r\nHost: example.org\r\n" AE "\r\n", "with a blank line");
    begin("GET", "");
    is_out(START, "C-28 an empty selector is \"/\"");
    begin("gEt!#$%&'*+-.^_`|~", "*");
    is_out("gEt!#$%&'*+-.^_`|~ * HTTP/1.1\r\nHost: example.org\r\n" AE,
           "C-29 C-31 a method is a token, its case stays");
    begin_with("GET", "/", REQUEST_SKIP_HOST, NULL);
    is_out("GET / HTTP/1.1\r\n" AE, "C-33 skip_host");
    begin_with("GET", "/", REQUEST_SKIP_ACCEPT_ENCODING, &usual);
    is_out("GET / HTTP/1.1\r\nHost: example.org\r\n", "C-37 skip_accept_encoding");
    begin_with("GET", "/", REQUEST_SKIP_ACCEPT_ENCODING | REQUEST_SKIP_HOST, &usual);
    is_out("GET / HTTP/1.1\r\n", "C-33 C-37 both");
}

/* As a connection's second request has them. */
static void check_lines(void)
{
    static const char lines[] = "Host: kept.example\r\n" AE;
    struct request_host kept = {.lines = {lines, sizeof lines - 1}, .host_length = 20};

    begin_with("GET", "/", 0, &kept);
    is_out("GET / HTTP/1.1\r\nHost: kept.example\r\n" AE, "C-33 C-37 lines kept from before");
    begin_with("GET", "http://h/", 0, &kept);
    is_out("GET http://h/ HTTP/1.1\r\nHost: h\r\n" AE, "C-34 an absolute form has its own Host");
    begin_with("GET", "/", 0, &kept);
    field("Accept-Encoding", "gzip");
    is_out("GET / HTTP/1.1\r\nHost: kept.example\r\nAccept-Encoding: gzip\r\n",
           "C-33 the caller's in the place of a kept one");
    field("Host", "mine.example");
    is_out("GET / HTTP/1.1\r\nHost: mine.example\r\nAccept-Encoding: gzip\r\n",
           "C-33 and its Host");
    begin_with("GET", "/", REQUEST_SKIP_ACCEPT_ENCODING, &kept);
    is_out("GET / HTTP/1.1\r\nHost: kept.example\r\n", "C-37 skip_accept_encoding, of kept ones");
    begin_with("GET", "/", REQUEST_SKIP_HOST, &kept);
    is_out("GET / HTTP/1.1\r\n" AE, "C-33 skip_host, of kept ones");
}

static void check_host(void)
{
    struct request_host host = {.host = span_text("h"), .port = 8080, .ipv6 = false};

    begin_with("GET", "/", 2, &host);
    is_out("GET / HTTP/1.1\r\nHost: h:8080\r\n", "C-35 a port that is not the default");
    host = (struct request_host){.host = span_text("::1"), .port = -1, .ipv6 = true};
    begin_with("GET", "/", 2, &host);
    is_out("GET / HTTP/1.1\r\nHost: [::1]\r\n", "C-36 IPv6 in brackets");
    host.port = 81;
    begin_with("GET", "/", 2, &host);
    is_out("GET / HTTP/1.1\r\nHost: [::1]:81\r\n", "C-36 C-35 with a port");
    host.port = 0;
    begin_with("GET", "/", 2, &host);
    is_out("GET / HTTP/1.1\r\nHost: [::1]:0\r\n", "C-6 C-35 the lowest port");
    host.port = 65535;
    begin_with("GET", "/", 2, &host);
    is_out("GET / HTTP/1.1\r\nHost: [::1]:65535\r\n", "C-6 C-35 and the highest");
    begin_with("GET", "http://other:80/x", 2, &usual);
    is_out("GET http://other:80/x HTTP/1.1\r\nHost: other:80\r\n",
           "C-34 an absolute form gives Host from its authority");
    ok(request.absolute, "and is noted");
    begin_with("CONNECT", "other:443", 2, NULL);
    is_out("CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n", "C-34 so does CONNECT");
    is(request.flags, REQUEST_IS_CONNECT, "which is noted");
    is(begin_with("GET", "/", 0, NULL), LIBHTTP_E_INVALID_ARGUMENT,
       "without a host none can be sent");
    host = (struct request_host){.host = span_text(""), .port = -1, .ipv6 = false};
    is(begin_with("GET", "/", 0, &host), LIBHTTP_E_INVALID_ARGUMENT, "an empty host is none");
    host = (struct request_host){.host = span_text("h"), .port = 65536, .ipv6 = false};
    is(begin_with("GET", "/", 0, &host), LIBHTTP_E_INVALID_URL, "C-6 a port that is none");
    host.port = -2;
    is(begin_with("GET", "/", 0, &host), LIBHTTP_E_INVALID_URL, "C-6 nor is this");
    host = (struct request_host){.host = span_text("fe80::1%eth0"), .port = -1, .ipv6 = true};
    is(begin_with("GET", "/", 0, &host), LIBHTTP_E_INVALID_URL, "C-36 a zone stays out");
    host = (struct request_host){.host = span_text("h\r\nX: y"), .port = -1, .ipv6 = false};
    is(begin_with("GET", "/", 0, &host), LIBHTTP_E_INVALID_URL, "T-3 a line end in the host");
    is_out("", "and nothing is left in the buffer");
}

static void refused(int32_t status, int32_t wanted, const char *name)
{
    is(status, wanted, "%s", name);
    is(buf_length(&out), 0, "... nothing is written");
    ok(!buf_failed(&out), "... the buffer can be used");
}

static void check_refused_line(void)
{
    static const char *const methods[] = {"",     "G T", "GET\r\n",  "GET\r\nX: y", "G\tT",
                                          "GET ", "G/T", "\xc3\xa4", "G\x7f",       "GET:"};

    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        refused(begin(methods[i], "/"), LIBHTTP_E_INVALID_ARGUMENT, "C-29 T-2 no method");
    contains(failure_text(failure), "'GET:'", "the sentence shows it");
    buf_clear(&out);
    refused(request_begin(&request, &out, span_of("G\0T", 3), span_text("/"), 0, &usual, failure),
            LIBHTTP_E_INVALID_ARGUMENT, "T-2 T-6 NUL in a method");
    refused(begin("GF\n", "/"), LIBHTTP_E_INVALID_ARGUMENT,
            "C-29 T-2 a line end in what is nearly GET");
    refused(begin("GET", "/ HTTP/1.1\r\nX: y"), LIBHTTP_E_INVALID_URL, "C-30 T-2 a line end");
    refused(begin("GET", "/#f"), LIBHTTP_E_INVALID_URL, "C-30 a fragment");
    refused(begin("GET", "/\x80"), LIBHTTP_E_INVALID_URL, "C-30 a byte above 0x7f");
    refused(begin("GET", "http://u:p@h/"), LIBHTTP_E_INVALID_URL, "C-34 user information");
    is(begin("GET", "/"), LIBHTTP_OK, "and a good one works");
}

static void check_notes(void)
{
    begin("HEAD", "/");
    is(request.flags, REQUEST_IS_HEAD, "HEAD is noted");
    begin("head", "/");
    is(request.flags, 0, "C-31 and no other spelling, methods have case");
    for (int i = 0; i < 6; i++) {
        static const char *const methods[] = {"PUT", "POST", "PATCH", "GET", "DELETE", "X"};

        begin(methods[i], "/");
        is(request.wants_length, i < 3, "C-44 whether %s wants a length", methods[i]);
    }
    begin("GET", "/");
    field("Connection", "upgrade, CLOSE");
    is(request.flags, REQUEST_CLOSES, "C-102 close is noted");
    field("upgrade", "websocket");
    is(request.flags, REQUEST_CLOSES | REQUEST_HAS_UPGRADE, "C-69 Upgrade is noted");
    field("Expect", "100-Continue");
    ok(request.has_expect, "C-123 Expect is noted");
    field("Expect", "other");
    ok(request.has_expect, "and stays so");
    begin("GET", "/");
    is(request.flags, 0, "T-34 nothing of the last request stays");
    ok(!request.has_expect, "T-34 nothing at all");
    field("Connection", "closed");
    field("Expect", "101-continue");
    is(request.flags, 0, "only the token itself counts");
    ok(!request.has_expect, "here too");
}

static void check_fields(void)
{
    begin("GET", "/");
    is(field("X-B", " 1\t"), LIBHTTP_OK, "a field");
    is(field("x-a", ""), LIBHTTP_OK, "an empty one");
    is(field("X-B", "\x80\xff b"), LIBHTTP_OK, "the same name");
    is_out(START "X-B: 1\r\nx-a: \r\nX-B: \x80\xff b\r\n", "C-43 C-42 in their order, trimmed");
}

static void keeps(int32_t status, int32_t wanted, const char *before, const char *name)
{
    is(status, wanted, "%s", name);
    is_out(before, "... the buffer is as it was");
}

static void check_refused_fields(void)
{
    begin("GET", "/");
    for (int byte = 0; byte <= 0x7f; byte++) {
        char value[] = {'a', (char)byte, 'b'};

        if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
            keeps(request_field(&request, &out, span_text("X"), span_of(value, 3), failure),
                  LIBHTTP_E_INVALID_ARGUMENT, START, "C-42 T-1 T-6 a control byte in a value");
    }
    keeps(field("X", "a\r\nY: z"), LIBHTTP_E_INVALID_ARGUMENT, START, "T-1 a field in a value");
    keeps(field("X Y", "a"), LIBHTTP_E_INVALID_ARGUMENT, START, "C-41 a blank in a name");
    keeps(field("X:", "a"), LIBHTTP_E_INVALID_ARGUMENT, START, "C-41 a colon in a name");
    keeps(field("", "a"), LIBHTTP_E_INVALID_ARGUMENT, START, "C-41 an empty name");
    keeps(field("X\r\nY", "a"), LIBHTTP_E_INVALID_ARGUMENT, START, "C-41 T-1 a line end in a name");
    is(field("X", "a\tb"), LIBHTTP_OK, "C-42 HTAB is fine");
}

static void check_replaced(void)
{
    begin("GET", "/");
    field("A", "1");
    is(field("hOST", "other:81"), LIBHTTP_OK, "a Host");
    is_out("GET / HTTP/1.1\r\nhOST: other:81\r\n" AE "A: 1\r\n",
           "C-33 takes the automatic one's place");
    is(field("accept-encoding", "gzip"), LIBHTTP_OK, "an Accept-Encoding");
    is_out("GET / HTTP/1.1\r\nhOST: other:81\r\naccept-encoding: gzip\r\nA: 1\r\n",
           "C-37 does too");
    ok(request.has_encoding, "C-37 which is noted");
    field("Accept-Encoding", "br");
    is_out("GET / HTTP/1.1\r\nhOST: other:81\r\naccept-encoding: gzip\r\nA: 1\r\n"
           "Accept-Encoding: br\r\n",
           "a second one comes last");
    keeps(field("Host", "third"), LIBHTTP_E_INVALID_ARGUMENT,
          "GET / HTTP/1.1\r\nhOST: other:81\r\naccept-encoding: gzip\r\nA: 1\r\nAccept-Encoding: "
          "br\r\n",
          "C-33 a second Host");
    begin("GET", "/");
    field("Accept-Encoding", "a-longer-value-than-the-other");
    field("Host", "h");
    is_out("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: a-longer-value-than-the-other\r\n",
           "C-33 in the other order");
    begin_with("GET", "/", REQUEST_SKIP_HOST | REQUEST_SKIP_ACCEPT_ENCODING, NULL);
    field("A", "1");
    field("Accept-Encoding", "x");
    field("Host", "h");
    is_out("GET / HTTP/1.1\r\nA: 1\r\nAccept-Encoding: x\r\nHost: h\r\n",
           "C-33 C-43 where they were skipped they keep the caller's order");
    is(field("Host", "h"), LIBHTTP_E_INVALID_ARGUMENT, "C-33 a second Host there too");
}

static void check_bad_host_fields(void)
{
    static const char *const hosts[] = {"", "u@h", "h/p", "h:x", "h h", "[::1", "h%00", "h:", "h?"};

    begin("GET", "/");
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        keeps(field("Host", hosts[i]), LIBHTTP_E_INVALID_ARGUMENT, START, "T-5 no Host");
    is(field("Host", "[::1]:8080"), LIBHTTP_OK, "T-5 a good one still can be put");
}

static void check_length(void)
{
    static const char *const bad[] = {
        "", "+5", "-1", "5 5", "5, 5", "5_0", "0x5", "5a", "9223372036854775808"};

    begin("POST", "/");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        is(field("Content-Length", bad[i]), LIBHTTP_E_INVALID_ARGUMENT, "C-47 T-11 no length");
    ok(!request.has_length, "none is noted");
    is(field("content-length", "9223372036854775807"), LIBHTTP_OK, "C-47 the caller's length");
    ok(request.has_length && request.length == INT64_MAX, "C-47 is noted");
    is(field("Content-Length", "5"), LIBHTTP_E_INVALID_ARGUMENT, "C-33 a second one");
    is(field("Transfer-Encoding", "chunked"), LIBHTTP_E_INVALID_ARGUMENT, "C-47 both");
    is(request.length, INT64_MAX, "the note stays");
    is_out("POST / HTTP/1.1\r\nHost: example.org\r\n" AE "content-length: 9223372036854775807\r\n",
           "one is sent");
}

static void check_coding(void)
{
    static const char *const bad[] = {
        "",         "gzip",        "chunked, gzip", "chunked, chunked", "chunked;a=b",
        "a b",      "\"chunked\"", "gzip chunked",  "chunked\x0b",      "a/b, chunked",
        ";chunked", ",",           "chunked x",     "x@, chunked",
    };
    static const char *const good[] = {"chunked",       "CHUNKED",
                                       "gzip, chunked", "x;q=\"a,b\" , chunked",
                                       ",chunked,",     "gzip ;a=b,chunked"};

    begin("POST", "/");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        is(field("Transfer-Encoding", bad[i]), LIBHTTP_E_INVALID_ARGUMENT,
           "C-48 T-10 bad coding %zu", i);
    ok(!request.has_coding, "none is noted");
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        begin("POST", "/");
        is(field("transfer-encoding", good[i]), LIBHTTP_OK, "C-48 coding '%s'", good[i]);
        ok(request.has_coding && request.chunked_last, "C-48 is noted");
    }
    is(field("Transfer-Encoding", "chunked"), LIBHTTP_E_INVALID_ARGUMENT, "C-33 a second one");
    is(field("Content-Length", "5"), LIBHTTP_E_INVALID_ARGUMENT, "C-47 both");
}

static int32_t go_on(const char *value)
{
    return request_continue(&request, &out, span_text(value), failure);
}

static int32_t frame(const char *name, const char *value)
{
    return request_framing(&request, &out, span_text(name), span_text(value), failure);
}

static void check_framing(void)
{
    begin("GET", "/");
    field("A", "1");
    is(frame("Content-Length", "0"), LIBHTTP_OK, "framing");
    is_out(START "Content-Length: 0\r\nA: 1\r\n", "C-43 before the caller's fields");
    ok(request.has_length && request.length == 0, "and noted");
    is(go_on("2"), LIBHTTP_OK, "a field behind it can be continued");
    is_out(START "Content-Length: 0\r\nA: 1\r\n\t2\r\n", "C-39 at its own end");
    keeps(frame("Transfer-Encoding", "chunked"), LIBHTTP_E_INVALID_ARGUMENT,
          START "Content-Length: 0\r\nA: 1\r\n\t2\r\n", "C-47 not a second");
    begin("GET", "/");
    is(frame("Transfer-Encoding", "chunked"), LIBHTTP_OK, "framing first");
    is(go_on("x"), LIBHTTP_E_INVALID_ARGUMENT, "is no field of the caller's to continue");
    field("Host", "other:81");
    field("accept-encoding", "");
    is_out("GET / HTTP/1.1\r\nHost: other:81\r\naccept-encoding: \r\n"
           "Transfer-Encoding: chunked\r\n",
           "C-33 C-43 fields in the place of the automatic ones stay before it");
    begin("GET", "/");
    field("Accept-Encoding", "a");
    go_on("b");
    field("A", "1");
    go_on("2");
    frame("Content-Length", "7");
    go_on("3");
    is_out("GET / HTTP/1.1\r\nHost: example.org\r\nAccept-Encoding: a\r\n\tb\r\n"
           "Content-Length: 7\r\nA: 1\r\n\t2\r\n\t3\r\n",
           "C-39 C-43 continued ones too");
    begin_with("GET", "/", REQUEST_SKIP_HOST, NULL);
    field("Accept-Encoding", "a-longer-one-than-the-other");
    field("Host", "h");
    frame("Content-Length", "7");
    is_out("GET / HTTP/1.1\r\nAccept-Encoding: a-longer-one-than-the-other\r\n"
           "Content-Length: 7\r\nHost: h\r\n",
           "C-33 C-43 and those where they were skipped behind it");
}

static void check_continued(void)
{
    size_t before;

    begin("GET", "/");
    keeps(go_on("x"), LIBHTTP_E_INVALID_ARGUMENT, START, "C-39 there is nothing to continue");
    field("A", "1");
    is(go_on(" 2 "), LIBHTTP_OK, "C-39 a continuation");
    is(go_on(""), LIBHTTP_OK, "C-39 an empty one");
    is(go_on("3"), LIBHTTP_OK, "C-39 another");
    is_out(START "A: 1\r\n\t2\r\n\t\r\n\t3\r\n", "C-39 CRLF TAB each");
    keeps(go_on("a\r\nb"), LIBHTTP_E_INVALID_ARGUMENT, START "A: 1\r\n\t2\r\n\t\r\n\t3\r\n",
          "C-39 T-1 a line end in one");
    field("Accept-Encoding", "gzip");
    go_on("br");
    is_out("GET / HTTP/1.1\r\nHost: example.org\r\nAccept-Encoding: gzip\r\n\tbr\r\n"
           "A: 1\r\n\t2\r\n\t\r\n\t3\r\n",
           "C-39 the field last put, wherever it went");
    field("Connection", "a");
    go_on(", close");
    is(request.flags, REQUEST_CLOSES, "C-102 C-39 what a continuation means is noted");
    field("Host", "h");
    before = buf_length(&out);
    is(go_on("x"), LIBHTTP_E_INVALID_ARGUMENT, "C-39 not Host");
    is(buf_length(&out), before, "... nothing is written");
    field("Content-Length", "5");
    before = buf_length(&out);
    is(go_on("5"), LIBHTTP_E_INVALID_ARGUMENT, "C-39 T-11 not Content-Length");
    is(buf_length(&out), before, "... nothing is written");
    begin("GET", "/");
    field("Transfer-Encoding", "chunked");
    is(go_on("x"), LIBHTTP_E_INVALID_ARGUMENT, "C-39 T-10 not Transfer-Encoding");
}

/* At every size of the buffer: an error that leaves it as it was, or all of it. */
static void check_full(void)
{
    static const char wanted[] = "GET / HTTP/1.1\r\nHost: h\r\n" AE
                                 "Content-Length: 7\r\nA: 1\r\n\t22222222222222222222\r\n\r\n";
    static const char begun[] = "GET / HTTP/1.1\r\nHost: example.org\r\n" AE;
    bool good = true;

    for (size_t maximum = 0; maximum <= sizeof wanted + 2 && good; maximum++) {
        size_t before;
        int32_t status;

        buf_release(&out);
        buf_init(&out, maximum);
        status = begin("GET", "/");
        good = buf_length(&out) == (status == LIBHTTP_OK ? sizeof begun - 1 : 0);
        before = buf_length(&out);
        if (status == LIBHTTP_OK && (status = field("Host", "h")) < 0)
            good = good && buf_length(&out) == before;
        before = buf_length(&out);
        if (status == LIBHTTP_OK && (status = field("A", "1")) < 0)
            good = good && buf_length(&out) == before;
        before = buf_length(&out);
        if (status == LIBHTTP_OK && (status = go_on("22222222222222222222")) < 0)
            good = good && buf_length(&out) == before;
        before = buf_length(&out);
        if (status == LIBHTTP_OK && (status = frame("Content-Length", "7")) < 0)
            good = good && buf_length(&out) == before && !request.has_length;
        before = buf_length(&out);
        if (status == LIBHTTP_OK && (status = request_end(&out, failure)) < 0)
            good = good && buf_length(&out) == before;
        good = good && !buf_failed(&out);
        if (status == LIBHTTP_OK)
            good = good && span_equal(buf_span(&out), span_text(wanted));
        else
            good = good && status == LIBHTTP_E_HEAD_TOO_LARGE && maximum < sizeof wanted + 20;
    }
    ok(good, "T-20 a buffer that is full at every byte");
    buf_release(&out);
    buf_init(&out, 1 << 20);
}

static int32_t whole_request(void)
{
    char *value = malloc(2000);
    int32_t status;

    if (!value)
        return LIBHTTP_E_NO_MEMORY;
    memset(value, 'v', 1999);
    value[1999] = '\0';
    buf_release(&out);
    status = begin("GET", "/");
    if (status == LIBHTTP_OK)
        status = field("A", value);
    if (status == LIBHTTP_OK)
        status = field("Host", value);
    if (status == LIBHTTP_OK)
        status = go_on("") == LIBHTTP_E_INVALID_ARGUMENT ? LIBHTTP_OK : -1000;
    if (status == LIBHTTP_OK)
        status = request_end(&out, failure);
    free(value);
    return status;
}

static void check_memory(void)
{
    int64_t refused_count = 1;

    if (!malloc_is_counted()) {
        skip("malloc is not ours here");
        return;
    }
    for (int64_t n = 1; refused_count > 0 && n < 100; n++) {
        int32_t status;

        malloc_fail_at(n, false);
        status = whole_request();
        refused_count = malloc_refused();
        malloc_fail_at(0, false);
        ok(status == LIBHTTP_E_NO_MEMORY || status == LIBHTTP_OK, "T-36 allocation %d fails",
           (int)n);
        ok(!buf_failed(&out), "T-36 the buffer can be used");
        is(begin("GET", "/"), LIBHTTP_OK, "T-36 and is");
    }
}

int main(void)
{
    failure_init(failure);
    buf_init(&out, 1 << 20);
    check_line();
    check_lines();
    check_host();
    check_refused_line();
    check_notes();
    check_fields();
    check_refused_fields();
    check_replaced();
    check_bad_host_fields();
    check_length();
    check_coding();
    check_framing();
    check_continued();
    check_full();
    check_memory();
    buf_release(&out);
    failure_done(failure);
    return done_testing();
}
