# SPDX-License-Identifier: MIT
# client_net_http.rb HOW URL TIMES CA-FILE FILE: Ruby's own Net::HTTP; client.h says what that means.
require "net/http"

how, address, times, ca, file = ARGV
times = times.to_i
url = URI(address)
exit 3 unless %w[keep new put call].include?(how)
last = nil

open = lambda do
  http = Net::HTTP.new(url.host, url.port)
  http.open_timeout = 30
  http.read_timeout = 300
  if url.scheme == "https"
    http.use_ssl = true
    http.ca_file = ca
  end
  http.start
end

exchange = lambda do |http|
  all = 0
  if how == "put"
    request = Net::HTTP::Put.new(url.path)
    request.body_stream = File.open(file, "rb")
    request.content_length = File.size(file)
    http.request(request)
    request.body_stream.close
  else
    http.request_get(url.path, "Accept-Encoding" => "identity") do |response|
      last = response
      response.read_body { |piece| all += piece.bytesize }
    end
  end
  all
end

once = lambda do
  http = open.call
  exchange.call(http).tap { http.finish }
end

now = -> { [Process::CLOCK_MONOTONIC, Process::CLOCK_PROCESS_CPUTIME_ID].map { |clock| Process.clock_gettime(clock) } }
kept = open.call unless how == "new"
one = kept ? -> { exchange.call(kept) } : once
expected = one.call
begun = now.call
times.times { one.call == expected or abort "the body has another length" } if how != "call"
times.times { last["ETag"] or abort "no such field" } if how == "call"
puts format("%.6f %.6f", *now.call.zip(begun).map { |to, from| to - from })
