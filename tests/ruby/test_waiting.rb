#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# Whoever waits can be interrupted, and holds up nobody: in every phase, from resolving to reading.
require "support"
require "rbconfig"
require "tempfile"
require "tmpdir"

class TestWaiting < LibHTTPTest
  # A port whose backlog is full: connecting to it hangs.
  def hanging_port
    @full = Socket.new(:INET, :STREAM)
    @full.bind(Addrinfo.tcp("127.0.0.1", 0))
    @full.listen(0)
    port = @full.local_address.ip_port
    @fillers = Array.new(3) do
      Socket.new(:INET, :STREAM).tap { |s| s.connect_nonblock(Addrinfo.tcp("127.0.0.1", port), exception: false) }
    end
    # Nobody accepts: one that has come fills it.
    assert @full.wait_readable(PATIENCE)
    port
  end

  def teardown
    @fillers&.each(&:close)
    @full&.close
    super
  end

  # A listener that never answers.
  def silent_port
    peer { |socket| socket.readpartial(1) ; sleep }.port
  end

  # A listener that answers with the beginning of a body, and no more.
  def half_port
    peer do |socket|
      read_head(socket)
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc\n")
      sleep
    end.port
  end

  def big_file
    Tempfile.new("body").tap { |file| file.truncate(50_000_000) }
  end

  # For each phase: a connection, and a call on it that waits there.
  def phases
    {
      connecting: -> { [LibHTTP::HTTPConnection.new("127.0.0.1", hanging_port), ->(c) { c.connect }] },
      handshake: -> { [LibHTTP::HTTPSConnection.new("127.0.0.1", silent_port), ->(c) { c.request("GET", "/") }] },
      tunnel: lambda {
        [LibHTTP::HTTPConnection.new("127.0.0.1", silent_port).set_tunnel("h"), ->(c) { c.request("GET", "/") }]
      },
      sending: lambda {
        [LibHTTP::HTTPConnection.new("127.0.0.1", silent_port), ->(c) { c.request("PUT", "/", body: "x" * 50_000_000) }]
      },
      sending_a_file: lambda {
        file = big_file
        [LibHTTP::HTTPConnection.new("127.0.0.1", silent_port), ->(c) { c.request("PUT", "/", body: file) }]
      },
      response: -> { [LibHTTP::HTTPConnection.new("127.0.0.1", silent_port), ->(c) { c.request("GET", "/").getresponse }] },
      read: -> { [LibHTTP::HTTPConnection.new("127.0.0.1", half_port), ->(c) { c.request("GET", "/").getresponse.read }] },
      # What came before an error is given, and then the error.
      read_n: lambda {
        [LibHTTP::HTTPConnection.new("127.0.0.1", half_port), lambda { |c|
          response = c.request("GET", "/").getresponse
          2.times { response.read(10) }
        }]
      },
      gets: -> { [LibHTTP::HTTPConnection.new("127.0.0.1", half_port), ->(c) { c.request("GET", "/").getresponse.readlines }] },
      each: -> { [LibHTTP::HTTPConnection.new("127.0.0.1", half_port), ->(c) { c.request("GET", "/").getresponse.to_a }] }
    }
  end

  # Each phase in a thread of its own, which waits by then.
  def each_waiting
    phases.each do |phase, make|
      conn, call = make.call
      thread = Thread.new { call.call(conn) }
      thread.report_on_exception = false
      # It must be in the wait itself, and stay there.
      eventually { thread.status == "sleep" && (sleep(0.03) || true) && thread.status == "sleep" }
      yield phase, conn, thread
      conn.close
    end
  end

  test "C-121 cancel from another thread, in every phase; the connection is usable afterwards" do
    each_waiting do |phase, conn, thread|
      conn.cancel
      assert_raises(LibHTTP::Cancelled, phase) { thread.value }
      assert_predicate conn, :cancelled?
      assert_raises(LibHTTP::Cancelled, phase) { conn.request("GET", "/") }
      conn.cancel_reset
      refute_predicate conn, :cancelled?
      assert_equal :idle, conn.state, phase
    end
  end

  test "Thread#kill in every phase" do
    each_waiting do |phase, _conn, thread|
      thread.kill
      assert thread.join(PATIENCE), phase
      assert_nil thread.value
    end
  end

  test "Thread#raise in every phase, and the connection can be closed and used again" do
    each_waiting do |phase, conn, thread|
      thread.raise(IOError, "from outside")
      assert_equal "from outside", assert_raises(IOError, phase) { thread.value }.message
      conn.close
      assert_equal :idle, conn.state, phase
    end
  end

  test "C-121 closing from another thread wakes whoever waits, with Closed" do
    each_waiting do |phase, conn, thread|
      conn.close
      assert_raises(LibHTTP::Closed, phase) { thread.value }
      refute_predicate conn, :open?, phase
      refute_predicate conn, :cancelled?, phase
    end
  end

  test "Timeout.timeout ends a wait in every phase" do
    phases.each do |phase, make|
      conn, call = make.call
      error = assert_raises(::Timeout::Error, phase) { ::Timeout.timeout(0.1) { call.call(conn) } }
      assert_instance_of ::Timeout::Error, error
      conn.close
    end
  end

  test "after Timeout.timeout the answer can still be waited for" do
    gate = Queue.new
    slow = peer do |socket|
      read_head(socket)
      gate.pop
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    end
    to(slow) do |conn|
      conn.request("GET", "/")
      assert_raises(::Timeout::Error) { ::Timeout.timeout(0.05) { conn.getresponse } }
      gate << :open
      assert_equal 200, conn.getresponse(&:status)
    end
  end

  test "other threads run in every phase" do
    each_waiting do |phase, _conn, _thread|
      count = 0
      counter = Thread.new { loop { sleep 0.002; count += 1 } }
      assert eventually { count > 5 }, phase
      counter.kill
    end
  end

  test "several threads, each with a connection, wait together" do
    server = TCPServer.new("127.0.0.1", 0)
    answering = Thread.new do # none before all have asked
      sockets = Array.new(20) { server.accept.tap { |socket| read_head(socket) } }
      sockets.each { |socket| socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); socket.close }
    end
    threads = Array.new(20) do
      Thread.new do
        LibHTTP::HTTPConnection.open("127.0.0.1", server.addr[1], timeout: PATIENCE) { |c| c.request("GET", "/").getresponse(&:status) }
      end
    end
    assert_equal [200] * 20, threads.map(&:value)
  ensure
    answering&.kill&.join
    server&.close
  end

  test "one connection in two threads at once is a ThreadError" do
    answer = Queue.new
    server = peer do |socket|
      2.times do
        read_head(socket)
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n#{answer.pop}")
      end
    end
    to(server) do |conn|
      conn.request("GET", "/")
      waiting = Thread.new { conn.getresponse.read }
      eventually { waiting.stop? && answer.num_waiting == 1 }
      assert_raises(ThreadError) { conn.getresponse }
      assert_raises(ThreadError) { conn.request("GET", "/") }
      assert_raises(ThreadError) { conn.flush }
      assert_equal :request_sent, conn.state
      2.times { answer << "ok" }
      assert_equal "ok", waiting.value
      assert_equal "ok", conn.request("GET", "/").getresponse.read
    end
  end

  # Runs a script in an interpreter of its own, and a block beside it once it says that it waits.
  def script(text, preload: nil)
    preload = [preload, ENV.fetch("LD_PRELOAD", nil)].compact.reverse.join(":")
    io = IO.popen([{ "LD_PRELOAD" => preload }, RbConfig.ruby, "-W", "-rlibhttp", "-e", text], err: %i[child out])
    assert_equal "waiting\n", io.gets
    sleep 0.05
    yield io.pid
    io.read
  ensure
    io&.close
  end

  test "Ctrl-C, and what a signal's handler raises" do
    said = script(<<~'RUBY') { |pid| Process.kill(:INT, pid) }
      server = TCPServer.new("127.0.0.1", 0)
      conn = LibHTTP::HTTPConnection.new("127.0.0.1", server.addr[1])
      begin
        conn.request("GET", "/")
        $stdout.puts "waiting"; $stdout.flush
        conn.getresponse
      rescue Interrupt
        puts "interrupted"
      end
    RUBY
    assert_equal "interrupted\n", said
  end

  test "signals every few milliseconds don't disturb a wait" do
    begin
      before = trap(:USR1) { nil }
      pest = Thread.new { loop { Process.kill(:USR1, $$); sleep 0.005 } }
      connect { |conn| assert_equal 200, conn.request("GET", "/slow?ms=200").getresponse(&:status) }
    ensure
      pest&.kill&.join
      trap(:USR1, before || "DEFAULT")
    end
  end

  # A C library with a function of one's own.
  def preloaded(source)
    Dir.mktmpdir do |folder|
      File.write("#{folder}/slow.c", source)
      built = system(*ENV.fetch("CC", "cc").split, "-shared", "-fPIC", "-o", "#{folder}/slow.so", "#{folder}/slow.c")
      skip "no compiler" unless built
      yield "#{folder}/slow.so"
    end
  end

  # Look-ups take a minute.
  def slow_resolver(&block)
    preloaded("#include <netdb.h>\n#include <unistd.h>\n" \
              "int getaddrinfo(const char *n, const char *s, const struct addrinfo *h, struct addrinfo **r)\n" \
              "{ (void)n; (void)s; (void)h; (void)r; sleep(60); return EAI_AGAIN; }\n", &block)
  end

  # Sending a file moves it by a byte at once, and fails when it has been truncated.
  def slow_disk(&block)
    preloaded("#include <errno.h>\n#include <sys/stat.h>\n#include <unistd.h>\n" \
              "ssize_t sendfile(int out, int in, off_t *at, size_t count)\n" \
              "{ struct stat s; (void)out; (void)at; (void)count; lseek(in, 1, SEEK_SET);\n" \
              "while (fstat(in, &s) == 0 && s.st_size > 0) usleep(1000);\n" \
              "errno = EPIPE; return -1; }\n", &block)
  end

  test "T-39 the collector frees no response of a connection that sends a file meanwhile" do
    slow_disk do |library|
      said = script(<<~'RUBY', preload: library) { nil }
        require "tempfile"
        $stdout.puts "waiting"; $stdout.flush
        server = TCPServer.new("127.0.0.1", 0)
        conn = LibHTTP::HTTPConnection.new("127.0.0.1", server.addr[1])
        responses = []
        peers = Array.new(20) do
          conn.request("GET", "/")
          peer = server.accept
          peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\nabc")
          responses << conn.getresponse
          peer.readpartial(1000)
          peer
        end
        file = Tempfile.new
        file.truncate(1_000_000)
        sending = Thread.new { conn.request("PUT", "/", body: file) rescue conn.close }
        sleep 0.001 until file.sysseek(0, IO::SEEK_CUR) == 1
        gone = -> { GC.start; sleep 0.001; peers.count { |peer| peer.read_nonblock(1, exception: false) != :wait_readable } }
        responses.clear
        print Array.new(3) { gone.call }.sum, " gone, then "
        file.truncate(0)
        sending.join
        sleep 0.001 until gone.call > 9
        puts "most"
      RUBY
      assert_equal "0 gone, then most\n", said
    end
  end

  test "C-121 name resolution: kill, Timeout, cancel, Ctrl-C, and other threads run" do
    slow_resolver do |library|
      said = script(<<~'RUBY', preload: library) { |pid| Process.kill(:INT, pid) }
        conn = LibHTTP::HTTPConnection.new("slow.example")
        killed = Thread.new { conn.connect }
        Thread.pass until killed.stop?
        sleep 0.05
        killed.kill.join
        conn.close
        begin
          Timeout.timeout(0.05) { conn.connect }
        rescue Timeout::Error => e
          timed = e.class
        end
        conn.close
        cancelled = Thread.new { conn.connect }
        cancelled.report_on_exception = false
        Thread.pass until cancelled.stop?
        conn.cancel
        cancelled = cancelled.value rescue $!.class
        conn.cancel_reset
        conn.connect_timeout = 0.05
        deadline = conn.connect rescue $!.class
        conn.connect_timeout = nil
        begin
          # Another thread that runs while this one waits says so.
          Thread.new { 5.times { sleep 0.01 }; $stdout.puts "waiting"; $stdout.flush }
          conn.connect
        rescue Interrupt => e
          p timed, cancelled, deadline, e.class
        end
      RUBY
      assert_equal "Timeout::Error\nLibHTTP::Cancelled\nLibHTTP::Timeout\nInterrupt\n", said
    end
  end

  test "a file is sent while other threads run" do
    connect do |conn|
      count = eventually do
        body = nil
        count = count_meanwhile { body = conn.request("PUT", "/", body: big_file).getresponse.read }
        assert_equal "received 50000000 bytes\n", body
        count.positive? && count
      end
      assert_operator count, :>, 0
    end
  end
end
