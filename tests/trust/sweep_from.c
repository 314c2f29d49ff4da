/* SPDX-License-Identifier: MIT */
#include "trust/sweep_from.h"

#include <link.h>
#include <stdint.h>
#include <string.h>

static uintptr_t library_from, library_until;

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

bool sweep_from_library(const void *return_address)
{
    return (uintptr_t)return_address >= library_from && (uintptr_t)return_address < library_until;
}
