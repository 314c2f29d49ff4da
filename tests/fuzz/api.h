/* SPDX-License-Identifier: MIT */
/*
 * What the API's target plays with: some handles of each kind, and the other sides of connections.
 * An operation draws its handles and arguments from the input, makes one call, and checks what it
 * gave.
 */
#ifndef TESTS_FUZZ_API_H
#define TESTS_FUZZ_API_H

#include <libhttp/http.h>

#include "fuzz/fuzz.h"
#include "fuzz/server.h"

/* Whom connections are to, and whom the server has a certificate for. */
#define API_HOST "h.example"

enum { LINKS = 2, RESPONSES = 3, STREAMS = 2, HEADERS = 2, FILE_SIZE = 3000 };

/* A connection, and the other end of its transport. */
struct link {
    libhttp_connection *c;
    int peer;     /* the socket's other end; -1: carried, or none */
    bool carried; /* it was the last transport to be set */
    SSL *server;  /* NULL until the client begins to speak TLS */
};

struct world {
    struct link links[LINKS];
    libhttp_response *responses[RESPONSES];
    libhttp_stream *streams[STREAMS];
    libhttp_headers *headers[HEADERS];
    libhttp_url *url;
    libhttp_form *form;
    libhttp_media *media;
    libhttp_tls_config *tls;
    int file;
};

struct op {
    const char *name;
    void (*run)(struct world *w, struct fuzz_input *in);
};

/* The operations, an array's worth; an input's byte chooses one. */
extern const struct op api_ops[];
extern const unsigned api_op_count;
extern const struct op api_text_ops[];
extern const unsigned api_text_op_count;
extern const struct op api_tls_ops[];
extern const unsigned api_tls_op_count;

struct link *api_link(struct world *w, struct fuzz_input *in);
const libhttp_headers *api_headers(struct world *w, struct fuzz_input *in);
/* One of the numbers at which something changes. */
int64_t api_number(struct fuzz_input *in);

/* A new transport of each kind; what the peer says first is drawn. */
void api_carry(struct link *l);
void api_adopt(struct link *l, struct fuzz_input *in);
/* The peer says something more, or that it has ended. */
void api_say(struct link *l, struct fuzz_input *in);
void api_end(struct link *l);
/* These bytes, or as many as there is room for. */
void api_give(struct link *l, struct fuzz_text text);
/* What the client has sent goes to its server, and what that says to the client. */
void api_pump(struct link *l);
void api_forget(struct link *l);
/* Takes away what was sent through sockets, so that sending never has to wait. */
void api_drain(struct world *w);

/*
 * The host's queue of OpenSSL's errors, with one in it or empty, is the same behind each call
 * (T-54). What OpenSSL does here itself stands between hide and show.
 */
void api_errors_begin(bool some);
void api_errors_check(void);
void api_errors_hide(void);
void api_errors_show(void);

/* What each call must keep: a status of the table, told on its handle; AGAIN only where it is
 * allowed, and with something to wait for. */
void api_check(const struct link *l, int32_t status);
void api_check_response(const struct world *w, const libhttp_response *r, int32_t status);
void api_check_stream(const struct world *w, const libhttp_stream *s, int32_t status);

#endif
