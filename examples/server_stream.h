/* SPDX-License-Identifier: MIT */
/* A connection of examples/server.c: bytes in and out, plain or over TLS. */
#ifndef EXAMPLES_SERVER_STREAM_H
#define EXAMPLES_SERVER_STREAM_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

struct stream {
    int fd;
    SSL *ssl; /* NULL: plain */
    char buffer[16384];
    size_t start; /* what was read and isn't used yet: from start until end */
    size_t end;
};

/* A TLS context with a new certificate for 127.0.0.1, ::1 and localhost, written to ca_file for
 * clients to trust. NULL: it failed. */
SSL_CTX *server_tls_new(const char *ca_file);

/* From here on the stream is encrypted. */
bool stream_start_tls(struct stream *stream, SSL_CTX *tls);

bool stream_write(struct stream *stream, const void *data, size_t length);
bool stream_print(struct stream *stream, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A line without its end; false when the client has gone or the line is longer than size. */
bool stream_line(struct stream *stream, char *line, size_t size);

/* Up to length bytes; 0 when the client has gone. */
size_t stream_read(struct stream *stream, char *out, size_t length);

void stream_close(struct stream *stream);

#endif
