# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # Every status by its name (LibHTTP::NOT_FOUND is 404; old names too) and the phrases come from the
  # C library's table.
  Core.constants.grep(/\ASTATUS_/).each do |name|
    const_set(name.to_s.delete_prefix("STATUS_"), Core.const_get(name))
  end

  # The phrase of each status: `LibHTTP::RESPONSES[404]` is "Not Found".
  RESPONSES = Core.status_count.times.to_h do |index|
    code = Core.status_at(index)
    [code, Core.status_phrase(code).freeze]
  end.freeze

  # The default port of http.
  HTTP_PORT = Core::HTTP_PORT
  # The default port of https.
  HTTPS_PORT = Core::HTTPS_PORT

  # @return [Hash{Integer => String}] as http.client's `responses`
  def self.responses
    RESPONSES
  end

  # @return [String, nil] a status's name: "NOT_FOUND" of 404
  def self.status_name(code)
    Core.status_name(code)
  end

  # The C library's constants by their names there, without "LIBHTTP_".
  # @return [Hash{String => Integer}]
  def self.constants_of_c
    Core.constant_count.times.to_h do |index|
      [Core.constant_name(index).delete_prefix("LIBHTTP_"), Core.constant_value(index)]
    end
  end

  # One of them.
  # @param name [String, Symbol] "MAX_LINE_DEFAULT"
  # @return [Integer]
  def self.constant_of_c(name)
    status, value = Core.constant_find("LIBHTTP_#{name}")
    raise KeyError, "no constant LIBHTTP_#{name}" if status.negative?

    value
  end
end
