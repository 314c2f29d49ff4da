#!/usr/bin/env lua
-- SPDX-License-Identifier: MIT
-- get.lua HOST PORT [CA-FILE]: http.client's first session: two pages by GET, over TLS where there is a
-- file with the authority to trust.
local http = require "libhttp"

local host, port, ca = arg[1], tonumber(arg[2]), arg[3]
local conn
if ca then
    conn = assert(http.HTTPSConnection(host, port, { ca_file = ca, timeout = 10 }))
else
    conn = assert(http.HTTPConnection(host, port, { timeout = 10 }))
end

assert(conn:request("GET", "/index.html"))
local response = assert(conn:getresponse())
print(response.status, response.reason)
io.write(response:read())

-- The body piece by piece, as it comes.
assert(conn:request("GET", "/chunked"))
response = assert(conn:getresponse())
for chunk in response:chunks(200) do
    io.write(chunk)
end

-- A page that isn't there is no error, but a status like another.
assert(conn:request("GET", "/parrot.spam"))
response = assert(conn:getresponse())
print(response.status, response.reason)
response:read()
conn:close()
