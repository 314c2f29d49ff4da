/* SPDX-License-Identifier: MIT */
/* What must never get into a request: refused by every door, nothing sent, everything usable
 * afterwards. */
#include <libhttp/http.h>
#include <stdio.h>
#include <string.h>

#include "support/modes.h"
#include "tap.h"

#define GOOD_HEAD                                                                                  \
    "GET /good HTTP/1.1\r\nHost: h.example\r\nAccept-Encoding: identity\r\nX-Good: 1\r\n\r\n"

/* The one request that is sent after so many that were refused. */
static const struct peer_step good_steps[] = {
    PEER_EXPECT(GOOD_HEAD),
    PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"),
    PEER_EXPECT_CLOSE,
    PEER_END,
};

static void send_good(struct client *k, const char *name)
{
    libhttp_headers *headers;

    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "X-Good", -1, "1", -1);
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "%s: idle afterwards, %s", name,
       k->name);
    is(client_request(k, "GET", "/good", headers, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK,
       "%s: usable, %s", name, k->name);
    libhttp_headers_free(headers);
    client_answer(k, 200, "good", "%s: and answered", name);
}

struct text {
    const char *data;
    int64_t length;
};

#define TEXT(literal)                                                                              \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }

/* Each control byte, DEL and a blank in the middle of a text. */
static int hostile_byte(int i)
{
    return i <= 0x20 ? i : i == 0x21 ? 0x7f : -1;
}

static void test_method(enum drive_mode mode)
{
    static const struct text bad[] = {
        TEXT(""),         TEXT("G ET"), TEXT("GET "),  TEXT(" GET"),  TEXT("GET\r\nX: y"),
        TEXT("GET\0"),    TEXT("G\0T"), TEXT("GET/"),  TEXT("G\tET"), TEXT("GE\x80T"),
        TEXT("\xc3\xa9"), TEXT("GET:"), TEXT("(GET)"), TEXT("GET\n"),
    };
    struct peer *peer = client_peer(good_steps);
    struct client *k = client_new(mode, peer, "h.example");

    client_ready(k);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        client_failed(k, libhttp_connection_putrequest(k->c, bad[i].data, bad[i].length, "/", 1, 0),
                      LIBHTTP_E_INVALID_ARGUMENT, "C-29 T-2 T-6 bad method %zu", i);
        contains(libhttp_connection_error(k->c), "method", "C-29 the sentence names the method");
        client_failed(k,
                      libhttp_connection_request(k->c, bad[i].data, bad[i].length, "/", 1, NULL,
                                                 NULL, LIBHTTP_NO_BODY),
                      LIBHTTP_E_INVALID_ARGUMENT, "C-29 T-2 T-6 bad method %zu, by request", i);
    }
    for (int i = 0, byte; (byte = hostile_byte(i)) >= 0; i++) {
        char method[] = "GE?T";

        method[2] = (char)byte;
        client_failed(k, libhttp_connection_putrequest(k->c, method, 4, "/", 1, 0),
                      LIBHTTP_E_INVALID_ARGUMENT, "T-2 byte 0x%02x in a method", (unsigned)byte);
    }
    client_failed(k, libhttp_connection_putrequest(k->c, NULL, -1, "/", 1, 0),
                  LIBHTTP_E_INVALID_ARGUMENT, "C-29 no method");
    send_good(k, "T-2 after bad methods");
    client_free(k);
    peer_finish(peer, "T-2 nothing but the good request was sent, %s", drive_mode_name(mode));
}

static void test_target(enum drive_mode mode)
{
    static const struct text bad[] = {
        TEXT("/a b"),
        TEXT(" /"),
        TEXT("/ "),
        TEXT("/ HTTP/1.1\r\nX: y\r\n\r\n"),
        TEXT("/\0"),
        TEXT("/a#fragment"),
        TEXT("/\x80"),
        TEXT("/\xc3\xbc"),
        TEXT("\r\n"),
        TEXT("http://user@h.example/"),
        TEXT("http://user:password@h.example/"),
        TEXT("http://h.example:99999/"),
        TEXT("http://h.example:x/"),
        TEXT("http:///path"),
        TEXT("http://[::1/"),
        TEXT("http://h.example\\@evil.example/"),
    };
    static const struct text bad_authority[] = {
        TEXT("h.example"), TEXT("u@h.example:443"), TEXT("h.example:443/x"), TEXT("h.example:x"),
        TEXT(":443"),
    };
    struct peer *peer = client_peer(good_steps);
    struct client *k = client_new(mode, peer, "h.example");

    client_ready(k);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        client_failed(k,
                      libhttp_connection_putrequest(k->c, "GET", 3, bad[i].data, bad[i].length, 0),
                      LIBHTTP_E_INVALID_URL, "C-30 C-34 T-2 T-6 bad target %zu", i);
        client_failed(k,
                      libhttp_connection_request(k->c, "GET", 3, bad[i].data, bad[i].length, NULL,
                                                 NULL, LIBHTTP_NO_BODY),
                      LIBHTTP_E_INVALID_URL, "C-30 C-34 T-2 T-6 bad target %zu, by request", i);
    }
    for (int i = 1, byte; (byte = hostile_byte(i)) >= 0; i++) {
        char target[] = "/a?b";

        target[2] = (char)byte;
        client_failed(k, libhttp_connection_putrequest(k->c, "GET", 3, target, 4, 0),
                      LIBHTTP_E_INVALID_URL, "C-30 T-2 byte 0x%02x in a target", (unsigned)byte);
    }
    for (size_t i = 0; i < sizeof bad_authority / sizeof bad_authority[0]; i++)
        client_failed(k,
                      libhttp_connection_putrequest(k->c, "CONNECT", 7, bad_authority[i].data,
                                                    bad_authority[i].length, 0),
                      LIBHTTP_E_INVALID_URL, "C-34 T-3 bad authority %zu", i);
    send_good(k, "T-2 after bad targets");
    client_free(k);
    peer_finish(peer, "T-2 nothing but the good request was sent, %s", drive_mode_name(mode));
}

static int32_t put(struct client *k, struct text name, struct text value)
{
    return libhttp_connection_putheader(k->c, name.data, name.length, value.data, value.length);
}

static void test_field(enum drive_mode mode)
{
    static const struct text bad_names[] = {
        TEXT(""),    TEXT("X A"),   TEXT("X:"),   TEXT(" X"),       TEXT("X "),   TEXT("X\r\nY"),
        TEXT("X\0"), TEXT("X\x80"), TEXT("X(Y)"), TEXT("\xc3\xbc"), TEXT("X\tY"), TEXT("X\n"),
    };
    static const struct text v = TEXT("v"), name = TEXT("X-A");
    struct peer *peer = client_peer(good_steps);
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *headers;

    libhttp_headers_new(&headers);
    client_putrequest(k, "GET", "/good", 0);
    for (size_t i = 0; i < sizeof bad_names / sizeof bad_names[0]; i++) {
        client_failed(k, put(k, bad_names[i], v), LIBHTTP_E_INVALID_ARGUMENT,
                      "C-41 T-1 T-6 bad name %zu", i);
        is(libhttp_headers_add(headers, bad_names[i].data, bad_names[i].length, "v", 1),
           LIBHTTP_E_INVALID_ARGUMENT, "C-41 T-1 T-6 bad name %zu by headers_add", i);
    }
    for (int byte = 0; byte <= 0x7f; byte = byte == 0x1f ? 0x7f : byte + 1) {
        char value[] = "a?b";
        struct text text = {value, 3};

        if (byte == '\t')
            continue;
        value[1] = (char)byte;
        client_failed(k, put(k, name, text), LIBHTTP_E_INVALID_ARGUMENT,
                      "C-42 T-1 byte 0x%02x in a value", (unsigned)byte);
        is(libhttp_headers_add(headers, "X-A", 3, value, 3), LIBHTTP_E_INVALID_ARGUMENT,
           "C-42 T-1 byte 0x%02x by headers_add", (unsigned)byte);
        client_failed(k, libhttp_connection_putheader_continue(k->c, value, 3),
                      LIBHTTP_E_INVALID_ARGUMENT, "C-42 T-1 byte 0x%02x in a continuation",
                      (unsigned)byte);
        if (byte == 0x7f)
            break;
    }
    client_failed(k, put(k, name, (struct text)TEXT("v\r\n")), LIBHTTP_E_INVALID_ARGUMENT,
                  "C-42 T-1 CRLF at the end is not trimmed away");
    client_failed(k, put(k, name, (struct text)TEXT("\n v")), LIBHTTP_E_INVALID_ARGUMENT,
                  "C-42 T-1 nor LF at the beginning");
    is(libhttp_headers_count(headers), 0, "T-1 nothing was added, %s", k->name);
    libhttp_headers_free(headers);
    put(k, (struct text)TEXT("X-Good"), (struct text)TEXT("1"));
    is(libhttp_connection_endheaders(k->c, 0), LIBHTTP_OK,
       "T-1 the request goes on all the same, %s", k->name);
    client_answer(k, 200, "good", "T-1 and is answered");
    client_free(k);
    peer_finish(peer, "T-1 nothing of what was refused was sent, %s", drive_mode_name(mode));
}

static void test_host_field(enum drive_mode mode)
{
    static const char *const bad[] = {
        "",     "a b",      "a/b",     "user@a", "a?b", "a#b", "[::1", "::1",    "a:b",   "a:99999",
        "a\\b", "http://a", "a:80:80", "%61",    "[a]", ":80", "a:",   "[::1]x", "a%00b",
    };
    struct peer *peer = client_peer(good_steps);
    struct client *k = client_new(mode, peer, "h.example");

    client_putrequest(k, "GET", "/good", 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        client_failed(k, client_putheader(k, "Host", bad[i]), LIBHTTP_E_INVALID_ARGUMENT,
                      "T-5 Host %s", bad[i]);
    is(client_putheader(k, "Host", "h.example"), LIBHTTP_OK, "T-5 a good one, %s", k->name);
    client_failed(k, client_putheader(k, "host", "h.example"), LIBHTTP_E_INVALID_ARGUMENT,
                  "C-33 a second Host");
    client_failed(k, libhttp_connection_putheader_continue(k->c, "evil.example", -1),
                  LIBHTTP_E_INVALID_ARGUMENT, "T-5 Host can't be continued");
    client_putheader(k, "X-Good", "1");
    libhttp_connection_endheaders(k->c, 0);
    client_answer(k, 200, "good", "T-5 the request goes on");
    client_free(k);
    peer_finish(peer, "T-5 nothing of what was refused was sent, %s", drive_mode_name(mode));
}

static void test_framing_fields(enum drive_mode mode)
{
    static const char *const bad_lengths[] = {
        "", "-1", "+1", "1 2", "0x1", "1,1", "1_0", "9223372036854775808", "1.0"};
    static const char *const bad_codings[] = {
        "", "gzip", "chunked, gzip", "chunked, chunked", "chunked;x=1", "identity", "chunked x"};
    struct peer *peer = client_peer(good_steps);
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *headers;

    client_putrequest(k, "POST", "/", 0);
    for (size_t i = 0; i < sizeof bad_lengths / sizeof bad_lengths[0]; i++)
        client_failed(k, client_putheader(k, "Content-Length", bad_lengths[i]),
                      LIBHTTP_E_INVALID_ARGUMENT, "C-47 Content-Length \"%s\"", bad_lengths[i]);
    for (size_t i = 0; i < sizeof bad_codings / sizeof bad_codings[0]; i++)
        client_failed(k, client_putheader(k, "Transfer-Encoding", bad_codings[i]),
                      LIBHTTP_E_INVALID_ARGUMENT, "C-48 Transfer-Encoding \"%s\"", bad_codings[i]);
    client_putheader(k, "Content-Length", "3");
    client_failed(k, client_putheader(k, "content-length", "3"), LIBHTTP_E_INVALID_ARGUMENT,
                  "C-33 a second length");
    client_failed(k, client_putheader(k, "Transfer-Encoding", "chunked"),
                  LIBHTTP_E_INVALID_ARGUMENT, "C-47 Transfer-Encoding beside Content-Length");
    libhttp_connection_close(k->c);
    client_renew(k);
    client_putrequest(k, "POST", "/", 0);
    client_putheader(k, "Transfer-Encoding", "chunked");
    client_failed(k, client_putheader(k, "transfer-encoding", "chunked"),
                  LIBHTTP_E_INVALID_ARGUMENT, "C-33 a second Transfer-Encoding");
    client_failed(k, client_putheader(k, "Content-Length", "3"), LIBHTTP_E_INVALID_ARGUMENT,
                  "C-47 Content-Length beside Transfer-Encoding");
    libhttp_connection_close(k->c);
    client_renew(k);
    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "Content-Length", -1, "3", -1);
    libhttp_headers_add(headers, "Transfer-Encoding", -1, "chunked", -1);
    client_failed(k, client_request(k, "POST", "/", headers, "abc", 3), LIBHTTP_E_INVALID_ARGUMENT,
                  "C-47 both by request");
    libhttp_headers_free(headers);
    send_good(k, "C-47 after bad framing");
    client_free(k);
    peer_finish(peer, "C-47 nothing of it was sent, %s", drive_mode_name(mode));
}

static void test_trailers(enum drive_mode mode)
{
    static const char *const forbidden[] = {"Content-Length", "transfer-encoding", "Host",
                                            "Trailer"};
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(
            "POST / HTTP/1.1\r\nHost: h.example\r\nAccept-Encoding: identity\r\nTransfer-Encoding: "
            "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *trailers;

    client_ready(k);
    libhttp_connection_request_pieces(k->c, "POST", -1, "/", -1, NULL, LIBHTTP_LENGTH_UNKNOWN);
    client_send(k, "abc", 3, NULL);
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        libhttp_headers_new(&trailers);
        libhttp_headers_add(trailers, forbidden[i], -1, "1", -1);
        client_failed(k, client_finish(k, trailers), LIBHTTP_E_INVALID_ARGUMENT,
                      "C-122 T-1 a trailer %s", forbidden[i]);
        libhttp_headers_free(trailers);
    }
    libhttp_headers_new(&trailers);
    is(libhttp_headers_add(trailers, "X-T", -1, "a\r\nb", -1), LIBHTTP_E_INVALID_ARGUMENT,
       "T-1 a line break in a trailer, %s", k->name);
    is(client_finish(k, trailers), LIBHTTP_OK, "C-122 no trailers is fine, %s", k->name);
    libhttp_headers_free(trailers);
    client_answer(k, 200, "", "T-1 the body ends well");
    client_free(k);
    peer_finish(peer, "T-1 no refused trailer was sent, %s", drive_mode_name(mode));
}

/* Received fields are kept as they came (C-74): going on with them must not pass that on. */
static void test_received(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT("GET / HTTP/1.1\r\nHost: h.example\r\nAccept-Encoding: identity\r\n\r\n"),
        PEER_SEND("HTTP/1.1 200 OK\r\nX-T: a\x1b[2Jb\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n0\r\nX-T: a\x1b[2Jb\r\n\r\n"),
        PEER_EXPECT(
            "POST / HTTP/1.1\r\nHost: h.example\r\nAccept-Encoding: identity\r\nTransfer-Encoding: "
            "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_response *r = NULL;
    libhttp_headers *copy = NULL;
    char room[8];
    int64_t got;

    client_ready(k);
    client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY);
    client_getresponse(k, &r);
    client_read(k, r, room, sizeof room, &got);
    is(libhttp_headers_count(libhttp_response_trailers(r)), 1, "C-74 a trailer came, %s", k->name);
    libhttp_headers_copy(libhttp_response_trailers(r), &copy);
    client_failed(k, client_request(k, "GET", "/", copy, NULL, LIBHTTP_NO_BODY),
                  LIBHTTP_E_INVALID_ARGUMENT, "T-1 C-42 a received control byte in a field");
    client_failed(k, libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, copy, 1),
                  LIBHTTP_E_INVALID_ARGUMENT, "T-1 C-42 the same in pieces");
    client_failed(k, libhttp_connection_request_fd(k->c, "PUT", -1, "/", -1, copy, 0, 1),
                  LIBHTTP_E_INVALID_ARGUMENT, "T-1 C-42 the same from a descriptor");
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "T-1 none has begun, %s", k->name);
    libhttp_connection_request_pieces(k->c, "POST", -1, "/", -1, NULL, LIBHTTP_LENGTH_UNKNOWN);
    client_send(k, "abc", 3, NULL);
    client_failed(k, client_finish(k, copy), LIBHTTP_E_INVALID_ARGUMENT,
                  "T-1 C-42 a received control byte in a trailer");
    is(client_finish(k, NULL), LIBHTTP_OK, "T-1 the body can be ended without it, %s", k->name);
    client_answer(k, 200, "", "T-1 the body ends well");
    libhttp_headers_free(copy);
    libhttp_response_free(r);
    client_free(k);
    peer_finish(peer, "T-1 no received control byte was passed on, %s", drive_mode_name(mode));
}

/* A response's fields without a peer, as they came. */
static libhttp_response *received(libhttp_connection *c, const char *bytes)
{
    libhttp_response *r = NULL;
    const void *out;
    int64_t n;

    libhttp_connection_set_host(c, "h", -1, 80);
    libhttp_connection_set_carried(c);
    libhttp_connection_request(c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY);
    libhttp_connection_getresponse(c, &r);
    if (libhttp_connection_take(c, &out, &n) < 0 || libhttp_connection_took(c, n) < 0 ||
        libhttp_connection_feed(c, bytes, (int64_t)strlen(bytes), &n) < 0 ||
        libhttp_connection_getresponse(c, &r) < 0)
        bail_out("no response: %s", libhttp_connection_error(c));
    return r;
}

/* T-4: a tunnel's fields are checked as a request's are, before anything connects. */
static void test_tunnel_fields(void)
{
    static const struct {
        const char *bytes, *why;
    } bad[] = {
        {"X-T: a\x1b[2Jb\r\n", "X-T"},
        {"X-T: a\x7f\r\n", "X-T"},
        {"Host: a/b\r\n", "Host"},
        {"Host: u@h\r\n", "Host"},
        {"Host: h:80\r\nHost: i:80\r\n", "Host"},
        {"Content-Length: 0\r\n", "Content-Length"},
        {"Transfer-Encoding: chunked\r\n", "Transfer-Encoding"},
    };
    char head[200];

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        libhttp_connection *from = NULL, *c = NULL;
        libhttp_response *r;

        snprintf(head, sizeof head, "HTTP/1.1 304 OK\r\n%s\r\n", bad[i].bytes);
        libhttp_connection_new(&from);
        libhttp_connection_new(&c);
        libhttp_connection_set_host(c, "proxy.example", -1, 80);
        r = received(from, head);
        is(libhttp_connection_set_tunnel(c, "t.example", -1, 80, libhttp_response_headers(r)),
           LIBHTTP_E_INVALID_ARGUMENT, "T-4 C-59 a tunnel's fields, number %zu", i);
        contains(libhttp_connection_error(c), bad[i].why, "T-4 the sentence names the field");
        is(libhttp_connection_connect(c), LIBHTTP_E_NOT_CONNECTED, "T-4 and nothing connects");
        libhttp_response_free(r);
        libhttp_connection_free(c);
        libhttp_connection_free(from);
    }
}

int main(void)
{
    in_each_mode(test_method);
    in_each_mode(test_target);
    in_each_mode(test_field);
    in_each_mode(test_host_field);
    in_each_mode(test_framing_fields);
    in_each_mode(test_trailers);
    in_each_mode(test_received);
    test_tunnel_fields();
    return done_testing();
}
