-- SPDX-License-Identifier: MIT
--- A connection: one transaction at a time, as http.client's HTTPConnection and HTTPSConnection.
--
-- What can fail by the network gives `nil, message, code, err`; misuse is thrown.
--
-- Fields to read: host, port, tls, state, open (is_open is the same), response_unread, peer_address,
-- source_address, source_port, address_count, tunnel_host, tunnel_port, tunnel_status,
-- tunnel_reason, tunnel_headers, interim (a list of { status =, headers = }), tls_version,
-- tls_cipher, tls_alpn, tls_resumed, peer_certificate (DER), times (a table of seconds: resolved,
-- connected, handshaken, sent, first_byte, complete), bytes_sent, bytes_received, cancelled, mode,
-- last_error.
--
-- Settings, fields to read and set, with a method set_… each: connect_timeout, idle_timeout,
-- total_timeout, continue_timeout (seconds, false: none), auto_open, keep_alive_probes, strict_reuse
-- (booleans), max_line, max_headers, max_head, max_interim, max_drain, block_size, debuglevel,
-- debug_fd (numbers); and timeout, only to set.
-- @classmod Connection
local body = require "libhttp.body"
local core = require "libhttp.core"
local handle = require "libhttp.handle"
local message = require "libhttp.message"
local response = require "libhttp.response"
local tls = require "libhttp.tls"
local wait = require "libhttp.wait"

local connection = {}
local Connection = handle.class("connection")
local methods, fields = Connection.methods, Connection.fields

local function constant(name)
    local _, value = core.constant_find("LIBHTTP_" .. name)
    return value
end
local DEFAULT_PORT, NONBLOCKING = constant "PORT_DEFAULT", constant "MODE_NONBLOCKING"
local UNKNOWN, OUTPUT_MAX = constant "LENGTH_UNKNOWN", constant "OUTPUT_MAX"
local CHUNKED = constant "LENGTH_CHUNKED"
local SKIP_HOST, SKIP_ENCODING = constant "SKIP_HOST", constant "SKIP_ACCEPT_ENCODING"
local AGAIN = handle.AGAIN
local ENCODE_CHUNKED, E_EARLY = constant "ENCODE_CHUNKED", constant "E_EARLY_RESPONSE"

handle.waiting(Connection)
handle.getters(Connection, [[host port state peer_address address_count tunnel_status
    tunnel_reason tls_version tls_cipher tls_alpn peer_certificate bytes_sent bytes_received mode]])
handle.flags(Connection, "is_open response_unread tls_resumed cancelled")
handle.times(Connection, "timeout connect_timeout idle_timeout total_timeout continue_timeout")
handle.switches(Connection, "auto_open keep_alive_probes strict_reuse")
handle.whole(Connection, [[max_line max_headers max_head max_interim max_drain block_size
    debuglevel debug_fd]])

local ask, answer = core.exchange(Connection.metatable, response.metatable, response.read)

local function of(self)
    return handle.of(Connection, self, 2)
end

-- An error of a tunnel tells what the proxy said.
function methods:_describe(code)
    local err = handle.error_of(self, code)
    if err:is("TunnelFailed") then
        err.status = core.connection_tunnel_status(self._h)
        err.reason = core.connection_tunnel_reason(self._h)
    end
    return err
end

fields.is_open = fields.open
fields.tls = function(self)
    return core.connection_tls(self._h) and self._tls or nil
end
fields.source_address = function(self)
    return (core.connection_source_address(self._h))
end
fields.source_port = function(self)
    local host, port = core.connection_source_address(self._h)
    return host and port or nil
end
fields.tunnel_host = function(self)
    return (core.connection_tunnel_host(self._h))
end
fields.tunnel_port = function(self)
    local host, port = core.connection_tunnel_host(self._h)
    return host and port or nil
end
fields.tunnel_headers = function(self)
    return message.copy_of(core.connection_tunnel_headers(self._h))
end
fields.interim = function(self)
    local found = {}
    for index = 0, core.connection_interim_count(self._h) - 1 do
        found[index + 1] = {
            status = core.connection_interim_status(self._h, index),
            headers = message.copy_of(core.connection_interim_headers(self._h, index)),
        }
    end
    return found
end
fields.times = function(self)
    local times = {}
    for _, name in ipairs { "resolved", "connected", "handshaken", "sent", "first_byte", "complete" } do
        local microseconds = core.connection_time(self._h, constant("TIME_" .. name:upper()))
        times[name] = microseconds >= 0 and microseconds / 1e6 or nil
    end
    return times
end

-- A number that is no port is none to C either, but for the one that means "none given".
local function port_of(port, level)
    if port == nil then
        return DEFAULT_PORT
    elseif type(port) ~= "number" or port % 1 ~= 0 then
        error("port: a whole number is wanted", level + 1)
    end
    return port >= 0 and port <= 65535 and port or 65536
end

--- Sets the server.
-- @param host a name, an address, or "host:port" where there is no port
-- @param[opt] port
function methods:set_host(host, port)
    local h = of(self)
    if type(host) ~= "string" then
        error("host: a string is wanted, not a " .. type(host), 2)
    end
    return handle.done(self, core.connection_set_host(h, host, port_of(port, 2)))
end

--- Connects through a Unix-domain socket; nil goes back to TCP.
function methods:set_unix(path)
    return handle.done(self, core.connection_set_unix(of(self), path))
end

--- Adopts a connected socket: the connection owns the descriptor from success on.
function methods:set_fd(fd)
    return handle.done(self, core.connection_set_fd(of(self), fd))
end

--- Carried mode: no descriptor at all. What would wait gives nil, message, http.AGAIN: fetch what is to
-- be sent with `take` and feed what arrives with `feed`, then call again.
function methods:set_carried()
    local status = core.connection_set_carried(of(self))
    if status == 0 then
        self._waits = false
    end
    return handle.done(self, status)
end

--- Speaks TLS by this configuration.
-- @param config a TLSConfig
function methods:set_tls(config)
    local status = core.connection_set_tls(of(self), tls.handle(config))
    if status == 0 then
        self._tls = config
    end
    return handle.done(self, status)
end

--- Goes through a proxy, which is the connection's host, by CONNECT; before it connects.
-- @param host whom to reach through it; nil takes the tunnel back
-- @param[opt] port
-- @param[opt] headers for the proxy only
function methods:set_tunnel(host, port, headers)
    local h = of(self)
    headers = message.handle(headers, 2)
    return handle.done(self, core.connection_set_tunnel(h, host, port_of(port, 2), headers))
end

--- The local address to connect from; nil: any.
function methods:set_source_address(host, port)
    return handle.done(self, core.connection_set_source_address(of(self), host, port or 0))
end

--- Connects to this address, and to others added so: the host isn't looked up.
function methods:add_address(address)
    return handle.done(self, core.connection_add_address(of(self), address))
end

--- Goes back to looking the host up.
function methods:clear_addresses()
    return handle.done(self, core.connection_clear_addresses(of(self)))
end

--- Opens the connection now; requests do it by themselves otherwise.
function methods:connect()
    of(self)
    return handle.done(self, (handle.run(self, core.connection_connect)))
end

-- A body's function may have thrown, or the coroutine been dropped, in the middle of a request: then
-- there is nobody left who could end it, and the connection starts afresh.
local function begin(self)
    local sender = self._sender
    local me = coroutine.running() or "main"
    if sender and (sender == me or type(sender) == "thread" and coroutine.status(sender) == "dead") then
        self:close()
    end
    self._sender = me
end

local function target_of(target, what, level)
    if type(target) ~= "string" then
        error(what .. ": a string is wanted, not a " .. type(target), level + 1)
    end
    return target
end

local function finish(trailers)
    return function(self)
        local status = core.connection_finish(self._h, trailers)
        return status == 0 and handle.run(self, core.connection_flush) or status
    end
end

local function flush(self)
    return (handle.run(self, core.connection_flush))
end

-- A request that is still to leave, or has failed.
local function asked_in_vain(self, status, taken)
    if taken and status == AGAIN then
        begin(self)
        status = flush(self)
        self._sender = false
    end
    return handle.done(self, status == E_EARLY and 0 or status)
end

--- Sends a whole request.
-- @param method "GET"
-- @param target "/index.html"
-- @param[opt] data the body: a string, a file (sent by the kernel, from where it stands), a function or
-- ltn12 source, a list of strings, or anything with a read method
-- @param[opt] headers as for `http.Message`
-- @param[opt] options length (of a body from a function), trailers (fields behind a chunked body),
-- encode_chunked (where headers have their own Transfer-Encoding: the body goes in chunks; else as it is)
-- @return true; or nil, message, code. An early answer of the server is true: getresponse gives it.
function methods:request(method, target, data, headers, options)
    local asked, taken = ask(self, method, target, data, headers, options)
    if asked == 0 then
        return true
    elseif asked then
        return asked_in_vain(self, asked, taken)
    end
    local h = of(self)
    method, target = target_of(method, "method", 2), target_of(target, "target", 2)
    local kind, source, length = body.kind(data, 2)
    headers = message.handle(headers, 2)
    local trailers = options and message.handle(options.trailers, 2)
    local chunked = options and options.encode_chunked and headers and
        core.headers_contains(headers, "Transfer-Encoding") == 1
    begin(self)
    local status
    if kind == "none" or (kind == "string" and #data <= OUTPUT_MAX and not trailers and not chunked) then
        status = core.connection_request(h, method, target, headers, data)
        if status == 0 then
            status = flush(self)
        end
        self._sender = false
        return handle.done(self, status == E_EARLY and 0 or status)
    elseif kind == "file" and not chunked then
        status = core.connection_request_fd(h, method, target, headers, source,
            options and options.length or UNKNOWN)
    else
        length = chunked and CHUNKED or options and options.length or length or
            (kind == "string" and not trailers and #data)
        status = core.connection_request_pieces(h, method, target, headers, length or UNKNOWN)
    end
    if status ~= 0 then
        self._sender = false
        return handle.done(self, status)
    end
    return self:_send_all(kind, source, data, finish(trailers))
end

function methods:_send_all(kind, source, data, ended)
    local ok, text, code, err = body.send(self, kind, source, data, ended)
    self._sender = false
    if ok then
        return true
    end
    return nil, text, code, err
end

--- Begins a request, to be followed by putheader and endheaders.
-- @param method
-- @param target
-- @param[opt] options skip_host, skip_accept_encoding: no such automatic field
function methods:putrequest(method, target, options)
    local h = of(self)
    local skip = 0
    begin(self)
    if options then
        skip = (options.skip_host and SKIP_HOST or 0) +
            (options.skip_accept_encoding and SKIP_ENCODING or 0)
    end
    self._sender = false
    return handle.done(self, core.connection_putrequest(h, target_of(method, "method", 2),
        target_of(target, "target", 2), skip))
end

--- Puts one field.
-- @param name
-- @param value
-- @param ... more values continue it on lines of their own (deprecated by RFC 9112; http.client has it)
function methods:putheader(name, value, ...)
    local h, more = of(self), {}
    name, value = message.name_of(name, 2), message.value_of(value, 2)
    for index = 1, select("#", ...) do
        more[index] = message.value_of((select(index, ...)), 2)
    end
    if more[1] then
        message.new({ { "Continued", more } }, 2) -- all of them can be, or none is put
    end
    local status = core.connection_putheader(h, name, value)
    for index = 1, #more do
        if status == 0 then
            status = core.connection_putheader_continue(h, more[index])
        end
    end
    return handle.done(self, status)
end

--- Ends the head. It leaves with the first send, flush or getresponse.
-- @param[opt] data a body to send with it, of any kind that request takes
-- @param[opt] options encode_chunked: each piece sent becomes a chunk; end them with finish, where no
-- data was given here
function methods:endheaders(data, options)
    local h = of(self)
    local chunked = options and options.encode_chunked
    local kind, source = body.kind(data, 2)
    local status = core.connection_endheaders(h, chunked and ENCODE_CHUNKED or 0)
    if status ~= 0 or kind == "none" then
        return handle.done(self, status)
    end
    begin(self)
    return self:_send_all(kind, source, data, chunked and finish(nil) or flush)
end

--- Sends some of the body.
-- @param data of any kind that request takes
-- @return true (where the connection doesn't wait: how many bytes of a string were taken)
function methods:send(data)
    of(self)
    local kind, source = body.kind(data, 2)
    if kind == "none" then
        error("send: there is nothing to send", 2)
    elseif kind == "string" then
        local status, sent = body.send_string(self, data)
        if not self._waits and (status == 0 or sent > 0) then
            return sent
        end
        return handle.done(self, status)
    end
    begin(self)
    local ok, text, code, err = body.send(self, kind, source, data)
    self._sender = false
    if ok then
        return true
    end
    return nil, text, code, err
end

--- Ends the body: the last chunk, with trailers, where chunks are encoded; else a check of its length.
function methods:finish(trailers)
    local h = of(self)
    local status = core.connection_finish(h, message.handle(trailers, 2))
    return handle.done(self, status == 0 and flush(self) or status)
end

--- Moves what is still to be sent.
function methods:flush()
    of(self)
    return handle.done(self, flush(self))
end

--- An ltn12 sink: what is pumped into it is sent, and its end is the body's.
-- @usage conn:putrequest("PUT", "/x"); conn:putheader("Transfer-Encoding", "chunked")
-- conn:endheaders(nil, { encode_chunked = true }); ltn12.pump.all(source, conn:sink())
function methods:sink()
    of(self)
    return function(chunk, err)
        if chunk == nil then
            if err then
                self:close()
                return nil, err
            end
            return self:finish()
        end
        local ok, text = true, nil
        if chunk ~= "" then
            ok, text = self:send(chunk)
        end
        if not ok then
            return nil, text
        end
        return 1
    end
end

--- Waits for the response.
-- @return a Response; or nil, message, code
function methods:getresponse()
    local r, status = answer(self)
    if r then
        return r
    end
    of(self)
    while status == AGAIN and self._waits do
        wait.once(self)
        r, status = answer(self)
    end
    if r then
        return r
    end
    return handle.fail(self, status)
end

--- Takes a cancel back.
function methods:cancel_reset()
    return handle.done(self, core.connection_cancel_reset(of(self)))
end

--- Frees what an idle connection can do without; it comes back at need.
function methods:trim()
    return handle.done(self, core.connection_trim(of(self)))
end

--- The debug lines kept so far (debug_fd is -1), or nil.
function methods:debug_take()
    local status, text = core.connection_debug_take(of(self))
    if status ~= 0 then
        return handle.fail(self, status)
    end
    return text ~= "" and text or nil
end

--- Carried mode: hands over bytes that arrived.
-- @return how many were taken: feed the rest after the next read
function methods:feed(data)
    local status, taken = core.connection_feed(of(self), data)
    if status ~= 0 then
        return handle.fail(self, status)
    end
    return taken
end

--- Carried mode: the peer has closed.
function methods:feed_eof()
    return handle.done(self, core.connection_feed_eof(of(self)))
end

--- Carried mode: the bytes to send next, or nil. They stay there until took says how many have left.
function methods:take()
    local status, data = core.connection_take(of(self))
    if status ~= 0 then
        return handle.fail(self, status)
    end
    return data ~= "" and data or nil
end

--- Carried mode: so many of them have been sent.
function methods:took(count)
    return handle.done(self, core.connection_took(of(self), count))
end

-- The host of an option {host, port}: without one it would mean none, and pass for one that is set.
local function first_of(value, what)
    if type(value) ~= "table" or type(value[1]) ~= "string" then
        error(what .. ": {host, port} is wanted", 0)
    end
    return value[1]
end

-- Options that aren't settings of the same name. Each is applied by a function.
local special = {
    source_address = function(self, value)
        if type(value) == "table" then
            return self:set_source_address(first_of(value, "source_address"), value[2])
        end
        return self:set_source_address(value)
    end,
    addresses = function(self, value)
        for _, address in ipairs(value) do
            self:add_address(address)
        end
        return true
    end,
    blocksize = function(self, value)
        return self:set_block_size(value)
    end,
    unix = methods.set_unix,
    fd = methods.set_fd,
    carried = function(self, value)
        return not value or self:set_carried()
    end,
    wait = function(self, value)
        self._waits = value ~= false
        return true
    end,
    tunnel = function(self, value)
        return self:set_tunnel(first_of(value, "tunnel"), value[2], value.headers)
    end,
}

local function apply(self, options, encrypted, level)
    local secrets = {}
    for name, value in pairs(options) do
        local setter = special[name] or Connection.setters[name]
        if tls.options[name] and encrypted then
            secrets[name] = value
        elseif setter then
            local ok, text, code, err = setter(self, value)
            if not ok then
                return nil, text, code, err
            end
        elseif name ~= "tls" or not encrypted then
            error("no option is called '" .. tostring(name) .. "'", level + 1)
        end
    end
    if not encrypted then
        return true
    elseif options.tls and next(secrets) then
        error("either tls or the options that make one: not both", level + 1)
    end
    local config, text, code, err = options.tls, nil, nil, nil
    if not config then
        config, text, code, err = tls.default(), nil, nil, nil
        if next(secrets) then
            config, text, code, err = tls.new(secrets)
        end
    end
    if not config then
        return nil, text, code, err
    end
    return self:set_tls(config)
end

local function new(encrypted, host, port, options, level)
    if type(port) == "table" and options == nil then
        port, options = nil, port
    end
    if options ~= nil and type(options) ~= "table" then
        error("options: a table is wanted, not a " .. type(options), level + 1)
    end
    local self = setmetatable({ _h = core.connection(), _waits = true, _sender = false, _tls = false,
        request = methods.request, getresponse = methods.getresponse }, Connection.metatable)
    if core.connection_set_mode(self._h, NONBLOCKING) ~= 0 then
        return handle.fail(self, core.connection_error_code(self._h))
    end
    local ok, text, code, err = true, nil, nil, nil
    if host ~= nil or not options or not (options.unix or options.fd or options.carried) then
        ok, text, code, err = self:set_host(host, port)
    end
    if ok and (options or encrypted) then
        ok, text, code, err = apply(self, options or {}, encrypted, level + 1)
    end
    if not ok then
        return nil, text, code, err
    end
    return self
end

--- Makes a connection that speaks plain HTTP; nothing is opened yet.
-- @function HTTPConnection
-- @param host a name, an address, or "host:port"; nil with unix, fd or carried
-- @param[opt] port
-- @param[opt] options timeout (seconds for connect and idle, false: none) and every other setting,
-- source_address ({host, port} or host), addresses (a list), blocksize, tunnel ({host, port,
-- headers =}), unix (a path), fd, carried (true), wait (false: what would wait gives http.AGAIN)
-- @return a Connection; or nil, message, code for a host that can't be one
function connection.HTTPConnection(host, port, options)
    return new(false, host, port, options, 2)
end

--- The same over TLS.
-- @function HTTPSConnection
-- @param host
-- @param[opt] port
-- @param[opt] options as above, and tls (a TLSConfig to share), or those that make one
function connection.HTTPSConnection(host, port, options)
    return new(true, host, port, options, 2)
end

return connection
