/* SPDX-License-Identifier: MIT */
/* What every public header needs: the integer types and the mark of an exported function. */
#ifndef LIBHTTP_API_H
#define LIBHTTP_API_H

#include <stdint.h>

#if defined(__GNUC__)
#define LIBHTTP_API __attribute__((visibility("default")))
#else
#define LIBHTTP_API
#endif

#ifdef __cplusplus
#define LIBHTTP_BEGIN_DECLS extern "C" {
#define LIBHTTP_END_DECLS   }
#else
#define LIBHTTP_BEGIN_DECLS
#define LIBHTTP_END_DECLS
#endif

#endif
