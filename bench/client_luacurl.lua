-- SPDX-License-Identifier: MIT
-- client_luacurl.lua HOW URL TIMES CA-FILE FILE: lua-curl (Lua 5.1 and LuaJIT only); client.h says what that means.
local curl = require "curl"
local clock = require "socket".gettime

local how, url, times, ca = arg[1], arg[2], tonumber(arg[3]), arg[4]
if how ~= "keep" and how ~= "new" then os.exit(3) end

local all = 0
local handle = curl.easy_init()
handle:setopt(curl.OPT_URL, url)
handle:setopt(curl.OPT_CAINFO, ca)
handle:setopt(curl.OPT_TIMEOUT, 600)
handle:setopt(curl.OPT_CONNECTTIMEOUT, 30)
handle:setopt(curl.OPT_NOSIGNAL, 1)
handle:setopt(curl.OPT_FORBID_REUSE, how == "new" and 1 or 0)
handle:setopt(curl.OPT_WRITEFUNCTION, function(_, size)
    all = all + size
    return size
end)

local function exchange()
    all = 0
    assert(handle:perform() == 0)
    return all
end

local expected = exchange()
local begun, used = clock(), os.clock()
for _ = 1, times do assert(exchange() == expected) end
print(("%.6f %.6f"):format(clock() - begun, os.clock() - used))
