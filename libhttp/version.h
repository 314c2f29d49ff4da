/* SPDX-License-Identifier: MIT */
/**
 * @file version.h
 * The version: of the header that a program was compiled with, as constants, and of the library
 * that it runs with, by call.
 *
 * For all of them: none of these functions blocks.
 */
#ifndef LIBHTTP_VERSION_H
#define LIBHTTP_VERSION_H

#include <libhttp/api.h>

LIBHTTP_BEGIN_DECLS

/** Changes with the ABI, from 1.0.0 on. */
#define LIBHTTP_VERSION_MAJOR 0
/** Grows with what is added. */
#define LIBHTTP_VERSION_MINOR 9
/** Grows with what is mended. */
#define LIBHTTP_VERSION_PATCH 0

/** The three with dots between. The build reads the version from here. */
#define LIBHTTP_VERSION_STRING "0.9.0"
/** The same text. */
#define LIBHTTP_VERSION LIBHTTP_VERSION_STRING

/** The three in one number, to compare: 0x010203 is 1.2.3. */
#define LIBHTTP_VERSION_NUMBER                                                                     \
    (LIBHTTP_VERSION_MAJOR * 0x10000 + LIBHTTP_VERSION_MINOR * 0x100 + LIBHTTP_VERSION_PATCH)

/** The library's version, as "0.9.0". Never NULL, lives forever. */
LIBHTTP_API const char *libhttp_version(void);

/** The library's version as a number, 0x010203 for 1.2.3. */
LIBHTTP_API int32_t libhttp_version_number(void);

/**
 * The TLS library's name and version, as it gives it: "OpenSSL 3.0.15 3 Sep 2024". Never NULL,
 * lives forever.
 */
LIBHTTP_API const char *libhttp_tls_library(void);

LIBHTTP_END_DECLS

#endif
