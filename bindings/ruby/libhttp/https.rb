# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # The same over TLS; the server's certificate and name are verified.
  class HTTPSConnection < HTTPConnection
    # @param host [String, nil]
    # @param port [Integer, nil] else 443
    # @param tls [TLSConfig, nil] the configuration, as http.client's `context`
    # @param options the options of {TLSConfig#initialize} (ca_file, cert_file, key_file,
    #   check_hostname, ...) where `tls` isn't given, and those of {HTTPConnection#initialize}
    def initialize(host = nil, port = nil, tls: nil, **options)
      of_tls = options.slice(*TLSConfig::OPTIONS)
      raise ArgumentError, "tls: and #{of_tls.keys.first}: both" if tls && !of_tls.empty?

      tls ||= of_tls.empty? ? TLSConfig.default : TLSConfig.new(**of_tls)
      super(host, port, tls: tls, **options.except(*of_tls.keys))
    end
  end
end
