/* SPDX-License-Identifier: MIT */
/**
 * @file media.h
 * libhttp_media: a field's value in its parts: `text/html; charset="utf-8"`, `attachment;
 * filename*=UTF-8''na%C3%AFve`. What email.message.Message gives http.client: get_content_type(),
 * get_content_charset(), get_param() and the like.
 *
 * Lenient as that is: a part that can't be understood is passed over, never an error.
 *
 * For all of them: texts that come out are NUL-terminated; their length goes to *ret_length, which
 * may be NULL; they are the handle's, and good until the next value is given to it or until it is
 * freed. None of these functions blocks.
 */
#ifndef LIBHTTP_MEDIA_H
#define LIBHTTP_MEDIA_H

#include <libhttp/headers.h>

LIBHTTP_BEGIN_DECLS

/** A value in its parts; opaque. */
typedef struct libhttp_media libhttp_media;

/**
 * Makes a handle as of an empty value.
 * Free it with libhttp_media_free().
 * Errors: NO_MEMORY, INVALID_ARGUMENT (ret is NULL).
 */
LIBHTTP_API int32_t libhttp_media_new(libhttp_media **ret);

/** Frees a handle. NULL is fine. */
LIBHTTP_API void libhttp_media_free(libhttp_media *media);

/**
 * Takes a field's `value`, of which it keeps a copy. After a failure the handle still has the
 * value that it had.
 * Errors: INVALID_ARGUMENT, NO_MEMORY.
 * RFC 9110 5.6.6, 8.3.1.
 */
LIBHTTP_API int32_t libhttp_media_parse(libhttp_media *media, const char *value, int64_t length);

/**
 * Takes the value of the first field of that name ("Content-Type"); where there is none, an empty
 * one. Nothing of `headers` is kept. Errors: TOO_LARGE (over 16 MiB), and those of
 * libhttp_media_parse.
 */
LIBHTTP_API int32_t libhttp_media_parse_field(libhttp_media *media, const libhttp_headers *headers,
                                              const char *name, int64_t name_length);

/**
 * What stands before the first ";", trimmed and in lower case ("attachment"), perhaps empty; NULL
 * for NULL.
 */
LIBHTTP_API const char *libhttp_media_value(const libhttp_media *media, int64_t *ret_length);

/**
 * The content type in lower case, "text/html"; "text/plain" where the value is none, as RFC 2045
 * 5.2 wants it. NULL for NULL.
 */
LIBHTTP_API const char *libhttp_media_type(const libhttp_media *media, int64_t *ret_length);

/** The part of the content type before its slash, "text"; NULL for NULL. */
LIBHTTP_API const char *libhttp_media_main_type(const libhttp_media *media, int64_t *ret_length);

/** The part of the content type behind its slash, "html"; NULL for NULL. */
LIBHTTP_API const char *libhttp_media_subtype(const libhttp_media *media, int64_t *ret_length);

/** The parameter "charset" in lower case; NULL where there is none. */
LIBHTTP_API const char *libhttp_media_charset(const libhttp_media *media, int64_t *ret_length);

/**
 * A parameter's value; its name is compared without case, of several the first counts; quoted
 * strings are unquoted. The extended form (`filename*=UTF-8''...`) goes before the plain one where
 * it can be decoded: it comes out in UTF-8. NULL where there is none, and for arguments that can't
 * be. RFC 9110 5.6.6, RFC 8187 3.2, RFC 6266 4.3. (The numbered pieces of RFC 2231 3 aren't used in
 * HTTP: RFC 8187 1.)
 */
LIBHTTP_API const char *libhttp_media_parameter(const libhttp_media *media, const char *name,
                                                int64_t name_length, int64_t *ret_length);

/** The number of parameters, as they stand there. */
LIBHTTP_API int32_t libhttp_media_parameter_count(const libhttp_media *media);

/**
 * The name of the parameter at `index` (0 to count - 1) in lower case, its "*" included; NULL
 * outside.
 */
LIBHTTP_API const char *libhttp_media_parameter_name(const libhttp_media *media, int32_t index,
                                                     int64_t *ret_length);

/**
 * The value of the parameter at `index`, unquoted, of the extended form decoded where it can be;
 * NULL outside.
 */
LIBHTTP_API const char *libhttp_media_parameter_value(const libhttp_media *media, int32_t index,
                                                      int64_t *ret_length);

/**
 * The last error's sentence: never NULL, empty before the first; good until the next failing call
 * on the handle.
 */
LIBHTTP_API const char *libhttp_media_error(const libhttp_media *media);

/** The last error's code; 0 before the first, and for NULL. */
LIBHTTP_API int32_t libhttp_media_error_code(const libhttp_media *media);

LIBHTTP_END_DECLS

#endif
