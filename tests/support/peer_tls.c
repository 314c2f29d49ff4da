/* SPDX-License-Identifier: MIT */
/* The peer's side: TLS as a server. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "support/peer_side.h"

static const char *reason(void)
{
    const char *text = ERR_reason_error_string(ERR_peek_error());

    return text != NULL ? text : "no reason given";
}

static int choose_alpn(SSL *ssl, const unsigned char **ret_chosen, unsigned char *ret_length,
                       const unsigned char *offered, unsigned int offered_length, void *context)
{
    struct peer_side *side = context;
    const char *want = side->options.tls->alpn;

    (void)ssl;
    snprintf(side->shared->alpn, sizeof side->shared->alpn, "%.*s", offered[0], offered + 1);
    for (unsigned int i = 0; want != NULL && i < offered_length; i += 1u + offered[i]) {
        if (offered[i] == strlen(want) && memcmp(offered + i + 1, want, offered[i]) == 0) {
            *ret_chosen = offered + i + 1;
            *ret_length = offered[i];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_NOACK;
}

/* Asked here, as a resumed session of TLS 1.2 doesn't tell it afterwards. */
static int note_server_name(SSL *ssl, int *alert, void *context)
{
    struct peer_side *side = context;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    (void)alert;
    snprintf(side->shared->sni, sizeof side->shared->sni, "%s", name != NULL ? name : "");
    return SSL_TLSEXT_ERR_OK;
}

static void load_files(struct peer_side *side, const struct peer_tls *tls)
{
    SSL_CTX *ctx = side->tls;

    if (SSL_CTX_use_certificate_chain_file(ctx, tls->certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx, tls->key, SSL_FILETYPE_PEM) != 1)
        peer_complain(side, "%s, %s: %s", tls->certificate, tls->key, reason());
    if (tls->client_ca == NULL)
        return;
    if (SSL_CTX_load_verify_file(ctx, tls->client_ca) != 1)
        peer_complain(side, "%s: %s", tls->client_ca, reason());
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
}

void peer_tls_setup(struct peer_side *side)
{
    const struct peer_tls *tls = side->options.tls;
    SSL_CTX *ctx = side->tls = SSL_CTX_new(TLS_server_method());

    SSL_CTX_set_min_proto_version(ctx, tls->min_version);
    SSL_CTX_set_max_proto_version(ctx, tls->max_version);
    SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"peer", 4);
    /* Our own mistakes must not stop a test of an old version or a small key. */
    SSL_CTX_set_security_level(ctx, 0);
    if (tls->ciphers != NULL && SSL_CTX_set_cipher_list(ctx, tls->ciphers) != 1)
        peer_complain(side, "ciphers %s: %s", tls->ciphers, reason());
    if (tls->no_tickets) {
        SSL_CTX_set_num_tickets(ctx, 0);
        SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    }
    SSL_CTX_set_alpn_select_cb(ctx, choose_alpn, side);
    SSL_CTX_set_tlsext_servername_callback(ctx, note_server_name);
    SSL_CTX_set_tlsext_servername_arg(ctx, side);
    load_files(side, tls);
}

/* A client that says nothing must not hold the script for ever. */
static void limit_waiting(const struct peer_side *side)
{
    struct timeval limit = {.tv_sec = side->wait_ms / 1000, .tv_usec = side->wait_ms % 1000 * 1000};

    setsockopt(side->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

/* A receive that has a time limit ends by EINTR where its process was stopped and goes on. */
bool peer_tls_interrupted(const struct peer_side *side, int status)
{
    return SSL_get_error(side->ssl, status) == SSL_ERROR_WANT_READ && errno == EINTR;
}

static bool handshake(struct peer_side *side)
{
    int status;

    limit_waiting(side);
    ERR_clear_error();
    side->ssl = SSL_new(side->tls);
    SSL_set_fd(side->ssl, side->fd);
    do
        status = SSL_accept(side->ssl);
    while (status != 1 && peer_tls_interrupted(side, status));
    if (status != 1)
        return false;
    if (SSL_session_reused(side->ssl))
        atomic_fetch_add(&side->shared->resumptions, 1);
    atomic_fetch_add(&side->shared->handshakes, 1);
    return true;
}

bool peer_tls_accept(struct peer_side *side)
{
    if (handshake(side))
        return true;
    peer_complain(side, "the TLS handshake failed: %s", reason());
    return false;
}

void peer_tls_step(struct peer_side *side, const struct peer_step *step)
{
    bool done = true;

    switch (step->action) {
    case PEER_DO_TLS:
        peer_tls_accept(side);
        break;
    case PEER_DO_NO_TLS:
        if (handshake(side))
            peer_complain(side, "NO_TLS: the handshake succeeded");
        break;
    case PEER_DO_TLS_TICKETS:
        for (int64_t i = 0; i < step->number && done; i++)
            done = SSL_new_session_ticket(side->ssl) == 1 && SSL_do_handshake(side->ssl) == 1;
        break;
    case PEER_DO_TLS_KEY_UPDATE:
        done = SSL_key_update(side->ssl, SSL_KEY_UPDATE_REQUESTED) == 1 &&
               SSL_do_handshake(side->ssl) == 1;
        break;
    case PEER_DO_TLS_RENEGOTIATE:
        done = SSL_renegotiate(side->ssl) == 1 && SSL_do_handshake(side->ssl) == 1;
        break;
    default:
        peer_complain(side, "no such step: %d", (int)step->action);
    }
    if (!done)
        peer_complain(side, "TLS: %s", reason());
}
