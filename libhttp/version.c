/* SPDX-License-Identifier: MIT */
/*
 * version: what the library was built as. libhttp_tls_library stands where OpenSSL does, in
 * tls_config.c.
 */
#include <libhttp/version.h>

const char *libhttp_version(void)
{
    return LIBHTTP_VERSION;
}

int32_t libhttp_version_number(void)
{
    return LIBHTTP_VERSION_NUMBER;
}
