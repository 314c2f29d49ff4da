/* SPDX-License-Identifier: MIT */
#include "trust/sweep_from.h"

#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "trust/sweep.h"

static uintptr_t library_from, library_until;
/* A look-up's thread makes calls, too. */
static struct {
    atomic_bool armed;
    atomic_int_fast64_t left;
    atomic_bool ever_after;
    atomic_bool struck;
} now;

static int find_library(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    (void)context;
    if (strstr(info->dlpi_name, "libhttp.so") == NULL)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];

        if (part->p_type == PT_LOAD && (part->p_flags & PF_X)) {
            library_from = info->dlpi_addr + part->p_vaddr;
            library_until = library_from + part->p_memsz;
        }
    }
    return 1;
}

bool sweep_find_library(void)
{
    dl_iterate_phdr(find_library, NULL);
    return library_from != 0;
}

static bool is_from_library(const void *return_address)
{
    return (uintptr_t)return_address >= library_from && (uintptr_t)return_address < library_until;
}

void sweep_arm(const struct sweep_fault *fault)
{
    now.left = fault->at;
    now.ever_after = fault->ever_after;
    now.struck = false;
    now.armed = true;
}

bool sweep_disarm(const struct sweep_fault *fault)
{
    (void)fault;
    now.armed = false;
    return now.struck;
}

bool sweep_is_armed(void)
{
    return now.armed;
}

bool sweep_strikes(const void *return_address)
{
    int64_t left;

    if (!now.armed || !is_from_library(return_address))
        return false;
    left = --now.left;
    if (left > 0 || (left < 0 && !now.ever_after))
        return false;
    now.struck = true;
    return true;
}
