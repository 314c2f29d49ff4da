-- SPDX-License-Identifier: MIT
-- Every function that the library exports was called by the tests before this, or is left out for a reason.
local lu = require "luaunit"
local support = require "support"

-- Freed by the collector, through the classes of the raw layer; test_memory.lua sees that it happens.
local collected = {}
for _, name in ipairs { "connection", "form", "headers", "media", "response", "stream", "tls_config", "url" } do
    collected[name .. "_free"] = true
end

-- The reason for each, one in twenty at the most.
local left_out = {
    connection_getresponse = "what exchange gives calls it, and makes the object in the same step",
    connection_send = "connection_send_from calls it, without a copy of what is left",
    stream_write = "stream_write_from calls it, for the same reason",
    response_reason_length = "Lua strings know their length",
    response_error_code = "the status that a call gives is the code",
}

-- Runs last: luaunit sorts by name.
TestZReach = {}

TestZReach["test the C functions and what was called of them"] = function()
    local file = assert(io.open(os.getenv "srcdir" .. "/libhttp/libhttp.map"))
    local missing, count, excused = {}, 0, 0
    for name in file:read("*a"):gmatch("\n%s+libhttp_([%w_]+);") do
        count = count + 1
        if left_out[name] then
            excused = excused + 1
        elseif not support.called[name] and not collected[name] then
            missing[#missing + 1] = name
        end
    end
    file:close()
    lu.assertTrue(count > 200)
    lu.assertTrue(excused * 20 <= count)
    lu.assertEquals(missing, {})
end
