#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# What is sent: heads, bodies of every kind, bytes as bytes.
require "support"
require "pathname"
require "tempfile"

class TestRequests < LibHTTPTest
  EVERY_BYTE = (0..255).to_a.pack("C*") * 3

  def body_of(request)
    request.split("\r\n\r\n", 2).last
  end

  # The body, freed from its chunks.
  def unchunked(request)
    rest = body_of(request)
    whole = "".b
    until (size = rest.slice!(/\A\h+\r\n/).to_i(16)).zero?
      whole << rest.slice!(0, size)
      rest.slice!(0, 2)
    end
    whole
  end

  test "C-28 C-33 C-37 C-38 a head as http.client sends it" do
    request = sent { |conn| conn.request("GET", "/path?q=1") }
    assert_match(%r{\AGET /path\?q=1 HTTP/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\nAccept-Encoding: identity\r\n\r\n\z}, request)
  end

  test "C-31 a symbol is a method in capitals a string goes as it is" do
    assert_match(/\AOPTIONS /, sent { |conn| conn.request(:options, "*") })
    assert_match(/\Aget /, sent { |conn| conn.request("get", "/") })
  end

  test "C-43 fields from a hash from pairs from a message in their order" do
    hash = sent { |conn| conn.request("GET", "/", headers: { "X-B" => "2", "X-A" => 1, x_sym: %w[a b] }) }
    assert_includes hash, "X-B: 2\r\nX-A: 1\r\nx-sym: a\r\nx-sym: b\r\n\r\n"
    pairs = sent { |conn| conn.request("GET", "/", headers: [%w[X-A 1], %w[X-B 2], %w[X-A 3]]) }
    assert_includes pairs, "X-A: 1\r\nX-B: 2\r\nX-A: 3\r\n\r\n"
    message = LibHTTP::HTTPMessage.new("X-A" => "1")
    assert_includes(sent { |conn| conn.request("GET", "/", headers: message) }, "X-A: 1\r\n\r\n")
  end

  test "C-42 C-73 text goes as ISO-8859-1 bytes as they are" do
    assert_includes(sent { |conn| conn.request("GET", "/", headers: { "X" => "gr\u00fc\u00df" }) }, "X: gr\xFC\xDF\r\n".b)
    assert_includes(sent { |conn| conn.request("GET", "/", headers: { "X" => "gr\u00fc".b }) }, "X: gr\xC3\xBC\r\n".b)
    assert_equal "\xE9".b, body_of(sent { |conn| conn.request("PUT", "/", body: "\u00e9") })
    assert_equal "\xC3\xA9".b, body_of(sent { |conn| conn.request("PUT", "/", body: "\u00e9".b) })
  end

  test "what ISO-8859-1 cannot hold is refused and nothing is sent" do
    connect do |conn|
      assert_raises(EncodingError) { conn.request("PUT", "/", body: "\u20ac") }
      assert_raises(EncodingError) { conn.request("PUT", "/", body: "\xff") }
      assert_raises(EncodingError) { conn.request("GET", "/", headers: { "X" => "\u20ac" }) }
      assert_equal :idle, conn.state
      assert_equal 200, conn.request("GET", "/index.html").getresponse(&:status)
    end
  end

  test "C-45 bodies of bytes NUL 0xff and none and empty" do
    request = sent { |conn| conn.request("PUT", "/", body: EVERY_BYTE) }
    assert_includes request, "\r\nContent-Length: 768\r\n"
    assert_equal EVERY_BYTE, body_of(request)
    assert_includes(sent { |conn| conn.request("DELETE", "/", body: "") }, "\r\nContent-Length: 0\r\n")
    assert_includes(sent { |conn| conn.request("POST", "/") }, "\r\nContent-Length: 0\r\n")
    refute_includes(sent { |conn| conn.request("GET", "/") }, "Content-Length")
  end

  test "C-45 a body of 100 MB" do
    connect do |conn|
      big = "\xff\0".b * 50_000_000
      assert_equal "received 100000000 bytes\n", conn.request("PUT", "/", body: big).getresponse.read
    end
  end

  test "C-46 a file goes from where it stands" do
    Tempfile.create("body") do |file|
      file.binmode
      file.write("skipped", EVERY_BYTE)
      file.seek(3)
      assert_equal "pped", file.read(4)
      request = sent { |conn| conn.request("PUT", "/", body: file) }
      assert_includes request, "\r\nContent-Length: 768\r\n"
      assert_equal EVERY_BYTE, body_of(request)
      file.rewind
      file.write("x") # still in Ruby's buffer
      file.seek(0)
      assert_equal "xkippe", body_of(sent { |conn| conn.request("PUT", "/", body: file, length: 6) })
    end
  end

  test "C-46 a path an empty file and a file under proc" do
    Tempfile.create("empty") do |file|
      assert_includes(sent { |conn| conn.request("PUT", "/", body: Pathname(file.path)) }, "\r\nContent-Length: 0\r\n")
    end
    request = sent { |conn| File.open("/proc/self/stat") { |file| conn.request("PUT", "/", body: file) } }
    assert_includes request, "chunked"
    assert_match(/\A\d+ \((ruby|memcheck)/, unchunked(request)) # valgrind runs it under its own name
  end

  test "C-46 C-130 a pipe an iterator a reader go in chunks" do
    reader, writer = IO.pipe
    feeder = Thread.new { writer.write("one"); sleep 0.02; writer.write("two"); writer.close }
    request = sent { |conn| conn.request("PUT", "/", body: reader) }
    feeder.join
    assert_includes request, "\r\nTransfer-Encoding: chunked\r\n"
    assert_equal "onetwo", unchunked(request)
    assert_equal "a\0\xff".b, unchunked(sent { |conn| conn.request("PUT", "/", body: ["a", "", "\0", "\xff".b]) })
    lazy = Enumerator.new { |out| 3.times { |i| out << i.to_s } }
    assert_equal "012", unchunked(sent { |conn| conn.request("PUT", "/", body: lazy) })
    only_read = Class.new { def read(_length) = (@done, was = true, @done) && was ? nil : "once" }.new
    assert_equal "once", unchunked(sent { |conn| conn.request("PUT", "/", body: only_read) })
  end

  test "C-130 a pipe that has nothing yet is waited for, not asked over and over" do
    reader, writer = IO.pipe
    rounds = 0
    feeder = Thread.new { sleep 0.3; writer.write("abc") }
    request = sent do |conn|
      conn.instance_variable_get(:@session).define_singleton_method(:wait) { |*given| rounds += 1; super(*given) }
      conn.putrequest("PUT", "/")
      conn.putheader("Content-Length", "3")
      conn.endheaders
      assert_equal 3, conn.send_fd(reader.fileno, 3)
      conn.finish
    end
    feeder.join
    assert_equal "abc", body_of(request)
    assert_operator rounds, :<, 300
  end

  test "C-130 what knows its length says it" do
    io = StringIO.new("0123456789")
    io.pos = 4
    request = sent { |conn| conn.request("PUT", "/", body: io) }
    assert_includes request, "\r\nContent-Length: 6\r\n"
    assert_equal "456789", body_of(request)
    assert_includes(sent { |conn| conn.request("PUT", "/", body: %w[ab c], length: 3) }, "\r\nContent-Length: 3\r\n\r\nabc")
  end

  test "C-130 a response is a body" do
    connect do |from|
      connect do |conn|
        body = from.request("GET", "/download").getresponse
        assert_equal "received 10000000 bytes\n", conn.request("PUT", "/", body: body).getresponse.read
      end
    end
  end

  test "C-122 request trailers" do
    request = sent { |conn| conn.request("PUT", "/", body: ["abc"], trailers: { "X-Sum" => "6" }) }
    assert_includes request, "3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n"
  end

  test "C-47 more or less than was said is an error and the connection is not reused" do
    sink = peer(times: 3) { |socket| socket.read }
    to(sink) do |conn|
      assert_raises(LibHTTP::BodyLength) { conn.request("PUT", "/", body: ["abc"], length: 2) }
      refute conn.open?
      assert_raises(LibHTTP::BodyLength) { conn.request("PUT", "/", body: ["abc"], length: 4) }
      refute conn.open?
      assert_equal :idle, conn.state
    end
  end

  test "a body that raises ends the exchange" do
    connect do |conn|
      broken = Enumerator.new { |out| out << "a"; raise IOError, "mine" }
      assert_equal "mine", assert_raises(IOError) { conn.request("PUT", "/", body: broken) }.message
      refute conn.open?
      assert_equal 200, conn.request("GET", "/index.html").getresponse(&:status)
      assert_raises(TypeError) { conn.request("PUT", "/", body: [1]) }
      assert_raises(TypeError) { conn.request("PUT", "/", body: { a: 1 }) }
      assert_raises(TypeError) { conn.request("PUT", "/", body: 5) }
      assert_equal 200, conn.request("GET", "/index.html").getresponse(&:status)
    end
  end

  test "C-39 C-48 C-53 step by step" do
    request = sent do |conn|
      conn.putrequest("POST", "/steps", skip_accept_encoding: true).putheader("X-Fold", "one", "two")
      conn.putheader("Transfer-Encoding", "chunked").endheaders(encode_chunked: true)
      assert_equal 3, conn.send("abc")
      conn << "de"
      conn.finish
    end
    assert_match(%r{\APOST /steps HTTP/1\.1\r\nHost: [^\r]*\r\nX-Fold: one\r\n\ttwo\r\nTransfer-Encoding: chunked\r\n\r\n}, request)
    assert request.end_with?("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    request = sent { |conn| conn.putrequest("PUT", "/").endheaders(%w[ab c], encode_chunked: true) }
    assert request.end_with?("Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
    request = sent { |conn| conn.putrequest("PUT", "/").putheader("Content-Length", 3).endheaders("ab").send("c") }
    assert request.end_with?("\r\n\r\nabc")
    request = sent do |conn|
      conn.putrequest("PUT", "/", skip_host: true)
      ["c\r\nd", nil].each { |bad| assert_raises(ArgumentError, TypeError) { conn.putheader("X", "a", "b", bad) } }
      conn.putheader("Host", "other.example").putheader("Content-Length", 2).endheaders("ok")
    end
    assert_includes request, "Host: other.example\r\n"
    refute_includes request, "X: a", "none of several values is put where one can't be"
    assert request.end_with?("\r\n\r\nok")
  end

  test "C-48 with its own Transfer-Encoding a body goes as it is or in chunks if asked for" do
    own = { "Transfer-Encoding" => "chunked" }
    chunks = "identity\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    Tempfile.create do |file|
      file.write("abc")
      file.flush
      bodies = ["abc", %w[abc], StringIO.new("abc"), Pathname.new(file.path), File.open(file.path)]
      bodies.each do |body|
        request = sent { |conn| conn.request("PUT", "/", body: body, headers: own, encode_chunked: true) }
        assert request.end_with?(chunks), request
      end
    end
    request = sent { |conn| conn.request("PUT", "/", body: "3\r\nabc\r\n0\r\n\r\n", headers: own) }
    assert request.end_with?(chunks), request
    request = sent { |conn| conn.request("PUT", "/", body: "abc", encode_chunked: true) }
    assert request.end_with?("Content-Length: 3\r\n\r\nabc"), request
  end

  test "C-124 C-54 an early answer ends an upload and is readable" do
    early = peer do |socket|
      read_head(socket)
      socket.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nstop")
      sleep 0.2
    end
    to(early) do |conn|
      endless = Enumerator.new { |out| loop { out << "x" * 65_536 } }
      response = conn.request("PUT", "/", body: endless).getresponse
      assert_equal [413, "stop"], [response.status, response.read]
    end
  end

  test "C-123 T-17 expect 100 continue" do
    asked = peer do |socket|
      head = read_head(socket)
      socket.write("HTTP/1.1 100 Continue\r\n\r\n")
      body = socket.read(3)
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      [head, body]
    end
    to(asked) do |conn|
      response = conn.request("PUT", "/", body: ["abc"], length: 3, headers: { "Expect" => "100-continue" }).getresponse
      assert_equal [[100]], response.interim.map { |status, _| [status] }
      response.read
    end
    assert_equal "abc", asked.value[1]
    refused = peer do |socket|
      read_head(socket)
      socket.write("HTTP/1.1 417 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
      socket.read
    end
    to(refused) do |conn|
      conn.request("PUT", "/", body: "abc", headers: { "Expect" => "100-continue" })
      assert_equal 417, conn.getresponse.status
    end
    assert_equal "", refused.value
  end

  test "T-1 T-2 T-6 C-29 C-30 C-41 what would split a request is refused" do
    connect do |conn|
      assert_raises(LibHTTP::InvalidURL) { conn.request("GET", "/a b") }
      assert_raises(LibHTTP::InvalidURL) { conn.request("GET", "/a\0b") }
      assert_raises(LibHTTP::InvalidURL) { conn.request("GET", "/a\r\nb") }
      assert_raises(LibHTTP::InvalidURL) { conn.request("GET", "/\u00e9") }
      assert_raises(ArgumentError) { conn.request("GE T", "/") }
      assert_raises(ArgumentError) { conn.request("GET", "/", headers: { "X" => "a\r\nY: b" }) }
      assert_raises(ArgumentError) { conn.request("GET", "/", headers: { "X Y" => "a" }) }
      assert_raises(ArgumentError) { conn.request("PUT", "/", body: ["a"], trailers: { "X" => "\0" }) }
      assert_equal :idle, conn.state
    end
    assert_raises(LibHTTP::InvalidURL) { LibHTTP::HTTPConnection.new("a b") }
    assert_raises(LibHTTP::InvalidURL) { LibHTTP::HTTPConnection.new("user@host") }
  end
end
