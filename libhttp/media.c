/* SPDX-License-Identifier: MIT */
/* media: the handle of libhttp_media (C-134). */
#include <libhttp/media.h>

#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "client/headers_private.h"
#include "client/media_parts.h"

struct libhttp_media {
    struct media_parts parts;
    struct failure failure;
};

/* Made aside and exchanged, so that a failure leaves the old value. */
static int32_t take(struct libhttp_media *media, struct span value)
{
    struct media_parts parts;
    int32_t status;

    if (value.length > LIMIT_TEXT)
        return fail(&media->failure, LIBHTTP_E_TOO_LARGE, "the value is over 16 MiB");
    media_parts_init(&parts);
    status = media_parts_make(&parts, value, &media->failure);
    if (status != LIBHTTP_OK) {
        media_parts_done(&parts);
        return status;
    }
    media_parts_done(&media->parts);
    media->parts = parts;
    return LIBHTTP_OK;
}

int32_t libhttp_media_new(libhttp_media **ret)
{
    struct libhttp_media *media;
    int32_t status;

    if (!ret)
        return LIBHTTP_E_INVALID_ARGUMENT;
    media = malloc(sizeof *media);
    if (!media)
        return LIBHTTP_E_NO_MEMORY;
    media_parts_init(&media->parts);
    failure_init(&media->failure);
    status = take(media, span_of("", 0));
    if (status != LIBHTTP_OK) {
        libhttp_media_free(media);
        return status;
    }
    *ret = media;
    return LIBHTTP_OK;
}

void libhttp_media_free(libhttp_media *media)
{
    if (!media)
        return;
    media_parts_done(&media->parts);
    failure_done(&media->failure);
    free(media);
}

int32_t libhttp_media_parse(libhttp_media *media, const char *value, int64_t length)
{
    struct span in;
    int32_t status;

    if (!media)
        return LIBHTTP_E_INVALID_ARGUMENT;
    status = text_in(&in, value, length, "value", &media->failure);
    return status == LIBHTTP_OK ? take(media, in) : status;
}

int32_t libhttp_media_parse_field(libhttp_media *media, const libhttp_headers *headers,
                                  const char *name, int64_t name_length)
{
    struct span in;
    int32_t status, index;

    if (!media)
        return LIBHTTP_E_INVALID_ARGUMENT;
    if (!headers)
        return fail(&media->failure, LIBHTTP_E_INVALID_ARGUMENT, "headers is NULL");
    status = text_in(&in, name, name_length, "name", &media->failure);
    if (status != LIBHTTP_OK)
        return status;
    index = fields_find(&headers->fields, in, 0);
    return take(media,
                index >= 0 ? fields_value(&headers->fields, (uint32_t)index) : span_of("", 0));
}

static const char *part_out(const libhttp_media *media, struct media_slice s, int64_t *ret_length)
{
    return text_out(media_text(&media->parts, s), ret_length);
}

const char *libhttp_media_value(const libhttp_media *media, int64_t *ret_length)
{
    return media ? part_out(media, media->parts.value, ret_length) : no_text(ret_length);
}

const char *libhttp_media_type(const libhttp_media *media, int64_t *ret_length)
{
    return media ? part_out(media, media->parts.type, ret_length) : no_text(ret_length);
}

const char *libhttp_media_main_type(const libhttp_media *media, int64_t *ret_length)
{
    return media ? part_out(media, media->parts.main_type, ret_length) : no_text(ret_length);
}

const char *libhttp_media_subtype(const libhttp_media *media, int64_t *ret_length)
{
    return media ? part_out(media, media->parts.subtype, ret_length) : no_text(ret_length);
}

const char *libhttp_media_charset(const libhttp_media *media, int64_t *ret_length)
{
    if (!media || !media->parts.has_charset)
        return no_text(ret_length);
    return part_out(media, media->parts.charset, ret_length);
}

const char *libhttp_media_parameter(const libhttp_media *media, const char *name,
                                    int64_t name_length, int64_t *ret_length)
{
    struct span in, found;

    if (!media || text_in(&in, name, name_length, "name", NULL) != LIBHTTP_OK)
        return no_text(ret_length);
    found = media_find(&media->parts, in);
    return text_out(found, ret_length);
}

int32_t libhttp_media_parameter_count(const libhttp_media *media)
{
    return media ? media_entry_count(&media->parts) : 0;
}

static bool has_index(const libhttp_media *media, int32_t index)
{
    return media && index >= 0 && index < media_entry_count(&media->parts);
}

const char *libhttp_media_parameter_name(const libhttp_media *media, int32_t index,
                                         int64_t *ret_length)
{
    if (!has_index(media, index))
        return no_text(ret_length);
    return part_out(media, media_entry_at(&media->parts, index).name, ret_length);
}

const char *libhttp_media_parameter_value(const libhttp_media *media, int32_t index,
                                          int64_t *ret_length)
{
    if (!has_index(media, index))
        return no_text(ret_length);
    return part_out(media, media_entry_at(&media->parts, index).value, ret_length);
}

const char *libhttp_media_error(const libhttp_media *media)
{
    return media ? failure_text(&media->failure) : "";
}

int32_t libhttp_media_error_code(const libhttp_media *media)
{
    return media ? media->failure.code : 0;
}
