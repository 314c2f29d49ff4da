#!/usr/bin/env lua
-- SPDX-License-Identifier: MIT
-- pump.lua HOST PORT FILE: puts a file by an ltn12 pump, and pours the answer into another one.
local http = require "libhttp"
local ltn12 = require "ltn12"

local host, port, name = arg[1], tonumber(arg[2]), arg[3]
local conn = assert(http.HTTPConnection(host, port))
assert(conn:putrequest("PUT", "/upload"))
assert(conn:putheader("Transfer-Encoding", "chunked"))
assert(conn:endheaders(nil, { encode_chunked = true }))
assert(ltn12.pump.all(ltn12.source.file(assert(io.open(name, "rb"))), conn:sink()))
local response = assert(conn:getresponse())
print(response.status, response.reason)
assert(ltn12.pump.all(response:source(), ltn12.sink.file(io.stdout)))
