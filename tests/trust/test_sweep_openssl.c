/* SPDX-License-Identifier: MIT */
/*
 * Each call of OpenSSL's, of each exchange over TLS, fails in each way that it can, once and from
 * then on (T-37). The program's own functions go before OpenSSL's; only calls that come from
 * libhttp itself are struck. What only frees, or can't fail, isn't here.
 */
#include <dlfcn.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

#include "tap.h"
#include "trust/sweep.h"
#include "trust/sweep_from.h"

/* How SSL_read_ex and its kin fail; what makes something fails with NO_MEMORY alone. */
enum way { PROTOCOL, NO_MEMORY, BROKEN_OFF, WAYS };

static enum way way;
static bool failed_last; /* what SSL_get_error is asked about was struck */

static bool strikes(bool makes, const void *from)
{
    if ((makes && way != NO_MEMORY) || !sweep_strikes(from))
        return false;
    if (way == PROTOCOL)
        ERR_raise(ERR_LIB_SSL, SSL_R_WRONG_VERSION_NUMBER);
    else if (way == NO_MEMORY)
        ERR_raise(makes ? ERR_LIB_CRYPTO : ERR_LIB_SSL, ERR_R_MALLOC_FAILURE);
    return true;
}

/* OpenSSL's own function of this name. */
#define NEXT(name)                                                                                 \
    __extension__({                                                                                \
        static __typeof__(name) *next_;                                                            \
        void *address_ = next_ ? NULL : dlsym(RTLD_NEXT, #name);                                   \
        if (address_)                                                                              \
            memcpy(&next_, &address_, sizeof next_);                                               \
        next_;                                                                                     \
    })

/* A function that makes or sets something: on failure it gives this. */
#define MAKES(type, name, failure, parameters, arguments)                                          \
    type name parameters                                                                           \
    {                                                                                              \
        return strikes(true, __builtin_return_address(0)) ? (failure) : NEXT(name) arguments;      \
    }

/* One that moves bytes; SSL_get_error tells how it failed. */
#define MOVES(name, parameters, arguments)                                                         \
    int name parameters                                                                            \
    {                                                                                              \
        failed_last = strikes(false, __builtin_return_address(0));                                 \
        return failed_last ? (way == BROKEN_OFF ? 0 : -1) : NEXT(name) arguments;                  \
    }

#pragma GCC visibility push(default)

/* clang-format off */
MAKES(SSL_CTX *, SSL_CTX_new, NULL, (const SSL_METHOD *method), (method))
MAKES(SSL *, SSL_new, NULL, (SSL_CTX *ctx), (ctx))
MAKES(BIO *, BIO_new, NULL, (const BIO_METHOD *method), (method))
MAKES(BIO_METHOD *, BIO_meth_new, NULL, (int type, const char *name), (type, name))
MAKES(X509_STORE *, X509_STORE_new, NULL, (void), ())
MAKES(int, X509_STORE_add_cert, 0, (X509_STORE *store, X509 *x), (store, x))
MAKES(int, SSL_CTX_set_alpn_protos, 1, (SSL_CTX *ctx, const unsigned char *p, unsigned n),
      (ctx, p, n))
MAKES(int, X509_VERIFY_PARAM_set1_host, 0, (X509_VERIFY_PARAM *p, const char *name, size_t n),
      (p, name, n))
MAKES(int, X509_VERIFY_PARAM_set1_ip_asc, 0, (X509_VERIFY_PARAM *p, const char *text), (p, text))
MAKES(int, SSL_set_ex_data, 0, (SSL *ssl, int index, void *data), (ssl, index, data))
MAKES(int, SSL_set_session, 0, (SSL *ssl, SSL_SESSION *session), (ssl, session))
MAKES(int, SSL_SESSION_up_ref, 0, (SSL_SESSION *session), (session))
MOVES(SSL_do_handshake, (SSL *ssl), (ssl))
MOVES(SSL_read_ex, (SSL *ssl, void *into, size_t room, size_t *got), (ssl, into, room, got))
MOVES(SSL_peek_ex, (SSL *ssl, void *into, size_t room, size_t *got), (ssl, into, room, got))
MOVES(SSL_write_ex, (SSL *ssl, const void *data, size_t length, size_t *put),
      (ssl, data, length, put))
MOVES(SSL_shutdown, (SSL *ssl), (ssl))
/* clang-format on */

int SSL_get_error(const SSL *ssl, int result)
{
    if (sweep_is_armed() && failed_last)
        return way == BROKEN_OFF ? SSL_ERROR_SYSCALL : SSL_ERROR_SSL;
    return NEXT(SSL_get_error)(ssl, result);
}

#pragma GCC visibility pop

/* An error of TLS, memory, or a lost connection; nothing else may come of it. */
static bool accepts(const struct sweep_fault *fault, const struct sweep_failure *failure)
{
    (void)fault;
    switch (failure->code) {
    case LIBHTTP_E_TLS:
        return way != BROKEN_OFF || failure->text[0] != '\0';
    case LIBHTTP_E_NO_MEMORY:
        return way == NO_MEMORY;
    case LIBHTTP_E_REMOTE_DISCONNECTED:
    case LIBHTTP_E_INCOMPLETE_READ:
    case LIBHTTP_E_TUNNEL_FAILED:
        return true;
    case LIBHTTP_E_OS:
        return way == BROKEN_OFF;
    default:
        return false;
    }
}

static void sweep(struct sweep *s, bool ever_after)
{
    struct sweep_fault fault = {
        .begin = sweep_arm,
        .end = sweep_disarm,
        .at = 1 + sweep_skips(),
        .ever_after = ever_after,
        .number = (int)way,
        .accepts = accepts,
        .what = "call of OpenSSL's",
    };

    while (sweep_point(s, &fault).struck)
        fault.at += sweep_stride();
}

static void each(struct sweep *s)
{
    if (!s->exchange->tls)
        return;
    for (int i = 0; i < WAYS; i++) {
        way = (enum way)i;
        sweep(s, false);
        sweep(s, true);
    }
    ok(s->points > 0 || sweep_stride() > 1, "T-37 calls of OpenSSL's were reached");
}

int main(void)
{
    if (!sweep_find_library())
        skip_all("libhttp.so isn't there as one");
    sweep_everything("T-37", "calls of OpenSSL's fail", each);
    return done_testing();
}
