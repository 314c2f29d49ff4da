#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# What is left after 101 or a 2xx to CONNECT.
require "support"

class TestStream < LibHTTPTest
  UPGRADE = { "Connection" => "Upgrade", "Upgrade" => "echo" }.freeze

  # Upgrades, greets, sends back what it gets, says goodbye.
  def echo
    peer do |socket|
      read_head(socket)
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello")
      loop { socket.write(socket.readpartial(65_536)) }
    rescue EOFError
      socket.write("bye")
    end
  end

  def stream(conn, &block)
    response = conn.request("GET", "/", headers: UPGRADE).getresponse
    assert_equal 101, response.status
    response.stream(&block)
  end

  test "C-125 C-90 bytes in both directions, those first that came behind the head" do
    to(echo) do |conn|
      stream(conn) do |stream|
        assert_equal "hello", stream.readpartial(100)
        stream << "a\0" << "\xff".b
        assert_equal "a\0\xff".b, stream.read(3)
        assert_equal 4, stream.write("ab", "cd")
        stream.close_write
        assert_equal "abcdbye", stream.read
        assert_raises(EOFError) { stream.readpartial(1) }
        assert_nil stream.read(1)
        assert_equal ["", conn.fileno], [stream.read, stream.fileno]
      end
    end
  end

  test "C-125 one thread reads while another writes more than fits" do
    to(echo) do |conn|
      stream(conn) do |stream|
        data = Random.bytes(5_000_000)
        writer = Thread.new { stream.write(data); stream.close_write }
        assert_equal "hello#{data}bye".b, stream.read
        writer.join
      end
    end
  end

  test "C-125 the bare socket, with what was not read" do
    to(echo) do |conn|
      socket, unread = stream(conn).detach
      unread << socket.readpartial(10) while unread.bytesize < 5
      assert_equal "hello", unread
      socket.write("x")
      assert_equal "x", socket.readpartial(10)
      socket.close
    end
  end

  test "C-125 no other response has a stream" do
    connect do |conn|
      assert_raises(LibHTTP::ImproperConnectionState) { conn.request("GET", "/").getresponse.stream }
    end
  end

  test "C-121 close and cancel from another thread wake a reader" do
    to(echo) do |conn|
      stream = stream(conn)
      stream.read(5)
      reader = Thread.new { stream.read }
      reader.report_on_exception = false
      eventually { reader.stop? }
      stream.close
      assert_raises(LibHTTP::Closed) { reader.value }
      assert_predicate stream, :closed?
    end
    to(echo) do |conn|
      stream = stream(conn)
      stream.read(5)
      reader = Thread.new { stream.read }
      reader.report_on_exception = false
      eventually { reader.stop? }
      stream.cancel
      assert_raises(LibHTTP::Cancelled) { reader.value }
    end
  end
end
