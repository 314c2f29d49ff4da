-- SPDX-License-Identifier: MIT
-- Options and settings of connections and TLS configurations.
local lu = require "luaunit"
local support = require "support"
local http = support.http

TestSettings = {}

TestSettings["test C-8: times are seconds, false is none"] = function()
    local conn = assert(http.HTTPConnection("h", { timeout = 1.5 }))
    lu.assertEquals({ conn.connect_timeout, conn.idle_timeout, conn.total_timeout }, { 1.5, 1.5, false })
    for _, name in ipairs { "connect_timeout", "idle_timeout", "total_timeout", "continue_timeout" } do
        conn[name] = 2
        lu.assertEquals(conn[name], 2)
        lu.assertTrue(conn["set_" .. name](conn, false))
        lu.assertEquals(conn[name], false)
        conn[name] = 0.0001
        lu.assertEquals(conn[name], 0.001)
    end
    for _, wrong in ipairs { 0, -1, 0 / 0, "1", {}, true } do
        lu.assertFalse((pcall(conn.set_timeout, conn, wrong)), tostring(wrong))
        lu.assertFalse((pcall(http.HTTPConnection, "h", { timeout = wrong })))
    end
end

TestSettings["test C-10 C-11 C-71 C-106: limits, switches, debugging: each can be set and read"] = function()
    local conn = assert(http.HTTPConnection("h", 8080, { blocksize = 4096 }))
    lu.assertEquals(conn.block_size, 4096)
    for _, name in ipairs { "max_line", "max_headers", "max_head", "max_interim", "max_drain", "block_size" } do
        conn[name] = 1234
        lu.assertEquals(conn[name], 1234)
        lu.assertFalse((pcall(conn["set_" .. name], conn, -1)))
        lu.assertFalse((pcall(conn["set_" .. name], conn, 1.5)))
        lu.assertFalse((pcall(conn["set_" .. name], conn, 2 ^ 70)))
    end
    for _, name in ipairs { "auto_open", "keep_alive_probes", "strict_reuse" } do
        for _, value in ipairs { true, false } do
            conn[name] = value
            lu.assertIs(conn[name], value)
        end
        lu.assertErrorMsgContains("true or false", conn["set_" .. name], conn, 1)
    end
    conn.debug_fd = -1
    conn.debuglevel = 1
    lu.assertEquals({ conn.debug_fd, conn.debuglevel }, { -1, 1 })
    lu.assertErrorMsgContains("no field 'nope'", function()
        conn.nope = 1
    end)
    lu.assertNil(conn.nope)
end

TestSettings["test C-106 T-53: debug lines are kept for whoever asks, secrets masked"] = function()
    local conn = support.plain { debug_fd = -1, debuglevel = 1 }
    assert(conn:request("GET", "/", nil, { Authorization = "Basic c2VjcmV0" }))
    local response = assert(conn:getresponse())
    lu.assertEquals(response.debuglevel, 1)
    response.debuglevel = 0
    lu.assertEquals(response.debuglevel, 0)
    local lines = conn:debug_take()
    lu.assertStrContains(lines, "send:")
    lu.assertStrContains(lines, "header:")
    lu.assertNotStrContains(lines, "c2VjcmV0")
    lu.assertNil(conn:debug_take())
end

TestSettings["test C-8 C-126 C-137: source address, addresses given in advance"] = function()
    local conn = assert(http.HTTPConnection("nowhere.invalid", support.http_at.port,
        { addresses = { "127.0.0.1" }, source_address = { "127.0.0.1", 0 } }))
    lu.assertEquals({ conn.address_count, conn.source_address, conn.source_port }, { 1, "127.0.0.1", 0 })
    assert(conn:request("GET", "/"))
    lu.assertEquals(assert(conn:getresponse()):read(), "<html><p>Hello from the example server.</p></html>\n")
    lu.assertEquals(conn.peer_address, "127.0.0.1:" .. support.http_at.port)
    lu.assertTrue(conn.is_open)
    conn:close()
    assert(conn:clear_addresses())
    assert(conn:set_source_address(nil))
    lu.assertNil(conn.source_address)
    lu.assertNil(conn.source_port)
    lu.assertEquals(conn.address_count, 0)
    lu.assertErrorMsgContains("InvalidArgument", conn.add_address, conn, "parrot")
end

TestSettings["test C-132 C-98 C-19: what can be learned of an exchange"] = function()
    local conn = support.plain()
    lu.assertNil(conn:fileno())
    lu.assertNil(conn.times.complete)
    assert(conn:request("GET", "/"))
    local response = assert(conn:getresponse())
    lu.assertTrue(conn.response_unread)
    lu.assertEquals(response:fileno(), conn:fileno())
    response:read()
    lu.assertFalse(conn.response_unread)
    local times = conn.times
    lu.assertTrue(times.connected <= times.sent and times.sent <= times.first_byte and
        times.first_byte <= times.complete and times.complete < 20)
    lu.assertNil(times.handshaken)
    lu.assertTrue(conn.bytes_sent > 30 and conn.bytes_received > 51)
    lu.assertEquals(conn.mode, http.MODE_NONBLOCKING)
    lu.assertNil(conn.tls)
    lu.assertNil(conn.tls_version)
    lu.assertNil(conn.tunnel_host)
    lu.assertNil(conn.tunnel_port)
    lu.assertNil(conn.tunnel_headers)
    lu.assertTrue(conn:trim())
    lu.assertStrContains(tostring(conn), "libhttp connection: 0x")
end

TestSettings["test C-127: a Unix-domain socket"] = function()
    local socket = require "cqueues.socket"
    local path = os.tmpname()
    os.remove(path)
    local listener = socket.listen { path = path }
    support.loop(function()
        local peer = listener:accept()
        peer:setmode("b", "bf")
        repeat until peer:read("*L") == "\r\n"
        peer:write("HTTP/1.1 204 No Content\r\n\r\n")
        peer:flush()
        peer:close()
    end, function()
        local conn = assert(http.HTTPConnection(nil, { unix = path, timeout = support.patience }))
        assert(conn:request("GET", "/"))
        lu.assertEquals(assert(conn:getresponse()).status, 204)
        lu.assertEquals(conn.peer_address, "unix:" .. path)
        conn:close()
    end)
    listener:close()
    os.remove(path)
end

TestSettings["test C-129 C-139: a TLS configuration by options, and what can be wrong with one"] = function()
    local pem = assert(io.open(support.ca, "rb"))
    local text = pem:read("*a")
    pem:close()
    local config = assert(http.TLSConfig {
        ca_data = { text }, ca_file = support.ca, ca_directory = "/etc", system_store = true,
        minimum_version = "TLSv1.2", maximum_version = "TLSv1.3", ciphers = "ECDHE+AESGCM",
        ciphersuites = "TLS_AES_128_GCM_SHA256", alpn = { "http/1.1" }, session_resumption = false,
        verify = false, check_hostname = false,
    })
    lu.assertEquals({ config.ca_file, config.ca_directory, config.ca_data_count, config.system_store },
        { support.ca, "/etc", 1, true })
    lu.assertEquals({ config.minimum_version, config.maximum_version, config.ciphers, config.ciphersuites },
        { "TLSv1.2", "TLSv1.3", "ECDHE+AESGCM", "TLS_AES_128_GCM_SHA256" })
    lu.assertEquals({ config.alpn, config.session_resumption, config.verify_peer, config.verify_host },
        { "http/1.1", false, false, false })
    lu.assertEquals({ config.has_client_certificate, config.client_certificate, config.client_key }, { false })
    local log = os.tmpname()
    config.key_log_file = log
    lu.assertEquals(config.key_log_file, log)
    os.remove(log)
    local conn = support.encrypted { tls = http.TLSConfig { ca_data = text } }
    lu.assertTrue(conn:request("GET", "/"))

    local made, _, code, err = http.TLSConfig { ca_file = "/nowhere" }
    lu.assertNil(made)
    lu.assertEquals(code, http.E_OS)
    lu.assertEquals(err.errno, 2)
    lu.assertNil((http.HTTPSConnection("h", { ca_file = "/nowhere" })))
    lu.assertNil((http.TLSConfig { ca_data = "parrot" }))
    lu.assertNil((http.TLSConfig { cert_file = support.ca, key_file = "/nowhere", passphrase = "p" }))
    lu.assertNil((http.TLSConfig { cert_data = "parrot", key_data = "spam" }))
    lu.assertIs(config.last_error, nil)
    lu.assertFalse((pcall(http.TLSConfig, { key_file = support.ca })))
    lu.assertErrorMsgContains("no TLS option", http.TLSConfig, { parrot = 1 })
    lu.assertErrorMsgContains("TLSv1.2", http.TLSConfig, { minimum_version = "SSLv3" })
    lu.assertErrorMsgContains("InvalidArgument", http.TLSConfig, { ciphers = "parrot" })
    lu.assertErrorMsgContains("InvalidState", function()
        http.default_tls().verify_peer = false
    end)
    lu.assertIs(http.default_tls().last_error.class, http.InvalidState)
end
