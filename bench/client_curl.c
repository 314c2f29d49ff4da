/* SPDX-License-Identifier: MIT */
/* libcurl's easy interface: its defaults, timeouts set, TLS verified. */
#include <curl/curl.h>
#include <stdio.h>

#include "client.h"

static long all;

static size_t count(char *data, size_t size, size_t n, void *what)
{
    (void)data;
    (void)what;
    all += (long)(size * n);
    return size * n;
}

void client_start(const struct work *w)
{
    (void)w;
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct client *client_open(const struct work *w)
{
    CURL *curl = curl_easy_init();

    curl_easy_setopt(curl, CURLOPT_URL, w->url);
    curl_easy_setopt(curl, CURLOPT_CAINFO, w->ca_file);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, count);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 600L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, w->each_anew ? 1L : 0L);
    if (w->upload) {
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)w->upload_length);
    }
    return curl;
}

long client_do(struct client *c, const struct work *w)
{
    CURL *curl = c;
    FILE *file = w->upload ? fopen(w->upload, "rb") : NULL;
    CURLcode status;

    all = 0;
    if (file)
        curl_easy_setopt(curl, CURLOPT_READDATA, file);
    status = curl_easy_perform(curl);
    if (file)
        fclose(file);
    if (status != CURLE_OK)
        client_fail(curl_easy_strerror(status));
    return all;
}

const char *client_field(struct client *c, const char *name)
{
    struct curl_header *field;

    if (curl_easy_header(c, name, 0, CURLH_HEADER, -1, &field) != CURLHE_OK)
        client_fail("no such field");
    return field->value;
}

/* There is no such thing in libcurl. */
void client_trim(struct client *c)
{
    (void)c;
}

void client_close(struct client *c)
{
    curl_easy_cleanup(c);
}
