#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# A response is read as an IO is: the same calls on a File and on a response with the same bytes say the same. And what
# takes an IO takes a response.
require "support"
require "csv"
require "json"
require "stringio"
require "tempfile"
require "yaml"
require "zlib"

class TestNative < LibHTTPTest
  BODIES = ["", "one", "one\ntwo\n", "one\n\ntwo\n\n\n\nthree", "\n\n\na\r\nb\r\n\r\n\xff\0\n", "axbxxcx", "a,b\n1,\"2\n3\"\n",
            ("0123456789" * 20 + "\n") * 1000].map(&:b).freeze

  # What is done with an IO.
  CALLS = {
    "read" => ->(io) { [io.read, io.read, io.eof?] },
    "read(n)" => ->(io) { [io.read(4), io.read(0), io.read(100_000), io.read(1), io.read(0), io.read] },
    "read(n, buffer)" => ->(io) { buffer = "old".b; [io.read(4, buffer), buffer, io.read(1_000_000, buffer), buffer, io.read(4, buffer), buffer] },
    "read(nil, buffer)" => ->(io) { buffer = "old".b; [io.read(nil, buffer).equal?(buffer), buffer] },
    "readpartial" => ->(io) { got = "".b; loop { got << io.readpartial(7) } rescue [got, $!.class, $!.message == "" ] },
    "readpartial(n, buffer)" => ->(io) { buffer = "old".b; (io.readpartial(3, buffer) rescue $!.class).then { |got| [got, buffer] } },
    "readpartial(0)" => ->(io) { [io.readpartial(0), io.read, io.readpartial(0)] },
    "gets" => ->(io) { [io.gets, io.gets, io.gets, io.read, io.gets] },
    "gets(chomp: true)" => ->(io) { [io.gets(chomp: true), io.gets(chomp: true), io.gets("x", chomp: true), io.gets("", chomp: true)] },
    "gets(nil)" => ->(io) { [io.gets(nil), io.gets(nil)] },
    "gets(nil, limit)" => ->(io) { [io.gets(nil, 5), io.gets(nil, 5)] },
    "gets(limit)" => ->(io) { [io.gets(2), io.gets(2), io.gets(0), io.gets(1000), io.gets(-1)] },
    "gets(separator)" => ->(io) { [io.gets("x"), io.gets("xx"), io.gets("\r\n"), io.gets("x", 2), io.gets("x", -1)] },
    "gets of paragraphs" => ->(io) { [io.gets(""), io.gets(""), io.gets("", 3), io.gets(""), io.gets("")] },
    "each_line" => ->(io) { [io.each_line.to_a, io.each_line.to_a] },
    "each_line(chomp: true)" => ->(io) { io.each_line(chomp: true).to_a },
    "each_line(separator, limit)" => ->(io) { io.each_line("x", 2).to_a },
    "each_line(limit)" => ->(io) { io.each_line(3).to_a },
    "each_line of paragraphs" => ->(io) { io.each_line("", chomp: true).to_a },
    "each_line(nil)" => ->(io) { io.each_line(nil).to_a },
    "each_line(0)" => ->(io) { io.each_line(0) { break } },
    "readlines(0)" => ->(io) { io.readlines(0) },
    "each_line returns itself" => ->(io) { io.each_line { |line| line }.equal?(io) },
    "readlines" => ->(io) { io.readlines("\n", 4, chomp: true) },
    "readline" => ->(io) { lines = []; loop { lines << io.readline } rescue [lines, $!.class] },
    "lineno" => ->(io) { io.gets; io.each_line { break }; [io.lineno, io.lineno = 7, (io.gets; io.lineno)] },
    "bytes and characters" => ->(io) { [io.getbyte, io.getc, io.readbyte, io.readchar, io.each_byte.first(2), io.each_char.first(2)] rescue $!.class },
    "eof?" => ->(io) { [io.eof?, io.read(1), io.eof?, io.read, io.eof?, io.eof] },
    "negative lengths" => ->(io) { [(io.read(-1) rescue $!.class), (io.readpartial(-1) rescue $!.class)] },
    "wrong types" => ->(io) { %i[read readpartial gets each_line].map { |name| io.public_send(name, Object.new).to_a rescue $!.class } },
    "binmode, encoding" => ->(io) { [io.binmode.equal?(io), io.external_encoding, io.read.encoding, io.tty?] },
    "Enumerable of lines" => ->(io) { [io.each_line.with_index.map { |line, at| [at, line.size] }, io.each_line.lazy.map(&:size).first(1)] }
  }.freeze

  # A response with that body. It comes at once: what readpartial gives is what there is.
  def response_with(body)
    sender = peer do |socket|
      read_head(socket)
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: #{body.bytesize}\r\n\r\n".b << body)
    end
    to(sender) { |conn| yield conn.request("GET", "/").getresponse }
  end

  def file_with(body)
    Tempfile.create("body", binmode: true) do |file|
      file.write(body)
      file.rewind
      yield file
    end
  end

  # The value, or the class of what was raised.
  def outcome(call, io)
    call.call(io)
  rescue StandardError, NotImplementedError => e
    e.class
  end

  CALLS.each do |name, call|
    test "as a File: #{name}" do
      BODIES.each do |body|
        theirs = file_with(body) { |file| outcome(call, file) }
        ours = response_with(body) { |response| outcome(call, response) }
        assert_equal theirs, ours, "#{name} of #{body.byteslice(0, 40).inspect}"
      end
    end
  end

  test "IO.copy_stream to a File, a StringIO, and of a part" do
    data = Random.bytes(3_000_000)
    response_with(data) do |response|
      Tempfile.create("copy", binmode: true) do |file|
        assert_equal 10, IO.copy_stream(response, file, 10)
        assert_equal data.size - 10, IO.copy_stream(response, file)
        file.flush
        assert_equal data, File.binread(file.path)
      end
    end
    response_with(data) do |response|
      copy = StringIO.new("".b)
      IO.copy_stream(response, copy)
      assert_equal data, copy.string
    end
  end

  test "what parses an IO parses a response: gzip, CSV, JSON, YAML" do
    lines = "a,b\n1,2\n" * 10_000
    response_with(Zlib.gzip(lines)) { |response| assert_equal lines, Zlib::GzipReader.new(response).read }
    response_with(lines) { |response| assert_equal 20_000, CSV.new(response).count }
    response_with('{"a": [1, 2]}') { |response| assert_equal({ "a" => [1, 2] }, JSON.load(response)) }
    response_with("a: 1\nb: [x]\n") { |response| assert_equal({ "a" => 1, "b" => ["x"] }, YAML.safe_load(response)) }
    response_with("a,b\n1,2\n") do |response|
      Zlib::GzipWriter.wrap(packed = StringIO.new("".b)) { |gzip| IO.copy_stream(response, gzip) }
      assert_equal "a,b\n1,2\n", Zlib.gunzip(packed.string)
    end
  end

  # A proxy's work: what comes goes on.
  test "a response is a request's body" do
    data = "0123456789" * 50_000
    response_with(data) do |response|
      assert_equal data, sent { |conn| conn.request("PUT", "/", body: response) }.split("\r\n\r\n", 2).last
    end
  end

  test "server-sent events, line by line as they come" do
    turn = Queue.new
    server = peer do |socket|
      read_head(socket)
      socket.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
      3.times do |number|
        event = "data: #{number}\n\n"
        socket.write("#{event.bytesize.to_s(16)}\r\n#{event}\r\n")
        turn.pop # the next one comes when this one was had
      end
      socket.write("0\r\n\r\n")
    end
    to(server) do |conn|
      response = conn.request("GET", "/", headers: { accept: "text/event-stream" }).getresponse
      events = []
      response.each_line(chomp: true) { |line| line.empty? ? turn << true : events << line }
      assert_equal ["data: 0", "data: 1", "data: 2"], events
    end
  end
end
