-- SPDX-License-Identifier: MIT
-- The seed's three sessions, against the example server.
local lu = require "luaunit"
local support = require "support"
local http = support.http

TestSessions = {}

TestSessions["test C-1 C-87 C-100: GET over TLS, its status, reason, fields and body"] = function()
    local conn = support.encrypted()
    lu.assertTrue(conn:request("GET", "/index.html"))
    local response = assert(conn:getresponse())
    lu.assertEquals(response.status, 200)
    lu.assertEquals(response.reason, "OK")
    lu.assertEquals(response.version, 11)
    lu.assertEquals(response.url, "/index.html")
    lu.assertEquals(response:read(), "<html><p>Hello from the example server.</p></html>\n")
    lu.assertEquals(response:read(), "", "after the end there is nothing, and no error")
    lu.assertNil((response:read(10)))
    lu.assertTrue(response.complete)
    lu.assertTrue(response:isclosed())

    assert(conn:request("GET", "/parrot.spam"))
    response = assert(conn:getresponse())
    lu.assertEquals(response.status, 404)
    lu.assertEquals(response.status, http.NOT_FOUND)
    lu.assertEquals(response.reason, "Not Found")
    lu.assertEquals(http.responses[response.status], "Not Found")
    lu.assertStrContains(response:read(), "parrot")
    conn:close()
end

TestSessions["test C-75 C-90: HEAD has no body, and the connection goes on"] = function()
    local conn = support.plain()
    assert(conn:request("HEAD", "/index.html"))
    local response = assert(conn:getresponse())
    lu.assertEquals(response.status, 200)
    lu.assertEquals(response:read(), "")
    lu.assertEquals(tonumber(response:getheader("content-length")), 51)
    assert(conn:request("GET", "/"))
    lu.assertEquals(#assert(conn:getresponse()):read(), 51)
end

TestSessions["test C-135 C-45: POST of a form"] = function()
    local conn = support.plain()
    local form = http.urlencode { { "@number", 12524 }, { "@type", "issue" }, { "@action", "show" } }
    lu.assertEquals(form, "%40number=12524&%40type=issue&%40action=show")
    local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", Accept = "text/plain" }
    assert(conn:request("POST", "/cgi-bin/query", form, headers))
    local response = assert(conn:getresponse())
    lu.assertEquals(response.status, 200)
    lu.assertStrContains(response:read(), "%40number=12524")
end

TestSessions["test C-91: chunks and lines of a chunked answer"] = function()
    local conn = support.plain()
    assert(conn:request("GET", "/chunked"))
    local lines = {}
    for line in assert(conn:getresponse()):lines() do
        lines[#lines + 1] = line
    end
    lu.assertEquals(#lines, 5)
    lu.assertEquals(lines[1], "piece 1 of 5")
    assert(conn:request("GET", "/chunked"))
    local text = ""
    for chunk in assert(conn:getresponse()):chunks(7) do
        lu.assertTrue(#chunk <= 7)
        text = text .. chunk
    end
    lu.assertEquals(text, table.concat(lines, "\n") .. "\n")
end

TestSessions["test C-89: ten million bytes in pieces"] = function()
    local conn = support.encrypted()
    assert(conn:request("GET", "/download"))
    local response, total = assert(conn:getresponse()), 0
    lu.assertEquals(response.remaining, 10000000)
    for chunk in response:chunks() do
        total = total + #chunk
    end
    lu.assertEquals(total, 10000000)
    lu.assertEquals(response.remaining, 0)
end

TestSessions["test C-55 C-60: a tunnel to a TLS server, and one that is refused"] = function()
    local conn = assert(http.HTTPSConnection(support.http_at.host, support.http_at.port,
        { ca_file = support.ca }))
    assert(conn:set_tunnel("localhost", support.https_at.port, { ["Proxy-Authorization"] = "x" }))
    lu.assertEquals(conn.tunnel_host, "localhost")
    lu.assertEquals(conn.tunnel_port, support.https_at.port)
    assert(conn:request("GET", "/"))
    lu.assertEquals(assert(conn:getresponse()):read(), "<html><p>Hello from the example server.</p></html>\n")
    lu.assertEquals(conn.tunnel_status, 200)
    lu.assertEquals(conn.tunnel_reason, "Connection established")
    lu.assertEquals(#conn.tunnel_headers:keys(), 0)

    local refused = support.connect("HTTP/1.1 407 No Way\r\nX-Why: money\r\nContent-Length: 0\r\n\r\n")
    for _, port in ipairs { -1, -2, 65536, 2 ^ 33 } do
        lu.assertEquals((select(3, refused:set_tunnel("h", port))), http.E_INVALID_URL)
    end
    assert(refused:set_tunnel("h", 80))
    local ok, message, code, err = refused:connect()
    lu.assertNil(ok)
    lu.assertStrContains(message, "407")
    lu.assertEquals(code, http.E_TUNNEL_FAILED)
    lu.assertEquals(err.status, 407)
    lu.assertEquals(err.reason, "No Way")
    lu.assertEquals(refused.tunnel_headers["x-why"], "money")
end

TestSessions["test C-129 C-13: what TLS has agreed on can be read, and one configuration resumes"] = function()
    local config = assert(http.TLSConfig { ca_file = support.ca })
    for turn = 1, 2 do
        local conn = support.encrypted { tls = config }
        assert(conn:request("GET", "/"))
        assert(conn:getresponse()):read()
        lu.assertStrContains(conn.tls_version, "TLSv1.")
        lu.assertEquals(type(conn.tls_cipher), "string")
        lu.assertEquals(type(conn.tls_alpn), "string")
        lu.assertEquals(conn.peer_certificate:byte(1), 0x30)
        lu.assertEquals(conn.tls_resumed, turn == 2)
        lu.assertIs(conn.tls, config)
        conn:close()
    end
    lu.assertErrorMsgContains("InvalidState", config.set_verify_peer, config, false)
end

TestSessions["test T-40: a server that nobody vouches for is refused"] = function()
    local conn = assert(http.HTTPSConnection("localhost", support.https_at.port))
    local ok, _, code, err = conn:request("GET", "/")
    lu.assertNil(ok)
    lu.assertEquals(code, http.E_CERTIFICATE)
    lu.assertTrue(err:is(http.TLSError))
    lu.assertTrue(http.is(err, "CertificateError"))
    local wrong = assert(http.HTTPSConnection("localhost", support.https_at.port,
        { ca_file = support.ca, check_hostname = false, verify = false }))
    lu.assertTrue(wrong:request("GET", "/"))
end
