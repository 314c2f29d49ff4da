/* SPDX-License-Identifier: MIT */
/*
 * A peer that follows a script: a forked process at the other end of a connection, with exact
 * control over every byte.
 *
 *     struct peer *peer = peer_start((struct peer_step[]){
 *         PEER_EXPECT("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
 *         PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
 *         PEER_GATE,
 *         PEER_SEND("hi"),
 *         PEER_WAIT_CLOSE,
 *         PEER_END,
 *     });
 *     ... connect to 127.0.0.1 and peer_port(peer), see that no body is there yet ...
 *     peer_open(peer);
 *     ... read it ...
 *     peer_finish(peer, "C-45 a body");
 *
 * The first connection is accepted by itself; PEER_ACCEPT takes the next. The connection of the
 * last step is closed at the end: where bytes of the client are still unread, the kernel makes that
 * a reset. All text is a literal and may hold NULs. Every step that waits gives up in
 * the end. The steps and all they point to must stay as they are until peer_finish.
 */
#ifndef TESTS_SUPPORT_PEER_H
#define TESTS_SUPPORT_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer;
struct peer_side;

enum peer_action {
    PEER_DO_END,
    PEER_DO_ACCEPT,
    PEER_DO_NO_CONNECTION,
    PEER_DO_EXPECT,
    PEER_DO_READ_HEAD,
    PEER_DO_READ,
    PEER_DO_READ_FILL,
    PEER_DO_NOTHING_ARRIVES,
    PEER_DO_WAIT_CLOSE,
    PEER_DO_EXPECT_CLOSE,
    PEER_DO_SEND,
    PEER_DO_SEND_SLOWLY,
    PEER_DO_SEND_FILL,
    PEER_DO_DELAY,
    PEER_DO_GATE,
    PEER_DO_SHUTDOWN,
    PEER_DO_CLOSE,
    PEER_DO_CUT,
    PEER_DO_RESET,
    PEER_DO_LISTEN_NO_MORE,
    PEER_DO_TLS,
    PEER_DO_NO_TLS,
    PEER_DO_TLS_TICKETS,
    PEER_DO_TLS_KEY_UPDATE,
    PEER_DO_TLS_RENEGOTIATE,
    PEER_DO_CALL,
};

struct peer_step {
    enum peer_action action;
    const char *data;
    size_t length;
    int64_t number;
    void (*call)(struct peer_side *side, const void *context);
    const void *context;
};

#define PEER_STEP(name, ...)                                                                       \
    {                                                                                              \
        .action = PEER_DO_##name, __VA_ARGS__                                                      \
    }
#define PEER_LITERAL(text) .data = "" text, .length = sizeof(text) - 1

/* The script's last line. */
#define PEER_END PEER_STEP(END, .number = 0)

/* The next connection; the one before stays open, unless it was closed, and can no longer be spoken
 * to. */
#define PEER_ACCEPT PEER_STEP(ACCEPT, .number = 0)
/* Nobody connects for so many milliseconds. */
#define PEER_NO_CONNECTION(ms) PEER_STEP(NO_CONNECTION, .number = (ms))
/* Further connections are refused from here on. */
#define PEER_LISTEN_NO_MORE PEER_STEP(LISTEN_NO_MORE, .number = 0)

/* Exactly these bytes come next. */
#define PEER_EXPECT(text)           PEER_STEP(EXPECT, PEER_LITERAL(text))
#define PEER_EXPECT_BYTES(bytes, n) PEER_STEP(EXPECT, .data = (bytes), .length = (size_t)(n))
/* Everything up to and with the first empty line: a head, or the end of a chunked body. */
#define PEER_READ_HEAD PEER_STEP(READ_HEAD, .number = 0)
/* Any n bytes. */
#define PEER_READ(n) PEER_STEP(READ, .number = (n))
/* n bytes of peer_fill()'s pattern; they are compared but not recorded. */
#define PEER_READ_FILL(n) PEER_STEP(READ_FILL, .number = (n))
/* No byte and no close for so many milliseconds. */
#define PEER_NOTHING_ARRIVES(ms) PEER_STEP(NOTHING_ARRIVES, .number = (ms))
/* Until the client closes, in whichever way; what arrives before is recorded. */
#define PEER_WAIT_CLOSE PEER_STEP(WAIT_CLOSE, .number = 0)
/* The client closes and sends nothing before. */
#define PEER_EXPECT_CLOSE PEER_STEP(EXPECT_CLOSE, .number = 0)

/* One write of these bytes. A client that has gone is a failure here. */
#define PEER_SEND(text)           PEER_STEP(SEND, PEER_LITERAL(text))
#define PEER_SEND_BYTES(bytes, n) PEER_STEP(SEND, .data = (bytes), .length = (size_t)(n))
/* A segment for each byte, so many milliseconds apart. Ends early, without failing, where the
 * client has gone. */
#define PEER_SEND_SLOWLY(text, ms) PEER_STEP(SEND_SLOWLY, PEER_LITERAL(text), .number = (ms))
#define PEER_SEND_BYTES_SLOWLY(bytes, n, ms)                                                       \
    PEER_STEP(SEND_SLOWLY, .data = (bytes), .length = (size_t)(n), .number = (ms))
/* n bytes of peer_fill()'s pattern. Ends early, without failing, where the client has gone. */
#define PEER_SEND_FILL(n) PEER_STEP(SEND_FILL, .number = (n))
/* Where an order is meant, PEER_GATE is it: on a busy machine a delay keeps none. */
#define PEER_DELAY(ms) PEER_STEP(DELAY, .number = (ms))
/* Until the test has called peer_open, once for each gate. */
#define PEER_GATE PEER_STEP(GATE, .number = 0)

/* Nothing more will be sent: FIN, and over TLS close_notify before it. Reading goes on. */
#define PEER_SHUTDOWN PEER_STEP(SHUTDOWN, .number = 0)
/* An orderly close: over TLS close_notify first. */
#define PEER_CLOSE PEER_STEP(CLOSE, .number = 0)
/* A close without close_notify: over plain TCP the same as PEER_CLOSE. */
#define PEER_CUT PEER_STEP(CUT, .number = 0)
/* RST. */
#define PEER_RESET PEER_STEP(RESET, .number = 0)

/* The handshake, where peer_tls.later left it to the script. */
#define PEER_TLS PEER_STEP(TLS, .number = 0)
/* The handshake must fail: the client refuses us, or we the client. Only with peer_tls.later. */
#define PEER_NO_TLS PEER_STEP(NO_TLS, .number = 0)
/* n more session tickets (1.3); a new key asked of both sides (1.3); a renegotiation, which the
 * client must refuse (1.2). */
#define PEER_TLS_TICKETS(n)  PEER_STEP(TLS_TICKETS, .number = (n))
#define PEER_TLS_KEY_UPDATE  PEER_STEP(TLS_KEY_UPDATE, .number = 0)
#define PEER_TLS_RENEGOTIATE PEER_STEP(TLS_RENEGOTIATE, .number = 0)

/* Anything else: a function, run in the peer's process, with the functions of
 * "support/peer_side.h". */
#define PEER_CALL(function, with) PEER_STEP(CALL, .call = (function), .context = (with))

struct peer_tls {
    const char *certificate; /* PEM file: the chain, leaf first (certs.h makes them) */
    const char *key;         /* PEM file */
    const char *client_ca;   /* a client certificate by this authority is demanded; NULL: none */
    const char *alpn;        /* the protocol chosen where it is offered; NULL: no answer to ALPN */
    const char *ciphers;     /* of TLS 1.2; NULL: OpenSSL's */
    int min_version;         /* TLS1_2_VERSION and so on; 0: any */
    int max_version;
    int no_tickets; /* neither tickets nor a session cache: nothing can be resumed */
    bool later;     /* the handshake waits for PEER_TLS: after a CONNECT, or after bytes sent in the
                       clear */
};

enum peer_kind { PEER_TCP, PEER_TCP6, PEER_UNIX, PEER_SOCKETPAIR };

struct peer_options {
    enum peer_kind kind;
    const struct peer_tls *tls; /* NULL: plain */
    int wait_ms;                /* for every step; 0: until nothing can come any more */
    int receive_buffer;         /* SO_RCVBUF, to be full soon; 0: the kernel's */
};

/* A listener on 127.0.0.1 and a port chosen by the kernel. It listens when this returns. Never
 * NULL: bails out instead. */
struct peer *peer_start(const struct peer_step *steps);
struct peer *peer_start_tls(const struct peer_tls *tls, const struct peer_step *steps);
struct peer *peer_start_with(const struct peer_options *options, const struct peer_step *steps);

/*
 * Waits for the script to end and makes one TAP check of whether every step went as written, with
 * what went wrong as diagnosis. The peer is freed. Returns whether all went well.
 */
bool peer_finish(struct peer *peer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ends the script wherever it is; no check. */
void peer_kill(struct peer *peer);

/* Lets the script through its next PEER_GATE, now or when it gets there. From any process, too. */
void peer_open(const struct peer *peer);

int peer_port(const struct peer *peer);
/* PEER_UNIX: the socket's path. */
const char *peer_path(const struct peer *peer);
/* PEER_SOCKETPAIR: the client's end, which becomes the caller's. */
int peer_take_fd(struct peer *peer);

/*
 * What came so far, over all connections or over one (0 is the first), until peer_finish.
 * NUL-terminated beyond its length.
 */
const char *peer_received(const struct peer *peer, size_t *ret_length);
const char *peer_received_on(const struct peer *peer, int connection, size_t *ret_length);
/* Waits until so many bytes came, or so many connections; false after ms milliseconds. */
bool peer_wait_received(const struct peer *peer, size_t length, int ms);
bool peer_wait_connections(const struct peer *peer, int connections, int ms);
int peer_connections(const struct peer *peer);

/* What TLS saw: handshakes that succeeded, how many of them resumed a session, the last SNI ("" for
 * none), the offered ALPN's first. */
int peer_handshakes(const struct peer *peer);
int peer_resumptions(const struct peer *peer);
const char *peer_sni(const struct peer *peer);
const char *peer_alpn_offered(const struct peer *peer);

/* The pattern of PEER_SEND_FILL and PEER_READ_FILL: n bytes from this offset of it. No short
 * period: a piece left out shows. */
void peer_fill(char *out, uint64_t offset, size_t n);

#endif
