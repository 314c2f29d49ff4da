-- SPDX-License-Identifier: MIT
-- What the tests share: the C functions counted, a scripted peer in a thread of its own, carried
-- connections, temporary files.
local support = {}

-- Each C function that is called is noted; see test_reach.lua.
support.called = {}
do
    local core = require "libhttp.core"
    support.core = core
    package.loaded["libhttp.core"] = setmetatable({}, { __index = function(counted, name)
        local value = core[name]
        if type(value) == "function" then
            local f = value
            value = function(...)
                support.called[name] = true
                return f(...)
            end
            rawset(counted, name, value)
        elseif value ~= nil then
            -- A class: its constructor.
            local class = value
            value = function(...)
                support.called[name .. "_new"] = true
                return class(...)
            end
            rawset(counted, name, value)
        end
        return value
    end })
end

local cqueues = require "cqueues"
local socket = require "cqueues.socket"
local thread = require "cqueues.thread"
support.http = require "libhttp"
support.has_close = _VERSION == "Lua 5.4"
support.yields_in_for = _VERSION ~= "Lua 5.1" or rawget(_G, "jit") ~= nil
-- In seconds: what has not come by then never will, however slow the machine is.
support.patience = 120
support.sanitized = (os.getenv "LD_PRELOAD" or ""):find("san") ~= nil

-- Runs in another Lua state: nothing of this one is to be seen there.
local function serve(control, ...)
    local cq_socket = require "cqueues.socket"
    local listener = cq_socket.listen("127.0.0.1", 0)
    listener:listen()
    local _, _, port = listener:localname()
    control:setmode("b", "b")
    control:write(port, "\n")
    control:flush()
    local peer = listener:accept()
    peer:setmode("b", "bf")
    local got = {}
    for index = 1, select("#", ...) do
        local reply = (select(index, ...))
        local early = reply:sub(1, 6) == "EARLY "
        local length, chunked = 0, false
        repeat
            local line = peer:read("*L")
            got[#got + 1] = line
            if line then
                length = tonumber(line:lower():match("^content%-length: *(%d+)")) or length
                chunked = chunked or line:lower():find("^transfer%-encoding: chunked") ~= nil
            end
        until not line or line == "\r\n"
        if early then
            reply, length, chunked = reply:sub(7), 0, false
        end
        if length > 0 then
            got[#got + 1] = peer:read(length)
        end
        while chunked do
            local line = peer:read("*L")
            got[#got + 1] = line
            chunked = line ~= nil and line ~= "0\r\n"
        end
        if reply == "WAIT" then
            peer:read(1)
        else
            peer:write(reply)
            peer:flush()
        end
    end
    peer:close()
    got = table.concat(got)
    control:write(#got, "\n", got)
    control:flush()
    control:close()
end

--- Starts a peer that gives these replies, one a request, and closes. "WAIT" is none at all.
-- "EARLY " before a reply: it is given before the body has come.
-- @return its port, and a function that gives what it has received
function support.peer(...)
    local _, control = thread.start(serve, ...)
    control:setmode("b", "b")
    local port = tonumber(control:read("*l"))
    return port, function()
        local count = tonumber(control:read("*l"))
        return count == 0 and "" or control:read(count)
    end
end

--- A connection to such a peer.
function support.connect(...)
    local port, received = support.peer(...)
    return assert(support.http.HTTPConnection("127.0.0.1", port, { timeout = support.patience })), received
end

--- A carried connection that has sent this request and got this answer (and then an end, if eof).
function support.answered(answer, eof, method, options)
    options = options or {}
    options.carried = true
    local conn = assert(support.http.HTTPConnection("h", nil, options))
    local ok, _, code = conn:request(method or "GET", "/")
    assert(ok or code == support.http.AGAIN)
    support.drain(conn)
    if answer ~= "" then
        assert(conn:feed(answer) == #answer)
    end
    if eof then
        conn:feed_eof()
    end
    return conn
end

--- What a carried connection has to send.
function support.drain(conn)
    local sent = {}
    while true do
        local data = conn:take()
        if not data then
            return table.concat(sent)
        end
        sent[#sent + 1] = data
        conn:took(#data)
    end
end

--- Runs functions as coroutines of one cqueues loop, and throws what one of them throws.
function support.loop(...)
    local loop = cqueues.new()
    for index = 1, select("#", ...) do
        loop:wrap((select(index, ...)))
    end
    assert(loop:loop(support.patience))
    assert(loop:empty(), "a coroutine still waits")
end

--- A file with this text, open for reading at its start, and its name.
function support.file(text)
    local name = os.tmpname()
    local file = assert(io.open(name, "wb"))
    file:write(text)
    file:close()
    return assert(io.open(name, "rb")), name
end

function support.pair()
    return socket.pair()
end

local function part(url)
    return assert(support.http.parse_url(url))
end
support.http_at = part(os.getenv "EXAMPLE_HTTP")
support.https_at = part(os.getenv "EXAMPLE_HTTPS")
support.ca = os.getenv "EXAMPLE_CA"

--- Connections to the example server.
function support.plain(options)
    return assert(support.http.HTTPConnection(support.http_at.host, support.http_at.port,
        options or { timeout = support.patience }))
end

function support.encrypted(options)
    options = options or {}
    options.ca_file = options.ca_file or not options.tls and support.ca or nil
    options.timeout = options.timeout or support.patience
    return assert(support.http.HTTPSConnection("localhost", support.https_at.port, options))
end

return support
