// SPDX-License-Identifier: MIT

package libhttp

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/textproto"
	"strings"
	"syscall"
	"time"

	"libhttp.dev/go/libhttp/internal/raw"
)

// tracedConn is what a trace sees of a connection: where it leads. It can't be read or written.
type tracedConn struct{ local, remote net.Addr }

var errTraced = errors.New("libhttp: a Transport's connection is its own")

func newTracedConn(c *idleConn) tracedConn {
	t := tracedConn{&net.TCPAddr{}, &net.TCPAddr{}}
	peer := text(raw.Connection_peer_address(c.h))
	if path := strings.TrimPrefix(peer, "unix:"); path != peer {
		return tracedConn{&net.UnixAddr{Net: "unix"}, &net.UnixAddr{Name: path, Net: "unix"}}
	}
	if remote, err := netip.ParseAddrPort(peer); err == nil {
		t.remote = net.TCPAddrFromAddrPort(remote)
	}
	local, _ := syscall.Getsockname(int(raw.Connection_fileno(c.h)))
	switch local := local.(type) {
	case *syscall.SockaddrInet4:
		t.local = &net.TCPAddr{IP: local.Addr[:], Port: local.Port}
	case *syscall.SockaddrInet6:
		t.local = &net.TCPAddr{IP: local.Addr[:], Port: local.Port}
	}
	return t
}

func (t tracedConn) LocalAddr() net.Addr            { return t.local }
func (t tracedConn) RemoteAddr() net.Addr           { return t.remote }
func (tracedConn) Read([]byte) (int, error)         { return 0, errTraced }
func (tracedConn) Write([]byte) (int, error)        { return 0, errTraced }
func (tracedConn) Close() error                     { return errTraced }
func (tracedConn) SetDeadline(time.Time) error      { return errTraced }
func (tracedConn) SetReadDeadline(time.Time) error  { return errTraced }
func (tracedConn) SetWriteDeadline(time.Time) error { return errTraced }

// begun: a trace learns of the connection when it is open.
func (e *exchange) begun() int32 {
	if e.trace == nil {
		return 0
	}
	c := e.conn
	info := httptrace.GotConnInfo{Reused: c.used, WasIdle: c.used}
	if c.used {
		info.IdleTime = time.Since(c.since)
	} else if status := e.openTraced(); status != 0 {
		return status
	}
	if e.trace.GotConn != nil {
		info.Conn = newTracedConn(c)
		e.trace.GotConn(info)
	}
	return 0
}

// phases tells a trace of each phase of opening, when the library is seen to have passed it.
type phases struct {
	*exchange
	host, address                     string
	resolving, connecting, encrypting bool
}

func (e *exchange) openTraced() int32 {
	c := e.conn
	if raw.Connection_is_open(c.h) == 1 {
		return 0 // Prepare has done it
	}
	p := phases{exchange: e, address: e.dialled()}
	p.host, _, _ = net.SplitHostPort(p.address)
	p.begin()
	status := c.poll.run(c.h, raw.Connection_wait, func() int32 {
		status := raw.Connection_connect(c.h)
		p.look()
		return status
	})
	p.look()
	if status != 0 {
		p.failed(e.conn.status(status))
	}
	return status
}

func (p *phases) passed(which int) bool { return raw.Connection_time(p.conn.h, int32(which)) >= 0 }

func (p *phases) begin() {
	if net.ParseIP(p.host) != nil {
		p.connect()
		return
	}
	p.resolving = true
	if p.trace.DNSStart != nil {
		p.trace.DNSStart(httptrace.DNSStartInfo{Host: p.host})
	}
}

func (p *phases) look() {
	if p.resolving && (p.passed(raw.TIME_RESOLVED) || p.passed(raw.TIME_CONNECTED)) {
		p.resolved(nil)
		p.connect()
	}
	if p.connecting && p.passed(raw.TIME_CONNECTED) {
		p.connected(nil)
		if p.encrypting = p.key.tls != nil; p.encrypting && p.trace.TLSHandshakeStart != nil {
			p.trace.TLSHandshakeStart()
		}
	}
	if p.encrypting && p.passed(raw.TIME_HANDSHAKEN) {
		p.encrypted(*p.conn.tlsState(), nil)
	}
}

func (p *phases) failed(err error) {
	switch {
	case p.resolving:
		p.resolved(err)
	case p.connecting:
		p.connected(err)
	case p.encrypting:
		p.encrypted(tls.ConnectionState{}, err)
	}
}

func (p *phases) resolved(err error) {
	p.resolving = false
	if p.trace.DNSDone != nil {
		p.trace.DNSDone(httptrace.DNSDoneInfo{Err: err})
	}
}

func (p *phases) connect() {
	p.connecting = true
	if p.trace.ConnectStart != nil {
		p.trace.ConnectStart("tcp", p.address)
	}
}

func (p *phases) connected(err error) {
	p.connecting = false
	if p.trace.ConnectDone != nil {
		p.trace.ConnectDone("tcp", p.address, err)
	}
}

func (p *phases) encrypted(state tls.ConnectionState, err error) {
	p.encrypting = false
	if p.trace.TLSHandshakeDone != nil {
		p.trace.TLSHandshakeDone(state, err)
	}
}

func (e *exchange) tellHead() {
	if e.trace == nil {
		return
	}
	if e.trace.WroteHeaderField != nil {
		for _, field := range e.conn.message.Fields() {
			e.trace.WroteHeaderField(field.Name, []string{field.Value})
		}
	}
	if e.trace.WroteHeaders != nil {
		e.trace.WroteHeaders()
	}
	if e.trace.Wait100Continue != nil && e.expects() {
		e.trace.Wait100Continue()
	}
}

func (e *exchange) tellRest(h uintptr) {
	for i := e.told; i < raw.Response_interim_count(h) && e.refused == nil; i++ {
		header := copyMessage(raw.Response_interim_headers(h, i))
		e.tell([]Interim{{int(raw.Response_interim_status(h, i)), header}})
	}
	e.tellFirst()
}

func (e *exchange) tellFirst() {
	if !e.first && e.trace.GotFirstResponseByte != nil {
		e.trace.GotFirstResponseByte()
	}
	e.first = true
}

// tell gives interim responses to the trace; false: it wants the exchange to end.
func (e *exchange) tell(interims []Interim) bool {
	for _, interim := range interims {
		e.told++
		e.tellFirst()
		if interim.Status == http.StatusContinue && e.trace.Got100Continue != nil {
			e.trace.Got100Continue()
		}
		if e.trace.Got1xxResponse != nil && e.refused == nil {
			header := textproto.MIMEHeader(interim.Header.Header())
			e.refused = e.trace.Got1xxResponse(interim.Status, header)
		}
	}
	return e.refused == nil
}
