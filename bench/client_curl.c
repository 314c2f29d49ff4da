/* SPDX-License-Identifier: MIT */
/* libcurl's easy interface: its defaults, timeouts set, TLS verified. */
#include <curl/curl.h>
#include <stdio.h>

#include "client.h"

static CURL *curl;
static struct curl_slist *addresses;
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
    char url[64];
    char address[64];

    snprintf(url, sizeof url, "%s:%d%s", w->tls ? "https://localhost" : "http://127.0.0.1", w->port,
             w->path);
    snprintf(address, sizeof address, "localhost:%d:127.0.0.1", w->port);
    addresses = curl_slist_append(NULL, address);
    curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_RESOLVE, addresses);
    curl_easy_setopt(curl, CURLOPT_CAINFO, w->ca_file);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, count);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 600L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, w->each_anew ? 1L : 0L);
    if (w->upload) {
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)BIG);
        curl_easy_setopt(curl, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
    }
}

long client_do(const struct work *w)
{
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

void client_end(void)
{
    curl_easy_cleanup(curl);
    curl_slist_free_all(addresses);
}
