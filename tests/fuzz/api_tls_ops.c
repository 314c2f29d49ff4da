/* SPDX-License-Identifier: MIT */
/* The calls that make a connection one over TLS, and what a server does that speaks it. */
#include <string.h>
#include <strings.h>

#include "fuzz/api.h"

enum { ROUNDS_MOST = 8 };

#define TEXT(t) (t).data, (int64_t)(t).length

static void check_config(const libhttp_tls_config *config, int32_t status)
{
    fuzz_require(status == LIBHTTP_OK || fuzz_is_error(status));
    if (status < 0)
        fuzz_require_told(status, libhttp_tls_config_error_code(config),
                          libhttp_tls_config_error(config));
}

/* Another one; connections that use the old one go on doing so. */
static void new_config(struct world *w, struct fuzz_input *in)
{
    libhttp_tls_config *config = NULL;

    (void)in;
    fuzz_require(libhttp_tls_config_new(&config) == LIBHTTP_OK);
    libhttp_tls_config_free(w->tls);
    w->tls = config;
    libhttp_tls_config_set_system_store(config, 0); /* which takes long to read */
}

static void set_config_text(struct world *w, struct fuzz_input *in)
{
    static int32_t (*const setters[])(libhttp_tls_config *, const char *, int64_t) = {
        libhttp_tls_config_set_ciphers, libhttp_tls_config_set_ciphersuites,
        libhttp_tls_config_set_alpn};
    unsigned which = fuzz_byte(in) % 5;
    struct fuzz_text text = fuzz_text(in);

    if (which < 3)
        check_config(w->tls, setters[which](w->tls, TEXT(text)));
    else if (which == 3)
        check_config(w->tls, libhttp_tls_config_add_ca_data(w->tls, TEXT(text)));
    else
        check_config(w->tls, libhttp_tls_config_set_client_certificate_data(
                                 w->tls, TEXT(text), TEXT(text), text.data, text.length > 0));
    fuzz_text_free(&text);
}

static void set_config(struct world *w, struct fuzz_input *in)
{
    static int32_t (*const switches[])(libhttp_tls_config *, int32_t) = {
        libhttp_tls_config_set_verify_peer, libhttp_tls_config_set_verify_host,
        libhttp_tls_config_set_session_resumption};
    static int32_t (*const versions[])(libhttp_tls_config *, int32_t) = {
        libhttp_tls_config_set_minimum_version, libhttp_tls_config_set_maximum_version};
    unsigned which = fuzz_byte(in) % 5;
    int32_t number = (int32_t)fuzz_byte(in);

    if (which < 3)
        check_config(w->tls, switches[which](w->tls, number % 3));
    else
        check_config(w->tls, versions[which - 3](w->tls, LIBHTTP_TLS_1_2 + number % 3));
}

/* Who was let in is who was meant, as far as the configuration asks (T-40, T-41). */
static void check_open(const struct link *l)
{
    const libhttp_tls_config *config = libhttp_connection_tls(l->c);
    const char *host = libhttp_connection_tunnel_host(l->c, NULL);
    int64_t length = 0;

    if (!host)
        host = libhttp_connection_host(l->c);
    fuzz_require(libhttp_connection_is_open(l->c) == 1);
    fuzz_require(libhttp_connection_tls_version(l->c) && libhttp_connection_tls_cipher(l->c));
    fuzz_require(libhttp_connection_peer_certificate(l->c, &length) && length > 0);
    fuzz_require(!libhttp_tls_config_verify_peer(config) ||
                 libhttp_tls_config_ca_data_count(config) > 0);
    fuzz_require(!libhttp_tls_config_verify_host(config) || strcasecmp(host, API_HOST) == 0);
}

static void new_transport(struct link *l, struct fuzz_input *in)
{
    struct fuzz_input nothing = {NULL, 0};

    if ((fuzz_byte(in) & 1) && libhttp_connection_mode(l->c) != LIBHTTP_MODE_BLOCKING)
        api_adopt(l, &nothing);
    else
        api_carry(l);
}

/* All of it: a configuration that trusts the server, a transport, a proxy's consent, hands shaken
 * as far as that goes. */
static void open_tls(struct world *w, struct fuzz_input *in)
{
    static const struct fuzz_text consent = FUZZ_LITERAL("HTTP/1.1 200 OK\r\n\r\n");
    struct link *l = api_link(w, in);
    unsigned way = fuzz_byte(in);
    int32_t status;

    if (way < 128)
        libhttp_connection_close(l->c);
    if (way % 8)
        check_config(w->tls, libhttp_tls_config_add_ca_data(w->tls, TEXT(server_authority())));
    api_check(l, libhttp_connection_set_tls(l->c, w->tls));
    new_transport(l, in);
    status = libhttp_connection_connect(l->c);
    if (status == LIBHTTP_AGAIN && libhttp_connection_tunnel_host(l->c, NULL))
        api_give(l, consent);
    for (int i = 0; i < ROUNDS_MOST && status == LIBHTTP_AGAIN; i++) {
        api_pump(l);
        status = libhttp_connection_connect(l->c);
    }
    api_check(l, status);
    if (status == LIBHTTP_OK && libhttp_connection_tls(l->c))
        check_open(l);
}

static void pump(struct world *w, struct fuzz_input *in)
{
    api_pump(api_link(w, in));
}

/* The server says something, within TLS where it is open. */
static void tell(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    struct fuzz_text text = fuzz_text(in);
    size_t written;

    api_errors_hide();
    if (l->server)
        SSL_write_ex(l->server, text.data, text.length, &written);
    api_errors_show();
    api_pump(l);
    fuzz_text_free(&text);
}

/* Closes, new keys, new tickets, another handshake: what a server may do at any time. */
static void act(struct world *w, struct fuzz_input *in)
{
    struct link *l = api_link(w, in);
    unsigned way = fuzz_byte(in) % 5;

    if (!l->server)
        return;
    api_errors_hide();
    if (way == 0)
        SSL_shutdown(l->server);
    else if (way == 1)
        SSL_key_update(l->server, SSL_KEY_UPDATE_REQUESTED);
    else if (way == 2)
        SSL_new_session_ticket(l->server);
    else if (way == 3)
        SSL_renegotiate(l->server);
    SSL_do_handshake(l->server);
    api_errors_show();
    if (way < 4)
        api_pump(l);
}

const struct op api_tls_ops[] = {
    {"open_tls", open_tls},
    {"tell", tell},
    {"pump", pump},
    {"act", act},
    {"set_config", set_config},
    {"set_config_text", set_config_text},
    {"new_config", new_config},
};
const unsigned api_tls_op_count = sizeof api_tls_ops / sizeof api_tls_ops[0];
