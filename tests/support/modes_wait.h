/* SPDX-License-Identifier: MIT */
/* What modes.c needs of modes_wait.c: waiting as wait.h says, and carrying bytes. */
#ifndef TESTS_SUPPORT_MODES_WAIT_H
#define TESTS_SUPPORT_MODES_WAIT_H

#include "support/modes.h"

struct awaited {
    int32_t fd;
    int32_t events;
    int64_t ms;
    int64_t generation;
};

/* Looks at what wait says, then waits for it. False: it is wrong, or nothing comes; said by TAP. */
bool modes_wait_poll(struct client *k, const struct awaited *w);
bool modes_wait_carried(struct client *k, const struct awaited *w);

void modes_close_socket(struct client *k);

#endif
