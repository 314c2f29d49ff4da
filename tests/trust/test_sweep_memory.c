/* SPDX-License-Identifier: MIT */
/*
 * Each allocation of each exchange fails, once and from then on (T-36). Without SWEEP_ALL=1 only
 * some of the thousands that OpenSSL makes.
 */
#include <string.h>

#include "support/counts.h"
#include "tap.h"
#include "trust/sweep.h"

/* OpenSSL itself loses a few bytes where one allocation fails and the next succeed; see
 * tests/unit/test_net_tls_memory.c. What we would lose is lost at most points. */
#define OPENSSL_LEAK 1024

static void begin(const struct sweep_fault *fault)
{
    malloc_fail_at(fault->at, fault->ever_after);
}

static bool end(const struct sweep_fault *fault)
{
    int64_t refused = malloc_refused();

    (void)fault;
    malloc_fail_at(0, false);
    return refused > 0;
}

/*
 * Of OpenSSL's failures not each says that it was memory. Where it can't decode or verify a
 * key for want of it, it finds the key too weak or the signature bad, and keeps no trace of the
 * reason: refused it is. Of a name's mismatch it does.
 */
static bool accepts(const struct sweep_fault *fault, const struct sweep_failure *failure)
{
    if (failure->code == LIBHTTP_E_NO_MEMORY)
        return true;
    return fault->may_leak > 0 &&
           (failure->code == LIBHTTP_E_TLS ||
            (failure->code == LIBHTTP_E_CERTIFICATE && strstr(failure->text, "mismatch") == NULL));
}

static void sweep(struct sweep *s, bool ever_after)
{
    int64_t stride = s->exchange->tls && !sweep_all() ? 197 : 1;
    struct sweep_fault fault = {
        .begin = begin,
        .end = end,
        .at = 1 + (stride > 1 ? (int64_t)s->mode * 61 : 0),
        .ever_after = ever_after,
        .may_leak = s->exchange->tls ? OPENSSL_LEAK : 0,
        .accepts = accepts,
        .may_cripple = s->exchange->tls,
        .what = "allocation",
    };

    while (sweep_point(s, &fault).struck)
        fault.at += stride;
}

static void each(struct sweep *s)
{
    sweep(s, false);
    sweep(s, true);
    if (s->leaks > 0)
        diag("OpenSSL lost memory at %lld of %lld points", (long long)s->leaks,
             (long long)s->points);
    /* One for each signature algorithm: the one that the peer's certificate has is missed. */
    ok(s->crippled <= 1,
       "T-36 a configuration made without memory lacks an algorithm at %lld points",
       (long long)s->crippled);
    ok(s->leaks <= s->points / 4, "T-36 what is lost at some points is not ours");
}

int main(void)
{
    if (!malloc_is_counted())
        skip_all("allocations aren't counted here");
    sweep_everything("T-36", "allocations fail", each);
    return done_testing();
}
