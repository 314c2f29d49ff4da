/* SPDX-License-Identifier: MIT */
/* address: parses, formats and orders socket addresses. */
#include "net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/span.h"

/* A zone id (RFC 4007 11): an interface's name, or its number. 0: it is neither. */
static uint32_t parse_zone(const char *text)
{
    uint64_t number = 0;
    size_t digits = strspn(text, "0123456789");

    if (text[digits] != '\0')
        return if_nametoindex(text);
    if (digits > 10)
        return 0;
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + (uint64_t)(text[i] - '0');
    return number <= UINT32_MAX ? (uint32_t)number : 0;
}

static bool parse_ipv6(const char *host, struct in6_addr *ret, uint32_t *ret_zone)
{
    char text[INET6_ADDRSTRLEN];
    const char *zone = strchr(host, '%');
    size_t length = zone ? (size_t)(zone - host) : strlen(host);

    if (length >= sizeof text)
        return false;
    memcpy(text, host, length);
    text[length] = '\0';
    if (inet_pton(AF_INET6, text, ret) != 1)
        return false;
    *ret_zone = zone ? parse_zone(zone + 1) : 0;
    return !zone || *ret_zone > 0;
}

bool address_parse(const char *host, int32_t port, union address *ret)
{
    struct in_addr v4;
    struct in6_addr v6;
    uint32_t zone;

    memset(ret, 0, sizeof *ret);
    if (inet_pton(AF_INET, host, &v4) == 1) {
        ret->in = (struct sockaddr_in){
            .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = v4};
        return true;
    }
    if (!parse_ipv6(host, &v6, &zone))
        return false;
    ret->in6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
                                     .sin6_port = htons((uint16_t)port),
                                     .sin6_addr = v6,
                                     .sin6_scope_id = zone};
    return true;
}

static void format_ipv6(const struct sockaddr_in6 *a, char *text, size_t size)
{
    char literal[INET6_ADDRSTRLEN] = "";
    char zone[16] = "";

    inet_ntop(AF_INET6, &a->sin6_addr, literal, sizeof literal);
    if (a->sin6_scope_id > 0)
        snprintf(zone, sizeof zone, "%%%u", a->sin6_scope_id);
    snprintf(text, size, "[%s%s]:%u", literal, zone, ntohs(a->sin6_port));
}

static void format_unix(const struct sockaddr_un *a, char *text, size_t size)
{
    bool abstract = a->sun_path[0] == '\0' && a->sun_path[1] != '\0';
    const char *name = a->sun_path + (abstract ? 1 : 0);
    size_t most = sizeof a->sun_path - (abstract ? 1 : 0);

    snprintf(text, size, "unix:%s%.*s", abstract ? "@" : "", (int)strnlen(name, most), name);
}

void address_format(const union address *a, char *text, size_t size)
{
    char literal[INET_ADDRSTRLEN] = "";

    if (a->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &a->in.sin_addr, literal, sizeof literal);
        snprintf(text, size, "%s:%u", literal, ntohs(a->in.sin_port));
    } else if (a->any.sa_family == AF_INET6) {
        format_ipv6(&a->in6, text, size);
    } else if (a->any.sa_family == AF_UNIX) {
        format_unix(&a->un, text, size);
    } else {
        snprintf(text, size, "unknown");
    }
}

socklen_t address_length(const union address *a)
{
    return a->any.sa_family == AF_INET ? sizeof a->in : sizeof a->in6;
}

bool address_equal(const union address *a, const union address *b)
{
    if (a->any.sa_family != b->any.sa_family)
        return false;
    if (a->any.sa_family == AF_INET)
        return a->in.sin_port == b->in.sin_port && a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
    return a->in6.sin6_port == b->in6.sin6_port && a->in6.sin6_scope_id == b->in6.sin6_scope_id &&
           memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr, sizeof a->in6.sin6_addr) == 0;
}

bool address_list_init(struct address_list *list, uint32_t count)
{
    uint32_t room = count < LIMIT_ADDRESSES ? count : LIMIT_ADDRESSES;

    list->count = 0;
    list->room = room;
    list->items = calloc(room > 0 ? room : 1, sizeof *list->items);
    return list->items != NULL;
}

void address_list_done(struct address_list *list)
{
    free(list->items);
    *list = (struct address_list){0};
}

static bool has_address(const struct address_list *list, const union address *a)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (address_equal(&list->items[i], a))
            return true;
    }
    return false;
}

void address_list_add(struct address_list *list, const struct sockaddr *a, sa_family_t family)
{
    union address address = {.any = {.sa_family = a->sa_family}};

    if (a->sa_family != AF_INET && a->sa_family != AF_INET6)
        return;
    if (family != AF_UNSPEC && a->sa_family != family)
        return;
    memcpy(&address, a, address_length(&address));
    if (list->count < list->room && !has_address(list, &address))
        list->items[list->count++] = address;
}

/* Where the next address of another family stands, from `at` on; count: nowhere. */
static uint32_t next_of_other_family(const struct address_list *list, uint32_t at,
                                     sa_family_t family)
{
    while (at < list->count && list->items[at].any.sa_family == family)
        at++;
    return at;
}

void address_list_interleave(struct address_list *list)
{
    for (uint32_t i = 1; i < list->count; i++) {
        sa_family_t last = list->items[i - 1].any.sa_family;
        uint32_t from = next_of_other_family(list, i, last);
        union address moved;

        if (from == list->count)
            return;
        moved = list->items[from];
        memmove(&list->items[i + 1], &list->items[i], (from - i) * sizeof moved);
        list->items[i] = moved;
    }
}
