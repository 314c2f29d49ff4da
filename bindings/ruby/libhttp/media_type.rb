# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # A field's value in its parts: `text/html; charset="utf-8"`. What can't be understood is passed
  # over, never an error.
  class MediaType
    include Enumerable

    # @return [MediaType] of the first field of that name; empty where there is none
    def self.of(headers, name = "Content-Type")
      type = allocate
      type.send(:take) { |media| Core.media_parse_field(media, headers.handle, Text.value(name, "name")) }
    end

    # @param value [String] a field's value
    def initialize(value)
      take { |media| Core.media_parse(media, Text.bytes(value, "value")) }
    end

    # @return [String] what stands before the first ";", in lower case
    def value
      Text.latin1(Core.media_value(@media))
    end

    # @return [String] the content type, "text/plain" where the value is none
    def type
      Text.latin1(Core.media_type(@media))
    end

    # @return [String] "text"
    def main_type
      Text.latin1(Core.media_main_type(@media))
    end

    # @return [String] "plain"
    def subtype
      Text.latin1(Core.media_subtype(@media))
    end

    # @return [String, nil] the charset in lower case
    def charset
      Text.latin1(Core.media_charset(@media))
    end

    # @return [String, nil] a parameter, unquoted; of the extended form (`filename*=`) in UTF-8
    def [](name)
      decoded(Core.media_parameter(@media, Text.value(name, "name")))
    end

    # The parameters, as they stand there.
    # @yieldparam name [String] in lower case
    # @yieldparam value [String]
    def each
      return enum_for(:each) unless block_given?

      Core.media_parameter_count(@media).times do |index|
        yield [Text.latin1(Core.media_parameter_name(@media, index)),
               decoded(Core.media_parameter_value(@media, index))]
      end
      self
    end

    # @return [String]
    def to_s
      value
    end

    private

    def take
      @media = Core::Media.new or raise NoMemory
      status = yield @media
      raise Error.make(Core.media_error_code(@media), Core.media_error(@media)) if status.negative?

      self
    end

    # The plain form has the bytes that came.
    def decoded(bytes)
      return nil unless bytes

      text = bytes.force_encoding(Encoding::UTF_8)
      text.valid_encoding? ? text : Text.latin1(text)
    end
  end
end
