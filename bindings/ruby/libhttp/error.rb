# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # What every error of the library is, beside its class: `rescue LibHTTP::Error` takes them all.
  #
  # The classes are made from the C library's table, with http.client's names and inheritance:
  # {HTTPException}, BadStatusLine, RemoteDisconnected, ... (see {Error.classes}). Beside that tree
  # Timeout is a `::Timeout::Error`, NameResolutionError a `SocketError`, InvalidArgument an
  # `ArgumentError`, NoMemory a `NoMemoryError`. An error behind which a system call stands is
  # rescued by that name too: `rescue Errno::ECONNREFUSED`.
  #
  # IncompleteRead has `partial`, the bytes that came, and `expected`, how many did not (nil: nobody
  # knows); BadStatusLine and BadHeader have the `line`, UnknownProtocol the `version`; TunnelFailed
  # has the proxy's `status`, `reason` and `headers`.
  module Error
    # @return [Integer, nil] the system's error number, where there is one
    attr_reader :errno
    # @return [Integer, nil] the TLS library's number, where there is one
    attr_reader :tls_reason
    # @return [String, nil] the offending bytes (a bad line, a version), cut at 256
    attr_reader :detail

    # @return [Integer] the C library's number
    def code
      @code || self.class.code
    end

    # @return [Hash{Integer => Class}] the classes by their codes
    def self.classes
      CLASSES
    end

    # What an error class has.
    module ClassMethods
      # @return [Integer] the C library's number
      def code
        @code || superclass.code
      end

      # @return [String] a sentence that says what the error means
      def description
        @description || superclass.description
      end
    end

    # What a class carries besides, by name, for it and its descendants.
    MORE = {
      "IncompleteRead" => %i[partial expected],
      "BadStatusLine" => %i[line],
      "BadHeader" => %i[line],
      "UnknownProtocol" => %i[version],
      "TunnelFailed" => %i[status reason headers]
    }.freeze
    # What else a root is, in Ruby.
    KIN = {
      "Timeout" => ::Timeout::Error,
      "NameResolutionError" => ::SocketError,
      "InvalidArgument" => ::ArgumentError,
      "NoMemory" => ::NoMemoryError
    }.freeze
    private_constant :MORE, :KIN

    # The class of one line of the table.
    # @private
    def self.define(name, code, parent)
      error = Class.new(parent || KIN.fetch(name, ::StandardError))
      error.include(Error)
      error.extend(ClassMethods)
      error.instance_variable_set(:@code, code)
      error.instance_variable_set(:@description, Core.error_description(code))
      error.attr_reader(*MORE[name]) if MORE.key?(name)
      LibHTTP.const_set(name, error)
    end
    private_class_method :define

    # Parents stand before their children.
    CLASSES = Core.error_count.times.each_with_object({}) do |index, classes|
      code = Core.error_at(index)
      classes[code] = define(Core.error_name(code), code, classes[Core.error_parent(code)])
    end.freeze
    private_constant :CLASSES

    # @private
    def self.make(code, message = nil, **facts)
      kind = CLASSES[code] || HTTPException
      message = kind.description if message.nil? || message.empty?
      error = kind.new(message.dup.force_encoding(Encoding::UTF_8).scrub)
      error.send(:fill, code, **named(code, facts), **facts)
    end

    # The detail under the name that it has in this kind.
    def self.named(code, facts)
      name = if Core.error_is(code, Core::E_UNKNOWN_PROTOCOL) == 1 then :version
             elsif Core.error_is(code, Core::E_BAD_STATUS_LINE) == 1 || code == Core::E_BAD_HEADER then :line
             end
      name && facts[:detail] ? { name => facts[:detail] } : {}
    end
    private_class_method :named

    private

    def fill(code, errno: nil, tls_reason: nil, **more)
      @code = code
      @errno = errno unless errno.nil? || errno.zero?
      @tls_reason = tls_reason unless tls_reason.nil? || tls_reason.zero?
      more.each { |name, value| instance_variable_set(:"@#{name}", value) }
      self
    end
  end
end
