/* SPDX-License-Identifier: MIT */
/*
 * What nearly every exchange does, a call for each: request and flush, getresponse with the object
 * for it, a short body read to its end, a field looked up. They give nothing where it isn't as
 * simple as that, and have done nothing then: the ways that connection.lua and response.lua have
 * for everything else follow. Neither waits nor throws but for memory.
 *
 * They are closures: what they would look up each time is in their upvalues.
 */
#ifndef LIBHTTP_LUA_EXCHANGE_H
#define LIBHTTP_LUA_EXCHANGE_H

#include "bindings/lua/core.h"

/** A body of up to so many bytes is read onto the C stack. */
#define LIBHTTP_LUA_SHORT 16384

/** Upvalues: the metatable and the name of the handle for all; what else each one needs. */
enum {
    LIBHTTP_LUA_CLASS = 1,
    LIBHTTP_LUA_H,
    LIBHTTP_LUA_SENDER,
    LIBHTTP_LUA_WAITS = LIBHTTP_LUA_SENDER,
    LIBHTTP_LUA_PENDING,
    LIBHTTP_LUA_RESPONSES = LIBHTTP_LUA_SENDER,
    LIBHTTP_LUA_HANDLES,
    LIBHTTP_LUA_RESPONSE_WAITS,
    LIBHTTP_LUA_READ,
    LIBHTTP_LUA_READS
};

/** Pushes the value of the first argument, a table, under the name in that upvalue. */
static inline void libhttp_lua_own(lua_State *L, int upvalue)
{
    lua_pushvalue(L, lua_upvalueindex(upvalue));
    lua_rawget(L, 1);
}

/** Whether that is true; it isn't where there is none. */
static inline int libhttp_lua_flag(lua_State *L, int upvalue)
{
    int is;

    libhttp_lua_own(L, upvalue);
    is = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return is;
}

/** The C handle of the first argument, NULL where that isn't an object of the class. */
static inline void *libhttp_lua_self(lua_State *L, const swig_type_info *type)
{
    const swig_lua_userdata *data = NULL;
    int is;

    if (lua_type(L, 1) != LUA_TTABLE || !lua_getmetatable(L, 1))
        return NULL;
    is = lua_rawequal(L, -1, lua_upvalueindex(LIBHTTP_LUA_CLASS));
    lua_pop(L, 1);
    if (!is)
        return NULL;
    libhttp_lua_own(L, LIBHTTP_LUA_H);
    if (lua_type(L, -1) == LUA_TUSERDATA && lua_rawlen(L, -1) == sizeof *data)
        data = (const swig_lua_userdata *)lua_touserdata(L, -1);
    lua_pop(L, 1);
    return data && data->type == type ? data->ptr : NULL;
}

/** ask(connection, method, target, body): the status, and whether the request was taken. */
static inline int libhttp_lua_ask(lua_State *L)
{
    libhttp_connection *c;
    const char *method, *target, *body;
    size_t method_length, target_length;
    int64_t length;
    int32_t status;

    lua_settop(L, 6); /* what stands behind the body is for others to look at */
    c = (libhttp_connection *)libhttp_lua_self(L, SWIGTYPE_p_libhttp_connection);
    if (!c || lua_type(L, 2) != LUA_TSTRING || lua_type(L, 3) != LUA_TSTRING ||
        (lua_type(L, 4) != LUA_TSTRING && !lua_isnil(L, 4)) || !lua_isnil(L, 5) ||
        !lua_isnil(L, 6) || libhttp_lua_flag(L, LIBHTTP_LUA_SENDER))
        return 0;
    method = lua_tolstring(L, 2, &method_length);
    target = lua_tolstring(L, 3, &target_length);
    body = libhttp_lua_bytes(L, 4, &length);
    if (length > LIBHTTP_OUTPUT_MAX)
        return 0;
    status = libhttp_connection_request(c, method, (int64_t)method_length, target,
                                        (int64_t)target_length, NULL, body,
                                        body ? length : LIBHTTP_NO_BODY);
    lua_pushboolean(L, status == LIBHTTP_OK);
    libhttp_lua_push(L, status == LIBHTTP_OK ? libhttp_connection_flush(c) : status);
    lua_insert(L, -2);
    return 2;
}

/** Pushes an object for the response whose handle is on the top, under that. */
static inline void libhttp_lua_wrap_response(lua_State *L)
{
    lua_createtable(L, 0, 4);
    lua_pushvalue(L, lua_upvalueindex(LIBHTTP_LUA_H));
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pushvalue(L, lua_upvalueindex(LIBHTTP_LUA_RESPONSE_WAITS));
    libhttp_lua_own(L, LIBHTTP_LUA_RESPONSE_WAITS);
    lua_rawset(L, -3);
    lua_pushvalue(L, lua_upvalueindex(LIBHTTP_LUA_READ));
    lua_pushvalue(L, lua_upvalueindex(LIBHTTP_LUA_READS));
    lua_rawset(L, -3);
    lua_pushvalue(L, lua_upvalueindex(LIBHTTP_LUA_RESPONSES));
    lua_setmetatable(L, -2);
}

/** answer(connection): the response; or nil and a status. Without memory there is no response yet.
 */
static inline int libhttp_lua_answer(lua_State *L)
{
    libhttp_response *response = NULL;
    libhttp_connection *c;
    swig_lua_userdata *data;
    int32_t status;

    c = (libhttp_connection *)libhttp_lua_self(L, SWIGTYPE_p_libhttp_connection);
    if (!c)
        return 0;
    data = (swig_lua_userdata *)lua_newuserdata(L, sizeof *data);
    data->ptr = NULL;
    data->own = 1;
    data->type = SWIGTYPE_p_libhttp_response;
    lua_pushvalue(L, lua_upvalueindex(LIBHTTP_LUA_HANDLES));
    lua_setmetatable(L, -2);
    libhttp_lua_wrap_response(L);
    status = libhttp_connection_getresponse(c, &response);
    data->ptr = response;
    if (status == LIBHTTP_OK)
        return 1;
    lua_pushnil(L);
    libhttp_lua_push(L, status);
    return 2;
}

/**
 * whole(response): a short body of known length, read to its end; or what came of it, how many
 * bytes are left, and the status of the read that ended it.
 */
static inline int libhttp_lua_whole(lua_State *L)
{
    char body[LIBHTTP_LUA_SHORT];
    libhttp_response *r = (libhttp_response *)libhttp_lua_self(L, SWIGTYPE_p_libhttp_response);
    int64_t length = r ? libhttp_response_remaining(r) : 0;
    int64_t all = 0, got;
    int32_t status;

    if (length <= 0 || length > LIBHTTP_LUA_SHORT || !libhttp_lua_flag(L, LIBHTTP_LUA_WAITS) ||
        libhttp_lua_flag(L, LIBHTTP_LUA_PENDING))
        return 0;
    do {
        got = 0;
        status = libhttp_response_read(r, body + all, length - all, &got);
        all += got;
    } while (status == LIBHTTP_OK && got > 0 && all < length);
    lua_pushlstring(L, body, (size_t)all);
    if (status == LIBHTTP_OK)
        return 1;
    libhttp_lua_push(L, length - all);
    libhttp_lua_push(L, status);
    return 3;
}

/** field(response, name): its value, where there is one. */
static inline int libhttp_lua_field(lua_State *L)
{
    libhttp_response *r = (libhttp_response *)libhttp_lua_self(L, SWIGTYPE_p_libhttp_response);
    const char *value = NULL, *name;
    size_t name_length;
    int64_t length = 0;

    if (!r || lua_type(L, 2) != LUA_TSTRING)
        return 0;
    name = lua_tolstring(L, 2, &name_length);
    if (libhttp_response_getheader(r, name, (int64_t)name_length, NULL, 0, &value, &length) < 0)
        return 0;
    libhttp_lua_push_bytes(L, value, length);
    return 1;
}

/** exchange(Connection, Response, read): ask and answer, for objects with those metatables. */
static inline int libhttp_lua_exchange(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    luaL_checktype(L, 3, LUA_TFUNCTION);
    lua_settop(L, 3);
    lua_pushvalue(L, 1);
    lua_pushliteral(L, "_h");
    lua_pushliteral(L, "_sender");
    lua_pushcclosure(L, libhttp_lua_ask, 3);
    lua_pushvalue(L, 1);
    lua_pushliteral(L, "_h");
    lua_pushvalue(L, 2);
    SWIG_Lua_get_class_metatable(
        L, ((const swig_lua_class *)SWIGTYPE_p_libhttp_response->clientdata)->fqname);
    lua_pushliteral(L, "_waits");
    lua_pushliteral(L, "read");
    lua_pushvalue(L, 3);
    lua_pushcclosure(L, libhttp_lua_answer, 7);
    return 2;
}

/** reading(Response): whole and field, for objects with that metatable. */
static inline int libhttp_lua_reading(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    lua_pushliteral(L, "_h");
    lua_pushliteral(L, "_waits");
    lua_pushliteral(L, "_pending");
    lua_pushcclosure(L, libhttp_lua_whole, 4);
    lua_pushvalue(L, 1);
    lua_pushliteral(L, "_h");
    lua_pushcclosure(L, libhttp_lua_field, 2);
    return 2;
}

#endif
