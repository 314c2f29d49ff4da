/* SPDX-License-Identifier: MIT */
#include <openssl/err.h>
#include <string.h>

#include "client/tls_access.h"
#include "support/tls_pair.h"
#include "tap.h"

static int choose_alpn(SSL *ssl, const unsigned char **ret_chosen, unsigned char *ret_length,
                       const unsigned char *offered, unsigned int offered_length, void *context)
{
    const struct tls_pair *pair = context;

    (void)ssl;
    (void)offered;
    (void)offered_length;
    if (!pair->options.alpn)
        return SSL_TLSEXT_ERR_NOACK;
    *ret_chosen = (const unsigned char *)pair->options.alpn;
    *ret_length = (unsigned char)strlen(pair->options.alpn);
    return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *make_ctx(const struct cert *cert, const struct tls_pair_options *options)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_min_proto_version(ctx, options->version);
    SSL_CTX_set_max_proto_version(ctx, options->version);
    SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"pair", 4);
    if (options->ciphers && SSL_CTX_set_cipher_list(ctx, options->ciphers) != 1)
        bail_out("ciphers %s", options->ciphers);
    if (options->client_ca) {
        SSL_CTX_load_verify_file(ctx, cert_file(options->client_ca));
        SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    if (SSL_CTX_use_certificate_chain_file(ctx, cert_file(cert)) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx, cert_key_file(cert), SSL_FILETYPE_PEM) != 1)
        bail_out("the server's certificate: %s", ERR_reason_error_string(ERR_peek_error()));
    return ctx;
}

void tls_pair_init(struct tls_pair *pair, const struct cert *cert,
                   const struct tls_pair_options *options)
{
    *pair = (struct tls_pair){.options = *options};
    net_init(&pair->net, true);
    pair->ctx = options->ctx ? options->ctx : make_ctx(cert, options);
    if (options->ctx)
        SSL_CTX_up_ref(pair->ctx);
    SSL_CTX_set_alpn_select_cb(pair->ctx, choose_alpn, pair);
    pair->server = SSL_new(pair->ctx);
    pair->to_server = BIO_new(BIO_s_mem());
    pair->to_client = BIO_new(BIO_s_mem());
    SSL_set_bio(pair->server, pair->to_server, pair->to_client);
    SSL_set_accept_state(pair->server);
    if (memory_new(&pair->net.io, &pair->memory, &pair->net.failure) < 0)
        bail_out("no transport in memory");
}

void tls_pair_done(struct tls_pair *pair)
{
    transport_free(pair->tls ? pair->tls : pair->memory, false);
    SSL_free(pair->server);
    SSL_CTX_free(pair->ctx);
    net_done(&pair->net);
    ERR_clear_error();
}

size_t tls_pair_to_server(struct tls_pair *pair, size_t most)
{
    struct span sent;

    memory_take(pair->memory, &sent);
    if (most > 0 && sent.length > most)
        sent.length = most;
    if (sent.length > 0)
        BIO_write(pair->to_server, sent.data, (int)sent.length);
    memory_took(pair->memory, sent.length);
    pair->received += sent.length;
    return sent.length;
}

size_t tls_pair_to_client(struct tls_pair *pair, size_t most)
{
    char *data;
    long length = BIO_get_mem_data(pair->to_client, &data);
    size_t taken = 0;
    char skipped[4096];
    bool eof = false;

    if (most > 0 && (size_t)length > most)
        length = (long)most;
    if (pair->options.cut && pair->fed + (size_t)length >= pair->options.cut_after) {
        length = (long)(pair->options.cut_after - pair->fed);
        eof = true;
    }
    if (length > 0)
        memory_feed(pair->memory, data, (size_t)length, &taken, &pair->net.failure);
    for (size_t left = taken; left > 0;)
        left -= (size_t)BIO_read(pair->to_client, skipped,
                                 (int)(left < sizeof skipped ? left : sizeof skipped));
    pair->fed += taken;
    if (eof)
        memory_feed_eof(pair->memory);
    return taken;
}

bool tls_pair_move(struct tls_pair *pair)
{
    size_t there = tls_pair_to_server(pair, pair->options.step);
    size_t back = tls_pair_to_client(pair, pair->options.step);

    return there + back > 0;
}

int32_t tls_pair_shake_hands(struct tls_pair *pair)
{
    int32_t status;
    int quiet = 0;

    while ((status = transport_advance(pair->tls, 1, &pair->net.failure)) == LIBHTTP_AGAIN) {
        SSL_do_handshake(pair->server);
        ERR_clear_error();
        quiet = tls_pair_move(pair) ? 0 : quiet + 1;
        if (quiet > 3)
            return LIBHTTP_AGAIN;
    }
    /* The server learns how it ended: by Finished, or by an alert. */
    for (int i = 0; i < 4 || tls_pair_to_server(pair, 0) > 0; i++) {
        tls_pair_to_server(pair, 0);
        SSL_do_handshake(pair->server);
        ERR_clear_error();
    }
    return status;
}

int32_t tls_pair_open(struct tls_pair *pair, libhttp_tls_config *config, const char *name,
                      const char *session_key)
{
    struct tls_peer peer = {.name = name, .session_key = session_key};
    int32_t status = tls_new(pair->memory, tls_config_context(config), &peer, &pair->net.io,
                             &pair->tls, &pair->net.failure);

    return status == LIBHTTP_OK ? tls_pair_shake_hands(pair) : status;
}

void tls_pair_say(struct tls_pair *pair, const void *data, size_t length)
{
    if (SSL_write(pair->server, data, (int)length) != (int)length)
        bail_out("the server can't write: %s", ERR_reason_error_string(ERR_peek_error()));
    tls_pair_to_client(pair, 0);
}

size_t tls_pair_hear(struct tls_pair *pair, void *room, size_t size)
{
    size_t got = 0;
    size_t n = 0;

    tls_pair_to_server(pair, 0);
    while (got < size && SSL_read_ex(pair->server, (char *)room + got, size - got, &n) == 1)
        got += n;
    ERR_clear_error();
    return got;
}

libhttp_tls_config *tls_pair_config(const struct cert *ca)
{
    libhttp_tls_config *config = NULL;

    if (libhttp_tls_config_new(&config) < 0)
        bail_out("no configuration");
    if (ca && libhttp_tls_config_set_ca_file(config, cert_file(ca), -1) < 0)
        bail_out("%s", libhttp_tls_config_error(config));
    return config;
}
