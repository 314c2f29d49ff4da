/* SPDX-License-Identifier: MIT */
/*
 * tls_errors: OpenSSL's errors. The queue of a thread belongs to the host (T-54): every call of
 * ours takes the host's errors away first, works with an empty queue (SSL_get_error needs one),
 * and puts them back in their order.
 */
#ifndef LIBHTTP_NET_TLS_ERRORS_H
#define LIBHTTP_NET_TLS_ERRORS_H

#include "base/failure.h"

struct host_errors;

/* NULL where the queue was empty, as it nearly always is: that costs no allocation. */
struct host_errors *host_errors_hide(void);
void host_errors_restore(struct host_errors *hidden);

/*
 * LIBHTTP_E_TLS with "what: OpenSSL's reason", from the queue; NO_MEMORY where that is the
 * reason.
 */
int32_t fail_openssl(struct failure *failure, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for a reason that is known. */
int32_t fail_reason(struct failure *failure, unsigned long reason, const char *what);

#endif
