# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # What is left of the connection after 101 (Switching Protocols) or a 2xx to CONNECT: bytes in both
  # directions, TLS included. One thread or fiber may read while another writes.
  class Stream
    # Bytes that one {#readpartial} gives at the most.
    READ_MAX = 65_536

    # @private
    def initialize(handle, session)
      @handle = handle
      @session = session
      @reading = Object.new
      @writing = Object.new
    end

    # Reads what is there, waiting for the first byte.
    # @param maxlen [Integer]
    # @param outbuf [String, nil] what to put it into
    # @return [String] never empty
    # @raise [EOFError] the peer has ended its direction
    def readpartial(maxlen, outbuf = nil)
      maxlen = Text.length(maxlen)
      return outbuf ? outbuf.replace("".b) : "".b if maxlen.zero?

      status, bytes = @session.run(self, @reading) { Core.stream_read(@handle, maxlen) }
      fail_with(status) if status.negative?
      outbuf&.replace(bytes)
      raise EOFError, "end of stream reached" if bytes.empty?

      outbuf || bytes
    end

    # Reads to the end, or so many bytes.
    # @return [String, nil] nil at the end where a length was given
    def read(length = nil)
      bytes = String.new(encoding: Encoding::BINARY)
      until length && bytes.bytesize >= length
        bytes << readpartial(length ? [length - bytes.bytesize, READ_MAX].min : READ_MAX)
      end
      bytes
    rescue EOFError
      length && bytes.empty? && length.positive? ? nil : bytes
    end

    # Writes all of it.
    # @return [Integer] how many bytes
    def write(*texts)
      texts.sum { |text| write_one(Text.value(text, "data")) }
    end

    # @return [self]
    def <<(text)
      write(text)
      self
    end

    # Ends the sending direction; reading goes on.
    def close_write
      status = @session.run(self, @writing) { Core.stream_shutdown_write(@handle) }
      fail_with(status) if status.negative?
    end

    # Closes both; the connection it came from may be used anew.
    def close
      @session.close { Core.stream_close(@handle) }
      nil
    end

    # @return [Boolean]
    def closed?
      Core.stream_fileno(@handle).negative?
    end

    # Takes the bare socket out (not over TLS): the caller's from then on.
    # @return [Array(BasicSocket, String)] with the bytes that were received and not read
    def detach
      @session.check
      status, fd, unread = Core.stream_detach_fd(@handle)
      fail_with(status) if status.negative?
      [BasicSocket.for_fd(fd), unread || "".b]
    end

    # From any thread: whoever waits returns with Cancelled.
    def cancel
      Core.stream_cancel(@handle)
      nil
    end

    # @return [Integer, nil] the socket's descriptor: for looking at
    def fileno
      fd = Core.stream_fileno(@handle)
      fd.negative? ? nil : fd
    end

    # @private
    def needs
      Core.stream_needs(@handle)
    end

    private

    def write_one(bytes)
      total = bytes.bytesize
      until bytes.empty?
        status, sent = @session.run(self, @writing) { Core.stream_write(@handle, bytes) }
        fail_with(status) if status.negative?
        bytes = bytes.byteslice(sent..)
      end
      total
    end

    def fail_with(status)
      message = Core.stream_error(@handle) if Core.stream_error_code(@handle) == status
      raise Error.make(status, message, errno: Core.stream_errno(@handle),
                                        tls_reason: Core.stream_tls_reason(@handle))
    end
  end
end
