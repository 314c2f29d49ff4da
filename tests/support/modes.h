/* SPDX-License-Identifier: MIT */
/*
 * One exchange, three ways to drive it. A test is written once, with the calls below instead of the
 * library's that can give AGAIN, and runs in blocking, non-blocking and carried mode:
 *
 *     static void test_get(enum drive_mode mode)
 *     {
 *         struct peer *peer = client_peer(steps);
 *         struct client *k = client_new(mode, peer, "h.example");
 *
 *         is(client_request(k, "GET", "/", NULL, NULL, LIBHTTP_NO_BODY), LIBHTTP_OK,
 *            "C-28 a request goes out, %s", k->name);
 *         client_answer(k, 200, "hello", "C-28 the answer");
 *         client_free(k);
 *         peer_finish(peer, "C-28 the peer's side, %s", k->name);
 *     }
 *     in_each_mode(test_get);
 *
 * In non-blocking mode the harness waits as wait.h says, by epoll, and registers a descriptor anew
 * only when the generation says so. In carried mode it carries bytes between feed, take and a
 * socket. Both look at what wait says after each AGAIN; whatever is wrong there is a failed check.
 */
#ifndef TESTS_SUPPORT_MODES_H
#define TESTS_SUPPORT_MODES_H

#include <libhttp/http.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/peer.h"

enum drive_mode { DRIVE_BLOCKING, DRIVE_NONBLOCKING, DRIVE_CARRIED, DRIVE_MODES };

struct client {
    libhttp_connection *c; /* the library's handle: for all calls that never give AGAIN */
    enum drive_mode mode;
    const char *name; /* of the mode, for descriptions; a literal */
    int64_t agains;   /* how often a call gave AGAIN */
    /* non-blocking: what is registered */
    int epoll;
    int registered;
    int64_t generation;
    int idle_wakes; /* ready, and AGAIN without a byte moved, so many times in a row */
    int64_t moved;
    /* carried: the socket to the peer */
    int port;
    const char *path;
    int socket;
    bool carried;   /* set_carried was made */
    bool ended;     /* EOF came from the peer */
    bool broken;    /* nothing can be written any more */
    char *received; /* what did not fit yet */
    size_t received_length;
    int32_t feed_status; /* what feed gave: where it is NO_MEMORY, the call is left at AGAIN */
};

/* Runs the test once for each mode. */
void in_each_mode(void (*test)(enum drive_mode mode));
const char *drive_mode_name(enum drive_mode mode);

/* A peer at a Unix socket: there no port stands in Host, and the bytes are known beforehand. */
struct peer *client_peer(const struct peer_step *steps);

/*
 * A client of this peer under this host's name, on the default port at a Unix peer, else on the
 * peer's own. Never NULL. Nothing is connected yet: k->c takes settings until client_ready or one
 * of the calls below, which in carried mode set the transport; its socket is opened at need.
 */
struct client *client_new(enum drive_mode mode, const struct peer *peer, const char *host);
/* The same towards a port of 127.0.0.1, for real servers. */
struct client *client_new_port(enum drive_mode mode, int port, const char *host);
void client_ready(struct client *k);
void client_free(struct client *k);

/* The transport was lost or closed: in carried mode a new one is set; else nothing needs doing. */
void client_renew(struct client *k);

/* client_ready and putrequest; putheader with its texts. They are as short as tests want them. */
int32_t client_putrequest(struct client *k, const char *method, const char *target, int32_t skip);
int32_t client_putheader(struct client *k, const char *name, const char *value);

/*
 * The library's calls, made until they give something else than AGAIN. request and request_fd send
 * everything in every mode; send and send_fd all that can be, *ret_sent may be NULL.
 */
int32_t client_connect(struct client *k);
int32_t client_request(struct client *k, const char *method, const char *target,
                       const libhttp_headers *headers, const void *body, int64_t length);
int32_t client_request_fd(struct client *k, const char *method, const char *target,
                          const libhttp_headers *headers, int fd, int64_t length);
int32_t client_send(struct client *k, const void *data, int64_t length, int64_t *ret_sent);
int32_t client_send_fd(struct client *k, int fd, int64_t length, int64_t *ret_sent);
int32_t client_finish(struct client *k, const libhttp_headers *trailers);
int32_t client_flush(struct client *k);
int32_t client_getresponse(struct client *k, libhttp_response **ret);

/* read fills the buffer in every mode, as read does in blocking mode. */
int32_t client_read(struct client *k, libhttp_response *r, void *buffer, int64_t capacity,
                    int64_t *ret_got);
int32_t client_read1(struct client *k, libhttp_response *r, void *buffer, int64_t capacity,
                     int64_t *ret_got);
int32_t client_peek(struct client *k, libhttp_response *r, const void **ret_data,
                    int64_t *ret_length);
int32_t client_readline(struct client *k, libhttp_response *r, void *buffer, int64_t capacity,
                        int64_t *ret_got);
int32_t client_read_all(struct client *k, libhttp_response *r, int64_t maximum,
                        const void **ret_data, int64_t *ret_length);

int32_t client_stream_read(struct client *k, libhttp_stream *s, void *buffer, int64_t capacity,
                           int64_t *ret_got);
int32_t client_stream_write(struct client *k, libhttp_stream *s, const void *data, int64_t length,
                            int64_t *ret_sent);
int32_t client_stream_shutdown_write(struct client *k, libhttp_stream *s);

/*
 * For other calls that can give AGAIN: true where the same call is to be made again, after a wait.
 *     do
 *         status = libhttp_...(k->c, ...);
 *     while (client_again(k, status));
 */
bool client_again(struct client *k, int32_t status);
/* After send_fd: the descriptor may be what is waited for. */
bool client_again_fd(struct client *k, int fd, int32_t status);
bool client_again_response(struct client *k, libhttp_response *r, int32_t status);
bool client_again_stream(struct client *k, libhttp_stream *s, int32_t status);

/*
 * In carried mode: what was put leaves for the peer, and where the library has closed its
 * transport, so has the socket. Nothing in the other modes.
 */
void client_carry(struct client *k);

/* getresponse and read_all with checks of status and body, up to 1 MiB; frees the response. */
bool client_answer(struct client *k, int32_t status, const char *body, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A whole exchange without a body: request and answer, as three checks at the most. */
bool client_get(struct client *k, const char *target, int32_t status, const char *body,
                const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The call failed thus: the code, and that the connection keeps it with a sentence. */
bool client_failed(struct client *k, int32_t status, int32_t want, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
