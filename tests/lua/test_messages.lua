-- SPDX-License-Identifier: MIT
-- Fields, and the helpers for text.
local lu = require "luaunit"
local support = require "support"
local http = support.http

TestMessages = {}

TestMessages["test C-73 C-100: order and duplicates are kept, case doesn't count"] = function()
    local fields = http.Message { { "B", "1" }, { "a", "2" }, { "b", "3" }, { "C", { "x", "y" } }, d = 4 }
    lu.assertEquals(fields:keys(), { "B", "a", "b", "C", "C", "d" })
    lu.assertEquals(fields:values(), { "1", "2", "3", "x", "y", "4" })
    lu.assertEquals(fields:get("B"), "1, 3")
    lu.assertEquals(fields.c, "x, y")
    lu.assertEquals(fields:get_all("C"), { "x", "y" })
    lu.assertEquals(fields:get_all("none"), {})
    lu.assertEquals(fields:get("none", { "p", "q" }), "p, q")
    lu.assertEquals(fields:get("none", "p"), "p")
    lu.assertNil(fields:get("none"))
    lu.assertTrue(fields:contains("A"))
    lu.assertFalse(fields:contains("Z"))
    lu.assertEquals(fields:count(), 6)
    lu.assertEquals(fields:pairs()[2], { "a", "2" })
    local copied = fields:copy()
    fields:set("b", "only"):add("new", "v"):remove("a")
    lu.assertEquals(fields:keys(), { "b", "C", "C", "d", "new" })
    lu.assertEquals(copied:keys(), { "B", "a", "b", "C", "C", "d" })
    fields.d = nil
    fields.e = "5"
    fields.f = { "6", "7" }
    lu.assertEquals(tostring(fields), "b: only\nC: x\nC: y\nnew: v\ne: 5\nf: 6\nf: 7")
    lu.assertEquals(http.Message(fields):count(), 7)
    lu.assertEquals(fields:clear():count(), 0)
    if _VERSION ~= "Lua 5.1" then
        lu.assertEquals(#copied, 6)
        local seen = {}
        for name, value in pairs(copied) do
            seen[#seen + 1] = name .. value
        end
        lu.assertEquals(seen[3], "b3")
    end
end

TestMessages["test T-1 C-41 C-42 T-6: what could end a field is refused, with the error's class"] = function()
    local fields = http.Message()
    for _, value in ipairs { "a\r\nX: y", "a\nb", "a\0b", "\127" } do
        local ok, err = pcall(fields.add, fields, "X", value)
        lu.assertFalse(ok)
        lu.assertEquals(err.class, http.InvalidArgument)
    end
    lu.assertFalse((pcall(fields.add, fields, "X Y", "v")))
    lu.assertFalse((pcall(fields.set, fields, "", "v")))
    lu.assertEquals(fields:count(), 0)
    lu.assertEquals(fields:error_code(), http.E_INVALID_ARGUMENT)
    lu.assertErrorMsgContains("a field's value is a string or a number", fields.add, fields, "X", {})
    lu.assertErrorMsgContains("a field's name is a string", fields.add, fields, 5, "x")
    lu.assertErrorMsgContains("pairs", http.Message, { "X: y" })
    lu.assertErrorMsgContains("not a number", http.Message, 5)
    fields:add("X", "\128\255 \9y")
    lu.assertEquals(fields.x, "\128\255 \9y")
end

TestMessages["test C-134: content type, charset and parameters of a field"] = function()
    local fields = http.Message {
        ["Content-Type"] = 'Text/HTML; charset="UTF-8"; q=1',
        ["Content-Disposition"] = "attachment; filename*=UTF-8''na%C3%AFve.txt",
    }
    lu.assertEquals(fields:get_content_type(), "text/html")
    lu.assertEquals(fields:get_content_maintype(), "text")
    lu.assertEquals(fields:get_content_subtype(), "html")
    lu.assertEquals(fields:get_content_charset(), "utf-8")
    lu.assertEquals(fields:get_param("q"), "1")
    lu.assertNil(fields:get_param("none"))
    lu.assertEquals(fields:get_param("filename", "Content-Disposition"), "na\195\175ve.txt")
    lu.assertEquals(http.Message():get_content_type(), "text/plain")
    local media = http.parse_media("attachment; a=1; B=2")
    lu.assertEquals(media.value, "attachment")
    lu.assertEquals(media.parameters, { { "a", "1" }, { "b", "2" } })
    lu.assertEquals(fields:media().type, "text/html")
end

TestMessages["test C-135: percent encoding of any bytes, and forms"] = function()
    local bytes = {}
    for byte = 0, 255 do
        bytes[#bytes + 1] = string.char(byte)
    end
    bytes = table.concat(bytes)
    lu.assertEquals(http.unquote(http.quote(bytes)), bytes)
    lu.assertEquals(http.unquote_plus(http.quote_plus(bytes)), bytes)
    lu.assertEquals(http.quote("/a b&\0"), "/a%20b%26%00")
    lu.assertEquals(http.quote("/a", ""), "%2Fa")
    lu.assertEquals(http.quote_plus("/a b"), "%2Fa+b")
    lu.assertEquals(http.quote(""), "")
    lu.assertEquals(http.urlencode { b = { 1, 2 }, a = "x\0", { "z", "\195\164" } }, "z=%C3%A4&a=x%00&b=1&b=2")
    lu.assertEquals(http.urlencode {}, "")
    lu.assertErrorMsgContains("a string is wanted", http.quote, {})
    lu.assertErrorMsgContains("a table is wanted", http.urlencode, "a=b")
    lu.assertErrorMsgContains("NUL", http.urlencode, { ["a\0"] = "x" })
    lu.assertErrorMsgContains("pairs", http.urlencode, { "a" })
end

TestMessages["test C-137: Basic credentials"] = function()
    lu.assertEquals(http.basic_credentials("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
    lu.assertFalse((pcall(http.basic_credentials, "a:b", "c")))
end

TestMessages["test C-133 T-7: URLs are split, hostile ones refused"] = function()
    lu.assertEquals(http.parse_url("https://[::1]:8443/a?b#c"),
        { scheme = "https", tls = true, host = "::1", port = 8443, target = "/a?b" })
    local split = http.parse_url("http://u:p%40@h", true)
    lu.assertEquals({ split.user, split.password, split.port, split.tls }, { "u", "p@", 80, false })
    for _, url in ipairs { "http://u@h", "http://a b/", "ftp://h/", "http://h:1x/", "http://h\0.x/", "" } do
        local parsed, message, code, err = http.parse_url(url)
        lu.assertNil(parsed)
        lu.assertEquals(type(message), "string")
        lu.assertEquals(code, http.E_INVALID_URL)
        lu.assertIs(err.class, http.InvalidURL)
    end
end

TestMessages["test C-110: constants and phrases, from the library's own tables"] = function()
    lu.assertEquals(http.HTTP_PORT, 80)
    lu.assertEquals(http.HTTPS_PORT, 443)
    lu.assertEquals(http.OK, 0)
    lu.assertEquals(http.CREATED, 201)
    lu.assertEquals(http.responses[413], "Content Too Large")
    lu.assertEquals(http.status_phrase(200), "OK")
    lu.assertNil(http.responses[299])
    local count = 0
    for status, name in pairs(http.status_names) do
        count = count + 1
        if status ~= 200 then
            lu.assertEquals(http[name], status)
        end
    end
    lu.assertEquals(count, 62)
    lu.assertStrMatches(http.version, "%d+%.%d+%.%d+")
    lu.assertEquals(math.floor(http.version_number / 65536), tonumber(http.version:match("^%d+")))
    lu.assertStrContains(http.tls_library, "OpenSSL")
end
