/* SPDX-License-Identifier: MIT */
/* Under which key a TLS session is kept: all that tells two connections apart (T-47). The settings
 * of TLS aren't in it: each configuration has sessions of its own. */
#include "client/destination.h"

#include <libhttp/http.h>
#include <stdlib.h>
#include <string.h>

#include "client/handles.h"
#include "tap.h"

static const struct place {
    const char *what, *host, *tunnel, *path;
    int32_t port, tunnel_port;
} places[] = {
    {"a host", "h.example", NULL, NULL, 443, 0},
    {"another host", "g.example", NULL, NULL, 443, 0},
    {"another port", "h.example", NULL, NULL, 8443, 0},
    {"a host that looks like host and port", "h.example443", NULL, NULL, 443, 0},
    {"through a proxy", "p.example", "h.example", NULL, 3128, 443},
    {"through another proxy", "q.example", "h.example", NULL, 3128, 443},
    {"through another port of the proxy", "p.example", "h.example", NULL, 3129, 443},
    {"through the proxy to another port", "p.example", "h.example", NULL, 3128, 8443},
    {"through the proxy to another host", "p.example", "g.example", NULL, 3128, 443},
    {"the proxy itself", "p.example", NULL, NULL, 3128, 0},
    {"a Unix socket", "h.example", NULL, "/run/a", 443, 0},
    {"another Unix socket", "h.example", NULL, "/run/b", 443, 0},
    {"one whose path begins otherwise", "h.example", NULL, "+run/a", 443, 0},
};

enum { PLACES = sizeof places / sizeof places[0] };

static char *key_of(const struct place *p)
{
    libhttp_connection *c = NULL;
    char *key;

    if (libhttp_connection_new(&c) != LIBHTTP_OK ||
        libhttp_connection_set_host(c, p->host, -1, p->port) != LIBHTTP_OK ||
        (p->path && libhttp_connection_set_unix(c, p->path, -1) != LIBHTTP_OK) ||
        (p->tunnel &&
         libhttp_connection_set_tunnel(c, p->tunnel, -1, p->tunnel_port, NULL) != LIBHTTP_OK))
        bail_out("%s can't be set: %s", p->what, libhttp_connection_error(c));
    key = destination_session_key(&c->destination);
    libhttp_connection_free(c);
    return key;
}

int main(void)
{
    char *keys[PLACES], *again;

    for (int i = 0; i < PLACES; i++)
        keys[i] = key_of(&places[i]);
    for (int i = 0; i < PLACES; i++) {
        for (int j = 0; j < i; j++) {
            if (strcmp(keys[i], keys[j]) == 0)
                fail("T-47 %s shares sessions with %s", places[i].what, places[j].what);
        }
        again = key_of(&places[i]);
        is_str(again, keys[i], "T-47 %s: the same again has its sessions, no other has",
               places[i].what);
        free(again);
    }
    for (int i = 0; i < PLACES; i++)
        free(keys[i]);
    return done_testing();
}
