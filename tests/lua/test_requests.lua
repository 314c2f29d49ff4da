-- SPDX-License-Identifier: MIT
-- What is sent: heads and bodies, as a peer has received them.
local lu = require "luaunit"
local ltn12 = require "ltn12"
local support = require "support"
local http = support.http

TestRequests = {}
local CREATED = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"

-- What a peer gets of a request.
local function sent(...)
    local conn, received = support.connect(CREATED)
    lu.assertTrue(assert(conn:request(...)))
    lu.assertEquals(assert(conn:getresponse()).status, 201)
    return received()
end

TestRequests["test C-28 C-33 C-37 C-43: fields as a table and as ordered pairs"] = function()
    local head = sent("GET", "/a?b", nil, { { "X-B", "1" }, { "X-A", 2 }, Accept = "*/*", ["X-C"] = { "3", "4" } })
    lu.assertStrMatches(head, "GET /a%?b HTTP/1%.1\r\nHost: 127%.0%.0%.1:%d+\r\n" ..
        "Accept%-Encoding: identity\r\nX%-B: 1\r\nX%-A: 2\r\nAccept: %*/%*\r\nX%-C: 3\r\nX%-C: 4\r\n\r\n")
end

TestRequests["test C-44 C-45: no body and an empty one are two things"] = function()
    lu.assertNotStrContains(sent("GET", ""), "Content-Length")
    lu.assertStrContains(sent("POST", "/"), "Content-Length: 0\r\n")
    lu.assertStrContains(sent("GET", "/", ""), "Content-Length: 0\r\n")
end

TestRequests["test C-45: bytes are bytes: NUL, 0xff, and all the others"] = function()
    local bytes = {}
    for byte = 0, 255 do
        bytes[#bytes + 1] = string.char(byte)
    end
    bytes = table.concat(bytes):rep(7)
    local got = sent("PUT", "/", bytes, { ["X-Latin"] = "\228\246" })
    lu.assertStrContains(got, "Content-Length: 1792\r\nX-Latin: \228\246\r\n")
    lu.assertEquals(got:sub(-#bytes), bytes)
end

TestRequests["test C-46 C-130: a file goes by its descriptor, from where it stands"] = function()
    local file, name = support.file("skipped" .. ("0123456789"):rep(1000))
    lu.assertEquals(file:read(7), "skipped")
    local got = sent("PUT", "/", file)
    lu.assertStrContains(got, "Content-Length: 10000\r\n")
    lu.assertEquals(got:sub(-10000), ("0123456789"):rep(1000))
    lu.assertNil(file:read(1), "what stdio had read ahead is not given again")
    lu.assertEquals(file:seek(), 10007)
    file:close()
    os.remove(name)
    local pipe = io.popen("printf abc")
    got = sent("PUT", "/", pipe)
    pipe:close()
    lu.assertStrContains(got, "Transfer-Encoding: chunked\r\n")
    lu.assertStrContains(got, "\r\n\r\n3\r\nabc\r\n0\r\n")
end

TestRequests["test C-50 C-130: iterators, ltn12 sources and readers are streamed in chunks"] = function()
    local pieces = { "ab", "", "c\0\255" }
    local index = 0
    local got = sent("PUT", "/", function()
        index = index + 1
        return pieces[index]
    end)
    lu.assertStrContains(got, "2\r\nab\r\n3\r\nc\0\255\r\n0\r\n")
    got = sent("PUT", "/", ltn12.source.string("from ltn12"))
    lu.assertStrContains(got, "a\r\nfrom ltn12\r\n0\r\n")
    local left = 3
    got = sent("PUT", "/", { read = function()
        left = left - 1
        return left > 0 and "x" or nil
    end })
    lu.assertStrContains(got, "1\r\nx\r\n1\r\nx\r\n0\r\n")
    got = sent("PUT", "/", pieces)
    lu.assertStrContains(got, "Content-Length: 5\r\n")
    lu.assertStrContains(got, "\r\n\r\nabc\0\255")
end

TestRequests["test C-47 C-50: a length that is known, trailers, and a length that is wrong"] = function()
    local got = sent("PUT", "/", ltn12.source.string("12345"), nil, { length = 5 })
    lu.assertStrContains(got, "Content-Length: 5\r\n")
    lu.assertStrContains(got, "\r\n\r\n12345")
    local conn, received = support.connect(CREATED)
    assert(conn:request("PUT", "/", "abc", nil, { trailers = { Digest = "x" } }))
    assert(conn:getresponse())
    lu.assertStrContains(received(), "3\r\nabc\r\n0\r\n")
    conn = support.connect(CREATED)
    local ok, _, code, err = conn:request("PUT", "/", ltn12.source.string("123"), nil, { length = 5 })
    lu.assertNil(ok)
    lu.assertEquals(code, http.E_BODY_LENGTH)
    lu.assertIs(err.class, http.BodyLength)
    conn:close()
end

TestRequests["test C-39 C-53: step by step, and a field on two lines"] = function()
    local conn, received = support.connect(CREATED)
    lu.assertEquals(conn.state, http.STATE_IDLE)
    assert(conn:putrequest("PUT", "/", { skip_host = true, skip_accept_encoding = true }))
    lu.assertEquals(conn.state, http.STATE_REQUEST_STARTED)
    assert(conn:putheader("Content-Length", 6))
    assert(conn:putheader("X", "one", "two"))
    assert(conn:endheaders())
    assert(conn:flush())
    assert(conn:send("abc"))
    assert(conn:send { "de", "f" })
    assert(conn:finish())
    assert(conn:getresponse())
    lu.assertEquals(received(), "PUT / HTTP/1.1\r\nContent-Length: 6\r\nX: one\r\n\ttwo\r\n\r\nabcdef")
end

TestRequests["test C-39 T-1: of several values all are put, or none"] = function()
    local conn, received = support.connect(CREATED)
    assert(conn:putrequest("GET", "/"))
    for _, bad in ipairs { "c\r\nd", "\0", {} } do
        lu.assertFalse((pcall(conn.putheader, conn, "X", "a", "b", bad)))
    end
    assert(conn:endheaders())
    assert(conn:getresponse())
    lu.assertNotStrContains(received(), "X: a")
end

TestRequests["test C-48 C-50: an ltn12 sink, and a body given to endheaders"] = function()
    local conn, received = support.connect(CREATED)
    assert(conn:putrequest("PUT", "/"))
    assert(conn:endheaders(nil, { encode_chunked = true }))
    assert(ltn12.pump.all(ltn12.source.string(("y"):rep(5000)), conn:sink()))
    assert(conn:getresponse())
    local got = received()
    lu.assertStrContains(got, "Transfer-Encoding: chunked\r\n")
    lu.assertStrContains(got, "800\r\n" .. ("y"):rep(2048) .. "\r\n")
    conn, received = support.connect(CREATED)
    assert(conn:putrequest("PUT", "/"))
    assert(conn:endheaders("z", { encode_chunked = true }))
    assert(conn:getresponse())
    lu.assertStrContains(received(), "\r\n\r\n1\r\nz\r\n0\r\n")
    conn, received = support.connect(CREATED)
    assert(conn:putrequest("PUT", "/"))
    assert(conn:putheader("Content-Length", 3))
    assert(conn:endheaders("ab"))
    assert(conn:send("c"))
    assert(conn:getresponse())
    lu.assertStrContains(received(), "\r\n\r\nabc")
end

TestRequests["test C-48: with its own Transfer-Encoding a body goes as it is, or in chunks if asked for"] = function()
    local own = { ["Transfer-Encoding"] = "chunked" }
    local file, path = support.file("abc")
    for _, body in ipairs { "abc", { "abc" }, file, ltn12.source.string("abc") } do
        local conn, received = support.connect(CREATED)
        assert(conn:request("PUT", "/", body, own, { encode_chunked = true }))
        assert(conn:getresponse())
        local got = received()
        lu.assertStrContains(got, "Accept-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n")
    end
    file:close()
    os.remove(path)
    local conn, received = support.connect(CREATED)
    assert(conn:request("PUT", "/", "3\r\nabc\r\n0\r\n\r\n", own))
    assert(conn:getresponse())
    lu.assertStrContains(received(), "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n")
    conn, received = support.connect(CREATED)
    assert(conn:request("PUT", "/", "abc", { ["Content-Length"] = 3 }, { encode_chunked = true }))
    assert(conn:getresponse())
    lu.assertStrContains(received(), "Content-Length: 3\r\n\r\nabc")
end

TestRequests["test C-130: 100 MB in one string, and 20 MB from a function"] = function()
    local conn = support.plain()
    assert(conn:request("PUT", "/", ("x"):rep(100 * 1000 * 1000)))
    lu.assertEquals(assert(conn:getresponse()):read(), "received 100000000 bytes\n")
    local piece, left = ("y"):rep(100000), 200
    assert(conn:request("PUT", "/", function()
        left = left - 1
        return left >= 0 and piece or nil
    end))
    lu.assertEquals(assert(conn:getresponse()):read(), "received 20000000 bytes\n")
end

TestRequests["test C-124 C-54: an early answer stops the upload and is the answer"] = function()
    local port = support.peer("EARLY HTTP/1.1 413 Too Much\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    local conn = assert(http.HTTPConnection("127.0.0.1", port, { timeout = support.patience }))
    local pieces = 0
    assert(conn:request("PUT", "/", function()
        pieces = pieces + 1
        return pieces < 100000 and ("z"):rep(10000) or nil
    end, { ["Content-Length"] = "999990000" }))
    lu.assertEquals(assert(conn:getresponse()).status, 413)
    lu.assertTrue(pieces < 100000)
end

TestRequests["test C-23: a source that fails or throws leaves a connection that can be used"] = function()
    local conn = support.plain()
    local ok, message = conn:request("PUT", "/", function()
        return nil, "out of parrots"
    end)
    lu.assertNil(ok)
    lu.assertStrContains(message, "out of parrots")
    lu.assertErrorMsgContains("thrown", conn.request, conn, "PUT", "/", function()
        error("thrown")
    end)
    lu.assertErrorMsgContains("not a string", conn.request, conn, "PUT", "/", function()
        return 5
    end)
    assert(conn:request("GET", "/"))
    lu.assertEquals(assert(conn:getresponse()).status, 200)
end

TestRequests["test T-2 C-29 C-30: a method or target that could be two is refused"] = function()
    local conn = assert(http.HTTPConnection("127.0.0.1", 9))
    for _, target in ipairs { "/ HTTP/1.1\r\nX: y", "/\0", "/#" } do
        local ok, _, code = conn:request("GET", target)
        lu.assertNil(ok)
        lu.assertEquals(code, http.E_INVALID_URL)
    end
    lu.assertErrorMsgContains("InvalidArgument", conn.request, conn, "GET\r\n", "/")
    lu.assertErrorMsgContains("InvalidArgument", conn.request, conn, "G\0", "/")
    lu.assertFalse(conn.is_open)
end

TestRequests["test C-130: 100 MB from a string, a file and a source"] = function()
    local block = ("0123456789abcdef"):rep(65536)
    local size = 100 * #block
    local conn = support.plain()
    local function received(body, options)
        assert(conn:request("PUT", "/", body, nil, options))
        lu.assertEquals(assert(conn:getresponse()):read(), ("received %.0f bytes\n"):format(size))
    end
    received(block:rep(100))
    local file = io.tmpfile()
    for _ = 1, 100 do
        file:write(block)
    end
    file:seek("set")
    received(file)
    file:close()
    local left = 100
    received(function()
        left = left - 1
        return left >= 0 and block or nil
    end)
end
