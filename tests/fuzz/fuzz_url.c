/* SPDX-License-Identifier: MIT */
/*
 * URLs, hosts and tunnels' hosts from hostile text. The first byte chooses which, the second a
 * port; the rest is the text. What is taken names one host: the same to the URL helper, to the
 * connection, in the Host field and in CONNECT; and built together again it is taken apart into the
 * same parts. What is refused leaves the handle with what it had.
 */
#include <libhttp/http.h>
#include <string.h>

#include "fuzz/message.h"

const struct fuzz_target fuzz_target = {"url", "C-1 C-7 C-36 C-133 T-3 T-4 T-7 URLs and hosts", 0};

enum what { URL, URL_WITH_USER, HOST, HOST_WITH_PORT, TUNNEL, TARGET, WHATS };

enum { ROOM = 1 << 16, PORT_OF_TUNNEL = 3128 };

static struct fuzz_text text_of(const char *text)
{
    return (struct fuzz_text){text, strlen(text)};
}

static libhttp_connection *carried(void)
{
    libhttp_connection *c = NULL;

    fuzz_require(libhttp_connection_new(&c) == LIBHTTP_OK);
    fuzz_require(libhttp_connection_set_carried(c) == LIBHTTP_OK);
    return c;
}

/* The head that leaves for this target; its bytes lie in `room`. */
static void head_for(libhttp_connection *c, const char *target, char *room, struct message *ret)
{
    const void *data;
    int64_t length = 0;

    fuzz_require(libhttp_connection_putrequest(c, "GET", -1, target, -1, 0) == LIBHTTP_OK);
    fuzz_require(libhttp_connection_endheaders(c, 0) == LIBHTTP_OK);
    fuzz_require(libhttp_connection_flush(c) >= LIBHTTP_OK);
    fuzz_require(libhttp_connection_take(c, &data, &length) == LIBHTTP_OK && length < ROOM);
    memcpy(room, data, (size_t)length);
    message_read((struct fuzz_text){room, (size_t)length}, ret);
    fuzz_require(ret->rest.length == 0);
}

/* "host", "host:81", "[v6]:81"; without the zone, which no server knows. */
static void authority(char *room, const char *host, int32_t port, int32_t default_port)
{
    bool v6 = strchr(host, ':') != NULL;
    int length = snprintf(room, ROOM, "%s%.*s%s", v6 ? "[" : "", (int)strcspn(host, "%"), host,
                          v6 ? "]" : "");

    if (port != default_port)
        snprintf(room + length, (size_t)(ROOM - length), ":%d", port);
}

/* A host that was taken: nothing in it ends it, or means something to somebody else (T-3). */
static void check_name(const char *host)
{
    struct fuzz_text name = text_of(host);
    char room[2048];

    fuzz_require(name.length > 0 && name.length < 1024);
    for (size_t i = 0; i < name.length; i++)
        fuzz_require(name.data[i] > 0x20 && name.data[i] < 0x7f && !strchr("/@\\#?[]", host[i]));
    authority(room, host, 80, 80);
    fuzz_require(message_is_host(text_of(room)));
}

/* The connection to this host and port says so in Host. */
static void check_host_field(const char *host, int32_t port, const char *target)
{
    static char room[ROOM], want[ROOM];
    libhttp_connection *c = carried();
    struct fuzz_text value = {NULL, 0};
    struct message m;

    fuzz_require(libhttp_connection_set_host(c, host, -1, port) == LIBHTTP_OK);
    fuzz_require(strlen(libhttp_connection_host(c)) == strcspn(host, "%"));
    fuzz_require(libhttp_connection_port(c) == port);
    head_for(c, target, room, &m);
    authority(want, host, port, LIBHTTP_HTTP_PORT);
    fuzz_require(fuzz_equal(m.target, text_of(target)));
    fuzz_require(message_find(&m, "Host", &value) == 1 && fuzz_equal(value, text_of(want)));
    libhttp_connection_free(c);
}

static size_t put_encoded(char *room, const char *text, int64_t length)
{
    int64_t put = 0;

    fuzz_require(libhttp_percent_encode(text, length, NULL, 0, 0, room, ROOM / 4, &put) ==
                 LIBHTTP_OK);
    return (size_t)put;
}

/* "user:password@" of what was decoded. */
static size_t put_user(char *room, const libhttp_url *url)
{
    int64_t length = 0;
    const char *text = libhttp_url_user(url, &length);
    size_t at;

    if (!text)
        return 0;
    at = put_encoded(room, text, length);
    text = libhttp_url_password(url, &length);
    if (text) {
        room[at++] = ':';
        at += put_encoded(room + at, text, length);
    }
    room[at++] = '@';
    return at;
}

/* The URL of these parts; an address' zone stands behind "%25". */
static void build(char *room, const libhttp_url *url)
{
    const char *host = libhttp_url_host(url, NULL);
    const char *zone = strchr(host, '%');
    bool v6 = strchr(host, ':') != NULL;
    size_t at = (size_t)sprintf(room, "%s://", libhttp_url_scheme(url, NULL));

    at += put_user(room + at, url);
    snprintf(room + at, ROOM - at, "%s%.*s%s%s%s:%d%s", v6 ? "[" : "", (int)strcspn(host, "%"),
             host, zone ? "%25" : "", zone ? zone + 1 : "", v6 ? "]" : "", libhttp_url_port(url),
             libhttp_url_target(url, NULL));
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_same(const libhttp_url *a, const libhttp_url *b)
{
    fuzz_require(same_text(libhttp_url_scheme(a, NULL), libhttp_url_scheme(b, NULL)));
    fuzz_require(same_text(libhttp_url_host(a, NULL), libhttp_url_host(b, NULL)));
    fuzz_require(same_text(libhttp_url_target(a, NULL), libhttp_url_target(b, NULL)));
    fuzz_require(same_text(libhttp_url_user(a, NULL), libhttp_url_user(b, NULL)));
    fuzz_require(same_text(libhttp_url_password(a, NULL), libhttp_url_password(b, NULL)));
    fuzz_require(libhttp_url_port(a) == libhttp_url_port(b));
    fuzz_require(libhttp_url_is_tls(a) == libhttp_url_is_tls(b));
}

static void try_url(struct fuzz_text text, int32_t flags)
{
    static const char before[] = "https://u:p@before.example:81/x?y";
    static char room[ROOM];
    libhttp_url *url = NULL, *other = NULL;
    int32_t status;

    fuzz_require(libhttp_url_new(&url) == LIBHTTP_OK && libhttp_url_new(&other) == LIBHTTP_OK);
    libhttp_url_parse(url, before, -1, LIBHTTP_URL_ALLOW_USER);
    libhttp_url_parse(other, before, -1, LIBHTTP_URL_ALLOW_USER);
    status = libhttp_url_parse(url, text.data, (int64_t)text.length, flags);
    if (status == LIBHTTP_OK) {
        fuzz_require(flags || !libhttp_url_user(url, NULL));
        check_name(libhttp_url_host(url, NULL));
        check_host_field(libhttp_url_host(url, NULL), libhttp_url_port(url),
                         libhttp_url_target(url, NULL));
        build(room, url);
        fuzz_require(libhttp_url_parse(other, room, -1, flags) == LIBHTTP_OK);
    } else {
        fuzz_require_told(status, libhttp_url_error_code(url), libhttp_url_error(url));
    }
    check_same(url, other);
    libhttp_url_free(url);
    libhttp_url_free(other);
}

static void try_host(struct fuzz_text text, int32_t port)
{
    libhttp_connection *c = carried();
    int32_t status = libhttp_connection_set_host(c, text.data, (int64_t)text.length, port);
    int32_t in_force = libhttp_connection_port(c);

    if (status == LIBHTTP_OK) {
        check_name(libhttp_connection_host(c));
        fuzz_require(in_force >= 0 && in_force <= 65535);
        fuzz_require(port == LIBHTTP_PORT_DEFAULT || in_force == port);
        check_host_field(libhttp_connection_host(c), in_force, "/");
    } else {
        fuzz_require_told(status, libhttp_connection_error_code(c), libhttp_connection_error(c));
        fuzz_require(libhttp_connection_putrequest(c, "GET", -1, "/", -1, 0) ==
                     LIBHTTP_E_NOT_CONNECTED);
        fuzz_require(libhttp_connection_set_host(c, "h.example", -1, 80) == LIBHTTP_OK);
        fuzz_require(libhttp_connection_putrequest(c, "GET", -1, "/", -1, 0) == LIBHTTP_OK);
    }
    libhttp_connection_free(c);
}

static void try_tunnel(struct fuzz_text text, int32_t port)
{
    static char room[ROOM], want[ROOM];
    libhttp_connection *c = carried();
    struct fuzz_text host = {NULL, 0};
    const void *data;
    int64_t length = 0;
    struct message m;
    int32_t status;

    fuzz_require(libhttp_connection_set_host(c, "proxy.example", -1, PORT_OF_TUNNEL) == LIBHTTP_OK);
    status = libhttp_connection_set_tunnel(c, text.data, (int64_t)text.length, port, NULL);
    if (status == LIBHTTP_OK) {
        check_name(libhttp_connection_tunnel_host(c, &port));
        fuzz_require(libhttp_connection_connect(c) == LIBHTTP_AGAIN);
        fuzz_require(libhttp_connection_take(c, &data, &length) == LIBHTTP_OK && length < ROOM);
        memcpy(room, data, (size_t)length);
        message_read((struct fuzz_text){room, (size_t)length}, &m);
        authority(want, libhttp_connection_tunnel_host(c, NULL), port, -1);
        fuzz_require(fuzz_equal(m.method, FUZZ_LITERAL("CONNECT")) && m.count == 1);
        fuzz_require(fuzz_equal(m.target, text_of(want)));
        fuzz_require(message_find(&m, "Host", &host) == 1 && fuzz_equal(host, m.target));
    } else {
        fuzz_require_told(status, libhttp_connection_error_code(c), libhttp_connection_error(c));
        fuzz_require(libhttp_connection_connect(c) < 0);
    }
    libhttp_connection_free(c);
}

/* A target: what of it is an authority is the Host field, and is no other server's to anybody. */
static void try_target(struct fuzz_text text)
{
    static char room[ROOM];
    libhttp_connection *c = carried();
    struct fuzz_text host = {NULL, 0};
    struct message m;
    int32_t status;

    libhttp_connection_set_host(c, "h.example", -1, LIBHTTP_PORT_DEFAULT);
    status = libhttp_connection_putrequest(c, "GET", -1, text.data, (int64_t)text.length, 0);
    if (status < 0)
        fuzz_require_told(status, libhttp_connection_error_code(c), libhttp_connection_error(c));
    libhttp_connection_free(c);
    if (status < 0 || text.length == 0 || text.length >= ROOM / 2)
        return;
    c = carried();
    libhttp_connection_set_host(c, "h.example", -1, LIBHTTP_PORT_DEFAULT);
    memcpy(room, text.data, text.length);
    room[text.length] = '\0';
    head_for(c, room, room + ROOM / 2, &m);
    fuzz_require(fuzz_equal(m.target, text));
    fuzz_require(message_find(&m, "Host", &host) == 1 && message_is_host(host));
    if (text.data[0] == '/')
        fuzz_require(fuzz_equal(host, FUZZ_LITERAL("h.example")));
    libhttp_connection_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    unsigned what = fuzz_byte(&in) % WHATS;
    int32_t port = (int32_t)(fuzz_byte(&in) * 257);
    struct fuzz_text text = fuzz_rest(&in);

    if (text.data == NULL)
        text.data = "";
    if (what == URL || what == URL_WITH_USER)
        try_url(text, what == URL ? 0 : LIBHTTP_URL_ALLOW_USER);
    else if (what == HOST || what == HOST_WITH_PORT)
        try_host(text, what == HOST ? LIBHTTP_PORT_DEFAULT : port);
    else if (what == TUNNEL)
        try_tunnel(text, port % 2 ? LIBHTTP_PORT_DEFAULT : port);
    else
        try_target(text);
    return 0;
}
