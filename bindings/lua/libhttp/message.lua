-- SPDX-License-Identifier: MIT
--- The fields of a message: ordered, duplicates kept, names compared without case.
-- A response's are read-only. `headers["Content-Type"]` is short for `headers:get("Content-Type")`
-- where no method has that name; `headers["X-Field"] = "v"` for `set`, and nil there for `remove`.
-- `#headers` counts them (not in Lua 5.1), `for name, value in headers:items()` walks through them.
-- @classmod Message
local core = require "libhttp.core"
local errors = require "libhttp.error"
local text = require "libhttp.text"

local message = {}
local Message = {}
local metatable = { __name = "libhttp.Message" }

-- The owner's finalizer may have come before one that still has the message.
local function handle_of(self)
    if type(self) ~= "table" or getmetatable(self) ~= metatable then
        error("a libhttp Message is wanted: call it with ':'", 3)
    end
    local owner = self._owner
    if owner and not core.is_alive(owner._h) then
        error("the response of these fields was collected", 3)
    end
    return self._h
end

local function done(self, status)
    if status == 0 then
        return self
    end
    return errors.give(errors.new(status, core.headers_error(self._h)))
end

-- A field's value: a string, or a number as http.client has it.
local function value_of(value, level)
    local kind = type(value)
    if kind == "string" then
        return value
    elseif kind == "number" then
        return value % 1 == 0 and ("%.0f"):format(value) or tostring(value)
    end
    error("a field's value is a string or a number, not a " .. kind, level + 1)
end

local function name_of(name, level)
    if type(name) ~= "string" then
        error("a field's name is a string, not a " .. type(name), level + 1)
    end
    return name
end
message.value_of, message.name_of = value_of, name_of

-- owner: what must outlive a borrowed handle.
local function wrap(h, owner)
    return h and setmetatable({ _h = h, _owner = owner or false }, metatable)
end
message.wrap = wrap

--- The same fields in a handle of their own.
function message.copy_of(h)
    if not h then
        return nil
    end
    local status, copied = core.headers_copy(h)
    if status < 0 then
        return errors.give(errors.new(status))
    end
    return wrap(copied)
end

local function add_all(self, name, value, level)
    if type(value) ~= "table" then
        return done(self, core.headers_add(self._h, name, value_of(value, level + 1)))
    end
    for _, one in ipairs(value) do
        done(self, core.headers_add(self._h, name, value_of(one, level + 1)))
    end
end

-- What is in order first, then what has names, in the order of the names: the same every time.
local function fill(self, from, level)
    local names = {}
    for _, pair in ipairs(from) do
        if type(pair) ~= "table" then
            error("ordered fields are pairs: {\"Name\", \"value\"}", level + 1)
        end
        add_all(self, name_of(pair[1], level + 1), pair[2], level + 1)
    end
    local count = #from
    for name in pairs(from) do
        if type(name) == "string" then
            names[#names + 1] = name
        elseif type(name) ~= "number" or name < 1 or name > count or name % 1 ~= 0 then
            error("fields are { Name = value, ... } or { {\"Name\", value}, ... }", level + 1)
        end
    end
    table.sort(names)
    for _, name in ipairs(names) do
        add_all(self, name, from[name], level + 1)
    end
    return self
end

--- Makes fields.
-- @param from nil; a table of names and values (`{ Accept = "*/*" }`, a list of values for several
-- fields of a name); a list of pairs where the order counts (`{ {"A", "1"}, {"B", "2"} }`), or both;
-- or another Message to copy.
function message.new(from, level)
    level = level or 1
    if getmetatable(from) == metatable then
        return message.copy_of(handle_of(from))
    end
    local self = wrap(core.headers())
    if from == nil then
        return self
    elseif type(from) ~= "table" then
        error("fields are a table or a libhttp Message, not a " .. type(from), level + 1)
    end
    return fill(self, from, level + 1)
end

-- For a call that takes fields: their C handle, or nil.
function message.handle(from, level)
    if from == nil then
        return nil
    elseif getmetatable(from) == metatable then
        return handle_of(from)
    end
    return message.new(from, level + 1)._h
end

--- The value of a field, several of the name joined by ", ".
-- @param name
-- @param[opt] default what to give where there is none; a list is joined by ", "
function Message:get(name, default)
    local h = handle_of(self)
    local status, value = core.headers_get(h, name_of(name, 2), nil)
    if status < 0 then
        return done(self, status)
    elseif value == nil and type(default) == "table" then
        return table.concat(default, ", ")
    end
    return value == nil and default or value
end

--- All values of a name, one by one, as those of Set-Cookie must be; an empty list for none.
function Message:get_all(name)
    local h, values = handle_of(self), {}
    local index = core.headers_find(h, name_of(name, 2), 0)
    while index >= 0 do
        values[#values + 1] = core.headers_value(h, index)
        index = core.headers_find(h, name, index + 1)
    end
    return values
end

--- Whether there is a field of that name.
function Message:contains(name)
    return core.headers_contains(handle_of(self), name_of(name, 2)) == 1
end

--- Appends a field; there may be others of its name. Gives the message itself.
function Message:add(name, value)
    return done(self, core.headers_add(handle_of(self), name_of(name, 2), value_of(value, 2)))
end

--- Makes this the only field of its name, in the place of the first. Gives the message itself.
function Message:set(name, value)
    return done(self, core.headers_set(handle_of(self), name_of(name, 2), value_of(value, 2)))
end

--- Removes every field of that name. Gives the message itself.
function Message:remove(name)
    return done(self, core.headers_remove(handle_of(self), name_of(name, 2)))
end

--- Removes every field. Gives the message itself.
function Message:clear()
    return done(self, core.headers_clear(handle_of(self)))
end

--- How many fields there are.
function Message:count()
    return core.headers_count(handle_of(self))
end

--- A copy that can be changed.
function Message:copy()
    return message.copy_of(handle_of(self))
end

--- Iterates over names and values, in their order.
function Message:items()
    local index = -1
    handle_of(self)
    return function()
        local h = handle_of(self)
        index = index + 1
        return core.headers_name(h, index), core.headers_value(h, index)
    end
end

local function list(self, get)
    local h, found = handle_of(self), {}
    for index = 0, core.headers_count(h) - 1 do
        found[index + 1] = get(h, index)
    end
    return found
end

--- The names, in their order, as a list.
function Message:keys()
    return list(self, core.headers_name)
end

--- The values, in their order, as a list.
function Message:values()
    return list(self, core.headers_value)
end

--- The fields as a list of pairs: what a request takes for its headers.
function Message:pairs()
    return list(self, function(h, index)
        return { core.headers_name(h, index), (core.headers_value(h, index)) }
    end)
end

--- The last error's code, 0 before the first.
function Message:error_code()
    return core.headers_error_code(handle_of(self))
end

local function media(self, name)
    return text.media_of(handle_of(self), name or "Content-Type")
end

--- A field's value in its parts, as `http.parse_media` gives them.
-- @param[opt="Content-Type"] name
function Message:media(name)
    return media(self, name)
end

--- The content type in lower case; "text/plain" where there is none.
function Message:get_content_type()
    return media(self).type
end

--- The part of the content type before the slash.
function Message:get_content_maintype()
    return media(self).main_type
end

--- The part of the content type behind the slash.
function Message:get_content_subtype()
    return media(self).subtype
end

--- The charset in lower case, or nil.
function Message:get_content_charset()
    return media(self).charset
end

--- A parameter of a field (`text/html; charset="x"`), or nil.
-- @param name of the parameter
-- @param[opt="Content-Type"] field
function Message:get_param(name, field)
    return text.media_of(handle_of(self), field or "Content-Type", name)
end

metatable.__index = function(self, key)
    local method = Message[key]
    if method ~= nil or type(key) ~= "string" then
        return method
    end
    return Message.get(self, key)
end
metatable.__newindex = function(self, key, value)
    if value == nil then
        Message.remove(self, key)
    elseif type(value) == "table" then
        Message.remove(self, key)
        add_all(self, name_of(key, 2), value, 2)
    else
        Message.set(self, key, value)
    end
end
metatable.__len = function(self)
    return core.headers_count(handle_of(self))
end
metatable.__pairs = function(self)
    return Message.items(self)
end
--- The fields as they would be sent.
metatable.__tostring = function(self)
    local lines = {}
    for name, value in Message.items(self) do
        lines[#lines + 1] = name .. ": " .. value
    end
    return table.concat(lines, "\n")
end

return message
