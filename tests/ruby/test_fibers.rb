#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# Under a Fiber scheduler (gem async) other fibers run while one waits.
require "support"
require "async"
require "async/barrier"

class TestFibers < LibHTTPTest
  test "100 requests wait side by side in one thread" do
    threads = Thread.list.size
    begun = done = together = 0
    statuses = Async do |task|
      Array.new(100) do
        task.async do
          begun += 1
          status = connect { |conn| conn.request("GET", "/slow?ms=200").getresponse { |r| r.read && r.status } }
          together = [together, begun - done].max
          done += 1
          status
        end
      end.map(&:wait)
    end.wait
    assert_equal [200] * 100, statuses
    assert_equal 100, together
    assert_equal threads, Thread.list.size
  end

  test "the same over TLS" do
    config = LibHTTP::TLSConfig.new(ca_file: CA)
    statuses = Async do |task|
      Array.new(20) do
        task.async do
          LibHTTP::HTTPSConnection.open(HTTPS, tls: config) { |c| c.request("GET", "/slow?ms=100").getresponse(&:status) }
        end
      end.map(&:wait)
    end.wait
    assert_equal [200] * 20, statuses
  end

  test "other fibers run in every phase" do
    count = 0
    let_run = lambda do
      before = count
      eventually { count > before + 3 }
    end
    slow = peer do |socket| # goes on only when others have run, in each phase
      head = read_head(socket)
      let_run.call
      socket.read(head[/Content-Length: (\d+)/, 1].to_i)
      ["HTTP/1.1 200", " OK\r\nContent-Length: 3\r\n\r\n", "a", "\nb"].each { |part| let_run.call; socket.write(part) }
    end
    Async do |task|
      counter = task.async { loop { task.sleep(0.002); count += 1 } }
      to(slow) do |conn|
        response = conn.request("PUT", "/", body: "x" * 20_000_000).getresponse
        assert_equal ["a\n", "b"], response.readlines
      end
      counter.stop
    end.wait
  end

  test "a task's timeout and stop end a wait" do
    silent = peer(times: 2) { |socket| socket.read }
    Async do |task|
      to(silent) do |conn|
        assert_raises(Async::TimeoutError) { task.with_timeout(0.05) { conn.request("GET", "/").getresponse } }
      end
      to(silent) do |conn|
        conn.request("GET", "/")
        waiting = task.async { conn.getresponse }
        waiting.stop
        assert_predicate waiting, :stopped?
        assert_equal :request_sent, conn.state
      end
    end.wait
  end

  test "C-121 cancel and close by another fiber" do
    silent = peer(times: 2) { |socket| socket.read }
    Async do |task|
      { cancel: LibHTTP::Cancelled, close: LibHTTP::Closed }.each do |call, kind|
        to(silent) do |conn|
          waiting = task.async { assert_raises(kind) { conn.request("GET", "/").getresponse }.class }
          task.sleep(0.02)
          assert_raises(ThreadError) { conn.request("GET", "/") }
          conn.public_send(call)
          assert_equal kind, waiting.wait
        end
      end
    end.wait
  end

  test "names are looked up and addresses raced under the scheduler" do
    port = HTTP.split(":").last.to_i
    Async do
      LibHTTP::HTTPConnection.open("localhost", port, addresses: ["127.0.0.3", "127.0.0.1"], timeout: PATIENCE) do |conn|
        assert_equal 200, conn.request("GET", "/index.html").getresponse(&:status)
      end
      assert_raises(LibHTTP::NameResolutionError) { LibHTTP::HTTPConnection.new("no-such-host.invalid").connect }
      nil # async raises a task's value where that is an error
    end.wait
  end

  test "C-125 a stream read by one fiber and written by another" do
    echo = peer do |socket|
      read_head(socket)
      socket.write("HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
      loop { socket.write(socket.readpartial(65_536)) }
    rescue EOFError
      nil
    end
    data = Random.bytes(3_000_000)
    Async do |task|
      to(echo) do |conn|
        stream = conn.request("GET", "/", headers: { "Connection" => "Upgrade", "Upgrade" => "x" }).getresponse.stream
        task.async { stream.write(data); stream.close_write }
        assert_equal data, stream.read
      end
    end.wait
  end
end
