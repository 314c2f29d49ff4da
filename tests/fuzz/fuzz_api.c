/* SPDX-License-Identifier: MIT */
/*
 * The API itself: calls in any order with any arguments, on several handles of each kind, over
 * carried transports and adopted sockets, blocking and not, plain and to a TLS server in memory.
 * The input is the list of calls. Nothing crashes, hangs or leaks, descriptors neither; every
 * status is one of the table, told on its handle by a sentence; no blocking call says AGAIN, and
 * after AGAIN there is something to wait for; the host's queue of errors stays as it is. In the end
 * the handles, freed in an order that is drawn, are gone; and any connection that is left can still
 * make an exchange.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/api.h"

const struct fuzz_target fuzz_target = {"api", "C-15 C-23 T-6 T-32 T-33 T-54 calls in any order",
                                        0};

/* The last bytes stand for calls about TLS, so that what others stand for stays as it was. */
enum { CALLS_MOST = 200, TLS_FROM = 242 };

static void open_world(struct world *w)
{
    for (size_t i = 0; i < LINKS; i++) {
        struct link *l = &w->links[i];

        *l = (struct link){.peer = -1};
        fuzz_require(libhttp_connection_new(&l->c) == LIBHTTP_OK);
        fuzz_require(libhttp_connection_set_host(l->c, API_HOST, -1, LIBHTTP_PORT_DEFAULT) ==
                     LIBHTTP_OK);
        fuzz_require(libhttp_connection_set_continue_timeout(l->c, 1) == LIBHTTP_OK);
        fuzz_require(libhttp_connection_set_debug_fd(l->c, -1) == LIBHTTP_OK);
        /* What goes on by itself, as after set_host, gets no further than this. */
        fuzz_require(libhttp_connection_set_unix(l->c, "/nonexistent/socket", -1) == LIBHTTP_OK);
        api_carry(l);
    }
    for (size_t i = 0; i < HEADERS; i++)
        fuzz_require(libhttp_headers_new(&w->headers[i]) == LIBHTTP_OK);
    fuzz_require(libhttp_url_new(&w->url) == LIBHTTP_OK);
    fuzz_require(libhttp_form_new(&w->form) == LIBHTTP_OK);
    fuzz_require(libhttp_media_new(&w->media) == LIBHTTP_OK);
    fuzz_require(libhttp_tls_config_new(&w->tls) == LIBHTTP_OK);
    libhttp_tls_config_set_system_store(w->tls, 0); /* which takes long to read */
}

static void close_rest(struct world *w)
{
    for (size_t i = 0; i < HEADERS; i++)
        libhttp_headers_free(w->headers[i]);
    libhttp_url_free(w->url);
    libhttp_form_free(w->form);
    libhttp_media_free(w->media);
    libhttp_tls_config_free(w->tls);
}

static void free_link(struct link *l)
{
    libhttp_connection_free(l->c);
    api_forget(l);
}

static void close_world(struct world *w, unsigned order)
{
    if (order & 1)
        for (size_t i = 0; i < LINKS; i++)
            free_link(&w->links[i]);
    if (order & 2)
        close_rest(w);
    for (size_t i = 0; i < RESPONSES; i++)
        libhttp_response_free(w->responses[i]);
    for (size_t i = 0; i < STREAMS; i++)
        libhttp_stream_free(w->streams[i]);
    if (!(order & 2))
        close_rest(w);
    if (!(order & 1))
        for (size_t i = 0; i < LINKS; i++)
            free_link(&w->links[i]);
}

/* Whatever was done to it: closed and given a transport, it works. */
static void use_again(struct link *l)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    libhttp_response *r = NULL;
    const void *body = NULL;
    int64_t length = 0;

    libhttp_connection_close(l->c);
    libhttp_connection_cancel_reset(l->c);
    if (libhttp_connection_tls(l->c) || libhttp_connection_tunnel_host(l->c, NULL))
        return;
    fuzz_require(libhttp_connection_set_host(l->c, API_HOST, -1, 80) == LIBHTTP_OK);
    fuzz_require(libhttp_connection_set_tunnel(l->c, NULL, 0, 0, NULL) == LIBHTTP_OK);
    fuzz_require(libhttp_connection_set_carried(l->c) == LIBHTTP_OK);
    libhttp_connection_set_auto_open(l->c, 1);
    libhttp_connection_set_timeout(l->c, -1);
    libhttp_connection_set_total_timeout(l->c, -1);
    libhttp_connection_set_max_line(l->c, LIBHTTP_MAX_LINE_DEFAULT);
    libhttp_connection_set_max_head(l->c, LIBHTTP_MAX_HEAD_DEFAULT);
    libhttp_connection_set_max_headers(l->c, LIBHTTP_MAX_HEADERS_DEFAULT);
    fuzz_require(libhttp_connection_request(l->c, "GET", -1, "/", -1, NULL, NULL,
                                            LIBHTTP_NO_BODY) == LIBHTTP_OK);
    fuzz_require(libhttp_connection_flush(l->c) == LIBHTTP_OK);
    fuzz_require(libhttp_connection_feed(l->c, answer, sizeof answer - 1, &length) == LIBHTTP_OK);
    fuzz_require(libhttp_connection_getresponse(l->c, &r) == LIBHTTP_OK);
    fuzz_require(libhttp_response_read_all(r, 10, &body, &length) == LIBHTTP_OK && length == 2 &&
                 memcmp(body, "ok", 2) == 0);
    libhttp_response_free(r);
}

static void call(struct world *w, struct fuzz_input *in)
{
    unsigned op = fuzz_byte(in);

    if (op >= TLS_FROM) {
        api_tls_ops[(op - TLS_FROM) % api_tls_op_count].run(w, in);
        return;
    }
    op %= api_op_count + api_text_op_count;
    if (op < api_op_count)
        api_ops[op].run(w, in);
    else
        api_text_ops[op - api_op_count].run(w, in);
}

/* The lowest descriptor that is free: the same afterwards, or one was left open or closed twice. */
static int lowest_free(void)
{
    int fd = dup(0);

    if (fd >= 0)
        close(fd);
    return fd;
}

/* What bodies are sent of, in all inputs. */
static int file = -1;

static void __attribute__((destructor)) close_file(void)
{
    if (file >= 0)
        close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct world w = {0};
    unsigned order = fuzz_byte(&in);
    int lowest;

    if (file < 0) {
        file = memfd_create("body", MFD_CLOEXEC);
        fuzz_require(file >= 0 && ftruncate(file, FILE_SIZE) == 0);
    }
    lowest = lowest_free();
    w.file = file;
    server_authority(); /* which is made once, by OpenSSL */
    api_errors_begin(size & 1);
    open_world(&w);
    for (int calls = 0; in.left > 0 && calls < CALLS_MOST; calls++) {
        call(&w, &in);
        api_errors_check();
        api_drain(&w);
    }
    if (order & 4)
        for (size_t i = 0; i < LINKS; i++)
            use_again(&w.links[i]);
    close_world(&w, order);
    api_errors_hide();
    fuzz_require(lowest_free() == lowest);
    return 0;
}
