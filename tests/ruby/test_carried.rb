#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# Carried mode, adopted sockets, Unix-domain sockets.
require "support"
require "tmpdir"

class TestCarried < LibHTTPTest
  test "C-127 the caller carries the bytes" do
    conn = LibHTTP::HTTPConnection.new("example.org", carried: true)
    assert_predicate conn, :carried?
    conn.request("GET", "/")
    assert_raises(IO::WaitWritable) { conn.getresponse }
    head = conn.take
    assert_match(%r{\AGET / HTTP/1\.1\r\nHost: example\.org\r\n}, head)
    conn.took(3)
    assert_equal head.byteslice(3..), conn.take
    conn.took(conn.take.bytesize)
    assert_raises(IO::WaitReadable) { conn.getresponse }
    assert_equal 40, conn.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
    response = conn.getresponse
    assert_equal "ab", response.read(5)
    assert_raises(IO::WaitReadable) { response.read }
    assert_raises(IO::WaitReadable) { response.gets }
    conn.feed("cde")
    assert_equal "cde", response.read
    conn.request("GET", "/")
    conn.feed_eof
    conn.took(conn.take.bytesize) until conn.take.empty?
    assert_raises(LibHTTP::RemoteDisconnected) { conn.getresponse }
  end

  test "C-127 an adopted socket, from an IO and from a descriptor" do
    2.times do |which|
      ours, theirs = UNIXSocket.pair
      server = Thread.new { head = read_head(theirs); theirs.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"); head }
      socket = which.zero? ? ours : ours.tap { |s| s.autoclose = false }.fileno
      conn = LibHTTP::HTTPConnection.new("example.org", socket: socket)
      assert_equal "ok", conn.request("GET", "/").getresponse.read
      assert_includes server.value, "Host: example.org\r\n"
      conn.close
      refute_predicate ours, :closed? if which.zero?
      ours.close if which.zero?
      assert_equal "", theirs.read
      assert_raises(LibHTTP::NotConnected) { conn.request("GET", "/") }
    end
    assert_raises(ArgumentError) { LibHTTP::HTTPConnection.new(socket: IO.pipe[0]) }
  end

  test "C-127 a Unix-domain socket" do
    Dir.mktmpdir do |folder|
      UNIXServer.open("#{folder}/s") do |server|
        Thread.new { s = server.accept; read_head(s); s.write("HTTP/1.1 204 No\r\n\r\n"); s.close }
        conn = LibHTTP::HTTPConnection.new(unix: "#{folder}/s")
        assert_equal 204, conn.request("GET", "/").getresponse.status
      end
    end
  end
end
