/* SPDX-License-Identifier: MIT */
/* Every limit that the library keeps, with its reason. The public ones that can be set stand in
 * <libhttp/options.h>. */
#ifndef LIBHTTP_BASE_LIMITS_H
#define LIBHTTP_BASE_LIMITS_H

/* Bytes of an offending line that an error keeps: enough to recognise it, too little to be an
 * attack on memory. */
#define LIMIT_DETAIL 256u

/* Bytes received at once while a head is awaited: a usual head, and with TLS a whole record (RFC
 * 8446 5.1). */
#define LIMIT_RECEIVE (16u * 1024u + 512u)

/* Received but not yet used bytes that a session holds: a head at its limit, and one receive behind
 * it. */
#define LIMIT_HELD_SLACK LIMIT_RECEIVE

/* Bytes of a caller's string (method, target, host, field name or value): far over what any server
 * takes. */
#define LIMIT_TEXT (16u * 1024u * 1024u)

/* A host name: RFC 1035 gives 253, an IPv6 literal with a zone id stays under it. */
#define LIMIT_HOST 255u

/* Abandoned name look-ups of the whole process: getaddrinfo can't be cancelled, so threads are the
 * price. */
#define LIMIT_ABANDONED_LOOKUPS 16

/* Stack of a look-up thread: getaddrinfo with its nsswitch modules needs some, and a process may
 * have many. */
#define LIMIT_LOOKUP_STACK (256u * 1024u)

/* Addresses of one name that are tried: more only make a failure take longer. */
#define LIMIT_ADDRESSES 64u

/* A Unix connect into a full backlog can't be polled and is made again after this long. */
#define LIMIT_UNIX_RETRY_MS 20

/* Carried mode: bytes held in either direction; who feeds or takes them makes room. */
#define LIMIT_CARRIED (64u * 1024u)

/* One piece of a file given to sendfile: a longer one ignores any deadline. */
#define LIMIT_SENDFILE (1024u * 1024u)

/*
 * A block that holds a response's head is kept for the next one up to this size; a larger one, up
 * to the second, while the heads that come fill half of it.
 */
#define LIMIT_KEPT_BLOCK 4096u
#define LIMIT_KEPT_LARGE (16u * 1024u)

/* An idle connection is looked at before it is used again after this long (microseconds). */
#define LIMIT_IDLE_UNLOOKED_US 8000

/* The longest that one system call waits on its own in blocking mode, in milliseconds
 * (SO_RCVTIMEO). */
#define LIMIT_SLICE_MS 250

/* Happy Eyeballs: the next address is tried after this long (RFC 8305 5). */
#define LIMIT_ATTEMPT_DELAY_MS 250

/* Bytes of chunk framing received behind the caller's memory, so that the last few don't cost a
 * call of their own. */
#define LIMIT_CHUNK_OVERFLOW 2048u

/* Bytes of a chunk size line's extension (RFC 9112 7.1.1) that are skipped; the line has its own
 * limit besides. */
#define LIMIT_CHUNK_EXTENSIONS (16u * 1024u)

#endif
