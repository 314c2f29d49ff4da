#!/usr/bin/env lua
-- SPDX-License-Identifier: MIT
-- many.lua HOST PORT COUNT: so many requests at once, in one thread: a coroutine of a cqueues loop each.
local cqueues = require "cqueues"
local http = require "libhttp"

local loop, done = cqueues.new(), 0
for _ = 1, tonumber(arg[3]) do
    loop:wrap(function()
        local conn = assert(http.HTTPConnection(arg[1], tonumber(arg[2])))
        assert(conn:request("GET", "/slow?ms=200"))
        assert(assert(conn:getresponse()):read())
        conn:close()
        done = done + 1
    end)
end
local before = cqueues.monotime()
assert(loop:loop())
local seconds = cqueues.monotime() - before
print(("%d answers, each 0.2 s in the making, in %.1f s"):format(done, seconds))
assert(done == tonumber(arg[3]))
