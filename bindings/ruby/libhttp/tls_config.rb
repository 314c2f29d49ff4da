# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # Whom to trust over TLS, and who to be; as Python's ssl.SSLContext. One serves any number of
  # connections, in any threads, and keeps their sessions; the first that opens freezes it.
  #
  # The defaults are right for nearly everybody: the system's trusted certificates, the server's
  # certificate and name verified, TLS 1.2 and 1.3.
  class TLSConfig
    # What {#initialize} takes as keywords.
    OPTIONS = %i[ca_file ca_directory ca_data system_store cert_file key_file passphrase cert_data key_data
                 verify check_hostname minimum_version maximum_version ciphers ciphersuites alpn
                 session_resumption key_log_file].freeze
    VERSIONS = { "TLSv1.2" => Core::TLS_1_2, "TLSv1.3" => Core::TLS_1_3 }.freeze
    private_constant :VERSIONS

    # @private the C handle
    attr_reader :handle

    # @return [TLSConfig] the one with all the defaults, for the whole process; it can't be changed
    def self.default
      @default ||= allocate.tap { |config| config.instance_variable_set(:@handle, Core.tls_config_default) }
    end

    # @param ca_file [String, nil] a file with certificates to trust (PEM)
    # @param ca_directory [String, nil] a directory with such, named by hash
    # @param ca_data [String, Array<String>, nil] such certificates (PEM or DER)
    # @param system_store [Boolean, nil] whether what the system trusts is trusted; nil: where none of
    #   the three is given
    # @param cert_file [String, nil] the certificate to show to servers that ask for one
    # @param key_file [String, nil] its private key, where it doesn't stand in cert_file
    # @param passphrase [String, nil] of the key
    # @param cert_data [String, nil] the same as bytes
    # @param key_data [String, nil]
    # @param verify [Boolean] whether the server's certificate must be trusted
    # @param check_hostname [Boolean] whether it must be for the host
    # @param minimum_version [String] "TLSv1.2" or "TLSv1.3"
    # @param maximum_version [String]
    # @param ciphers [String] as OpenSSL writes them, for TLS 1.2
    # @param ciphersuites [String] for TLS 1.3
    # @param alpn [Array<String>] the protocols to offer
    # @param session_resumption [Boolean]
    # @param key_log_file [String] a file to write the secrets to, for Wireshark
    def initialize(cert_file: nil, key_file: nil, passphrase: nil, cert_data: nil, key_data: nil, ca_data: nil,
                   **options)
      @handle = Core::TLSConfig.new or raise NoMemory
      unknown = options.keys - OPTIONS
      raise ArgumentError, "unknown keyword: #{unknown.map(&:inspect).join(', ')}" unless unknown.empty?
      if (key_file || passphrase) && !cert_file && !cert_data
        raise ArgumentError, "a key or passphrase without a certificate: give cert_file or cert_data too"
      end

      options.each { |name, value| public_send(:"#{name}=", value) unless value.nil? }
      Array(ca_data).each { |data| add_ca_data(data) }
      set_client_certificate(cert_file, key_file, passphrase: passphrase) if cert_file
      set_client_certificate_data(cert_data, key_data, passphrase: passphrase) if cert_data
    end

    # @!macro [attach] text
    #   @!attribute [rw] $1
    #     @return [String, nil] nil: the default
    def self.text(name, path: false)
      get = Core.method("tls_config_#{name}")
      set = Core.method("tls_config_set_#{name}")
      define_method(name) { Text.text(get.call(@handle)) }
      define_method(:"#{name}=") do |value|
        done(set.call(@handle, path && value ? Text.path(value, name) : Text.bytes(value || "", name)))
      end
    end

    # @!macro [attach] switch
    #   @!attribute [rw] $1
    #     @return [Boolean]
    def self.switch(name, as: name)
      get = Core.method("tls_config_#{name}")
      set = Core.method("tls_config_set_#{name}")
      define_method(as) { get.call(@handle) == 1 }
      define_method(:"#{as}=") { |on| done(set.call(@handle, on ? 1 : 0)) }
    end

    # @!macro [attach] version
    #   @!attribute [rw] $1
    #     @return [String] "TLSv1.2" or "TLSv1.3"
    def self.version(name)
      get = Core.method("tls_config_#{name}")
      set = Core.method("tls_config_set_#{name}")
      define_method(name) { VERSIONS.key(get.call(@handle)) }
      define_method(:"#{name}=") { |version| done(set.call(@handle, VERSIONS.fetch(version, 0))) }
    end
    private_class_method :text, :switch, :version

    # A file with certificates to trust; it is read now.
    text :ca_file, path: true
    # A directory with certificates to trust, named by hash.
    text :ca_directory, path: true
    # The ciphers of TLS 1.2.
    text :ciphers
    # The ciphersuites of TLS 1.3.
    text :ciphersuites
    # A file to append the secrets to.
    text :key_log_file, path: true
    # Whether what the system trusts is trusted.
    switch :system_store
    # Whether the server's certificate must be trusted.
    switch :verify_peer, as: :verify
    # Whether the certificate must be for the host.
    switch :verify_host, as: :check_hostname
    # Whether sessions are resumed.
    switch :session_resumption
    # The oldest version to speak.
    version :minimum_version
    # The newest version to speak.
    version :maximum_version

    # @return [Array<String>] the protocols that are offered
    def alpn
      (Text.text(Core.tls_config_alpn(@handle)) || "").split(",")
    end

    # @param names [Array<String>]
    def alpn=(names)
      done(Core.tls_config_set_alpn(@handle, Text.bytes(Array(names).join(","), "alpn")))
    end

    # Trusts these certificates too.
    # @param data [String] PEM or DER
    # @return [self]
    def add_ca_data(data)
      done(Core.tls_config_add_ca_data(@handle, Text.bytes(data, "ca_data")))
    end

    # @return [Integer] how many certificates were added as bytes
    def ca_data_count
      Core.tls_config_ca_data_count(@handle)
    end

    # The certificate to show to servers that ask for one; nil: none.
    # @return [self]
    def set_client_certificate(certificate, key = nil, passphrase: nil)
      done(Core.tls_config_set_client_certificate(@handle, certificate && Text.path(certificate, "certificate"),
                                                  key && Text.path(key, "key"),
                                                  passphrase && Text.utf8(passphrase, "passphrase")))
    end

    # The same from bytes.
    # @return [self]
    def set_client_certificate_data(certificate, key = nil, passphrase: nil)
      done(Core.tls_config_set_client_certificate_data(@handle, certificate && Text.bytes(certificate, "certificate"),
                                                       key && Text.bytes(key, "key"),
                                                       passphrase && Text.utf8(passphrase, "passphrase")))
    end

    # @return [Boolean]
    def client_certificate?
      Core.tls_config_has_client_certificate(@handle) == 1
    end

    # @return [String, nil] the file that the certificate came from
    def client_certificate
      Text.text(Core.tls_config_client_certificate(@handle))
    end

    # @return [String, nil] the file that the key came from
    def client_key
      Text.text(Core.tls_config_client_key(@handle))
    end

    private

    def done(status)
      return self unless status.negative?

      message = Core.tls_config_error(@handle) if Core.tls_config_error_code(@handle) == status
      raise Error.make(status, message, errno: Core.tls_config_errno(@handle),
                                        tls_reason: Core.tls_config_tls_reason(@handle))
    end
  end
end
