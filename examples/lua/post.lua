#!/usr/bin/env lua
-- SPDX-License-Identifier: MIT
-- post.lua HOST PORT: http.client's third session: a form by POST.
local http = require "libhttp"

local form = http.urlencode { { "@number", 12524 }, { "@type", "issue" }, { "@action", "show" } }
local conn = assert(http.HTTPConnection(arg[1], tonumber(arg[2])))
assert(conn:request("POST", "/cgi-bin/query", form, {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    Accept = "text/plain",
}))
local response = assert(conn:getresponse())
print(response.status, response.reason)
print(response:read())
conn:close()
