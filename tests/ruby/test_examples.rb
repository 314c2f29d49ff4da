#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# The examples and README's programs do what they say.
require "support"
require "open3"
require "rbconfig"

class TestExamples < LibHTTPTest
  SOURCE = ENV.fetch("srcdir")

  def example(name, *arguments)
    said, status = Open3.capture2e(RbConfig.ruby, "-W", "#{SOURCE}/examples/ruby/#{name}.rb", *arguments)
    assert_predicate status, :success?, said
    said
  end

  test "C-28 get: the first session, plain and over TLS" do
    [["http://#{HTTP}/index.html"], ["https://#{HTTPS}/index.html", CA]].each do |arguments|
      said = example("get", *arguments)
      assert_match(/\A200 OK\nServer: /, said)
      assert_match(%r{^<html><p>Hello from the example server\.</p></html>$}, said)
    end
    assert_match(/\A404 Not Found\n/, example("get", "http://#{HTTP}/parrot.spam"))
  end

  test "C-75 head: the second session" do
    assert_equal "200 OK\n0\ntrue\n", example("head", "http://#{HTTP}/index.html")
  end

  test "C-135 post: the third session" do
    assert_equal "200 OK\n<p>You asked: spam=1&eggs=2&bacon=0</p>\n", example("post", "http://#{HTTP}/cgi-bin/query")
  end

  test "C-130 upload: a file" do
    assert_equal "201 Created\nreceived #{File.size(CA)} bytes\n", example("upload", CA, "http://#{HTTP}/x")
  end

  test "hundred: a hundred at once" do
    assert_match(/\A\{200=>100\} in \d+\.\d+ s\n\z/, example("hundred", "http://#{HTTP}/slow?ms=200"))
  end

  # A program of README is an indented block that begins with require.
  test "README's programs" do
    readme = File.read("#{SOURCE}/bindings/ruby/README.md")
    programs = readme.scan(/^```ruby\n(require.*?)^```$/m).flatten
    assert_operator programs.size, :>=, 2
    programs.each do |program|
      program = program.gsub("www.python.org", HTTPS).gsub(/timeout: 10/, "timeout: 10, ca_file: #{CA.inspect}")
      said, status = Open3.capture2e(RbConfig.ruby, "-W", "-e", program)
      assert_predicate status, :success?, said
      assert_match(/200|Hello/, said)
    end
  end
end
