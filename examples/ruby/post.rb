#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# post.rb URL [CA-FILE]: posts a form and prints the answer: http.client's third session.
require "libhttp"

url = LibHTTP::URL.parse(ARGV.fetch(0))
options = url.tls? && ARGV[1] ? { ca_file: ARGV[1] } : {}
params = LibHTTP.urlencode(spam: 1, eggs: 2, bacon: 0)
headers = { "Content-type" => "application/x-www-form-urlencoded", "Accept" => "text/plain" }
conn = url.connection(timeout: 10, **options)
conn.request("POST", url.target, body: params, headers: headers)
response = conn.getresponse
puts "#{response.status} #{response.reason}"
puts response.read
conn.close
