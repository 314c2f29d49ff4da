-- SPDX-License-Identifier: MIT
-- client_luasocket.lua HOW URL TIMES CA-FILE FILE: LuaSocket's http, and LuaSec's https over it; client.h says what that means.
-- It makes a connection for each request, and can't do otherwise.
local clock = require "socket".gettime
local ltn12 = require "ltn12"

local how, url, times, ca, file = arg[1], arg[2], tonumber(arg[3]), arg[4], arg[5]
local tls = url:find "^https:" ~= nil
local client = tls and require "ssl.https" or require "socket.http"

local function exchange()
    local all = 0
    local request = {
        url = url,
        sink = function(chunk)
            if chunk then all = all + #chunk end
            return 1
        end,
    }
    if tls then request.verify, request.cafile = "peer", ca end
    if how == "put" then
        local body = assert(io.open(file, "rb"))
        request.method, request.source = "PUT", ltn12.source.file(body)
        request.headers = { ["content-length"] = body:seek("end") }
        body:seek("set")
    end
    assert(client.request(request))
    return all
end

if how ~= "new" and how ~= "put" then os.exit(3) end
local expected = exchange()
local begun, used = clock(), os.clock()
for _ = 1, times do assert(exchange() == expected) end
print(("%.6f %.6f"):format(clock() - begun, os.clock() - used))
