/* SPDX-License-Identifier: MIT */
#include "support/tempdir.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static char path[64];
static pid_t owner;

static int remove_one(const char *name, const struct stat *info, int type, struct FTW *where)
{
    (void)info, (void)type, (void)where;
    remove(name);
    return 0;
}

/* A forked child that exits must not take its parent's folder away. */
static void clean_up(void)
{
    if (getpid() == owner)
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *tempdir(void)
{
    if (path[0] != '\0')
        return path;
    snprintf(path, sizeof path, "/tmp/libhttp-XXXXXX");
    if (mkdtemp(path) == NULL)
        bail_out("no temporary folder");
    /* Servers started by root drop their rights and must still get in. */
    chmod(path, 0755);
    owner = getpid();
    atexit(clean_up);
    return path;
}

char *tempdir_write(const char *name, const void *data, size_t length)
{
    char *file = NULL;
    FILE *out;

    if (asprintf(&file, "%s/%s", tempdir(), name) < 0 || (out = fopen(file, "wb")) == NULL)
        bail_out("cannot write %s", name);
    if (fwrite(data, 1, length, out) != length || fclose(out) != 0)
        bail_out("cannot write %s", file);
    return file;
}
