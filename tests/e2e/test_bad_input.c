/* SPDX-License-Identifier: MIT */
/*
 * Every text that comes in through the API, at every door: NULL, lengths that can't be, bytes that
 * don't belong in every position, 0 to 70,000 bytes. What is refused is refused with a sentence
 * that names the argument; nothing is sent; everything is usable afterwards. (T-1 to T-7, T-31.)
 */
#include <libhttp/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/peer.h"
#include "support/tempdir.h"
#include "tap.h"

/* The handles that the doors belong to. */
static libhttp_connection *idle;  /* no request begun; not blocking, so that request() only puts */
static libhttp_connection *begun; /* a request begun */
static libhttp_connection *unset; /* for setters of where to go */
static libhttp_response *response;
static libhttp_headers *headers;
static libhttp_form *form;
static libhttp_url *url;
static libhttp_media *media;
static libhttp_tls_config *tls;
static char room[300000];

/* Bytes that a door refuses, besides NUL. */
enum {
    CONTROL = 1, /* 0x01 to 0x1f but TAB, and 0x7f */
    BLANK = 2,
    TAB = 4,
    HIGH = 8, /* above 0x7f, alone and as Unicode's line ends and blanks */
    COLON = 16,
    ALL = CONTROL | BLANK | TAB | HIGH
};

struct door {
    const char *name; /* function and argument, as in the header */
    int32_t (*call)(const char *text, int64_t length);
    const char *(*sentence)(void); /* NULL: the function gives codes without one */
    const char *good;              /* a text that is taken */
    int refuses;
    bool optional; /* NULL is no error */
};

#define DOOR(name, ...)                                                                            \
    static int32_t name(const char *s, int64_t n)                                                  \
    {                                                                                              \
        return __VA_ARGS__;                                                                        \
    }

/* Where it went well: back to the state that the next call needs. */
static int32_t and_close(int32_t status)
{
    if (libhttp_connection_state(idle) != LIBHTTP_STATE_IDLE)
        libhttp_connection_close(idle);
    return status;
}

/* Keeps the output of `begun` small. */
static int32_t and_begin(int32_t status)
{
    if (status == LIBHTTP_OK) {
        libhttp_connection_close(begun);
        libhttp_connection_putrequest(begun, "GET", -1, "/", -1, 0);
        libhttp_connection_putheader(begun, "X-First", -1, "1", -1);
    }
    return status;
}

static int32_t and_clear(int32_t status)
{
    if (status == LIBHTTP_OK)
        libhttp_headers_clear(headers);
    return status;
}

static const char *ignored;
static int64_t length_ignored;

DOOR(set_host, libhttp_connection_set_host(unset, s, n, 80))
DOOR(set_host_port, libhttp_connection_set_host(unset, s, n, LIBHTTP_PORT_DEFAULT))
DOOR(set_unix, libhttp_connection_set_unix(unset, s, n))
DOOR(set_tunnel, libhttp_connection_set_tunnel(unset, s, n, 80, NULL))
DOOR(putrequest_method, and_close(libhttp_connection_putrequest(idle, s, n, "/", -1, 0)))
DOOR(putrequest_target, and_close(libhttp_connection_putrequest(idle, "GET", -1, s, n, 0)))
DOOR(request_method,
     and_close(libhttp_connection_request(idle, s, n, "/", -1, NULL, NULL, LIBHTTP_NO_BODY)))
DOOR(request_target,
     and_close(libhttp_connection_request(idle, "GET", -1, s, n, NULL, NULL, LIBHTTP_NO_BODY)))
DOOR(request_fd_method,
     and_close(libhttp_connection_request_fd(idle, s, n, "/", -1, NULL, 0, LIBHTTP_LENGTH_UNKNOWN)))
DOOR(request_fd_target, and_close(libhttp_connection_request_fd(idle, "PUT", -1, s, n, NULL, 0,
                                                                LIBHTTP_LENGTH_UNKNOWN)))
DOOR(request_pieces_method,
     and_close(libhttp_connection_request_pieces(idle, s, n, "/", -1, NULL, 1)))
DOOR(request_pieces_target,
     and_close(libhttp_connection_request_pieces(idle, "PUT", -1, s, n, NULL, 1)))
DOOR(putheader_name, and_begin(libhttp_connection_putheader(begun, s, n, "v", -1)))
DOOR(putheader_value, and_begin(libhttp_connection_putheader(begun, "X-Value", -1, s, n)))
DOOR(putheader_host, and_begin(libhttp_connection_putheader(begun, "Host", -1, s, n)))
DOOR(putheader_continue, and_begin(libhttp_connection_putheader_continue(begun, s, n)))
DOOR(source_address, libhttp_connection_set_source_address(unset, s, n, 0))
DOOR(add_address, libhttp_connection_add_address(unset, s, n))
DOOR(getheader_name, libhttp_response_getheader(response, s, n, NULL, 0, &ignored, &length_ignored))
DOOR(getheader_fallback,
     libhttp_response_getheader(response, "X-None", -1, s, n, &ignored, &length_ignored))
DOOR(headers_add_name, and_clear(libhttp_headers_add(headers, s, n, "v", -1)))
DOOR(headers_add_value, and_clear(libhttp_headers_add(headers, "n", -1, s, n)))
DOOR(headers_set_name, and_clear(libhttp_headers_set(headers, s, n, "v", -1)))
DOOR(headers_set_value, and_clear(libhttp_headers_set(headers, "n", -1, s, n)))
DOOR(headers_remove, libhttp_headers_remove(headers, s, n))
DOOR(headers_get_name, libhttp_headers_get(headers, s, n, NULL, 0, &ignored, &length_ignored))
DOOR(headers_get_fallback,
     libhttp_headers_get(headers, "X-None", -1, s, n, &ignored, &length_ignored))
DOOR(encode_safe, libhttp_percent_encode("a b", 3, s, n, 0, room, sizeof room, &length_ignored))
DOOR(decode_text, libhttp_percent_decode(s, n, 0, room, sizeof room, &length_ignored))
DOOR(basic_user, libhttp_basic_credentials(s, n, "p", -1, room, sizeof room, &length_ignored))
DOOR(basic_password, libhttp_basic_credentials("u", -1, s, n, room, sizeof room, &length_ignored))
DOOR(form_name, libhttp_form_add(form, s, n, "v", -1))
DOOR(form_value, libhttp_form_add(form, "n", -1, s, n))
DOOR(form_data_name, libhttp_form_add_data(form, s, n, "v", 1))
DOOR(url_text, libhttp_url_parse(url, s, n, 0))
DOOR(media_value, libhttp_media_parse(media, s, n))
DOOR(media_field, libhttp_media_parse_field(media, headers, s, n))
DOOR(tls_ca_file, libhttp_tls_config_set_ca_file(tls, s, n))
DOOR(tls_ca_directory, libhttp_tls_config_set_ca_directory(tls, s, n))
DOOR(tls_certificate, libhttp_tls_config_set_client_certificate(tls, s, n, NULL, 0, NULL, 0))
DOOR(tls_key, libhttp_tls_config_set_client_certificate(tls, "/nowhere", -1, s, n, NULL, 0))
DOOR(tls_passphrase, libhttp_tls_config_set_client_certificate(tls, "/nowhere", -1, NULL, 0, s, n))
DOOR(tls_data_passphrase,
     libhttp_tls_config_set_client_certificate_data(tls, "x", 1, NULL, 0, s, n))
DOOR(tls_ciphers, libhttp_tls_config_set_ciphers(tls, s, n))
DOOR(tls_ciphersuites, libhttp_tls_config_set_ciphersuites(tls, s, n))
DOOR(tls_alpn, libhttp_tls_config_set_alpn(tls, s, n))
DOOR(tls_key_log, libhttp_tls_config_set_key_log_file(tls, s, n))
DOOR(constant, libhttp_constant_find(s, n, &length_ignored))

#define SENTENCE(name, function, handle)                                                           \
    static const char *name(void)                                                                  \
    {                                                                                              \
        return function(handle);                                                                   \
    }

SENTENCE(of_idle, libhttp_connection_error, idle)
SENTENCE(of_begun, libhttp_connection_error, begun)
SENTENCE(of_unset, libhttp_connection_error, unset)
SENTENCE(of_response, libhttp_response_error, response)
SENTENCE(of_headers, libhttp_headers_error, headers)
SENTENCE(of_form, libhttp_form_error, form)
SENTENCE(of_url, libhttp_url_error, url)
SENTENCE(of_media, libhttp_media_error, media)
SENTENCE(of_tls, libhttp_tls_config_error, tls)

/* The word behind the last blank of a name stands in each sentence. Paths may hold any byte but
 * NUL; where nothing is refused, the byte is data, or looked for and not found. */
static const struct door doors[] = {
    {"libhttp_connection_set_host host", set_host, of_unset, "a.example",
     CONTROL | BLANK | TAB | HIGH, false},
    {"libhttp_connection_set_host (port in the) host", set_host_port, of_unset, "a.example:8",
     CONTROL | BLANK | TAB | HIGH, false},
    {"libhttp_connection_set_unix path", set_unix, of_unset, "/run/s", 0, false},
    {"libhttp_connection_set_tunnel host", set_tunnel, of_unset, "a.example",
     CONTROL | BLANK | TAB | HIGH, true},
    {"libhttp_connection_putrequest method", putrequest_method, of_idle, "GET", ALL | COLON, false},
    {"libhttp_connection_putrequest target", putrequest_target, of_idle, "/a", ALL, false},
    {"libhttp_connection_request method", request_method, of_idle, "GET", ALL | COLON, false},
    {"libhttp_connection_request target", request_target, of_idle, "/a", ALL, false},
    {"libhttp_connection_request_fd method", request_fd_method, of_idle, "PUT", ALL | COLON, false},
    {"libhttp_connection_request_fd target", request_fd_target, of_idle, "/a", ALL, false},
    {"libhttp_connection_request_pieces method", request_pieces_method, of_idle, "PUT", ALL | COLON,
     false},
    {"libhttp_connection_request_pieces target", request_pieces_target, of_idle, "/a", ALL, false},
    {"libhttp_connection_putheader name", putheader_name, of_begun, "X-A", ALL | COLON, false},
    {"libhttp_connection_putheader value", putheader_value, of_begun, "a", CONTROL, false},
    {"libhttp_connection_putheader (Host's) value", putheader_host, of_begun, "a.example", CONTROL,
     false},
    {"libhttp_connection_putheader_continue value", putheader_continue, of_begun, "a", CONTROL,
     false},
    {"libhttp_connection_set_source_address host", source_address, of_unset, "127.0.0.1",
     ALL | COLON, true},
    {"libhttp_connection_add_address address", add_address, of_unset, "127.0.0.1", ALL | COLON,
     false},
    {"libhttp_response_getheader name", getheader_name, of_response, "X-A", 0, false},
    {"libhttp_response_getheader fallback", getheader_fallback, of_response, "a", 0, true},
    {"libhttp_headers_add name", headers_add_name, of_headers, "X-A", ALL | COLON, false},
    {"libhttp_headers_add value", headers_add_value, of_headers, "a", CONTROL, false},
    {"libhttp_headers_set name", headers_set_name, of_headers, "X-A", ALL | COLON, false},
    {"libhttp_headers_set value", headers_set_value, of_headers, "a", CONTROL, false},
    {"libhttp_headers_remove name", headers_remove, of_headers, "X-A", 0, false},
    {"libhttp_headers_get name", headers_get_name, of_headers, "X-A", 0, false},
    {"libhttp_headers_get fallback", headers_get_fallback, of_headers, "a", 0, true},
    {"libhttp_percent_encode safe", encode_safe, NULL, "/", 0, true},
    {"libhttp_percent_decode text", decode_text, NULL, "a%20b", 0, false},
    {"libhttp_basic_credentials user", basic_user, NULL, "me", CONTROL | TAB | COLON, false},
    {"libhttp_basic_credentials password", basic_password, NULL, "secret", CONTROL | TAB, false},
    {"libhttp_form_add name", form_name, of_form, "a", 0, false},
    {"libhttp_form_add value", form_value, of_form, "a", 0, false},
    {"libhttp_form_add_data name", form_data_name, of_form, "a", 0, false},
    {"libhttp_url_parse text", url_text, of_url, "http://a.example/b", ALL, false},
    {"libhttp_media_parse value", media_value, of_media, "text/html", 0, false},
    {"libhttp_media_parse_field name", media_field, of_media, "X-A", 0, false},
    {"libhttp_tls_config_set_ca_file path", tls_ca_file, of_tls, NULL, 0, false},
    {"libhttp_tls_config_set_ca_directory path", tls_ca_directory, of_tls, "/", 0, false},
    {"libhttp_tls_config_set_client_certificate certificate", tls_certificate, of_tls, NULL, 0,
     true},
    {"libhttp_tls_config_set_client_certificate key", tls_key, of_tls, NULL, 0, true},
    {"libhttp_tls_config_set_client_certificate passphrase", tls_passphrase, of_tls, NULL, 0, true},
    {"libhttp_tls_config_set_client_certificate_data passphrase", tls_data_passphrase, of_tls, NULL,
     0, true},
    {"libhttp_tls_config_set_ciphers list", tls_ciphers, of_tls, "ECDHE+AESGCM", 0, false},
    {"libhttp_tls_config_set_ciphersuites list", tls_ciphersuites, of_tls, "TLS_AES_128_GCM_SHA256",
     0, false},
    {"libhttp_tls_config_set_alpn list", tls_alpn, of_tls, "http/1.1", 0, false},
    {"libhttp_tls_config_set_key_log_file path", tls_key_log, of_tls, "/dev/null", 0, false},
    {"libhttp_constant_find name", constant, NULL, "LIBHTTP_AGAIN", ALL | COLON, false},
};

enum { DOORS = sizeof doors / sizeof doors[0] };

/* Refused with a sentence that names the argument; of a URL or "host:port" it may name the part. */
static bool named(const struct door *door, int32_t status)
{
    const char *word = strrchr(door->name, ' ') + 1;

    if (status >= 0)
        return false;
    if (!door->sentence || strstr(door->sentence(), word))
        return true;
    if (door->call == url_text && status == LIBHTTP_E_INVALID_URL &&
        (strstr(door->sentence(), "URL") || strstr(door->sentence(), "host")))
        return true;
    if (door->call == set_host_port && strstr(door->sentence(), "port"))
        return true;
    diag("%s: %s: \"%s\"", door->name, libhttp_error_name(status), door->sentence());
    return false;
}

/* A NUL in a host, a target or a URL makes it none (C-7, C-30). */
static int32_t error_of_nul(const struct door *door)
{
    bool goes_into_one = door->call == set_host || door->call == set_host_port ||
                         door->call == set_tunnel || door->call == putrequest_target ||
                         door->call == request_target || door->call == request_fd_target ||
                         door->call == request_pieces_target || door->call == url_text;

    return goes_into_one ? LIBHTTP_E_INVALID_URL : LIBHTTP_E_INVALID_ARGUMENT;
}

static void check_lengths(const struct door *door)
{
    static const int64_t lengths[] = {-2, -1000, INT64_MIN, INT64_MAX};
    bool held = true;

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        int32_t status = door->call("abc", lengths[i]);

        held = held && status == LIBHTTP_E_INVALID_ARGUMENT && named(door, status);
    }
    ok(held, "T-6 %s: a length below -1 or over every bound is refused by name", door->name);
    if (!door->optional)
        ok(named(door, door->call(NULL, -1)) && named(door, door->call(NULL, 3)),
           "T-6 %s: NULL is refused by name", door->name);
}

/* By its length, and where it holds no NUL by -1; no more memory than that: a tool sees what is
 * read. */
static bool refused_in(const struct door *door, const char *text, size_t length)
{
    bool nul = memchr(text, '\0', length) != NULL;
    char *copy = malloc(length);
    char *ended = strndup(text, length);
    int32_t status, by_end;

    memcpy(copy, text, length);
    status = door->call(copy, (int64_t)length);
    by_end = nul ? status : door->call(ended, -1);
    free(copy);
    free(ended);
    if (named(door, status) && by_end == status && (!nul || status == error_of_nul(door)))
        return true;
    diag("%s: %d, by -1 %d", door->name, status, by_end);
    return false;
}

/* The good text with these bytes before its first, in its middle, and behind its last. */
static bool refused_everywhere(const struct door *door, const char *bytes, size_t count)
{
    const char *good = door->good ? door->good : "abc";
    size_t length = strlen(good);
    const size_t places[] = {0, 1, length / 2, length};
    char text[100];

    for (size_t i = 0; i < 4; i++) {
        memcpy(text, good, places[i]);
        memcpy(text + places[i], bytes, count);
        memcpy(text + places[i] + count, good + places[i], length - places[i]);
        if (!refused_in(door, text, length + count)) {
            diag("byte 0x%02x at %zu", (unsigned char)bytes[0], places[i]);
            return false;
        }
    }
    return true;
}

static bool all_refused(const struct door *door, const char *bytes)
{
    bool held = true;

    for (; *bytes; bytes++)
        held = refused_everywhere(door, bytes, 1) && held;
    return held;
}

/* Line separators and blanks of Unicode. */
static bool no_lines_of_unicode(const struct door *door)
{
    static const char *const texts[] = {"\xe2\x80\xa8", "\xe2\x80\xa9", "\xc2\x85", "\xc2\xa0",
                                        "\xe3\x80\x80"};
    bool held = true;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        held = refused_everywhere(door, texts[i], strlen(texts[i])) && held;
    return held;
}

static void check_bytes(const struct door *door)
{
    static const struct {
        int kind;
        const char *bytes, *what;
    } kinds[] = {
        {CONTROL,
         "\1\2\3\4\5\6\a\b\n\v\f\r\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37\177",
         "T-1 T-2 T-3 T-4 C-7 C-30 C-42 C-59 control bytes"},
        {BLANK, " ", "T-2 T-3 C-29 C-30 C-41 a blank"},
        {TAB, "\t", "T-2 T-3 C-29 C-30 C-41 a tab"},
        {HIGH, "\200\205\240\302\342\377", "T-2 T-3 C-29 C-30 C-41 a byte above 0x7f"},
        {COLON, ":", "C-29 C-41 a colon"},
    };

    ok(refused_everywhere(door, "\0", 1), "T-6 C-7 C-30 %s: a NUL inside is refused by name",
       door->name);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (door->refuses & kinds[i].kind)
            ok(all_refused(door, kinds[i].bytes), "%s in %s: refused by name", kinds[i].what,
               door->name);
    if (door->refuses & HIGH)
        ok(no_lines_of_unicode(door), "T-2 T-3 Unicode's line ends and blanks in %s: refused",
           door->name);
}

/* From 0 to 70,000 bytes: taken, or refused with a sentence; the memory has not one byte more. */
static void check_sizes(const struct door *door)
{
    static const size_t sizes[] = {0,     1,     2,     3,     63,   64,    107,   108,
                                   127,   128,   253,   254,   255,  256,   257,   1023,
                                   1024,  4095,  4096,  8191,  8192, 16383, 16384, 32767,
                                   32768, 65535, 65536, 65537, 70000};
    bool held = true;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char *text = malloc(sizes[i] > 0 ? sizes[i] : 1);
        int32_t status;

        memset(text, 'a', sizes[i]);
        status = door->call(text, (int64_t)sizes[i]);
        if (status != LIBHTTP_OK && (status > 0 || (door->sentence && !door->sentence()[0]))) {
            diag("%s: %zu bytes: %d", door->name, sizes[i], status);
            held = false;
        }
        free(text);
    }
    ok(held, "T-31 %s: 0 to 70,000 bytes are taken or refused with a sentence", door->name);
}

static void check_good(const struct door *door)
{
    int32_t status = door->good ? door->call(door->good, -1) : LIBHTTP_OK;

    is(status, LIBHTTP_OK, "T-6 %s: a good text is taken after all that", door->name);
    if (status < 0 && door->sentence)
        diag("%s", door->sentence());
}

/* What is taken for a host can be used as one: it stands in what is sent first, TLS's too. */
static void check_long_host(size_t length, bool through_tunnel)
{
    libhttp_connection *c = NULL;
    char *host = malloc(length);
    const void *out = NULL;
    int64_t sent = 0;
    int32_t status;

    libhttp_connection_new(&c);
    memset(host, 'a', length);
    for (size_t i = 60; i + 1 < length; i += 61)
        host[i] = '.';
    status = through_tunnel ? libhttp_connection_set_tunnel(c, host, (int64_t)length, 443, NULL)
                            : libhttp_connection_set_host(c, host, (int64_t)length, 443);
    is(status, length <= 255 ? LIBHTTP_OK : LIBHTTP_E_INVALID_URL, "T-31 a host of %zu bytes%s",
       length, through_tunnel ? ", through a tunnel" : "");
    if (status == LIBHTTP_OK) {
        libhttp_connection_set_carried(c);
        libhttp_connection_set_tls(c, libhttp_tls_config_default());
        is(libhttp_connection_connect(c), LIBHTTP_AGAIN, "T-31 it is asked for: %s",
           libhttp_connection_error(c));
        libhttp_connection_take(c, &out, &sent);
        ok(memmem(out, (size_t)sent, host, length), "T-31 all of it");
    }
    libhttp_connection_free(c);
    free(host);
}

static void check_long_hosts(void)
{
    static const size_t lengths[] = {1, 2, 63, 64, 127, 128, 253, 254, 255, 256, 70000};

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        check_long_host(lengths[i], false);
        check_long_host(lengths[i], true);
    }
}

/* Getters of names: an answer, no status. */
static void check_lookups(void)
{
    is(libhttp_headers_find(headers, "a\0b", 3, 0), -1, "T-6 find: a NUL inside finds nothing");
    is(libhttp_headers_find(headers, NULL, -1, 0), -1, "T-6 find: nor does NULL");
    is(libhttp_headers_find(headers, "a", INT64_MIN, 0), -1, "T-6 find: nor a wrong length");
    is(libhttp_headers_find(headers, "a", 1, -1), -1, "T-6 find: nor an index below 0");
    is(libhttp_headers_contains(headers, "a\0b", 3), 0, "T-6 contains: nor there a NUL");
    is(libhttp_headers_contains(headers, NULL, -1), 0, "T-6 contains: nor NULL");
    is(libhttp_headers_contains(headers, "a", -2), 0, "T-6 contains: nor a wrong length");
    ok(!libhttp_media_parameter(media, "a\0b", 3, NULL), "T-6 parameter: nor there a NUL");
    ok(!libhttp_media_parameter(media, NULL, -1, NULL), "T-6 parameter: nor NULL");
    ok(!libhttp_media_parameter(media, "a", -2, NULL), "T-6 parameter: nor a wrong length");
}

static libhttp_connection *connection_to(int port)
{
    libhttp_connection *c = NULL;

    if (libhttp_connection_new(&c) < 0 || libhttp_connection_set_host(c, "127.0.0.1", -1, port) < 0)
        bail_out("no connection");
    return c;
}

/* A response without a server: carried mode, fed by hand. */
static libhttp_connection *carry_response(void)
{
    static const char bytes[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-A: 1\r\n\r\n";
    libhttp_connection *c = NULL;
    const void *out;
    int64_t length, taken;

    if (libhttp_connection_new(&c) < 0 || libhttp_connection_set_host(c, "h", -1, 80) < 0 ||
        libhttp_connection_set_carried(c) < 0 ||
        libhttp_connection_request(c, "GET", -1, "/", -1, NULL, NULL, LIBHTTP_NO_BODY) < 0 ||
        libhttp_connection_getresponse(c, &response) != LIBHTTP_AGAIN ||
        libhttp_connection_take(c, &out, &length) < 0 || libhttp_connection_took(c, length) < 0 ||
        libhttp_connection_feed(c, bytes, sizeof bytes - 1, &taken) < 0 ||
        libhttp_connection_getresponse(c, &response) != LIBHTTP_OK)
        bail_out("no response: %s", libhttp_connection_error(c));
    return c;
}

/* What reached the peer is this request and nothing before it. */
static void check_usable(libhttp_connection *c, struct peer *peer, const char *field)
{
    libhttp_response *answer = NULL;
    char wanted[200];
    size_t length;
    const char *got;

    is(libhttp_connection_endheaders(c, 0), LIBHTTP_OK, "T-6 the request can be ended");
    is(libhttp_connection_getresponse(c, &answer), LIBHTTP_OK, "T-6 and answered");
    is(libhttp_response_status(answer), 200, "T-6 the connection is usable afterwards");
    libhttp_response_free(answer);
    snprintf(wanted, sizeof wanted,
             "GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept-Encoding: identity\r\n%s\r\n",
             peer_port(peer), field);
    got = peer_received(peer, &length);
    is_mem(got, length, wanted, strlen(wanted), "T-1 T-2 T-5 nothing else was ever sent");
    is(peer_connections(peer), 1, "T-6 over one connection");
    libhttp_connection_close(c);
    peer_finish(peer, "T-6 the peer saw one request");
}

int main(void)
{
    const struct peer_step steps[] = {
        PEER_READ_HEAD,
        PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        PEER_WAIT_CLOSE,
        PEER_END,
    };
    struct peer *idle_peer = peer_start(steps), *begun_peer = peer_start(steps);
    libhttp_connection *carried = carry_response();

    /* A key log is made where its path leads. */
    if (chdir(tempdir()) != 0)
        bail_out("no folder");
    idle = connection_to(peer_port(idle_peer));
    begun = connection_to(peer_port(begun_peer));
    libhttp_connection_set_mode(idle, LIBHTTP_MODE_NONBLOCKING);
    if (libhttp_connection_new(&unset) < 0 || libhttp_headers_new(&headers) < 0 ||
        libhttp_form_new(&form) < 0 || libhttp_url_new(&url) < 0 || libhttp_media_new(&media) < 0 ||
        libhttp_tls_config_new(&tls) < 0)
        bail_out("no handles");
    and_begin(LIBHTTP_OK);
    for (size_t i = 0; i < DOORS; i++) {
        check_lengths(&doors[i]);
        check_bytes(&doors[i]);
        check_sizes(&doors[i]);
        check_good(&doors[i]);
    }
    is(set_tunnel(NULL, 3), LIBHTTP_E_INVALID_ARGUMENT, "T-6 set_tunnel: NULL of three bytes");
    check_lookups();
    check_long_hosts();
    and_begin(LIBHTTP_OK);
    libhttp_connection_set_mode(idle, LIBHTTP_MODE_BLOCKING);
    libhttp_connection_putrequest(idle, "GET", -1, "/", -1, 0);
    libhttp_connection_close(unset);
    libhttp_connection_free(unset);
    libhttp_response_free(response);
    libhttp_connection_free(carried);
    libhttp_headers_free(headers);
    libhttp_form_free(form);
    libhttp_url_free(url);
    libhttp_media_free(media);
    libhttp_tls_config_free(tls);
    check_usable(begun, begun_peer, "X-First: 1\r\n");
    check_usable(idle, idle_peer, "");
    libhttp_connection_free(idle);
    libhttp_connection_free(begun);
    return done_testing();
}
