/* SPDX-License-Identifier: MIT */
/*
 * upload: a request on its way: the head, the body in whatever pieces it comes, waiting for 100
 * (Continue), noticing a final response that comes early. Steps: OK, AGAIN, EARLY_RESPONSE, or an
 * error after which the connection is reset.
 */
#ifndef LIBHTTP_CLIENT_UPLOAD_H
#define LIBHTTP_CLIENT_UPLOAD_H

#include "client/handles.h"

/* Moves all that was put. */
int32_t upload_flush(struct libhttp_connection *c);

/* Takes what is here of an early response, without waiting: EARLY_RESPONSE, else OK. */
int32_t upload_look(struct libhttp_connection *c);

/* Sends bytes of the body behind what was put: at least one is taken, framed as the head says. */
int32_t upload_send(struct libhttp_connection *c, struct span data, size_t *ret_put);

/* Whether so many bytes (-1: as many as there are) of a descriptor are the kernel's to send. */
bool upload_is_by_kernel(const struct libhttp_connection *c, int fd, int64_t length);

/* Sends at most `length` bytes from a descriptor, or reads a block of it; 0: it has ended. */
int32_t upload_send_fd(struct libhttp_connection *c, int fd, bool kernel, int64_t length,
                       int64_t *ret_put);

/* One step of sendfile; the output must be empty. */
int32_t upload_send_file(struct libhttp_connection *c, int fd, int64_t most, int64_t *ret_put);

/* BODY_LENGTH for more bytes than declared; nothing is sent, and the connection isn't kept
 * afterwards. */
int32_t upload_too_long(struct libhttp_connection *c, int64_t more);

/* Puts the last chunk and the trailers into the output. */
int32_t upload_finish(struct libhttp_connection *c, const struct fields *trailers);

/* Puts bytes of the body into the output, framed. NO_MEMORY. */
int32_t upload_put(struct libhttp_connection *c, struct span data);

/* OK where the whole body was sent or put, else BODY_LENGTH. */
int32_t upload_check_complete(struct libhttp_connection *c);

#endif
