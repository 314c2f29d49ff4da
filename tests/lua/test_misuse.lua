-- SPDX-License-Identifier: MIT
-- Misuse gives an error of Lua, never a crash.
local lu = require "luaunit"
local support = require "support"
local http = support.http

TestMisuse = {}

-- One of everything that has methods.
local function objects()
    local port = support.peer("HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
    local conn = assert(http.HTTPConnection("127.0.0.1", port, { timeout = support.patience }))
    conn.debug_fd = -1
    assert(conn:request("GET", "/", nil, { Upgrade = "x", Connection = "upgrade" }))
    local response = assert(conn:getresponse())
    return { conn, response, assert(response:stream()), http.Message { A = "b" }, http.TLSConfig(),
        assert(http.HTTPConnection("127.0.0.1", 1, { timeout = support.patience, debug_fd = -1 })) }
end

local junk = { false, true, 0, -1, 1.5, 2 ^ 70, 0 / 0, "", "x", "\0", {}, function() end, io.tmpfile() }

-- The names of an object's methods, from its metatable's functions.
local function methods_of(object)
    local index, found = getmetatable(object).__index, {}
    for position = 1, 9 do
        local name, value = debug.getupvalue(index, position)
        if name == "methods" or name == "Message" then
            for key, method in pairs(value) do
                if type(method) == "function" and not key:find("^_") then
                    found[#found + 1] = key
                end
            end
        end
    end
    table.sort(found)
    return found
end

TestMisuse["test wrong types, too few and too many arguments, in every method"] = function()
    local calls = 0
    for _, object in ipairs(objects()) do
        local names = methods_of(object)
        lu.assertTrue(#names > 5)
        for _, name in ipairs(names) do
            -- These take a descriptor over, or close one, or make a file.
            if name ~= "set_fd" and name ~= "detach_fd" and name ~= "set_debug_fd" and name ~= "set_key_log_file" then
                local method = object[name]
                for _, value in ipairs(junk) do
                    -- What counts is that it comes back.
                    pcall(method, value)
                    pcall(method, value, object)
                    pcall(method, object, value)
                    pcall(method, object, value, value)
                    pcall(method, object, "x", value)
                    pcall(method, object, "x", "y", value, value, value)
                    calls = calls + 6
                end
                pcall(method)
                pcall(method, object)
            end
        end
    end
    lu.assertTrue(calls > 1000)
end

TestMisuse["test wrong types are named"] = function()
    local conn = support.plain()
    local function said(text, f, ...)
        lu.assertErrorMsgContains(text, f, ...)
    end
    said("call it with ':'", conn.request, "GET", "/")
    said("call it with ':'", conn.getresponse)
    said("method: a string is wanted, not a table", conn.request, conn, {}, "/")
    said("target: a string is wanted, not a nil", conn.request, conn, "GET")
    said("body: a string", conn.request, conn, "PUT", "/", 5)
    said("piece 2 is no string", conn.request, conn, "PUT", "/", { "a", {} })
    said("fields are a table", conn.request, conn, "PUT", "/", nil, "A: b")
    said("no option is called 'parrot'", http.HTTPConnection, "h", { parrot = 1 })
    said("no option is called 'ca_file'", http.HTTPConnection, "h", { ca_file = "x" })
    said("host: a string is wanted", http.HTTPConnection)
    said("port: a whole number", http.HTTPConnection, "h", "80")
    said("options: a table", http.HTTPConnection, "h", 80, "x")
    said("a TLSConfig is wanted", http.HTTPSConnection, "h", { tls = "x" })
    said("tunnel: {host, port}", http.HTTPConnection, "h", { tunnel = { host = "other", port = 443 } })
    said("source_address: {host, port}", http.HTTPConnection, "h", { source_address = { host = "127.0.0.1" } })
    local answered = assert(support.answered("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\nb"):getresponse())
    said("readline: a number", answered.readline, answered, -1)
    said("readline: a number", answered.readline, answered, 0 / 0)
    said("readline: a number", answered.readline, answered, "2")
    said("not both", http.HTTPSConnection, "h", { tls = http.default_tls(), verify = true })
    local file, name = support.file("")
    file:close()
    os.remove(name)
    said("the file is closed", conn.request, conn, "PUT", "/", file)
    said("nothing to send", conn.send, conn)
end

TestMisuse["test the raw layer: wrong handles, numbers that don't fit, too few arguments"] = function()
    local core = require "libhttp.core"
    local h = core.connection()
    for _, f in ipairs { core.connection_port, core.response_status, core.headers_count } do
        pcall(f)
        pcall(f, nil)
        lu.assertFalse((pcall(f, 5)))
        lu.assertFalse((pcall(f, io.stdout)))
        lu.assertFalse((pcall(f, core.url())))
    end
    lu.assertEquals(core.connection_port(nil), 0)
    lu.assertFalse((pcall(core.connection_set_host, h, "x", 2 ^ 40)))
    lu.assertFalse((pcall(core.connection_set_host, h, "x", 0.5)))
    lu.assertFalse((pcall(core.connection_set_host, h, 5, 80)))
    lu.assertFalse((pcall(core.response_read, nil, -1)))
    lu.assertFalse((pcall(core.connection_send_from, h, "abc", "x")))
    lu.assertTrue(core.connection_send_from(h, "abc", 4) < 0)
    lu.assertFalse((pcall(core.percent_encode, "x", nil, 0, -1)))
    lu.assertFalse((pcall(core.file_descriptor, 5)))
    lu.assertFalse((pcall(core.poll, "x", 1, 1)))
end

TestMisuse["test objects whose handle was taken away or is another's"] = function()
    local conn, response = objects()[1], objects()[2]
    local instead = { conn._h, response._h, support.core.url(), io.stdout, "x", 5, {}, false }
    for _, object in ipairs { conn, response } do
        local handle = object._h
        for index = 1, #instead do
            if instead[index] ~= handle then
                rawset(object, "_h", instead[index])
                for _, name in ipairs { "request", "getresponse", "read", "getheader", "fileno" } do
                    if object[name] then
                        lu.assertFalse((pcall(object[name], object, "GET", "/")), name)
                        lu.assertFalse((pcall(object[name], object)), name)
                    end
                end
            end
        end
        rawset(object, "_h", handle)
        lu.assertTrue(object:fileno() ~= false)
    end
end

TestMisuse["test the raw layer's metatables are out of reach"] = function()
    local core = require "libhttp.core"
    for _, name in ipairs { "connection", "form", "headers", "media", "response", "stream", "tls_config", "url" } do
        lu.assertFalse(getmetatable(support.core[name]), name)
    end
    lu.assertFalse(getmetatable(support.core))
    for _, make in ipairs { core.connection, core.url, core.headers } do
        local handle = make()
        lu.assertFalse(getmetatable(handle), "its __gc would free it twice")
        lu.assertNil(handle.__disown)
        lu.assertFalse((pcall(setmetatable, handle, {})))
    end
end

-- What would wait, take a descriptor over, or write a file.
local harmful = { poll = true, connection_set_mode = true, connection_set_fd = true, connection_set_debug_fd = true,
    connection_send_fd = true, connection_request_fd = true, tls_config_set_key_log_file = true }

TestMisuse["test the raw layer: every function with every kind of junk, while the collector runs"] = function()
    local core, calls, nonblocking = support.core, 0, 1
    local conn = support.plain { wait = false }
    local function handles()
        local made = { core.connection(), core.form(), core.headers(), core.media(), core.tls_config(), core.url() }
        core.connection_set_mode(made[1], nonblocking)
        return made
    end
    local values = { true, 0, -1, 2 ^ 31, 2 ^ 53, 0.5, 0 / 0, "", "x", "a\0b", ("x"):rep(70000), {}, print,
        coroutine.create(function() end), io.stdout, conn._h, conn }
    local number = 12345
    local function any(made)
        number = (number * 1103515245 + 12345) % 2147483648
        local which = math.floor(number / 65536) % (#values + #made + 1)
        return which > 0 and (values[which] or made[which - #values]) or nil
    end
    collectgarbage("setpause", 50)
    for name, f in pairs(core) do
        if type(f) == "function" and not harmful[name] then
            for turn = 1, 40 do
                local made = handles()
                -- The first argument is right now and then: the others count too.
                local first = turn % 7 > 0 and made[turn % 7] or any(made)
                pcall(f, first, any(made), any(made), any(made), any(made), any(made))
                pcall(f, first, any(made))
                pcall(f, any(made))
                calls = calls + 3
            end
        end
    end
    collectgarbage("setpause", 200)
    lu.assertTrue(calls > 200 * 100)
end
