#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# The body as an IO.
require "support"
require "tempfile"

class TestReading < LibHTTPTest
  LINES = "one\r\ntwo\n\n\nthree \xff\0 four".b

  def with_body(body, fields = "", chunked: false)
    framing = chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: #{body.bytesize}\r\n"
    body = body.each_char.map { |byte| "1\r\n#{byte}\r\n" }.join + "0\r\nX-Trailer: t\r\n\r\n" if chunked
    to(answering("HTTP/1.1 200 OK\r\n#{framing}#{fields}\r\n#{body}".b)) do |conn|
      yield conn.request("GET", "/").getresponse
    end
  end

  # Whole, and in chunks of a byte.
  def both(body = LINES, &block)
    with_body(body, &block)
    with_body(body, chunked: true, &block)
  end

  test "C-87 C-96 read gives all as bytes, then nothing" do
    both do |response|
      bytes = response.read
      assert_equal [LINES, Encoding::BINARY, "", nil], [bytes, bytes.encoding, response.read, response.read(1)]
      assert_predicate response, :complete?
      assert_predicate response, :eof?
      assert_equal "".b, response.read(0)
    end
  end

  test "read takes the memory of the body once, where its length is known" do
    skip "a sanitizer and valgrind have memory of their own" if ENV["LD_PRELOAD"].to_s.match?(/asan|vgpreload/)
    held = -> { File.read("/proc/self/status")[/^VmHWM:\s*(\d+)/, 1].to_i / 1024 }
    with_body("x".b * (64 << 20)) do |response|
      before = held.call
      assert_equal 64 << 20, response.read.bytesize
      assert_operator held.call - before, :<, 100, "MiB more"
    end
  end

  test "read goes on where it was interrupted, and nobody else takes the rest for the whole" do
    gate = Queue.new
    slow = peer do |socket|
      read_head(socket)
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
      gate.pop
      socket.write("def")
    end
    to(slow) do |conn|
      response = conn.request("GET", "/").getresponse
      reader = Thread.new { response.read }
      reader.report_on_exception = false
      eventually { response.remaining == 3 && reader.stop? }
      reader.kill.join
      assert_raises(IOError) { response.readpartial(10) }
      gate << true
      assert_equal "abcdef", response.read
      assert_predicate response, :complete?
    end
  end

  # A response of which the first half has come, and what lets the second come.
  def half(framing, first, second)
    gate = Queue.new
    slow = peer do |socket|
      read_head(socket)
      socket.write("HTTP/1.1 200 OK\r\n#{framing}\r\n\r\n#{first}")
      gate.pop
      socket.write(second)
    end
    to(slow) { |conn| yield conn.request("GET", "/").getresponse, gate }
  end

  # Kills a thread in the block when it waits there.
  def interrupt(&block)
    reader = Thread.new(&block)
    eventually { reader.stop? }
    assert_nil reader.kill.value
  end

  test "what an interrupted read(n) or gets has got is lost to nobody" do
    [["Content-Length: 6", "abc", "def"], ["Transfer-Encoding: chunked", "3\r\nabc\r\n", "3\r\ndef\r\n0\r\n\r\n"]].each do |answer|
      [->(r) { r.read(6) }, ->(r) { r.gets("zz") }, ->(r) { r.gets(nil) }, ->(r) { r.read(6, +"") }].each do |waits|
        half(*answer) do |response, gate|
          interrupt { waits.call(response) }
          refute_predicate response, :eof?
          assert_raises(IOError) { response.readpartial(10) }
          assert_raises(IOError) { response.gets("zz") }
          assert_equal "ab", response.read(2)
          interrupt { response.read }
          gate << true
          assert_equal ["cd", "ef", ""], [response.read(2), response.read, response.read]
        end
      end
    end
  end

  test "C-88 what came before a body was cut off is given by gets, whatever the separator, and then the error" do
    cut = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc"
    ["\n", "zz", nil].each do |separator|
      to(answering(cut)) do |conn|
        response = conn.request("GET", "/").getresponse
        assert_equal "abc", response.gets(separator)
        assert_raises(LibHTTP::IncompleteRead) { response.gets(separator) }
      end
    end
  end

  test "C-89 read(n) fills n, over chunk borders, into a buffer of the caller's too" do
    both do |response|
      buffer = +"old text"
      assert_same buffer, response.read(5, buffer)
      assert_equal ["one\r\n", "two\n"], [buffer, response.read(4)]
      assert_equal LINES.byteslice(9..), response.read(1000)
      assert_nil response.read(1000, buffer)
      assert_empty buffer
    end
  end

  test "C-91 read1, readpartial and peek" do
    both do |response|
      assert_equal "o", response.peek[0]
      assert_equal "o", response.read1(1)
      assert_equal "n", response.readpartial(1)
      assert_equal "", response.readpartial(0)
      rest = "".b
      rest << response.readpartial(3) until response.eof?
      assert_equal LINES.byteslice(2..), rest
      assert_equal ["", ""], [response.peek, response.read1]
      assert_raises(EOFError) { response.readpartial(1) }
    end
  end

  test "C-91 lines as IO gives them, by every separator and limit" do
    [[], ["\n"], [nil], [""], ["t"], ["two"], [3], ["\n", 2], ["", 6], ["four", 4], ["\n", 100]].each do |arguments|
      [false, true].each do |chomp|
        expected = Tempfile.create("lines") do |file|
          file.binmode.write(LINES)
          file.rewind
          file.each_line(*arguments, chomp: chomp).to_a
        end
        both { |response| assert_equal expected, response.each_line(*arguments, chomp: chomp).to_a, arguments.inspect }
      end
    end
    # Ruby 3.1's own IO ends a piece at 0xff here.
    both { |response| assert_equal LINES.scan(/.{1,7}/mn), response.each_line(nil, 7).to_a }
    both do |response|
      assert_equal ["one\r\n", "two"], [response.gets, response.readline(chomp: true)]
      assert_equal ["\n", "\n"], response.readlines.first(2)
      assert_nil response.gets
      assert_raises(EOFError) { response.readline }
    end
  end

  test "C-91 a line longer than any buffer" do
    long = "x" * 300_000
    with_body("#{long}\nshort\n") { |response| assert_equal ["#{long}\n", "short\n"], response.readlines }
  end

  test "bytes one by one" do
    both { |response| assert_equal LINES.bytes, response.each_byte.to_a }
    both do |response|
      assert_equal [111, "n", 101], [response.getbyte, response.getc, response.readbyte]
      response.read
      assert_nil response.getbyte
      assert_raises(EOFError) { response.readbyte }
    end
  end

  test "Enumerable over the pieces, each a String of its own" do
    connect do |conn|
      pieces = conn.request("GET", "/download").getresponse.map(&:itself)
      assert_equal 10_000_000, pieces.sum(&:bytesize)
      assert_operator pieces.map(&:bytesize).max, :<=, 65_536
      response = conn.request("GET", "/download").getresponse
      first = response.first
      assert_equal 10_000_000 - first.bytesize, response.remaining
      response.close
      assert_equal 200, conn.request("GET", "/index.html").getresponse(&:status)
    end
  end

  test "IO.copy_stream takes it" do
    connect do |conn|
      target = StringIO.new
      assert_equal 10_000_000, IO.copy_stream(conn.request("GET", "/download").getresponse, target)
      assert_equal 10_000_000, target.string.bytesize
      target = StringIO.new
      IO.copy_stream(conn.request("GET", "/download").getresponse, target, 100)
      assert_equal 100, target.string.bytesize
    end
  end

  test "read_nonblock never waits" do
    slow = peer do |socket|
      read_head(socket)
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
      socket.readpartial(1)
      socket.write("ab")
    end
    to(slow) do |conn|
      response = conn.request("GET", "/").getresponse
      assert_equal :wait_readable, response.read_nonblock(10, exception: false)
      assert_raises(IO::WaitReadable) { response.read_nonblock(10) }
      Socket.for_fd(conn.fileno).tap { |socket| socket.autoclose = false }.write("go")
      assert_equal "ab", eventually { (bytes = response.read_nonblock(10, exception: false)) != :wait_readable && bytes }
      assert_nil response.read_nonblock(10, exception: false)
      assert_raises(EOFError) { response.read_nonblock(10) }
    end
  end

  test "C-83 C-122 trailers, once the body was read" do
    with_body("abc", chunked: true) do |response|
      assert_empty response.trailers
      response.read
      assert_equal [%w[X-Trailer t]], response.trailers.to_a
    end
  end

  test "C-69 C-122 interim responses and their fields" do
    bytes = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    to(answering(bytes)) do |conn|
      response = conn.request("GET", "/").getresponse
      assert_equal [[103, [%w[Link </a>]]]], response.interim.map { |status, fields| [status, fields.to_a] }
      assert_equal bytes[/^HTTP.1.1 200.*\z/m], response.raw_head
    end
  end

  test "C-131 what is still to come, and whether the connection is kept" do
    with_body("abcdef") do |response|
      assert_equal [6, false], [response.remaining, response.will_close?]
      response.read(2)
      assert_equal 4, response.length
    end
    with_body("abc", "Connection: close\r\n", chunked: true) do |response|
      assert_nil response.remaining
      assert_predicate response, :will_close?
    end
  end

  test "C-90 an empty body is complete at once" do
    with_body("") do |response|
      assert_predicate response, :eof?
      assert_predicate response, :complete?
      assert_equal [], response.each_line.to_a
    end
  end

  test "C-87 T-26 more than the maximum: an error, and nothing is lost" do
    both do |response|
      assert_raises(LibHTTP::TooLarge) { response.read(maximum: 5) }
      assert_equal LINES, response.read
    end
  end

  test "C-21 C-79 a body until close is read on while the connection connects anew" do
    first = true
    server = peer(times: 2) do |socket|
      read_head(socket)
      socket.write(first ? "HTTP/1.1 200 OK\r\n\r\nuntil the end" : "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew")
      first = false
    end
    to(server) do |conn|
      old = conn.request("GET", "/").getresponse
      assert_predicate old, :will_close?
      new = conn.request("GET", "/").getresponse
      assert_equal %w[new until\ the\ end], [new.read, old.read]
    end
  end

  test "C-26 C-97 a response closed half-read, and one whose connection was" do
    connect do |conn|
      response = conn.request("GET", "/download").getresponse
      response.read(10)
      response.close
      assert_predicate response, :closed?
      assert_raises(LibHTTP::Closed) { response.read }
      response = conn.request("GET", "/download").getresponse { |yielded| yielded.tap { _1.read(10) } }
      assert_raises(LibHTTP::Closed) { response.read(1) }
      response = conn.request("GET", "/download").getresponse
      response.read(10)
      conn.close
      error = assert_raises(LibHTTP::IncompleteRead) { response.read }
      assert_kind_of LibHTTP::HTTPException, error
    end
  end

  test "C-99 C-100 the head" do
    with_body("", "X: 1\r\nx: 2\r\n") do |response|
      assert_equal [200, "OK", 11, "/"], [response.status, response.reason, response.version, response.url]
      assert_equal "1, 2", response["X"]
      assert_includes response.inspect, "200 OK"
    end
  end
end
