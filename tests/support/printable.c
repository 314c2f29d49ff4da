/* SPDX-License-Identifier: MIT */
#include "support/printable.h"

#include <stdio.h>
#include <string.h>

static const char *escape(unsigned char byte, char room[5])
{
    static const char named[] = "\n\r\t\"\\";
    static const char letters[] = "nrt\"\\";
    const char *found = byte != '\0' ? strchr(named, byte) : NULL;

    if (found != NULL)
        snprintf(room, 5, "\\%c", letters[found - named]);
    else if (byte < 0x20 || byte > 0x7e)
        snprintf(room, 5, "\\x%02x", byte);
    else
        snprintf(room, 5, "%c", byte);
    return room;
}

const char *printable(char *out, size_t size, const void *data, size_t length)
{
    const unsigned char *bytes = data;
    size_t used = 0;

    if (size < 8)
        return "";
    for (size_t i = 0; i < length; i++) {
        char room[5];
        size_t more = strlen(escape(bytes[i], room));

        if (used + more + 4 > size) {
            memcpy(out + used, "...", 3);
            used += 3;
            break;
        }
        memcpy(out + used, room, more);
        used += more;
    }
    out[used] = '\0';
    return out;
}
