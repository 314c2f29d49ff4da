#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# head.rb URL [CA-FILE]: the head of a page without the page: http.client's second session.
require "libhttp"

url = LibHTTP::URL.parse(ARGV.fetch(0))
options = url.tls? && ARGV[1] ? { ca_file: ARGV[1] } : {}
conn = url.connection(timeout: 10, **options)
response = conn.request("HEAD", url.target).getresponse
puts "#{response.status} #{response.reason}"
data = response.read
puts data.length
puts data == ""
conn.close
