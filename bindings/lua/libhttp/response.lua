-- SPDX-License-Identifier: MIT
--- The answer to a request: its head at once, its body as it is read.
--
-- Fields: status, reason, version (10 or 11), url (the target asked for), headers and msg (a
-- `http.Message`), trailers (a Message, once the body was read), interim (a list of { status =, headers
-- = }), raw_head, remaining and missing (bytes, or nil where nobody knows), complete, closed,
-- will_close, last_error; debuglevel, which can be set too.
-- @classmod Response
local core = require "libhttp.core"
local errors = require "libhttp.error"
local handle = require "libhttp.handle"
local message = require "libhttp.message"
local stream = require "libhttp.stream"

local response = {}
local Response = handle.class("response")
local methods, fields = Response.methods, Response.fields
local READ_MAX = 65536
local EVERYTHING = 2 ^ 53

handle.waiting(Response)
handle.getters(Response, "status version url")
handle.flags(Response, "is_complete is_closed will_close")
handle.whole(Response, "debuglevel")

methods._pending = false -- the error that a read has met, for the next
local whole, field = core.reading(Response.metatable)

local function of(self)
    return handle.of(Response, self, 2)
end

-- An error of a body tells what came and how much did not.
function methods:_describe(code)
    local err = handle.error_of(self, code)
    if err:is("IncompleteRead") then
        local _, partial = core.response_partial(self._h)
        err.partial = partial or ""
        err.expected = fields.missing(self)
    end
    return err
end

local function known(get)
    return function(self)
        local count = get(self._h)
        return count >= 0 and count or nil
    end
end
fields.remaining = known(core.response_remaining)
fields.missing = known(core.response_missing)
fields.reason = function(self)
    return (core.response_reason(self._h))
end
fields.headers = function(self)
    local headers = message.wrap(core.response_headers(self._h), self)
    rawset(self, "headers", headers)
    return headers
end
fields.msg = function(self)
    return self.headers
end
fields.trailers = function(self)
    return message.wrap(core.response_trailers(self._h), self)
end
fields.raw_head = function(self)
    local _, head = core.response_raw_head(self._h)
    return head
end
fields.interim = function(self)
    local found = {}
    for index = 0, core.response_interim_count(self._h) - 1 do
        found[index + 1] = {
            status = core.response_interim_status(self._h, index),
            headers = message.wrap(core.response_interim_headers(self._h, index), self),
        }
    end
    return found
end

--- The value of a field, several of the name joined by ", ".
-- @param name
-- @param[opt] default where there is none; a list is joined by ", "
function methods:getheader(name, default)
    local found = field(self, name)
    if found then
        return found
    end
    local h = of(self)
    if default == nil or type(default) == "string" and not default:find("\0", 1, true) then
        local status, value = core.response_getheader(h, message.name_of(name, 2), default)
        return status == 0 and value or handle.fail(self, status)
    end
    return self.headers:get(name, default)
end

--- All fields as a list of pairs, in their order.
function methods:getheaders()
    of(self)
    return self.headers:pairs()
end

-- Fills n bytes, or up to the end. What came before an error is given first, the error next time.
local function read_count(self, count)
    local parts, got = {}, 0
    while got < count do
        local status, data = handle.run(self, core.response_read, math.min(count - got, READ_MAX))
        if status ~= 0 then
            if got == 0 then
                return handle.fail(self, status)
            end
            rawset(self, "_pending", status ~= handle.AGAIN and self:_describe(status))
            break
        elseif data == "" then
            break
        end
        got = got + #data
        parts[#parts + 1] = data
        if not self._waits then
            break
        end
    end
    if got == 0 and count > 0 then
        return nil
    end
    return parts[2] and table.concat(parts) or parts[1] or ""
end

-- A short body whose length is known needs no memory of C's. What came of it, and the status that ended
-- that, may be here already; length is what is left.
local function read_short(self, length, came, status)
    local parts, got, data = { came }, 0, nil
    while got < length do
        if not status or status == handle.AGAIN then
            status, data = handle.run(self, core.response_read, length - got)
        end
        if status ~= 0 then
            local err = self:_describe(status)
            err.partial = table.concat(parts)
            return errors.give(err)
        elseif data == "" then
            break
        end
        got, status = got + #data, nil
        parts[#parts + 1] = data
    end
    return parts[2] and table.concat(parts) or parts[1] or ""
end

local function read_all(self, maximum)
    local length = core.response_remaining(self._h)
    if self._waits and length > 0 and length <= READ_MAX and not maximum then
        return read_short(self, length)
    end
    local status, data = handle.run(self, core.response_read_all, maximum or EVERYTHING)
    if status ~= 0 then
        return handle.fail(self, status)
    end
    return data or ""
end

-- The error that a read before has met, once.
local function pending(self)
    local err = self._pending
    rawset(self, "_pending", false)
    return errors.give(err)
end

--- Reads the body, as io's files are read.
-- @param[opt="a"] what "a": the rest, "" at the end; a number: so many bytes or what is left; "l" a
-- line, "L" a line with its end. But for "a", the end is nil.
-- @param[opt] maximum of "a": where there is more, TooLarge is given, and reading may go on
-- @return a string; nil at the end; or nil, message, code. A body that was cut off never ends like a
-- whole one: err.partial has what "a" got, err.expected how many bytes are missing.
function methods:read(what, maximum)
    if what == nil and maximum == nil then
        local data, left, status = whole(self)
        if data and not left then
            return data
        elseif data then
            return read_short(self, left, data, status)
        end
    end
    of(self)
    if self._pending then
        return pending(self)
    end
    if type(what) == "number" then
        if what < 0 or what % 1 ~= 0 then
            error("read: a whole number of bytes is wanted", 2)
        end
        return read_count(self, what)
    end
    what = type(what) == "string" and what:gsub("^%*", "") or what
    if what == nil or what == "a" then
        return read_all(self, maximum)
    elseif what == "L" then
        return self:readline()
    elseif what == "l" then
        local line, text, code, err = self:readline()
        if line then
            return (line:gsub("\n$", ""))
        end
        return nil, text, code, err
    end
    error("read: \"a\", \"l\", \"L\" or a number is wanted", 2)
end

--- Reads what comes first, at most so many bytes.
-- @param[opt=65536] count
-- @return a string; nil at the end; or nil, message, code
function methods:read1(count)
    of(self)
    if self._pending then
        return pending(self)
    end
    count = math.min(count or READ_MAX, READ_MAX)
    local status, data = handle.run(self, core.response_read1, count)
    if status ~= 0 then
        return handle.fail(self, status)
    elseif data == "" and count > 0 then
        return nil
    end
    return data
end

--- Shows the next bytes without taking them; nil at the end; or nil, message, code.
function methods:peek()
    of(self)
    if self._pending then
        return nil, self._pending.message, self._pending.code, self._pending
    end
    local status, data = handle.run(self, core.response_peek)
    if status ~= 0 then
        return handle.fail(self, status)
    elseif data == nil or data == "" then
        return nil
    end
    return data
end

--- Reads a line, its LF included.
-- @param[opt] maximum bytes of it
-- @return a string; nil at the end; or nil, message, code
function methods:readline(maximum)
    of(self)
    if self._pending then
        return pending(self)
    end
    local parts, got = {}, 0
    maximum = maximum or EVERYTHING
    if type(maximum) ~= "number" or not (maximum >= 0) then
        error("readline: a number of bytes is wanted", 2)
    end
    while got < maximum do
        local status, data = handle.run(self, core.response_readline, math.min(maximum - got, READ_MAX))
        if status ~= 0 then
            if got == 0 then
                return handle.fail(self, status)
            end
            rawset(self, "_pending", status ~= handle.AGAIN and self:_describe(status))
            break
        elseif data == "" then
            break
        end
        got = got + #data
        parts[#parts + 1] = data
        if data:byte(-1) == 10 then
            break
        end
    end
    if got == 0 and maximum > 0 then
        return nil
    end
    return parts[2] and table.concat(parts) or parts[1] or ""
end

-- For loops: an error is thrown, as a loop has no other way to give it.
local function thrower(read, self, argument)
    return function()
        local data, text, code, err = read(self, argument)
        if data == nil and text ~= nil then
            error(err or text .. " (" .. tostring(code) .. ")", 0)
        end
        return data
    end
end

--- Iterates over the body as it comes: `for chunk in response:chunks() do`. Errors are thrown. In Lua
-- 5.4 the response is closed when the loop is left. (Lua 5.1, not LuaJIT, can't wait in a for loop in
-- a coroutine of cqueues: call read1 there.)
-- @param[opt=65536] size at the most
function methods:chunks(size)
    of(self)
    return thrower(methods.read1, self, size), nil, nil, self
end

--- Iterates over the body's lines, without their LF; see `chunks`.
-- @param[opt="l"] what "L": with it
function methods:lines(what)
    of(self)
    return thrower(methods.read, self, what == nil and "l" or what), nil, nil, self
end

--- An ltn12 source: what comes, nil at the end, nil and a message for an error.
function methods:source()
    of(self)
    return function()
        local data, text = self:read1()
        return data, text
    end
end

--- Pours the body into a file, an ltn12 sink, or anything with a write method.
-- @return how many bytes; or nil, message, code
function methods:dump(sink)
    of(self)
    local write = sink
    if type(sink) ~= "function" then
        write = function(chunk)
            if chunk then
                return sink:write(chunk)
            end
            return true
        end
    end
    local total = 0
    while true do
        local data, text, code, err = self:read1()
        if data == nil and text then
            write(nil, text)
            return nil, text, code, err
        end
        local ok, reason = write(data)
        if not ok and data then
            return nil, tostring(reason), errors.by_name.OSError.code
        elseif data == nil then
            return total
        end
        total = total + #data
    end
end

--- After 101, or a 2xx to CONNECT: the stream that takes over.
function methods:stream()
    local status, s = core.response_stream(of(self))
    if status ~= 0 then
        return handle.fail(self, status)
    end
    return stream.new(s, self._waits)
end

--- Whether it was read to its end, closed, or cut off (http.client's name).
function methods:isclosed()
    return core.response_is_closed(of(self)) == 1
end

-- What the connection makes responses with.
response.metatable, response.read = Response.metatable, methods.read

return response
