#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# upload.rb FILE URL [CA-FILE]: uploads a file; the kernel sends it.
require "libhttp"

file, address, ca = ARGV
url = LibHTTP::URL.parse(address)
conn = url.connection(timeout: 10, **(url.tls? && ca ? { ca_file: ca } : {}))
File.open(file, "rb") do |body|
  response = conn.request("PUT", url.target, body: body).getresponse
  puts "#{response.status} #{response.reason}", response.read
end
conn.close
