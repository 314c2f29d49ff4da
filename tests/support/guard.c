/* SPDX-License-Identifier: MIT */
#include "support/guard.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"

void guard_init(struct guard *g, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t room = (size / page + 1) * page;

    g->map_size = room + page;
    g->map = mmap(NULL, g->map_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (g->map == MAP_FAILED || mprotect(g->map + room, page, PROT_NONE) != 0)
        bail_out("no guard page");
    g->end = g->map + room;
}

void guard_done(struct guard *g)
{
    munmap(g->map, g->map_size);
}

char *guard_copy(struct guard *g, const void *data, size_t length)
{
    char *copy = g->end - length;
    size_t before = (size_t)(copy - g->map);

    if (before > 64)
        before = 64;
    memset(copy - before, '\n', before);
    if (length > 0)
        memcpy(copy, data, length);
    return copy;
}

char *exact_copy(const void *data, size_t length)
{
    char *copy = malloc(length > 0 ? length : 1);

    if (!copy)
        bail_out("no memory");
    if (length > 0)
        memcpy(copy, data, length);
    return copy;
}
