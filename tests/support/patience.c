/* SPDX-License-Identifier: MIT */
#include "support/patience.h"

#include <poll.h>
#include <stddef.h>

bool comes_to(int (*count)(void), int wanted)
{
    for (int waited = 0; waited < PATIENCE_MS && count() != wanted; waited += 5)
        poll(NULL, 0, 5);
    return count() == wanted;
}
