/* SPDX-License-Identifier: MIT */
/**
 * @file tls_config.h
 * libhttp_tls_config: whom to trust over TLS, who to be, and how to speak it, as Python's
 * ssl.SSLContext. One serves any number of connections, in any threads, and keeps their sessions,
 * so that later handshakes are short.
 *
 * It is set up by one thread and frozen by the first connection that opens with it: setters give
 * STATE from then on, so that nothing changes behind a connection's back. After a setter has
 * failed, nothing connects with the configuration until that setter has succeeded: the error that
 * you didn't look at comes back from connecting.
 *
 * The defaults are right for nearly everybody: the system's trusted certificates, the server's
 * certificate and name verified, TLS 1.2 and 1.3, "http/1.1" by ALPN, sessions resumed.
 *
 * For all of them: texts that go in are a pointer and a length in bytes, or -1 for text that ends
 * at its NUL; they are copied, and an empty one takes a setting back to its default. Texts that
 * come out are NUL-terminated; their length goes to *ret_length, which may be NULL; they are good
 * until the setting is changed or the configuration freed, and NULL where nothing was set, and for
 * NULL. Getters of numbers give 0 for NULL. Errors: INVALID_ARGUMENT (NULL, a length below -1, a
 * NUL in a text), STATE (frozen), NO_MEMORY; after one the setting is as it was. Nothing here
 * blocks but for reading the files that are named.
 */
#ifndef LIBHTTP_TLS_CONFIG_H
#define LIBHTTP_TLS_CONFIG_H

#include <libhttp/api.h>

LIBHTTP_BEGIN_DECLS

/** A TLS configuration; opaque. */
typedef struct libhttp_tls_config libhttp_tls_config;

/** TLS 1.2 (RFC 5246), the oldest that is spoken. */
#define LIBHTTP_TLS_1_2 0x0303
/** TLS 1.3 (RFC 8446). */
#define LIBHTTP_TLS_1_3 0x0304

/**
 * Makes a configuration with the defaults.
 * Free it with libhttp_tls_config_free().
 * Errors: NO_MEMORY, INVALID_ARGUMENT (ret is NULL).
 */
LIBHTTP_API int32_t libhttp_tls_config_new(libhttp_tls_config **ret);

/**
 * Gives the configuration up. NULL and the default one are fine. Connections that use it go on
 * doing so: it goes with the last of them.
 */
LIBHTTP_API void libhttp_tls_config_free(libhttp_tls_config *config);

/**
 * The configuration with all the defaults, one for the whole process.
 * Never NULL, never fails, lives forever; its setters give STATE. What can go wrong with it (no
 * memory) is an error of connecting. The system's certificates are read once in a process.
 */
LIBHTTP_API libhttp_tls_config *libhttp_tls_config_default(void);

/**
 * Trusts the certificates in the file at `path` (PEM, or one in DER), instead of those of a file
 * set before. The file is read now.
 * Errors: OS (it can't be read), TLS (there is no certificate in it).
 */
LIBHTTP_API int32_t libhttp_tls_config_set_ca_file(libhttp_tls_config *config, const char *path,
                                                   int64_t path_length);
LIBHTTP_API const char *libhttp_tls_config_ca_file(const libhttp_tls_config *config,
                                                   int64_t *ret_length);

/**
 * Trusts the certificates in the directory at `path`, named by hash as `openssl rehash` does; they
 * are read when a server needs them.
 * Errors: OS (it is no directory, or can't be searched), INVALID_ARGUMENT (a colon in the path).
 */
LIBHTTP_API int32_t libhttp_tls_config_set_ca_directory(libhttp_tls_config *config,
                                                        const char *path, int64_t path_length);
LIBHTTP_API const char *libhttp_tls_config_ca_directory(const libhttp_tls_config *config,
                                                        int64_t *ret_length);

/**
 * Trusts the certificates at `data` too: PEM (any number) or DER (one). `length` can't be -1 here.
 * The bytes are copied.
 * Errors: TLS (there is no certificate in them).
 */
LIBHTTP_API int32_t libhttp_tls_config_add_ca_data(libhttp_tls_config *config, const void *data,
                                                   int64_t length);

/** How many certificates were added as bytes. */
LIBHTTP_API int32_t libhttp_tls_config_ca_data_count(const libhttp_tls_config *config);

/**
 * Whether what the system trusts is trusted: `on` is 1 or 0. Until it is set: 1 where no file,
 * directory or bytes were given, else 0. The system's are those of OpenSSL's build, or of
 * SSL_CERT_FILE and SSL_CERT_DIR in the environment.
 */
LIBHTTP_API int32_t libhttp_tls_config_set_system_store(libhttp_tls_config *config, int32_t on);
LIBHTTP_API int32_t libhttp_tls_config_system_store(const libhttp_tls_config *config);

/**
 * Sets the certificate to show to servers that ask for one, with the certificates between it and
 * its root behind it, and its private key; PEM or DER files. They are read now. `key` may be NULL:
 * the key stands in the certificate's file. `passphrase` may be NULL: the key is not encrypted
 * (nobody is ever asked for one); no copy of it is kept. NULL as certificate: none.
 * Errors: OS (a file can't be read), TLS (what is in them is no certificate, no key, not for this
 * passphrase, or they don't belong together).
 */
LIBHTTP_API int32_t libhttp_tls_config_set_client_certificate(
    libhttp_tls_config *config, const char *certificate, int64_t certificate_length,
    const char *key, int64_t key_length, const char *passphrase, int64_t passphrase_length);

/**
 * Sets the client certificate as libhttp_tls_config_set_client_certificate() does, `certificate`
 * and `key` being bytes, PEM or DER; their lengths can't be -1, but for that of `passphrase`.
 * Errors: TLS (as there).
 */
LIBHTTP_API int32_t libhttp_tls_config_set_client_certificate_data(
    libhttp_tls_config *config, const void *certificate, int64_t certificate_length,
    const void *key, int64_t key_length, const char *passphrase, int64_t passphrase_length);

/** 1 where a client certificate is set, from files or bytes. */
LIBHTTP_API int32_t libhttp_tls_config_has_client_certificate(const libhttp_tls_config *config);

/** The files that the client certificate and its key came from. */
LIBHTTP_API const char *libhttp_tls_config_client_certificate(const libhttp_tls_config *config,
                                                              int64_t *ret_length);
LIBHTTP_API const char *libhttp_tls_config_client_key(const libhttp_tls_config *config,
                                                      int64_t *ret_length);

/**
 * The oldest and the newest version to speak: LIBHTTP_TLS_1_2 or LIBHTTP_TLS_1_3; by default from
 * one to the other. Where OpenSSL's configuration of the system is stricter, that default is too.
 * Errors: INVALID_ARGUMENT (another number; the oldest newer than the newest).
 */
LIBHTTP_API int32_t libhttp_tls_config_set_minimum_version(libhttp_tls_config *config,
                                                           int32_t version);
LIBHTTP_API int32_t libhttp_tls_config_minimum_version(const libhttp_tls_config *config);
LIBHTTP_API int32_t libhttp_tls_config_set_maximum_version(libhttp_tls_config *config,
                                                           int32_t version);
LIBHTTP_API int32_t libhttp_tls_config_maximum_version(const libhttp_tls_config *config);

/**
 * The ciphers of TLS 1.2 and the ciphersuites of TLS 1.3: each `list` as OpenSSL writes it
 * ("ECDHE+AESGCM", "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384").
 * Errors: INVALID_ARGUMENT (OpenSSL knows none of them).
 */
LIBHTTP_API int32_t libhttp_tls_config_set_ciphers(libhttp_tls_config *config, const char *list,
                                                   int64_t list_length);
LIBHTTP_API const char *libhttp_tls_config_ciphers(const libhttp_tls_config *config,
                                                   int64_t *ret_length);
LIBHTTP_API int32_t libhttp_tls_config_set_ciphersuites(libhttp_tls_config *config,
                                                        const char *list, int64_t list_length);
LIBHTTP_API const char *libhttp_tls_config_ciphersuites(const libhttp_tls_config *config,
                                                        int64_t *ret_length);

/**
 * The protocols to offer by ALPN (RFC 7301): a `list`, best first, with commas between; "http/1.1"
 * by default, nothing where the list is empty. A request over another than "http/1.1" or
 * "http/1.0", should the server choose it, gives UNSUPPORTED_PROTOCOL.
 * Errors: INVALID_ARGUMENT (a name over 255 bytes, the list over 1,023).
 */
LIBHTTP_API int32_t libhttp_tls_config_set_alpn(libhttp_tls_config *config, const char *list,
                                                int64_t list_length);
LIBHTTP_API const char *libhttp_tls_config_alpn(const libhttp_tls_config *config,
                                                int64_t *ret_length);

/**
 * Whether the server's certificate must be valid and lead to one that is trusted: `on` is 1 (the
 * default) or 0. Without it anybody on the way can pose as the server.
 */
LIBHTTP_API int32_t libhttp_tls_config_set_verify_peer(libhttp_tls_config *config, int32_t on);
LIBHTTP_API int32_t libhttp_tls_config_verify_peer(const libhttp_tls_config *config);

/**
 * Whether the certificate must be for the host: `on` is 1 (the default) or 0. Independent of the
 * other check. A name must stand among the certificate's DNS names (never its common name; "*"
 * stands for one whole label, the leftmost), an address among its IP addresses. RFC 9110 4.3.4,
 * RFC 9525.
 */
LIBHTTP_API int32_t libhttp_tls_config_set_verify_host(libhttp_tls_config *config, int32_t on);
LIBHTTP_API int32_t libhttp_tls_config_verify_host(const libhttp_tls_config *config);

/**
 * Whether sessions are resumed: `on` is 1 (the default) or 0. They are kept in this configuration
 * alone, and used for the host, port and proxy that they are from. RFC 8446 2.2.
 */
LIBHTTP_API int32_t libhttp_tls_config_set_session_resumption(libhttp_tls_config *config,
                                                              int32_t on);
LIBHTTP_API int32_t libhttp_tls_config_session_resumption(const libhttp_tls_config *config);

/**
 * Appends the secrets of every connection to the file at `path`, for Wireshark and its like:
 * whoever can read it can read the connections. It is opened now, made for its owner alone where
 * there is none. Off by default, whatever the environment says.
 * Errors: OS (it can't be opened).
 */
LIBHTTP_API int32_t libhttp_tls_config_set_key_log_file(libhttp_tls_config *config,
                                                        const char *path, int64_t path_length);
LIBHTTP_API const char *libhttp_tls_config_key_log_file(const libhttp_tls_config *config,
                                                        int64_t *ret_length);

/**
 * The last error's sentence: never NULL, empty before the first; good until the next failing setter
 * and until the configuration is freed.
 */
LIBHTTP_API const char *libhttp_tls_config_error(const libhttp_tls_config *config);

/** The last error's code; 0 before the first. */
LIBHTTP_API int32_t libhttp_tls_config_error_code(const libhttp_tls_config *config);

/** errno of the last error, where a system call was behind it; else 0. */
LIBHTTP_API int32_t libhttp_tls_config_errno(const libhttp_tls_config *config);

/** OpenSSL's reason of the last error; else 0. */
LIBHTTP_API int64_t libhttp_tls_config_tls_reason(const libhttp_tls_config *config);

LIBHTTP_END_DECLS

#endif
