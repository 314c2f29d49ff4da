-- SPDX-License-Identifier: MIT
-- Errors: their classes, and what each carries.
local lu = require "luaunit"
local support = require "support"
local http = support.http

TestErrors = {}

-- What getresponse gives for this answer.
local function failure(answer, options)
    local conn = support.answered(answer, true, "GET", options)
    local response, message, code, err = conn:getresponse()
    lu.assertNil(response)
    lu.assertEquals(message, err.message)
    lu.assertEquals(code, err.code)
    return err, conn
end

TestErrors["test C-107 C-108: the classes are those of the seed, and inherit as there"] = function()
    for name, parent in pairs {
        NotConnected = "HTTPException", InvalidURL = "HTTPException", UnknownProtocol = "HTTPException",
        UnknownTransferEncoding = "HTTPException", UnimplementedFileMode = "HTTPException",
        IncompleteRead = "HTTPException", ImproperConnectionState = "HTTPException",
        CannotSendRequest = "ImproperConnectionState", CannotSendHeader = "ImproperConnectionState",
        ResponseNotReady = "ImproperConnectionState", BadStatusLine = "HTTPException",
        LineTooLong = "HTTPException", RemoteDisconnected = "BadStatusLine",
    } do
        lu.assertIs(http[name].parent, http[parent], name)
        lu.assertTrue(http[name]:is(http.HTTPException))
        lu.assertTrue(http.is(http[name].code, parent))
        lu.assertFalse(http[parent]:is(http[name]))
        lu.assertEquals(tostring(http[name]), name)
    end
    lu.assertNil(http.HTTPException.parent)
    lu.assertFalse(http.is("OSError", http.HTTPException))
    lu.assertErrorMsgContains("wanted", http.is, {}, "OSError")
end

TestErrors["test C-107: each line of the library's table is a class, and nothing else is"] = function()
    local core, known = support.core, {}
    for index = 0, core.error_count() - 1 do
        local code = core.error_at(index)
        local name, parent = core.error_name(code), core.error_parent(code)
        known[name] = true
        lu.assertEquals(http[name].code, code, name)
        lu.assertEquals(http[name].description, core.error_description(code))
        lu.assertEquals(http[name].parent and http[name].parent.code or 0, parent, name)
    end
    for name, value in pairs(http) do
        if type(value) == "table" and rawget(value, "code") then
            lu.assertTrue(known[name], name)
        end
    end
end

TestErrors["test C-65 C-64 C-67: the bad line, the version, the peer that went"] = function()
    local err = failure("parrot\r\n\r\n")
    lu.assertIs(err.class, http.BadStatusLine)
    lu.assertEquals(err.line, "parrot")
    lu.assertStrContains(tostring(err), "BadStatusLine: ")
    lu.assertStrContains("x" .. err, "parrot")
    err = failure("HTTP/2.0 200 OK\r\n\r\n")
    lu.assertIs(err.class, http.UnknownProtocol)
    lu.assertStrContains(err.version, "HTTP/2.0")
    err = failure("")
    lu.assertIs(err.class, http.RemoteDisconnected)
    lu.assertTrue(err:is(http.BadStatusLine))
    lu.assertEquals(err.errno, 104)
    err = failure("HTTP/1.1 200 OK\r\nA b\r\n\r\n")
    lu.assertIs(err.class, http.BadHeader)
    lu.assertEquals(err.line, "A b")
    lu.assertIs(failure("HTTP/1.1 200 OK\r\nA: b\r\nB: c\r\n\r\n", { max_headers = 1 }).class, http.TooManyHeaders)
    lu.assertIs(failure("HTTP/1.1 200 OK\r\nAAAAAAAAAAAAA: b\r\n\r\n", { max_line = 10 }).class, http.LineTooLong)
    lu.assertIs(failure("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n").class, http.BadContentLength)
    lu.assertIs(failure("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n").class, http.UnknownTransferEncoding)
end

TestErrors["test C-87 C-88: a body cut off tells what came and how much did not"] = function()
    local conn = support.answered("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", true)
    local response = assert(conn:getresponse())
    local data, message, code, err = response:read()
    lu.assertNil(data)
    lu.assertEquals(type(message), "string")
    lu.assertEquals(code, http.E_INCOMPLETE_READ)
    lu.assertEquals(err.partial, "abc")
    lu.assertEquals(err.expected, 6)
    lu.assertEquals(response.missing, 6)
    lu.assertFalse(response.complete)
    lu.assertTrue(response.last_error:is("IncompleteRead"))

    for _, maximum in ipairs { false, 1000 } do
        conn = support.connect("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
        assert(conn:request("GET", "/"))
        data, _, code, err = assert(conn:getresponse()):read("a", maximum or nil)
        lu.assertEquals({ data, code, err.partial, err.expected }, { nil, http.E_INCOMPLETE_READ, "abc", 6 })
    end

    conn = support.connect("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
    assert(conn:request("GET", "/"))
    response = assert(conn:getresponse())
    lu.assertEquals(response:read(5), "abc", "what came first")
    data, _, code = response:read(5)
    lu.assertNil(data)
    lu.assertEquals(code, http.E_INCOMPLETE_READ)

    for _, way in ipairs { "chunks", "lines" } do
        conn = support.answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na\nb\r\n", true)
        response = assert(conn:getresponse())
        local got = ""
        local ok, thrown = pcall(function()
            for piece in response[way](response) do
                got = got .. piece
            end
        end)
        lu.assertFalse(ok, "a loop over a body that was cut off never ends like over a whole one")
        lu.assertTrue(thrown:is(http.IncompleteRead))
        lu.assertEquals(got:sub(1, 1), "a")
    end
    conn = support.answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
    _, _, _, err = assert(conn:getresponse()):read()
    lu.assertIs(err.class, http.BadChunk)
    conn = support.answered("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", true)
    local source = assert(conn:getresponse()):source()
    lu.assertEquals(source(), "a")
    local chunk, text = source()
    lu.assertNil(chunk)
    lu.assertEquals(type(text), "string")
end

TestErrors["test C-16 C-17 C-18: what the state doesn't allow is thrown"] = function()
    local conn = support.plain()
    local function thrown(class, f, ...)
        local ok, err = pcall(f, conn, ...)
        lu.assertFalse(ok)
        lu.assertIs(err.class, class)
        lu.assertTrue(err:is("ImproperConnectionState"))
    end
    thrown(http.ResponseNotReady, conn.getresponse)
    thrown(http.CannotSendHeader, conn.putheader, "A", "b")
    thrown(http.CannotSendHeader, conn.endheaders)
    thrown(http.CannotSendHeader, conn.send, "x")
    assert(conn:putrequest("GET", "/"))
    thrown(http.CannotSendRequest, conn.putrequest, "GET", "/")
    thrown(http.CannotSendRequest, conn.request, "GET", "/")
    assert(conn:endheaders())
    assert(assert(conn:getresponse()):read())
    thrown(http.InvalidState, conn.connect)
end

TestErrors["test C-25 C-108: no connection, no name, nobody there"] = function()
    local conn = assert(http.HTTPConnection("127.0.0.1", 1, { auto_open = false }))
    local ok, _, code = conn:request("GET", "/")
    lu.assertNil(ok)
    lu.assertEquals(code, http.E_NOT_CONNECTED)
    local _, _, _, err = conn:connect()
    lu.assertIs(err.class, http.OSError)
    lu.assertEquals(err.errno, 111)
    conn = assert(http.HTTPConnection("nowhere.invalid"))
    _, _, _, err = conn:request("GET", "/")
    lu.assertIs(err.class, http.NameResolutionError)
    lu.assertIs(conn.last_error.class, http.NameResolutionError)
    conn = assert(http.HTTPConnection(nil, nil, { unix = "/nowhere/socket" }))
    _, _, _, err = conn:request("GET", "/")
    lu.assertEquals(err.errno, 2)
end

TestErrors["test C-2 C-6 C-7 T-3: hosts and ports that can't be"] = function()
    for _, host in ipairs { "h:x", "h:", "a b", "u@h", "http://h", "[::1", "h\n", "h\0x" } do
        local conn, message, code, err = http.HTTPConnection(host)
        lu.assertNil(conn, host)
        lu.assertEquals(type(message), "string")
        lu.assertEquals(code, http.E_INVALID_URL)
        lu.assertIs(err.class, http.InvalidURL)
    end
    lu.assertNil((http.HTTPConnection("h", -1)))
    lu.assertNil((http.HTTPConnection("h", 65536)))
    local conn = assert(http.HTTPConnection("[::1]:81"))
    lu.assertEquals({ conn.host, conn.port }, { "::1", 81 })
    lu.assertEquals(assert(http.HTTPConnection("h")).port, 80)
    lu.assertEquals(assert(http.HTTPSConnection("h")).port, 443)
end

-- What a door refuses: nothing but NUL (a path), control bytes but TAB (a value), TAB too (credentials), blanks and what is
-- above 0x7f too (all else).
local CONTROL = {}
for byte = 0, 31 do
    if byte ~= 9 then
        CONTROL[#CONTROL + 1] = string.char(byte)
    end
end
CONTROL[#CONTROL + 1] = "\127"
local PATH, VALUE, CREDENTIALS, NAME = { "\0" }, {}, { "\t" }, { "\t", " ", "\128", "\255", "\226\128\168" }
for _, byte in ipairs(CONTROL) do
    for _, bytes in ipairs { VALUE, CREDENTIALS, NAME } do
        bytes[#bytes + 1] = byte
    end
end

local function doors(conn)
    local begun, unset = assert(http.HTTPConnection("127.0.0.1", 9)), assert(http.HTTPConnection("127.0.0.1", 9))
    assert(begun:putrequest("GET", "/"))
    assert(begun:putheader("X", "1"))
    local message = http.Message()
    return {
        { NAME, "host", function(t) return http.HTTPConnection(t) end },
        { NAME, "host beside a port", function(t) return http.HTTPConnection(t, 80) end },
        { NAME, "host over TLS", function(t) return http.HTTPSConnection(t) end },
        { NAME, "tunnel", function(t) return unset:set_tunnel(t, 80) end },
        { NAME, "tunnel option", function(t) return http.HTTPConnection("h", { tunnel = { t, 80 } }) end },
        { NAME, "tunnel's field name", function(t) return unset:set_tunnel("h", 80, { [t] = "v" }) end },
        { VALUE, "tunnel's field", function(t) return unset:set_tunnel("h", 80, { X = t }) end },
        { PATH, "Unix path", function(t) return http.HTTPConnection("h", { unix = "/" .. t }) end },
        { NAME, "source address", function(t) return unset:set_source_address(t, 0) end },
        { NAME, "address", function(t) return http.HTTPConnection("h", { addresses = { t } }) end },
        { NAME, "method", function(t) return conn:request(t, "/") end },
        { NAME, "target", function(t) return conn:request("GET", "/" .. t) end },
        { NAME, "method, begun", function(t) return conn:putrequest(t, "/") end },
        { NAME, "target, begun", function(t) return conn:putrequest("GET", "/" .. t) end },
        { NAME, "field name", function(t) return conn:request("GET", "/", nil, { [t] = "v" }) end },
        { VALUE, "field", function(t) return conn:request("GET", "/", nil, { X = t }) end },
        { VALUE, "field of a pair", function(t) return conn:request("GET", "/", nil, { { "X", t } }) end },
        { VALUE, "Host", function(t) return conn:request("GET", "/", nil, { Host = t }) end },
        { NAME, "name, put", function(t) return begun:putheader(t, "v") end },
        { VALUE, "value, put", function(t) return begun:putheader("X", t) end },
        { VALUE, "second value, put", function(t) return begun:putheader("X", "1", t) end },
        { NAME, "trailer's name", function(t) return conn:request("PUT", "/", "a", nil, { trailers = { [t] = "v" } }) end },
        { VALUE, "trailer", function(t) return conn:request("PUT", "/", "a", nil, { trailers = { X = t } }) end },
        { NAME, "message's name", function(t) return message:add(t, "v") end },
        { VALUE, "message's value", function(t) return message:set("X", t) end },
        { NAME, "URL's host", function(t) return http.parse_url("http://" .. t .. "/") end },
        { NAME, "URL's path", function(t) return http.parse_url("http://h/" .. t) end },
        { CREDENTIALS, "user", function(t) return http.basic_credentials(t, "p") end },
        { CREDENTIALS, "password", function(t) return http.basic_credentials("u", t) end },
    }, begun
end

TestErrors["test T-1 T-2 T-3 T-4 T-5 T-6 T-7: no byte that ends something comes in at any door"] = function()
    local conn = assert(http.HTTPConnection("127.0.0.1", 9))
    local all, begun = doors(conn)
    for _, door in ipairs(all) do
        for _, byte in ipairs(door[1]) do
            for _, text in ipairs { byte .. "b", "a" .. byte .. "b", "a" .. byte } do
                local held, result, _, code = pcall(door[3], text)
                local invalid = held and not result and (code == http.E_INVALID_URL or code == http.E_INVALID_ARGUMENT)
                local raised = not held and (tostring(result):find("InvalidArgument") or tostring(result):find("NUL"))
                lu.assertTrue(invalid or raised and true, ("%s: %q: %s"):format(door[2], text, tostring(result)))
            end
        end
    end
    lu.assertFalse(conn.is_open)
    lu.assertFalse(begun.is_open)
end
