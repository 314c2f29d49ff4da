/* SPDX-License-Identifier: MIT */
#include "base/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/wipe.h"

/* Sentences are cut here: a peer's text is in them, already quoted and short. */
#define SENTENCE_MAX 1024

void failure_init(struct failure *f)
{
    *f = (struct failure){.missing = -1};
}

void failure_forget(struct failure *f)
{
    if (f->text)
        wipe_and_free(f->text, strlen(f->text)); /* it may quote what was refused (T-53) */
    wipe_and_free(f->detail, f->detail_length);
    failure_init(f);
}

static int32_t set(struct failure *f, int32_t code, int os_error, const char *sentence)
{
    char *text = sentence ? strdup(sentence) : NULL;

    failure_done(f);
    f->code = code;
    f->os_error = os_error;
    f->text = text;
    return code;
}

int32_t fail(struct failure *f, int32_t code, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    return set(f, code, 0, sentence);
}

const char *os_error_text(int os_error, char *room, size_t size)
{
#ifdef __GLIBC__
    return strerror_r(os_error, room, size);
#else /* POSIX: it gives a number, and the text is in the room */
    return strerror_r(os_error, room, size) == 0 ? room : "unknown error";
#endif
}

int32_t fail_os(struct failure *f, int32_t code, int os_error, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    char system_text[128];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if ((size_t)length < sizeof sentence)
        snprintf(sentence + length, sizeof sentence - (size_t)length, ": %s",
                 os_error_text(os_error, system_text, sizeof system_text));
    return set(f, code, os_error, sentence);
}

int32_t fail_memory(struct failure *f)
{
    return set(f, LIBHTTP_E_NO_MEMORY, 0, NULL);
}

int32_t fail_detail(struct failure *f, struct span detail)
{
    size_t length = detail.length < LIMIT_DETAIL ? detail.length : LIMIT_DETAIL;

    wipe_and_free(f->detail, f->detail_length);
    f->detail_length = 0;
    f->detail = malloc(length + 1);
    if (f->detail) {
        memcpy(f->detail, detail.data, length);
        f->detail[length] = '\0';
        f->detail_length = length;
    }
    return f->code;
}

int32_t failure_copy(struct failure *to, const struct failure *from)
{
    if (to == from)
        return from->code;
    set(to, from->code, from->os_error, from->text);
    to->missing = from->missing;
    to->tls_reason = from->tls_reason;
    if (from->detail)
        fail_detail(to, span_of(from->detail, from->detail_length));
    return to->code;
}

const char *failure_text(const struct failure *f)
{
    if (f->text)
        return f->text;
    return f->code ? libhttp_error_description(f->code) : "";
}

static size_t put_byte(char *at, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";

    if (byte >= 0x20 && byte < 0x7f && byte != '\'' && byte != '\\') {
        *at = (char)byte;
        return 1;
    }
    at[0] = '\\';
    at[1] = 'x';
    at[2] = hex[byte >> 4];
    at[3] = hex[byte & 15];
    return 4;
}

const char *quote(struct quoted *room, struct span bytes)
{
    size_t most = 64;
    size_t at = 0;

    room->text[at++] = '\'';
    for (size_t i = 0; i < bytes.length && i < most; i++)
        at += put_byte(room->text + at, (unsigned char)bytes.data[i]);
    room->text[at++] = '\'';
    if (bytes.length > most) {
        memcpy(room->text + at, "...", 3);
        at += 3;
    }
    room->text[at] = '\0';
    return room->text;
}
