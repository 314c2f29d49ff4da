-- SPDX-License-Identifier: MIT
-- Garbage collection in any order frees everything, once.
local lu = require "luaunit"
local support = require "support"
local http = support.http

TestMemory = {}

local function resident()
    local file = io.open("/proc/self/statm")
    local _, pages = file:read("*n", "*n")
    file:close()
    return pages * 4096
end

-- Sanitizers keep what was freed for a while.
local function grown_since(before)
    return support.sanitized and 0 or resident() - before
end

local function descriptors()
    local list = io.popen("ls /proc/$PPID/fd | wc -l")
    local count = list:read("*n")
    list:close()
    return count
end

-- Collected at every turn, in a small step: objects go in the middle of things.
local function stressed(f)
    collectgarbage("setpause", 1)
    collectgarbage("setstepmul", 10000)
    local ok, message = pcall(f)
    collectgarbage("setpause", 200)
    collectgarbage("setstepmul", 200)
    lu.assertTrue(ok, tostring(message))
end

TestMemory["test T-32: connections, responses, messages and streams are dropped in every order"] = function()
    local before = descriptors()
    stressed(function()
        local conn
        for turn = 1, 60 do
            conn = turn % 3 == 0 and conn or support.plain()
            assert(conn:request(turn % 2 == 0 and "GET" or "HEAD", "/"))
            local response = assert(conn:getresponse())
            local headers = response.headers
            if turn % 3 == 1 then
                conn = nil
            end
            collectgarbage()
            lu.assertTrue(#assert(response:read()) >= 0)
            response = nil
            collectgarbage()
            lu.assertEquals(headers["server"], "libhttp-example")
            conn = conn or support.plain()
        end
    end)
    collectgarbage()
    collectgarbage()
    lu.assertTrue(descriptors() <= before + 1)
end

-- Finalizers run in the opposite order of setmetatable(): the handles' come first, and what was freed must be seen to be.
TestMemory["test T-32: a finalizer that uses a connection and a response whose turn came before"] = function()
    local calls, lent = 0, nil
    local function finalizer(kept)
        for _, name in ipairs { "close", "cancel", "getresponse", "read", "getheader", "fileno" } do
            for _, object in ipairs { kept.conn, kept.response } do
                pcall(object[name] or error, object, "Server")
                pcall(tostring, object)
                calls = calls + 1
            end
        end
        lent = pcall(kept.headers.get, kept.headers, "Server")
    end
    local function drop()
        local kept
        if _VERSION == "Lua 5.1" then
            local proxy = newproxy(true)
            kept = { proxy = proxy }
            getmetatable(proxy).__gc = function()
                finalizer(kept)
            end
        else
            kept = setmetatable({}, { __gc = finalizer })
        end
        kept.conn = support.plain()
        assert(kept.conn:request("GET", "/"))
        kept.response = assert(kept.conn:getresponse())
        kept.headers = kept.response.headers
    end
    drop()
    collectgarbage()
    collectgarbage()
    lu.assertEquals(calls, 12)
    lu.assertFalse(lent)
end

-- Calls f as garbage, in the midst of whatever asks for memory next.
local function leave(f)
    if newproxy then
        getmetatable(newproxy(true)).__gc = f
    else
        setmetatable({}, { __gc = f })
    end
end

TestMemory["test T-34: a finalizer that reads, and changes fields, in the midst of a call that does the same"] = function()
    local function body(letter)
        local conn = support.answered("HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\n" .. letter:rep(30000))
        return assert(conn:getresponse())
    end
    local one, other = body "a", body "c"
    local fields, turn, calls, wrong = http.Message(), 0, 0, {}
    collectgarbage("setpause", 1)
    collectgarbage("setstepmul", 20000)
    for _ = 1, 600 do
        fields:set("X", ("a"):rep(700))
        leave(function()
            calls = calls + 1
            other:read1(20)
            fields:set("X", ("b"):rep(turn % 2 == 0 and 800 or 20))
        end)
        turn = turn + 1
        for _, got in ipairs { one:read1(20 + turn % 7) or "", fields:values()[1] or "", fields:get("X") or "" } do
            if not got:find("^a*$") and not got:find("^b*$") then
                wrong[#wrong + 1] = got
            end
        end
    end
    collectgarbage("setpause", 200)
    collectgarbage("setstepmul", 200)
    collectgarbage()
    lu.assertEquals(wrong, {})
    lu.assertTrue(calls > 300)
end

TestMemory["test T-33: a handle is compared with what is none of ours"] = function()
    local core = require "libhttp.core"
    lu.assertFalse(core.connection() == io.stdout)
    lu.assertFalse(io.stdout == core.connection())
end

TestMemory["test 100,000 connections are made and dropped without growth"] = function()
    local config = http.TLSConfig()
    local function make(count)
        for _ = 1, count do
            local conn = assert(http.HTTPSConnection("example.org", { tls = config }))
            conn:putrequest("GET", "/")
            conn:putheader("X", "y")
        end
        collectgarbage()
        collectgarbage()
    end
    local share = support.sanitized and 100 or 1
    make(20000 / share)
    local before = resident()
    make(80000 / share)
    lu.assertTrue(grown_since(before) < 16 * 1024 * 1024)
end

TestMemory["test T-32 T-33: 2,000 exchanges, and connections of every fate, leave no memory and no descriptor"] = function()
    local conn = support.plain()
    local function exchange(count)
        for _ = 1, count do
            assert(conn:request("GET", "/"))
            assert(assert(conn:getresponse()):read())
        end
        collectgarbage()
        collectgarbage()
    end
    -- Closed, dropped, dropped with its answer unread, closed in the middle of a body.
    local function fates(count)
        for turn = 1, count do
            local other = support.plain()
            assert(other:request("GET", turn % 4 == 3 and "/download" or "/"))
            local response = assert(other:getresponse())
            if turn % 4 < 2 then
                assert(response:read())
            elseif turn % 4 == 3 then
                assert(response:read(1000))
            end
            if turn % 2 == 1 then
                other:close()
            elseif turn % 64 == 0 then
                response, other = nil, nil
                collectgarbage()
            end
        end
        collectgarbage()
        collectgarbage()
    end
    local count = os.getenv "LIBHTTP_LONG" and 100000 or 600
    exchange(500)
    fates(count / 6)
    local before, open = resident(), descriptors()
    exchange(2000)
    fates(count)
    io.stdout:write(("# %d connections: %d KiB more, descriptors %d then %d\n")
        :format(count, grown_since(before) / 1024, open, descriptors()))
    lu.assertTrue(grown_since(before) < 16 * 1024 * 1024)
    lu.assertTrue(descriptors() <= open + 1)
end
