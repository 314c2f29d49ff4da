# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # A request step by step: putrequest, putheader, endheaders, send, finish.
  module Steps
    # Begins a request: the request line, Host and `Accept-Encoding: identity`.
    # @return [self]
    def putrequest(method, target, skip_host: false, skip_accept_encoding: false)
      @session.check
      skip = (skip_host ? Core::SKIP_HOST : 0) | (skip_accept_encoding ? Core::SKIP_ACCEPT_ENCODING : 0)
      done(Core.connection_putrequest(@handle, Text.value(method, "method"), Text.bytes(target, "target"), skip))
    end

    # Puts one field.
    # @param more further values, each on a line of its own: deprecated, as many servers refuse it
    # @return [self]
    def putheader(name, value, *more)
      @session.check
      name = Text.value(name, "a field's name")
      value, *more = [value, *more].map { |one| Text.value(one, "a field's value") }
      HTTPMessage.new(more.map { |one| ["Continued", one] }) # all of them can be, or none is put
      done(Core.connection_putheader(@handle, name, value))
      more.each { |one| done(Core.connection_putheader_continue(@handle, one)) }
      self
    end

    # Ends the head, which leaves with the first send, flush or getresponse.
    # @param body [String, #read, #each, nil] what to send at once
    # @param encode_chunked [Boolean] each piece sent becomes a chunk; end them with {#finish}, where no
    #   body was given here
    # @return [self]
    def endheaders(body = nil, encode_chunked: false)
      @session.check
      done(Core.connection_endheaders(@handle, encode_chunked ? Core::ENCODE_CHUNKED : 0))
      return self if body.nil?

      until_answered do
        each_piece(body) { |piece| send_bytes(piece) }
        finish if encode_chunked
      end
      self
    end

    # Sends bytes of the body.
    # @param data [String, #read, #each]
    # @return [Integer] how many were taken: all of them, but for a carried connection
    # @raise [EarlyResponse] a final response came: stop, and call getresponse
    def send(data)
      sent = 0
      each_piece(data) { |piece| sent += send_bytes(piece) }
      sent
    end
    alias write send

    # @return [self]
    def <<(data)
      send(data)
      self
    end

    # Sends bytes of a descriptor (a file's, a pipe's), at most `length` or as many as it gives.
    # @return [Integer] how many were taken; 0: the file has ended
    def send_fd(fd, length = Core::LENGTH_UNKNOWN)
      status, sent = @session.run(self) do
        given = @session.hold { Core.connection_send_fd(@handle, fd, length) }
        status, = given
        @session.await_input(self, fd) if status == Core::AGAIN
        given
      end
      done(status)
      sent
    end

    # Ends the body: the last chunk where chunks are encoded, otherwise only a check of its length.
    # @param trailers [Hash, Array, HTTPMessage, nil]
    # @return [self]
    def finish(trailers = nil)
      fields = HTTPMessage.handle_of(trailers)
      done(@session.run(self) { Core.connection_finish(@handle, fields) })
      flush unless @session.carried
      self
    end

    # Moves what is still to be sent.
    # @return [self]
    def flush
      done(@session.run(self) { Core.connection_flush(@handle) })
    end

    private

    def send_bytes(bytes)
      total = bytes.bytesize
      until bytes.empty?
        status, sent = @session.run(self) { Core.connection_send(@handle, bytes) }
        done(status)
        return sent if @session.carried && sent < bytes.bytesize

        bytes = bytes.byteslice(sent..)
      end
      total
    end
  end
end
