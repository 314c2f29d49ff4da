-- SPDX-License-Identifier: MIT
-- Everything public has a comment for LDoc, and what options and fields there are is told in one.
local lu = require "luaunit"
local support = require "support"

TestDocs = {}

local folder = os.getenv "srcdir" .. "/bindings/lua/"
local files = { "libhttp.lua" }
for _, name in ipairs { "connection", "error", "handle", "message", "response", "stream", "text", "tls", "wait" } do
    files[#files + 1] = "libhttp/" .. name .. ".lua"
end

-- Calls f with the line that defines a public function, and whether a comment of LDoc's stands before it.
local function each_function(path, f)
    local documented, in_comment = false, false
    for line in io.lines(path) do
        if line:find "^%s*%-%-%-" then
            documented, in_comment = true, true
        elseif not (in_comment and line:find "^%s*%-%-") then
            local object, name = line:match "^%s*function ([%w_]+)[.:]([%w_]+)"
            if object and object ~= "handle" and not name:find "^_" then
                f(object, name, documented)
            end
            documented, in_comment = false, false
        end
    end
end

-- Functions of a module's table that only the other modules call.
local inner = {
    errors = { new = true, give = true },
    message = { copy_of = true, handle = true, wrap = true },
    response = { new = true },
    stream = { new = true },
    text = { media_of = true },
    tls = { handle = true },
}

TestDocs["test every method and function is described"] = function()
    local count, missing = 0, {}
    for _, file in ipairs(files) do
        each_function(folder .. file, function(object, name, documented)
            count = count + 1
            if not documented and not (inner[object] and inner[object][name]) then
                missing[#missing + 1] = file .. ": " .. object .. "." .. name
            end
        end)
    end
    lu.assertTrue(count > 80, "found only " .. count)
    lu.assertEquals(table.concat(missing, ", "), "")
end

TestDocs["test every field and setting of an object stands in its class's comment"] = function()
    local objects = { connection = support.plain(), tls = support.http.TLSConfig() }
    assert(objects.connection:request("GET", "/"))
    objects.response = assert(objects.connection:getresponse())
    local count, missing = 0, {}
    for name, object in pairs(objects) do
        local file = assert(io.open(folder .. "libhttp/" .. name .. ".lua"))
        local comment = file:read("*a"):match "^(.-%-%- @classmod)"
        file:close()
        local index = getmetatable(object).__index
        for position = 1, 9 do
            local upvalue, value = debug.getupvalue(index, position)
            for field in pairs(upvalue == "fields" and value or {}) do
                count = count + 1
                if not comment:find("%f[%w_]" .. field .. "%f[^%w_]") then
                    missing[#missing + 1] = name .. "." .. field
                end
            end
        end
    end
    table.sort(missing)
    lu.assertTrue(count > 50, "found only " .. count)
    lu.assertEquals(table.concat(missing, ", "), "")
end
