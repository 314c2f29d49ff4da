# frozen_string_literal: true

# SPDX-License-Identifier: MIT
require "io/wait"
require "socket"
require "timeout"
require "libhttp/core"
require "libhttp/error"
require "libhttp/text"
require "libhttp/message"
require "libhttp/media_type"
require "libhttp/url"
require "libhttp/status"
require "libhttp/tls_config"
require "libhttp/session"
require "libhttp/stream"
require "libhttp/lines"
require "libhttp/response"
require "libhttp/settings"
require "libhttp/body"
require "libhttp/carried"
require "libhttp/steps"
require "libhttp/connection"
require "libhttp/info"
require "libhttp/https"

# CPython's http.client for Ruby: requests sent whole or step by step, responses read as an IO is.
#
#     LibHTTP::HTTPSConnection.open("www.python.org", timeout: 10) do |conn|
#       response = conn.request("GET", "/index.html").getresponse
#       puts response.status, response.reason
#       response.each { |chunk| print chunk }
#     end
#
# What waits, waits as Ruby's own IO does: other threads run on, Thread#kill, Timeout and Ctrl-C
# come through in every phase, and under a Fiber scheduler (gem async) other fibers run.
#
# Bytes that come out are ASCII-8BIT (bodies) or ISO-8859-1 (fields and reasons). A String that goes
# in is sent as it is where it is ASCII or ASCII-8BIT, else as ISO-8859-1; what that can't hold
# raises EncodingError: say `text.b` for the bytes that it has.
#
# Times are seconds, nil is no limit.
module LibHTTP
  # @return [String] the version of the C library, "0.9.0"
  def self.version
    Core.version
  end

  # @return [Integer] the same as a number: 0x010203 is 1.2.3
  def self.version_number
    Core.version_number
  end

  # @return [String] the TLS library's name and version
  def self.tls_library
    Core.tls_library
  end

  # The C library's version.
  VERSION = version.freeze
end
