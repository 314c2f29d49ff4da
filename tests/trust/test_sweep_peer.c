/* SPDX-License-Identifier: MIT */
/*
 * The peer closes, resets or stops at each byte of what it sends (T-19, T-30, C-72, C-88). Without
 * SWEEP_ALL=1 at some of TLS's bytes only, and it stops, which costs the idle timeout, at few.
 */
#include <stdio.h>

#include "tap.h"
#include "trust/sweep.h"

enum {
    STOP_MS = 60,
    BEHIND_ALL = 4, /* more than all: signatures differ in length */
};

static const char *const names[CUTS] = {"none", "closed behind byte", "reset behind byte",
                                        "stopped behind byte"};

/* The errors by which a peer's failing may be told. */
static bool accepts(const struct sweep_fault *fault, const struct sweep_failure *failure)
{
    switch (failure->code) {
    case LIBHTTP_E_TIMEOUT:
        return fault->cut == CUT_STOP;
    case LIBHTTP_E_REMOTE_DISCONNECTED:
    case LIBHTTP_E_INCOMPLETE_READ:
    case LIBHTTP_E_BAD_STATUS_LINE:
    case LIBHTTP_E_TLS:
    case LIBHTTP_E_CLOSED:
        return fault->cut != CUT_STOP;
    case LIBHTTP_E_OS:
        return fault->cut != CUT_STOP && failure->number > 0;
    default:
        return false;
    }
}

static int64_t stride(const struct sweep *s, enum sweep_cut cut)
{
    if (sweep_all())
        return 1;
    if (cut == CUT_STOP)
        return s->exchange->tls ? 700 : 101;
    return s->exchange->tls ? 67 : 3;
}

static void each(struct sweep *s)
{
    struct sweep_fault fault = {.accepts = accepts};
    int64_t all = sweep_point(s, &(struct sweep_fault){.what = "none"}).sent;

    for (int cut = CUT_CLOSE; cut < CUTS; cut++) {
        fault.cut = (enum sweep_cut)cut;
        fault.what = names[cut];
        fault.idle_ms = cut == CUT_STOP ? STOP_MS : 0;
        /* The three modes together meet each byte of what isn't TLS. */
        for (int64_t at = sweep_all() ? 0 : s->mode + sweep_skips(); at < all + BEHIND_ALL;
             at += stride(s, fault.cut) * sweep_stride()) {
            fault.at = fault.limit = at;
            sweep_point(s, &fault);
        }
    }
}

int main(void)
{
    sweep_everything("T-19 T-30", "the peer fails at its bytes", each);
    return done_testing();
}
