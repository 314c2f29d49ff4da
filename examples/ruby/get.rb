#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# get.rb URL [CA-FILE]: fetches a page and prints its status, its fields and its body: http.client's first session.
require "libhttp"

url = LibHTTP::URL.parse(ARGV.fetch(0))
options = url.tls? && ARGV[1] ? { ca_file: ARGV[1] } : {}
conn = url.connection(timeout: 10, **options)
response = conn.request("GET", url.target).getresponse
puts "#{response.status} #{response.reason}"
response.getheaders.each { |name, value| puts "#{name}: #{value}" }
puts
response.each { |chunk| print chunk }
conn.close
