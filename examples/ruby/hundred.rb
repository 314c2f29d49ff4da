#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# hundred.rb URL: a hundred requests at once, in one thread, under a Fiber scheduler (gem async).
require "async"
require "libhttp"

url = LibHTTP::URL.parse(ARGV.fetch(0))
began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
statuses = Async do |task|
  requests = Array.new(100) do
    task.async do
      conn = url.connection(timeout: 10)
      conn.request("GET", url.target).getresponse { |response| response.read && response.status }
    ensure
      conn&.close
    end
  end
  requests.map(&:wait)
end.wait
took = Process.clock_gettime(Process::CLOCK_MONOTONIC) - began
puts "#{statuses.tally} in #{took.round(2)} s"
