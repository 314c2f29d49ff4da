/* SPDX-License-Identifier: MIT */
/* One point of a sweep: a handle, an exchange with a fault, and what must hold after it. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/counts.h"
#include "support/fewer.h"
#include "support/modes_wait.h"
#include "support/patience.h"
#include "support/resolver.h"
#include "support/sockets.h"
#include "tap.h"
#include "trust/sweep.h"

enum {
    RECEIVED = 16384,   /* what modes_wait.c takes at a time */
    TOLD_MAX = 20,      /* wrong points of one sweep that are told */
    STACKS_KEPT = 1024, /* what the C library keeps of threads for the next ones */
};

static struct cert *authority, *leaf;

static void make_certificates(void)
{
    if (leaf != NULL)
        return;
    authority = cert_make_ca("sweep");
    leaf = cert_make(authority, &(struct cert_spec){.san = {SAN_DNS("h.example")}});
}

const struct cert *sweep_leaf(void)
{
    make_certificates();
    return leaf;
}

const struct cert *sweep_authority(void)
{
    make_certificates();
    return authority;
}

bool sweep_all(void)
{
    const char *all = getenv("SWEEP_ALL");

    return all != NULL && strcmp(all, "1") == 0;
}

int64_t sweep_stride(void)
{
    return 1 + fewer() / 4;
}

int64_t sweep_skips(void)
{
    static int64_t turn;

    return turn++ % sweep_stride();
}

static void check(int32_t status, const char *what)
{
    if (status != LIBHTTP_OK)
        bail_out("%s: %s", what, libhttp_error_name(status));
}

static libhttp_headers *one_field(const char *name, const char *value)
{
    libhttp_headers *h;

    check(libhttp_headers_new(&h), "headers_new");
    check(libhttp_headers_add(h, name, -1, value, -1), "headers_add");
    return h;
}

static void set_tls(struct sweep_run *x)
{
    check(libhttp_tls_config_new(&x->tls), "tls_config_new");
    check(libhttp_tls_config_set_ca_file(x->tls, cert_file(sweep_authority()), -1), "ca_file");
    check(libhttp_tls_config_set_session_resumption(x->tls, x->exchange->resumes),
          "session_resumption");
    check(libhttp_connection_set_tls(x->k->c, x->tls), "set_tls");
}

static void set_tunnel(struct sweep_run *x)
{
    libhttp_headers *fields = one_field("X-Proxy", "p");
    const char *host = x->tls ? "h.example" : "t.example";

    check(libhttp_connection_set_tunnel(x->k->c, host, -1, LIBHTTP_PORT_DEFAULT, fields),
          "set_tunnel");
    libhttp_headers_free(fields);
}

/* Where we open it. */
static void set_way(struct sweep_run *x, const struct sweep_peer *peer)
{
    libhttp_connection *c = x->k->c;

    switch (x->exchange->way) {
    case BY_NAME:
        check(libhttp_connection_clear_addresses(c), "clear_addresses");
        resolver_answer("127.0.0.1");
        break;
    case BY_UNIX:
        check(libhttp_connection_set_unix(c, sweep_peer_path(peer), -1), "set_unix");
        break;
    case FROM_SOURCE:
        check(libhttp_connection_set_source_address(c, "127.0.0.1", -1, 0), "set_source_address");
        break;
    default:
        break;
    }
}

static void set_debug(struct sweep_run *x)
{
    x->sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
    check(libhttp_connection_set_debug_fd(x->k->c, x->sink), "set_debug_fd");
    check(libhttp_connection_set_debuglevel(x->k->c, 1), "set_debuglevel");
}

/* All that a fault shall not meet. */
static void prepare(struct sweep_run *x, const struct sweep *s)
{
    static const char body[] = "body of a file";

    *x = (struct sweep_run){.exchange = s->exchange, .sink = -1, .port = sweep_peer_port(s->peer)};
    x->k = client_new_port(s->mode, x->port, "h.example");
    x->k->received = malloc(RECEIVED);
    x->k->carried = true; /* sweep_renew makes it so */
    x->fields = one_field("Host", "h.example");
    if (s->exchange->field != NULL)
        check(libhttp_headers_add(x->fields, s->exchange->field, -1, s->exchange->value, -1),
              "headers_add");
    x->trailers = one_field("X-T", "t");
    x->file = memfd_create("body", MFD_CLOEXEC);
    if (write(x->file, body, sizeof body - 1) != sizeof body - 1)
        bail_out("no file");
    if (s->exchange->tls)
        set_tls(x);
    if (s->exchange->tunnel)
        set_tunnel(x);
    if (s->mode != DRIVE_CARRIED)
        set_way(x, s->peer);
    if (s->exchange->debugs)
        set_debug(x);
}

static void tidy(struct sweep_run *x)
{
    client_free(x->k);
    libhttp_tls_config_free(x->tls);
    libhttp_headers_free(x->fields);
    libhttp_headers_free(x->trailers);
    close(x->file);
    if (x->sink >= 0)
        close(x->sink);
}

/* Another descriptor to use; where it isn't taken it stays ours. */
static int32_t give(struct sweep_run *x)
{
    int fd = connect_loopback(x->port);
    int32_t status;

    libhttp_connection_close(x->k->c);
    status = libhttp_connection_set_fd(x->k->c, fd);
    if (status < 0)
        close(fd);
    return status;
}

int32_t sweep_renew(struct sweep_run *x)
{
    int32_t status;

    if (x->k->mode != DRIVE_CARRIED && x->exchange->way != BY_DESCRIPTOR)
        return LIBHTTP_OK;
    if (x->k->mode != DRIVE_CARRIED) {
        status = give(x);
    } else {
        client_carry(x->k);
        modes_close_socket(x->k);
        libhttp_connection_close(x->k->c);
        status = libhttp_connection_set_carried(x->k->c);
    }
    if (status < 0) {
        x->failure.code = libhttp_connection_error_code(x->k->c);
        x->failure.number = libhttp_connection_errno(x->k->c);
        snprintf(x->failure.text, sizeof x->failure.text, "%s", libhttp_connection_error(x->k->c));
    }
    return status;
}

static int32_t exchange(struct sweep_run *x)
{
    int32_t status;

    x->failure = (struct sweep_failure){0};
    status = sweep_renew(x);
    return status < 0 ? status : x->exchange->run(x);
}

static void tell(struct sweep *s, const struct sweep_fault *fault, const char *format, ...)
    TAP_FORMAT(3);

static void tell(struct sweep *s, const struct sweep_fault *fault, const char *format, ...)
{
    char text[400];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (s->wrong++ < TOLD_MAX)
        diag("%s, %s, %s %lld%s (%d): %s", s->exchange->name, drive_mode_name(s->mode), fault->what,
             (long long)fault->at, fault->ever_after ? " and all later ones" : "", fault->number,
             text);
}

/* A right result or a clear error, one that this fault can give. */
static void judge(struct sweep *s, const struct sweep_fault *fault, const struct sweep_run *x,
                  int32_t status)
{
    const struct sweep_failure *f = &x->failure;

    if (status == LIBHTTP_OK)
        return;
    s->ended++;
    if (status == SWEEP_TRAILERS_LOST && fault->cut != CUT_NEVER)
        return;
    if (status > 0)
        tell(s, fault, "%s", status == SWEEP_WRONG ? "wrong success" : "trailers lost");
    else if (f->code != status || f->text[0] == '\0')
        tell(s, fault, "%s, and the handle says %s: \"%s\"", libhttp_error_name(status),
             f->code ? libhttp_error_name(f->code) : "nothing", f->text);
    else if (status == LIBHTTP_E_OS && f->number == 0)
        tell(s, fault, "an error of the system's without errno: %s", f->text);
    else if (fault->accepts != NULL && !fault->accepts(fault, f))
        tell(s, fault, "%s (errno %d): %s", libhttp_error_name(status), f->number, f->text);
}

static void again(struct sweep *s, const struct sweep_fault *fault, struct sweep_run *x)
{
    int32_t status;

    x->may_end_early = false;
    libhttp_connection_set_timeout(x->k->c, PATIENCE_MS);
    sweep_peer_begin(s->peer, CUT_NEVER, 0);
    status = exchange(x);
    if (status == LIBHTTP_E_TLS && fault->may_cripple &&
        strstr(x->failure.text, "handshake failure") != NULL)
        s->crippled++;
    else if (status != LIBHTTP_OK)
        tell(s, fault, "the second try gives %d: %s", status, x->failure.text);
}

/* A look-up's thread ends a moment after its answer. */
static void threads_end(int threads)
{
    for (int i = 0; i < PATIENCE_MS && count_threads() > threads; i++)
        poll(NULL, 0, 1);
}

struct sweep_result sweep_point(struct sweep *s, const struct sweep_fault *fault)
{
    int descriptors = count_descriptors(), threads = count_threads();
    int64_t memory = malloc_in_use(), may_leak = fault->may_leak;
    int wrong = s->wrong;
    struct sweep_result result = {0};
    struct sweep_run x;

    prepare(&x, s);
    libhttp_connection_set_timeout(x.k->c, fault->idle_ms ? fault->idle_ms : PATIENCE_MS);
    /* Who carries tells of an end only, not of which. */
    x.may_end_early =
        s->exchange->closes_count &&
        (fault->cut == CUT_CLOSE || (fault->cut == CUT_RESET && s->mode == DRIVE_CARRIED));
    sweep_peer_begin(s->peer, fault->cut, fault->limit);
    if (fault->begin != NULL)
        fault->begin(fault);
    result.status = exchange(&x);
    result.struck = fault->end == NULL || fault->end(fault);
    result.sent = sweep_peer_sent(s->peer);
    s->points += result.struck;
    judge(s, fault, &x, result.status);
    again(s, fault, &x);
    tidy(&x);
    if (s->exchange->way == BY_NAME) {
        threads_end(threads);
        may_leak += may_leak < INT64_MAX ? STACKS_KEPT : 0;
    }
    if (malloc_in_use() - memory > may_leak)
        tell(s, fault, "leaked %lld bytes", (long long)(malloc_in_use() - memory));
    s->leaks += malloc_in_use() != memory && s->exchange->way != BY_NAME;
    if (count_descriptors() != descriptors || count_threads() != threads)
        tell(s, fault, "%d descriptors and %d threads more", count_descriptors() - descriptors,
             count_threads() - threads);
    if (!sweep_peer_is_content(s->peer))
        tell(s, fault, "the peer has received what nobody wants");
    result.good = s->wrong == wrong;
    return result;
}

void sweep_begin(struct sweep *s, const struct sweep_exchange *exchange, enum drive_mode mode)
{
    static const struct sweep_fault none = {.what = "no fault", .may_leak = INT64_MAX};

    *s = (struct sweep){.exchange = exchange, .mode = mode};
    s->peer = sweep_peer_start(exchange);
    /* What is made once, by OpenSSL and by us, is there after two. */
    sweep_point(s, &none);
    sweep_point(s, &none);
    s->points = s->ended = s->leaks = s->crippled = 0;
}

void sweep_end(struct sweep *s)
{
    sweep_peer_stop(s->peer);
}

static void *nothing(void *context)
{
    return context;
}

/* ThreadSanitizer starts one of its own beside the first, which is none of the exchange's. */
static void start_first_thread(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, nothing, NULL) != 0)
        bail_out("no thread");
    pthread_join(thread, NULL);
}

void sweep_everything(const char *ids, const char *what, void (*each)(struct sweep *s))
{
    const char *only = getenv("SWEEP_ONLY");
    int64_t points = 0;

    start_first_thread();
    diag("%s: %s", what, sweep_all() ? "each point" : "some points; SWEEP_ALL=1: each");
    for (const struct sweep_exchange *e = sweep_exchanges; e->name != NULL; e++) {
        for (int mode = 0; mode < DRIVE_MODES; mode++) {
            struct sweep s;

            if ((only != NULL && strcmp(only, e->name) != 0) ||
                (mode == DRIVE_CARRIED && e->way != BY_ADDRESS))
                continue;
            sweep_begin(&s, e, (enum drive_mode)mode);
            each(&s);
            sweep_end(&s);
            is(s.wrong, 0, "%s %s, %s: %s, %lld points, %lld of them an error", ids, e->name,
               drive_mode_name((enum drive_mode)mode), what, (long long)s.points,
               (long long)s.ended);
            points += s.points;
        }
    }
    diag("%s: %lld points in all", what, (long long)points);
}
