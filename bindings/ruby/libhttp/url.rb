# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # An http or https URL in its parts; hostile ones are refused (InvalidURL).
  class URL
    # @return [String] "http" or "https"
    attr_reader :scheme
    # @return [String] as a connection takes it
    attr_reader :host
    # @return [Integer]
    attr_reader :port
    # @return [String] path and query, as a request takes them
    attr_reader :target
    # @return [String, nil] percent-decoded
    attr_reader :user
    # @return [String, nil] percent-decoded
    attr_reader :password

    # @param text [String]
    # @param allow_user [Boolean] take user information instead of refusing it
    # @return [URL]
    def self.parse(text, allow_user: false)
      new(text, allow_user: allow_user)
    end

    # @see parse
    def initialize(text, allow_user: false)
      url = Core::URL.new or raise NoMemory
      status = Core.url_parse(url, Text.utf8(text, "url"), allow_user ? Core::URL_ALLOW_USER : 0)
      raise Error.make(Core.url_error_code(url), Core.url_error(url)) if status.negative?

      @scheme = Text.text(Core.url_scheme(url)).freeze
      @tls = Core.url_is_tls(url) == 1
      @host = Text.text(Core.url_host(url)).freeze
      @port = Core.url_port(url)
      @target = Text.text(Core.url_target(url)).freeze
      @user = Text.text(Core.url_user(url)).freeze
      @password = Text.text(Core.url_password(url)).freeze
    end

    # @return [Boolean] whether the scheme is https
    def tls?
      @tls
    end

    # @return [HTTPConnection, HTTPSConnection] a connection to the URL's server
    # @param options as of {HTTPConnection#initialize}
    def connection(**options)
      (tls? ? HTTPSConnection : HTTPConnection).new(host, port, **options)
    end

    # @return [String] without the password
    def inspect
      "#<#{self.class} #{scheme}://#{host.include?(':') ? "[#{host}]" : host}:#{port}#{target}>"
    end
  end
end
