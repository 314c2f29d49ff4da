/* SPDX-License-Identifier: MIT */
/*
 * Sentences of the public headers that hold for many functions at once, or that no topic's test
 * is about: what NULL gives, what stays where it is, what an error leaves as it was.
 */
#include <errno.h>
#include <libhttp/http.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/counts.h"
#include "tap.h"

#define SWITCH "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"

/* A connection over a socket whose other end has sent this already. */
static libhttp_connection *adopt(const char *bytes, int *ret_peer)
{
    libhttp_connection *c = NULL;
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ||
        libhttp_connection_new(&c) < 0 || libhttp_connection_set_fd(c, pair[0]) < 0 ||
        send(pair[1], bytes, strlen(bytes), 0) != (ssize_t)strlen(bytes))
        bail_out("no connection");
    *ret_peer = pair[1];
    return c;
}

static int32_t get(libhttp_connection *c, libhttp_response **ret)
{
    int32_t status = libhttp_connection_request(c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY);

    return status == LIBHTTP_OK ? libhttp_connection_getresponse(c, ret) : status;
}

typedef const char *text_of_nothing(int64_t *ret_length);

#define NOTHING(name, call)                                                                        \
    static const char *name(int64_t *ret_length)                                                   \
    {                                                                                              \
        return call;                                                                               \
    }
NOTHING(header_name, libhttp_headers_name(NULL, 0, ret_length))
NOTHING(header_value, libhttp_headers_value(NULL, 0, ret_length))
NOTHING(form_text, libhttp_form_text(NULL, ret_length))
NOTHING(media_value, libhttp_media_value(NULL, ret_length))
NOTHING(media_type, libhttp_media_type(NULL, ret_length))
NOTHING(media_main_type, libhttp_media_main_type(NULL, ret_length))
NOTHING(media_subtype, libhttp_media_subtype(NULL, ret_length))
NOTHING(media_charset, libhttp_media_charset(NULL, ret_length))
NOTHING(media_parameter, libhttp_media_parameter(NULL, "x", -1, ret_length))
NOTHING(media_parameter_name, libhttp_media_parameter_name(NULL, 0, ret_length))
NOTHING(media_parameter_value, libhttp_media_parameter_value(NULL, 0, ret_length))
NOTHING(url_scheme, libhttp_url_scheme(NULL, ret_length))
NOTHING(url_host, libhttp_url_host(NULL, ret_length))
NOTHING(url_target, libhttp_url_target(NULL, ret_length))
NOTHING(url_user, libhttp_url_user(NULL, ret_length))
NOTHING(url_password, libhttp_url_password(NULL, ret_length))
NOTHING(tls_ca_file, libhttp_tls_config_ca_file(NULL, ret_length))
NOTHING(tls_ca_directory, libhttp_tls_config_ca_directory(NULL, ret_length))
NOTHING(tls_certificate, libhttp_tls_config_client_certificate(NULL, ret_length))
NOTHING(tls_key, libhttp_tls_config_client_key(NULL, ret_length))
NOTHING(tls_ciphers, libhttp_tls_config_ciphers(NULL, ret_length))
NOTHING(tls_ciphersuites, libhttp_tls_config_ciphersuites(NULL, ret_length))
NOTHING(tls_alpn, libhttp_tls_config_alpn(NULL, ret_length))
NOTHING(tls_key_log, libhttp_tls_config_key_log_file(NULL, ret_length))
NOTHING(connection_detail, libhttp_connection_error_detail(NULL, ret_length))
NOTHING(connection_certificate, libhttp_connection_peer_certificate(NULL, ret_length))
NOTHING(response_detail, libhttp_response_error_detail(NULL, ret_length))

/* Where there is no text its length is 0, so that nobody believes one that was there before. */
static void test_no_text(void)
{
    static const struct {
        const char *name;
        text_of_nothing *call;
    } all[] = {
        {"headers_name", header_name},
        {"headers_value", header_value},
        {"form_text", form_text},
        {"media_value", media_value},
        {"media_type", media_type},
        {"media_main_type", media_main_type},
        {"media_subtype", media_subtype},
        {"media_charset", media_charset},
        {"media_parameter", media_parameter},
        {"media_parameter_name", media_parameter_name},
        {"media_parameter_value", media_parameter_value},
        {"url_scheme", url_scheme},
        {"url_host", url_host},
        {"url_target", url_target},
        {"url_user", url_user},
        {"url_password", url_password},
        {"tls_config_ca_file", tls_ca_file},
        {"tls_config_ca_directory", tls_ca_directory},
        {"tls_config_client_certificate", tls_certificate},
        {"tls_config_client_key", tls_key},
        {"tls_config_ciphers", tls_ciphers},
        {"tls_config_ciphersuites", tls_ciphersuites},
        {"tls_config_alpn", tls_alpn},
        {"tls_config_key_log_file", tls_key_log},
        {"connection_error_detail", connection_detail},
        {"connection_peer_certificate", connection_certificate},
        {"response_error_detail", response_detail},
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        int64_t length = 77;

        is_str(all[i].call(&length), NULL, "%s(NULL) is NULL", all[i].name);
        is(length, 0, "%s(NULL) gives the length 0", all[i].name);
    }
}

/* The same of a handle that has nothing to tell. */
static void test_nothing_set(void)
{
    libhttp_headers *headers = NULL;
    libhttp_media *media = NULL;
    libhttp_url *url = NULL;
    int64_t lengths[6] = {77, 77, 77, 77, 77, 77};

    if (libhttp_headers_new(&headers) < 0 || libhttp_media_new(&media) < 0 ||
        libhttp_url_new(&url) < 0)
        bail_out("no handles");
    is_str(libhttp_headers_value(headers, 0, &lengths[0]), NULL, "no such field: NULL");
    is_str(libhttp_headers_name(headers, -1, &lengths[1]), NULL, "no such field: no name");
    is_str(libhttp_media_parameter(media, "x", -1, &lengths[2]), NULL, "no such parameter");
    is_str(libhttp_media_charset(media, &lengths[3]), NULL, "no charset");
    is_str(libhttp_url_user(url, &lengths[4]), NULL, "no user");
    is_str(libhttp_url_host(url, &lengths[5]), NULL, "no host");
    for (int i = 0; i < 6; i++)
        is(lengths[i], 0, "and the length %d is 0", i);
    libhttp_headers_free(headers);
    libhttp_media_free(media);
    libhttp_url_free(url);
}

static void test_no_sentence(void)
{
    is_str(libhttp_connection_error(NULL), "", "connection_error(NULL) is empty");
    is_str(libhttp_response_error(NULL), "", "response_error(NULL) is empty");
    is_str(libhttp_stream_error(NULL), "", "stream_error(NULL) is empty");
    is_str(libhttp_headers_error(NULL), "", "headers_error(NULL) is empty");
    is_str(libhttp_tls_config_error(NULL), "", "tls_config_error(NULL) is empty");
    is_str(libhttp_response_reason(NULL), "", "response_reason(NULL) is empty");
}

/* What was lent stays where it is while it says the same: borrowed until the connection is closed.
 */
static void test_lent(void)
{
    int peer;
    libhttp_connection *c = adopt("", &peer);
    const char *first, *again;

    is(libhttp_connection_connect(c), LIBHTTP_OK, "C-127 a descriptor is opened");
    first = libhttp_connection_peer_address(c);
    ok(first, "C-126 its address");
    malloc_fail_at(1, true); /* another copy would be told from it, wherever it came to lie */
    again = libhttp_connection_peer_address(c);
    malloc_fail_at(0, false);
    ok(again == first, "C-126 is the same text when asked again");
    libhttp_connection_free(c);
    close(peer);
}

/* Nothing is due before a transport that was handed over is first used: who waits by what wait says
 * must not be told to call at once, forever. */
static void test_nothing_due(bool carried)
{
    const char *what = carried ? "carried" : "a descriptor";
    int peer = -1;
    libhttp_connection *c = NULL;
    int32_t fd = 77, events = 77;
    int64_t ms = 77;

    if (!carried)
        c = adopt("", &peer);
    else if (libhttp_connection_new(&c) < 0 || libhttp_connection_set_carried(c) < 0)
        bail_out("no connection");
    is(libhttp_connection_wait(c, &fd, &events, &ms, NULL), LIBHTTP_OK, "C-127 %s, unused", what);
    is(fd, -1, "C-127 %s, unused: no descriptor", what);
    is(events, 0, "C-127 %s, unused: no events", what);
    is(ms, -1, "C-127 %s, unused: no time", what);
    libhttp_connection_free(c);
    if (peer >= 0)
        close(peer);
}

/* A stream that was lost never looks like one that the peer has ended. */
static void test_lost_stream(void)
{
    int peer;
    libhttp_connection *c = adopt(SWITCH, &peer);
    libhttp_headers *headers = NULL;
    libhttp_response *r = NULL;
    libhttp_stream *s = NULL;
    char byte;
    int64_t got = 77;

    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "Upgrade", -1, "x", -1);
    libhttp_headers_add(headers, "Connection", -1, "upgrade", -1);
    if (libhttp_connection_request(c, "GET", -1, "/", -1, headers, NULL, LIBHTTP_NO_BODY) < 0 ||
        libhttp_connection_getresponse(c, &r) < 0 || libhttp_response_stream(r, &s) < 0)
        bail_out("no stream: %s", libhttp_connection_error(c));
    close(peer); /* with the request unread: a reset */
    for (int i = 0; i < 3; i++) {
        is(libhttp_stream_read(s, &byte, 1, &got), LIBHTTP_E_OS, "C-125 lost, read %d", i);
        is(libhttp_stream_errno(s), ECONNRESET, "C-125 with its errno, read %d", i);
    }
    is(got, 77, "C-125 nothing was given");
    libhttp_stream_free(s);
    libhttp_response_free(r);
    libhttp_headers_free(headers);
    libhttp_connection_free(c);
}

/* RESPONSE_NOT_READY changes nothing: what was begun can be gone on with. */
static void test_not_ready(void)
{
    int peer;
    libhttp_connection *c = adopt("HTTP/1.1 204 No Content\r\n\r\n", &peer);
    libhttp_response *r = NULL;

    is(libhttp_connection_putrequest(c, "GET", -1, "/", -1, 0), LIBHTTP_OK, "C-15 begun");
    is(libhttp_connection_getresponse(c, &r), LIBHTTP_E_RESPONSE_NOT_READY, "C-18 too early");
    is(libhttp_connection_state(c), LIBHTTP_STATE_REQUEST_STARTED, "C-18 it stays begun");
    is(libhttp_connection_endheaders(c, 0), LIBHTTP_OK, "C-18 and is ended");
    is(libhttp_connection_getresponse(c, &r), LIBHTTP_OK, "C-18 and answered");
    is(libhttp_response_status(r), 204, "C-18 by its answer");
    libhttp_response_free(r);
    libhttp_connection_free(c);
    close(peer);
}

/* A look behind a request that has left whole finds its answer, and says no more than that. */
static void test_look(void)
{
    int peer;
    libhttp_connection *c = adopt("HTTP/1.1 204 No Content\r\n\r\n", &peer);
    libhttp_response *r = NULL;
    int64_t sent = 0;

    is(libhttp_connection_request(c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK,
       "C-124 a request without a body");
    is(libhttp_connection_send(c, NULL, 0, &sent), LIBHTTP_E_EARLY_RESPONSE, "C-124 is answered");
    contains(libhttp_connection_error(c), "has come", "C-124 after it was sent");
    is(libhttp_connection_getresponse(c, &r), LIBHTTP_OK, "C-124 the answer");
    ok(!libhttp_response_will_close(r), "C-124 keeps the connection");
    libhttp_response_free(r);
    libhttp_connection_free(c);
    close(peer);
}

/* C-21, C-26: a response that ends its connection has the transport for itself; close() leaves it
 * alone. */
static void test_closed_beside(void)
{
    int peer;
    libhttp_connection *c = adopt("HTTP/1.1 200 OK\r\nConnection: close\r\n"
                                  "Content-Length: 2\r\n\r\no",
                                  &peer);
    libhttp_response *r = NULL;
    char body[4];
    int64_t got = 0;

    is(get(c, &r), LIBHTTP_OK, "C-21 a response that ends its connection");
    is(libhttp_connection_close(c), LIBHTTP_OK, "C-21 its connection is closed");
    send(peer, "k", 1, 0);
    is(libhttp_response_read(r, body, sizeof body, &got), LIBHTTP_OK, "C-21 it is read on");
    is_mem(body, got, "ok", 2, "C-21 to its end");
    ok(libhttp_response_is_complete(r), "C-21 and complete");
    libhttp_response_free(r);
    libhttp_connection_free(c);
    close(peer);
}

/* C-132: what a response took is told of one that ends its connection, too; what was cut off is
 * never complete. */
static void test_measures(bool whole)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n";
    int peer;
    libhttp_connection *c = adopt(head, &peer);
    libhttp_response *r = NULL;
    char body[4];
    int64_t got = 0;

    is(get(c, &r), LIBHTTP_OK, "C-132 a response that ends its connection");
    ok(libhttp_connection_bytes_sent(c) > 0, "C-132 what its request took");
    is(libhttp_connection_bytes_received(c), sizeof head - 1, "C-132 and its head");
    is(libhttp_connection_time(c, LIBHTTP_TIME_COMPLETE), -1, "C-132 it isn't complete");
    if (whole)
        send(peer, "ok", 2, 0);
    else
        shutdown(peer, SHUT_WR);
    is(libhttp_response_read(r, body, sizeof body, &got),
       whole ? LIBHTTP_OK : LIBHTTP_E_INCOMPLETE_READ, "C-132 its body");
    is(libhttp_connection_bytes_received(c), (int64_t)sizeof head - 1 + (whole ? 2 : 0),
       "C-132 is counted");
    is(libhttp_connection_time(c, LIBHTTP_TIME_COMPLETE) >= 0, whole, "C-132 complete or not");
    libhttp_response_free(r);
    libhttp_connection_free(c);
    close(peer);
}

/* C-132: the same of a connection that would have been kept. */
static void test_cut_measure(void)
{
    int peer;
    libhttp_connection *c = adopt("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no", &peer);
    libhttp_response *r = NULL;
    const void *data;
    int64_t length;

    is(get(c, &r), LIBHTTP_OK, "C-132 a response");
    shutdown(peer, SHUT_WR);
    is(libhttp_response_read_all(r, 9, &data, &length), LIBHTTP_E_INCOMPLETE_READ, "C-132 cut off");
    is(libhttp_connection_time(c, LIBHTTP_TIME_COMPLETE), -1, "C-132 is not complete");
    libhttp_response_free(r);
    libhttp_connection_free(c);
    close(peer);
}

/* C-132, C-19: the last response's end is not that of the request that has begun behind it. */
static void test_next_measure(void)
{
    int peer;
    libhttp_connection *c = adopt("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", &peer);
    libhttp_response *r = NULL;
    const void *data;
    int64_t length;

    is(get(c, &r), LIBHTTP_OK, "C-19 a response");
    is(libhttp_connection_request(c, "GET", -1, "/2", -1, NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK,
       "C-19 a request behind it");
    is(libhttp_response_read_all(r, 9, &data, &length), LIBHTTP_OK, "C-19 it is read");
    is(libhttp_connection_time(c, LIBHTTP_TIME_COMPLETE), -1, "C-132 the next is not complete");
    libhttp_response_free(r);
    libhttp_connection_free(c);
    close(peer);
}

int main(void)
{
    test_no_text();
    test_nothing_set();
    test_no_sentence();
    test_lent();
    test_nothing_due(false);
    test_nothing_due(true);
    test_lost_stream();
    test_not_ready();
    test_look();
    test_closed_beside();
    test_measures(true);
    test_measures(false);
    test_cut_measure();
    test_next_measure();
    return done_testing();
}
