#!/usr/bin/env lua
-- SPDX-License-Identifier: MIT
-- head.lua HOST PORT: http.client's second session: HEAD, which never has a body.
local http = require "libhttp"

local conn = assert(http.HTTPConnection(arg[1], tonumber(arg[2])))
assert(conn:request("HEAD", "/index.html"))
local response = assert(conn:getresponse())
print(response.status, response.reason)
for name, value in response.headers:items() do
    print(name .. ": " .. value)
end
print(#response:read(), response.complete)
conn:close()
