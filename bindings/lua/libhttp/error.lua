-- SPDX-License-Identifier: MIT
--- The errors: a class for each that the C library has, with http.client's inheritance, built from
-- the library's own table.
--
-- What the network does comes back as `nil, message, code, err`; misuse (a call that doesn't belong
-- into the state, an argument that can't be) is thrown by `error(err)`. `err` is one object for both.
--
-- A class has the fields `name`, `code`, `parent` (a class or nil) and `description`, and `class:is(other)`.
--
-- An error has `class`, `name`, `code`, `message`, `errno` (or nil), `tls_reason` (or nil), `detail` (the
-- offending bytes, or nil), and by its kind: `line` (BadStatusLine and BadHeader), `version`
-- (UnknownProtocol), `partial` and `expected` (IncompleteRead: the bytes that came, and how many did
-- not, or nil where nobody knows), `status` and `reason` (TunnelFailed). It can be made a string.
-- @module libhttp.error
local core = require "libhttp.core"

local errors = {}

local Class = {}
Class.__index = Class
Class.__tostring = function(class)
    return class.name
end

local Error = {}
Error.__index = Error
Error.__tostring = function(err)
    return err.name .. ": " .. err.message
end
Error.__concat = function(left, right)
    return tostring(left) .. tostring(right)
end

local by_code, by_name = {}, {}
errors.by_code, errors.by_name = by_code, by_name

-- Parents stand before their children.
for index = 0, core.error_count() - 1 do
    local code = core.error_at(index)
    local class = setmetatable({
        name = core.error_name(code),
        code = code,
        parent = by_code[core.error_parent(code)],
        description = core.error_description(code),
    }, Class)
    by_code[code], by_name[class.name] = class, class
end

local function code_of(what)
    local class = by_name[what]
    if class then
        return class.code
    end
    if type(what) == "table" and what.code then
        return what.code
    end
    if type(what) == "number" then
        return what
    end
    error("an error's class, name or code is wanted", 3)
end

--- Whether the error is of a class or of one of its descendants.
-- @param err an error, a class, a name or a code
-- @param class a class, a name or a code
function errors.is(err, class)
    return core.error_is(code_of(err), code_of(class)) == 1
end

--- Whether this error is of a class or of one of its descendants.
-- @param class a class, a name or a code
function Error:is(class)
    return core.error_is(self.code, code_of(class)) == 1
end

--- Whether this class is another or descends from it.
function Class:is(class)
    return core.error_is(self.code, code_of(class)) == 1
end

-- An error object; what isn't known is left out.
function errors.new(code, message, fields)
    local class = by_code[code] or { name = "Error", code = code, description = "unknown error" }
    local err = fields or {}
    if message == nil or message == "" then
        message = class.description
    end
    err.class, err.name, err.code, err.message = class, class.name, code, message
    if err.errno == 0 then
        err.errno = nil
    end
    if err.tls_reason == 0 then
        err.tls_reason = nil
    end
    return setmetatable(err, Error)
end

local E_ARGUMENT = by_name.InvalidArgument.code
local E_STATE = by_name.ImproperConnectionState.code
local E_MEMORY = by_name.NoMemory.code

local function is_misuse(code)
    return code == E_ARGUMENT or code == E_MEMORY or core.error_is(code, E_STATE) == 1
end

-- Gives the error in the one way or the other.
function errors.give(err)
    if is_misuse(err.code) then
        error(err, 0)
    end
    return nil, err.message, err.code, err
end

return errors
