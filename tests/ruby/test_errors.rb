#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# The classes of errors, and what each carries.
require "support"

class TestErrors < LibHTTPTest
  CORE = LibHTTP::Core

  def failing(bytes, kind, times: 1, &block)
    to(answering(bytes, times: times)) do |conn|
      conn.request("GET", "/")
      error = assert_raises(kind) { (block || ->(c) { c.getresponse.read }).call(conn) }
      assert_equal kind, error.class
      error
    end
  end

  test "C-107 C-108 the classes are the library's table" do
    assert_equal CORE.error_count, LibHTTP::Error.classes.size
    LibHTTP::Error.classes.each do |code, kind|
      assert_equal [code, CORE.error_name(code), CORE.error_description(code)],
                   [kind.code, kind.name.delete_prefix("LibHTTP::"), kind.description]
      parent = CORE.error_parent(code)
      assert_equal LibHTTP::Error.classes[parent], kind.superclass unless parent.zero?
      assert_includes kind.ancestors, LibHTTP::Error
      LibHTTP::Error.classes.each do |other, another|
        assert_equal CORE.error_is(code, other) == 1, kind <= another || false
      end
    end
    assert_operator LibHTTP::RemoteDisconnected, :<, LibHTTP::BadStatusLine
    assert_operator LibHTTP::CannotSendHeader, :<, LibHTTP::ImproperConnectionState
    assert_operator LibHTTP::HTTPException, :<, StandardError
  end

  test "they are what Ruby's own libraries raise, too" do
    assert_operator LibHTTP::Timeout, :<, ::Timeout::Error
    assert_operator LibHTTP::NameResolutionError, :<, SocketError
    assert_operator LibHTTP::InvalidArgument, :<, ArgumentError
    error = LibHTTP::BadStatusLine.new("mine")
    assert_equal ["mine", LibHTTP::BadStatusLine.code, nil], [error.message, error.code, error.errno]
  end

  test "C-64 C-22 RemoteDisconnected, a reset too; the connection is usable" do
    error = failing("", LibHTTP::RemoteDisconnected) { |conn| conn.getresponse }
    assert_equal Errno::ECONNRESET::Errno, error.errno
    assert_operator Errno::ECONNRESET, :===, error
    refute_operator Errno::EPIPE, :===, error
  end

  test "C-65 BadStatusLine has the line" do
    error = failing("nonsense\0\xff\r\n\r\n".b, LibHTTP::BadStatusLine)
    assert_equal ["nonsense\0\xff".b, error.line], [error.line.b, error.detail]
  end

  test "C-67 UnknownProtocol has the version" do
    assert_equal "HTTP/2.0", failing("HTTP/2.0 200 OK\r\n\r\n", LibHTTP::UnknownProtocol).version
  end

  test "C-74 BadHeader has the line" do
    assert_equal "no colon", failing("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", LibHTTP::BadHeader).line
  end

  test "C-68 C-71 C-76 C-78 C-80 one class for each" do
    failing("HTTP/1.1 200 #{'x' * 70_000}\r\n\r\n", LibHTTP::LineTooLong)
    failing("HTTP/1.1 200 OK\r\n#{"A: b\r\n" * 101}\r\n", LibHTTP::TooManyHeaders)
    failing("HTTP/1.1 200 OK\r\n#{"A: #{'b' * 60_000}\r\n" * 5}\r\n", LibHTTP::HeadTooLarge)
    failing("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", LibHTTP::UnknownTransferEncoding)
    failing("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n", LibHTTP::BadContentLength)
    failing("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcdefgh", LibHTTP::BadChunk)
  end

  test "C-87 IncompleteRead of read has what came, and how much did not" do
    error = failing("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc\0\xff".b, LibHTTP::IncompleteRead)
    assert_equal ["abc\0\xff".b, 5], [error.partial, error.expected]
    error = failing("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", LibHTTP::IncompleteRead)
    assert_equal ["abc", nil], [error.partial, error.expected]
  end

  test "C-88 a body cut off gives what came, and then the error, however it is read" do
    bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab\ncd"
    failing(bytes, LibHTTP::IncompleteRead) do |conn|
      response = conn.getresponse
      assert_equal "ab\ncd", response.read(8)
      response.read(8)
    end
    came = []
    failing(bytes, LibHTTP::IncompleteRead) { |conn| conn.getresponse.each { |chunk| came << chunk } }
    assert_equal "ab\ncd", came.join
    came = []
    failing(bytes, LibHTTP::IncompleteRead) { |conn| conn.getresponse.each_line { |line| came << line } }
    assert_equal "ab\ncd", came.join
    came = []
    failing(bytes, LibHTTP::IncompleteRead) { |conn| response = conn.getresponse; loop { came << response.readpartial(2) } }
    assert_equal "ab\ncd", came.join
    failing(bytes, LibHTTP::IncompleteRead) { |conn| IO.copy_stream(conn.getresponse, StringIO.new) }
  end

  test "C-15 C-16 C-17 C-18 C-136 calls that don't belong into the state" do
    connect do |conn|
      assert_raises(LibHTTP::ResponseNotReady) { conn.getresponse }
      assert_raises(LibHTTP::CannotSendHeader) { conn.putheader("A", "b") }
      assert_raises(LibHTTP::CannotSendHeader) { conn.endheaders }
      conn.putrequest("GET", "/index.html")
      assert_equal :request_started, conn.state
      assert_raises(LibHTTP::CannotSendRequest) { conn.putrequest("GET", "/") }
      conn.endheaders
      assert_equal :request_sent, conn.state
      assert_raises(LibHTTP::CannotSendRequest) { conn.request("GET", "/") }
      response = conn.getresponse
      assert_predicate conn, :response_unread?
      conn.request("GET", "/index.html")
      assert_raises(LibHTTP::ResponseNotReady) { conn.getresponse }
      response.read
      assert_equal 200, conn.getresponse(&:status)
      assert_raises(LibHTTP::ImproperConnectionState) { conn.connect }
    end
  end

  test "C-25 NotConnected with auto_open off, C-60 C-62 TunnelFailed with its status" do
    connect(auto_open: false) { |conn| assert_raises(LibHTTP::NotConnected) { conn.request("GET", "/") } }
    assert_raises(LibHTTP::NotConnected) { LibHTTP::HTTPConnection.new.request("GET", "/") }
    proxy = answering("HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")
    to(proxy) do |conn|
      [-1, -2, 65_536, 2**70].each { |port| assert_raises(LibHTTP::InvalidURL) { conn.set_tunnel("h", port) } }
      conn.set_tunnel("example.org", 443, headers: { "Proxy-Authorization" => "Basic eA==" })
      error = assert_raises(LibHTTP::TunnelFailed) { conn.request("GET", "/", headers: { "X-Inner" => "1" }) }
      assert_equal [407, "Who", "Basic"], [error.status, error.reason, error.headers["Proxy-Authenticate"]]
      assert_equal [407, "Who"], [conn.tunnel_status, conn.tunnel_reason]
    end
    assert_match(/\ACONNECT example\.org:443 HTTP/, proxy.value)
    assert_includes proxy.value, "Proxy-Authorization: Basic eA==\r\n"
    refute_includes proxy.value, "X-Inner"
  end

  test "C-108 a refused connection is OSError and Errno::ECONNREFUSED; last_error keeps it" do
    server = TCPServer.new("127.0.0.1", 0)
    port = server.addr[1]
    server.close
    conn = LibHTTP::HTTPConnection.new("127.0.0.1", port, timeout: PATIENCE)
    assert_nil conn.last_error
    error = begin
      conn.request("GET", "/")
    rescue Errno::ECONNREFUSED => e
      e
    end
    assert_instance_of LibHTTP::OSError, error
    assert_match(/127\.0\.0\.1:#{port}/, error.message)
    assert_equal [error.class, error.message, error.errno],
                 [conn.last_error.class, conn.last_error.message, conn.last_error.errno]
    error = assert_raises(SocketError) { LibHTTP::HTTPConnection.new("no-such-host.invalid", timeout: PATIENCE).connect }
    assert_instance_of LibHTTP::NameResolutionError, error
  end

  test "C-8 C-120 timeouts are Timeout and ::Timeout::Error" do
    silent = peer { |socket| socket.read }
    to(silent, idle_timeout: 0.1) do |conn|
      conn.request("GET", "/")
      assert_instance_of LibHTTP::Timeout, assert_raises(::Timeout::Error) { conn.getresponse }
      assert_equal :idle, conn.state
    end
    trickle = peer { |socket| read_head(socket); loop { socket.write("H"); sleep 0.02 } }
    to(trickle, total_timeout: 0.2) { |conn| assert_raises(LibHTTP::Timeout) { conn.request("GET", "/").getresponse } }
  end
end
