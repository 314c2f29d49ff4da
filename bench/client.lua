-- SPDX-License-Identifier: MIT
-- client.lua HOW URL TIMES CA-FILE FILE: libhttp's Lua binding; client.h says what that means.
local http = require "libhttp"
local clock = require "socket".gettime

local how, url, times, ca, file = arg[1], arg[2], tonumber(arg[3]), arg[4], arg[5]
local scheme, host, port, path = url:match "^(%w+)://([^:]+):(%d+)(.*)$"
local options = { timeout = 30, total_timeout = 600 }
if scheme == "https" then options.ca_file = ca end
local big = path:find "^/[cd]/" ~= nil

local conn = assert((scheme == "https" and http.HTTPSConnection or http.HTTPConnection)(host, tonumber(port), options))

local function length(response)
    if not big then return #assert(response:read()) end
    local all = 0
    for chunk in response:chunks(65536) do all = all + #chunk end
    return all
end

local function exchange()
    if how == "put" then
        local body = assert(io.open(file, "rb"))
        assert(conn:request("PUT", path, body))
        body:close()
    else
        assert(conn:request("GET", path))
    end
    local response = assert(conn:getresponse())
    local got = length(response)
    if how == "new" then conn:close() end
    return got, response
end

if how ~= "call" and how ~= "keep" and how ~= "new" and how ~= "put" then os.exit(3) end
local expected, response = exchange()
local begun, used = clock(), os.clock()
if how == "call" then
    for _ = 1, times do assert(response:getheader("ETag")) end
else
    for _ = 1, times do assert(exchange() == expected) end
end
print(("%.6f %.6f"):format(clock() - begun, os.clock() - used))
