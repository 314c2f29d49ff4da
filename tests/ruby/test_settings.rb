#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# Settings and what can be learned from a connection.
require "support"

class TestSettings < LibHTTPTest
  test "C-8 C-10 C-11 C-71 C-120 each can be read, set, and given at once" do
    conn = LibHTTP::HTTPConnection.new("h:81", connect_timeout: 1.5, total_timeout: 60, max_headers: 5)
    assert_equal ["h", 81, 1.5, 300, 60, 1], [conn.host, conn.port, conn.connect_timeout, conn.idle_timeout, conn.total_timeout, conn.continue_timeout]
    conn.timeout = 2
    assert_equal [2, 2, 2], [conn.timeout, conn.connect_timeout, conn.idle_timeout]
    conn.timeout = nil
    assert_nil conn.timeout
    { continue_timeout: 0.25, max_line: 100, max_headers: 7, max_head: 1000, max_interim: 3, max_drain: 0,
      block_size: 4096, auto_open: false, keep_alive_probes: true, strict_reuse: true, debuglevel: 2,
      source_address: ["127.0.0.1", 0] }.each do |name, value|
      conn.public_send("#{name}=", value)
      assert_equal value, conn.public_send(name), name
    end
    conn.source_address = nil
    assert_nil conn.source_address
    conn.addresses = ["127.0.0.1", "::1"]
    assert_equal 2, conn.address_count
    conn.addresses = nil
    assert_equal 0, conn.address_count
    assert_raises(ArgumentError) { conn.max_line = 0 }
  end

  test "C-129 a TLS configuration's settings" do
    config = LibHTTP::TLSConfig.new(ca_file: CA, verify: false, check_hostname: false, minimum_version: "TLSv1.3",
                                    maximum_version: "TLSv1.3", alpn: %w[http/1.1 x], session_resumption: false,
                                    ciphers: "ECDHE+AESGCM", ciphersuites: "TLS_AES_128_GCM_SHA256", ca_data: File.binread(CA))
    assert_equal [CA, false, false, "TLSv1.3", "TLSv1.3", %w[http/1.1 x], false, "ECDHE+AESGCM", "TLS_AES_128_GCM_SHA256", 1, false],
                 [config.ca_file, config.verify, config.check_hostname, config.minimum_version, config.maximum_version, config.alpn,
                  config.session_resumption, config.ciphers, config.ciphersuites, config.ca_data_count, config.system_store]
    assert_equal [nil, nil, nil, nil, false],
                 [config.ca_directory, config.client_certificate, config.client_key, config.key_log_file, config.client_certificate?]
    assert_equal true, LibHTTP::TLSConfig.default.verify
    assert_raises(LibHTTP::OSError) { LibHTTP::TLSConfig.new(ca_file: "/nowhere") }
    assert_raises(Errno::ENOENT) { LibHTTP::TLSConfig.new(ca_file: "/nowhere") }
    assert_raises(LibHTTP::TLSError) { LibHTTP::TLSConfig.new(ca_data: "no certificate") }
    assert_raises(LibHTTP::TLSError) { LibHTTP::TLSConfig.new(cert_file: CA) }
    assert_raises(ArgumentError) { config.minimum_version = "SSLv3" }
    conn = LibHTTP::HTTPSConnection.new("h", tls: config)
    assert_same config, conn.tls
    assert_equal 443, conn.port
  end

  test "C-106 T-53 debug lines go where they should, with credentials masked" do
    output = StringIO.new
    connect(debug_output: output, debuglevel: 1) do |conn|
      response = conn.request("GET", "/index.html", headers: { "Authorization" => "Basic secret" }).getresponse
      assert_equal 1, response.debuglevel
      response.set_debuglevel(0)
      response.read
      conn.set_debuglevel(0)
      conn.request("GET", "/parrot.spam").getresponse.read
    end
    assert_match(/^send: .*GET \/index\.html/, output.string)
    assert_match(/^reply: .*200 OK/, output.string)
    assert_match(/^header: .*text\/html/, output.string)
    refute_match(/secret|parrot/, output.string)
    out, = capture_io { connect(debuglevel: 1) { |conn| conn.request("GET", "/index.html").getresponse.read } }
    assert_match(/^send: /, out)
    reader, writer = IO.pipe
    connect(debug_output: writer.fileno, debuglevel: 1 | LibHTTP::DEBUG_SECRETS) do |conn|
      assert_equal writer.fileno, conn.debug_output
      conn.request("GET", "/index.html", headers: { "Authorization" => "Basic secret" }).getresponse.read
    end
    writer.close
    assert_match(/secret/, reader.read)
  end

  test "C-98 C-126 C-132 what can be learned from a connection" do
    connect do |conn|
      assert_equal [nil, nil, false, :idle, nil, nil], [conn.fileno, conn.peer_address, conn.open?, conn.state, conn.tls_version, conn.peer_certificate]
      assert_same conn, conn.connect
      assert_equal HTTP, conn.peer_address
      assert_predicate conn, :open?
      refute_predicate conn, :closed?
      response = conn.request("GET", "/index.html").getresponse
      assert_equal conn.fileno, response.fileno
      response.read
      assert_equal conn.timings.values.sort, conn.timings.values
      assert_includes conn.timings, :complete
      assert_operator conn.bytes_sent, :>, 50
      assert_operator conn.bytes_received, :>, 100
      assert_same conn, conn.trim
      assert_match(/127\.0\.0\.1:\d+ idle/, conn.inspect)
      assert_equal 200, conn.request("GET", "/index.html").getresponse(&:status)
    end
    waiting = peer do |socket|
      read_head(socket)
      socket.write("HTTP/1.1 102 Processing\r\nX: y\r\n\r\n")
      socket.read
    end
    to(waiting) do |conn|
      conn.request("GET", "/")
      eventually do
        assert_raises(::Timeout::Error) { ::Timeout.timeout(0.2) { conn.getresponse } }
        conn.interim.any?
      end
      assert_equal [[102, [%w[X y]]]], conn.interim.map { |status, fields| [status, fields.to_a] }
    end
  end

  test "C-1 C-2 C-3 C-6 hosts and ports" do
    { ["h"] => ["h", 80], ["h:81"] => ["h", 81], ["h", 81] => ["h", 81], ["[::1]:82"] => ["::1", 82], ["::1"] => ["::1", 80] }
      .each do |arguments, expected|
      conn = LibHTTP::HTTPConnection.new(*arguments)
      assert_equal expected, [conn.host, conn.port]
    end
    assert_equal "xn--bcher-kva.example", LibHTTP::HTTPConnection.new("b\u00fccher.example").host
    %w[h: h:x a/b http://a user@h h:99999].each do |host|
      error = assert_raises(LibHTTP::InvalidURL) { LibHTTP::HTTPConnection.new(host) }
      refute_empty error.message
    end
    LibHTTP::HTTPSConnection.open("h") { |conn| assert_equal 443, conn.port }
  end
end
