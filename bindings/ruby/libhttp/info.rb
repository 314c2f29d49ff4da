# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  class HTTPConnection
    # What {#timings} has, in the order of the C library's numbers.
    TIMES = %i[resolved connected handshaken sent first_byte complete].freeze
    STATES = %i[idle request_started request_sent].freeze
    private_constant :STATES

    # @return [Symbol] :idle, :request_started or :request_sent
    def state
      STATES[Core.connection_state(@handle)]
    end

    # @return [Boolean] whether the last response given is unread
    def response_unread?
      Core.connection_response_unread(@handle) == 1
    end

    # @return [Boolean] whether a transport is open
    def open?
      Core.connection_is_open(@handle) == 1
    end

    # @return [Boolean]
    def closed?
      !open?
    end

    # @return [Integer, nil] the socket's descriptor: for looking at
    def fileno
      fd = Core.connection_fileno(@handle)
      fd.negative? ? nil : fd
    end

    # @return [String, nil] without brackets, IDNA done
    def host
      Text.text(Core.connection_host(@handle))
    end

    # @return [Integer] the port in force
    def port
      Core.connection_port(@handle)
    end

    # @return [String, nil] the address connected to, "192.0.2.1:80"
    def peer_address
      Text.text(Core.connection_peer_address(@handle))
    end

    # @return [String, nil]
    def tunnel_host
      host, = Core.connection_tunnel_host(@handle)
      host.is_a?(String) ? Text.text(host) : nil
    end

    # @return [Integer, nil]
    def tunnel_port
      host, port = Core.connection_tunnel_host(@handle)
      host.is_a?(String) ? port : nil
    end

    # @return [Integer, nil] the status by which the proxy answered CONNECT, also a refusal
    def tunnel_status
      status = Core.connection_tunnel_status(@handle)
      status.zero? ? nil : status
    end

    # @return [String, nil] the reason beside it
    def tunnel_reason
      Text.latin1(Core.connection_tunnel_reason(@handle))
    end

    # @return [HTTPMessage, nil] a copy of the fields of that answer
    def tunnel_headers
      HTTPMessage.wrap(Core.connection_tunnel_headers(@handle), @handle)&.dup
    end

    # @return [Array<Array(Integer, HTTPMessage)>] the interim responses (1xx) that came so far to the
    #   request under way; the response takes them over
    def interim
      Array.new(Core.connection_interim_count(@handle)) do |index|
        [Core.connection_interim_status(@handle, index),
         HTTPMessage.wrap(Core.connection_interim_headers(@handle, index), @handle).dup]
      end
    end

    # @return [String, nil] "TLSv1.3"
    def tls_version
      Text.text(Core.connection_tls_version(@handle))
    end

    # @return [String, nil] the negotiated cipher
    def tls_cipher
      Text.text(Core.connection_tls_cipher(@handle))
    end

    # @return [String, nil] the protocol chosen by ALPN, empty where the server chose none
    def tls_alpn
      Text.text(Core.connection_tls_alpn(@handle))
    end

    # @return [Boolean] whether the TLS session was resumed
    def tls_resumed?
      Core.connection_tls_resumed(@handle) == 1
    end

    # @return [String, nil] the peer's certificate as DER, for OpenSSL::X509::Certificate.new
    def peer_certificate
      Core.connection_peer_certificate(@handle)
    end

    # Times of the last exchange, as seconds since it began.
    # @return [Hash{Symbol => Float}] of {TIMES}, what has happened
    def timings
      TIMES.each_with_index.to_h { |name, which| [name, Core.connection_time(@handle, which)] }
           .reject { |_, time| time.negative? }.transform_values { |time| time / 1e6 }
    end

    # @return [Integer] bytes sent in the last exchange, heads and framing included, TLS not
    def bytes_sent
      Core.connection_bytes_sent(@handle)
    end

    # @return [Integer] bytes received in the last exchange
    def bytes_received
      Core.connection_bytes_received(@handle)
    end

    # @return [Error, nil] the last error
    def last_error
      code = Core.connection_error_code(@handle)
      code.zero? ? nil : Error.make(code, Core.connection_error(@handle), **facts(code))
    end

    # @return [String]
    def inspect
      "#<#{self.class} #{host ? "#{host}:#{port}" : 'nowhere'} #{state}>"
    end
  end
end
