/* SPDX-License-Identifier: MIT */
/* How a body ends, by the steps of RFC 9112 6.3: a table of requests and heads. */
#include "wire/framing.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/guard.h"
#include "tap.h"

enum { PERSISTS = 1, CLOSES = 0 };

#define NONE    BODY_NONE
#define LENGTH  BODY_LENGTH
#define CHUNKED BODY_CHUNKED
#define CLOSE   BODY_UNTIL_CLOSE
#define STREAM  BODY_STREAM
#define CODING  LIBHTTP_E_UNKNOWN_TRANSFER_ENCODING
#define BAD_CL  LIBHTTP_E_BAD_CONTENT_LENGTH

#define HEAD    REQUEST_IS_HEAD
#define CONNECT REQUEST_IS_CONNECT
#define UPGRADE REQUEST_HAS_UPGRADE
#define CLOSING REQUEST_CLOSES

#define CL "Content-Length: "
#define TE "Transfer-Encoding: "

static const struct framing_case {
    const char *name;
    const char *fields; /* separated and ended by CRLF */
    int request;
    int status;
    int minor;
    int32_t wanted; /* a body_kind, or an error */
    bool persists;
    int64_t length;
} cases[] = {
    /* C-75: no body, whatever the fields say */
    {"C-75 HEAD with a length", CL "5\r\n", HEAD, 200, 1, NONE, PERSISTS, 0},
    {"C-75 HEAD chunked", TE "chunked\r\n", HEAD, 200, 1, NONE, PERSISTS, 0},
    {"C-75 HEAD with nothing", "", HEAD, 200, 1, NONE, PERSISTS, 0},
    {"C-75 HEAD with a bad length", CL "x\r\n", HEAD, 200, 1, NONE, PERSISTS, 0},
    {"C-75 204", "", 0, 204, 1, NONE, PERSISTS, 0},
    {"C-75 204 with length 0", CL "0\r\n", 0, 204, 1, NONE, PERSISTS, 0},
    {"T-18 204 that announces a body", CL "5\r\n", 0, 204, 1, NONE, CLOSES, 0},
    {"T-18 204 that announces a byte", CL "1\r\n", 0, 204, 1, NONE, CLOSES, 0},
    {"T-18 204 chunked", TE "chunked\r\n", 0, 204, 1, NONE, CLOSES, 0},
    {"T-18 204 with a bad length", CL "x\r\n", 0, 204, 1, NONE, CLOSES, 0},
    {"C-75 304 with a length", CL "5\r\n", 0, 304, 1, NONE, PERSISTS, 0},
    {"C-75 103", CL "5\r\n", 0, 103, 1, NONE, PERSISTS, 0},
    {"C-75 2xx to CONNECT", "", CONNECT, 200, 1, STREAM, CLOSES, 0},
    {"C-75 2xx to CONNECT with a length", CL "5\r\n", CONNECT, 299, 1, STREAM, CLOSES, 0},
    {"C-60 204 to CONNECT", "", CONNECT, 204, 1, STREAM, CLOSES, 0},
    {"C-61 103 to CONNECT", "", CONNECT, 103, 1, NONE, PERSISTS, 0},
    {"C-60 T-50 300 to CONNECT", CL "5\r\n", CONNECT, 300, 1, LENGTH, PERSISTS, 5},
    {"C-61 199 to CONNECT", "", CONNECT, 199, 1, NONE, PERSISTS, 0},
    {"C-60 407 to CONNECT", CL "5\r\n", CONNECT, 407, 1, LENGTH, PERSISTS, 5},
    {"C-69 101 that was asked for", "Upgrade: x\r\n", UPGRADE, 101, 1, STREAM, CLOSES, 0},
    {"C-69 T-16 101 unasked", "Upgrade: x\r\n", 0, 101, 1, LIBHTTP_E_BAD_STATUS_LINE, 0, 0},
    {"C-69 T-16 101 to HEAD, unasked", "", HEAD, 101, 1, LIBHTTP_E_BAD_STATUS_LINE, 0, 0},
    /* C-76 */
    {"C-76 chunked", TE "chunked\r\n", 0, 200, 1, CHUNKED, PERSISTS, 0},
    {"C-76 Chunked", TE "  ChunKED\t\r\n", 0, 200, 1, CHUNKED, PERSISTS, 0},
    {"C-76 chunked in a list", TE ", chunked ,\r\n", 0, 200, 1, CHUNKED, PERSISTS, 0},
    {"C-76 members of folds alone", TE "chunked\r\n ,\r\n ,\r\n\t,\r\n", 0, 200, 1, CHUNKED,
     PERSISTS, 0},
    {"C-73 a name as long as another",
     "Content-Lengti: 6\r\n" CL "5\r\nContent-Lenhth: 7\r\n" CL "5\r\n", 0, 200, 1, LENGTH,
     PERSISTS, 5},
    {"C-73 chunked behind a fold", TE "\r\n chunked\r\n", 0, 200, 1, CHUNKED, PERSISTS, 0},
    {"C-73 chunked before a fold", TE "chunked\r\n ,\r\n", 0, 200, 1, CHUNKED, PERSISTS, 0},
    {"C-73 chunked, blanks and a fold", TE "chunked \t\r\n ,\r\n", 0, 200, 1, CHUNKED, PERSISTS, 0},
    {"C-78 T-11 nothing, then something", CL "0\r\n" CL "5\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 the same in a list", CL "0, 5\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 nothing, twice", CL "0\r\n" CL "0\r\n", 0, 200, 1, LENGTH, PERSISTS, 0},
    {"C-76 T-10 with a length", CL "5\r\n" TE "chunked\r\n", 0, 200, 1, CHUNKED, CLOSES, 0},
    {"C-76 T-10 with a length behind", TE "chunked\r\n" CL "5\r\n", 0, 200, 1, CHUNKED, CLOSES, 0},
    {"T-10 with a bad length", TE "chunked\r\n" CL "x\r\n", 0, 200, 1, CHUNKED, CLOSES, 0},
    {"C-84 1.0 chunked", TE "chunked\r\n", 0, 200, 0, CHUNKED, CLOSES, 0},
    {"C-84 1.0 chunked, keep-alive", "Connection: keep-alive\r\n" TE "chunked\r\n", 0, 200, 0,
     CHUNKED, CLOSES, 0},
    {"C-76 T-10 gzip", TE "gzip\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 gzip, chunked", TE "gzip, chunked\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 chunked, gzip", TE "chunked, gzip\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 chunked twice", TE "chunked, chunked\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 in two fields", TE "chunked\r\n" TE "chunked\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 gzip in another field", TE "chunked\r\nA: b\r\n" TE "gzip\r\n", 0, 200, 1, CODING,
     0, 0},
    {"C-76 T-10 identity", TE "identity\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 identity with a length", TE "identity\r\n" CL "5\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 nothing", TE "\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 a coding of one byte", TE "x, chunked\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 commas", TE ",,\r\n" CL "5\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 xchunked", TE "xchunked\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 chunkedx", TE "chunkedx\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 a parameter", TE "chunked;a=b\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 quoted", TE "\"chunked\"\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 vertical tab",
     TE "\x0b"
        "chunked\r\n",
     0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 split by a fold", TE "chun\r\n ked\r\n", 0, 200, 1, CODING, 0, 0},
    {"C-76 T-10 a semicolon list", TE "chunked;gzip\r\n", 0, 200, 1, CODING, 0, 0},
    /* C-78 */
    {"C-78 a length", CL "5\r\n", 0, 200, 1, LENGTH, PERSISTS, 5},
    {"C-78 0", CL "0\r\n", 0, 200, 1, LENGTH, PERSISTS, 0},
    {"C-78 leading zeros", CL "0005\r\n", 0, 200, 1, LENGTH, PERSISTS, 5},
    {"C-78 63 bits", CL "9223372036854775807\r\n", 0, 200, 1, LENGTH, PERSISTS, INT64_MAX},
    {"C-78 equal fields", CL "5\r\n" CL "5\r\n", 0, 200, 1, LENGTH, PERSISTS, 5},
    {"C-78 an equal list", CL "5, 5,5\r\n", 0, 200, 1, LENGTH, PERSISTS, 5},
    {"C-78 an equal list before another field", CL "5, 5,5\r\nA: b\r\n", 0, 200, 1, LENGTH,
     PERSISTS, 5},
    {"C-73 behind a fold", CL "\r\n\t5\r\n", 0, 200, 1, LENGTH, PERSISTS, 5},
    {"C-78 T-11 64 bits", CL "9223372036854775808\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 2^64 + 5", CL "18446744073709551621\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 a plus", CL "+5\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 a minus", CL "-5\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 a blank inside", CL "5 5\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 an underscore", CL "5_0\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 hexadecimal", CL "0x5\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 a letter", CL "5a\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 nothing", CL "\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 fields that differ", CL "5\r\n" CL "6\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 far apart", CL "5\r\nA: b\r\n" CL "6\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 a list that differs", CL "5, 6\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 an empty member", CL "5,\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 an empty first member", CL ",5\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 an empty field beside", CL "5\r\n" CL "\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 split by a fold", CL "5\r\n 5\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 lists that agree", CL "5, 5\r\n" CL "5 ,\t5\r\n" CL " 05\r\n", 0, 200, 1, LENGTH,
     PERSISTS, 5},
    {"C-78 T-11 lists of which one differs", CL "5, 5\r\n" CL "5, 6\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 the last of a list", CL "5, 5, 5, 50\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 an empty member in the middle", CL "5,,5\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 a blank member", CL "5, ,5\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 a sign in a list", CL "5, +5\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 2^64 + 5 beside 5", CL "5, 18446744073709551621\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 -1, which is 2^64 - 1", CL "18446744073709551615\r\n", 0, 200, 1, BAD_CL, 0, 0},
    {"C-78 T-11 quoted", CL "\"5\"\r\n", 0, 200, 1, BAD_CL, 0, 0},
    /* C-79, C-104 */
    {"C-79 C-104 neither", "", 0, 200, 1, CLOSE, CLOSES, 0},
    {"C-79 C-104 neither, keep-alive", "Connection: keep-alive\r\n", 0, 200, 1, CLOSE, CLOSES, 0},
    /* C-102 */
    {"C-102 1.1, close", "Connection: close\r\n" CL "5\r\n", 0, 200, 1, LENGTH, CLOSES, 5},
    {"C-102 1.1, CLOSE in a list", "Connection: a, CLOSE , b\r\n" CL "5\r\n", 0, 200, 1, LENGTH,
     CLOSES, 5},
    {"C-102 1.1, a second field", "connection: x\r\nA: b\r\nConnection: close\r\n" CL "5\r\n", 0,
     200, 1, LENGTH, CLOSES, 5},
    {"C-102 1.1, closed", "Connection: closed\r\n" CL "5\r\n", 0, 200, 1, LENGTH, PERSISTS, 5},
    {"C-102 1.1, close behind a fold", "Connection: a\r\n ,close\r\n" CL "5\r\n", 0, 200, 1, LENGTH,
     CLOSES, 5},
    {"C-102 1.1, the request closes", CL "5\r\n", CLOSING, 200, 1, LENGTH, CLOSES, 5},
    {"C-102 1.1, it closes, keep-alive", "Connection: keep-alive\r\n" CL "5\r\n", CLOSING, 200, 1,
     LENGTH, CLOSES, 5},
    {"C-102 1.0", CL "5\r\n", 0, 200, 0, LENGTH, CLOSES, 5},
    {"C-102 1.0, keep-alive", "Connection: Keep-Alive\r\n" CL "5\r\n", 0, 200, 0, LENGTH, PERSISTS,
     5},
    {"C-102 1.0, keep-alives", "Connection: keep-alives\r\n" CL "5\r\n", 0, 200, 0, LENGTH, CLOSES,
     5},
    {"C-102 1.0, both", "Connection: keep-alive, close\r\n" CL "5\r\n", 0, 200, 0, LENGTH, CLOSES,
     5},
    {"C-102 1.0, both, the other way", "Connection: close, keep-alive\r\n" CL "5\r\n", 0, 200, 0,
     LENGTH, CLOSES, 5},
    {"C-102 1.7", CL "5\r\n", 0, 200, 7, LENGTH, PERSISTS, 5},
    {"C-102 204 and close", "Connection: close\r\n", 0, 204, 1, NONE, CLOSES, 0},
    {"C-102 HEAD and close", "Connection: close\r\n", HEAD, 200, 1, NONE, CLOSES, 0},
};

static void check(const struct framing_case *c, struct guard *guard)
{
    static const struct head_limits limits = {65536, 100, 256 * 1024};
    struct framing framing = {.kind = 99};
    struct failure failure;
    char data[400];
    const char *copy;
    struct head h;
    int32_t status;

    failure_init(&failure);
    snprintf(data, sizeof data, "HTTP/1.%d %d OK\r\nA: b\r\n%s\r\n", c->minor, c->status,
             c->fields);
    copy = guard_copy(guard, data, strlen(data));
    head_init(&h, false);
    if (head_parse(&h, copy, strlen(data), &limits, &failure) != LIBHTTP_OK)
        bail_out("a head that should be good: %s", data);
    status = framing_decide(&h, copy, c->request, &framing, &failure);
    if (c->wanted < 0) {
        is(status, c->wanted, "%s", c->name);
        is(framing.kind, 99, "... nothing is returned");
    } else if (is(status, LIBHTTP_OK, "%s", c->name)) {
        is(framing.kind, c->wanted, "... its kind");
        is(framing.persists, c->persists, "... whether it persists");
        is(framing.length, c->length, "... its length");
        is(failure.code, 0, "... and no error is left behind");
    }
    head_done(&h);
    failure_done(&failure);
}

static void check_sentence(const char *fields, const char *detail, const char *sentence)
{
    static const struct head_limits limits = {65536, 100, 256 * 1024};
    struct framing framing;
    struct failure failure;
    char data[400];
    struct head h;

    failure_init(&failure);
    snprintf(data, sizeof data, "HTTP/1.1 200 OK\r\n%s\r\n", fields);
    head_init(&h, false);
    head_parse(&h, data, strlen(data), &limits, &failure);
    framing_decide(&h, data, 0, &framing, &failure);
    is_str(failure.detail, detail, "the offending value is the detail");
    contains(failure_text(&failure), sentence, "and the sentence tells what is wrong");
    head_done(&h);
    failure_done(&failure);
}

int main(void)
{
    struct guard guard;

    guard_init(&guard, 4096);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i], &guard);
    check_sentence(CL "5, 6\r\n", "5, 6", "not one number");
    check_sentence(CL "-5\r\n", "-5", "not one number");
    check_sentence(CL "5\r\n" CL "6\r\n", "6", "another length");
    check_sentence(TE "gzip, chunked\r\n", "gzip", "not known");
    check_sentence(TE "chunked, chunked\r\n", "chunked", "only once");
    check_sentence(TE ",\r\n", ",", "no coding");
    guard_done(&guard);
    return done_testing();
}
