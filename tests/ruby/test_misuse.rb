#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# Misuse gives an error of Ruby's, never a crash.
require "support"

class TestMisuse < LibHTTPTest
  JUNK = [nil, true, 0, -1, 1.5, 2**70, "", "x", "\0", "\xff", :x, [], [nil], {}, { 1 => 2 }, Object.new, $stdin, 1..2, LibHTTP].freeze
  FINE = [TypeError, ArgumentError, RangeError, NoMethodError, EncodingError, LibHTTP::Error, ThreadError, SystemCallError,
          IOError, KeyError, FrozenError].freeze

  # Calls it with every kind of junk; only what is fine may come.
  def survive(what)
    JUNK.each do |junk|
      yield junk
    rescue *FINE
      nil
    rescue StandardError, NotImplementedError => e
      flunk "#{what} with #{junk.inspect}: #{e.class}: #{e.message}"
    end
  end

  # Every function of C, with junk in every place.
  test "the raw layer" do
    core = LibHTTP::Core
    classes = core.constants.map { |name| core.const_get(name) }.grep(Class)
    handles = -> { classes.flat_map { |kind| [(kind.new rescue nil), (kind.allocate rescue nil)] }.compact }
    (core.methods(false) - %i[tls_config_set_key_log_file connection_set_debug_fd connection_set_fd]).each do |name|
      handles.call.each do |handle|
        JUNK.each do |junk|
          [[], [handle], [handle, junk], [handle, junk, junk], [handle, junk, 1], [handle, "x", junk, 1],
           [handle, "a", "b", junk], [handle, "a", "b", nil, junk]].each do |arguments|
            core.public_send(name, *arguments)
          rescue *FINE, RuntimeError
            nil
          end
        end
      end
    end
    pass
  end

  test "constructors, and settings" do
    survive("host") { |junk| LibHTTP::HTTPConnection.new(junk) }
    survive("port") { |junk| LibHTTP::HTTPConnection.new("h", junk) }
    names = LibHTTP::HTTPConnection::NAMES + %i[tls unix socket]
    names.each { |name| survive(name) { |junk| LibHTTP::HTTPConnection.new("h", name => junk) unless junk == $stdin } }
    LibHTTP::TLSConfig::OPTIONS.each { |name| survive(name) { |junk| LibHTTP::TLSConfig.new(name => junk) unless name == :key_log_file } }
    assert_raises(ArgumentError) { LibHTTP::HTTPConnection.new("h", tiemout: 3) }
    assert_raises(ArgumentError) { LibHTTP::HTTPSConnection.new("h", tls: LibHTTP::TLSConfig.default, ca_file: CA) }
    assert_raises(ArgumentError) { LibHTTP::TLSConfig.new(key_file: CA) }
    assert_raises(ArgumentError) { LibHTTP::HTTPConnection.new("h", timeout: 0) }
    assert_raises(ArgumentError) { LibHTTP::HTTPConnection.new("h", timeout: -5) }
    assert_raises(ArgumentError) { LibHTTP::HTTPConnection.new("h", timeout: Float::NAN) }
    assert_raises(TypeError) { LibHTTP::HTTPConnection.new("h", timeout: "5") }
    assert_raises(TypeError) { LibHTTP::HTTPConnection.new("h", "80") }
  end

  # The peer answers every request there may be.
  test "requests" do
    connect do |conn|
      [->(j) { conn.request(j, "/") }, ->(j) { conn.request("GET", j) }, ->(j) { conn.request("GET", "/", headers: j) },
       ->(j) { conn.request("PUT", "/", body: j) unless j == $stdin }, ->(j) { conn.request("PUT", "/", body: ["a"], length: j) },
       ->(j) { conn.request("PUT", "/", body: ["a"], trailers: j) }, ->(j) { conn.putheader("A", j) },
       ->(j) { conn.putheader(j, "A") }, ->(j) { conn.send(j) unless j == $stdin }, ->(j) { conn.send_fd(j) },
       ->(j) { conn.set_tunnel(j) }, ->(j) { conn.set_tunnel("h", j) }, ->(j) { conn.set_tunnel("h", headers: j) },
       ->(j) { conn.set_host(j) }, ->(j) { conn.feed(j) }, ->(j) { conn.took(j) }].each_with_index do |call, which|
        survive("request #{which}") do |junk|
          conn.set_tunnel(nil)
          conn.set_host(HTTP)
          conn.putrequest("GET", "/") if which.between?(6, 7)
          call.call(junk)
        ensure
          conn.close
        end
      end
    end
  end

  test "reading" do
    connect do |conn|
      %i[read readpartial read1 read_nonblock gets readline each_line].each do |name|
        survive(name) do |junk|
          response = conn.request("GET", "/index.html").getresponse
          result = response.public_send(name, junk)
          result.first if name == :each_line
        ensure
          conn.close
        end
      end
      response = conn.request("GET", "/index.html").getresponse
      survive("buffer") { |junk| response.read(1, junk) unless junk.is_a?(Array) || junk.is_a?(Hash) }
      survive("maximum") { |junk| response.read(maximum: junk) }
      survive("getheader") { |junk| response.getheader(junk) }
      assert_raises(FrozenError) { conn.request("GET", "/index.html").getresponse.tap { |r| r.read(1, "frozen".freeze) } }
    end
  end

  test "texts" do
    message = LibHTTP::HTTPMessage.new
    %i[get get_all delete include? media_type get_param].each { |name| survive(name) { |junk| message.public_send(name, junk) } }
    survive("add") { |junk| message.add("A", junk) }
    survive("set") { |junk| message["A"] = junk }
    survive("name") { |junk| message.add(junk, "a") }
    survive("message") { |junk| LibHTTP::HTTPMessage.new(junk) unless junk == $stdin }
    %i[quote unquote urlencode].each { |name| survive(name) { |junk| LibHTTP.public_send(name, junk) unless junk == $stdin } }
    survive("credentials") { |junk| LibHTTP.basic_credentials(junk, junk) }
    survive("url") { |junk| LibHTTP::URL.parse(junk) }
    survive("media") { |junk| LibHTTP::MediaType.new(junk) }
    survive("constant") { |junk| LibHTTP.constant_of_c(junk) }
  end

  test "objects that were never set up" do
    [LibHTTP::HTTPConnection, LibHTTP::HTTPResponse, LibHTTP::HTTPMessage, LibHTTP::TLSConfig, LibHTTP::MediaType,
     LibHTTP::Stream, LibHTTP::URL].each do |kind|
      kind.public_instance_methods(false).each do |name|
        method = kind.allocate.method(name)
        method.call(*Array.new([method.arity, method.arity.abs - 1].max, "x"))
      rescue *FINE
        nil
      end
    end
    pass
  end

  # What would take a descriptor over or write to it, wait for ever, or end the process.
  HARMFUL = %i[socket= unix= debug_output= send_fd fileno detach detach_fd key_log_file= initialize].freeze

  # One of everything, none of which waits: carried connections say EAGAIN instead.
  def objects
    conn = LibHTTP::HTTPConnection.new("h", carried: true)
    upgraded = LibHTTP::HTTPConnection.new("h", carried: true)
    response = answer(conn, "HTTP/1.1 200 OK\r\nContent-Length: 40\r\nSet-Cookie: a\r\n\r\nabc\ndef\n")
    stream = answer(upgraded, "HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nunread").stream
    [conn, response, stream, response.msg, LibHTTP::HTTPConnection.new("h", carried: true), LibHTTP::TLSConfig.new,
     LibHTTP::HTTPMessage.new("A" => "b"), LibHTTP::MediaType.new("a/b; c=d"), LibHTTP::URL.parse("http://h/"),
     (LibHTTP::URL.parse("http://u@h/") rescue $!), LibHTTP::HTTPResponse.allocate, LibHTTP::Stream.allocate]
  end

  def answer(conn, bytes)
    (conn.request("GET", "/", headers: { "Connection" => "Upgrade", "Upgrade" => "x" }) rescue nil)
    while (data = conn.take) && !data.empty?
      conn.took(data.bytesize)
    end
    conn.feed(bytes)
    conn.getresponse
  end

  # stress: in every so many calls the collector (of the young, as it is faster) runs at each allocation.
  def call_everything(turns, stress: nil)
    random = Random.new(1)
    calls = 0
    objects.each do |object|
      names = object.public_methods(false) + object.class.ancestors.take_while { |mod| mod != Object }
                                                   .flat_map { |mod| mod.public_instance_methods(false) }
      (names.uniq - Object.public_instance_methods(true) - HARMFUL).each do |name|
        turns.times do |count|
          arguments = Array.new(count % 5) { JUNK.sample(random: random) }.reject { |junk| junk == $stdin }
          calls += 1
          GC.stress = stress && (calls % stress).zero? && 1
          object.public_send(name, *arguments)
        rescue *FINE, StopIteration, NotImplementedError, StandardError => e
          flunk "#{object.class}##{name}: #{e.class}: #{e.message}" if e.is_a?(NameError) && !e.is_a?(NoMethodError)
        ensure
          GC.stress = false
        end
      end
    end
    calls
  end

  test "every method of every object with junk, and now and then the collector at every allocation" do
    assert_operator call_everything(8), :>, 3000
    call_everything(3, stress: 7)
  end

  test "C-96 use after close" do
    conn = connect
    response = conn.request("GET", "/index.html").getresponse
    2.times { conn.close }
    2.times { response.close }
    assert_raises(LibHTTP::IncompleteRead) { response.read }
    assert_equal [200, "text/html", nil, nil], [response.status, response["content-type"], response.fileno, conn.fileno]
    assert_equal 200, conn.request("GET", "/index.html").getresponse(&:status)
    conn.close
  end

  test "T-39 threads that use one connection without a plan" do
    conn = connect
    threads = Array.new(8) do |which|
      Thread.new do
        100.times do
          which.zero? ? conn.close : conn.request("GET", "/index.html").getresponse.read
        rescue *FINE
          Thread.pass
        end
      end
    end
    threads.each(&:join)
    conn.close
    assert_equal 200, conn.request("GET", "/index.html").getresponse(&:status)
  end
end
