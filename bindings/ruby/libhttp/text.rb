# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # How Ruby's strings become bytes, and back.
  # @private
  module Text
    module_function

    # The bytes of a text that goes out.
    def bytes(text, what)
      raise TypeError, "#{what}: a String is wanted, not #{text.class}" unless text.is_a?(String)
      return text if text.encoding == Encoding::BINARY || text.ascii_only?

      text.encode(Encoding::ISO_8859_1)
    end

    # The same for what may be a number or a symbol too: names and values of fields.
    def value(value, what)
      case value
      when String then bytes(value, what)
      when Numeric, Symbol then bytes(value.to_s, what)
      else raise TypeError, "#{what}: a String or a number is wanted, not #{value.class}"
      end
    end

    # In UTF-8: hosts, forms.
    def utf8(text, what)
      text = text.to_s if text.is_a?(Numeric) || text.is_a?(Symbol)
      raise TypeError, "#{what}: a String is wanted, not #{text.class}" unless text.is_a?(String)
      return text if text.encoding == Encoding::BINARY || text.ascii_only?

      text.encode(Encoding::UTF_8)
    end

    # A file's name: whatever bytes it has.
    def path(path, what)
      path = path.to_path if path.respond_to?(:to_path)
      raise TypeError, "#{what}: a path is wanted, not #{path.class}" unless path.is_a?(String)

      path
    end

    # A whole number, as IO takes one.
    def integer(number)
      return number if number.is_a?(Integer)
      raise TypeError, "no implicit conversion of #{number.class} into Integer" unless number.respond_to?(:to_int)

      number.to_int
    end

    # How many bytes to read.
    def length(number)
      number = integer(number)
      raise ArgumentError, "negative length #{number} given" if number.negative?

      number
    end

    # What came from the network in a head.
    def latin1(bytes)
      bytes&.force_encoding(Encoding::ISO_8859_1)
    end

    # What is known to be text.
    def text(bytes)
      bytes&.force_encoding(Encoding::UTF_8)
    end

    # Milliseconds, as C has times; nil is no limit.
    def milliseconds(seconds, what)
      return Core::TIMEOUT_NONE if seconds.nil?
      raise TypeError, "#{what}: seconds are wanted, not #{seconds.class}" unless seconds.is_a?(Numeric)

      seconds = seconds.to_f
      raise ArgumentError, "#{what} must be above 0" unless seconds.positive?
      return Core::TIMEOUT_NONE if seconds > 1e12

      (seconds * 1000).ceil
    end

    def seconds(milliseconds)
      milliseconds.negative? ? nil : milliseconds / 1000.0
    end
  end
  private_constant :Text

  class << self
    # Percent-encodes a text (in UTF-8) or bytes, as urllib.parse.quote.
    # @param safe [String] characters to leave as they are
    # @return [String]
    def quote(text, safe: "/")
      encode(text, safe, 0)
    end

    # The same with "+" for a blank, as in forms and queries.
    # @return [String]
    def quote_plus(text, safe: "")
      encode(text, safe, Core::PERCENT_PLUS)
    end

    # Decodes percent encoding. What isn't UTF-8 comes out as ASCII-8BIT.
    # @return [String]
    def unquote(text)
      decode(text, 0)
    end

    # The same, with "+" for a blank.
    # @return [String]
    def unquote_plus(text)
      decode(text, Core::PERCENT_PLUS)
    end

    # A form as application/x-www-form-urlencoded: a body, or what stands behind a target's "?".
    # @param fields [Hash, Array<Array>] names and values; a value may be an Array of values
    # @return [String]
    def urlencode(fields)
      form = Core::Form.new or raise NoMemory
      fields.each do |name, values|
        name = Text.utf8(name, "a form's name")
        (values.is_a?(Array) ? values : [values]).each { |value| add(form, name, value) }
      end
      Core.form_text(form).force_encoding(Encoding::US_ASCII)
    ensure
      Core.form_clear(form) if form
    end

    # The value of an Authorization field for the Basic scheme.
    # @return [String]
    def basic_credentials(user, password)
      user = Text.utf8(user, "user")
      password = Text.utf8(password, "password")
      capacity = 2 * (user.bytesize + password.bytesize) + 16
      given(Core.basic_credentials(user, password, capacity), "a user has no colon, and neither has control bytes")
        .force_encoding(Encoding::US_ASCII)
    end

    private

    def given((status, result), message = nil)
      raise Error.make(status, message) if status.negative?

      result
    end

    def encode(text, safe, flags)
      text = Text.utf8(text, "text")
      given(Core.percent_encode(text, Text.bytes(safe, "safe"), flags, 3 * text.bytesize + 1))
        .force_encoding(Encoding::US_ASCII)
    end

    def decode(text, flags)
      text = Text.utf8(text, "text")
      decoded = given(Core.percent_decode(text, flags, text.bytesize + 1)).force_encoding(Encoding::UTF_8)
      decoded.valid_encoding? ? decoded : decoded.force_encoding(Encoding::BINARY)
    end

    def add(form, name, value)
      value = Text.utf8(value, "a form's value")
      status = value.include?("\0") ? Core.form_add_data(form, name, value) : Core.form_add(form, name, value)
      raise Error.make(Core.form_error_code(form), Core.form_error(form)) if status.negative?
    end
  end
end
