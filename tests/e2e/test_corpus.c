/* SPDX-License-Identifier: MIT */
/*
 * Every response of tests/corpus/, in every segmentation and read in every way, in all three modes:
 * the outcome is always the one that tests/corpus/expected.txt says. How bytes arrive and how they
 * are asked for must never make a difference (C-64 to C-90, T-10 to T-19, T-24). With SWEEP_ALL=1
 * every place to split at, in every mode, and many more random cuts ("make sweep").
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/carry.h"
#include "support/fewer.h"
#include "support/printable.h"
#include "tap.h"

/* Longer ones are split at some places only, or the test would take minutes. */
#define SPLIT_EVERYWHERE 700

static bool sweeps_all;
static long runs;

struct body {
    uint64_t hash; /* FNV-1a */
    int64_t length;
};

struct row {
    char name[64], request[16], end[16], outcome[256];
    char *data;
    size_t length;
};

enum way { WAY_ALL, WAY_READ, WAY_ONE, WAY_SEVEN, WAY_READ1, WAY_LINE, WAY_PEEK, WAY_MIXED, WAYS };

static const char *const way_names[WAYS] = {"read_all", "read",     "read(1)", "read(7)",
                                            "read1",    "readline", "peek",    "a mixture"};

static const char *const mode_names[] = {"carried", "non-blocking", "blocking"};

static void add(struct body *body, const void *data, int64_t length)
{
    const unsigned char *bytes = data;

    for (int64_t i = 0; i < length; i++)
        body->hash = (body->hash ^ bytes[i]) * 0x100000001b3u;
    body->length += length;
}

/* One step of a way; *ret_got is 0 at the end. */
static int32_t step(libhttp_response *r, enum way way, struct body *body, int64_t *ret_got)
{
    static char room[65536];
    const void *data = room;
    int64_t got = 0;
    int32_t status = LIBHTTP_OK;

    if (way == WAY_READ)
        status = libhttp_response_read(r, room, sizeof room, &got);
    else if (way == WAY_ONE || way == WAY_SEVEN)
        status = libhttp_response_read(r, room, way == WAY_ONE ? 1 : 7, &got);
    else if (way == WAY_READ1)
        status = libhttp_response_read1(r, room, sizeof room, &got);
    else if (way == WAY_LINE)
        status = libhttp_response_readline(r, room, 50, &got);
    else
        status = libhttp_response_peek(r, &data, &got);
    if (status != LIBHTTP_OK)
        return status;
    add(body, data, got);
    if (way == WAY_PEEK && got > 0)
        status = libhttp_response_read(r, room, got, &got);
    *ret_got = got;
    return status;
}

static int32_t read_whole(struct carry *x, libhttp_response *r, struct body *body)
{
    const void *data;
    int64_t length;
    int32_t status;

    do
        status = libhttp_response_read_all(r, 1 << 30, &data, &length);
    while (carry_again(x, status));
    if (status == LIBHTTP_OK || libhttp_response_partial(r, &data, &length) == LIBHTTP_OK)
        add(body, data, length);
    return status;
}

static int32_t read_body(struct carry *x, libhttp_response *r, enum way way, struct body *body)
{
    int64_t got = 1;
    int32_t status = LIBHTTP_OK;

    if (way == WAY_ALL)
        return read_whole(x, r, body);
    for (int turn = 0; status == LIBHTTP_OK && got > 0; turn++) {
        enum way now =
            way == WAY_MIXED ? (enum way)(WAY_READ + turn % (WAY_MIXED - WAY_READ)) : way;

        do
            status = step(r, now, body, &got);
        while (carry_again(x, status));
    }
    /* What waits for the end of its line is there all the same. */
    while (status == LIBHTTP_AGAIN && step(r, WAY_READ1, body, &got) == LIBHTTP_OK && got > 0)
        continue;
    return status;
}

static int32_t read_stream(struct carry *x, libhttp_stream *s, struct body *body)
{
    char room[5];
    int64_t got = 1;
    int32_t status = LIBHTTP_OK;

    while (status == LIBHTTP_OK && got > 0) {
        do
            status = libhttp_stream_read(s, room, sizeof room, &got);
        while (carry_again(x, status));
        if (status == LIBHTTP_OK)
            add(body, room, got);
    }
    return status;
}

/* Whether another request could go out, when all has arrived that will. */
static const char *fate(struct carry *x)
{
    carry_feed_all(x);
    libhttp_connection_set_strict_reuse(x->c, 1);
    return carry_request(x, "GET", "/next", NULL) ? "kept" : "closed";
}

static void begin(struct carry *x, const struct row *row)
{
    const char *method = row->request;
    const char *target = "/";
    const char *field = NULL;

    if (strcmp(method, "UPGRADE") == 0)
        field = "Upgrade: x";
    else if (strcmp(method, "CLOSE") == 0)
        field = "Connection: close";
    else if (strcmp(method, "CONNECT") == 0)
        target = "host:1";
    if (field)
        method = "GET";
    carry_open(x);
    if (!carry_request(x, method, target, field))
        bail_out("%s: %s", row->name, libhttp_connection_error(x->c));
}

static const char *ending(int32_t status)
{
    if (status == LIBHTTP_AGAIN)
        return "waiting";
    return status == LIBHTTP_OK ? "complete" : libhttp_error_name(status);
}

/* The table's last columns. */
static void describe(struct carry *x, libhttp_response *r, enum way way, char *out, size_t size)
{
    struct body body = {.hash = 0xcbf29ce484222325u};
    int32_t status = LIBHTTP_OK;
    libhttp_stream *stream = NULL;
    int32_t code = libhttp_response_status(r);
    int32_t fields = libhttp_headers_count(libhttp_response_headers(r));
    int32_t interim = libhttp_response_interim_count(r);
    int32_t trailers;

    if (libhttp_response_stream(r, &stream) == LIBHTTP_OK)
        status = read_stream(x, stream, &body);
    else
        status = read_body(x, r, way, &body);
    if (status == LIBHTTP_OK && libhttp_response_is_complete(r) != 1)
        diag("complete, and does not say so");
    trailers = libhttp_headers_count(libhttp_response_trailers(r));
    libhttp_stream_free(stream);
    libhttp_response_free(r);
    snprintf(out, size, "%d %d %d %" PRId64 " %016" PRIx64 " %d %s%s %s", code, fields, interim,
             body.length, body.hash, trailers, stream ? "stream-" : "", ending(status), fate(x));
}

static void run(const struct row *row, struct carry *x, enum way way, char *out, size_t size)
{
    libhttp_response *r = NULL;
    int32_t status;

    x->data = row->data;
    x->length = row->length;
    x->end = strcmp(row->end, "eof") == 0;
    begin(x, row);
    if (x->way == CARRY_BLOCKING)
        carry_feed_all(x);
    status = carry_getresponse(x, &r);
    if (status == LIBHTTP_OK)
        describe(x, r, way, out, size);
    else
        snprintf(out, size, "- %s", ending(status));
    if (status < 0 && libhttp_connection_state(x->c) != LIBHTTP_STATE_IDLE)
        snprintf(out, size, "not idle after %s", ending(status));
    carry_close(x);
}

/* True where the outcome is the row's. The first that isn't is shown. */
static bool holds(const struct row *row, struct carry x, enum way way)
{
    static char outcome[sizeof row->outcome];

    run(row, &x, way, outcome, sizeof outcome);
    runs++;
    if (strcmp(outcome, row->outcome) == 0)
        return true;
    diag("first %zu, then %zu bytes, random %u, the end%s: by %s, %s", x.first, x.piece, x.random,
         x.apart ? " apart" : " at once", way_names[way], mode_names[x.way]);
    diag("    got: %s", outcome);
    diag("    want: %s", row->outcome);
    return false;
}

static bool holds_split(const struct row *row, enum way way, enum carry_way mode)
{
    static int turn;
    size_t stride = row->length > SPLIT_EVERYWHERE && !sweeps_all ? row->length / 50 : 1;

    stride *= (size_t)fewer();
    for (size_t at = 1 + (size_t)(turn++ % fewer()); at < row->length; at += stride)
        if (!holds(row, (struct carry){.first = at, .apart = at % 2 == 0, .way = mode}, way))
            return false;
    return true;
}

static bool holds_at_random(const struct row *row, enum way way, enum carry_way mode)
{
    uint32_t most = sweeps_all ? 200 : fewer() > 1 ? 1 : 3;

    for (uint32_t seed = 1; seed <= most; seed++)
        if (!holds(row, (struct carry){.random = seed, .apart = seed % 2 == 0, .way = mode}, way))
            return false;
    return true;
}

static bool holds_carried(const struct row *row, enum way way)
{
    return holds(row, (struct carry){.piece = 0}, way) &&
           holds(row, (struct carry){.apart = true}, way) &&
           holds(row, (struct carry){.piece = 1}, way) &&
           holds(row, (struct carry){.piece = 1, .apart = true}, way) &&
           holds(row, (struct carry){.piece = 3}, way) && holds_split(row, way, CARRY_BY_HAND) &&
           holds_at_random(row, way, CARRY_BY_HAND);
}

static bool holds_nonblocking(const struct row *row, enum way way)
{
    return holds(row, (struct carry){.way = CARRY_NONBLOCKING}, way) &&
           holds(row, (struct carry){.piece = 1, .way = CARRY_NONBLOCKING}, way) &&
           holds_at_random(row, way, CARRY_NONBLOCKING) &&
           (!sweeps_all || holds_split(row, way, CARRY_NONBLOCKING));
}

/* But where more would be waited for than there is. */
static bool holds_blocking(const struct row *row, enum way way)
{
    return strstr(row->outcome, "waiting") ||
           holds(row, (struct carry){.way = CARRY_BLOCKING}, way);
}

static bool holds_each_way(const struct row *row)
{
    bool good = true;

    for (enum way way = WAY_ALL; good && way < WAYS; way++)
        good = holds_carried(row, way) && holds_nonblocking(row, way) && holds_blocking(row, way);
    return good;
}

static FILE *open_corpus(const char *name)
{
    const char *srcdir = getenv("srcdir");
    char path[4096];
    FILE *file;

    snprintf(path, sizeof path, "%s/tests/corpus/%s", srcdir ? srcdir : ".", name);
    file = fopen(path, "rb");
    if (!file)
        bail_out("cannot open %s", path);
    return file;
}

static void load(struct row *row)
{
    static char data[200000];
    char name[80];
    FILE *file;

    snprintf(name, sizeof name, "%s.http", row->name);
    file = open_corpus(name);
    row->length = fread(data, 1, sizeof data, file);
    fclose(file);
    /* Exactly as long as the input: a sanitizer sees a read past it. */
    row->data = malloc(row->length + (row->length == 0));
    memcpy(row->data, data, row->length);
}

/* NAME REQUEST END OUTCOME | IDS: blanks between columns count as one. */
static bool read_row(char *line, struct row *row, const char **ret_ids)
{
    char *word = strtok(line, " \n");
    char *ids;

    if (!word || word[0] == '#')
        return false;
    *row = (struct row){.data = NULL};
    snprintf(row->name, sizeof row->name, "%s", word);
    snprintf(row->request, sizeof row->request, "%s", strtok(NULL, " "));
    snprintf(row->end, sizeof row->end, "%s", strtok(NULL, " "));
    while ((word = strtok(NULL, " \n")) && word[0] != '|') {
        size_t used = strlen(row->outcome);

        snprintf(row->outcome + used, sizeof row->outcome - used, "%s%s", used ? " " : "", word);
    }
    ids = word ? strtok(NULL, "") : NULL;
    *ret_ids = ids ? ids : "";
    return true;
}

int main(void)
{
    FILE *table = open_corpus("expected.txt");
    char line[512];
    struct row row;
    const char *ids;

    sweeps_all = getenv("SWEEP_ALL") != NULL;
    while (fgets(line, sizeof line, table)) {
        line[strcspn(line, "\n")] = '\0';
        if (!read_row(line, &row, &ids))
            continue;
        load(&row);
        ok(holds_each_way(&row), "%s: %s", row.name, ids);
        free(row.data);
    }
    fclose(table);
    diag("%ld exchanges", runs);
    return done_testing();
}
