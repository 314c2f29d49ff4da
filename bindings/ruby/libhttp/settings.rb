# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # A connection's settings, each to read and to set; every one may be given to
  # {HTTPConnection#initialize} too. Times are seconds, nil is no limit; they act at once.
  module Settings
    # What {HTTPConnection#initialize} takes as keywords.
    NAMES = %i[timeout connect_timeout idle_timeout total_timeout continue_timeout auto_open source_address
               addresses keep_alive_probes strict_reuse max_line max_headers max_head max_interim max_drain
               block_size debuglevel debug_output].freeze

    # @!macro [attach] time
    #   @!attribute [rw] $1
    #     @return [Numeric, nil] seconds
    def self.time(name)
      get = Core.method("connection_#{name}")
      set = Core.method("connection_set_#{name}")
      define_method(name) { Text.seconds(get.call(@handle)) }
      define_method(:"#{name}=") { |seconds| done(set.call(@handle, Text.milliseconds(seconds, name))) }
    end

    # @!macro [attach] switch
    #   @!attribute [rw] $1
    #     @return [Boolean]
    def self.switch(name)
      get = Core.method("connection_#{name}")
      set = Core.method("connection_set_#{name}")
      define_method(name) { get.call(@handle) == 1 }
      define_method(:"#{name}=") { |on| done(set.call(@handle, on ? 1 : 0)) }
    end

    # @!macro [attach] limit
    #   @!attribute [rw] $1
    #     @return [Integer]
    def self.limit(name)
      get = Core.method("connection_#{name}")
      set = Core.method("connection_set_#{name}")
      define_method(name) { get.call(@handle) }
      define_method(:"#{name}=") { |number| done(set.call(@handle, number)) }
    end
    private_class_method :time, :switch, :limit

    # Opening a connection: resolving, connecting, tunnel and handshake together (30 s).
    time :connect_timeout
    # No byte moved for so long (300 s).
    time :idle_timeout
    # A whole exchange, from putrequest to the body's last byte (nil).
    time :total_timeout
    # Waiting for 100 (Continue) before a body is sent all the same (1 s).
    time :continue_timeout
    # Whether a request connects by itself (true).
    switch :auto_open
    # TCP keep-alive probes (false).
    switch :keep_alive_probes
    # Whether the connection is looked at before each reuse (false).
    switch :strict_reuse
    # Bytes of one line of a head, a chunk size or a trailer.
    limit :max_line
    # Fields of one head.
    limit :max_headers
    # Bytes of a head, all interim ones included.
    limit :max_head
    # Interim responses (1xx) of one exchange.
    limit :max_interim
    # Bytes that closing an unread response reads away to keep the connection.
    limit :max_drain
    # Bytes that pieces of a file, lines and what is peeked at are read in.
    limit :block_size

    # The idle timeout, in seconds.
    alias timeout idle_timeout

    # Sets the connect and the idle timeout at once, as http.client's.
    def timeout=(seconds)
      done(Core.connection_set_timeout(@handle, Text.milliseconds(seconds, :timeout)))
    end

    # @return [Array(String, Integer), nil] the local address to connect from
    def source_address
      host, port = Core.connection_source_address(@handle)
      host.is_a?(String) ? [Text.text(host), port] : nil
    end

    # @param address [Array(String, Integer), String, nil] a literal, and a port (0: any)
    def source_address=(address)
      host, port = address
      host &&= Text.bytes(host, :source_address)
      done(Core.connection_set_source_address(@handle, host, port || 0))
    end

    # Addresses given in advance: the host isn't looked up, these are connected to, in this order.
    # @param literals [Array<String>] none: it is looked up again
    def addresses=(literals)
      done(Core.connection_clear_addresses(@handle))
      Array(literals).each { |literal| done(Core.connection_add_address(@handle, Text.bytes(literal, :addresses))) }
    end

    # @return [Integer] how many addresses were given in advance
    def address_count
      Core.connection_address_count(@handle)
    end

    # @return [Integer]
    def debuglevel
      Core.connection_debuglevel(@handle)
    end

    # Above 0, `send:`, `reply:` and `header:` lines tell what passes, on {#debug_output}; credentials
    # are masked and bodies given as lengths, unless DEBUG_SECRETS is or-ed in.
    def debuglevel=(level)
      done(Core.connection_set_debuglevel(@handle, level))
      @session.debug = @debug_fd || level.zero? ? nil : debug_output
    end
    alias set_debuglevel debuglevel=

    # @return [#write, Integer] where debug lines go: $stdout
    def debug_output
      @debug_fd ? Core.connection_debug_fd(@handle) : @debug_output || $stdout
    end

    # @param output [#write, Integer] an Integer is a descriptor that C writes to, without waiting
    def debug_output=(output)
      @debug_fd = output.is_a?(Integer)
      @debug_output = output
      done(Core.connection_set_debug_fd(@handle, @debug_fd ? output : -1))
      self.debuglevel = debuglevel
    end
  end
  # For {Settings#debuglevel=}: credentials and bodies as they are.
  DEBUG_SECRETS = Core::DEBUG_SECRETS
end
