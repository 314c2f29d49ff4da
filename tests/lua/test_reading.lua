-- SPDX-License-Identifier: MIT
-- Responses: their bodies in every way of reading, their fields.
local lu = require "luaunit"
local ltn12 = require "ltn12"
local support = require "support"
local http = support.http

TestReading = {}
local BODY = "one\ntwo\n\nlast\0\255"
local PLAIN = "HTTP/1.1 200 OK\r\nContent-Length: " .. #BODY .. "\r\n\r\n" .. BODY
local CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\none\nt\r\n9\r\nwo\n\nlast\0\r\n" ..
    "1\r\n\255\r\n0\r\nX-T: done\r\n\r\n"

-- A response of each kind from a real connection.
local function each(f)
    for _, answer in ipairs { PLAIN, CHUNKED, "HTTP/1.1 200 OK\r\n\r\n" .. BODY } do
        local conn = support.connect(answer)
        assert(conn:request("GET", "/"))
        f(assert(conn:getresponse()), answer)
    end
end

TestReading["test C-87 C-89 C-96: all of it, by numbers, and the end"] = function()
    each(function(response)
        lu.assertEquals(response:read(), BODY)
        lu.assertEquals(response:read("a"), "")
    end)
    each(function(response)
        lu.assertEquals(response:read(0), "")
        lu.assertEquals(response:read(5), "one\nt")
        lu.assertEquals(response:read(100), BODY:sub(6))
        lu.assertNil(response:read(1))
        lu.assertEquals(select("#", response:read(1)), 1)
        lu.assertTrue(response.complete)
    end)
end

TestReading["test C-91: read1, peek, readline, lines"] = function()
    each(function(response)
        lu.assertEquals(response:peek():sub(1, 1), "o")
        lu.assertEquals(response:read1(2), "on")
        lu.assertEquals(response:readline(), "e\n")
        lu.assertEquals(response:readline(2), "tw")
        lu.assertEquals(response:read("L"), "o\n")
        lu.assertEquals(response:read("*l"), "")
        lu.assertEquals(response:read("l"), "last\0\255")
        lu.assertNil(response:readline())
        lu.assertNil(response:peek())
        lu.assertNil(response:read1())
    end)
    each(function(response)
        local lines = {}
        for line in response:lines() do
            lines[#lines + 1] = line
        end
        lu.assertEquals(lines, { "one", "two", "", "last\0\255" })
    end)
    each(function(response)
        local lines = {}
        for line in response:lines("L") do
            lines[#lines + 1] = line
        end
        lu.assertEquals(table.concat(lines), BODY)
    end)
end

TestReading["test C-91: a line longer than any block"] = function()
    local long = ("x"):rep(200000)
    local conn = support.connect("HTTP/1.1 200 OK\r\n\r\n" .. long .. "\n" .. "y")
    assert(conn:request("GET", "/"))
    local response = assert(conn:getresponse())
    lu.assertEquals(response:readline(), long .. "\n")
    lu.assertEquals(response:readline(), "y")
end

TestReading["test C-83 C-99 C-100 C-131: fields, trailers, the head as it came, what is left"] = function()
    local conn = support.connect("HTTP/1.0 299 \228h\r\nSet-Cookie: a\r\nX: 1\r\nset-cookie: b\r\n" ..
        "Transfer-Encoding: chunked\r\n\r\n1\r\nz\r\n0\r\nX-T: done\r\n\r\n")
    assert(conn:request("GET", "/where"))
    local response = assert(conn:getresponse())
    lu.assertEquals({ response.status, response.reason, response.version }, { 299, "\228h", 10 })
    lu.assertEquals(response:getheader("SET-COOKIE"), "a, b")
    lu.assertEquals(response.msg:get_all("set-cookie"), { "a", "b" })
    lu.assertEquals(response:getheader("none", { "p", "q" }), "p, q")
    lu.assertEquals(response:getheader("none", "p"), "p")
    lu.assertNil(response:getheader("none"))
    lu.assertEquals(response:getheaders()[2], { "X", "1" })
    lu.assertStrContains(response.raw_head, "HTTP/1.0 299 \228h\r\nSet-Cookie: a\r\n")
    lu.assertNil(response.remaining)
    lu.assertEquals(response.trailers:count(), 0)
    lu.assertTrue(response.will_close)
    lu.assertEquals(response:read(), "z")
    lu.assertEquals(response.trailers["x-t"], "done")
    lu.assertErrorMsgContains("InvalidState", response.headers.add, response.headers, "A", "b")
    local headers = response.headers
    response, conn = nil, nil
    collectgarbage()
    collectgarbage()
    lu.assertEquals(headers.x, "1", "fields outlive what they are from")
end

TestReading["test C-122: interim responses"] = function()
    local conn = support.connect("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" .. PLAIN)
    assert(conn:request("GET", "/"))
    lu.assertEquals(conn.interim, {})
    local response = assert(conn:getresponse())
    lu.assertEquals(#response.interim, 1)
    lu.assertEquals(response.interim[1].status, 103)
    lu.assertEquals(response.interim[1].headers.link, "</a>")
    local carried = support.answered("HTTP/1.1 103 E\r\nLink: x\r\n\r\n")
    lu.assertNil((carried:getresponse()))
    lu.assertEquals(carried.interim[1].status, 103)
    lu.assertEquals(carried.interim[1].headers.link, "x")
end

TestReading["test C-91: ltn12 sources, files and sinks take the body"] = function()
    each(function(response)
        local parts = {}
        assert(ltn12.pump.all(response:source(), (ltn12.sink.table(parts))))
        lu.assertEquals(table.concat(parts), BODY)
    end)
    each(function(response)
        local parts = {}
        lu.assertEquals(response:dump((ltn12.sink.table(parts))), #BODY)
        lu.assertEquals(table.concat(parts), BODY)
    end)
    each(function(response)
        local name = os.tmpname()
        local file = assert(io.open(name, "wb"))
        lu.assertEquals(response:dump(file), #BODY)
        file:close()
        file = io.open(name, "rb")
        lu.assertEquals(file:read("*a"), BODY)
        file:close()
        os.remove(name)
    end)
end

TestReading["test C-87 T-26: a maximum stops reading, and reading goes on"] = function()
    each(function(response)
        local data, _, code, err = response:read("a", 4)
        lu.assertNil(data)
        lu.assertEquals(code, http.E_TOO_LARGE)
        lu.assertIs(err.class, http.TooLarge)
        lu.assertEquals(response:read("a", 1000), BODY)
    end)
end

TestReading["test C-97 C-26 C-139: closing cuts off, and says so; 5.4 closes by itself"] = function()
    local conn = support.connect("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
    assert(conn:request("GET", "/"))
    local response = assert(conn:getresponse())
    lu.assertEquals(response:read(2), "ab")
    conn:close()
    local data, _, code, err = response:read()
    lu.assertNil(data)
    lu.assertTrue(err:is("IncompleteRead"))
    lu.assertIs(err.class, http.errors_by_code[code])
    if support.has_close then
        local run = assert(load [[
            local conn = ...
            local kept
            do
                local conn <close> = conn
                assert(conn:request("GET", "/chunked"))
                kept = assert(conn:getresponse())
                for chunk in kept:chunks(3) do break end
                assert(kept.closed and not kept.complete)
                assert(conn:request("GET", "/chunked"))
                local response <close> = assert(conn:getresponse())
            end
            assert(not conn.is_open)
        ]])
        run(support.plain())
    end
end

TestReading["test C-125: after 101 the stream takes over, unread bytes first"] = function()
    local port = support.peer("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello", "WAIT")
    local conn = assert(http.HTTPConnection("127.0.0.1", port, { timeout = support.patience }))
    assert(conn:request("GET", "/", nil, { Upgrade = "x", Connection = "upgrade" }))
    local response = assert(conn:getresponse())
    lu.assertEquals(response.status, 101)
    local stream = assert(response:stream())
    lu.assertEquals(stream:read(), "hello")
    lu.assertEquals(type(stream:fileno()), "number")
    lu.assertTrue(stream:write("GET / HTTP/1.1\r\n\r\n!"))
    lu.assertTrue(stream:shutdown_write())
    lu.assertNil(stream:read())
    lu.assertNil(stream.last_error)
    lu.assertTrue(stream:close())
    lu.assertErrorMsgContains("InvalidState", response.stream, response)

    conn = support.connect("HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nrest")
    assert(conn:request("GET", "/", nil, { Upgrade = "x", Connection = "upgrade" }))
    stream = assert(assert(conn:getresponse()):stream())
    local fd, rest = stream:detach_fd()
    lu.assertTrue(fd >= 0)
    lu.assertEquals(rest, "rest")
    local adopter = assert(http.HTTPConnection(nil, nil, { fd = fd }))
    lu.assertEquals(adopter:fileno(), fd)
    adopter:close()
end
