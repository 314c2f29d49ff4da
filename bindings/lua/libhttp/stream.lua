-- SPDX-License-Identifier: MIT
--- What is left of the connection after 101, or a 2xx to CONNECT: bytes in both directions. One
-- coroutine may read while another writes. Fields: last_error.
-- @classmod Stream
local core = require "libhttp.core"
local handle = require "libhttp.handle"

local stream = {}
local Stream = handle.class("stream")
local methods = Stream.methods
handle.waiting(Stream)

local function of(self)
    return handle.of(Stream, self, 2)
end

--- Reads what is there.
-- @param[opt=65536] count at the most
-- @return a string; nil where the peer has ended its direction; or nil, message, code
function methods:read(count)
    of(self)
    count = count or 65536
    local status, data = handle.run(self, core.stream_read, math.min(count, 65536))
    if status ~= 0 then
        return handle.fail(self, status)
    end
    if data == "" and count > 0 then
        return nil
    end
    return data
end

--- Writes all of it (where nothing waits: what can be, and gives how many bytes that is).
function methods:write(data)
    of(self)
    if type(data) ~= "string" then
        error("write: a string is wanted, not a " .. type(data), 2)
    end
    local sent = 0
    repeat
        local status, moved = handle.run(self, core.stream_write_from, data, sent)
        if status ~= 0 then
            if sent > 0 and status == handle.AGAIN then
                return sent
            end
            return handle.fail(self, status)
        end
        sent = sent + moved
    until sent >= #data
    return self._waits or sent
end

--- Ends the sending direction; reading goes on.
function methods:shutdown_write()
    of(self)
    return handle.done(self, (handle.run(self, core.stream_shutdown_write)))
end

--- Takes the bare descriptor out, of a plain connection only.
-- @return the descriptor, which is yours, and the bytes that came but were not read
function methods:detach_fd()
    local h = of(self)
    require("libhttp.wait").forget(self)
    local status, fd, data = core.stream_detach_fd(h)
    if status ~= 0 then
        return handle.fail(self, status)
    end
    return fd, data or ""
end

function stream.new(h, waits)
    return setmetatable({ _h = h, _waits = waits }, Stream.metatable)
end

return stream
