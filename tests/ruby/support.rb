#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# What the tests of the Ruby binding share: the example server's address, and scripted peers.
require "tap_reporter"
require "libhttp"

class LibHTTPTest < Minitest::Test
  HTTP = ENV.fetch("EXAMPLE_HTTP").delete_prefix("http://")
  HTTPS = ENV.fetch("EXAMPLE_HTTPS").delete_prefix("https://")
  CA = ENV.fetch("EXAMPLE_CA")

  # A test by its description, which names the ids that it covers.
  def self.test(description, &block)
    name = "test_#{description}"
    raise "twice: #{description}" if method_defined?(name)

    define_method(name, &block)
  end

  # What has not come by then never will, however slow the machine is.
  PATIENCE = 120

  def run
    Timeout.timeout(ENV.key?("LIBHTTP_LONG") ? 3600 : 4 * PATIENCE) { super }
  end

  def connect(**options, &block)
    LibHTTP::HTTPConnection.open(HTTP, timeout: PATIENCE, **options, &block)
  end

  def connect_tls(**options, &block)
    LibHTTP::HTTPSConnection.open(HTTPS, timeout: PATIENCE, ca_file: CA, **options, &block)
  end

  # A peer that is the block: it gets each connection and closes it behind itself. What it gives
  # is what `peer.value` gives.
  Peer = Struct.new(:port, :server, :thread) do
    def value
      thread.value
    end

    def stop
      thread.kill
      thread.join
      server.close unless server.closed?
    end
  end

  def peer(times: 1)
    server = TCPServer.new("127.0.0.1", 0)
    thread = Thread.new do
      last = nil
      times.times do
        socket = server.accept
        begin
          last = yield socket
        rescue Errno::EPIPE, Errno::ECONNRESET
          nil
        ensure
          socket.close unless socket.closed?
        end
      end
      last
    end
    thread.report_on_exception = false
    made = Peer.new(server.addr[1], server, thread)
    (@peers ||= []) << made
    made
  end

  def teardown
    @peers&.each(&:stop)
  end

  # A connection to a peer.
  def to(peer, **options, &block)
    LibHTTP::HTTPConnection.open("127.0.0.1", peer.port, timeout: PATIENCE, **options, &block)
  end

  # A peer that reads a head and answers with these bytes.
  def answering(bytes, times: 1)
    peer(times: times) do |socket|
      head = read_head(socket)
      socket.write(bytes)
      head
    end
  end

  def read_head(socket)
    head = "".b
    head << socket.readpartial(1) until head.end_with?("\r\n\r\n")
    head
  rescue EOFError
    head
  end

  # A whole request: head and body.
  def read_request(socket)
    head = read_head(socket)
    if (length = head[/^content-length: *(\d+)/i, 1])
      head << socket.read(length.to_i)
    elsif head =~ /^transfer-encoding: *chunked/i
      head << socket.gets until head =~ /\r\n0\r\n([^\r]+\r\n)*\r\n\z/
    end
    head
  end

  # What a request was answered with by a peer that only sends back what it got.
  def sent
    echo = peer do |socket|
      request = read_request(socket)
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      request
    end
    to(echo) do |conn|
      yield conn
      conn.getresponse.read
    end
    echo.value
  end

  # The block waits for something: it is over when it does.
  def eventually
    limit = now + PATIENCE
    until (value = yield)
      flunk "it never came" if now > limit
      sleep 0.002
    end
    value
  end

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end

  # A thread that counts as long as the block runs: how often others came to run.
  def count_meanwhile
    count = 0
    counter = Thread.new { loop { sleep 0.002; count += 1 } }
    yield
    count
  ensure
    counter&.kill
  end
end
