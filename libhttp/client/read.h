/* SPDX-License-Identifier: MIT */
/* read: a response's body on its way from the transport into the caller's memory. */
#ifndef LIBHTTP_CLIENT_READ_H
#define LIBHTTP_CLIENT_READ_H

#include "client/handles.h"

/*
 * One step: OK with at least one byte of the body; OK with 0: its end; AGAIN, or an error, which is
 * given again from then on. `nowait`: takes only what is here. Bytes that peek or readline hold
 * come first.
 */
int32_t read_step(struct libhttp_response *r, char *buffer, size_t capacity, bool nowait,
                  size_t *ret_got);

/* Appends body bytes to r->ahead, at most `most`; the same results. */
int32_t read_ahead(struct libhttp_response *r, size_t most, size_t *ret_got);

/*
 * Takes what frames a chunked body and is here already, so that its end is reached with its last
 * byte: nobody has to read zero bytes to go on (C-89, C-90). What is wrong with it the next call
 * tells.
 */
void read_framing(struct libhttp_response *r);

/* The body won't be read further: `persists` tells whether the connection may be kept. */
void read_done(struct libhttp_response *r, bool persists);

#endif
