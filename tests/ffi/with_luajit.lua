#!/usr/bin/env luajit
-- SPDX-License-Identifier: MIT
-- A GET, a POST and a streamed read, knowing nothing of libhttp but its path and its documented signatures.
local ffi = require("ffi")

ffi.cdef [[
int32_t libhttp_constant_find(const char *name, int64_t length, int64_t *ret);
int32_t libhttp_connection_new(void **ret);
void libhttp_connection_free(void *c);
int32_t libhttp_connection_set_host(void *c, const char *host, int64_t host_length, int32_t port);
int32_t libhttp_connection_set_tls(void *c, void *config);
int32_t libhttp_connection_request(void *c, const char *method, int64_t method_length, const char *target,
    int64_t target_length, const void *headers, const void *body, int64_t body_length);
int32_t libhttp_connection_getresponse(void *c, void **ret);
const char *libhttp_connection_error(const void *c);
void libhttp_response_free(void *r);
int32_t libhttp_response_status(const void *r);
const char *libhttp_response_reason(const void *r);
int32_t libhttp_response_getheader(void *r, const char *name, int64_t name_length, const char *fallback,
    int64_t fallback_length, const char **ret_value, int64_t *ret_length);
int32_t libhttp_response_read1(void *r, void *buffer, int64_t capacity, int64_t *ret_got);
int32_t libhttp_response_read_all(void *r, int64_t maximum, const void **ret_data, int64_t *ret_length);
int32_t libhttp_headers_new(void **ret);
int32_t libhttp_headers_add(void *h, const char *name, int64_t name_length, const char *value, int64_t value_length);
void libhttp_headers_free(void *h);
int32_t libhttp_tls_config_new(void **ret);
int32_t libhttp_tls_config_set_ca_file(void *config, const char *path, int64_t path_length);
void libhttp_tls_config_free(void *config);
]]
local library = ffi.load(os.getenv("LIBHTTP_SO"))
local checks, failed = 0, 0

local function ok(held, description)
    checks = checks + 1
    if not held then failed = failed + 1 end
    print((held and "ok " or "not ok ") .. checks .. " - " .. description)
end

local function constant(name)
    local value = ffi.new("int64_t[1]")
    assert(library.libhttp_constant_find(name, #name, value) == 0, name)
    return value[0]
end

local NO_BODY = constant("LIBHTTP_NO_BODY")

local function made(constructor)
    local handle = ffi.new("void *[1]")
    assert(constructor(handle) == 0)
    return handle[0]
end

local function connect(url, ca)
    local host, port = url:match("//(.*):(%d+)")
    local connection = made(library.libhttp_connection_new)
    assert(library.libhttp_connection_set_host(connection, host, #host, tonumber(port)) == 0)
    if ca then
        local config = made(library.libhttp_tls_config_new)
        assert(library.libhttp_tls_config_set_ca_file(config, ca, #ca) == 0)
        assert(library.libhttp_connection_set_tls(connection, config) == 0)
        library.libhttp_tls_config_free(config)
    end
    return connection
end

local function exchange(connection, method, target, headers, body)
    local response = ffi.new("void *[1]")
    if library.libhttp_connection_request(connection, method, #method, target, #target, headers, body,
            body and #body or NO_BODY) < 0 or library.libhttp_connection_getresponse(connection, response) < 0 then
        error(ffi.string(library.libhttp_connection_error(connection)))
    end
    return response[0]
end

local function body_of(response)
    local data, length = ffi.new("const void *[1]"), ffi.new("int64_t[1]")
    assert(library.libhttp_response_read_all(response, 1048576, data, length) == 0)
    return ffi.string(data[0], tonumber(length[0]))
end

local function get(connection)
    local response = exchange(connection, "GET", "/index.html")
    local value, length = ffi.new("const char *[1]"), ffi.new("int64_t[1]")
    ok(library.libhttp_response_status(response) == constant("LIBHTTP_STATUS_OK"), "C-110 a GET from LuaJIT: the status")
    ok(ffi.string(library.libhttp_response_reason(response)) == "OK", "C-100 its reason")
    local found = library.libhttp_response_getheader(response, "content-type", -1, nil, 0, value, length)
    ok(found == 0 and ffi.string(value[0], tonumber(length[0])) == "text/html", "C-99 a field, by any spelling")
    ok(body_of(response) == "<html><p>Hello from the example server.</p></html>\n", "C-87 its body")
    library.libhttp_response_free(response)
end

local function post(connection)
    local headers = made(library.libhttp_headers_new)
    library.libhttp_headers_add(headers, "Content-type", -1, "application/x-www-form-urlencoded", -1)
    local response = exchange(connection, "POST", "/cgi-bin/query", headers, "spam=1&eggs=2&bacon=0")
    ok(library.libhttp_response_status(response) == 200 and
        body_of(response):find("spam=1&eggs=2&bacon=0", 1, true) ~= nil, "C-45 a POST from LuaJIT")
    library.libhttp_response_free(response)
    library.libhttp_headers_free(headers)
end

local function stream(connection)
    local response = exchange(connection, "GET", "/download")
    local block, got = ffi.new("char[4096]"), ffi.new("int64_t[1]")
    local total, pieces, status = 0, 0
    repeat
        status = library.libhttp_response_read1(response, block, 4096, got)
        if status ~= 0 then break end
        total = total + tonumber(got[0])
        pieces = pieces + 1
    until got[0] == 0
    ok(status == 0 and total == 10000000, "C-91 a streamed read gives every byte, and then its end")
    ok(pieces > 2000, "C-91 piece by piece, as much as there was room for")
    library.libhttp_response_free(response)
end

local function refused()
    local connection = made(library.libhttp_connection_new)
    ok(library.libhttp_connection_set_host(connection, "a\0b", 3, 80) < 0, "T-6 a NUL in a name is seen and refused")
    ok(ffi.string(library.libhttp_connection_error(connection)):find("host") ~= nil, "C-107 with a sentence")
    library.libhttp_connection_free(connection)
end

local plain = connect(os.getenv("EXAMPLE_HTTP"))
get(plain)
post(plain)
stream(plain)
library.libhttp_connection_free(plain)
local encrypted = connect(os.getenv("EXAMPLE_HTTPS"), os.getenv("EXAMPLE_CA"))
get(encrypted)
stream(encrypted)
library.libhttp_connection_free(encrypted)
refused()
print("1.." .. checks)
os.exit(failed == 0)
