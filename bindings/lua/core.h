/* SPDX-License-Identifier: MIT */
/*
 * What SWIG's code calls (see lua.i). All of it may error(), which jumps out: so nothing is held
 * here that Lua doesn't know of.
 */
#ifndef LIBHTTP_LUA_CORE_H
#define LIBHTTP_LUA_CORE_H

#include <errno.h>
#include <lauxlib.h>
#include <limits.h>
#include <lua.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** Bytes that one read gives at the most: what is read is copied once, into a Lua string. */
#define LIBHTTP_LUA_READ_MAX 65536

/**
 * The C handle of a userdata that SWIG made for this type, NULL for nil. A foreign userdata isn't
 * looked into: only one of SWIG's size can be one of its own.
 */
static inline void *libhttp_lua_handle(lua_State *L, int at, const swig_type_info *type)
{
    const swig_lua_userdata *data = NULL;

    if (lua_isnil(L, at))
        return NULL;
    if (lua_type(L, at) == LUA_TUSERDATA && lua_rawlen(L, at) == sizeof *data)
        data = (const swig_lua_userdata *)lua_touserdata(L, at);
    if (data == NULL || data->type != type)
        luaL_argerror(L, at, "another handle is wanted");
    return data->ptr;
}

/** __gc: frees the C handle. Finalizers that still come to the userdata after it find NULL. */
static inline int libhttp_lua_end(lua_State *L)
{
    swig_lua_userdata *data = (swig_lua_userdata *)lua_touserdata(L, 1);
    const swig_lua_class *of = (const swig_lua_class *)data->type->clientdata;
    void *handle = data->ptr;

    data->ptr = NULL;
    if (data->own && handle != NULL && of->destructor != NULL)
        of->destructor(handle);
    return 0;
}

/** Whether a handle's __gc hasn't been there yet: before what it lent is looked at. */
static inline int libhttp_lua_is_alive(lua_State *L)
{
    const swig_lua_userdata *data = NULL;

    if (lua_type(L, 1) == LUA_TUSERDATA && lua_rawlen(L, 1) == sizeof *data)
        data = (const swig_lua_userdata *)lua_touserdata(L, 1);
    lua_pushboolean(L, data != NULL && data->ptr != NULL);
    return 1;
}

/** Nobody gets at the metatable on the top of the stack through getmetatable(). It stays there. */
static inline void libhttp_lua_hide(lua_State *L)
{
    lua_pushliteral(L, "__metatable");
    lua_pushboolean(L, 0);
    lua_rawset(L, -3);
}

/** Puts a function, or nil, into the table on the top. */
static inline void libhttp_lua_put(lua_State *L, const char *name, lua_CFunction function)
{
    lua_pushstring(L, name);
    if (function)
        lua_pushcfunction(L, function);
    else
        lua_pushnil(L);
    lua_rawset(L, -3);
}

/**
 * Hides what SWIG puts into the metatables of the module, on the top, and of its classes: some of
 * that crashes when it is called by hand. And mends it: __gc left the freed handle where it was,
 * __eq looked into any userdata, __disown wrote to it.
 */
static inline void libhttp_lua_seal(lua_State *L)
{
    if (lua_getmetatable(L, -1)) {
        libhttp_lua_hide(L);
        lua_pop(L, 1);
    }
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -1) != LUA_TTABLE || !lua_getmetatable(L, -1))
            continue;
        libhttp_lua_hide(L);
        lua_getfield(L, -1, ".instance");
        libhttp_lua_hide(L);
        libhttp_lua_put(L, "__gc", libhttp_lua_end);
        libhttp_lua_put(L, "__eq", NULL);
        lua_getfield(L, -1, ".fn");
        libhttp_lua_put(L, "__disown", NULL);
        lua_pop(L, 3);
    }
}

/** An integer in a range; 5.1 and LuaJIT have doubles, of which integral ones are taken. */
static inline int64_t libhttp_lua_integer(lua_State *L, int at, int64_t least, int64_t most)
{
    /* No function takes numbers that a double can't tell apart from their neighbours. */
    const double limit = 9007199254740992.0;
    double number = lua_type(L, at) == LUA_TNUMBER ? lua_tonumber(L, at) : 0.5;
    int64_t integer;

    if (!(number >= -limit && number <= limit) || number != (double)(int64_t)number)
        luaL_argerror(L, at, "an integer is wanted");
    integer = (int64_t)number;
    if (integer < least || integer > most)
        luaL_argerror(L, at, "the number is out of range");
    return integer;
}

/** lua_Integer has 32 bits in some builds of 5.1; a double holds every length there is. */
static inline void libhttp_lua_push(lua_State *L, int64_t number)
{
#if LUA_VERSION_NUM >= 503
    lua_pushinteger(L, (lua_Integer)number);
#else
    lua_pushnumber(L, (lua_Number)number);
#endif
}

/** A string's bytes, NUL and all; NULL and 0 for nil. Numbers aren't taken for strings. */
static inline const char *libhttp_lua_bytes(lua_State *L, int at, int64_t *ret_length)
{
    size_t length = 0;
    const char *bytes = NULL;

    if (lua_type(L, at) == LUA_TSTRING)
        bytes = lua_tolstring(L, at, &length);
    else if (!lua_isnoneornil(L, at))
        luaL_argerror(L, at, "a string is wanted");
    *ret_length = (int64_t)length;
    return bytes;
}

/**
 * Pushes bytes of C's. Before 5.3 Lua collects before it copies, and what a finalizer calls then
 * may free them: so they are copied here first. (Should Lua have no memory then, that is lost.)
 */
static inline void libhttp_lua_push_copy(lua_State *L, const void *bytes, size_t length)
{
#if LUA_VERSION_NUM >= 503
    lua_pushlstring(L, (const char *)bytes, length);
#else
    char few[512];
    char *copy = length > sizeof few ? (char *)malloc(length) : few;

    if (copy == NULL)
        luaL_error(L, "not enough memory");
    memcpy(copy, bytes, length);
    lua_pushlstring(L, copy, length);
    if (copy != few)
        free(copy);
#endif
}

static inline void libhttp_lua_push_bytes(lua_State *L, const void *bytes, int64_t length)
{
    if (bytes == NULL)
        lua_pushnil(L);
    else
        libhttp_lua_push_copy(L, bytes, (size_t)length);
}

/** Room to read into, its user's until libhttp_lua_push_room(). */
struct libhttp_lua_room {
    int64_t in_use;
    char bytes[];
};

/**
 * One room for the whole Lua state; another one where it is in use: by the call in the midst of
 * which a finalizer makes this one, or one that error() left.
 */
static inline char *libhttp_lua_room(lua_State *L, int64_t capacity)
{
    static const char key = 0;
    struct libhttp_lua_room *room;

    lua_pushlightuserdata(L, (void *)(uintptr_t)&key);
    lua_rawget(L, LUA_REGISTRYINDEX);
    room = (struct libhttp_lua_room *)lua_touserdata(L, -1);
    lua_pop(L, 1);
    if (room == NULL || room->in_use || capacity > LIBHTTP_LUA_READ_MAX) {
        size_t bytes = (size_t)(capacity > LIBHTTP_LUA_READ_MAX ? capacity : LIBHTTP_LUA_READ_MAX);
        bool keep = room == NULL && capacity <= LIBHTTP_LUA_READ_MAX;

        room = (struct libhttp_lua_room *)lua_newuserdata(L, sizeof *room + bytes);
        if (keep) {
            lua_pushlightuserdata(L, (void *)(uintptr_t)&key);
            lua_pushvalue(L, -2);
            lua_rawset(L, LUA_REGISTRYINDEX);
        }
    }
    room->in_use = 1;
    return room->bytes;
}

/** Pushes what a room's first bytes are, and gives the room back. */
static inline void libhttp_lua_push_room(lua_State *L, const void *bytes, int64_t length)
{
    const char *at = (const char *)bytes - offsetof(struct libhttp_lua_room, bytes);

    lua_pushlstring(L, (const char *)bytes, (size_t)length);
    ((struct libhttp_lua_room *)(uintptr_t)at)->in_use = 0;
}

/** poll(2) on one descriptor: fd, LIBHTTP_WAIT_… events and milliseconds (-1: no limit). */
static inline int libhttp_lua_poll(lua_State *L)
{
    struct pollfd wanted = {-1, 0, 0};
    int64_t events = libhttp_lua_integer(L, 2, 0, 3);
    int64_t milliseconds = libhttp_lua_integer(L, 3, -1, INT64_MAX);
    int found;

    wanted.fd = (int)libhttp_lua_integer(L, 1, -1, INT_MAX);
    wanted.events = (short)((events & LIBHTTP_WAIT_READ ? POLLIN : 0) |
                            (events & LIBHTTP_WAIT_WRITE ? POLLOUT : 0));
    found = poll(&wanted, 1, milliseconds > INT_MAX ? INT_MAX : (int)milliseconds);
    if (found < 0 && errno != EINTR)
        return luaL_error(L, "poll: errno %d", errno);
    if (found < 0)
        lua_pushnil(L);
    else
        libhttp_lua_push(L, found);
    return 1;
}

static inline FILE *libhttp_lua_file(lua_State *L)
{
    /* In every Lua, what io makes begins with the FILE *. */
    FILE *file = *(FILE **)luaL_checkudata(L, 1, "FILE*");

    if (file == NULL)
        luaL_argerror(L, 1, "the file is closed");
    return file;
}

/**
 * The descriptor of an open regular file, its offset where the file stands for Lua; nil for any
 * other, which only stdio can read, as it may hold bytes that were read ahead.
 */
static inline int libhttp_lua_file_descriptor(lua_State *L)
{
    FILE *file = libhttp_lua_file(L);
    struct stat status;

    if (fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) && fflush(file) == 0 &&
        lseek(fileno(file), ftello(file), SEEK_SET) >= 0)
        libhttp_lua_push(L, fileno(file));
    else
        lua_pushnil(L);
    return 1;
}

/**
 * The file stands now where its descriptor does. POSIX asks for it where two handles take turns
 * (System Interfaces 2.5.1); glibc finds the place by itself, so no test here can miss it.
 */
static inline int libhttp_lua_file_moved(lua_State *L)
{
    FILE *file = libhttp_lua_file(L);
    off_t at = lseek(fileno(file), 0, SEEK_CUR);

    if (at >= 0)
        (void)fseeko(file, at, SEEK_SET);
    return 0;
}

#endif
