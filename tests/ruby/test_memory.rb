#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# The garbage collector in any order and at any moment frees everything, once.
require "support"
require "objspace"

class TestMemory < LibHTTPTest
  def exchange(conn)
    response = conn.request("GET", "/chunks", headers: { "X" => "y" }).getresponse
    [response.msg["Content-Type"], response.getheaders, response.gets, response.peek, response.read, response.trailers.to_a,
     response.interim, conn.timings, conn.inspect]
  end

  def descriptors
    Dir.children("/proc/self/fd").size
  end

  # In KiB.
  def resident
    File.read("/proc/self/statm").split[1].to_i * 4
  end

  test "GC at every allocation" do
    plain = connect { |conn| exchange(conn) }
    GC.stress = true
    stressed = connect { |conn| exchange(conn) }
    secure = connect_tls { |conn| conn.request("PUT", "/x", body: ["a", "b"]).getresponse.read }
    error = (connect { |conn| conn.getresponse } rescue $!)
    media = LibHTTP::MediaType.new("a/b; c=d").to_a
    form = LibHTTP.urlencode(a: "b")
    GC.stress = false
    assert_equal plain[1..6], stressed[1..6]
    assert_equal "received 2 bytes\n", secure
    assert_instance_of LibHTTP::ResponseNotReady, error
    assert_equal [[%w[c d]], "a=b"], [media, form]
  ensure
    GC.stress = false
  end

  test "T-32 parents dropped before children, children before parents" do
    messages = Array.new(20) do
      conn = LibHTTP::HTTPConnection.new(HTTP, timeout: PATIENCE)
      conn.request("GET", "/index.html").getresponse.tap(&:read).msg
    end
    3.times { GC.start }
    assert_equal ["51"] * 20, messages.map { |message| message["Content-Length"] }
    bodies = Array.new(20) { LibHTTP::HTTPConnection.new(HTTP, timeout: PATIENCE).request("GET", "/download").getresponse }
    3.times { GC.start }
    assert_equal [10_000_000] * 2, bodies.first(2).map { |response| response.read.bytesize }
    config = LibHTTP::TLSConfig.new(ca_file: CA)
    conn = LibHTTP::HTTPSConnection.new(HTTPS, tls: config)
    config = nil
    GC.start
    assert_equal 200, conn.request("GET", "/index.html").getresponse(&:status)
    conn = nil
    GC.compact
    assert_nil conn
    assert_nil config
  end

  test "T-33 descriptors that nobody closed go with their connections" do
    connect { |conn| exchange(conn) }
    GC.start
    before = descriptors
    300.times { LibHTTP::HTTPConnection.new(HTTP, timeout: PATIENCE).request("GET", "/index.html").getresponse }
    GC.start
    # What stands on the machine's stack may seem to be in use.
    assert_operator descriptors, :<, before + 10
  end

  test "100,000 connections and 10,000 exchanges without growth" do
    work = lambda do |count|
      count.times { LibHTTP::HTTPConnection.new("example.org", 80, timeout: 5) }
      connect { |conn| (count / 10).times { conn.request("GET", "/index.html").getresponse.read } }
      GC.start
    end
    work.call(10_000)
    before = resident
    work.call(90_000)
    # Ruby lets garbage of some 16 to 32 MiB stand before it collects; a handle a connection that stayed would be 90 MiB.
    assert_operator resident - before, :<, 45_000
  end

  # Closed, dropped, dropped with its answer unread, closed in the middle of a body.
  def fates(count)
    count.times do |turn|
      conn = LibHTTP::HTTPConnection.new(HTTP, timeout: PATIENCE)
      response = conn.request("GET", turn % 4 == 3 ? "/download" : "/index.html").getresponse
      response.read if turn % 4 < 2
      response.readpartial(1000) if turn % 4 == 3
      conn.close if turn.odd?
      GC.start if (turn % 128).zero?
    end
    3.times { GC.start }
  end

  test "T-32 T-33 connections of every fate leave no memory, descriptor or thread: 100,000 where LIBHTTP_LONG is set" do
    count = ENV.key?("LIBHTTP_LONG") ? 100_000 : 1000
    fates(count / 5)
    before, open, threads = resident, descriptors, Thread.list.size
    fates(count)
    puts "# #{count} connections: #{resident - before} KiB more, descriptors #{open} then #{descriptors}"
    assert_operator resident - before, :<, 45_000
    assert_operator descriptors, :<, open + 10
    assert_equal threads, Thread.list.size
  end

  test "a fork's child uses what it inherited; only the exchange under way is lost" do
    connect do |conn|
      conn.request("GET", "/index.html").getresponse.read
      other = LibHTTP::HTTPConnection.new(HTTP, timeout: PATIENCE)
      other.request("GET", "/slow?ms=100")
      reader, writer = IO.pipe
      pid = fork do
        said = [conn.request("GET", "/index.html").getresponse(&:status)]
        said << begin
          other.getresponse.status
        rescue LibHTTP::Forked
          "forked"
        end
        said << other.request("GET", "/index.html").getresponse(&:status)
        writer.write(said.inspect)
        writer.close
        exit!(0)
      end
      writer.close
      assert_equal '[200, "forked", 200]', reader.read
      Process.wait(pid)
      assert_equal 200, other.getresponse(&:status)
      assert_equal 200, conn.request("GET", "/index.html").getresponse(&:status)
    end
  end

  test "a fork's child uses a connection that another thread of its parent's waits for" do
    gate = Queue.new
    slow = peer(times: 2) do |socket|
      head = read_head(socket)
      gate.pop if head.start_with?("GET /slow")
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n#{head[4, 4]}")
    end
    to(slow) do |conn|
      conn.request("GET", "/slow")
      waiting = Thread.new { conn.getresponse.read }
      eventually { waiting.stop? }
      reader, writer = IO.pipe
      pid = fork do
        conn.close
        writer.write(conn.request("GET", "/fork").getresponse.read)
      rescue Exception => e
        writer.write(e.class)
      ensure
        exit!(0)
      end
      writer.close
      gate << true
      assert_equal ["/slo", "/for"], [waiting.value, reader.read]
      Process.wait(pid)
    end
  end
end
