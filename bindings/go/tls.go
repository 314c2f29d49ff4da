// SPDX-License-Identifier: MIT

package libhttp

import (
	"crypto/tls"
	"runtime"
	"sync"

	"libhttp.dev/go/libhttp/internal/raw"
)

// A TLSConfig says whom to trust over TLS, who to be, and how to speak it. Set it up, then share it
// among any number of connections and goroutines: the first that opens with it freezes it.
type TLSConfig struct {
	mu sync.Mutex
	h  uintptr
}

var tlsErrors = errorSource{text: raw.Tls_config_error, errno: raw.Tls_config_errno,
	reason: raw.Tls_config_tls_reason}

var defaultTLS = &TLSConfig{h: raw.Tls_config_default()}

// DefaultTLSConfig is the configuration with all the defaults; its setters fail.
func DefaultTLSConfig() *TLSConfig { return defaultTLS }

// NewTLSConfig makes a configuration with the defaults: the system's certificates, the server's
// certificate and name verified, TLS 1.2 and 1.3.
func NewTLSConfig() (*TLSConfig, error) {
	t := &TLSConfig{h: raw.NewTls_config().Swigcptr()}
	if t.h == 0 {
		return nil, simple(ErrNoMemory, ErrNoMemory.Error())
	}
	runtime.SetFinalizer(t, func(t *TLSConfig) { raw.DeleteTls_config(raw.SwigcptrTls_config(t.h)) })
	return t, nil
}

func (t *TLSConfig) handle() uintptr {
	if t == nil {
		return 0
	}
	return t.h
}

func (t *TLSConfig) set(f func(uintptr) int32) error {
	if t == nil || t.h == 0 {
		return simple(ErrInvalidArgument, "the configuration was not made by NewTLSConfig")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if status := f(t.h); status != 0 {
		return tlsErrors.of(t.h, status)
	}
	return nil
}

func (t *TLSConfig) setText(f func(uintptr, string) int32, value string) error {
	return t.set(func(h uintptr) int32 { return f(h, value) })
}

func (t *TLSConfig) setFlag(f func(uintptr, int32) int32, on bool) error {
	return t.set(func(h uintptr) int32 { return f(h, number(on)) })
}

func (t *TLSConfig) text(f func(uintptr, *int64) *byte) (value string) {
	t.set(func(h uintptr) int32 {
		value, _ = lengthened(f, h)
		return 0
	})
	return value
}

func (t *TLSConfig) number(f func(uintptr) int32) (value int32) {
	t.set(func(h uintptr) int32 {
		value = f(h)
		return 0
	})
	return value
}

// SetCAFile trusts the certificates in this file (PEM or DER); "": none.
func (t *TLSConfig) SetCAFile(path string) error { return t.setText(raw.Tls_config_set_ca_file, path) }

// CAFile is what was set.
func (t *TLSConfig) CAFile() string { return t.text(raw.Tls_config_ca_file) }

// SetCADirectory trusts the certificates in this directory, named by hash.
func (t *TLSConfig) SetCADirectory(path string) error {
	return t.setText(raw.Tls_config_set_ca_directory, path)
}

// CADirectory is what was set.
func (t *TLSConfig) CADirectory() string { return t.text(raw.Tls_config_ca_directory) }

// AddCAData trusts these certificates too (PEM or DER).
func (t *TLSConfig) AddCAData(data []byte) error {
	return t.set(func(h uintptr) int32 { return raw.Tls_config_add_ca_data(h, data) })
}

// CADataCount is how many certificates were added so.
func (t *TLSConfig) CADataCount() int { return int(t.number(raw.Tls_config_ca_data_count)) }

// SetSystemStore says whether what the system trusts is trusted.
func (t *TLSConfig) SetSystemStore(on bool) error {
	return t.setFlag(raw.Tls_config_set_system_store, on)
}

// SystemStore is the setting in force.
func (t *TLSConfig) SystemStore() bool { return t.number(raw.Tls_config_system_store) == 1 }

// SetClientCertificate shows this certificate to servers that ask. key "" is in the certificate's
// file, passphrase "" is none.
func (t *TLSConfig) SetClientCertificate(certificate, key, passphrase string) error {
	return t.set(func(h uintptr) int32 {
		return raw.Tls_config_set_client_certificate(h, certificate, key, passphrase)
	})
}

// SetClientCertificateData is the same from bytes.
func (t *TLSConfig) SetClientCertificateData(certificate, key []byte, passphrase string) error {
	return t.set(func(h uintptr) int32 {
		return raw.Tls_config_set_client_certificate_data(h, certificate, key, passphrase)
	})
}

// HasClientCertificate tells whether one is set.
func (t *TLSConfig) HasClientCertificate() bool {
	return t.number(raw.Tls_config_has_client_certificate) == 1
}

// ClientCertificate gives the files that certificate and key came from.
func (t *TLSConfig) ClientCertificate() (certificate, key string) {
	return t.text(raw.Tls_config_client_certificate), t.text(raw.Tls_config_client_key)
}

// SetVersions sets the oldest and the newest version to speak: tls.VersionTLS12, tls.VersionTLS13.
func (t *TLSConfig) SetVersions(minimum, maximum uint16) error {
	if err := t.set(func(h uintptr) int32 {
		return raw.Tls_config_set_maximum_version(h, tls.VersionTLS13)
	}); err != nil {
		return err
	}
	return t.set(func(h uintptr) int32 {
		if status := raw.Tls_config_set_minimum_version(h, int32(minimum)); status != 0 {
			return status
		}
		return raw.Tls_config_set_maximum_version(h, int32(maximum))
	})
}

// Versions are those in force.
func (t *TLSConfig) Versions() (minimum, maximum uint16) {
	return uint16(t.number(raw.Tls_config_minimum_version)), uint16(t.number(raw.Tls_config_maximum_version))
}

// SetCiphers sets the ciphers of TLS 1.2, as OpenSSL writes such lists.
func (t *TLSConfig) SetCiphers(list string) error { return t.setText(raw.Tls_config_set_ciphers, list) }

// Ciphers is what was set.
func (t *TLSConfig) Ciphers() string { return t.text(raw.Tls_config_ciphers) }

// SetCipherSuites sets the ciphersuites of TLS 1.3.
func (t *TLSConfig) SetCipherSuites(list string) error {
	return t.setText(raw.Tls_config_set_ciphersuites, list)
}

// CipherSuites is what was set.
func (t *TLSConfig) CipherSuites() string { return t.text(raw.Tls_config_ciphersuites) }

// SetALPN sets the protocols to offer, with commas between.
func (t *TLSConfig) SetALPN(list string) error { return t.setText(raw.Tls_config_set_alpn, list) }

// ALPN is what is offered.
func (t *TLSConfig) ALPN() string { return t.text(raw.Tls_config_alpn) }

// SetVerifyPeer says whether the server's certificate must be valid and trusted (true).
func (t *TLSConfig) SetVerifyPeer(on bool) error {
	return t.setFlag(raw.Tls_config_set_verify_peer, on)
}

// VerifyPeer is the setting in force.
func (t *TLSConfig) VerifyPeer() bool { return t.number(raw.Tls_config_verify_peer) == 1 }

// SetVerifyHost says whether the certificate must be for the host (true).
func (t *TLSConfig) SetVerifyHost(on bool) error {
	return t.setFlag(raw.Tls_config_set_verify_host, on)
}

// VerifyHost is the setting in force.
func (t *TLSConfig) VerifyHost() bool { return t.number(raw.Tls_config_verify_host) == 1 }

// SetSessionResumption says whether sessions are resumed (true).
func (t *TLSConfig) SetSessionResumption(on bool) error {
	return t.setFlag(raw.Tls_config_set_session_resumption, on)
}

// SessionResumption is the setting in force.
func (t *TLSConfig) SessionResumption() bool {
	return t.number(raw.Tls_config_session_resumption) == 1
}

// SetKeyLogFile appends the secrets of every connection to this file.
func (t *TLSConfig) SetKeyLogFile(path string) error {
	return t.setText(raw.Tls_config_set_key_log_file, path)
}

// KeyLogFile is what was set.
func (t *TLSConfig) KeyLogFile() string { return t.text(raw.Tls_config_key_log_file) }

// LastError is the kind of the last error; 0: none.
func (t *TLSConfig) LastError() Code { return Code(t.number(raw.Tls_config_error_code)) }
