# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # The fields of a message: in their order, duplicates kept, names compared without case. Those of
  # a response are read-only.
  class HTTPMessage
    include Enumerable

    # @private the C handle
    attr_reader :handle

    # The fields that a C handle has, which lives as long as `owner` does.
    # @private
    def self.wrap(handle, owner = nil)
      return nil unless handle

      message = allocate
      message.send(:adopt, handle, owner)
      message
    end

    # What a `headers:` means: the C handle, or nil.
    # @private
    def self.handle_of(fields)
      case fields
      when nil then nil
      when HTTPMessage then fields.handle
      else new(fields).handle
      end
    end

    # @param fields [Hash, Array<Array>, HTTPMessage, nil] names and values; a value may be an Array
    #   of values, a name a Symbol (:content_type is "content-type")
    def initialize(fields = nil)
      @handle = Core::Headers.new or raise NoMemory
      return if fields.nil?
      unless fields.respond_to?(:each_pair) || fields.respond_to?(:each)
        raise TypeError, "fields: a Hash or pairs are wanted, not #{fields.class}"
      end

      fields.each do |name, values|
        (values.is_a?(Array) ? values : [values]).each { |value| add(name, value) }
      end
    end

    # The value of a field; several of that name joined by ", ".
    # @param default what is given where there is none; of an Array the elements are joined
    # @return [String, nil]
    def get(name, default = nil)
      status, value = Core.headers_get(@handle, name_of(name), nil)
      done(status)
      return Text.latin1(value) if value

      default.is_a?(Array) ? default.join(", ") : default
    end

    # @return [String, nil] the same without a default
    def [](name)
      get(name)
    end

    # @return [Array<String>] the values of a field, one by one
    def get_all(name)
      name = name_of(name)
      values = []
      at = -1
      while (at = Core.headers_find(@handle, name, at + 1)) >= 0
        values << Text.latin1(Core.headers_value(@handle, at))
      end
      values
    end

    # Appends a field; there may be others of that name.
    # @return [self]
    def add(name, value)
      done(Core.headers_add(@handle, name_of(name), Text.value(value, "the value of #{name}")))
    end

    # Makes this the only field of its name; nil removes it.
    def []=(name, value)
      return delete(name) if value.nil?

      done(Core.headers_set(@handle, name_of(name), Text.value(value, "the value of #{name}")))
    end

    # Removes every field of that name.
    # @return [self]
    def delete(name)
      done(Core.headers_remove(@handle, name_of(name)))
    end

    # Removes every field.
    # @return [self]
    def clear
      done(Core.headers_clear(@handle))
    end

    # @return [Boolean] whether there is a field of that name
    def include?(name)
      Core.headers_contains(@handle, name_of(name)) == 1
    end
    alias key? include?
    alias has_key? include?
    alias member? include?

    # @return [Integer] the number of fields, duplicates one by one
    def length
      Core.headers_count(@handle)
    end
    alias size length

    # @return [Boolean]
    def empty?
      length.zero?
    end

    # @yieldparam name [String]
    # @yieldparam value [String]
    def each
      return enum_for(:each) { length } unless block_given?

      length.times do |index|
        name = Core.headers_name(@handle, index) or break
        yield [Text.latin1(name), Text.latin1(Core.headers_value(@handle, index))]
      end
      self
    end
    alias each_pair each

    # @return [Array<Array<String>>] names and values, in order
    def items
      to_a
    end

    # @return [Array<String>]
    def keys
      map(&:first)
    end

    # @return [Array<String>]
    def values
      map(&:last)
    end

    # @return [Hash{String => String}] each name as it came first, several values joined
    def to_h
      each_with_object({}) do |(name, _), hash|
        known = hash.keys.any? { |key| key.casecmp?(name) }
        hash[name] = get(name) unless known
      end
    end

    # @return [MediaType] a field's value in its parts
    def media_type(name = "Content-Type")
      MediaType.of(self, name)
    end

    # @return [String] "text/html"; "text/plain" where none is said
    def get_content_type
      media_type.type
    end
    alias content_type get_content_type

    # @return [String] "text"
    def get_content_maintype
      media_type.main_type
    end

    # @return [String] "html"
    def get_content_subtype
      media_type.subtype
    end

    # @return [String, nil] "utf-8"
    def get_content_charset
      media_type.charset
    end

    # @return [String, nil] a parameter of a field: "x" of `attachment; filename="x"`
    def get_param(parameter, header: "Content-Type")
      media_type(header)[parameter]
    end

    # @return [String, nil] the file name of a Content-Disposition
    def get_filename
      get_param("filename", header: "Content-Disposition")
    end

    # @return [String] lines, as they are sent
    def to_s
      map { |name, value| "#{name}: #{value}\r\n" }.join
    end

    # @return [String]
    def inspect
      "#<#{self.class} #{to_a.inspect}>"
    end

    # Copies have their own fields, which can be changed.
    def initialize_copy(other)
      super
      @owner = nil
      status, @handle = Core.headers_copy(other.handle)
      raise Error.make(status) if status.negative?
    end

    private

    def adopt(handle, owner)
      @handle = handle
      @owner = owner
    end

    def name_of(name)
      name.is_a?(Symbol) ? name.name.tr("_", "-") : Text.bytes(name, "a field's name")
    end

    def done(status)
      return self unless status.negative?

      message = Core.headers_error(@handle)
      raise Error.make(status, Core.headers_error_code(@handle) == status ? message : nil)
    end
  end
end
