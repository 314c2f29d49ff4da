-- SPDX-License-Identifier: MIT
-- Request bodies: what a caller may give as one, and how it is sent. Private.
local core = require "libhttp.core"
local errors = require "libhttp.error"
local handle = require "libhttp.handle"

local body = {}
local AGAIN = handle.AGAIN
local _, UNKNOWN = core.constant_find("LIBHTTP_LENGTH_UNKNOWN")
local _, EARLY = core.constant_find("LIBHTTP_E_EARLY_RESPONSE")
local PIECE = 65536

-- Sends a string; gives 0, or a status. *sent* is how many bytes left where it ends before its end.
local function send_string(conn, data)
    local sent, length = 0, #data
    local status, moved
    repeat
        status, moved = handle.run(conn, core.connection_send_from, data, sent)
        if status ~= 0 then
            return status, sent
        end
        sent = sent + moved
    until sent >= length or (moved == 0 and not conn._waits)
    return 0, sent
end
body.send_string = send_string

-- A regular file goes by its descriptor: the kernel sends it.
local function send_file(conn, fd, file)
    local status, moved
    repeat
        status, moved = handle.run(conn, core.connection_send_fd, fd, UNKNOWN)
    until status ~= 0 or moved == 0
    core.file_moved(file)
    return status
end

-- What gives a body piece by piece, as a function that gives a string, or nil at the end; with nil and
-- something, as an ltn12 source, it has failed.
local function reader_of(value)
    local kind = type(value)
    if kind == "function" then
        return value
    elseif io.type(value) == "file" then
        return function()
            return value:read(PIECE)
        end
    elseif kind == "table" and value.read == nil then
        local index = 0
        return function()
            index = index + 1
            return value[index]
        end
    elseif kind == "table" or kind == "userdata" then
        local method = value.read1 and "read1" or "read"
        return function()
            return value[method](value, PIECE)
        end
    end
end

-- A list of strings has a length.
local function length_of(value)
    if type(value) ~= "table" or value.read ~= nil then
        return nil
    end
    local length = 0
    for index, piece in ipairs(value) do
        if type(piece) ~= "string" then
            error(("body: piece %d is no string but a %s"):format(index, type(piece)), 0)
        end
        length = length + #piece
    end
    return length
end

-- What kind of body it is: "none", "string", "file" with its descriptor, or "pieces" with a reader and
-- perhaps a length.
function body.kind(value, level)
    if value == nil then
        return "none"
    elseif type(value) == "string" then
        return "string"
    elseif io.type(value) == "closed file" then
        error("body: the file is closed", level + 1)
    elseif io.type(value) == "file" then
        local fd = core.file_descriptor(value)
        if fd then
            return "file", fd
        end
    end
    local reader = reader_of(value)
    if not reader then
        error("body: a string, file, function, list of strings or reader is wanted, not a " ..
            type(value), level + 1)
    end
    return "pieces", reader, length_of(value)
end

-- A source that failed: the request can't be ended, so the connection is closed.
local function source_failed(conn, reason)
    conn:close()
    conn._sender = false
    if type(reason) == "table" and reason.code then
        return nil, reason.message, reason.code, reason
    end
    local err = errors.new(errors.by_name.OSError.code, "the body's source failed: " .. tostring(reason))
    return nil, err.message, err.code, err
end

-- Sends all that a reader gives: 0, or a status; or false and what source_failed gives.
local function send_pieces(conn, reader)
    while true do
        local piece, reason = reader()
        if piece == nil then
            if reason ~= nil then
                return false, reason
            end
            return 0
        elseif type(piece) ~= "string" then
            conn:close()
            conn._sender = false
            error("body: its source gave a " .. type(piece) .. ", not a string", 0)
        end
        local status = send_string(conn, piece)
        if status ~= 0 then
            return status
        end
    end
end

-- Sends a body of any kind; true, or what a failure gives. An early response is none: it can be had.
-- ended: called with the connection at the end of what is sent.
function body.send(conn, kind, source, value, ended)
    local status, reason = 0, nil
    if kind == "string" then
        status = send_string(conn, value)
    elseif kind == "file" then
        status = send_file(conn, source, value)
    elseif kind == "pieces" then
        status, reason = send_pieces(conn, source)
        if not status then
            return source_failed(conn, reason)
        end
    end
    if status == 0 and ended then
        status = ended(conn)
    end
    if status == EARLY then
        status = 0
    elseif status == AGAIN then
        return handle.fail(conn, AGAIN)
    end
    return handle.done(conn, status)
end

return body
