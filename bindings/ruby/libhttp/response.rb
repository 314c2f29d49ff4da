# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # The answer to a request: its head at once, its body as it is read, as from an IO. Enumerable over
  # the pieces of the body, as they come.
  #
  # A body that was cut off never looks like a whole one: what came is given, and then IncompleteRead
  # is raised. It may be read after its connection was closed, where that ends with it.
  class HTTPResponse
    include Enumerable
    include Lines

    # Bytes that {#each} yields at the most.
    BLOCK_SIZE = 65_536
    UNLIMITED = 0x7fff_ffff_ffff_ffff
    # Bytes that a String is grown by.
    PIECE = 1 << 20
    private_constant :UNLIMITED, :PIECE

    # @private
    def initialize(handle, session)
      @handle = handle
      @session = session
      @failure = nil
      @begun = nil
      @begun_in_c = false
    end

    # @return [Integer] 100 to 999
    def status
      Core.response_status(@handle)
    end
    alias code status

    # @return [String] the reason phrase, perhaps empty
    def reason
      @reason ||= Text.latin1(Core.response_reason(@handle)&.byteslice(0, Core.response_reason_length(@handle))).freeze
    end

    # @return [Integer] 10 for HTTP/1.0, 11 for HTTP/1.1
    def version
      Core.response_version(@handle)
    end

    # @return [String] the target of the request it answers
    def url
      @url ||= Text.latin1(Core.response_url(@handle)).freeze
    end

    # @return [HTTPMessage] the fields, read-only
    def msg
      @msg ||= HTTPMessage.wrap(Core.response_headers(@handle), @handle)
    end
    alias headers msg

    # The value of a field, several joined by ", ".
    # @param default what is given where there is none; of an Array the elements are joined
    # @return [String, nil]
    def getheader(name, default = nil)
      name = name.name.tr("_", "-") if name.is_a?(Symbol)
      status, value = Core.response_getheader(@handle, Text.bytes(name, "a field's name"), nil)
      fail_with(status) if status.negative?
      return Text.latin1(value) if value

      default.is_a?(Array) ? default.join(", ") : default
    end
    alias [] getheader

    # @return [Array<Array<String>>] names and values, in order
    def getheaders
      msg.to_a
    end

    # @return [String] the head as the bytes that arrived
    def raw_head
      status, bytes = Core.response_raw_head(@handle)
      fail_with(status) if status.negative?
      bytes
    end

    # @return [Array<Array(Integer, HTTPMessage)>] the interim responses (1xx) that came before it
    def interim
      Array.new(Core.response_interim_count(@handle)) do |index|
        [Core.response_interim_status(@handle, index),
         HTTPMessage.wrap(Core.response_interim_headers(@handle, index), @handle)]
      end
    end

    # @return [HTTPMessage] the trailer fields, once the body was read to its end; empty before
    def trailers
      HTTPMessage.wrap(Core.response_trailers(@handle), @handle)
    end

    # Reads the body: to its end, or so many bytes.
    # @param length [Integer, nil]
    # @param outbuf [String, nil] what to put it into
    # @param maximum [Integer] without a length: more than that raises TooLarge, and nothing is lost
    # @return [String, nil] nil at the end, where a length was given
    # @raise [IncompleteRead] the body was cut off: with `partial` and `expected`
    def read(length = nil, outbuf = nil, maximum: UNLIMITED)
      return filled(read_all(maximum), outbuf) if length.nil?

      length = Text.length(length)
      buffer = outbuf ? outbuf.clear.force_encoding(Encoding::BINARY) : String.new(encoding: Encoding::BINARY)
      fill(buffer, length)
      buffer.empty? && length.positive? ? nil : buffer
    end

    # Reads what is there, waiting for the first byte.
    # @return [String] never empty
    # @raise [EOFError] at the end
    def readpartial(maxlen, outbuf = nil)
      maxlen = Text.length(maxlen)
      bytes = filled(read1(maxlen), outbuf)
      raise EOFError, "end of body reached" if bytes.empty? && maxlen.positive?

      bytes
    end

    # The same, but an empty String at the end (http.client's read1).
    # @return [String]
    def read1(maxlen = BLOCK_SIZE)
      raise_failure
      maxlen = Text.length(maxlen)
      status, bytes = @session.run(self) { Core.response_read1(@handle, maxlen) }
      fail_with(status) if status.negative?
      bytes
    end

    # Reads what is there, and never waits.
    # @return [String, Symbol, nil] with `exception: false`, :wait_readable where nothing is there, and
    #   nil at the end
    # @raise [IO::WaitReadable] nothing is there
    # @raise [EOFError] at the end
    def read_nonblock(maxlen, outbuf = nil, exception: true)
      maxlen = Text.length(maxlen)
      raise_failure
      @session.check
      status, bytes = Core.response_read1(@handle, maxlen)
      fail_with(status) if status.negative?
      return filled(bytes, outbuf) unless status == Core::AGAIN || (bytes.empty? && maxlen.positive?)
      return status == Core::AGAIN ? :wait_readable : nil unless exception
      raise IO::EAGAINWaitReadable, "nothing to read yet" if status == Core::AGAIN

      raise EOFError, "end of body reached"
    end

    # Shows the next bytes without taking them; empty at the end.
    # @return [String]
    def peek
      raise_failure
      status, bytes = @session.run(self) { Core.response_peek(@handle) }
      fail_with(status) if status.negative?
      bytes || "".b
    end

    # The pieces of the body as they come.
    # @yieldparam chunk [String] a String of its own
    def each
      return enum_for(:each) unless block_given?

      loop do
        chunk = String.new(capacity: BLOCK_SIZE, encoding: Encoding::BINARY)
        break if onto(chunk, BLOCK_SIZE).zero?

        yield chunk
      end
      self
    end
    alias each_chunk each

    # @return [Boolean] whether the body has ended
    def eof?
      @begun.nil? && (complete? || peek.empty?)
    end
    alias eof eof?

    # @return [Integer, nil] bytes still to come; nil where nobody knows
    def remaining
      known(Core.response_remaining(@handle))
    end
    alias length remaining

    # @return [Integer, nil] after IncompleteRead: bytes that did not come; nil where nobody knows
    def missing
      known(Core.response_missing(@handle))
    end

    # @return [Boolean] whether the body was read to its end
    def complete?
      Core.response_is_complete(@handle) == 1
    end

    # @return [Boolean] whether it is complete or closed, or was cut off
    def closed?
      Core.response_is_closed(@handle) == 1
    end

    # @return [Boolean] whether the connection ends with this response
    def will_close?
      Core.response_will_close(@handle) == 1
    end

    # Gives up the unread body: what is here already is read away to keep the connection, else that
    # is dropped.
    def close
      @begun = nil
      @session.close { Core.response_close(@handle) }
      nil
    end

    # After 101, or a 2xx to CONNECT: the stream that takes over. With a block it is closed behind it.
    # @return [Stream]
    def stream
      @session.check
      status, handle = Core.response_stream(@handle)
      fail_with(status) if status.negative?
      stream = Stream.new(handle, @session)
      return stream unless block_given?

      begin
        yield stream
      ensure
        stream.close
      end
    end

    # From any thread: whoever waits returns with Cancelled; see {HTTPConnection#cancel}.
    def cancel
      Core.response_cancel(@handle)
      nil
    end

    # @return [Integer, nil] the socket's descriptor: for looking at
    def fileno
      fd = Core.response_fileno(@handle)
      fd.negative? ? nil : fd
    end

    # @return [Integer]
    def debuglevel
      Core.response_debuglevel(@handle)
    end

    # Above 0, what is read is told to the connection's debug output.
    def debuglevel=(level)
      Core.response_set_debuglevel(@handle, level)
    end
    alias set_debuglevel debuglevel=

    # @return [Encoding] of what is read
    def external_encoding
      Encoding::BINARY
    end

    # @return [self] it always is
    def binmode
      self
    end

    # @return [Boolean] it never is
    def tty?
      false
    end
    alias isatty tty?

    # @return [String]
    def inspect
      "#<#{self.class} #{status} #{reason}>"
    end

    # @private
    def needs
      Core.response_needs(@handle)
    end

    private

    def read_all(maximum)
      left = @begun || may_go_straight? ? Core.response_remaining(@handle) : -1
      return read_known(left) if @begun ? left >= 0 : left.between?(1, maximum)

      before, @begun = @begun, nil
      raise_failure
      @begun_in_c = true
      status, bytes = @session.run(self) { Core.response_read_all(@handle, maximum) }
      return "#{before}#{bytes}".b unless status.negative?

      partial = status == Core::E_TOO_LARGE ? nil : "#{before}#{Core.response_partial(@handle)[1]}".b
      fail_with(status, partial: partial)
    ensure
      @begun = before if before && (status.nil? || status == Core::E_TOO_LARGE)
    end

    # Not where bytes may be left in C, by a read of more than the maximum, or one that couldn't wait.
    def may_go_straight?
      !@begun_in_c && !@failure && !@session.carried
    end

    # A body of known length goes straight into its String, without a second copy in C; for what was
    # announced and doesn't come there is no room made. What a call that was interrupted (Timeout) has
    # read stays for the next one.
    def read_known(left)
      bytes = @begun ||= String.new # of bytes, as it has no text
      while left.positive?
        got = @session.read_onto(self, @handle, bytes, left.clamp(1, PIECE))
        @begun = nil if got.negative?
        fail_with(got, partial: bytes) if got.negative?
        break if got.zero?

        left -= got
      end
      @begun = nil
      bytes
    end

    def line_piece(capacity)
      raise_failure
      status, bytes = @session.run(self) { Core.response_readline(@handle, capacity) }
      fail_with(status) if status.negative?
      bytes
    end

    # Reads onto the buffer until it has that length or the body ends.
    def fill(buffer, length)
      gather(buffer) do
        while buffer.bytesize < length
          break if onto(buffer, [length - buffer.bytesize, remaining || BLOCK_SIZE, PIECE].min.clamp(1..)).zero?
        end
      rescue IO::WaitReadable
        raise if buffer.empty?
      end
      @begun = buffer.slice!(length..) if buffer.bytesize > length
    end

    # The block reads onto the buffer. What came before an error is given, and the error raised at the
    # next call; what came before an interruption (Timeout, say) the next call has.
    def gather(buffer)
      buffer << @begun if @begun
      @begun = nil
      ended = false
      yield
      ended = true
    rescue Error => e
      ended = true
      raise if buffer.empty?

      @failure = e
    ensure
      @begun = buffer.dup unless ended || buffer.empty?
    end

    def onto(buffer, capacity)
      raise_failure
      got = @session.read_onto(self, @handle, buffer, capacity)
      fail_with(got) if got.negative?
      got
    end

    def raise_failure
      raise IOError, "a read was interrupted: read() has the bytes that it got" if @begun
      return unless @failure

      failure = @failure
      @failure = nil
      raise failure
    end

    def filled(bytes, outbuf)
      outbuf ? outbuf.replace(bytes) : bytes
    end

    def known(number)
      number.negative? ? nil : number
    end

    def fail_with(status, partial: "".b)
      facts = { errno: Core.response_errno(@handle), tls_reason: Core.response_tls_reason(@handle),
                detail: Core.response_error_detail(@handle) }
      facts.update(partial: partial, expected: missing) if Core.error_is(status, Core::E_INCOMPLETE_READ) == 1
      message = Core.response_error(@handle) if Core.response_error_code(@handle) == status
      raise Error.make(status, message, **facts)
    end
  end
end
