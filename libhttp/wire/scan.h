/* SPDX-License-Identifier: MIT */
/*
 * scan: the loops that look at every byte of a head, 16 at a time where the processor can, and
 * never at one behind `end` (T-35). SSE2 is part of x86-64 and NEON of arm64; elsewhere words of 8,
 * in either byte order.
 */
#ifndef LIBHTTP_WIRE_SCAN_H
#define LIBHTTP_WIRE_SCAN_H

#include "wire/chars.h"

#if defined(SCAN_WORDS)
/* A test asks for what other processors get. */
#elif defined(__SSE2__)
#include <emmintrin.h>
#define SCAN_SSE2 1
#elif defined(__aarch64__)
#include <arm_neon.h>
#define SCAN_NEON 1
#endif

/*
 * NUL, CR and LF: the bytes that end a line or that no line may hold, and the only ones that matter
 * in a value.
 */
static inline bool scan_is_line_stop(char c)
{
    return c == '\r' || c == '\n' || c == '\0';
}

/*
 * CR is the largest of the three: what is above it is skipped in blocks, the few others are looked
 * at one by one.
 */
#define SCAN_LOW '\r'

#if defined(SCAN_SSE2) || defined(SCAN_NEON)
#define SCAN_BLOCK 16
#else
#define SCAN_BLOCK 8
#endif

/*
 * Blocks are looked at as long as they begin at or before `last`, behind which a block is readable.
 *
 * scan_block_low: the first byte up to CR, or one behind `last` before which there is none; on
 * processors without vectors also one less than a block before it.
 */
#if defined(SCAN_SSE2)

static inline const char *scan_block_low(const char *at, const char *last)
{
    const __m128i low = _mm_set1_epi8(SCAN_LOW);

    for (; at <= last; at += SCAN_BLOCK) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        int found = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(bytes, low), bytes));

        if (found != 0)
            return at + (unsigned)__builtin_ctz((unsigned)found);
    }
    return at;
}

/* Bytes from `first` on, `count` of them, as 0xff: moved to the upper end of the signed range. */
static inline __m128i scan_range(__m128i bytes, char first, char count)
{
    __m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8((char)(INT8_MAX + 1 - count - first)));

    return _mm_cmpgt_epi8(moved, _mm_set1_epi8((char)(INT8_MAX - count)));
}

/* Skips letters, digits and '-', which most names are made of. */
static inline const char *scan_block_name(const char *at, const char *last)
{
    for (; at <= last; at += SCAN_BLOCK) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i letters = scan_range(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 26);
        __m128i digits = scan_range(bytes, '0', 10);
        __m128i hyphens = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'));
        int usual = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters, digits), hyphens));

        if (usual != 0xffff)
            return at + (unsigned)__builtin_ctz(~(unsigned)usual);
    }
    return at;
}

#elif defined(SCAN_NEON)

static inline const char *scan_block_low(const char *at, const char *last)
{
    const uint8x16_t low = vdupq_n_u8(SCAN_LOW);

    for (; at <= last; at += SCAN_BLOCK) {
        uint8x16_t found = vcleq_u8(vld1q_u8((const uint8_t *)at), low);
        /* Four bits a byte: NEON's way to a mask. */
        uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(found), 4);
        uint64_t mask = vget_lane_u64(vreinterpret_u64_u8(narrow), 0);

        if (mask != 0)
            return at + (unsigned)__builtin_ctzll(mask) / 4;
    }
    return at;
}

#else

static inline const char *scan_block_low(const char *at, const char *last)
{
    const uint64_t ones = UINT64_MAX / 255;

    for (; at <= last; at += SCAN_BLOCK) {
        uint64_t bytes;

        memcpy(&bytes, at, sizeof bytes);
        /*
         * A byte's high bit is set where the byte was under 0x0e; whether one is, holds in either
         * byte order.
         */
        if (((bytes - ones * (SCAN_LOW + 1)) & ~bytes & ones * 0x80) != 0)
            break;
    }
    return at;
}

#endif

#if !defined(SCAN_SSE2)

static inline const char *scan_block_name(const char *at, const char *last)
{
    (void)last;
    return at;
}

#endif

/* The first NUL, CR or LF, or end. */
static inline const char *scan_line(const char *at, const char *end)
{
    /* Where the blocks stop is a low byte, nearly always the CR, or one of the input's last few. */
    for (;; at++) {
        if (end - at >= SCAN_BLOCK)
            at = scan_block_low(at, end - SCAN_BLOCK);
        if (at == end || scan_is_line_stop(*at))
            return at;
    }
}

/* The first byte that is none of a token, or end. */
static inline const char *scan_token(const char *at, const char *end)
{
    if (end - at >= SCAN_BLOCK)
        at = scan_block_name(at, end - SCAN_BLOCK);
    while (at < end && char_is(*at, CHAR_TOKEN))
        at++;
    return at;
}

/* Eight bytes with bit 0x20 set: ASCII letters in lower case. */
static inline uint64_t scan_lower_word(const char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof word);
    return word | UINT64_MAX / 255 * 0x20;
}

/*
 * Whether a token equals `lower`, letters and hyphens, but for case; both of that length, 8 or
 * more. Bit 0x20 makes no other byte of a token a letter or a hyphen.
 */
static inline bool scan_token_is(const char *token, const char *lower, size_t length)
{
    size_t i = 0;

    for (; i + 8 <= length; i += 8) {
        if (scan_lower_word(token + i) != scan_lower_word(lower + i))
            return false;
    }
    return scan_lower_word(token + length - 8) == scan_lower_word(lower + length - 8);
}

#endif
