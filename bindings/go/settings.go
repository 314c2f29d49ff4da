// SPDX-License-Identifier: MIT

package libhttp

import (
	"runtime"
	"time"

	"libhttp.dev/go/libhttp/internal/raw"
)

// SetHost sets the server: a name, an address, or "host:port" where port is negative.
func (c *Connection) SetHost(host string, port int) error {
	return c.simply(func(h uintptr) int32 { return raw.Connection_set_host(h, host, portOf(port)) })
}

// portOf fits a port into C's int32: a negative one is the default, one over 65535 stays too large.
func portOf(port int) int32 {
	if port < 0 {
		return defaultPort
	}
	if port > 65535 {
		return 65536
	}
	return int32(port)
}

// SetUnix goes through a Unix-domain socket; "" goes back to TCP.
func (c *Connection) SetUnix(path string) error {
	return c.setTransport(func(h uintptr) int32 {
		if path == "" {
			return raw.Connection_clear_unix(h)
		}
		return raw.Connection_set_unix(h, path)
	}, false)
}

// SetFD adopts a connected socket: the connection owns the descriptor from success on.
func (c *Connection) SetFD(fd int) error {
	return c.setTransport(func(h uintptr) int32 { return raw.Connection_set_fd(h, int32(fd)) }, false)
}

// SetTLS speaks TLS by this configuration.
func (c *Connection) SetTLS(config *TLSConfig) error {
	return c.simply(func(h uintptr) int32 {
		status := raw.Connection_set_tls(h, config.handle())
		if status == 0 {
			c.tls = config
		}
		return status
	})
}

// TLS is the configuration that was set, or nil.
func (c *Connection) TLS() *TLSConfig {
	if get(c, raw.Connection_tls) == 0 {
		return nil
	}
	return c.tls
}

// SetTunnel goes through a proxy, which is the connection's host, by CONNECT; header (or nil) is for
// the proxy alone. A negative port is the default; "" as host takes the tunnel back.
func (c *Connection) SetTunnel(host string, port int, header *Message) error {
	defer runtime.KeepAlive(header)
	return c.simply(func(h uintptr) int32 {
		if host == "" {
			return raw.Connection_clear_tunnel(h)
		}
		return raw.Connection_set_tunnel(h, host, portOf(port), header.handle())
	})
}

// SetSourceAddress sets the local address to connect from, "" being any, and the port, 0 being any;
// "" and 0 take it back.
func (c *Connection) SetSourceAddress(address string, port int) error {
	return c.simply(func(h uintptr) int32 {
		if address == "" && port == 0 {
			return raw.Connection_clear_source_address(h)
		}
		return raw.Connection_set_source_address(h, address, portOf(port))
	})
}

// SourceAddress is what was set; "" where nothing was.
func (c *Connection) SourceAddress() (address string, port int) {
	return c.withPort(raw.Connection_source_address)
}

func (c *Connection) withPort(f func(uintptr, *int32) *byte) (host string, port int) {
	get(c, func(h uintptr) int32 {
		var number int32
		host, port = text(f(h, &number)), int(number)
		return 0
	})
	return host, port
}

// AddAddress gives an address in advance: the host isn't looked up.
func (c *Connection) AddAddress(address string) error {
	return c.simply(func(h uintptr) int32 { return raw.Connection_add_address(h, address) })
}

// ClearAddresses goes back to looking the host up.
func (c *Connection) ClearAddresses() error { return c.simply(raw.Connection_clear_addresses) }

// AddressCount is how many were given.
func (c *Connection) AddressCount() int { return int(get(c, raw.Connection_address_count)) }

// get asks for what can always be told; the zero value where the connection is in use.
func get[T any](c *Connection, f func(uintptr) T) (value T) {
	if c.enter() == nil {
		defer c.leave()
		value = f(c.h)
	}
	return value
}

func (c *Connection) setTime(f func(uintptr, int64) int32, limit time.Duration) error {
	ms := limit.Milliseconds()
	if limit > 0 && ms == 0 {
		ms = 1
	} else if limit < 0 {
		ms = int64(raw.TIMEOUT_NONE)
	}
	return c.simply(func(h uintptr) int32 { return f(h, ms) })
}

func (c *Connection) time(f func(uintptr) int64) time.Duration {
	ms := get(c, f)
	if ms < 0 {
		return -1
	}
	return time.Duration(ms) * time.Millisecond
}

func (c *Connection) setFlag(f func(uintptr, int32) int32, on bool) error {
	return c.simply(func(h uintptr) int32 { return f(h, number(on)) })
}

func (c *Connection) setLimit(f func(uintptr, int64) int32, limit int64) error {
	return c.simply(func(h uintptr) int32 { return f(h, limit) })
}

// Times: a negative one is no limit, 0 is an error.

// SetTimeout sets the connect and the idle timeout at once.
func (c *Connection) SetTimeout(limit time.Duration) error {
	return c.setTime(raw.Connection_set_timeout, limit)
}

// SetConnectTimeout limits resolving, connecting, tunnel and handshake together (30 s).
func (c *Connection) SetConnectTimeout(limit time.Duration) error {
	return c.setTime(raw.Connection_set_connect_timeout, limit)
}

// ConnectTimeout is the limit in force.
func (c *Connection) ConnectTimeout() time.Duration { return c.time(raw.Connection_connect_timeout) }

// SetIdleTimeout limits how long no byte may move (300 s).
func (c *Connection) SetIdleTimeout(limit time.Duration) error {
	return c.setTime(raw.Connection_set_idle_timeout, limit)
}

// IdleTimeout is the limit in force.
func (c *Connection) IdleTimeout() time.Duration { return c.time(raw.Connection_idle_timeout) }

// SetTotalTimeout limits a whole exchange, from the request's begin to the body's end (none).
func (c *Connection) SetTotalTimeout(limit time.Duration) error {
	return c.setTime(raw.Connection_set_total_timeout, limit)
}

// TotalTimeout is the limit in force.
func (c *Connection) TotalTimeout() time.Duration { return c.time(raw.Connection_total_timeout) }

// SetContinueTimeout limits the wait for 100 (Continue), after which the body is sent all the same.
func (c *Connection) SetContinueTimeout(limit time.Duration) error {
	return c.setTime(raw.Connection_set_continue_timeout, limit)
}

// ContinueTimeout is the limit in force.
func (c *Connection) ContinueTimeout() time.Duration { return c.time(raw.Connection_continue_timeout) }

// SetAutoOpen says whether a request opens the connection (true).
func (c *Connection) SetAutoOpen(on bool) error { return c.setFlag(raw.Connection_set_auto_open, on) }

// AutoOpen is the setting in force.
func (c *Connection) AutoOpen() bool { return get(c, raw.Connection_auto_open) == 1 }

// SetKeepAliveProbes switches TCP's own probes (false).
func (c *Connection) SetKeepAliveProbes(on bool) error {
	return c.setFlag(raw.Connection_set_keep_alive_probes, on)
}

// KeepAliveProbes is the setting in force.
func (c *Connection) KeepAliveProbes() bool { return get(c, raw.Connection_keep_alive_probes) == 1 }

// SetStrictReuse looks at the connection before each reuse, not only after it was idle (false).
func (c *Connection) SetStrictReuse(on bool) error {
	return c.setFlag(raw.Connection_set_strict_reuse, on)
}

// StrictReuse is the setting in force.
func (c *Connection) StrictReuse() bool { return get(c, raw.Connection_strict_reuse) == 1 }

// SetMaxLine limits one line of a head, in bytes.
func (c *Connection) SetMaxLine(limit int64) error {
	return c.setLimit(raw.Connection_set_max_line, limit)
}

// MaxLine is the limit in force.
func (c *Connection) MaxLine() int64 { return get(c, raw.Connection_max_line) }

// SetMaxHeaders limits the number of fields of a head.
func (c *Connection) SetMaxHeaders(limit int64) error {
	return c.setLimit(raw.Connection_set_max_headers, limit)
}

// MaxHeaders is the limit in force.
func (c *Connection) MaxHeaders() int64 { return get(c, raw.Connection_max_headers) }

// SetMaxHead limits a head, in bytes, the interim ones of an exchange included.
func (c *Connection) SetMaxHead(limit int64) error {
	return c.setLimit(raw.Connection_set_max_head, limit)
}

// MaxHead is the limit in force.
func (c *Connection) MaxHead() int64 { return get(c, raw.Connection_max_head) }

// SetMaxInterim limits the number of interim responses of an exchange.
func (c *Connection) SetMaxInterim(limit int64) error {
	return c.setLimit(raw.Connection_set_max_interim, limit)
}

// MaxInterim is the limit in force.
func (c *Connection) MaxInterim() int64 { return get(c, raw.Connection_max_interim) }

// SetMaxDrain limits what closing an unread response reads away to keep the connection, in bytes.
func (c *Connection) SetMaxDrain(limit int64) error {
	return c.setLimit(raw.Connection_set_max_drain, limit)
}

// MaxDrain is the limit in force.
func (c *Connection) MaxDrain() int64 { return get(c, raw.Connection_max_drain) }

// SetBlockSize sets the size of the pieces that files are read in where the kernel doesn't send them.
func (c *Connection) SetBlockSize(bytes int64) error {
	return c.setLimit(raw.Connection_set_block_size, bytes)
}

// BlockSize is the setting in force.
func (c *Connection) BlockSize() int64 { return get(c, raw.Connection_block_size) }

// DebugSecrets shows credentials and bodies in the debug lines too: or it into the level.
const DebugSecrets = raw.DEBUG_SECRETS

// SetDebugLevel above 0 tells what passes, in `send:`, `reply:` and `header:` lines.
func (c *Connection) SetDebugLevel(level int) error {
	return c.simply(func(h uintptr) int32 { return raw.Connection_set_debuglevel(h, int32(level)) })
}

// DebugLevel is the level in force.
func (c *Connection) DebugLevel() int { return int(get(c, raw.Connection_debuglevel)) }

// SetDebugFD sets the descriptor that they are written to (1); -1 keeps them for DebugTake.
func (c *Connection) SetDebugFD(fd int) error {
	return c.simply(func(h uintptr) int32 { return raw.Connection_set_debug_fd(h, int32(fd)) })
}

// DebugFD is the descriptor in force.
func (c *Connection) DebugFD() int { return int(get(c, raw.Connection_debug_fd)) }

// DebugTake gives the debug lines that were kept, the last 64 KiB of them, and empties the store.
func (c *Connection) DebugTake() (lines string, err error) {
	err = c.simply(func(h uintptr) int32 {
		var span raw.Span
		status := raw.Connection_debug_take(h, &span)
		lines = spanText(&span)
		return status
	})
	return lines, err
}
