# frozen_string_literal: true

# SPDX-License-Identifier: MIT
require "fcntl"
require "stringio"

module LibHTTP
  # One transaction at a time with one server, as http.client's HTTPConnection. It does no input or
  # output before it has to, and may be used again after {#close} and after every error.
  class HTTPConnection
    include Settings
    include Body
    include Carried
    include Steps

    # As {#initialize}; with a block the connection is closed behind it.
    # @yieldparam connection [HTTPConnection]
    # @return the connection, or what the block gives
    def self.open(*arguments, **options)
      connection = new(*arguments, **options)
      return connection unless block_given?

      begin
        yield connection
      ensure
        connection.close
      end
    end

    # @param host [String, nil] a name, an IPv4 or IPv6 literal, or "host:port" where `port` is nil
    # @param port [Integer, nil] else the scheme's
    # @param tls [TLSConfig, nil] to speak TLS
    # @param unix [String, nil] a Unix-domain socket to connect through
    # @param socket [BasicSocket, Integer, nil] a connected socket to use; of an IO a duplicate is, an
    #   Integer's descriptor belongs to the connection from then on
    # @param carried [Boolean] no descriptor at all, see {Carried}
    # @param settings the {Settings}, by name
    def initialize(host = nil, port = nil, tls: nil, unix: nil, socket: nil, carried: false, **settings)
      @handle = Core::Connection.new or raise NoMemory
      @session = Session.new(@handle)
      done(Core.connection_set_mode(@handle, Core::MODE_NONBLOCKING))
      done(Core.connection_set_debug_fd(@handle, -1))
      unknown = settings.keys - NAMES
      raise ArgumentError, "unknown keyword: #{unknown.map(&:inspect).join(', ')}" unless unknown.empty?

      settings.each { |name, value| public_send(:"#{name}=", value) }
      self.tls = tls if tls
      set_host(host, port) if host
      self.unix = unix if unix
      self.socket = socket if socket
      set_carried if carried
    end

    # Sets the server.
    # @return [self]
    def set_host(host, port = nil)
      done(Core.connection_set_host(@handle, Text.utf8(host, "host"), port_of(port)))
    end

    # Connects through the Unix-domain socket at this path; nil goes back to TCP.
    def unix=(path)
      done(Core.connection_set_unix(@handle, path && Text.path(path, "unix")))
    end

    # Uses a connected socket.
    def socket=(socket)
      return done(Core.connection_set_fd(@handle, socket)) if socket.is_a?(Integer)

      own = socket.to_io.dup
      done(Core.connection_set_fd(@handle, own.fileno))
      own.autoclose = false
    end

    # Speaks TLS by this configuration.
    # @param config [TLSConfig]
    def tls=(config)
      raise TypeError, "tls: a TLSConfig is wanted, not #{config.class}" unless config.is_a?(TLSConfig)

      done(Core.connection_set_tls(@handle, config.handle))
      @tls = config
    end

    # @return [TLSConfig, nil]
    def tls
      @tls if Core.connection_tls(@handle)
    end

    # Goes through a proxy, which this connection's host is: CONNECT opens a tunnel.
    # @param host [String, nil] nil takes the tunnel back
    # @param headers [Hash, Array, HTTPMessage, nil] for the proxy only
    # @return [self]
    def set_tunnel(host, port = nil, headers: nil)
      fields = HTTPMessage.handle_of(headers)
      done(Core.connection_set_tunnel(@handle, host && Text.utf8(host, "host"), port_of(port), fields))
    end

    # Opens the connection now: resolves, connects, opens the tunnel, shakes hands.
    # @return [self]
    def connect
      done(@session.run(self) { Core.connection_connect(@handle) })
    end

    # A whole request.
    # @param method [String, Symbol] :get is "GET", a String goes as it is
    # @param target [String]
    # @param body [String, IO, StringIO, #readpartial, #read, #each, Pathname, nil] an open File is sent
    #   by the kernel, from where it stands; what has no length goes in chunks
    # @param headers [Hash, Array<Array>, HTTPMessage, nil]
    # @param length [Integer, nil] of a body that can't say it itself
    # @param trailers [Hash, Array, HTTPMessage, nil] fields behind a body that goes in chunks
    # @param encode_chunked [Boolean] where headers have their own Transfer-Encoding: the body goes in
    #   chunks; else as it is
    # @return [self] so that `.getresponse` may follow
    def request(method, target, body: nil, headers: nil, length: nil, trailers: nil, encode_chunked: false)
      @session.check
      method = method.name.upcase if method.is_a?(Symbol)
      fields = headers && HTTPMessage.handle_of(headers)
      length = Core::LENGTH_CHUNKED if encode_chunked && fields && Core.headers_contains(fields, "Transfer-Encoding") == 1
      HTTPMessage.handle_of(trailers) # refused before a byte is sent; what they are by then follows the body
      send_request(Text.bytes(method, "method"), Text.bytes(target, "target"), fields, body, length, trailers)
      self
    end

    # Waits for the response's head. With a block the response is closed behind it.
    # @yieldparam response [HTTPResponse]
    # @return [HTTPResponse] or what the block gives
    def getresponse
      status, handle = @session.run(self) { Core.connection_getresponse(@handle) }
      done(status)
      response = HTTPResponse.new(handle, @session)
      return response unless block_given?

      begin
        yield response
      ensure
        response.close
      end
    end

    # Closes the connection, at any time and from any thread (who waits for it gets Closed); it may be
    # opened again. A response whose body is unread reports that it was cut off.
    def close
      @session.close { Core.connection_close(@handle) }
      nil
    end

    # From any thread: whoever waits for this connection, its responses or streams returns with
    # Cancelled, and so does every later call that would move bytes, until {#cancel_reset}.
    def cancel
      done(Core.connection_cancel(@handle))
    end

    # Takes a cancel back.
    def cancel_reset
      done(Core.connection_cancel_reset(@handle))
    end

    # @return [Boolean]
    def cancelled?
      Core.connection_cancelled(@handle) == 1
    end

    # Frees what an idle connection can do without; a pool calls it.
    def trim
      done(Core.connection_trim(@handle))
    end

    # @private
    def needs
      Core.connection_needs(@handle)
    end

    private

    # A number that is no port is none to C either, but for the one that means "none given".
    def port_of(port)
      return Core::PORT_DEFAULT if port.nil?
      raise TypeError, "port: an Integer is wanted, not #{port.class}" unless port.is_a?(Integer)

      port.between?(0, 65_535) ? port : 65_536
    end

    def done(status)
      status.negative? ? fail_with(status) : self
    end

    def fail_with(status)
      raise Error.make(status, Core.connection_error_code(@handle) == status ? Core.connection_error(@handle) : nil,
                       **facts(status))
    end

    def facts(status)
      facts = { errno: Core.connection_errno(@handle), tls_reason: Core.connection_tls_reason(@handle),
                detail: Core.connection_error_detail(@handle) }
      if status == Core::E_TUNNEL_FAILED
        facts.update(status: tunnel_status, reason: tunnel_reason, headers: tunnel_headers)
      end
      facts
    end
  end
end
