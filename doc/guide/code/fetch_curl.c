/* SPDX-License-Identifier: MIT */
/* fetch_curl URL: prints a page and counts its bytes, by libcurl. */
#include <curl/curl.h>
#include <stdio.h>

static size_t write_body(char *data, size_t size, size_t count, void *user)
{
    long long *bytes = user;

    *bytes += (long long)(size * count);
    return fwrite(data, size, count, stdout);
}

int main(int argc, char **argv)
{
    char error[CURL_ERROR_SIZE] = "";
    long long bytes = 0;
    long status = 0;
    CURLcode code;
    CURL *curl;

    if (argc != 2)
        return 2;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    curl = curl_easy_init();
    if (!curl)
        return 2;
    curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, write_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &bytes);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, 10000L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 60000L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    code = curl_easy_perform(curl);
    if (code == CURLE_OK) {
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        fprintf(stderr, "%ld, %lld bytes\n", status, bytes);
    } else {
        fprintf(stderr, "%s\n", error[0] ? error : curl_easy_strerror(code));
    }
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    return code != CURLE_OK;
}
