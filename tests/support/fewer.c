/* SPDX-License-Identifier: MIT */
#include "support/fewer.h"

#include <stdlib.h>

int fewer(void)
{
    const char *given = getenv("TEST_FEWER");
    int number = given ? atoi(given) : 1;

    return number > 1 ? number : 1;
}
