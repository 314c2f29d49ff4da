#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# Everything that the library exports can be reached from Ruby, but for what is listed here.
require "support"

class TestReach < LibHTTPTest
  SOURCE = ENV.fetch("srcdir")
  EXPORTED = File.read("#{SOURCE}/libhttp/libhttp.map").scan(/^\s+libhttp_(\w+);/).flatten
  RUBY = Dir["#{SOURCE}/bindings/ruby/**/*.rb"].sort.to_h { |path| [File.basename(path, ".rb"), File.read(path)] }

  # What Ruby needs besides SWIG's own wrappers.
  BY_HAND = File.read("#{SOURCE}/bindings/ruby/core.h").scan(/libhttp_(\w+)\(/).flatten

  # Left out, each with its reason: at most one in twenty.
  LEFT_OUT = {
    "connection_mode" => "a connection is never in another mode: Ruby waits, not C"
  }.freeze

  # Settings and the like are defined by one line each: "time :total_timeout".
  MACROS = {
    "connection_" => ["settings", /^    (time|switch|limit) :(\w+)/],
    "tls_config_" => ["tls_config", /^    (text|switch|version) :(\w+)/]
  }.freeze

  def by_macro
    MACROS.flat_map do |prefix, (file, pattern)|
      RUBY.fetch(file).scan(pattern).flat_map { |_, name| ["#{prefix}#{name}", "#{prefix}set_#{name}"] }
    end
  end

  test "the raw layer has every function, or a class in its place" do
    core = LibHTTP::Core
    missing = EXPORTED.reject do |name|
      core.respond_to?(name) || name =~ /_(new|free)\z/
    end
    assert_empty missing
    assert_equal EXPORTED.grep(/_free\z/).size, core.constants.map { |name| core.const_get(name) }.grep(Class).size
  end

  test "and Ruby's classes use each of them" do
    assert_operator EXPORTED.size, :>, 200
    used = RUBY.values.join.scan(/Core\.(\w+)/).flatten
    objects = RUBY.values.join.scan(/Core::(\w+)\.new/).flatten
    objects += %w[Response Stream] # these come out of calls
    named = objects.map { |name| name.gsub(/([a-z])([A-Z])/, '\1_\2').gsub("TLSC", "TLS_C").downcase }
    reached = used + BY_HAND + by_macro + named.flat_map { |name| ["#{name}_new", "#{name}_free"] }
    missing = EXPORTED - reached - LEFT_OUT.keys
    assert_empty missing
    assert_empty LEFT_OUT.keys - EXPORTED
    assert_empty LEFT_OUT.keys & reached
    assert_operator LEFT_OUT.size * 20, :<=, EXPORTED.size
  end

  test "http.client's names are there" do
    { LibHTTP::HTTPConnection => %i[request getresponse set_debuglevel set_tunnel connect close putrequest putheader
                                    endheaders send],
      LibHTTP::HTTPResponse => %i[read getheader getheaders fileno msg version status reason debuglevel readline
                                  peek read1 url close each],
      LibHTTP::HTTPMessage => %i[get get_all keys values items include? length get_content_type get_content_charset get_param],
      LibHTTP => %i[responses urlencode quote] }.each do |object, names|
      names.each do |name|
        assert object.respond_to?(name) || (object.is_a?(Class) && object.method_defined?(name)), "#{object}##{name}"
      end
    end
    assert_operator LibHTTP::HTTPSConnection, :<, LibHTTP::HTTPConnection
  end

  test "everything public has a comment" do
    bare = RUBY.flat_map do |file, text|
      lines = text.lines
      hidden = false
      lines.each_with_index.filter_map do |line, at|
        hidden = true if line =~ /^\s+private$/
        hidden = false if line =~ /^\s*(class|module) /
        next if hidden || line !~ /^\s*(def|attr_reader|alias|class|module) /
        next if line =~ /def (self\.inherited|initialize_copy|to_s|inspect)|alias|class << self|^module LibHTTP|class HTTPConnection$/

        above = lines[0...at].reverse.find { |other| other.strip != "" }.to_s.strip
        "#{file}:#{at + 1}: #{line.strip}" unless above.start_with?("#")
      end
    end
    private_files = %w[session body text]
    assert_empty bare.reject { |line| private_files.include?(line[/\A\w+/]) }
  end
end
