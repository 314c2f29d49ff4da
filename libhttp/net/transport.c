/* SPDX-License-Identifier: MIT */
/* transport: calls a link's slot, or that of the first link below which fills it. */
#include "net/transport.h"

#include "net/endpoint.h"

/* Moves t down to the first link that fills the slot, or to NULL. */
#define SKIP_LINKS_WITHOUT(slot, t)                                                                \
    do {                                                                                           \
        while ((t) && !(t)->ops->slot)                                                             \
            (t) = (t)->next;                                                                       \
    } while (0)

int32_t transport_advance(struct transport *t, int64_t now, struct failure *failure)
{
    SKIP_LINKS_WITHOUT(advance, t);
    return t ? t->ops->advance(t, now, failure) : LIBHTTP_OK;
}

int32_t transport_read_below(struct transport *t, const struct iovec *areas, int count,
                             size_t *ret_got, struct failure *failure)
{
    SKIP_LINKS_WITHOUT(read, t);
    if (!t)
        return fail(failure, LIBHTTP_E_NOT_CONNECTED, "there is no transport to read from");
    return t->ops->read(t, areas, count, ret_got, failure);
}

int32_t transport_write_below(struct transport *t, const struct iovec *areas, int count,
                              size_t *ret_put, struct failure *failure)
{
    SKIP_LINKS_WITHOUT(write, t);
    if (!t)
        return fail(failure, LIBHTTP_E_NOT_CONNECTED, "there is no transport to write to");
    return t->ops->write(t, areas, count, ret_put, failure);
}

int32_t transport_flush(struct transport *t, struct failure *failure)
{
    size_t put;

    return transport_write(t, NULL, 0, &put, failure);
}

int32_t transport_send_file(struct transport *t, int fd, int64_t length, int64_t *ret_put,
                            struct failure *failure)
{
    SKIP_LINKS_WITHOUT(send_file, t);
    if (!t)
        return fail(failure, LIBHTTP_E_NOT_CONNECTED, "there is no transport to send a file to");
    return t->ops->send_file(t, fd, length, ret_put, failure);
}

int32_t transport_shutdown_write(struct transport *t, struct failure *failure)
{
    SKIP_LINKS_WITHOUT(shutdown_write, t);
    return t ? t->ops->shutdown_write(t, failure) : LIBHTTP_OK;
}

int32_t transport_look(struct transport *t, struct failure *failure)
{
    SKIP_LINKS_WITHOUT(look, t);
    return t ? t->ops->look(t, failure) : LIBHTTP_OK;
}

bool transport_has_input(const struct transport *t)
{
    SKIP_LINKS_WITHOUT(has_input, t);
    return t && t->ops->has_input(t);
}

void transport_wait(const struct transport *t, int32_t needs, struct wait *ret)
{
    SKIP_LINKS_WITHOUT(wait, t);
    *ret = (struct wait){.fd = -1, .deadline = CLOCK_NEVER};
    if (t)
        t->ops->wait(t, needs, ret);
}

int32_t transport_set_mode(struct transport *t, struct failure *failure)
{
    SKIP_LINKS_WITHOUT(set_mode, t);
    return t ? t->ops->set_mode(t, failure) : LIBHTTP_OK;
}

void transport_trim(struct transport *t)
{
    SKIP_LINKS_WITHOUT(trim, t);
    if (t)
        t->ops->trim(t);
}

void transport_free(struct transport *t, bool silent)
{
    if (t)
        t->ops->free(t, silent);
}

int transport_fileno(const struct transport *t)
{
    SKIP_LINKS_WITHOUT(fileno, t);
    return t ? t->ops->fileno(t) : -1;
}

int transport_detach(struct transport *t)
{
    return t && t->ops->detach ? t->ops->detach(t) : -1;
}
