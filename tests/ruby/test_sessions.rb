#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# The three sessions of http.client's page, against the example server.
require "support"

class TestSessions < LibHTTPTest
  test "C-28 C-89 the first session GET twice on one connection" do
    connect do |conn|
      first = conn.request("GET", "/index.html").getresponse
      assert_equal [200, "OK", 11], [first.status, first.reason, first.version]
      assert_equal "<html><p>Hello from the example server.</p></html>\n", first.read
      address = conn.fileno
      second = conn.request("GET", "/parrot.spam").getresponse
      assert_equal [404, "Not Found"], [second.status, second.reason]
      refute_empty second.read
      assert_equal address, conn.fileno, "the same socket"
    end
  end

  test "C-75 the second session HEAD has no body" do
    connect do |conn|
      response = conn.request("HEAD", "/index.html").getresponse
      assert_equal [200, "OK"], [response.status, response.reason]
      assert_equal "".b, response.read
      assert_equal "51", response.getheader("content-length")
    end
  end

  test "C-135 the third session POST of a form" do
    connect do |conn|
      conn.request("POST", "/cgi-bin/query",
                   body: LibHTTP.urlencode(spam: 1, eggs: 2, bacon: 0),
                   headers: { "Content-type" => "application/x-www-form-urlencoded", "Accept" => "text/plain" })
      response = conn.getresponse
      assert_equal 200, response.status
      assert_equal "<p>You asked: spam=1&eggs=2&bacon=0</p>\n", response.read
    end
  end

  test "C-13 the same over TLS" do
    connect_tls do |conn|
      assert_equal 200, conn.request("GET", "/index.html").getresponse(&:status)
      assert_match(/\ATLSv1\.[23]\z/, conn.tls_version)
      refute_empty conn.tls_cipher
      assert_equal "http/1.1", conn.tls_alpn if conn.tls_alpn != ""
      assert_equal 0x30, conn.peer_certificate.getbyte(0)
    end
  end

  test "T-40 C-13 a server that nobody vouches for is refused" do
    LibHTTP::HTTPSConnection.open(HTTPS, timeout: PATIENCE) do |conn|
      error = assert_raises(LibHTTP::CertificateError) { conn.request("GET", "/") }
      assert_kind_of LibHTTP::TLSError, error
      assert_match(/certificate/, error.message)
    end
  end

  test "T-43 C-139 check hostname is a switch of its own" do
    host, port = HTTPS.split(":")
    refute_nil host
    wrong = { ca_file: CA, timeout: PATIENCE, addresses: ["127.0.0.1"] }
    LibHTTP::HTTPSConnection.open("elsewhere.example", port.to_i, **wrong) do |conn|
      assert_raises(LibHTTP::CertificateError) { conn.request("GET", "/") }
    end
    LibHTTP::HTTPSConnection.open("elsewhere.example", port.to_i, check_hostname: false, **wrong) do |conn|
      assert_equal 200, conn.request("GET", "/index.html").getresponse(&:status)
    end
  end

  test "C-129 sessions are resumed within one configuration" do
    config = LibHTTP::TLSConfig.new(ca_file: CA)
    resumed = Array.new(2) do
      LibHTTP::HTTPSConnection.open(HTTPS, tls: config, timeout: PATIENCE) do |conn|
        conn.request("GET", "/index.html").getresponse.read
        conn.tls_resumed?
      end
    end
    assert_equal [false, true], resumed
    assert_raises(LibHTTP::ImproperConnectionState) { config.ca_file = CA }
  end

  test "C-56 C-60 a tunnel to the TLS server" do
    connect do |proxy|
      proxy.set_tunnel(HTTPS)
      proxy.tls = LibHTTP::TLSConfig.new(ca_file: CA)
      assert_equal 200, proxy.request("GET", "/index.html").getresponse(&:status)
      assert_equal [HTTPS.split(":")[0], HTTPS.split(":")[1].to_i, 200], [proxy.tunnel_host, proxy.tunnel_port, proxy.tunnel_status]
    end
  end

  test "C-133 a URL makes its connection" do
    url = LibHTTP::URL.parse("http://#{HTTP}/index.html?a=b#fragment")
    url.connection(timeout: PATIENCE).then do |conn|
      assert_equal 200, conn.request("GET", url.target).getresponse(&:status)
      conn.close
    end
    assert_equal ["http", "/index.html?a=b", false], [url.scheme, url.target, url.tls?]
  end
end
