/* SPDX-License-Identifier: MIT */
/**
 * @file url.h
 * libhttp_url: an http or https URL (RFC 3986), split into what a connection and a request need:
 *     libhttp_connection_set_host(conn, libhttp_url_host(url, NULL), -1,
 *                                 libhttp_url_port(url));
 *     libhttp_connection_putrequest(conn, "GET", -1, libhttp_url_target(url, NULL), -1, 0);
 * The host that is connected to, the Host field and the name that TLS checks all come from that
 * one host.
 *
 * Strict, because a URL often comes from somebody else: what other readers could take for another
 * server is refused, and so are blanks, control bytes, "\", and bytes above 0x7f outside the host
 * (percent-encode them).
 *
 * For all of them: texts that come out are NUL-terminated; their length goes to *ret_length, which
 * may be NULL; they are the handle's, and good until the next libhttp_url_parse() of it or until
 * it is freed. None of these functions blocks.
 */
#ifndef LIBHTTP_URL_H
#define LIBHTTP_URL_H

#include <libhttp/api.h>

LIBHTTP_BEGIN_DECLS

/** A URL in its parts; opaque. */
typedef struct libhttp_url libhttp_url;

/**
 * For libhttp_url_parse(): user information ("user:password@") is split off and can be read.
 * Without it it is refused: in a URL from elsewhere it mostly hides where the URL leads (RFC 9110
 * 4.2.4).
 */
#define LIBHTTP_URL_ALLOW_USER 1

/**
 * Makes a handle without a URL.
 * Free it with libhttp_url_free().
 * Errors: NO_MEMORY, INVALID_ARGUMENT (ret is NULL).
 */
LIBHTTP_API int32_t libhttp_url_new(libhttp_url **ret);

/** Frees a handle. NULL is fine. A password that was in it is wiped. */
LIBHTTP_API void libhttp_url_free(libhttp_url *url);

/**
 * Splits the URL `text`; `flags` is 0 or LIBHTTP_URL_ALLOW_USER. The text is copied. After a
 * failure the handle still has the URL that it had.
 * Errors: INVALID_URL (the sentence says why, and shows the part), INVALID_ARGUMENT, NO_MEMORY.
 * RFC 3986 3, RFC 9110 4.2.
 */
LIBHTTP_API int32_t libhttp_url_parse(libhttp_url *url, const char *text, int64_t length,
                                      int32_t flags);

/** The scheme, "http" or "https", in lower case; NULL before a URL was split, and for NULL. */
LIBHTTP_API const char *libhttp_url_scheme(const libhttp_url *url, int64_t *ret_length);

/** 1 where the scheme is https, 0 for http and before a URL was split. */
LIBHTTP_API int32_t libhttp_url_is_tls(const libhttp_url *url);

/**
 * The host, as libhttp_connection_set_host() takes it: an IPv6 address without brackets, its zone
 * id behind "%"; a name that isn't ASCII encoded by IDNA (RFC 5891). NULL before a URL was split.
 */
LIBHTTP_API const char *libhttp_url_host(const libhttp_url *url, int64_t *ret_length);

/**
 * The port, 0 to 65535; where the URL has none or an empty one, the scheme's default. -1 before a
 * URL was split.
 */
LIBHTTP_API int32_t libhttp_url_port(const libhttp_url *url);

/**
 * Path and query as a request's target: "/" for an empty path; a fragment is dropped, as it never
 * leaves the client. Nothing in it is decoded or normalised. NULL before a URL was split.
 */
LIBHTTP_API const char *libhttp_url_target(const libhttp_url *url, int64_t *ret_length);

/**
 * The user, percent-decoded; NULL where there is none. See libhttp_basic_credentials() in form.h.
 */
LIBHTTP_API const char *libhttp_url_user(const libhttp_url *url, int64_t *ret_length);

/**
 * The password, percent-decoded; NULL where there is none ("user@"), empty where it is empty
 * ("user:@").
 */
LIBHTTP_API const char *libhttp_url_password(const libhttp_url *url, int64_t *ret_length);

/**
 * The last error's sentence: never NULL, empty before the first; good until the next failing call
 * on the handle.
 */
LIBHTTP_API const char *libhttp_url_error(const libhttp_url *url);

/** The last error's code; 0 before the first, and for NULL. */
LIBHTTP_API int32_t libhttp_url_error_code(const libhttp_url *url);

LIBHTTP_END_DECLS

#endif
