-- SPDX-License-Identifier: MIT
-- What connections, responses, streams and TLS configurations have in common. Private.
local core = require "libhttp.core"
local errors = require "libhttp.error"
local wait = require "libhttp.wait"

local handle = {}
local _, AGAIN = core.constant_find("LIBHTTP_AGAIN")
handle.AGAIN = AGAIN

--- Makes a class: methods in the table that is returned, fields by functions of the object.
-- Its objects have `_h`, the C handle, `_waits`, and while they wait `_polled`, the descriptor waited for.
-- @param prefix of the C functions: "connection"
function handle.class(prefix)
    local methods, fields, setters = {}, {}, {}
    local class = { methods = methods, fields = fields, setters = setters, prefix = prefix }
    class.metatable = {
        __name = "libhttp." .. prefix,
        __index = function(self, key)
            local value = methods[key]
            if value ~= nil then
                return value
            end
            value = fields[key]
            if value then
                return value(self)
            end
            return nil
        end,
        __newindex = function(self, key, value)
            local setter = setters[key]
            if not setter then
                error("no field '" .. tostring(key) .. "' to set in a libhttp " .. prefix, 2)
            end
            local ok, message, _, err = setter(self, value)
            if not ok then
                error(err or message, 2)
            end
        end,
        __tostring = function(self)
            return ("libhttp %s: %s"):format(prefix, tostring(rawget(self, "_h")):match("0x%x+") or "")
        end,
    }
    methods._polled = false
    methods._wait = core[prefix .. "_wait"]
    methods._error_of = {
        message = core[prefix .. "_error"],
        errno = core[prefix .. "_errno"],
        tls_reason = core[prefix .. "_tls_reason"],
        detail = core[prefix .. "_error_detail"],
    }
    return class
end

-- The object's C handle, or error(): for methods that are called on something else.
function handle.of(class, self, level)
    if type(self) ~= "table" or getmetatable(self) ~= class.metatable then
        error(("a libhttp %s is wanted: call it with ':'"):format(class.prefix), (level or 1) + 2)
    end
    return self._h
end

--- The error object for what the last call on this handle gave.
function handle.error_of(self, code)
    local of, h = self._error_of, self._h
    local detail = of.detail and of.detail(h) or nil
    local err = errors.new(code, of.message(h), {
        errno = of.errno and of.errno(h),
        tls_reason = of.tls_reason and of.tls_reason(h),
        detail = detail,
    })
    if err:is("BadStatusLine") or err:is("BadHeader") then
        err.line = detail
    elseif err:is("UnknownProtocol") then
        err.version = detail
    end
    return err
end

--- What a method gives for a status that isn't OK.
function handle.fail(self, code)
    if code == AGAIN then
        return nil, core.error_description(AGAIN), AGAIN
    end
    return errors.give(self:_describe(code))
end

--- Calls a C function that may give AGAIN until it doesn't, waiting meanwhile. An object that doesn't
-- wait (carried, or wait = false) gets the AGAIN.
function handle.run(self, f, ...)
    local h = self._h
    local status, first, second = f(h, ...)
    while status == AGAIN and self._waits do
        wait.once(self)
        status, first, second = f(h, ...)
    end
    return status, first, second
end

-- true, or what the failure gives.
function handle.done(self, status)
    if status == 0 then
        return true
    end
    return handle.fail(self, status)
end

--- Adds fields that C gives as numbers or texts, nil for none.
function handle.getters(class, names)
    for name in names:gmatch("%S+") do
        local get = core[class.prefix .. "_" .. name]
        class.fields[name] = function(self)
            return get(self._h)
        end
    end
end

--- Adds fields that C gives as 1 or 0.
function handle.flags(class, names)
    for name in names:gmatch("%S+") do
        local get = core[class.prefix .. "_" .. name]
        class.fields[name:gsub("^is_", "")] = function(self)
            return get(self._h) == 1
        end
    end
end

--- Adds settings: a field to read, a field to set, and a method set_…, which gives true or fails.
-- to_c and to_lua turn values round; to_c gives nil for what can't be.
function handle.settings(class, names, what, to_c, to_lua)
    for name in names:gmatch("%S+") do
        local get = core[class.prefix .. "_" .. name]
        local set = core[class.prefix .. "_set_" .. name]
        local function setter(self, value)
            local given = to_c(value)
            if given == nil then
                error(("%s: %s is wanted"):format(name, what), 3)
            end
            return handle.done(self, set(self._h, given))
        end
        class.setters[name] = setter
        class.methods["set_" .. name] = setter
        if get then
            class.fields[name] = function(self)
                return to_lua(get(self._h))
            end
        end
    end
end

local function same(value)
    return value
end

-- The kinds of settings.
function handle.whole(class, names)
    handle.settings(class, names, "a whole number", function(value)
        return type(value) == "number" and value % 1 == 0 and math.abs(value) < 2 ^ 53 and value or nil
    end, same)
end

function handle.switches(class, names)
    handle.settings(class, names, "true or false", function(value)
        if type(value) == "boolean" then
            return value and 1 or 0
        end
    end, function(value)
        return value == 1
    end)
end

--- Seconds, or false for no limit; C has milliseconds and -1. Less than a millisecond is one.
function handle.times(class, names)
    handle.settings(class, names, "a number of seconds, or false for no limit", function(value)
        if value == false or value == math.huge then
            return -1
        end
        if type(value) ~= "number" or value ~= value or value > 2 ^ 42 then
            return nil
        end
        return value > 0 and math.ceil(value * 1000) or value < 0 and -2 or 0
    end, function(value)
        return value >= 0 and value / 1000 or false
    end)
end

--- What waits, may be cancelled, and closes: connections, responses, streams.
function handle.waiting(class)
    local methods = class.methods
    local cancel, close = core[class.prefix .. "_cancel"], core[class.prefix .. "_close"]
    local fileno, code = core[class.prefix .. "_fileno"], core[class.prefix .. "_error_code"]

    --- The descriptor, C's own: for looking at, not for reading; nil where there is none.
    function methods:fileno()
        local fd = fileno(handle.of(class, self))
        return fd >= 0 and fd or nil
    end

    --- Whoever waits in a call returns at once with "cancelled".
    function methods:cancel()
        local status = cancel(handle.of(class, self))
        wait.forget(self)
        return handle.done(self, status)
    end

    --- Closes; always true.
    function methods:close()
        local h = handle.of(class, self)
        wait.forget(self)
        close(h)
        return true
    end

    -- For event loops: cqueues polls any object that has these three.

    --- The descriptor to wait for; nil where there is none.
    function methods:pollfd()
        local _, fd = self._wait(handle.of(class, self))
        return fd >= 0 and fd or nil
    end

    --- What to wait for there: "r", "w", "rw" or "".
    function methods:events()
        local _, _, events = self._wait(handle.of(class, self))
        return (events % 2 == 1 and "r" or "") .. (events >= 2 and "w" or "")
    end

    --- The seconds after which to call again all the same; nil: no limit.
    function methods:timeout()
        local _, _, _, ms = self._wait(handle.of(class, self))
        return ms >= 0 and ms / 1000 or nil
    end

    --- Changes whenever the descriptor is another one, even under the same number.
    function methods:generation()
        local _, _, _, _, generation = self._wait(handle.of(class, self))
        return generation
    end

    --- The last error, or nil.
    class.fields.last_error = function(self)
        local last = code(self._h)
        return last ~= 0 and self:_describe(last) or nil
    end
    methods._describe = handle.error_of
    class.metatable.__close = function(self)
        self:close()
    end
end

return handle
