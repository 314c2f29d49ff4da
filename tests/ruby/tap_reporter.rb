#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# minitest, printing TAP: a line a test.
require "minitest"

class TapReporter < Minitest::AbstractReporter
  def initialize(io = $stdout)
    super()
    @io = io
    @count = 0
    @failed = false
  end

  def record(result)
    @count += 1
    @failed ||= !result.passed? && !result.skipped?
    verdict = result.passed? || result.skipped? ? "ok" : "not ok"
    skipped = " # SKIP #{result.failure.message}" if result.skipped?
    @io.puts "#{verdict} #{@count} - #{result.name.delete_prefix("test_")}#{skipped}"
    result.failures.each { |failure| tell(failure) } unless result.skipped?
    @io.flush
  end

  def report
    @io.puts "1..#{@count}"
  end

  def passed?
    !@failed
  end

  private

  def tell(failure)
    error = failure.respond_to?(:error) ? failure.error : failure
    [failure.message, *Array(error.backtrace).first(8)].join("\n").each_line { |line| @io.puts "#   #{line}" }
  end
end

module Minitest
  def self.plugin_tap_init(_options)
    reporter.reporters.clear
    reporter << TapReporter.new
  end
  extensions << "tap"
end
Minitest.autorun
