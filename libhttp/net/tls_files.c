/* SPDX-License-Identifier: MIT */
/* tls_files: files and bytes that hold certificates and keys. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/tls_engine.h"
#include "net/tls_errors.h"

/* A bundle of all the world's roots has some 250 KiB. */
#define FILE_MAX   (64u * 1024u * 1024u)
#define FILE_FIRST (16u * 1024u)

char *tls_copy(struct span text)
{
    char *copy = malloc(text.length + 1);

    if (copy) {
        memcpy(copy, text.data, text.length);
        copy[text.length] = '\0';
    }
    return copy;
}

/* The old block is wiped: it may hold a part of a key. */
static bool grow(struct tls_file *file, size_t *room)
{
    size_t larger = *room ? *room * 2 : FILE_FIRST;
    unsigned char *data = OPENSSL_clear_realloc(file->data, *room, larger);

    if (!data)
        return false;
    file->data = data;
    *room = larger;
    return true;
}

/* errno; 0: all is read. */
static int read_all(int fd, struct tls_file *file)
{
    size_t room = 0;
    ssize_t got;

    for (;;) {
        if (file->length == room && (room >= FILE_MAX || !grow(file, &room)))
            return room >= FILE_MAX ? EFBIG : ENOMEM;
        got = read(fd, file->data + file->length, room - file->length);
        if (got == 0)
            return 0;
        if (got > 0)
            file->length += (size_t)got;
        else if (errno != EINTR)
            return errno;
    }
}

void tls_file_free(struct tls_file *file)
{
    if (file->data)
        OPENSSL_cleanse(file->data, file->length);
    OPENSSL_free(file->data);
    *file = (struct tls_file){NULL, 0};
}

static int read_path(const char *path, struct tls_file *file)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error;

    if (fd < 0)
        return errno;
    error = read_all(fd, file);
    close(fd);
    return error;
}

int32_t tls_file_read(struct span path, const char *what, struct tls_file *ret,
                      struct failure *failure)
{
    struct tls_file file = {NULL, 0};
    char *text = tls_copy(path);
    int error = text ? read_path(text, &file) : ENOMEM;

    free(text);
    if (error) {
        tls_file_free(&file);
        return error == ENOMEM ? fail_memory(failure)
                               : fail_os(failure, LIBHTTP_E_OS, error, "%s %s", what, QUOTE(path));
    }
    *ret = file;
    return LIBHTTP_OK;
}

/*
 * OpenSSL looks into a certificate when it first needs it, and remembers that it could not: better
 * it does so now, where running out of memory is an error of this call.
 */
static bool look_into(X509 *certificate)
{
    return X509_check_purpose(certificate, -1, 0) == 1 ||
           ERR_GET_REASON(ERR_peek_last_error()) != ERR_R_MALLOC_FAILURE;
}

static bool add(x509_list *list, X509 *certificate)
{
    if (certificate && look_into(certificate) && sk_X509_push(list, certificate) > 0)
        return true;
    X509_free(certificate);
    return false;
}

/*
 * Other blocks, keys and revocation lists, are passed over; nothing is decrypted, so nobody is
 * asked for a passphrase.
 */
static bool add_pem(x509_list *list, BIO *bio)
{
    STACK_OF(X509_INFO) *blocks = PEM_X509_INFO_read_bio(bio, NULL, NULL, NULL);
    bool added = blocks != NULL;

    for (int i = 0; added && i < sk_X509_INFO_num(blocks); i++) {
        X509_INFO *block = sk_X509_INFO_value(blocks, i);
        X509 *certificate = block->x509;

        block->x509 = NULL;
        added = !certificate || add(list, certificate);
    }
    sk_X509_INFO_pop_free(blocks, X509_INFO_free);
    return added;
}

static bool add_der(x509_list *list, BIO *bio)
{
    return add(list, d2i_X509_bio(bio, NULL));
}

x509_list *tls_certificates(struct span data, const char *what, struct failure *failure)
{
    x509_list *list = sk_X509_new_null();
    BIO *bio = data.length <= INT_MAX ? BIO_new_mem_buf(data.data, (int)data.length) : NULL;
    bool is_pem = memmem(data.data, data.length, "-----BEGIN", 10) != NULL;
    bool read =
        list && bio && (data.length == 0 || (is_pem ? add_pem(list, bio) : add_der(list, bio)));

    BIO_free(bio);
    if (read && sk_X509_num(list) > 0)
        return list;
    sk_X509_pop_free(list, X509_free);
    if (read)
        fail(failure, LIBHTTP_E_TLS, "%s: there is no certificate in it", what);
    else
        fail_openssl(failure, "%s: not a certificate", what);
    return NULL;
}
