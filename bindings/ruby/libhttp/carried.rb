# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # Carried mode (`HTTPConnection.new(carried: true)`): there is no descriptor, the caller moves the
  # bytes. A call that would have to wait raises IO::WaitReadable (feed) or IO::WaitWritable (take),
  # and is made again afterwards.
  module Carried
    # @return [Boolean]
    def carried?
      @session.carried
    end

    # Opens a new, empty transport.
    # @return [self]
    def set_carried
      done(Core.connection_set_carried(@handle))
      @session.carried = true
      self
    end

    # Hands over received bytes.
    # @return [Integer] how many fitted: feed the rest after the next read or getresponse
    def feed(data)
      status, taken = Core.connection_feed(@handle, Text.bytes(data, "data"))
      done(status)
      taken
    end

    # The peer has closed.
    # @return [self]
    def feed_eof
      done(Core.connection_feed_eof(@handle))
    end

    # @return [String] the bytes to send next; they stay until {#took} says how many have left
    def take
      status, bytes = Core.connection_take(@handle)
      done(status)
      bytes || "".b
    end

    # The first `length` of what {#take} gave have been sent.
    # @return [self]
    def took(length)
      done(Core.connection_took(@handle, length))
    end
  end
end
