#!/usr/bin/env lua
-- SPDX-License-Identifier: MIT
-- All tests of the Lua binding. The last asks which C functions the others have reached.
local luaunit = require "luaunit"
require "support"
io.stdout:setvbuf("line")

for _, name in ipairs { "sessions", "messages", "requests", "reading", "errors", "settings", "waiting",
    "carried", "misuse", "memory", "docs", "reach" } do
    require("test_" .. name)
end
-- Closed, so that all finalizers run.
os.exit(luaunit.LuaUnit.run(), true)
