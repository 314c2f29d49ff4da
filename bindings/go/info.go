// SPDX-License-Identifier: MIT

package libhttp

import (
	"time"

	"libhttp.dev/go/libhttp/internal/raw"
)

// A State is where a connection stands in its exchange.
type State int32

// The states of http.client.
const (
	StateIdle           = State(raw.STATE_IDLE)
	StateRequestStarted = State(raw.STATE_REQUEST_STARTED)
	StateRequestSent    = State(raw.STATE_REQUEST_SENT)
)

// State tells where the exchange stands.
func (c *Connection) State() State { return State(get(c, raw.Connection_state)) }

// ResponseUnread tells whether the last response given is unread.
func (c *Connection) ResponseUnread() bool { return get(c, raw.Connection_response_unread) == 1 }

// IsOpen tells whether a transport is open.
func (c *Connection) IsOpen() bool { return get(c, raw.Connection_is_open) == 1 }

// FileNo is the descriptor of the socket, the connection's own; -1 where there is none.
func (c *Connection) FileNo() int { return int(get(c, raw.Connection_fileno)) }

func (c *Connection) text(f func(uintptr) *byte) string {
	return get(c, func(h uintptr) string { return text(f(h)) })
}

// Host is the host that was set, without brackets, IDNA done.
func (c *Connection) Host() string { return c.text(raw.Connection_host) }

// Port is the port in force.
func (c *Connection) Port() int { return int(get(c, raw.Connection_port)) }

// PeerAddress is the address connected to: "192.0.2.1:80", "unix:/path"; "": none.
func (c *Connection) PeerAddress() string { return c.text(raw.Connection_peer_address) }

// Tunnel is the tunnel's host and port; "": none.
func (c *Connection) Tunnel() (host string, port int) {
	return c.withPort(raw.Connection_tunnel_host)
}

// TunnelResponse is how the proxy answered CONNECT, refusals too; status 0: it has not.
func (c *Connection) TunnelResponse() (status int, reason string, header *Message) {
	get(c, func(h uintptr) int32 {
		status = int(raw.Connection_tunnel_status(h))
		reason = text(raw.Connection_tunnel_reason(h))
		header = copyMessage(raw.Connection_tunnel_headers(h))
		return 0
	})
	return status, reason, header
}

// Interims gives the interim responses that came so far to the request under way.
func (c *Connection) Interims() []Interim {
	return get(c, func(h uintptr) []Interim { return interimsOf(h, 0) })
}

func interimsOf(h uintptr, from int32) []Interim {
	var found []Interim
	for i := from; i < raw.Connection_interim_count(h); i++ {
		header := copyMessage(raw.Connection_interim_headers(h, i))
		found = append(found, Interim{int(raw.Connection_interim_status(h, i)), header})
	}
	return found
}

// TLSVersion is "TLSv1.3" and the like; "" without TLS.
func (c *Connection) TLSVersion() string { return c.text(raw.Connection_tls_version) }

// TLSCipher is the negotiated cipher.
func (c *Connection) TLSCipher() string { return c.text(raw.Connection_tls_cipher) }

// TLSALPN is the protocol chosen by ALPN.
func (c *Connection) TLSALPN() string { return c.text(raw.Connection_tls_alpn) }

// TLSResumed tells whether the session was resumed.
func (c *Connection) TLSResumed() bool { return get(c, raw.Connection_tls_resumed) == 1 }

// PeerCertificate is the server's certificate (DER), for crypto/x509.
func (c *Connection) PeerCertificate() []byte {
	return get(c, func(h uintptr) []byte {
		var n int64
		p := raw.Connection_peer_certificate(h, &n)
		return bytesAt(p, n)
	})
}

// Times tells when things happened in the last exchange, since it began; -1: it has not.
type Times struct {
	Resolved, Connected, Handshaken, Sent, FirstByte, Complete time.Duration
}

// Times tells of the last exchange.
func (c *Connection) Times() Times {
	return get(c, func(h uintptr) Times {
		at := func(which int) time.Duration {
			us := raw.Connection_time(h, int32(which))
			if us < 0 {
				return -1
			}
			return time.Duration(us) * time.Microsecond
		}
		return Times{at(raw.TIME_RESOLVED), at(raw.TIME_CONNECTED), at(raw.TIME_HANDSHAKEN),
			at(raw.TIME_SENT), at(raw.TIME_FIRST_BYTE), at(raw.TIME_COMPLETE)}
	})
}

// BytesSent counts what left in the last exchange, heads and framing included, TLS not.
func (c *Connection) BytesSent() int64 { return get(c, raw.Connection_bytes_sent) }

// BytesReceived counts what arrived.
func (c *Connection) BytesReceived() int64 { return get(c, raw.Connection_bytes_received) }

// LastError is the kind of the last error; 0: none.
func (c *Connection) LastError() Code { return Code(get(c, raw.Connection_error_code)) }

// SetCarried makes it a connection without a descriptor: Take what is to be sent, Feed what arrives. A
// call that can't go on gives ErrAgain.
func (c *Connection) SetCarried() error { return c.setTransport(raw.Connection_set_carried, true) }

func (c *Connection) setTransport(f func(uintptr) int32, carried bool) error {
	return c.simply(func(h uintptr) int32 {
		status := f(h)
		if status == 0 {
			c.poll.carried = carried
		}
		return status
	})
}

// Feed hands over bytes that arrived, and gives how many were taken: feed the rest after the next read.
func (c *Connection) Feed(data []byte) (taken int, err error) {
	err = c.simply(func(h uintptr) int32 {
		status := raw.Connection_feed(h, data, &c.poll.out.count)
		if status == 0 {
			taken = int(c.poll.out.count)
		}
		return status
	})
	return taken, err
}

// FeedEOF says that the peer has closed.
func (c *Connection) FeedEOF() error { return c.simply(raw.Connection_feed_eof) }

// Take gives the bytes to send next; they stay there until Took says how many have left.
func (c *Connection) Take() (data []byte, err error) {
	err = c.simply(func(h uintptr) int32 {
		var span raw.Span
		status := raw.Connection_take(h, &span)
		data = spanBytes(&span)
		return status
	})
	return data, err
}

// Took says how many of them have been sent.
func (c *Connection) Took(count int) error {
	return c.simply(func(h uintptr) int32 { return raw.Connection_took(h, int64(count)) })
}
