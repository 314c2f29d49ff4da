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

  CONTROL = (0..31).reject { |byte| byte == 9 }.push(127).map(&:chr)
  # What a door refuses: nothing but NUL (a path), control bytes but TAB (a value), TAB too (credentials), blanks and what is
  # above 0x7f too (all else).
  REFUSED = { path: ["\0"], value: CONTROL, credentials: CONTROL + ["\t"],
              name: CONTROL + ["\t", " ", "\x80", "\xff", "\u2028", "\u0085"] }.freeze

  def doors(conn, begun, message)
    {
      "host" => [:name, ->(t) { LibHTTP::HTTPConnection.new(t) }],
      "host beside a port" => [:name, ->(t) { LibHTTP::HTTPConnection.new(t, 80) }],
      "host over TLS" => [:name, ->(t) { LibHTTP::HTTPSConnection.new(t) }],
      "host, set" => [:name, ->(t) { conn.set_host(t) }],
      "tunnel" => [:name, ->(t) { conn.set_tunnel(t, 80) }],
      "tunnel's field name" => [:name, ->(t) { conn.set_tunnel("h", 80, headers: { t => "v" }) }],
      "tunnel's field" => [:value, ->(t) { conn.set_tunnel("h", 80, headers: { "X" => t }) }],
      "Unix path" => [:path, ->(t) { LibHTTP::HTTPConnection.new(unix: "/#{t}") }],
      "source address" => [:name, ->(t) { LibHTTP::HTTPConnection.new("h", source_address: [t, 0]) }],
      "address" => [:name, ->(t) { LibHTTP::HTTPConnection.new("h", addresses: [t]) }],
      "method" => [:name, ->(t) { conn.request(t, "/") }],
      "target" => [:name, ->(t) { conn.request("GET", "/#{t}") }],
      "method, begun" => [:name, ->(t) { conn.putrequest(t, "/") }],
      "target, begun" => [:name, ->(t) { conn.putrequest("GET", "/#{t}") }],
      "field name" => [:name, ->(t) { conn.request("GET", "/", headers: { t => "v" }) }],
      "field" => [:value, ->(t) { conn.request("GET", "/", headers: { "X" => t }) }],
      "field of a list" => [:value, ->(t) { conn.request("GET", "/", headers: [["X", t]]) }],
      "Host" => [:value, ->(t) { conn.request("GET", "/", headers: { "Host" => t }) }],
      "name, put" => [:name, ->(t) { begun.putheader(t, "v") }],
      "value, put" => [:value, ->(t) { begun.putheader("X", t) }],
      "second value, put" => [:value, ->(t) { begun.putheader("X", "1", t) }],
      "trailer's name" => [:name, ->(t) { conn.request("PUT", "/", body: ["a"], trailers: { t => "v" }) }],
      "trailer" => [:value, ->(t) { conn.request("PUT", "/", body: ["a"], trailers: { "X" => t }) }],
      "message's name" => [:name, ->(t) { message.add(t, "v") }],
      "message's value" => [:value, ->(t) { message["X"] = t }],
      "URL's host" => [:name, ->(t) { LibHTTP::URL.parse("http://#{t}/") }],
      "URL's path" => [:name, ->(t) { LibHTTP::URL.parse("http://h/#{t}") }],
      "user" => [:credentials, ->(t) { LibHTTP.basic_credentials(t, "p") }],
      "password" => [:credentials, ->(t) { LibHTTP.basic_credentials("u", t) }],
    }
  end

  test "T-1 T-2 T-3 T-4 T-5 T-6 T-7 no byte that ends something comes in at any door" do
    conn = LibHTTP::HTTPConnection.new("127.0.0.1", 9)
    begun = LibHTTP::HTTPConnection.new("127.0.0.1", 9).putrequest("GET", "/").putheader("X", "1")
    doors(conn, begun, LibHTTP::HTTPMessage.new).each do |name, (kind, door)|
      conn.set_host("127.0.0.1", 9).set_tunnel(nil)
      REFUSED[kind].product([["", "b"], %w[a b], ["a", ""]]) do |byte, (before, behind)|
        text = before + byte + behind
        assert_raises(LibHTTP::InvalidURL, ArgumentError, EncodingError, "#{name}: #{text.inspect}") { door.call(text) }
      end
    end
    assert_equal [false, false], [conn.open?, begun.open?]
  end

  # Characters that hold 0x0d and 0x0a in another encoding.
  test "T-1 T-2 a text in UTF-16 is no way round" do
    conn = LibHTTP::HTTPConnection.new("127.0.0.1", 9)
    text = "a\u560d\u560ab".encode("UTF-16LE")
    [-> { conn.request("GET", text) }, -> { conn.request(text, "/") }, -> { conn.request("GET", "/", headers: { text => "v" }) },
     -> { conn.request("GET", "/", headers: { "X" => text.dup.force_encoding("BINARY") }) }].each do |door|
      assert_raises(LibHTTP::InvalidURL, ArgumentError, EncodingError) { door.call }
    end
    message = LibHTTP::HTTPMessage.new
    begin
      message.add("X", text)
      refute_match(/[\r\n]/n, message["X"].b)
    rescue ArgumentError, EncodingError
      assert_equal 0, message.size
    end
    refute conn.open?
  end
end
