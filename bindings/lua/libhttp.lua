-- SPDX-License-Identifier: MIT
--- libhttp: http.client for Lua.
--
--     local http = require "libhttp"
--     local conn = http.HTTPSConnection("www.python.org", { timeout = 10 })
--     assert(conn:request("GET", "/index.html"))
--     local response = assert(conn:getresponse())
--     print(response.status, response.reason)
--     for chunk in response:chunks() do io.write(chunk) end
--
-- What the network does gives `nil, message, code, err`; misuse is thrown. `err` says more: see
-- @{libhttp.error}. In a coroutine of a cqueues loop other coroutines run on while one waits;
-- elsewhere a call waits in poll(2).
--
-- Besides what is described here: a class of errors under its name (`http.BadStatusLine`), every
-- constant of C without its prefix (`http.AGAIN`, `http.E_TIMEOUT`, `http.HTTPS_PORT`), statuses by
-- name (`http.NOT_FOUND` is 404).
-- @module libhttp
local connection = require "libhttp.connection"
local core = require "libhttp.core"
local errors = require "libhttp.error"
local message = require "libhttp.message"
local text = require "libhttp.text"
local tls = require "libhttp.tls"
local wait = require "libhttp.wait"

local http = {
    --- Makes a connection that speaks plain HTTP; see `Connection`.
    HTTPConnection = connection.HTTPConnection,
    --- The same over TLS.
    HTTPSConnection = connection.HTTPSConnection,
    --- Makes a @{TLSConfig}.
    TLSConfig = function(options)
        return tls.new(options)
    end,
    --- The default TLSConfig.
    default_tls = tls.default,
    --- Makes a `http.Message`.
    Message = function(from)
        return message.new(from, 2)
    end,
    --- All classes of errors by name, and by code.
    errors = errors.by_name,
    errors_by_code = errors.by_code,
    --- Whether an error, class, name or code is of a class or descends from it.
    is = errors.is,
    --- Waits by this function (fd, events, seconds) from now on: see `libhttp.wait`
    wait_with = wait.set,
    quote = text.quote,
    quote_plus = text.quote_plus,
    unquote = text.unquote,
    unquote_plus = text.unquote_plus,
    urlencode = text.urlencode,
    basic_credentials = text.basic_credentials,
    parse_url = text.parse_url,
    parse_media = text.parse_media,
    --- The library's version, as text and as a number (0x010203 is 1.2.3), and the TLS library's.
    version = core.version(),
    version_number = core.version_number(),
    tls_library = core.tls_library(),
    --- Phrases of statuses: `http.responses[404]` is "Not Found".
    responses = {},
    --- Names of statuses: `http.status_names[404]` is "NOT_FOUND".
    status_names = {},
}

for name, class in pairs(errors.by_name) do
    http[name] = class
end

for index = 0, core.constant_count() - 1 do
    local name = core.constant_name(index):gsub("^LIBHTTP_", ""):gsub("^STATUS_", "")
    if http[name] == nil then
        http[name] = core.constant_value(index)
    end
end

for index = 0, core.status_count() - 1 do
    local status = core.status_at(index)
    http.responses[status] = core.status_phrase(status)
    http.status_names[status] = core.status_name(status)
end

--- The phrase of a status, or nil.
function http.status_phrase(status)
    return core.status_phrase(status)
end

return http
