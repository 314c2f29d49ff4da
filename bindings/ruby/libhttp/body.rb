# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # How a request's body is sent, by what it is.
  # @private
  module Body
    private

    # The request and its body, of which `length` says how long it is, where the body can't.
    def send_request(method, target, fields, body, length, trailers)
      return send_whole(method, target, fields, body) if body.nil? || (body.is_a?(String) && !length && !trailers)
      return send_file(method, target, fields, body, length) if file?(body) && !trailers && length != Core::LENGTH_CHUNKED
      return open_file(method, target, fields, body, length, trailers) if path?(body)

      length ||= trailers ? nil : length_of(body)
      done(Core.connection_request_pieces(@handle, method, target, fields, length || Core::LENGTH_UNKNOWN))
      send_pieces(body, trailers)
    end

    def send_whole(method, target, fields, body)
      bytes = body && Text.bytes(body, "body")
      if bytes && bytes.bytesize > Core::OUTPUT_MAX
        done(Core.connection_request_pieces(@handle, method, target, fields, bytes.bytesize))
        return send_pieces(bytes, nil)
      end
      status = Core.connection_ask(@handle, method, target, fields, bytes)
      return flush_unless_answered if status.nil? || @session.debug

      done(status) unless status == Core::E_EARLY_RESPONSE
    end

    # The kernel sends it, from where the File stands.
    def send_file(method, target, fields, file, length)
      file = file.to_io
      file.flush unless file.closed? || !writable?(file)
      file.pos = file.pos
      done(Core.connection_request_fd(@handle, method, target, fields, file.fileno, length || Core::LENGTH_UNKNOWN))
      until_answered do
        loop { break if send_fd(file.fileno, Core::LENGTH_UNKNOWN).zero? }
        finish
      end
    end

    def open_file(method, target, fields, path, length, trailers)
      File.open(path.to_path, "rb") { |file| send_request(method, target, fields, file, length, trailers) }
    end

    def send_pieces(body, trailers)
      until_answered do
        each_piece(body) { |piece| send_bytes(piece) }
        finish(trailers)
      end
    end

    # An early answer ends the sending; whatever else happens ends the exchange, half sent as it is.
    def until_answered
      begun = true
      yield
      begun = false
    rescue EarlyResponse
      begun = false
    ensure
      close if begun
    end

    def flush_unless_answered
      flush unless @session.carried
    rescue EarlyResponse
      nil
    end

    def file?(body)
      body.respond_to?(:to_io) && body.to_io.is_a?(File) && body.to_io.stat.file?
    end

    def path?(body)
      body.respond_to?(:to_path) && !body.respond_to?(:to_io) && !body.is_a?(String)
    end

    def writable?(file)
      file.fcntl(Fcntl::F_GETFL) & Fcntl::O_ACCMODE != Fcntl::O_RDONLY
    end

    # Of what has all its bytes in memory.
    def length_of(body)
      case body
      when String then Text.bytes(body, "body").bytesize
      when StringIO then [body.size - body.pos, 0].max
      when HTTPResponse then body.remaining
      end
    end

    def each_piece(body, &block)
      if body.is_a?(String) then yield Text.bytes(body, "body")
      elsif body.respond_to?(:readpartial) then each_read(-> { body.readpartial(BLOCK) }, &block)
      elsif body.respond_to?(:read) then each_read(-> { body.read(BLOCK) }, &block)
      elsif body.respond_to?(:each) && !body.respond_to?(:each_pair)
        body.each { |piece| yield Text.bytes(piece, "a piece of the body") }
      else
        raise TypeError, "body: a String, IO, file or pieces are wanted, not #{body.class} " \
                         "(a form is LibHTTP.urlencode(fields))"
      end
    end

    # What an IO gives is bytes, whatever it calls them.
    def each_read(read)
      while (piece = read.call)
        raise TypeError, "body: reading it gave #{piece.class}, not a String" unless piece.is_a?(String)
        break if piece.empty?

        yield piece.b
      end
    rescue EOFError
      nil
    end

    BLOCK = 65_536
    private_constant :BLOCK
  end
  private_constant :Body
end
