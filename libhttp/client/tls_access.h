/* SPDX-License-Identifier: MIT */
/* tls_access: what a connection needs of a libhttp_tls_config; the rest of it is net/'s. */
#ifndef LIBHTTP_CLIENT_TLS_ACCESS_H
#define LIBHTTP_CLIENT_TLS_ACCESS_H

#include <libhttp/tls_config.h>

struct tls_context;

/* One more reference, given back by libhttp_tls_config_free. */
libhttp_tls_config *tls_config_ref(libhttp_tls_config *config);

struct tls_context *tls_config_context(const libhttp_tls_config *config);

#endif
