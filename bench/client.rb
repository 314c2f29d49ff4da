# SPDX-License-Identifier: MIT
# client.rb HOW URL TIMES CA-FILE FILE: libhttp's Ruby binding; client.h says what that means.
require "libhttp"

how, address, times, ca, file = ARGV
times = times.to_i
url = LibHTTP::URL.parse(address)
target = url.target
big = target.start_with?("/c/", "/d/")
conn = url.connection(timeout: 30, total_timeout: 600, **(url.tls? ? { ca_file: ca } : {}))

length = lambda do |response|
  next response.read.bytesize unless big

  all = 0
  buffer = String.new(capacity: 65_536)
  all += buffer.bytesize while response.read(65_536, buffer)
  all
end

exchange = lambda do
  if how == "put"
    File.open(file, "rb") { |body| conn.request("PUT", target, body: body) }
  else
    conn.request("GET", target)
  end
  response = conn.getresponse
  got = length.call(response)
  conn.close if how == "new"
  [got, response]
end

now = -> { [Process::CLOCK_MONOTONIC, Process::CLOCK_PROCESS_CPUTIME_ID].map { |clock| Process.clock_gettime(clock) } }
exit 3 unless %w[keep new put call].include?(how)
expected, response = exchange.call
begun = now.call
if how == "call"
  times.times { response["ETag"] or abort "no such field" }
else
  times.times { exchange.call[0] == expected or abort "the body has another length" }
end
puts format("%.6f %.6f", *now.call.zip(begun).map { |to, from| to - from })
