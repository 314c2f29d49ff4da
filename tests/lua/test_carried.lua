-- SPDX-License-Identifier: MIT
-- Carried mode: no descriptor, the bytes are passed by hand.
local lu = require "luaunit"
local support = require "support"
local http = support.http

TestCarried = {}

TestCarried["test C-127: bytes are taken and fed"] = function()
    local conn = assert(http.HTTPConnection("h", nil, { carried = true }))
    local _, _, code = conn:request("GET", "/x")
    lu.assertTrue(code == nil or code == http.AGAIN)
    lu.assertEquals(conn:take(), "GET /x HTTP/1.1\r\nHost: h\r\nAccept-Encoding: identity\r\n\r\n")
    lu.assertTrue(conn:took(4))
    lu.assertEquals(support.drain(conn), "/x HTTP/1.1\r\nHost: h\r\nAccept-Encoding: identity\r\n\r\n")
    lu.assertNil(conn:take())
    local response
    response, _, code = conn:getresponse()
    lu.assertNil(response)
    lu.assertEquals(code, http.AGAIN)
    lu.assertEquals(conn:events(), "r")
    lu.assertNil(conn:pollfd())
    for byte in ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\0\255"):gmatch(".") do
        lu.assertEquals(conn:feed(byte), 1)
    end
    response = assert(conn:getresponse())
    lu.assertEquals(response:read(), "a\0\255")
    lu.assertTrue(conn:feed_eof())
    lu.assertErrorMsgContains("InvalidState", conn.feed, conn, "x")
    lu.assertErrorMsgContains("InvalidArgument", conn.took, conn, 5)
    local plain = support.plain()
    lu.assertErrorMsgContains("InvalidState", plain.feed, plain, "x")
    lu.assertErrorMsgContains("InvalidState", plain.take, plain)
end

TestCarried["test C-88: what is there is given, AGAIN where nothing is"] = function()
    local conn = support.answered("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nab")
    local response = assert(conn:getresponse())
    lu.assertEquals(response:read(6), "ab")
    local data, message, code = response:read(6)
    lu.assertNil(data)
    lu.assertEquals(type(message), "string")
    lu.assertEquals(code, http.AGAIN)
    conn:feed("c\nde")
    lu.assertEquals(response:readline(), "c\n")
    _, _, code = response:readline()
    lu.assertTrue(code == http.AGAIN or code == nil)
    lu.assertEquals(response.remaining + (conn:feed_eof() and 0), response.remaining)
end

TestCarried["test C-127: send gives how many bytes were taken"] = function()
    local conn = assert(http.HTTPConnection("h", { carried = true }))
    assert(conn:putrequest("PUT", "/"))
    assert(conn:putheader("Content-Length", 3))
    assert(conn:endheaders())
    lu.assertEquals(conn:send("abc"), 3)
    local ok, _, code = conn:finish()
    lu.assertTrue(ok or code == http.AGAIN)
    lu.assertStrContains(support.drain(conn), "\r\n\r\nabc")
    conn:feed("HTTP/1.1 204 N\r\n\r\n")
    lu.assertEquals(assert(conn:getresponse()).status, 204)
end
